"""Datastores: connected, listed, tested, browsed, removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import Field

from labstudio.data.stores.options import NewDatastore, StoreOptions
from labstudio.display import about
from labstudio.display import datastores as views
from labstudio.verbs import Answer, Command, Door, Nothing, Told

if TYPE_CHECKING:
    from labstudio.data.stores import Datastore


class Named(Told):
    """One datastore."""

    name: str = Field(description="Datastore, such as lake.")


class Removed(Named):
    """A datastore that is to go."""

    force: bool = Field(False, description="Also where versions were read from it.")


class Browsed(Named):
    """A folder of a datastore."""

    path: str = Field("", description="Folder or schema in it; the top when not given.")
    filter: str = Field("", description="Part of the name.")
    offset: int = Field(0, ge=0, description="How many to leave out before the first one that is listed.")
    limit: int = Field(1_000, ge=1, le=100_000, description="Number of entries.")


def plain(store: Datastore) -> dict[str, Any]:
    """Say a datastore in plain values."""
    return asdict(store)


def _add(door: Door, told: NewDatastore) -> Answer:
    store = door.workspace.datastores.add(
        told.name, told.url, secret=told.secret, description=told.description,
        **told.model_dump(include=set(StoreOptions.model_fields), exclude_unset=True),
    )  # fmt: skip
    return Answer(views.datastore(store), plain(store), store)


def _list(door: Door, told: Nothing) -> Answer:
    found = door.workspace.datastores.list()
    return Answer(views.datastores(found), [plain(store) for store in found], found)


def _test(door: Door, told: Named) -> Answer:
    tested = door.workspace.datastores.test(told.name)
    return Answer(views.tested(tested), asdict(tested), tested, code=0 if tested.ok else 1)


def _browse(door: Door, told: Browsed) -> Answer:
    found = door.workspace.datastores.page(
        told.name, told.path, filter=told.filter, offset=told.offset, limit=told.limit
    )
    plain = [asdict(entry) for entry in found.entries]
    return Answer(views.entries(told.name, told.path, found), plain, found.entries)


def _remove(door: Door, told: Removed) -> Answer:
    door.workspace.datastores.remove(told.name, force=told.force)
    sentence = f"The datastore {told.name} is removed; the data there stays as it is."
    return Answer(about.said(sentence), {"removed": told.name})


DATASTORES = {
    "add": Command(NewDatastore, _add, "Connect a datastore.", ("name", "url"), gives="the datastore"),
    "list": Command(Nothing, _list, "List the datastores.", gives="the datastores"),
    "test": Command(Named, _test, "Try to reach a datastore.", ("name",)),
    "browse": Command(Browsed, _browse, "List what lies in a datastore.", ("name", "path"),
                      gives="the entries"),
    "remove": Command(Removed, _remove, "Remove a connection; no data is touched.", ("name",)),
}  # fmt: skip
