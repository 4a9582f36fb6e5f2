"""Bytes that are answered as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Raw:
    """Bytes from memory, or streamed from a file; to be saved as `filename` where there is one."""

    content: bytes | Path
    mimetype: str
    filename: str = ""
