"""Data assets, pages of rows, uploads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labstudio.edges import Told
from labstudio.server.told.imports import Source


class NewData(Source):
    """What is to be added: a file of the server, an upload, or what a datastore holds; and how to read it."""

    name: str = Field(min_length=1, description="Name of the data asset.")


class MoreData(Source):
    """What is to stand below the rows of a table, or among the files of a folder; and how to read it."""


class Assets(Told):
    """Which data assets to list."""

    archived: bool = Field(False, description="Also those that are put away.")


class About(Told):
    """What is said of a data asset; what is not given stays."""

    description: str | None = Field(None, description="What it holds, where it is from, what to mind.")
    tags: list[str] | None = Field(None, description="Words to find it by.")
    owner: str | None = Field(None, description="Who answers for it.")


class Page(Told):
    """Which rows and columns of a table."""

    offset: int = Field(0, ge=0, description="First row, counted among those that match.")
    limit: int = Field(200, ge=1, le=5_000, description="Number of rows.")
    sort: list[str] = Field(default_factory=list, description="Columns to sort by; -name for descending.")
    filter: str = Field("", max_length=2_000, description="Such as: lifeExp > 70 and continent = Asia.")
    first_column: int = Field(0, ge=0, description="First column.")
    columns: int = Field(100, ge=1, le=1_000, description="Number of columns.")
    format: Literal["json", "arrow"] = Field("json", description="JSON, or an Arrow IPC stream.")


class NewUpload(Told):
    """A file that is to come in chunks."""

    filename: str = Field(min_length=1, max_length=255, description="What it is called, to be shown.")
    size: int = Field(ge=0, description="Bytes that will come.")


class Chunk(Told):
    """Where a chunk of bytes belongs."""

    offset: int = Field(ge=0, description="Bytes that came before it.")
