"""Gzip files and zip archives, unpacked one stream at a time and never beyond a limit.

What an archive says of its own sizes and paths is not believed: bytes are counted as they come, and they are
written to the place that the caller names. It knows bytes, and no tables.
"""

from __future__ import annotations

import gzip
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from labstudio.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

CHUNK_BYTES = 1 << 20
RATIO = 200  # tables of text shrink to a twentieth, bombs to a thousandth
HARMLESS_BYTES = 64 << 20  # less is unpacked whatever the ratio
MOST_BYTES = 256 << 30
MOST_MEMBERS = 100_000
_TABLE = re.compile(r"\.(csv|tsv|tab|psv|parquet|jsonl|ndjson|json|xlsx|fwf)(\.gz)?$", re.IGNORECASE)


def gunzip(source: Path, target: Path, most: int | None = None) -> Path:
    """Unpack a gzip file into `target`; the first `most` bytes of it, where that is given."""
    with _sound("gzip file"), gzip.open(source) as packed:
        return _copy(packed, target, source.stat().st_size, most)


def is_workbook(source: Path) -> bool:
    """Whether a zip archive is an Excel workbook."""
    with _sound("zip archive or an Excel workbook, but it"), zipfile.ZipFile(source) as archive:
        return any(re.match(r"xl/workbook\.(xml|bin)$", name) for name in archive.namelist())


def unzip(source: Path, target: Path, member: str | None, most: int | None = None) -> tuple[Path, str]:
    """Unpack the one table in a zip archive, or the one named `member`; return the path and its name."""
    with _sound("zip archive"), zipfile.ZipFile(source) as archive:
        chosen = _chosen(archive, member)
        if chosen.flag_bits & 1:
            raise Invalid(f"{chosen.filename} in the archive is locked by a password; unpack it first.")
        with archive.open(chosen) as packed:
            return _copy(packed, target, source.stat().st_size, most), chosen.filename


def members(source: Path) -> list[str]:
    """Return the names of the files in a zip archive that may be tables."""
    with _sound("zip archive"), zipfile.ZipFile(source) as archive:
        return [info.filename for info in _files(archive)]


def is_tree(source: Path) -> bool:
    """Whether this is a zip archive that holds a folder's files, such as pictures, and no table."""
    try:
        if not zipfile.is_zipfile(source) or is_workbook(source):
            return False
        with zipfile.ZipFile(source) as archive:
            files = _visible(archive)
    except (OSError, Invalid, zipfile.BadZipFile):
        return False
    return len(files) > 1 and not any(_TABLE.search(info.filename) for info in files)


def listed(source: Path) -> list[tuple[str, int]]:
    """Return names and claimed sizes of the files that `tree` would give."""
    if not zipfile.is_zipfile(source):
        raise Invalid("This is no zip archive and no folder; add it as a file.")
    with _sound("zip archive"), zipfile.ZipFile(source) as archive:
        return [(info.filename.replace("\\", "/"), info.file_size) for info in _visible(archive)]


def tree(source: Path) -> Generator[tuple[str, int, IO[bytes]]]:
    """Give each file of a zip archive: its name as it stands there, the size it claims, and its bytes.

    No file is written. Links are left out, as are folders and what programs leave beside a person's files.

    Raises
    ------
    Invalid
        It is no zip archive, is locked or damaged, or unpacks to far too much.
    """
    if not zipfile.is_zipfile(source):
        raise Invalid("This is no zip archive and no folder; add it as a file.")
    with _sound("zip archive"), zipfile.ZipFile(source) as archive:
        left = _Counted(_limit(source.stat().st_size))
        for info in _visible(archive):
            if info.flag_bits & 1:
                raise Invalid(f"{info.filename} in the archive is locked by a password; unpack it first.")
            with archive.open(info) as packed:
                yield info.filename, info.file_size, left.of(packed)


class _Counted:
    """Bytes that may still come out of an archive, whatever it says of its sizes."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def of(self, packed: IO[bytes]) -> IO[bytes]:
        self._packed = packed
        return self  # type: ignore[return-value]  # what is read of is all that is asked for

    def read(self, size: int = -1) -> bytes:
        chunk = self._packed.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise _bomb(self._limit)
        return chunk


def check_members(source: Path) -> None:
    """Refuse a zip archive of which any member unpacks to far too much."""
    with _sound("Excel workbook"), zipfile.ZipFile(source) as archive:
        limit, size = _limit(source.stat().st_size), 0
        for info in archive.infolist():
            with archive.open(info) as packed:
                while chunk := packed.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > limit:
                        raise _bomb(limit)


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    if len(archive.infolist()) > MOST_MEMBERS:
        raise Invalid(
            f"The zip archive holds {len(archive.infolist()):,} files; unpack it, and name one of them."
        )
    return _visible(archive)


def _visible(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not stat.S_ISLNK(info.external_attr >> 16)
        and not re.search(r"(^|/)(__MACOSX/|\.)", info.filename.replace("\\", "/").replace("../", ""))
    ]


def _chosen(archive: zipfile.ZipFile, member: str | None) -> zipfile.ZipInfo:
    files = _files(archive)
    if member is not None:
        found = [info for info in files if info.filename == member]
        if not found:
            raise Invalid(f"There is no {member!r} in the zip archive; {_listed(files)}.")
        return found[0]
    tables = [info for info in files if _TABLE.search(info.filename)]
    for some in (files, tables):
        if len(some) == 1:
            return some[0]
    if not files:
        raise Invalid("The zip archive holds no file.")
    raise Invalid(f"The zip archive holds several files; say which with member: {_listed(tables or files)}.")


def _listed(files: Sequence[zipfile.ZipInfo]) -> str:
    names = ", ".join(repr(info.filename[:100]) for info in files[:10])
    return f"it holds {names or 'none'}" + (f" and {len(files) - 10} more" if len(files) > 10 else "")


def _copy(packed: IO[bytes] | gzip.GzipFile, target: Path, size: int, most: int | None) -> Path:
    limit, written = _limit(size), 0
    room = shutil.disk_usage(target.parent).free
    with target.open("wb") as out:
        while chunk := _next(packed, CHUNK_BYTES if most is None else most - written, most is not None):
            written += len(chunk)
            if written > limit:
                raise _bomb(limit)
            if written > room:
                raise Unavailable("There is no room to unpack the archive; make room and try again.")
            out.write(chunk)
    return target


def _next(packed: IO[bytes] | gzip.GzipFile, size: int, beginning: bool) -> bytes:
    try:
        return packed.read(min(size, CHUNK_BYTES))
    except EOFError:
        if beginning:  # what comes from another archive's beginning ends early
            return b""
        raise


def _limit(size: int) -> int:
    return min(max(size * RATIO, HARMLESS_BYTES), MOST_BYTES)


def _bomb(limit: int) -> Invalid:
    return Invalid(
        f"The archive unpacks to more than {limit >> 20:,} MB, far more than tables do: is it a zip bomb? "
        "If you trust it, unpack it and add the file inside."
    )


@contextmanager
def _sound(kind: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        if "Excel workbook" in kind:
            raise Invalid(f"This begins as a {kind} is damaged ({error}); fetch it again.") from None
        raise Invalid(f"The {kind} is damaged ({error}); fetch it again.") from None
