"""Assets: named tables, files and folders in numbered versions that never change, found and read."""

from __future__ import annotations

import builtins
import difflib
import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.about import Described
from labstudio.data.adding import Adding
from labstudio.data.appending import Appending
from labstudio.data.cache import Cache
from labstudio.data.checkouts import Checkouts
from labstudio.data.deleting import Deleting
from labstudio.data.explore import Exploring
from labstudio.data.filing import Filing
from labstudio.data.keeping import Keeping
from labstudio.data.once import Once
from labstudio.data.options import ImportOptions
from labstudio.data.parts import Stored, stored_parts, written
from labstudio.data.showing import Showing
from labstudio.data.version import Version
from labstudio.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    import numpy as np
    import pandas as pd

    from labstudio.data.grid import Rows
    from labstudio.data.look import Look
    from labstudio.data.verify import Damage
    from labstudio.store import Store

_FREE = 10**9  # more than any version's number
_NAME = re.compile(r"[^\W_][\w.-]{0,99}")


class Data(Adding, Appending, Keeping, Filing, Showing, Exploring, Described, Deleting):
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
        self._checkouts = Checkouts(store.root / "checkouts")
        self.again = {}
        self._folders = {}

    def get(self, ref: str) -> Version:
        """Return a version by ``"name@1"``, or the newest one that is not held by ``"name"``."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as t

        name, _, number = ref.removesuffix("@latest").partition("@")
        name = unicodedata.normalize("NFC", name)
        with self._store.read() as connection:
            # where every version is held, the newest of them is better than none
            query = select(t).where(t.c.name == name).order_by(t.c.held.is_not(None), t.c.version.desc())
            if number.isdecimal():
                query = query.where(t.c.version == int(number[:9]))
            row = (
                connection.execute(query.limit(1)).mappings().first()
                if number.isdecimal() or "@" not in ref.removesuffix("@latest")
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

    def list(self, *, archived: bool = False) -> builtins.list[Version]:
        """Return the newest version of each asset, by name; those put away only where asked for."""
        from sqlalchemy import case, func, select

        from labstudio.data.tables import asset_versions as t
        from labstudio.data.tables import assets

        away = select(assets.c.name).where(assets.c.archived.is_not(None))
        # a version that is held counts only where all are
        number = func.max(t.c.version + case((t.c.held.is_(None), _FREE), else_=0)).label("number")
        newest = select(t.c.name, number).where(t.c.name.in_(away) if archived else t.c.name.not_in(away))
        found = newest.group_by(t.c.name).subquery()
        same = (t.c.version == found.c.number) | (t.c.version == found.c.number - _FREE)
        query = select(t).join(found, (t.c.name == found.c.name) & same)
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
            self.stored(version), version.table_sha256, version.schema, self._cache,
            partial(self._once.run, self.scans),
            offset=offset, limit=limit, sort=sort, filter=filter, columns=columns,
        )  # fmt: skip

    def rows_at(self, ref: str | Version, numbers: Sequence[int]) -> Rows:
        """Read the rows of these numbers, counted from 0, in this order."""
        from labstudio.data.grid import read_numbered

        version = self.get(ref) if isinstance(ref, str) else ref
        return read_numbered(
            self.stored(version), version.table_sha256, version.schema, self._cache,
            partial(self._once.run, self.scans), numbers,
        )  # fmt: skip

    def matching(self, ref: str | Version, filter: str) -> np.ndarray:
        """Return the numbers of the rows that a filter lets through; see `labstudio.data.filters`."""
        from labstudio.data.grid import matching

        version = self.get(ref) if isinstance(ref, str) else ref
        return matching(
            self.stored(version), version.table_sha256, version.schema, self._cache,
            partial(self._once.run, self.scans), filter,
        )  # fmt: skip

    def table(self, ref: str | Version) -> Path:
        """Return the path of a version's Parquet file, for reading only.

        Of a version that lies in several parts one file is made when first asked for, as of a folder; see
        `path`.

        Raises
        ------
        Invalid
            The version is no table.
        """
        version = self.get(ref) if isinstance(ref, str) else ref
        stored = self.stored(version)
        if isinstance(stored, Path):
            return stored
        name = f"{version.name}.parquet"
        place = self._checkouts.find(version.table_sha256)
        if place is None:
            with self._store.files.scratch() as aside:
                made = aside.parent / "checkout"
                made.mkdir()
                written(stored, made / name)
                (made / name).chmod(0o444)
                place = self._checkouts.adopt(made, version.table_sha256)
        return next(place.iterdir())

    def stored(self, ref: str | Version) -> Stored:
        """Return where a version's rows lie, for reading only: in one Parquet file, or in several parts.

        Raises
        ------
        Invalid
            The version is no table.
        """
        version = self.get(ref) if isinstance(ref, str) else ref
        if version.kind != "table":
            raise Invalid(
                f"{version.ref} is a {version.kind}, not a table; "
                f"ws.data.path({version.ref!r}) says where it is."
            )
        return stored_parts(self._store.files, version.parts)

    def frame(self, ref: str | Version, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a version as a DataFrame."""
        from labstudio.data.frames import read_frame

        return read_frame(self.stored(ref), columns)

    def sample(self, ref: str | Version, rows: int) -> pd.DataFrame:
        """Read at most so many rows, spread over a version; the index says which."""
        from labstudio.data.frames import read_sample

        return read_sample(self.stored(ref), rows)

    def look(
        self,
        path: str | Path = "",
        options: ImportOptions | None = None,
        *,
        name: str = "",
        store: str = "",
        query: str = "",
        as_of: str = "",
    ) -> Look:
        """Say what something would come to if it were added; see `labstudio.data.glance.glance` and `add`."""
        from labstudio.data.glance import glance

        there = self._elsewhere(path, store, query, as_of)
        if there is not None:
            stores, store, inner = there
            return stores.look(store, inner, query=query, as_of=as_of, options=options)
        path = Path(path).expanduser()
        with self._store.files.scratch() as place:
            return glance(path, name or path.name, place.parent, options or ImportOptions())

    def verify(
        self, ref: str | None = None, progress: Callable[[str], None] | None = None
    ) -> builtins.list[Damage]:
        """Hash the stored bytes of a version, or of all, again; return what is damaged."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as t
        from labstudio.data.verify import verify

        if ref is not None:
            return verify(self._store.files, [self.get(ref)], progress)
        with self._store.read() as connection:
            rows = connection.execute(select(t).order_by(t.c.name, t.c.version)).mappings().all()
        return verify(self._store.files, [self._version(dict(row)) for row in rows], progress)

    def _version(self, row: dict[str, Any]) -> Version:
        from labstudio.schema import Schema

        kept = ("name", "version", "rows", "sha256", "identity", "table_sha256",
                "size", "created", "source", "found", "kind", "options")  # fmt: skip
        return Version(
            **{key: row[key] for key in kept},
            schema=Schema.from_dict(row["schema"]),
            by=row["created_by"],
            origin=row.get("origin"),
            held=row.get("held"),
            _data=self,
        )
