"""A file that is to be imported, looked at first."""

from __future__ import annotations

from pydantic import Field, model_validator

from labstudio.data.options import ImportOptions


class LookAt(ImportOptions):
    """A file of the server, or an upload that is complete, and what is known of how to read it."""

    path: str | None = Field(None, description="File, relative to the folder that the file browser shows.")
    upload: str | None = Field(None, description="Id of an upload that is complete.")

    @model_validator(mode="after")
    def _one_source(self) -> LookAt:
        if (self.path is None) == (self.upload is None):
            raise ValueError("Give either path or upload.")
        return self
