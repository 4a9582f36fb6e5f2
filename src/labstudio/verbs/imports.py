"""Looking at a file before it is imported."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pydantic import Field

from labstudio.data.options import ImportOptions
from labstudio.display import imports as views
from labstudio.verbs import Answer, Command, Door


class LookAt(ImportOptions):
    """A file, and how to read it."""

    file: str = Field(min_length=1, description="Path of the file.")


def _look(door: Door, told: LookAt) -> Answer:
    how = ImportOptions(**told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True))
    found = door.workspace.data.look(told.file, how)
    return Answer(views.look(found, Path(told.file).name), asdict(found), found)


LOOK = Command(
    LookAt, _look, "Look at a file as it would be added.", ("file",), gives="what the file would come to"
)
