"""Files on their way from a browser, in pieces: ``.labstudio/uploads/<id>/content/<name>``.

What has arrived is the length of the file and is noted nowhere else, so that an upload goes on where it
stopped after a lost line, a full disk or a killed server. It knows neither HTTP nor what a file is for.
"""

from __future__ import annotations

import errno
import fcntl
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import SEEK_END, FileIO
from pathlib import Path

from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.store.files import file_sha256

MARGIN = 200_000_000  # bytes that an upload leaves free for everything else on the disk

_ID = re.compile(r"[0-9a-f]{32}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ABOUT, _CONTENT = "about.json", "content"


@dataclass(frozen=True)
class Upload:
    """One upload: `offset` bytes of `size` have arrived."""

    id: str
    filename: str
    size: int
    offset: int
    sha256: str = ""


class Uploads:
    """The uploads of one workspace.

    Parameters
    ----------
    root : Path
        The ``.labstudio`` folder.
    largest : int, optional
        Largest size of a file, in bytes.

    Examples
    --------
    >>> import tempfile
    >>> uploads = Uploads(Path(tempfile.mkdtemp()))
    >>> upload = uploads.begin("people.csv", 9)
    >>> uploads.append(upload.id, 0, [b"age\\n", b"31\\n"]).offset
    7
    >>> uploads.append(upload.id, 7, [b"7\\n"]).offset
    9
    >>> uploads.path(upload.id).read_text()
    'age\\n31\\n7\\n'
    """

    def __init__(self, root: Path, largest: int | None = None) -> None:
        self._folder = root / "uploads"
        self._largest = largest

    def begin(self, filename: str, size: int, sha256: str = "") -> Upload:
        """Announce a file.

        Parameters
        ----------
        filename : str
            What the person calls it.
        size : int
            In bytes.
        sha256 : str, optional
            Of the whole file; `path` then holds what has arrived against it.

        Raises
        ------
        Invalid
            It is too large.
        Conflict
            There is no room for it.
        """
        name = _display(filename)
        if size < 0:
            raise Invalid(f"A file cannot have {size} bytes.")
        if self._largest is not None and size > self._largest:
            raise Invalid(
                f"{name} has {_bytes(size)}; at most {_bytes(self._largest)} can be uploaded here. "
                "Put it in a folder of the server and add it by its path."
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        if free < size + MARGIN:
            raise Conflict(
                f"{name} needs {_bytes(size + MARGIN)} of room, the server's disk has {_bytes(free)} left; "
                "make room there and try again."
            )
        upload = Upload(secrets.token_hex(16), name, size, 0, sha256.lower())
        folder = self._folder / upload.id
        folder.mkdir()
        (folder / _CONTENT).mkdir()
        (folder / _CONTENT / name).touch()
        (folder / _ABOUT).write_text(json.dumps({"filename": name, "size": size, "sha256": upload.sha256}))
        return upload

    def append(self, id: str, offset: int, chunks: Iterable[bytes]) -> Upload:
        """Write what comes next; what arrived before an error stays, and `get` says how much that is.

        Raises
        ------
        Conflict
            The upload continues elsewhere, or another request is writing it.
        Invalid
            More comes than was announced.
        Unavailable
            The disk is full.
        """
        upload = self.get(id)
        name = upload.filename
        with (self._folder / id / _CONTENT / name).open("ab", buffering=0) as file:
            try:
                fcntl.flock(
                    file, fcntl.LOCK_EX | fcntl.LOCK_NB
                )  # unlike other locks, needs no room on the disk
            except BlockingIOError:
                raise Conflict(f"{name} is being sent by another request; wait until it has ended.") from None
            arrived = file.seek(0, SEEK_END)
            if offset != arrived:
                raise Conflict(f"{name} continues at byte {arrived}, not at byte {offset}.")
            for chunk in chunks:
                arrived += len(chunk)
                if arrived > upload.size:
                    raise Invalid(f"{name}: more bytes came than the {upload.size:,} that were announced.")
                _write(file, chunk, name)
        return self.get(id)

    def get(self, id: str) -> Upload:
        """Return how far an upload is."""
        folder = self._folder / id
        try:
            if not _ID.fullmatch(id):
                raise FileNotFoundError
            about = json.loads((folder / _ABOUT).read_text())
            offset = (folder / _CONTENT / about["filename"]).stat().st_size
        except (FileNotFoundError, ValueError):
            raise NotFound("This upload is not known (any more); begin it again.") from None
        return Upload(id, about["filename"], about["size"], offset, about["sha256"])

    def path(self, id: str) -> Path:
        """Return the whole file, to be read.

        Raises
        ------
        Invalid
            Something is missing yet, or it is not the file that was announced.
        """
        upload = self.get(id)
        if upload.offset < upload.size:
            raise Invalid(
                f"{upload.filename}: {upload.offset:,} of {upload.size:,} bytes have arrived; "
                "send the rest first."
            )
        path = self._folder / id / _CONTENT / upload.filename
        if upload.sha256 and file_sha256(path) != upload.sha256:
            raise Invalid(f"{upload.filename} was damaged on its way; upload it again.")
        return path

    def discard(self, id: str) -> None:
        """Remove an upload; one that is not there is no error."""
        if _ID.fullmatch(id):
            shutil.rmtree(self._folder / id, ignore_errors=True)

    def sweep(self, older_than: float = 86_400.0) -> None:
        """Remove uploads to which nothing was written for so many seconds."""
        for folder in self._folder.glob("*"):
            with suppress(FileNotFoundError):  # discarded meanwhile
                written = max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
                if written < time.time() - older_than:
                    self.discard(folder.name)


def _write(file: FileIO, chunk: bytes, name: str) -> None:
    left = memoryview(chunk)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Unavailable(
            f"The server's disk is full; {name} goes on at byte {file.tell():,} when there is room again."
        ) from None


def _display(filename: str) -> str:
    """Return the last part of a name that may be a path: what can be shown of it, and be a file's name."""
    name = "".join(sign for sign in re.split(r"[/\\]", filename)[-1] if sign.isprintable())
    return name.encode()[-200:].decode(errors="ignore").strip(" .") or "file"


def _bytes(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.4g} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"
