"""Files as things to look at and to label: what kind of thing each is, and how large a picture is upright."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass

from labstudio.data.folders.manifest import File

_MORE = {
    ".ipynb": "application/x-ipynb+json",
    ".parquet": "application/vnd.apache.parquet",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".r": "text/x-r",
    ".sql": "text/x-sql",
    ".jl": "text/x-julia",
    ".yaml": "text/yaml",
    ".yml": "text/yaml",
    ".toml": "text/toml",
    ".onnx": "application/onnx",
    ".ts": "text/x-typescript",
    ".sh": "text/x-sh",
    ".csv": "text/csv",
    ".webp": "image/webp",
}

_TEXTS = ("application/json", "application/jsonl", "application/x-ipynb+json", "application/xml",
          "application/javascript", "application/x-sh", "application/toml", "application/yaml",
          "application/sql", "image/svg+xml")  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One file of a version, as labeling and galleries want it.

    Attributes
    ----------
    path : str
        Within the version, with ``/`` between its parts; what `Data.open_file` takes.
    size : int
        In bytes.
    sha256 : str
        Of its bytes; the same in every version that has the same bytes.
    media : str
        Such as ``"image/png"``, by its name; ``""`` where the name says nothing.
    label : str
        Name of the sub-folder it lies in, which image folders use as the class; ``""`` at the top.
    width, height : int or None
        Of a picture, in pixels, upright: after the rotation that its EXIF data asks for. None for what is no
        picture, or is broken.
    """

    path: str
    size: int
    sha256: str
    media: str
    label: str
    width: int | None = None
    height: int | None = None


def media_of(path: str) -> str:
    """Say what kind of thing a file is, by its name.

    Examples
    --------
    >>> media_of("cats/1.JPG"), media_of("train.py"), media_of("README")
    ('image/jpeg', 'text/x-python', '')
    """
    ending = re.search(r"\.[^./]+$", path.lower())
    if ending and ending[0] in _MORE:
        return _MORE[ending[0]]
    return mimetypes.guess_type("x" + (ending[0] if ending else ""))[0] or ""


def label_of(path: str) -> str:
    """Return the name of the folder that a file lies in.

    Examples
    --------
    >>> label_of("train/cat/1.png"), label_of("1.png")
    ('cat', '')
    """
    return path.rpartition("/")[0].rpartition("/")[2]


def is_text(media: str) -> bool:
    """Whether people read such a file as text."""
    return media.startswith("text/") or media in _TEXTS


def item(file: File, size: tuple[int, int] | None = None) -> Item:
    """Say a file as an item; `size` is width and height."""
    width, height = size or (None, None)
    return Item(*file, media_of(file.path), label_of(file.path), width, height)
