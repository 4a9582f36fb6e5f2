"""The workspace: events, lineage, cells."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labstudio.edges import Told


class Newest(Told):
    """How many of the newest."""

    limit: int = Field(100, ge=1, le=1_000, description="How many, newest first.")


class Subject(Told):
    """Something that events and lineage name."""

    subject: str = Field(min_length=1, description="Such as data:churn@3, run:run-2 or model:churn@1.")


class CellOf(Told):
    """A verb and what it is told."""

    magic: str = Field(description="Name of the magic, such as automl.")
    verb: str = Field("", description="The verb behind it, such as add; empty where it needs none.")
    options: dict[str, Any] = Field(default_factory=dict, description="Options by name.")
