"""How the bytes of a folder are stored: small files one after the other in packs, large ones each by itself.

A file for each of 100,000 small files would cost 100,000 times a rename and two waits for the disk. A pack is
a file like any other, named by its sha256; the layout of a version says where in which pack a content lies.
Contents that an earlier version has are not stored again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from labstudio.store import FileStore

SMALL = 1 << 20  # bytes; larger files are stored by themselves
PACK = 64 << 20
_CHUNK = 1 << 20


class Place(NamedTuple):
    """Where in a pack a content lies."""

    pack: str  # its sha256
    offset: int
    size: int


Layout = dict[str, Place]
"""sha256 of a content to its place; what is not in it is stored under its own sha256."""


def encode(layout: Layout) -> bytes:
    """Write a layout, the same one always as the same text."""
    packs: dict[str, list[list[object]]] = {}
    for sha, place in sorted(layout.items(), key=lambda one: (one[1], one[0])):
        packs.setdefault(place.pack, []).append([sha, place.offset, place.size])
    return json.dumps({"packs": packs}, separators=(",", ":")).encode()


def decode(content: bytes) -> Layout:
    """Read a layout."""
    packs = json.loads(content)["packs"]
    return {sha: Place(pack, offset, size) for pack, held in packs.items() for sha, offset, size in held}


class Packing:
    """Bytes on their way into a store: nothing small is stored before `finish`.

    Examples
    --------
    >>> import io, tempfile
    >>> from labstudio.data.folders.reading import content_at
    >>> files = FileStore(Path(tempfile.mkdtemp()))
    >>> with Packing(files) as packing:
    ...     cat, dog = packing.take(io.BytesIO(b"cat"), 3), packing.take(io.BytesIO(b"dog"), 3)
    ...     layout = packing.finish([cat.sha256, dog.sha256])
    >>> content_at(files, layout, dog.sha256, 3).read()
    b'dog'
    """

    def __init__(self, files: FileStore, known: Layout | None = None) -> None:
        self._files = files
        self._known = known or {}
        self._new: dict[str, tuple[int, int, int]] = {}  # sha256 to number of a pack, offset, size
        self._packs: list[Path] = []
        self._pack: BinaryIO | None = None
        self._filled = 0
        self._stack = ExitStack()

    def __enter__(self) -> Packing:
        self._folder = self._stack.enter_context(self._files.scratch()).parent
        return self

    def __exit__(self, *_: object) -> None:
        if self._pack is not None:
            self._pack.close()
        self._stack.close()

    def has(self, sha: str, size: int) -> bool:
        """Whether a content need not be read again."""
        return sha in self._known if size <= SMALL else self._files.has(sha)

    class Taken(NamedTuple):
        """What was read of a file."""

        sha256: str
        size: int

    def take(self, source: BinaryIO, size: int) -> Taken:
        """Read a file to its end; `size` is what it is expected to have, and need not be right."""
        content = bytearray()
        while len(content) <= SMALL and (chunk := source.read(max(SMALL + 1 - len(content), 1))):
            content += chunk
            if len(content) == size and size <= SMALL:  # one more read would only say that this was all
                break
        if len(content) > SMALL:
            return self._take_large(content, source)
        sha = hashlib.sha256(content).hexdigest()
        if sha not in self._known and sha not in self._new:
            self._add(sha, content)
        return self.Taken(sha, len(content))

    def finish(self, wanted: Iterable[str]) -> Layout:
        """Store the packs and return where the `wanted` contents lie."""
        if self._pack is not None:
            self._pack.close()
            self._pack = None
        names = [self._files.adopt(pack) for pack in self._packs]
        layout: Layout = {}
        for sha in wanted:
            if sha in self._known:
                layout[sha] = self._known[sha]
            elif sha in self._new:
                number, offset, size = self._new[sha]
                layout[sha] = Place(names[number], offset, size)
        return layout

    def _add(self, sha: str, content: bytes | bytearray) -> None:
        if self._pack is None or self._filled + len(content) > PACK:
            if self._pack is not None:
                self._pack.close()
            self._packs.append(self._folder / f"pack-{len(self._packs)}")
            self._pack, self._filled = self._packs[-1].open("wb", buffering=_CHUNK), 0
        self._pack.write(content)
        self._new[sha] = (len(self._packs) - 1, self._filled, len(content))
        self._filled += len(content)

    def _take_large(self, beginning: bytearray, source: BinaryIO) -> Taken:
        digest, size = hashlib.sha256(beginning), len(beginning)
        aside = self._folder / "large"
        with aside.open("wb") as out:
            out.write(beginning)
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
                size += len(chunk)
        self._files.adopt(aside, digest.hexdigest())
        aside.unlink(missing_ok=True)  # it stays where the same bytes were stored already
        return self.Taken(digest.hexdigest(), size)
