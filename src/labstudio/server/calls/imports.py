"""What is to be imported, looked at first."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from labstudio.data.options import ImportOptions
from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from labstudio.server.studio import Studio


def look(studio: Studio, told: t.LookAt) -> a.Look:
    """Say what a file, folder, table or query would come to if it were imported."""
    given = ImportOptions(**told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True))
    data = studio.workspace.data
    if told.store is not None:
        seen = data.look(
            told.path or "", given, store=told.store, query=told.query or "", as_of=told.as_of or ""
        )
        return a.Look.model_validate(asdict(seen))
    if told.upload is not None:
        path = studio.uploads.path(told.upload)
        name = studio.uploads.get(told.upload).filename
    else:
        path = studio.place(told.path or "")
        name = path.name
    return a.Look.model_validate(asdict(data.look(path, given, name=name)))
