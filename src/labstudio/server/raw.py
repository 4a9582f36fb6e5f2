"""Bytes that are answered as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Raw:
    """Bytes from memory, or streamed from a file; to be saved as `filename` where there is one.

    Attributes
    ----------
    offset, length : int
        Which bytes of a file; to its end where no `length` is given.
    etag : str
        Names the bytes: who has them already is told so, and may ask for a part of them.
    lasting : bool
        The same address will never give other bytes.
    """

    content: bytes | Path
    mimetype: str
    filename: str = ""
    offset: int = 0
    length: int | None = None
    etag: str = ""
    lasting: bool = False

    @property
    def size(self) -> int:
        """Number of bytes."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size - self.offset if self.length is None else self.length


def part(header: str, size: int) -> range | None:
    """Return which bytes a Range header asks for; None for all, an empty range for what is not there.

    Examples
    --------
    >>> part("bytes=2-", 5), part("bytes=-2", 5), part("bytes=7-9", 5), part("lines=1-2", 5)
    (range(2, 5), range(3, 5), range(0, 0), None)
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if found is None or not any(found.groups()):  # several parts at once are answered with all
        return None
    first, last = found.groups()
    if not first:
        return range(max(size - int(last), 0), size) if int(last) else range(0)
    if int(first) >= size or (last and int(last) < int(first)):
        return range(0)
    return range(int(first), min(int(last) + 1, size) if last else size)
