"""Datastores: where a team keeps data, by address and reference to a secret; browsed, and read into assets.

The face of the package. fsspec, drivers and Spark are loaded when a datastore that needs them is opened.
"""

from __future__ import annotations

from labstudio.data.stores.datastores import Datastores
from labstudio.data.stores.entry import Datastore, Entries, Entry, Tested
from labstudio.data.stores.options import NewDatastore, StoreOptions
from labstudio.data.stores.writing import Larger, Patience

__all__ = [
    "Datastore",
    "Datastores",
    "Entries",
    "Entry",
    "Larger",
    "NewDatastore",
    "Patience",
    "StoreOptions",
    "Tested",
]
