"""Copies of folders and files on this disk, for programs that want a path: ``.labstudio/checkouts``.

A copy can be made again at any time, so it goes when it has not been asked for in a week, or when its version
was deleted or put away; never while a process that has asked for it is there. Such a process holds a lock on
the folder, which the system lets go of when the process ends. What a version is this module does not know.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # where there is no such lock, age alone decides
    fcntl = None  # type: ignore[assignment]

WEEK = 7 * 86_400.0  # seconds for which a copy stays that nobody asks for
_GOING = "going-"


class Checkouts:
    """The copies in one folder.

    Examples
    --------
    >>> kept = Checkouts(Path(tempfile.mkdtemp()) / "checkouts")
    >>> place = kept.adopt(Path(tempfile.mkdtemp()), "ab12")
    >>> kept.find("ab12") == place, kept.sweep(older_than=0)
    (True, 0)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[str, int] = {}  # descriptors, which end with this object

    def __del__(self) -> None:
        for descriptor in self._held.values():
            with suppress(OSError):
                os.close(descriptor)

    def find(self, name: str) -> Path | None:
        """Return a copy, which stays for as long as this process does; None where there is none."""
        place = self.folder / name
        with suppress(FileNotFoundError):
            os.utime(place)
            while not self._hold(name, place):  # it was swept, and is there again, between two lines
                continue
            return place
        return None

    def adopt(self, made: Path, name: str) -> Path:
        """Take a finished copy, a folder on the same disk, and return where it is now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                os.replace(made, self.folder / name)
            except OSError:  # another process was faster
                if not (self.folder / name).exists():
                    raise
            place = self.find(name)
            if place is not None:
                self.sweep()
                return place

    def drop(self, names: Collection[str]) -> None:
        """Take copies away that no process has asked for."""
        for name in names:
            self._remove(self.folder / name)

    def sweep(self, older_than: float = WEEK) -> int:
        """Take away what nobody uses and nobody has asked for lately; return how many copies that were."""
        gone = 0
        if self.folder.is_dir():
            for place in list(self.folder.iterdir()):
                with suppress(OSError):
                    if place.name.startswith(_GOING):  # of a process that was killed on the way
                        shutil.rmtree(place, ignore_errors=True)
                    elif place.stat().st_mtime <= time.time() - older_than:
                        gone += self._remove(place)
        return gone

    def _hold(self, name: str, place: Path) -> bool:
        """Hold a copy; whether what is held is what stands at its place."""
        if name not in self._held:
            descriptor = os.open(place, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
            if fcntl is not None:
                with suppress(OSError):  # a file system without locks
                    fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._held[name] = descriptor
        if os.path.samestat(os.fstat(self._held[name]), place.stat()):
            return True
        os.close(self._held.pop(name))
        return False

    def _remove(self, place: Path) -> int:
        """Take one copy away, unless a process holds it; its name is free at once."""
        with suppress(OSError):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                if fcntl is not None:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                aside = Path(tempfile.mkdtemp(prefix=_GOING, dir=self.folder))
                os.replace(place, aside / place.name)
            finally:
                os.close(descriptor)
            shutil.rmtree(aside, ignore_errors=True)
            return 1
        return 0
