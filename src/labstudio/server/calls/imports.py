"""Files that are to be imported, looked at first."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from labstudio.data.options import ImportOptions
from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from labstudio.server.studio import Studio


def look(studio: Studio, told: t.LookAt) -> a.Look:
    """Say what a file would come to if it were imported; only its beginning is read."""
    given = ImportOptions(**told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True))
    if told.upload is not None:
        path = studio.uploads.path(told.upload)
        name = studio.uploads.get(told.upload).filename
    else:
        path = studio.file(told.path or "")
        name = path.name
    return a.Look.model_validate(asdict(studio.workspace.data.look(path, given, name=name)))
