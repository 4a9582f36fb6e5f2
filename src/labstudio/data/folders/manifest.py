"""The manifest of a folder: path, size and sha256 of every file, as JSON that is always the same text.

Its sha256 is the folder's identity: the same files under the same paths are the same folder, wherever they
came from and however they are stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from labstudio.errors import Invalid

MOST_FILES = 2_000_000
_LONGEST_PATH = 4_096


class File(NamedTuple):
    """One file of a folder.

    Attributes
    ----------
    path : str
        Relative to the folder, with ``/`` between its parts.
    size : int
        In bytes.
    sha256 : str
        Of its bytes.
    """

    path: str
    size: int
    sha256: str


def encode(files: Iterable[File]) -> bytes:
    """Write the manifest of files, sorted by their paths.

    Examples
    --------
    >>> encode([File("b.txt", 1, "ef"), File("a/c.txt", 2, "ab")])[:60]
    b'{"files":[{"path":"a/c.txt","sha256":"ab","size":2},{"path":'
    """
    plain = [{"path": path, "sha256": sha256, "size": size} for path, size, sha256 in sorted(files)]
    return json.dumps({"files": plain}, ensure_ascii=False, separators=(",", ":")).encode()


def decode(content: bytes) -> list[File]:
    """Read a manifest."""
    return [File(one["path"], one["size"], one["sha256"]) for one in json.loads(content)["files"]]


def checked(path: str) -> str:
    """Return a path as it may stand in a manifest; one that leads out of the folder is refused.

    Raises
    ------
    Invalid
        It is absolute, goes upwards, or is no text.

    Examples
    --------
    >>> checked("cats/1.png")
    'cats/1.png'
    >>> checked("../passwd")
    Traceback (most recent call last):
    ...
    labstudio.errors.Invalid: '../passwd' leads out of its folder; nothing was added.
    """
    shown = path[:120].encode(errors="backslashreplace").decode()
    parts = path.split("/")
    drive = path[1:2] == ":" and path[0].isalpha()
    if path.startswith("/") or ".." in parts or drive or "\0" in path:
        raise Invalid(f"{shown!r} leads out of its folder; nothing was added.")
    if "" in parts or "." in parts:
        raise Invalid(f"{shown!r} is no plain path; nothing was added.")
    if len(path) > _LONGEST_PATH:
        raise Invalid(f"{shown!r}… has {len(path):,} characters; {_LONGEST_PATH:,} is the most.")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise Invalid(f"The name '{shown}' is not UTF-8; rename the file and add the folder again.") from None
    return path
