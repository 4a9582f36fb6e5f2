"""How versions come to be: from a file, from a frame, from a table somebody else made.

The raw bytes and the table made of them are put into the file store first; the version, its event and its
lineage then appear in one transaction. A process that dies on the way leaves files nobody names, never half a
version.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from labstudio.data.about import remember
from labstudio.data.kinds import kind_of
from labstudio.data.options import ImportOptions, check_columns
from labstudio.data.parts import Parts, Stored
from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.store.identity import who

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.data.stores.reading import Reading
    from labstudio.data.version import Version
    from labstudio.schema import Schema
    from labstudio.store import Store
    from labstudio.store.files import FileStore

_NAME = re.compile(r"[^\W_][\w.-]{0,99}")
_UNCHECKED = "Its quality rules have not been checked to the end; check them."


@dataclass(frozen=True)
class Made:
    """A table that somebody made as a Parquet file and wants to be kept.

    Attributes
    ----------
    path : Path
        The Parquet file, in a folder of `Adding.scratch`; it is moved into the store.
    rows : int
        Its number of rows.
    source : str
        Where it is from, as people read it: ``"lake: SELECT …"``.
    found : dict
        What is to be known of it; at least its ``"format"``.
    sha256 : str, optional
        Of the bytes it was made from, where these are in the store; of the table where not given.
    size : int, optional
        Bytes of what it was made from; of the table where not given.
    identity : str, optional
        The same identity is the same version; that of the bytes and the options where not given.
    links : sequence of (subject, relation)
        What it was made from, for the lineage.
    above : sequence of (sha256, rows)
        Stored parts whose rows stand above those at `path`, with the same columns of the same types.
    """

    path: Path
    rows: int
    source: str
    found: dict[str, Any]
    sha256: str | None = None
    size: int | None = None
    identity: str | None = None
    links: Sequence[tuple[str, str]] = field(default=())
    above: Sequence[tuple[str, int]] = field(default=())


class Adding:
    """The part of `labstudio.data.Data` that makes versions."""

    _store: Store

    checks: Callable[[Version], str | None] | None = None
    """Looks at each new version; a sentence says why it is held back."""

    guarded: Callable[[str], bool] | None = None
    """Whether an asset's versions are held until `checks` has looked at them."""

    elsewhere: Callable[[], Reading] | None = None
    """Gives the datastores, which a source may be in."""

    again: dict[str, Callable[[str, dict[str, Any]], Version]]
    """How a version is made again, by the ``"kind"`` of its origin: a function of name and origin."""

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...
        def table(self, ref: str | Version) -> Path: ...
        def _version(self, row: dict[str, Any]) -> Version: ...
        def _keep_file(self, name: str, path: Path, origin: str | dict[str, Any]) -> Version: ...
        def _add_folder(self, name: str, path: Path, origin: str | dict[str, Any]) -> Version: ...

    def add(
        self,
        name: str,
        source: str | Path | pd.DataFrame = "",
        options: ImportOptions | None = None,
        *,
        kind: Literal["table", "file", "folder"] | None = None,
        origin: str | dict[str, Any] = "",
        store: str = "",
        query: str = "",
        as_of: str = "",
    ) -> Version:
        """Add a table, a file or a folder as the next version of the asset `name`.

        Parameters
        ----------
        name : str
            Letters, digits, ``.``, ``_`` and ``-``.
        source : path or DataFrame
            CSV, JSON lines, Excel, fixed width or Parquet, also gzipped or zipped; a frame; any other file,
            such as a notebook; or a folder. A text such as ``"lake:sales/orders.csv"`` names a file, folder
            or table of the datastore ``lake``.
        options : ImportOptions, optional
            What the person knows better than what would be found.
        kind : "table", "file" or "folder", optional
            What it is to be: a CSV as a file, a zip archive as a folder. Found by the name when not given;
            the same as `options.kind`.
        origin : str or dict
            Where it is from, for a file whose own path says nothing of that: the name of an upload, or what
            makes it again, with ``"kind"`` and ``"source"`` (how people read it).
        store, query, as_of : str
            A datastore, and what is read of it where that is no path: a query; of a Delta table also a
            version or a time.

        Returns
        -------
        Version
            With ``existed=True`` where the same content with the same options is there under this name.

        Raises
        ------
        Invalid
            The source is broken; nothing is kept of it.
        NotFound
            There is no such file.
        """
        name = asset_name(name)
        options = options or ImportOptions()
        wanted = kind or options.kind
        there = self._elsewhere(source, store, query, as_of)
        if there is not None:
            stores, store, inner = there
            return stores.read_into(
                name, store, inner, query=query, as_of=as_of, kind=wanted, options=options
            )
        if isinstance(source, str) and not source:
            raise Invalid("Say what is to be added: a path, a DataFrame, or a datastore and a query.")
        if isinstance(source, (str, Path)):
            path = Path(source).expanduser()
            found = wanted or kind_of(path, origin if isinstance(origin, str) else "", options)
            if found == "folder":
                return self._add_folder(name, path, origin)
            if found == "file":
                return self._keep_file(name, path, origin)
            return self._add_table(name, path, options, origin)
        if type(source).__name__ != "DataFrame":  # pandas is not loaded for a question
            raise Invalid(f"A path or a pandas DataFrame is needed, not a {type(source).__name__}.")
        if wanted not in (None, "table"):
            raise Invalid(f"A DataFrame is a table; write it to a file to keep it as a {wanted}.")
        return self._add_frame(name, source, options)

    def put(
        self,
        name: str,
        made: Made,
        origin: dict[str, Any] | None = None,
        options: ImportOptions | None = None,
    ) -> Version:
        """Keep a table that was made elsewhere as the next version of the asset `name`.

        Parameters
        ----------
        name : str
            Name of the asset.
        made : Made
            The table.
        origin : dict, optional
            What makes it again, with the ``"kind"`` that `again` knows.
        options : ImportOptions, optional
            Types of columns that the person knows better.
        """
        name, options = asset_name(name), options or ImportOptions()
        schema = _schema(_under(self._store.files, made), options)
        size = made.path.stat().st_size
        table_sha, found = self._store.files.adopt(made.path), made.found
        if made.above:
            parts = [*made.above, (table_sha, made.rows - sum(rows for _, rows in made.above))]
            table_sha = hashlib.sha256("\n".join(part for part, _ in parts).encode()).hexdigest()
            found = {**found, "parts": [list(part) for part in parts]}
        sha = made.sha256 or table_sha
        row = {
            "identity": made.identity or identity_of(sha, options), "sha256": sha, "table_sha256": table_sha,
            "rows": made.rows, "size": size if made.size is None else made.size,
            "schema": schema.to_dict(), "found": found, "origin": origin,
        }  # fmt: skip
        return self._append(name, options, made.source, row, made.links)

    def same(self, name: str, identity: str) -> Version | None:
        """Return the version of this name that has this identity, so that it need not be made again."""
        there = self._there(name, identity)
        return self._version(there) if there is not None and there["name"] == name else None

    def scratch(self) -> AbstractContextManager[Path]:
        """Give a path in a folder of its own for a table on its way to `put`; the folder goes afterwards."""
        return self._store.files.scratch()

    def refresh(self, name: str) -> Version:
        """Read the source of the newest version again; what has changed is a new version.

        Raises
        ------
        Invalid
            It was made from something that cannot be asked again, such as an upload or a frame.
        """
        version = self.get(name)
        origin = version.origin or {}
        if origin.get("kind") == "path":
            options = ImportOptions(**version.options)
            return self.add(version.name, origin["path"], options, kind=version.kind)  # type: ignore[arg-type]
        if origin.get("kind") not in self.again:
            raise Invalid(
                f"{version.ref} was made from {version.source}, which cannot be read again from here; "
                f"add the new data to {version.name} instead."
            )
        return self.again[origin["kind"]](version.name, origin)

    def _elsewhere(
        self, source: object, store: str, query: str, as_of: str
    ) -> tuple[Reading, str, str] | None:
        """Say in which datastore a source is, and where there; None where it is in none."""
        if self.elsewhere is None or not (store or isinstance(source, str)):
            return None
        if store:
            return self.elsewhere(), store, str(source)
        assert isinstance(source, str)
        if ":" in source and not Path(source).exists():
            stores = self.elsewhere()
            spoken = stores.spoken(source)
            if spoken is not None:
                return (stores, *spoken)
        if query or as_of:
            raise Invalid("Say by store which datastore is to be asked.")
        return None

    def _add_table(
        self, name: str, path: Path, options: ImportOptions, origin: str | dict[str, Any]
    ) -> Version:
        from labstudio.data.reading import read
        from labstudio.store.files import file_sha256

        source, known = said_origin(path, origin)
        files = self._store.files
        # what is read is our copy, so that what is hashed and what is read are the same bytes
        with files.scratch() as place, ThreadPoolExecutor(1) as pool:
            copied(path, place)
            hashing = pool.submit(file_sha256, place)

            @cache
            def there() -> dict[str, Any] | None:
                return self._there(name, identity_of(hashing.result(), options))

            try:
                called = path.name if known and known["kind"] == "path" else source
                made = read(place, called, place.parent, options, lambda: there() is not None)
                if made is None:
                    return self._append(name, options, source, (there() or {}) | {"origin": known})
                schema = _schema(made.path, options)
            except Invalid as error:
                raise Invalid(f"{path.name}: {error}") from None
            sha, size = hashing.result(), place.stat().st_size
            table_sha = sha if made.path == place else files.adopt(made.path)
            files.adopt(place, sha)
        return self._append(
            name, options, source,
            {"identity": identity_of(sha, options), "sha256": sha, "table_sha256": table_sha,
             "rows": made.rows, "size": size, "schema": schema.to_dict(), "found": made.found,
             "origin": known},
        )  # fmt: skip

    def _add_frame(self, name: str, frame: pd.DataFrame, options: ImportOptions) -> Version:
        from labstudio.data.frames import table_of_frame, table_sha256, write_table

        table, categoricals = table_of_frame(frame)
        options = options.model_copy(update={"types": {**categoricals, **options.types}})
        check_columns(table.column_names, options.types, "types: ")
        sha = table_sha256(table)
        identity = identity_of(sha, options)
        there = self._there(name, identity)
        if there is not None:
            return self._append(name, options, "DataFrame", there)
        with self.scratch() as place:
            write_table(table, place)
            schema = _schema(place, options)
            table_sha = self._store.files.adopt(place)
        return self._append(
            name, options, "DataFrame",
            {"identity": identity, "sha256": sha, "table_sha256": table_sha, "rows": table.num_rows,
             "size": table.nbytes, "schema": schema.to_dict(), "found": {"format": "frame"}},
        )  # fmt: skip

    def _there(self, name: str, identity: str) -> dict[str, Any] | None:
        """Return the row of the same content under this name or, failing that, under another one."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as t

        query = select(t).where(t.c.identity == identity).order_by(t.c.name != name)
        with self._store.read() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return dict(row) if row else None

    def _append(
        self,
        name: str,
        options: ImportOptions,
        source: str,
        row: dict[str, Any],
        links: Sequence[tuple[str, str]] = (),
        stored: Iterable[str] = (),
    ) -> Version:
        """Write the next version, its event and its lineage at once, or return the one with this identity."""
        from sqlalchemy import select
        from sqlalchemy.exc import IntegrityError

        from labstudio.data.tables import asset_versions as t

        held = _UNCHECKED if self.guarded is not None and self.guarded(name) else None
        row = {"kind": "table", **row, "name": name, "source": source, "held": held,
               "options": json.loads(options.canonical())}  # fmt: skip
        same = select(t).where(t.c.name == name, t.c.identity == row["identity"])
        for _ in range(100):
            with self._store.read() as connection:
                there = connection.execute(same).mappings().first()
            if there is not None:
                return replace(self._version(dict(there)), existed=True)
            try:
                with self._store.write() as connection:
                    created = time.time()
                    number = remember(connection, name, row.get("kind", "table"), created)
                    row = {**row, "version": number, "created_by": who(), "created": created}
                    connection.execute(t.insert().values(row))
                    version = self._version(row)
                    named = [*(sha for sha, _ in version.parts), *stored]
                    if not all(map(self._store.files.has, named)):
                        raise Conflict(f"The same {version.kind} was just deleted; add {name} once more.")
                    self._store.record(
                        connection, "data.added", version.subject, rows=version.rows, source=version.source
                    )
                    made_from = [*(links or [(f"file:{version.sha256}", "imported")])]
                    origin = version.origin or {}
                    made_from += [(f"datastore:{origin['store']}", "read")] if "store" in origin else []
                    for subject, relation in made_from:
                        self._store.link(connection, subject, version.subject, relation)
                return self._held_back(version)
            except IntegrityError:  # another process took the number, or added the same: look again
                continue
        raise Conflict(f"{name} is being added to from many places at once; try again in a moment.")

    def _held_back(self, version: Version) -> Version:
        """Hold a new version back where its asset's rules say so."""
        from labstudio.data.tables import asset_versions as t

        held = self.checks(version) if self.checks is not None and version.kind == "table" else None
        if held == version.held:
            return version
        with self._store.write() as connection:
            same = (t.c.name == version.name) & (t.c.version == version.version)
            connection.execute(t.update().where(same).values(held=held))
            if held is not None:
                self._store.record(connection, "data.held", version.subject, reason=held)
        return replace(version, held=held)


def said_origin(path: Path, origin: str | dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """Return how people read where something is from, and what makes it again, where that is known."""
    if isinstance(origin, dict):
        return origin["source"], origin
    if origin:
        return origin, None
    return str(path), {"kind": "path", "path": str(path.absolute())}


def asset_name(name: str) -> str:
    """Return the name as it is kept; one that cannot be a name is refused."""
    name = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name[:120]!r} cannot be the name of data; use up to 100 letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit."
        )
    return name


def identity_of(sha: str, options: ImportOptions) -> str:
    """Return what tells a version of these bytes, read with these options, from all others."""
    return hashlib.sha256(f"{sha}\n{options.canonical()}".encode()).hexdigest()


def _under(files: FileStore, made: Made) -> Stored:
    """Return where the rows of a table lie that is about to be kept."""
    if not made.above:
        return made.path
    paths, above = [files.path(sha) for sha, _ in made.above], [rows for _, rows in made.above]
    return Parts((*paths, made.path), (*above, made.rows - sum(above)))


def _schema(path: Stored, options: ImportOptions) -> Schema:
    from labstudio.data.frames import schema_of_table
    from labstudio.schema import Schema

    # "string" and "integer" are about how values are kept; what they mean is for the data to say,
    # but for texts that spell numbers or dates: these are to stay texts
    found = schema_of_table(path, {k: v for k, v in options.types.items() if v not in ("string", "integer")})
    texts = {column.name for column in found if options.types.get(column.name) == "string"}
    return Schema(
        tuple(
            replace(column, physical="string", semantic="category")
            if column.name in texts and column.feed != "string"
            else column
            for column in found
        )
    )


def copied(path: Path, place: Path) -> None:
    """Copy a file to `place`, or say why that cannot be."""
    from labstudio.data import engine
    from labstudio.store.files import copy_file

    try:
        copy_file(path, place)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise Invalid(f"{path} is a folder; name one file in it, or add it with kind=folder.") from None
    except OSError as error:
        full = engine.full(error, place.parent)
        raise full or Unavailable(f"{path} cannot be read ({error.strerror}).") from None
