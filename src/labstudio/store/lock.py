"""A lock between processes on one machine or one shared folder. It knows nothing of what it guards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from labstudio.errors import Unavailable


@contextmanager
def file_lock(path: Path, wait: float = 120.0) -> Iterator[None]:
    """Hold the lock file at `path` alone; the system lets go of it when this process ends, however it ends.

    The lock is SQLite's own on an empty database: it works on every system and between threads too,
    which ``fcntl`` and ``msvcrt`` do not.

    Parameters
    ----------
    path : Path
        The lock file; made when absent, never deleted.
    wait : float
        Seconds to wait for another holder.

    Raises
    ------
    Unavailable
        Somebody else still holds the lock after `wait` seconds.
    """
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Unavailable(
                f"Another process works on {path.parent} and still does after {wait:g} s ({error}); "
                "try again when it has ended."
            ) from None
        yield
