"""Rows below those of a version, and files beside those of a folder, as the next version."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.adding import Made, copied, identity_of
from labstudio.data.options import ImportOptions
from labstudio.data.parts import stored_parts, stored_schema
from labstudio.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.data.folders.scanning import Listing
    from labstudio.data.frames import Imported
    from labstudio.data.stores.reading import Reading
    from labstudio.data.version import Version
    from labstudio.store import Store
    from labstudio.store.files import FileStore

_BATCH = 100_000  # rows


class Appending:
    """The part of `labstudio.data.Data` that makes versions of the ones before and more."""

    _store: Store

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...
        def scratch(self) -> AbstractContextManager[Path]: ...
        def put(
            self,
            name: str,
            made: Made,
            origin: dict[str, Any] | None = None,
            options: ImportOptions | None = None,
        ) -> Version: ...
        def _elsewhere(
            self, source: object, store: str, query: str, as_of: str
        ) -> tuple[Reading, str, str] | None: ...
        def _append_folder(
            self, before: Version, source: str | Path | pd.DataFrame, called: str
        ) -> Version: ...
        def _append_tree(self, before: Version, tree: Listing, said: str) -> Version: ...

    def append(
        self,
        name: str,
        source: str | Path | pd.DataFrame = "",
        options: ImportOptions | None = None,
        *,
        origin: str = "",
        store: str = "",
        query: str = "",
        as_of: str = "",
    ) -> Version:
        """Add rows below those of the newest version, or files to those of a folder, as a new version.

        The source's own bytes are kept as they are. Only the new rows are written: a table shares the bytes
        of the rows above with the versions before, unless a column's type has to change for the new ones.

        Parameters
        ----------
        name : str
            Name of the asset, or one of its versions.
        source : path or DataFrame
            The new rows, with the same columns; or a file, or a folder whose files are added. May name a
            place in a datastore, as in `add`.
        options : ImportOptions, optional
            How to read them.
        origin : str
            What an upload was called, whose own path says nothing of that.
        store, query, as_of : str
            As in `add`.

        Raises
        ------
        Invalid
            Columns are missing, new or of another type.
        """
        before, options = self.get(name), options or ImportOptions()
        there = self._elsewhere(source, store, query, as_of)
        if there is None:
            if isinstance(source, str) and not source:
                raise Invalid("Say what is to be added: a path, a DataFrame, or a datastore and a query.")
            if before.kind == "folder":
                return self._append_folder(before, source, origin)
            return self._append_rows(before, source, options, origin)
        stores, store, inner = there
        said = f"{store}: {' '.join(query.split())}" if query else f"{store}:{inner}"
        if before.kind == "folder":
            return self._append_tree(before, stores.listing(store, inner), said)
        with stores.brought(store, inner, query=query, as_of=as_of) as path:
            return self._append_rows(before, path, options, "", said)

    def _append_rows(
        self,
        before: Version,
        source: str | Path | pd.DataFrame,
        options: ImportOptions,
        called: str,
        said: str = "",
    ) -> Version:
        with self.scratch() as place:
            more, sha, size = self._rows(source, place, options, called)
            both = place.parent / "both"
            above = appended(self._store.files, before.parts, more.path, more.rows, both)
            rows = before.rows + more.rows
            said = said or called or (str(source) if isinstance(source, (str, Path)) else "a DataFrame")
            made = Made(
                both, rows, f"{before.ref} and {more.rows:,} rows of {said}",
                {"format": "appended", "rows_before": before.rows}, sha, size,
                identity_of(f"{before.identity}\n{sha}", options), [(before.subject, "appended")],
                above,
            )  # fmt: skip
            types = {
                column.name: column.semantic for column in before.schema if column.semantic == "category"
            }
            return self.put(before.name, made, None, ImportOptions(types=types))

    def _rows(
        self, source: str | Path | pd.DataFrame, place: Path, options: ImportOptions, called: str
    ) -> tuple[Imported, str, int]:
        """Read rows that are to stand below others; keep their source; return its sha256 and size too."""
        from labstudio.data.frames import Imported, table_of_frame, write_table
        from labstudio.data.reading import read

        if isinstance(source, (str, Path)):
            path = Path(source).expanduser()
            called = called or path.name
            copied(path, place)
            try:
                made = read(place, called, place.parent, options, lambda: False)
            except Invalid as error:
                raise Invalid(f"{called}: {error}") from None
            assert made is not None
        else:
            table, _ = table_of_frame(source)
            write_table(table, place)
            made = Imported(place, table.num_rows, {})
        return made, self._store.files.put_file(place), place.stat().st_size


def appended(
    files: FileStore, parts: Sequence[tuple[str, int]], below: Path, rows: int, place: Path
) -> list[tuple[str, int]]:
    """Write rows that stand below stored parts to `place`; return the parts that stay above them.

    Columns are matched by name. A column of whole numbers may become one of numbers, and then all is written
    anew; no value is changed otherwise. Parts at the end that have fewer than twice the rows below them are
    written with these: so each part has at least twice the rows of the next, there are never many, and a row
    is written again only when the part that it lies in grows by half.

    Raises
    ------
    Invalid
        `below` lacks a column, has one more, or one of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    old, new = stored_schema(stored_parts(files, parts)), pq.read_schema(below)
    wrong = [f"{name!r} is missing" for name in old.names if name not in new.names]
    wrong += [f"{name!r} is new" for name in new.names if name not in old.names]
    if wrong:
        raise Invalid(
            f"The new rows do not have the columns of the table: {', '.join(wrong[:5])}; "
            "rename or leave out columns, or add the rows as data of their own."
        )
    schema = pa.schema([_both(old.field(name), new.field(name)) for name in old.names])
    kept = [*parts] if schema.equals(old) else []
    while kept and kept[-1][1] < 2 * rows:
        rows += kept.pop()[1]
    rewritten = [files.path(sha) for sha, _ in parts[len(kept) :]]
    with pq.ParquetWriter(place, schema, compression="zstd") as writer:
        for path in (*rewritten, below):
            with pq.ParquetFile(path) as part:
                for batch in part.iter_batches(_BATCH, columns=old.names):
                    writer.write_batch(batch.select(old.names).cast(schema))
    return kept


def _both(old, new):  # type: ignore[no-untyped-def]  # pyarrow's fields, and pyarrow loads when needed
    """Return the field that holds the values of both."""
    import pyarrow as pa

    if pa.types.is_null(new.type):  # nothing but missing values
        return old
    if pa.types.is_null(old.type):
        return new
    try:
        return pa.unify_schemas([pa.schema([old]), pa.schema([new])], promote_options="permissive").field(0)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise Invalid(
            f"{old.name!r} holds {old.type} in the table and {new.type} in the new rows; "
            f'give types={{"{old.name}": …}} or mend the rows.'
        ) from None
