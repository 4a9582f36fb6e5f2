"""A folder of an object store: listed with few questions, its small files fetched many at once.

What an object store calls the ETag of a file is another one where its bytes are, so that a file that was read
before need not be read again.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

from labstudio.data.folders.packing import SMALL
from labstudio.data.folders.scanning import SKIPPED, Listing, Seen
from labstudio.errors import Conflict

_AT_ONCE = 64  # small files that are fetched together


@dataclass(kw_only=True)
class Objects(Listing):
    """What was seen of a folder of an object store.

    Attributes
    ----------
    system : fsspec file system
        Of the store.
    root : str
        The folder, as the file system calls it.
    fetching : dict
        What the file system is told with each small file.
    sentences : callable () → context manager
        Turns what the file system raises into a sentence.
    """

    system: Any
    root: str
    sentences: Callable[[], AbstractContextManager[None]]
    fetching: dict[str, Any] = field(default_factory=dict)

    def settled(self, seen: Seen) -> bool:
        """Whether a later change of the file will show."""
        return bool(seen.mark) or (seen.mtime_ns > 0 and super().settled(seen))

    def opened(self, wanted: Iterable[Seen]) -> Iterator[tuple[Seen, BinaryIO]]:
        """Open files that were seen, each until the next one is asked for."""
        waiting: list[Seen] = []
        for seen in wanted:
            if seen.size > SMALL:
                yield from self._fetched(waiting)
                waiting = []
                with self._large(seen) as file:
                    yield seen, file
                continue
            waiting.append(seen)
            if len(waiting) == _AT_ONCE:
                yield from self._fetched(waiting)
                waiting = []
        yield from self._fetched(waiting)

    def _fetched(self, wanted: list[Seen]) -> Iterator[tuple[Seen, BinaryIO]]:
        if not wanted:
            return
        paths = [self._place(seen) for seen in wanted]
        with self.sentences():
            contents = self.system.cat_ranges(paths, None, None, on_error="return", **self.fetching)
        for seen, content in zip(wanted, contents, strict=True):
            if isinstance(content, FileNotFoundError):
                raise _gone(seen)
            if isinstance(content, Exception):
                with self.sentences():
                    raise content
            yield seen, io.BytesIO(content)

    def _large(self, seen: Seen) -> AbstractContextManager[BinaryIO]:
        with self.sentences():
            try:
                file = self.system.open(self._place(seen), "rb")
            except FileNotFoundError:
                raise _gone(seen) from None
        return cast("AbstractContextManager[BinaryIO]", _Spoken(file, self.sentences))

    def _place(self, seen: Seen) -> str:
        return f"{self.root}/{seen.path}"


class _Spoken(io.RawIOBase):
    """A file whose errors are sentences."""

    def __init__(self, file: Any, sentences: Callable[[], AbstractContextManager[None]]) -> None:
        self._file, self._sentences = file, sentences

    def read(self, size: int = -1) -> bytes:
        with self._sentences():
            return cast("bytes", self._file.read(size))

    def close(self) -> None:
        self._file.close()
        super().close()


def listed(
    system: Any, place: str, root: str, sentences: Callable[[], AbstractContextManager[None]]
) -> Objects:
    """List all files at a place and below it, by their paths from a root."""
    tree = Objects(began=time.time_ns(), system=system, root=root, sentences=sentences)
    if "s3" in system.protocol:  # a question less for each file
        tree.fetching["max_concurrency"] = 1
    with sentences():
        found = system.find(place, detail=True)
    for name, told in found.items():
        if told.get("type") == "directory" or name.endswith("/"):  # how an empty folder is marked
            continue
        path = name.strip("/").removeprefix(f"{root.strip('/')}/")
        if SKIPPED.intersection(path.split("/")):
            tree.others += 1
            continue
        mark = str(told.get("ETag") or told.get("etag") or "")
        changed = int((changed_at(told) or 0) * 1e9)
        tree.files.append(Seen(path, int(told.get("size") or 0), changed, mark))
    return tree


def changed_at(found: dict[str, Any]) -> float | None:
    """Say when a file was changed, by whatever name its store calls that."""
    for name in ("mtime", "LastModified", "last_modified", "updated"):
        told = found.get(name)
        if isinstance(told, datetime):
            return told.timestamp()
        if isinstance(told, int | float):
            return float(told)
        if isinstance(told, str):
            return datetime.fromisoformat(told).timestamp()
    return None


def _gone(seen: Seen) -> Conflict:
    return Conflict(f"{seen.path} was taken away while the folder was read; add it again.")
