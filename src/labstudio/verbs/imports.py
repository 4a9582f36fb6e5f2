"""Looking at a file before it is imported."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pydantic import Field, model_validator

from labstudio.data.options import ImportOptions
from labstudio.display import imports as views
from labstudio.verbs import Answer, Command, Door


class LookAt(ImportOptions):
    """A file or what a datastore holds, and how to read it."""

    file: str = Field(
        "", description="Path of the file, or a place in a datastore such as lake:sales/orders.csv."
    )
    store: str = Field("", description="Datastore that is looked at, where the file does not name it.")
    query: str = Field("", description="SQL query whose answer is looked at, with store.")
    as_of: str = Field("", description="Of a Delta table: a version's number, or a time as 2026-03-01T12:00.")

    @model_validator(mode="after")
    def _some_source(self) -> LookAt:
        if not self.file and not self.query:
            raise ValueError("Say what is to be looked at: a file, or a store and a query.")
        return self


def _look(door: Door, told: LookAt) -> Answer:
    how = ImportOptions(**told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True))
    found = door.workspace.data.look(told.file, how, store=told.store, query=told.query, as_of=told.as_of)
    called = told.query or Path(told.file).name
    return Answer(views.look(found, called), asdict(found), found)


LOOK = Command(
    LookAt, _look, "Look at a file as it would be added.", ("file",), gives="what the file would come to"
)
