"""Bytes, each stored once under the sha256 of its content. It does not know what the bytes mean.

The store is a local folder; where an fsspec URL is given (``s3://bucket/lab``), the folder is the near
copy of it: what is written goes to both, what is missing here is fetched from there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from labstudio.errors import NotFound, Unavailable

try:
    import fcntl
except ImportError:  # where there is no such lock, what was left behind is told by its age alone
    fcntl = None  # type: ignore[assignment]

_LEFT_SECONDS = 3_600.0  # a folder to which nothing was written for so long, and that nobody holds, was left
_OWNER = "owner"


class FileStore:
    """Content-addressed files.

    Parameters
    ----------
    folder : Path
        Local folder of the files.
    remote : str, optional
        fsspec URL of the place that all machines share.

    Examples
    --------
    >>> import tempfile
    >>> files = FileStore(Path(tempfile.mkdtemp()))
    >>> sha = files.put_bytes(b"hello")
    >>> sha[:8], files.read(sha), files.verify(sha)
    ('2cf24dba', b'hello', True)
    """

    def __init__(self, folder: Path, remote: str | None = None) -> None:
        self.folder = folder
        self._remote = remote.rstrip("/") if remote else None
        self._swept = False

    def put_bytes(self, content: bytes) -> str:
        """Store `content` and return its sha256."""
        sha = hashlib.sha256(content).hexdigest()
        if not self.has(sha):
            with self.scratch() as place:
                place.write_bytes(content)
                self._adopt(place, sha)
        return sha

    def put_file(self, source: str | Path) -> str:
        """Store a copy of the file at `source` and return its sha256."""
        with self.scratch() as place:
            copy_file(source, place)
            return self.adopt(place)

    def adopt(self, place: Path, sha: str | None = None) -> str:
        """Take the finished file `place`, written in a `scratch` of this store, and return its sha256."""
        if sha is None:
            sha = file_sha256(place)
        if not self.has(sha):
            self._adopt(place, sha)
        return sha

    def has(self, sha: str) -> bool:
        """Whether the file is stored, here or at the remote place."""
        if self._place(sha).exists():
            return True
        if self._remote is None:
            return False
        filesystem, url = self._far(sha)
        return bool(filesystem.exists(url))

    def path(self, sha: str) -> Path:
        """Return a local path of the file, for reading only; fetched first where it is only remote."""
        place = self._place(sha)
        if place.exists():
            return place
        if self._remote is not None:
            filesystem, url = self._far(sha)
            with self.scratch() as fetched:
                try:
                    filesystem.get_file(url, str(fetched))
                except FileNotFoundError:
                    pass
                else:
                    if file_sha256(fetched) != sha:
                        raise Unavailable(
                            f"What {url} holds is not the file it is named after; restore it from a copy."
                        )
                    self._keep(fetched, place)
                    return place
        raise NotFound(f"The stored file {sha[:12]}… is gone from {self._remote or self.folder}; restore it.")

    def read(self, sha: str) -> bytes:
        """Return the stored bytes."""
        return self.path(sha).read_bytes()

    def verify(self, sha: str) -> bool:
        """Whether the stored bytes are still those that were put in."""
        return file_sha256(self.path(sha)) == sha

    def remove(self, sha: str) -> None:
        """Take a file away for good; one that is not there is no error."""
        self._place(sha).unlink(missing_ok=True)
        if self._remote is not None:
            filesystem, url = self._far(sha)
            with suppress(FileNotFoundError):
                filesystem.rm_file(url)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a path in a fresh folder on the store's own disk, gone afterwards; `adopt` keeps the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._swept:
            self._swept = True
            self.sweep()
        folder = Path(tempfile.mkdtemp(prefix="tmp-", dir=self.folder))
        try:
            with (folder / _OWNER).open("wb") as owner:
                _hold(owner)
                yield folder / "file"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, older_than: float = _LEFT_SECONDS) -> int:
        """Remove what killed processes left on its way; return how many bytes that were.

        A process holds a lock on its own folder, which the system lets go of when the process ends.
        """
        freed = 0
        for folder in self.folder.glob("tmp-*"):
            with suppress(OSError):
                held = [path for path in folder.rglob("*") if path.is_file()]
                written = max(path.stat().st_mtime for path in (folder, *held))
                if written > time.time() - older_than or _is_held(folder / _OWNER):
                    continue
                size = sum(path.stat().st_size for path in held)
                shutil.rmtree(folder)
                freed += size
        return freed

    def _place(self, sha: str) -> Path:
        return self.folder / sha[:2] / sha[2:4] / sha

    def _far(self, sha: str) -> tuple[Any, str]:
        import fsspec

        return fsspec.url_to_fs(f"{self._remote}/{sha[:2]}/{sha[2:4]}/{sha}")

    def _adopt(self, place: Path, sha: str) -> None:
        if self._remote is not None:
            filesystem, url = self._far(sha)
            with suppress(FileExistsError):
                filesystem.makedirs(url.rsplit("/", 1)[0], exist_ok=True)
            filesystem.put_file(str(place), url)
        self._keep(place, self._place(sha))

    def _keep(self, place: Path, target: Path) -> None:
        """Make `place` permanent: its bytes are on the disk before the name is, so that a name never lies."""
        target.parent.mkdir(parents=True, exist_ok=True)
        place.chmod(0o444)
        _sync(place)
        os.replace(place, target)
        _sync(target.parent)


def _hold(owner: IO[bytes]) -> None:
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_held(owner: Path) -> bool:
    """Whether the process that works in a folder is still there."""
    if fcntl is None or not owner.exists():
        return False
    with owner.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_file(source: str | Path, target: Path) -> None:
    """Copy bytes only (no mode, no times): the copy is made by the kernel where it can."""
    shutil.copyfile(source, target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # some network file systems cannot sync a folder
        if not path.is_dir():
            raise
    finally:
        os.close(descriptor)
