"""What the routes are told, where the settings models of the capabilities do not say it already."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from labstudio.data.options import ImportOptions


class Told(BaseModel):
    """Base of what routes are told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Told):
    """No options."""


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


class NewData(ImportOptions):
    """A file of the server, or an upload that is complete, and how to read it."""

    name: str = Field(min_length=1, description="Name of the data asset.")
    path: str | None = Field(None, description="File, relative to the folder that the file browser shows.")
    upload: str | None = Field(None, description="Id of an upload that is complete.")

    @model_validator(mode="after")
    def _one_source(self) -> NewData:
        if (self.path is None) == (self.upload is None):
            raise ValueError("Give either path or upload.")
        return self


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


class NewModel(Told):
    """A run whose model is to be registered, and the name."""

    run: str = Field(min_length=1, description="Id of the run, such as run-3.")
    name: str = Field(min_length=1, description="Name of the model.")


class Predict(Told):
    """Rows, each a map of column to value; a column that is left out is missing."""

    rows: list[dict[str, Any]] = Field(min_length=1, max_length=10_000, description="The rows.")


class LogFrom(Told):
    """Where in a log to go on."""

    offset: int = Field(0, ge=0, description="Bytes that were read already; negative is not allowed.")
    limit: int = Field(65_536, ge=1, le=1_048_576, description="Bytes to read at most.")
