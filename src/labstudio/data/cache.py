"""Files that can be made again, in ``.labstudio/cache``: the copies and row orders behind a grid.

The folder may be deleted at any time, whole or in part: whoever misses a file makes it again. A file is
written aside and gets its name when it is whole, so that two processes that make the same one do not clash
and none that is killed leaves half of it. Beyond the limit, those that nobody has used for longest go first.
It does not know what the files hold.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from labstudio.errors import Unavailable

_IN_USE_SECONDS = 60.0  # what was used just now stays, whatever the limit says
_LEFT_BEHIND_SECONDS = 86_400.0  # a folder of a process that was killed
_NOT_WRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)


@dataclass(frozen=True)
class Cache:
    """A folder of files by name, which other processes may share.

    Examples
    --------
    >>> import tempfile
    >>> cache = Cache(Path(tempfile.mkdtemp()))
    >>> cache.find("greeting") is None
    True
    >>> with cache.making("greeting") as place:
    ...     _ = place.write_text("hello")
    >>> cache.find("greeting").read_text()
    'hello'
    """

    folder: Path
    limit: int = 10 << 30  # bytes

    def find(self, name: str) -> Path | None:
        """Return the file and remember that it is in use; None where there is none."""
        path = self.folder / name
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """Give a path in a fresh folder; what is there in the end becomes the file of that name."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix="tmp-", dir=self.folder))
            try:
                yield aside / "file"
                os.replace(aside / "file", self.folder / name)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        except OSError as error:
            if error.errno not in _NOT_WRITABLE:
                raise
            raise Unavailable(
                f"{self.folder} cannot be written ({error.strerror}); make room there and try again."
            ) from None
        self._sweep()

    def _sweep(self) -> None:
        now, total = time.time(), 0
        files = []
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):  # another process sweeps too
                files.append((path.stat().st_mtime, path.stat().st_size, path))
        for used, size, path in sorted(files, reverse=True):
            if path.is_dir():
                if used < now - _LEFT_BEHIND_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)
                continue
            total += size
            if total > self.limit and used < now - _IN_USE_SECONDS:
                path.unlink(missing_ok=True)
