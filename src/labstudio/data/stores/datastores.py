"""The datastores of a workspace: added, listed, tested, browsed, removed, and read into assets."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labstudio.data.stores.address import address
from labstudio.data.stores.entry import Datastore, Entries, Entry, Tested
from labstudio.data.stores.options import options, store_name
from labstudio.data.stores.reading import Reading
from labstudio.errors import Conflict, LabstudioError, NotFound
from labstudio.options import nearest
from labstudio.store.identity import who
from labstudio.store.secrets import Secret, reference, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labstudio.data.assets import Data
    from labstudio.store import Store

PAGE = 1_000  # entries of a folder that are listed at once
_LISTED = 60.0  # seconds for which a listing is good enough for its next page


class Datastores(Reading):
    """Connections to where a team keeps data.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from labstudio import Workspace
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "orders.csv").write_text("id,price\\n1,9.5\\n2,3\\n")
    >>> ws = Workspace(tempfile.mkdtemp())
    >>> ws.datastores.add("shop", str(folder)).kind
    'folder'
    >>> [entry.path for entry in ws.datastores.browse("shop")]
    ['orders.csv']
    >>> ws.data.add("orders", "shop:orders.csv").rows
    2
    >>> ws.store.close()
    """

    def __init__(self, store: Store, data: Data) -> None:
        self._store = store
        self._data = data
        self._opened: dict[str, tuple[Datastore, Secret | None, Any]] = {}
        self._listed: tuple[float, tuple[Datastore, str] | None, builtins.list[Entry]] = (0, None, [])

    def add(
        self, name: str, url: str, *, secret: str | None = None, description: str = "", **told: Any
    ) -> Datastore:
        """Connect a datastore; nothing is asked of it yet.

        Parameters
        ----------
        name : str
            Letters, digits, ``.``, ``_`` and ``-``.
        url : str
            Its address, without a secret.
        secret : str, optional
            Where the secret is found: ``"env:LAKE_KEY"``, ``"file:~/.lake"`` or ``"keyring:lake"``.
        description : str
            What is in it.
        **told
            Those of `StoreOptions`, such as ``endpoint`` and ``region``.

        Raises
        ------
        Invalid
            The address holds a secret or is of no known kind, or an option has no meaning for it.
        Conflict
            The name is taken.
        """
        from sqlalchemy.exc import IntegrityError

        from labstudio.data.tables import datastores as t

        name, where = store_name(name), address(url)
        kept = options(told, where).model_dump(exclude_defaults=True)
        row = {
            "name": name, "kind": where.kind, "url": where.kept, "options": kept,
            "secret": reference(secret) if secret is not None else None,
            "description": description, "created_by": who(), "created": time.time(),
        }  # fmt: skip
        try:
            with self._store.write() as connection:
                connection.execute(t.insert().values(row))
                self._store.record(
                    connection, "datastore.added", f"datastore:{name}", kind=where.kind, url=where.kept
                )
        except IntegrityError:
            raise Conflict(
                f"There is a datastore {name} already ({self.get(name).url}); remove it first, or choose "
                "another name."
            ) from None
        return self.get(name)

    def list(self) -> builtins.list[Datastore]:
        """Return the datastores by name."""
        from sqlalchemy import select

        from labstudio.data.tables import datastores as t

        with self._store.read() as connection:
            return [_datastore(row) for row in connection.execute(select(t).order_by(t.c.name)).mappings()]

    def get(self, name: str) -> Datastore:
        """Return one.

        Raises
        ------
        NotFound
            There is none of this name.
        """
        known = {store.name: store for store in self.list()}
        if name in known:
            return known[name]
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else (
            f"there are {', '.join(list(known)[:10])}." if known else "add one first."
        )  # fmt: skip
        raise NotFound(f"There is no datastore {name[:100]!r}; {hint}")

    def test(self, name: str) -> Tested:
        """Try to reach a datastore; what goes wrong is an answer too."""
        store, began = self.get(name), time.perf_counter()
        try:
            found = self._open(store).test()
        except LabstudioError as error:
            return Tested(False, str(error))
        return Tested(True, f"{name} answers: {found} ({time.perf_counter() - began:.1f} s).")

    def browse(self, name: str, path: str = "") -> builtins.list[Entry]:
        """List what lies in a folder of a datastore.

        Raises
        ------
        Invalid
            The path leads out of the datastore.
        NotFound
            There is no such folder.
        """
        entries: builtins.list[Entry] = self._open(self.get(name)).entries(path)
        return entries

    def page(
        self, name: str, path: str = "", *, filter: str = "", offset: int = 0, limit: int = PAGE
    ) -> Entries:
        """List a part of a folder: those whose name holds `filter`, `limit` of them from `offset` on.

        A later page, or another filter within a minute, is of the listing that was made for the first one.
        """
        key = (self.get(name), path)
        at, kept, entries = self._listed
        if kept != key or time.monotonic() > at + _LISTED or not (offset or filter):
            entries = self.browse(name, path)
            self._listed = (time.monotonic(), key, entries)
        part = filter.casefold()
        found = [entry for entry in entries if part in entry.name.casefold()]
        return Entries(found[offset : offset + limit], offset, len(found))

    def dependants(self, name: str) -> builtins.list[str]:
        """Return the versions that were read from a datastore, such as ``"orders@1"``."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as t

        query = select(t.c.name, t.c.version, t.c.origin).order_by(t.c.name, t.c.version)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [f"{row.name}@{row.version}" for row in rows if (row.origin or {}).get("store") == name]

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove a connection; the data there, and the versions made from it, stay as they are.

        Raises
        ------
        Conflict
            Versions were read from it, which could not be refreshed any more; `force` removes it anyway.
        """
        from labstudio.data.tables import datastores as t

        name = self.get(name).name
        used = [] if force else self.dependants(name)
        if used:
            shown = ", ".join(used[:10]) + (f" and {len(used) - 10} more" if len(used) > 10 else "")
            raise Conflict(
                f"{name} is not removed: {shown} {'was' if len(used) == 1 else 'were'} read from it and "
                "could not be refreshed any more. By force it can be removed all the same."
            )
        with self._store.write() as connection:
            connection.execute(t.delete().where(t.c.name == name))
            self._store.record(connection, "datastore.removed", f"datastore:{name}")

    def _open(self, store: Datastore) -> Any:
        """Open a datastore with what its secret's reference leads to now.

        Connections of databases end with what was asked; the client of an object store, which takes a second
        to make, serves as long as neither the datastore nor its secret changes.
        """
        found = secret(store.secret) if store.secret is not None else None
        kept = self._opened.get(store.name)
        if kept is not None and kept[:2] == (store, found):
            return kept[2]
        opened = _OPEN[store.kind]()(store, found)
        if store.kind in ("object", "delta"):
            self._opened[store.name] = (store, found, opened)
        return opened


def _files() -> Callable[..., Any]:
    from labstudio.data.stores.files import Files

    return Files


def _sql() -> Callable[..., Any]:
    from labstudio.data.stores.sql import Sql

    return Sql


def _delta() -> Callable[..., Any]:
    from labstudio.data.stores.delta import Delta

    return Delta


def _spark() -> Callable[..., Any]:
    from labstudio.data.stores.spark import Spark

    return Spark


_OPEN = {"folder": _files, "object": _files, "sql": _sql, "delta": _delta, "spark": _spark}


def _datastore(row: Mapping[Any, Any]) -> Datastore:
    kept = {
        name: row[name] for name in ("name", "kind", "url", "secret", "options", "description", "created")
    }
    return Datastore(**kept, by=row["created_by"])
