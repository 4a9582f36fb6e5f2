"""Whose turn it is to write: a line of processes and threads, first come, first served.

SQLite's own waiting looks ever more rarely whether the way is free: who has waited long is passed by those
who have just come. Here the system keeps those who wait in line and wakes the next one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labstudio.errors import Unavailable

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting must do
    fcntl = None  # type: ignore[assignment]


@contextmanager
def turn(path: Path, wait: float) -> Iterator[None]:
    """Stand in line at the lock file at `path` until it is this thread's turn, which ends with the block.

    The line orders who comes and guards nothing. The system ends the turn of a process that ends, however it
    ends. Where the system, the file system or a folder's permissions allow no such lock, nobody waits here.

    Parameters
    ----------
    path : Path
        The lock file; made when absent, never deleted.
    wait : float
        Seconds to wait.

    Raises
    ------
    Unavailable
        It was not this thread's turn in that time.

    Examples
    --------
    >>> import tempfile
    >>> with turn(Path(tempfile.mkdtemp()) / "turn.lock", wait=1.0):
    ...     "written"
    'written'
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666) if fcntl else None
    except OSError:
        file = None
    if file is None:
        yield
        return
    place = _Place(file)
    try:
        if not place.comes(wait):
            raise Unavailable(
                f"The database in {path.parent} is busy with another writer, and still was after {wait:g} s; "
                "try again in a moment."
            )
        yield
    finally:
        place.leave()


class _Place:
    """One place in line, which is an open file; closing it is leaving."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._settled = threading.Lock()
        self._came = threading.Event()
        self._left = False

    def comes(self, wait: float) -> bool:
        """Say whether the turn comes within so many seconds."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # the system's own waiting knows no end, so a thread does it
            threading.Thread(target=self._stand, daemon=True).start()
            return self._came.wait(wait)
        except OSError:  # a file system without such locks
            pass
        self._came.set()
        return True

    def leave(self) -> None:
        with self._settled:
            self._left = True
            if self._came.is_set():
                os.close(self._file)

    def _stand(self) -> None:
        with suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._settled:
            self._came.set()
            if self._left:  # whoever waited has given up
                os.close(self._file)
