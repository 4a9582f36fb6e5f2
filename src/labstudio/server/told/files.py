"""Files of versions, and what is handed out of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labstudio.data.export import ExportOptions
from labstudio.edges import Told


class FilesOf(Told):
    """Which files of a folder."""

    filter: str = Field("", max_length=500, description="Part of the path.")
    label: str | None = Field(None, description="Name of the sub-folder they lie in.")
    kind: Literal["image", "text", "other"] | None = Field(None, description="Only files of this kind.")
    offset: int = Field(0, ge=0, description="First file, counted among those that match.")
    limit: int = Field(200, ge=1, le=5_000, description="Number of files.")


class FileAt(Told):
    """One file of a version."""

    path: str = Field("", max_length=4_096, description="Within the folder; a file's version needs none.")


class SmallPicture(FileAt):
    """A picture of a version, and how large it is wanted."""

    longest: int = Field(256, ge=16, le=1_024, description="Pixels of the longer side.")


class ChangesOf(FileAt):
    """Another version, and which file is compared line by line."""

    other: str = Field(min_length=1, description="The earlier version.")


class Downloaded(ExportOptions, FileAt):
    """What of a version is wanted: a file of a folder, or a table in a format; as it was added without."""
