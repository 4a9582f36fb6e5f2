"""Connections to where a team keeps data, and what lies there."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model


class Datastore(Model):
    """A connection; `secret` is a reference such as env:LAKE_KEY, never a secret."""

    name: str
    kind: Literal["folder", "object", "sql", "delta", "spark"]
    url: str
    secret: str | None
    options: dict[str, Any]
    description: str
    created: float
    by: str


class Entry(Model):
    """A folder, file or table of a datastore; `path` is what it is read by."""

    name: str
    path: str
    kind: Literal["folder", "file", "table"]
    size: int | None
    modified: float | None


class Entries(Model):
    """Entries of a folder from `offset` on; `total` of it match what was asked for."""

    entries: list[Entry]
    offset: int
    total: int
