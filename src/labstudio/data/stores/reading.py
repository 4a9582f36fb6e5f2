"""From a datastore into an asset: a file, a table or the answer of a query becomes the next version.

Where it is from is remembered in the version's origin, so that `Data.refresh` can read it again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from labstudio.data.adding import Made
from labstudio.data.folders.items import media_of
from labstudio.data.folders.scanning import MANY
from labstudio.data.folders.texts import COMPARED
from labstudio.data.options import ImportOptions
from labstudio.data.stores.entry import Datastore, sentences
from labstudio.data.stores.sql import Mixed, Sql
from labstudio.data.stores.writing import Larger, Patience, Written, table_of_batches, write_batches
from labstudio.errors import Invalid
from labstudio.pictures import PICTURES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from labstudio.data.assets import Data
    from labstudio.data.folders.scanning import Listing
    from labstudio.data.kinds import Kind
    from labstudio.data.look import Look
    from labstudio.data.stores.files import Files
    from labstudio.data.version import Version

ORIGIN = "datastore"
_SPOKEN = re.compile(r"([^\W_][\w.-]{0,99}):(?!//)(.+)", re.DOTALL)
_WHOLE_FIRST = (
    b"\x1f\x8b",
    b"PK",
)  # what an archive or a workbook begins with: its beginning alone says nothing


class Reading:
    """The part of `Datastores` that reads."""

    _data: Data

    if TYPE_CHECKING:

        def get(self, name: str) -> Datastore: ...
        def list(self) -> list[Datastore]: ...
        def _open(self, store: Datastore) -> Any: ...

    def spoken(self, source: str) -> tuple[str, str] | None:
        """Read ``"lake:sales/orders.csv"`` as datastore and path, where there is a datastore of that name."""
        match = _SPOKEN.fullmatch(source)
        known = match is not None and any(store.name == match[1] for store in self.list())
        return (match[1], match[2]) if match is not None and known else None

    def read_into(
        self,
        name: str,
        store: str,
        path: str = "",
        *,
        query: str = "",
        as_of: str = "",
        kind: Kind | None = None,
        options: ImportOptions | None = None,
        patience: Patience | None = None,
    ) -> Version:
        """Read a file, a folder, a table or a query of a datastore as the next version of the asset `name`.

        Parameters
        ----------
        name : str
            Name of the asset.
        store : str
            Name of the datastore.
        path : str
            A file, folder or table in it, as `browse` names it; ``"."`` is all of it.
        query : str
            SQL instead of a path, for databases and Spark; it is run for reading only where that is possible.
        as_of : str
            Of a Delta table: a version's number or a time.
        kind : "table", "file" or "folder", optional
            What a file is to be; the same as `options.kind`.
        options : ImportOptions, optional
            How to read a file; of tables and queries, `columns` and `types`.
        patience : Patience, optional
            Raises `Larger` where there is more than that.
        """
        found, options = self.get(store), options or ImportOptions()
        _check(found, path, query, as_of)
        origin = {"kind": ORIGIN, "store": found.name, "source": _said(found, path, query, as_of)}
        origin |= {key: value for key, value in (("path", path), ("query", query), ("as_of", as_of)) if value}
        opened, kind = self._open(found), kind or options.kind
        if found.kind in ("folder", "object"):
            return self._files_into(name, found, opened, path, kind, options, origin, patience)
        if kind not in (None, "table"):
            raise Invalid(f"{found.name} hands out tables; what it holds cannot be kept as a {kind}.")
        links = [(found.subject, "read")]
        identity, facts = None, {"format": "query" if query else "table"}
        if found.kind == "delta":
            number, told = opened.identity(path, as_of)
            identity = hashlib.sha256(f"{told}\n{options.canonical()}".encode()).hexdigest()
            facts = {"format": "delta", "delta_version": number}
            there = self._data.same(name, identity)
            if there is not None:
                return replace(there, existed=True)
            as_of = str(number)  # a version that comes in between is not meant
        with self._data.scratch() as place:
            written = self._written(opened, path, query, as_of, place.parent, options, patience=patience)
            identity = (
                identity or hashlib.sha256(f"{written.sha256}\n{options.canonical()}".encode()).hexdigest()
            )
            made = Made(written.path, written.rows, origin["source"], facts, None, None, identity, links)
            return self._data.put(name, made, origin, options)

    def again(self, name: str, origin: dict[str, Any]) -> Version:
        """Read once more what a version was read from."""
        version = self._data.get(name)
        return self.read_into(
            name, origin["store"], origin.get("path", ""), query=origin.get("query", ""),
            as_of=origin.get("as_of", ""), kind=cast("Kind", version.kind),
            options=ImportOptions(**version.options),
        )  # fmt: skip

    @contextmanager
    def brought(self, store: str, path: str = "", *, query: str = "", as_of: str = "") -> Iterator[Path]:
        """Bring a file, a table or a query here as a file for a while; nothing is kept."""
        found = self.get(store)
        _check(found, path, query, as_of)
        opened = self._open(found)
        with self._data.scratch() as place:
            if found.kind in ("folder", "object"):
                yield _fetched(opened, path, place.parent)
                return
            written = self._written(opened, path, query, as_of, place.parent, ImportOptions())
            yield written.path

    def listing(self, store: str, path: str) -> Listing:
        """List all files of a folder of a datastore; of a file, itself.

        Raises
        ------
        Invalid
            The datastore holds tables.
        """
        found = self.get(store)
        if found.kind not in ("folder", "object"):
            raise Invalid(f"{found.name} holds tables, no files that could be added to a folder.")
        listing: Listing = self._open(found).listing(path)
        return listing

    def frame(
        self, store: str, path: str = "", *, query: str = "", as_of: str = "", limit: int | None = None
    ) -> pd.DataFrame:
        """Read a file, a table or a query as a DataFrame; nothing is kept.

        Examples
        --------
        >>> import sqlite3, tempfile
        >>> from labstudio import Workspace
        >>> ws, file = Workspace(tempfile.mkdtemp()), tempfile.mkdtemp() + "/shop.db"
        >>> with sqlite3.connect(file) as database:
        ...     _ = database.execute("CREATE TABLE orders AS SELECT 1 AS id, 9.5 AS price")
        >>> _ = ws.datastores.add("shop", f"sqlite:///{file}")
        >>> ws.datastores.frame("shop", query="SELECT price FROM orders")["price"].tolist()
        [9.5]
        >>> ws.store.close()
        """
        from labstudio.data.frames import frame_of_table, read_frame
        from labstudio.data.reading import read

        found, options = self.get(store), ImportOptions()
        _check(found, path, query, as_of)
        opened = self._open(found)
        if found.kind not in ("folder", "object"):
            return frame_of_table(_table(opened, path, query, as_of, limit))
        with self._data.scratch() as place:
            file = _fetched(opened, path, place.parent)
            made = read(file, file.name, place.parent, options, lambda: False)
            assert made is not None
            frame = read_frame(made.path)
            return frame if limit is None else frame.head(limit)

    def look(
        self,
        store: str,
        path: str = "",
        *,
        query: str = "",
        as_of: str = "",
        options: ImportOptions | None = None,
    ) -> Look:
        """Say what a file, a folder, a table or a query would come to; only its beginning is read."""
        from labstudio.data.glance import WHOLE, glance, of_listing
        from labstudio.data.look import BEGINNING, ROWS, look

        found, options = self.get(store), options or ImportOptions()
        _check(found, path, query, as_of)
        opened = self._open(found)
        with self._data.scratch() as place:
            folder = place.parent / "look"
            folder.mkdir()
            if found.kind not in ("folder", "object"):
                plain = ImportOptions(columns=options.columns, types=options.types)
                written = self._written(
                    opened, path, query, as_of, place.parent, ImportOptions(), most=ROWS + 1
                )
                seen = look(written.path, _said(found, path, query, as_of), folder, plain)
                return replace(
                    seen, format="delta" if found.kind == "delta" else "query" if query else "table"
                )
            if options.kind in (None, "folder") and opened.is_folder(path):
                return of_listing(opened.listing(path), options)
            size, start = opened.size(path), _beginning(opened, path)
            name = path.rpartition("/")[2]
            if start == b"PAR1" and options.kind != "file":
                file = _first_of_parquet(opened, found, path, place.parent, ROWS + 1)
                return look(file, name, folder, options)
            media, most = media_of(name), BEGINNING + 1
            if start.startswith(_WHOLE_FIRST) or (media in PICTURES and size <= WHOLE):
                file = _fetched(opened, path, place.parent)
            else:
                most = max(most, COMPARED) if media.endswith("ipynb+json") else most
                file = _fetched(opened, path, place.parent, most)
            return glance(file, name, folder, options, size)

    def _files_into(
        self,
        name: str,
        store: Datastore,
        files: Files,
        path: str,
        kind: Kind | None,
        options: ImportOptions,
        origin: dict[str, Any],
        patience: Patience | None,
    ) -> Version:
        if kind in (None, "folder") and files.is_folder(path):
            tree = files.listing(path)
            if patience is not None:
                patience.spend(sum(seen.size for seen in tree.files))
                if len(tree.files) > MANY:
                    raise Larger
            place = json.dumps([store.url, store.options, path])
            return self._data.put_folder(name, tree, place, origin)
        if patience is not None:
            patience.spend(files.size(path))
        with self._data.scratch() as here:
            file = _fetched(files, path, here.parent)
            return self._data.add(name, file, options, kind=kind, origin=origin)

    def _written(
        self,
        opened: Any,
        path: str,
        query: str,
        as_of: str,
        folder: Path,
        options: ImportOptions,
        *,
        most: int | None = None,
        patience: Patience | None = None,
    ) -> Written:
        for by_rows in (False, True):
            into = folder / f"rows-{by_rows}"
            into.mkdir()
            try:
                with _batches(opened, path, query, as_of, by_rows) as batches:
                    return write_batches(batches, into, columns=options.columns, most=most, patience=patience)
            except Mixed:  # SQLite's columns have no types: then row by row
                continue
        raise AssertionError("rows are never mixed when they are read one by one")


def _table(opened: Any, path: str, query: str, as_of: str, limit: int | None) -> pa.Table:
    """Read rows into memory."""
    for by_rows in (False, True):
        try:
            with _batches(opened, path, query, as_of, by_rows) as batches:
                return table_of_batches(batches, limit)
        except Mixed:
            continue
    raise AssertionError("rows are never mixed when they are read one by one")


@contextmanager
def _batches(opened: Any, path: str, query: str, as_of: str, by_rows: bool) -> Iterator[Any]:
    if isinstance(opened, Sql):
        reading = opened.read(query or opened.query_of(path), by_rows=by_rows)
    elif query or hasattr(opened, "query_of"):
        reading = opened.read(query or opened.query_of(path))
    else:
        reading = opened.read(path, as_of)
    with reading as batches:
        yield batches


def _check(store: Datastore, path: str, query: str, as_of: str) -> None:
    """Refuse what a datastore of this kind cannot be asked."""
    if bool(path) == bool(query):
        raise Invalid(f"Say what is to be read of {store.name}: a path, or a query.")
    if query and store.kind not in ("sql", "spark"):
        raise Invalid(f"{store.name} is no database and takes no query; name a path in it.")
    if as_of and store.kind != "delta":
        raise Invalid(f"as_of is for Delta tables; {store.name} has no versions.")


def _said(store: Datastore, path: str, query: str, as_of: str) -> str:
    told = " ".join(query.split()) if query else path
    return f"{store.name}: {told}" if query else f"{store.name}:{told}" + (f" as of {as_of}" if as_of else "")


def _fetched(files: Files, path: str, folder: Path, most: int | None = None) -> Path:
    """Bring a file here under its own name, which a sentence about it will use."""
    here = folder / "fetched"
    here.mkdir(exist_ok=True)
    target = here / path.rstrip("/").rpartition("/")[2][-200:]
    files.fetch(path, target, most)
    return target


def _beginning(files: Files, path: str) -> bytes:
    files.size(path)
    with files.open(path) as file:
        return bytes(file.read(4))


def _first_of_parquet(files: Files, store: Datastore, path: str, folder: Path, rows: int) -> Path:
    """Bring the first rows of a Parquet file here, without the rest of it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = folder / "first"
    with (
        sentences(f"{path} of {store.name} is damaged or no Parquet file", None, Invalid),
        files.open(path) as source,
        pq.ParquetFile(source) as file,
    ):
        batches = [batch for batch, _ in zip(file.iter_batches(rows), range(1), strict=False)]
        pq.write_table(pa.Table.from_batches(batches, file.schema_arrow), target)
    return target
