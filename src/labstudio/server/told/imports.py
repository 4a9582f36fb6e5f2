"""What is to be imported, and is looked at first."""

from __future__ import annotations

from pydantic import Field, model_validator

from labstudio.data.options import ImportOptions


class Source(ImportOptions):
    """A file of the server, an upload that is complete, or what a datastore holds; and how to read it."""

    path: str | None = Field(
        None, description="File, relative to the folder that the file browser shows, or to the store."
    )
    upload: str | None = Field(None, description="Id of an upload that is complete.")
    store: str | None = Field(None, description="Datastore that is read, by path or query.")
    query: str | None = Field(None, description="SQL query of the store.")
    as_of: str | None = Field(None, description="Of a Delta table: a version's number, or a time.")

    @model_validator(mode="after")
    def _one_source(self) -> Source:
        if sum(one is not None for one in (self.path, self.upload, self.query)) != 1:
            raise ValueError("Give either path or upload, or a query with its store.")
        if self.store is None and (self.query is not None or self.as_of is not None):
            raise ValueError("Say by store which datastore is to be asked.")
        if self.store is not None and self.upload is not None:
            raise ValueError("An upload is in no datastore; leave one of them out.")
        return self


class LookAt(Source):
    """What is to be looked at, and what is known of how to read it."""
