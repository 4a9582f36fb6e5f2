"""Data assets and pages of their rows; and files on their way here."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model


class Column(Model):
    """One column of a table."""

    name: str
    physical: str
    semantic: str


class Asset(Model):
    """One version of a data asset, in a line.

    `archived` says since when it is put away, `held` why it is not taken by those who name no version,
    `refreshable` whether its source can be read again.
    """

    kind: Literal["table", "file", "folder"]
    name: str
    version: int
    ref: str
    subject: str
    rows: int
    columns: int
    size: int
    created: float
    by: str
    source: str
    held: str | None
    description: str
    tags: list[str]
    owner: str
    archived: float | None
    refreshable: bool


class AssetDetail(Asset):
    """One version of a data asset, whole; `versions` are all of the name, newest first.

    `origin` is what it was made from, where that can be read again.
    """

    origin: dict[str, Any] | None

    fields: list[Column]
    sha256: str
    found: dict[str, Any]
    versions: list[Asset]


class Added(Model):
    """What adding came to: the version, or the job that goes on reading a large file."""

    asset: Asset | None
    existed: bool
    job: str | None


class Said(Model):
    """What something came to, as a sentence."""

    ok: bool
    sentence: str


class Rows(Model):
    """A page of a table: `values` has one list a column; `total` rows match the filter."""

    total: int
    offset: int
    columns: list[Column]
    values: list[list[Any]]


class Upload(Model):
    """A file on its way here in chunks; the next chunk begins at `offset`."""

    id: str
    filename: str
    size: int
    offset: int
