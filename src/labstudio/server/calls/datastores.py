"""Datastores: connections to where a team keeps data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from labstudio.data.stores.options import NewDatastore, StoreOptions
from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from labstudio.server.studio import Studio


def datastores(studio: Studio, told: t.Nothing) -> list[a.Datastore]:
    """List the datastores."""
    return [a.Datastore(**asdict(store)) for store in studio.workspace.datastores.list()]


def datastore(studio: Studio, told: t.Nothing, name: str) -> a.Datastore:
    """Return a datastore."""
    return a.Datastore(**asdict(studio.workspace.datastores.get(name)))


def add_datastore(studio: Studio, told: NewDatastore) -> a.Datastore:
    """Connect a datastore."""
    given = told.model_dump(include=set(StoreOptions.model_fields), exclude_unset=True)
    store = studio.workspace.datastores.add(
        told.name, told.url, secret=told.secret or None, description=told.description, **given
    )
    return a.Datastore(**asdict(store))


def remove_datastore(studio: Studio, told: t.RemoveDatastore, name: str) -> a.Said:
    """Remove a connection; no data is touched."""
    studio.workspace.datastores.remove(name, force=told.force)
    return a.Said(ok=True, sentence=f"The datastore {name} is removed.")


def test_datastore(studio: Studio, told: t.Nothing, name: str) -> a.Said:
    """Try to reach a datastore."""
    return a.Said(**asdict(studio.workspace.datastores.test(name)))


def browse_datastore(studio: Studio, told: t.Browse, name: str) -> a.Entries:
    """List a part of a folder of a datastore."""
    found = studio.workspace.datastores.page(
        name, told.path, filter=told.filter, offset=told.offset, limit=told.limit
    )
    return a.Entries(**asdict(found))
