"""Assets: named tables in numbered versions that never change.

The raw bytes and the table made of them are put into the file store first; the version, its event and its
lineage then appear in one transaction. A process that dies on the way leaves files nobody names, never half a
version.
"""

from __future__ import annotations

import builtins
import difflib
import hashlib
import json
import re
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.cache import Cache
from labstudio.data.once import Once
from labstudio.data.options import ImportOptions, check_columns
from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.store.identity import who

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    import pandas as pd

    from labstudio.data.grid import Rows
    from labstudio.data.profile import Profile
    from labstudio.schema import Schema
    from labstudio.store import Store

_AT_ONCE = 500_000  # values of a table that is profiled where it is asked for
_NAME = re.compile(r"[^\W_][\w.-]{0,99}")


@dataclass(frozen=True)
class Version:
    """One version of an asset: a table that never changes."""

    name: str
    version: int
    rows: int
    schema: Schema
    sha256: str  # of the source bytes; of a frame: of its canonical Arrow stream
    identity: str
    table_sha256: str
    size: int  # of the source, in bytes
    created: float  # seconds since 1970, UTC
    by: str
    source: str
    found: dict[str, Any]
    existed: bool = field(default=False, compare=False)
    _data: Data | None = field(default=None, repr=False, compare=False)

    @property
    def ref(self) -> str:
        """What others call it: ``"gapminder@1"``."""
        return f"{self.name}@{self.version}"

    @property
    def subject(self) -> str:
        """What events and lineage call it: ``"data:gapminder@1"``."""
        return f"data:{self.ref}"

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the table, or some of its columns."""
        assert self._data is not None
        return self._data.frame(self, columns)

    @property
    def profile(self) -> Profile:
        """What the columns hold."""
        assert self._data is not None
        return self._data.profile(self)


class Data:
    """The assets of one workspace.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from labstudio.store import Store
    >>> store = Store.open(tempfile.mkdtemp())
    >>> data = Data(store)
    >>> version = data.add("people", pd.DataFrame({"age": [31, 47]}))
    >>> version.ref, version.rows, data.frame("people@1")["age"].tolist()
    ('people@1', 2, [31, 47])
    >>> data.add("people", pd.DataFrame({"age": [31, 47]})).existed
    True
    >>> data.rows("people", sort=["-age"], limit=1).to_json()
    [[47]]
    >>> store.close()
    """

    scans: Executor | None = None
    """Where whole tables are scanned for profiles and orders; in the caller when None."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._once = Once()
        self._cache = Cache(store.root / "cache")

    def add(
        self,
        name: str,
        source: str | Path | pd.DataFrame,
        options: ImportOptions | None = None,
        *,
        origin: str = "",
    ) -> Version:
        """Add a table as the next version of the asset `name`.

        Parameters
        ----------
        name : str
            Letters, digits, ``.``, ``_`` and ``-``.
        source : path or DataFrame
            CSV (also gzipped), Parquet, or a frame.
        options : ImportOptions, optional
            What the person knows better than what would be found.
        origin : str
            Where it is from, for a file whose own path says nothing of that, such as an upload.

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
        name = _checked(name)
        options = options or ImportOptions()
        if isinstance(source, (str, Path)):
            return self._add_file(name, Path(source).expanduser(), options, origin)
        if type(source).__name__ != "DataFrame":  # pandas is not loaded for a question
            raise Invalid(f"A path or a pandas DataFrame is needed, not a {type(source).__name__}.")
        return self._add_frame(name, source, options)

    def get(self, ref: str) -> Version:
        """Return a version by ``"name@1"``, or the newest one by ``"name"``."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as t

        name, _, number = ref.partition("@")
        name = unicodedata.normalize("NFC", name)
        with self._store.read() as connection:
            query = select(t).where(t.c.name == name).order_by(t.c.version.desc())
            if number.isdecimal():
                query = query.where(t.c.version == int(number[:9]))
            row = (
                connection.execute(query.limit(1)).mappings().first()
                if number.isdecimal() or "@" not in ref
                else None
            )
            if row is None:
                known = connection.execute(
                    select(t.c.name, t.c.version).order_by(t.c.name, t.c.version.desc())
                ).all()
        if row is not None:
            return self._version(dict(row))
        newest = {row.name: row.version for row in reversed(known)}
        if name in newest:
            raise NotFound(f"There is no {ref!r}; the newest version is {name}@{newest[name]}.")
        near = difflib.get_close_matches(name, newest, 3)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(newest)[:10])}."
        )
        raise NotFound(f"There is no data called {name!r}; " + (hint if newest else "add some first."))

    def list(self) -> builtins.list[Version]:
        """Return the newest version of each asset, by name."""
        from sqlalchemy import func, select

        from labstudio.data.tables import asset_versions as t

        newest = select(t.c.name, func.max(t.c.version).label("version")).group_by(t.c.name).subquery()
        query = select(t).join(newest, (t.c.name == newest.c.name) & (t.c.version == newest.c.version))
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(t.c.name)).mappings().all()
        return [self._version(dict(row)) for row in rows]

    def versions(self, name: str) -> builtins.list[Version]:
        """Return all versions of an asset, newest first."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as t

        name = self.get(name).name
        query = select(t).where(t.c.name == name).order_by(t.c.version.desc())
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [self._version(dict(row)) for row in rows]

    def rows(
        self,
        ref: str | Version,
        *,
        offset: int = 0,
        limit: int = 200,
        sort: Sequence[str] = (),
        filter: str = "",
        columns: range | None = None,
    ) -> Rows:
        """Read a page of a version's rows; see `labstudio.data.grid.read_rows`."""
        from labstudio.data.grid import read_rows

        version = self.get(ref) if isinstance(ref, str) else ref
        return read_rows(
            self._store.files.path(version.table_sha256), version.table_sha256, version.schema, self._cache,
            partial(self._once.run, self.scans),
            offset=offset, limit=limit, sort=sort, filter=filter, columns=columns,
        )  # fmt: skip

    def frame(self, ref: str | Version, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a version as a DataFrame."""
        from labstudio.data.frames import read_frame

        version = self.get(ref) if isinstance(ref, str) else ref
        return read_frame(self._store.files.path(version.table_sha256), columns)

    def sample(self, ref: str | Version, rows: int) -> pd.DataFrame:
        """Read at most so many rows, spread over a version; the index says which."""
        from labstudio.data.frames import read_sample

        version = self.get(ref) if isinstance(ref, str) else ref
        return read_sample(self._store.files.path(version.table_sha256), rows)

    def profile(self, ref: str | Version) -> Profile:
        """Return what a version's columns hold; kept once made."""
        from sqlalchemy import select

        from labstudio.data.profile import Profile, profile_table
        from labstudio.data.tables import profiles

        version = self.get(ref) if isinstance(ref, str) else ref
        # the same table may be read under different types
        key = hashlib.sha256(
            f"{version.table_sha256} {json.dumps(version.schema.to_dict())}".encode()
        ).hexdigest()
        known = select(profiles.c.content).where(profiles.c.key == key)
        with self._store.read() as connection:
            content = connection.execute(known).scalar()
        if content is not None:
            return Profile.from_dict(content)
        with self._store.files.scratch() as place:
            path = self._store.files.path(version.table_sha256)
            small = version.rows * len(version.schema) <= _AT_ONCE  # a worker takes longer to start than that
            where = None if small else self.scans
            profile = self._once.run(where, key, profile_table, path, version.schema, place.parent)
        with self._store.write() as connection:
            if connection.execute(known).first() is None:
                connection.execute(profiles.insert().values(key=key, content=profile.to_dict()))
        return profile

    def _add_file(self, name: str, path: Path, options: ImportOptions, origin: str) -> Version:
        from labstudio.data.frames import from_parquet
        from labstudio.data.importing import from_csv
        from labstudio.store.files import copy_file, file_sha256

        files = self._store.files
        # what is read is our copy, so that what is hashed and what is read are the same bytes
        with files.scratch() as place, ThreadPoolExecutor(1) as pool:
            try:
                copy_file(path, place)
            except FileNotFoundError:
                raise NotFound(f"There is no file {path}.") from None
            except IsADirectoryError:
                raise Invalid(f"{path} is a folder; name one file in it.") from None
            except OSError as error:
                raise Unavailable(f"{path} cannot be read ({error.strerror}).") from None
            hashing = pool.submit(file_sha256, place)

            @cache
            def there() -> dict[str, Any] | None:
                return self._there(name, _identity(hashing.result(), options))

            try:
                with place.open("rb") as file:
                    is_parquet = file.read(4) == b"PAR1"
                read = from_parquet if is_parquet else from_csv
                made = read(place, place.parent, options, lambda: there() is not None)
                if made is None:
                    return self._append(name, options, origin or str(path), there() or {})
                schema = _schema(made.path, options)
            except Invalid as error:
                raise Invalid(f"{path.name}: {error}") from None
            sha, size = hashing.result(), place.stat().st_size
            table_sha = sha if made.path == place else files.adopt(made.path)
            files.adopt(place, sha)
        return self._append(
            name, options, origin or str(path),
            {"identity": _identity(sha, options), "sha256": sha, "table_sha256": table_sha, "rows": made.rows,
             "size": size, "schema": schema.to_dict(), "found": made.found},
        )  # fmt: skip

    def _add_frame(self, name: str, frame: pd.DataFrame, options: ImportOptions) -> Version:
        from labstudio.data.frames import table_of_frame, table_sha256, write_table

        table, categoricals = table_of_frame(frame)
        options = options.model_copy(update={"types": {**categoricals, **options.types}})
        check_columns(table.column_names, options.types, "types: ")
        sha = table_sha256(table)
        identity = _identity(sha, options)
        there = self._there(name, identity)
        if there is not None:
            return self._append(name, options, "DataFrame", there)
        with self._store.files.scratch() as place:
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

    def _append(self, name: str, options: ImportOptions, source: str, row: dict[str, Any]) -> Version:
        """Write the next version, its event and its lineage at once, or return the one with this identity."""
        from sqlalchemy import func, select
        from sqlalchemy.exc import IntegrityError

        from labstudio.data.tables import asset_versions as t

        row = {**row, "name": name, "source": source, "options": json.loads(options.canonical())}
        same = select(t).where(t.c.name == name, t.c.identity == row["identity"])
        for _ in range(100):
            with self._store.read() as connection:
                there = connection.execute(same).mappings().first()
            if there is not None:
                return replace(self._version(dict(there)), existed=True)
            try:
                with self._store.write() as connection:
                    newest = select(func.max(t.c.version)).where(t.c.name == name)
                    number = (connection.execute(newest).scalar() or 0) + 1
                    row = {**row, "version": number, "created_by": who(), "created": time.time()}
                    connection.execute(t.insert().values(row))
                    version = self._version(row)
                    self._store.record(
                        connection, "data.added", version.subject, rows=version.rows, source=version.source
                    )
                    self._store.link(connection, f"file:{version.sha256}", version.subject, "imported")
                return version
            except IntegrityError:  # another process took the number, or added the same: look again
                continue
        raise Conflict(f"{name} is being added to from many places at once; try again in a moment.")

    def _version(self, row: dict[str, Any]) -> Version:
        from labstudio.schema import Schema

        kept = ("name", "version", "rows", "sha256", "identity", "table_sha256",
                "size", "created", "source", "found")  # fmt: skip
        return Version(
            **{key: row[key] for key in kept},
            schema=Schema.from_dict(row["schema"]),
            by=row["created_by"],
            _data=self,
        )


def _checked(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name[:120]!r} cannot be the name of data; use up to 100 letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit."
        )
    return name


def _identity(sha: str, options: ImportOptions) -> str:
    return hashlib.sha256(f"{sha}\n{options.canonical()}".encode()).hexdigest()


def _schema(path: Path, options: ImportOptions) -> Schema:
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
