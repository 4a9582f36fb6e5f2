"""Data assets, pages of their rows, profiles; and files on their way here."""

from __future__ import annotations

from typing import Any

from labstudio.server.answers.common import Model


class Column(Model):
    """One column of a table."""

    name: str
    physical: str
    semantic: str


class Asset(Model):
    """One version of a data asset, in a line."""

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


class AssetDetail(Asset):
    """One version of a data asset, whole; `versions` are all of the name, newest first."""

    fields: list[Column]
    sha256: str
    found: dict[str, Any]
    versions: list[Asset]


class Added(Model):
    """What adding came to: the version, or the job that goes on reading a large file."""

    asset: Asset | None
    existed: bool
    job: str | None


class ColumnProfile(Model):
    """What a column holds; `note` is one thing to know about it, in a few words."""

    name: str
    physical: str
    semantic: str
    missing: int
    distinct: int
    minimum: Any
    maximum: Any
    mean: float | None
    std: float | None
    quantiles: dict[str, float]
    top: list[tuple[Any, int]]
    edges: list[float]
    counts: list[int]
    note: str
    alert: bool


class Profile(Model):
    """What all columns of a version hold."""

    ref: str
    rows: int
    estimated: bool
    columns: list[ColumnProfile]


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
