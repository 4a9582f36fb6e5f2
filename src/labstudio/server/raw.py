"""Bytes that are answered as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Raw:
    """Bytes from memory, or streamed from a file; to be saved as `filename` where there is one.

    What has an `etag` is looked at in place and kept by the browser; a file is then sent in parts where a
    range is asked for.
    """

    content: bytes | Path
    mimetype: str
    filename: str = ""
    etag: str = ""
