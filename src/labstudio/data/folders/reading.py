"""A folder as it was kept: its files by path, and their bytes from wherever they lie in the store."""

from __future__ import annotations

import difflib
import io
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

from labstudio.data.folders import manifest, packing
from labstudio.data.folders.manifest import File
from labstudio.data.folders.packing import Layout
from labstudio.errors import NotFound
from labstudio.store import FileStore


class Stretch(NamedTuple):
    """Bytes of a stored file: all of a small file lies within one pack."""

    path: Path
    offset: int
    size: int


class Folder:
    """The files of one version, from its manifest and its layout.

    Parameters
    ----------
    files : FileStore
        Where the bytes are.
    ref : str
        What the version is called, for sentences.
    manifest_sha256, layout_sha256 : str
        Of the two files that describe it.
    """

    def __init__(self, files: FileStore, ref: str, manifest_sha256: str, layout_sha256: str) -> None:
        self._files = files
        self._ref = ref
        self.files = manifest.decode(files.read(manifest_sha256))
        self.layout: Layout = packing.decode(files.read(layout_sha256))

    @cached_property
    def by_path(self) -> dict[str, File]:
        """The files by their paths."""
        return {file.path: file for file in self.files}

    def file(self, path: str) -> File:
        """Return the file at a path.

        Raises
        ------
        NotFound
            The folder has none there.
        """
        found = self.by_path.get(path)
        if found is None:
            near = difflib.get_close_matches(path, list(self.by_path)[:10_000], 1)
            hint = f"; did you mean {near[0]}?" if near else "."
            raise NotFound(f"There is no file {path[:200]!r} in {self._ref}{hint}")
        return found

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""
        file = self.file(path)
        return content_at(self._files, self.layout, file.sha256, file.size)

    def stretch(self, path: str) -> Stretch:
        """Say which bytes of which stored file hold a file."""
        file = self.file(path)
        return stretch_of(self._files, self.layout, file.sha256, file.size)

    def stored(self) -> set[str]:
        """Return the names of all stored files that hold something of the folder."""
        packs = {place.pack for place in self.layout.values()}
        return packs | {file.sha256 for file in self.files if file.sha256 not in self.layout}


def stretch_of(files: FileStore, layout: Layout, sha: str, size: int) -> Stretch:
    """Say which bytes of which stored file are a content."""
    place = layout.get(sha)
    return Stretch(files.path(sha), 0, size) if place is None else Stretch(files.path(place.pack), *place[1:])


def content_at(files: FileStore, layout: Layout, sha: str, size: int) -> BinaryIO:
    """Open a content: from memory where it is small, as a file where it is large."""
    path, offset, size = stretch_of(files, layout, sha, size)
    if sha not in layout:
        return path.open("rb")
    with path.open("rb") as pack:
        pack.seek(offset)
        return io.BytesIO(pack.read(size))
