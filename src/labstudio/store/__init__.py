"""Where everything is kept: one database of records, one folder of files named by their content.

The face of the package. ``metadata`` is what every capability's ``tables.py`` hangs its tables on; it is
loaded when first asked for, so that opening an existing workspace never waits for SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labstudio.store.database import Store
from labstudio.store.events import Event
from labstudio.store.files import FileStore
from labstudio.store.identity import who
from labstudio.store.lineage import Edge

if TYPE_CHECKING:
    from labstudio.store.tables import metadata

__all__ = ["Edge", "Event", "FileStore", "Store", "metadata", "who"]


def __getattr__(name: str) -> Any:
    if name == "metadata":
        from labstudio.store.tables import metadata

        return metadata
    raise AttributeError(f"module 'labstudio.store' has no attribute {name!r}")
