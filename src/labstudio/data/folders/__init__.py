"""Folders as data: a manifest of paths, sizes and hashes, and the bytes, small files packed together.

The face of the package. Nothing here knows a database or a workspace.
"""

from __future__ import annotations

from labstudio.data.folders.items import Item
from labstudio.data.folders.manifest import File
from labstudio.data.folders.reading import Folder

__all__ = ["File", "Folder", "Item"]
