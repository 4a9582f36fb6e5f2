"""Files of versions: lists of them, their text, what differs."""

from __future__ import annotations

from labstudio.edges import Model


class FileOf(Model):
    """One file of a folder; `label` is the sub-folder it lies in."""

    path: str
    size: int
    sha256: str
    media: str
    kind: str
    label: str


class FilesOf(Model):
    """Some files of a folder: `total` match; `labels` counts all files by their sub-folder."""

    total: int
    offset: int
    files: list[FileOf]
    labels: dict[str, int]


class FileText(Model):
    """The beginning of a file as text; none where it is no text."""

    path: str
    media: str
    text: str | None
    cut: bool


class FileChanges(Model):
    """What differs between two versions of a file or a folder; the lists name the first of each."""

    before: str
    after: str
    summary: str
    added: list[str]
    removed: list[str]
    changed: list[str]
    moved: list[list[str]]
    counts: dict[str, int]
    diff: list[str] | None


class Opened(Model):
    """A copy that the file browser shows, for reading."""

    path: str
