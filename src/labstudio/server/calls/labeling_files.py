"""Labels out and in: exports, their bytes, and what other tools have written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labstudio.labeling.exporting import FITS
from labstudio.labeling.formats import FORMATS
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw

if TYPE_CHECKING:
    from labstudio.labeling.exporting import Export
    from labstudio.server.studio import Studio

BYTES = "application/octet-stream"


def labeling_exports(studio: Studio, told: t.Nothing, project: str) -> a.LabelingExports:
    """Return what was exported, and the formats that hold what the project asks for."""
    labeling = studio.workspace.labeling
    return a.LabelingExports(
        formats=list(FITS[labeling.get(project).task]),
        readable=list(FORMATS),
        exports=[_export(one) for one in labeling.exports(project)],
    )


def export_labels(studio: Studio, told: t.NewExport, project: str) -> a.LabelingExport:
    """Write the labels of a project in a format."""
    return _export(studio.workspace.labeling.export(project, **told.model_dump()))


def exported_labels(studio: Studio, told: t.Nothing, project: str, number: str) -> Raw:
    """Return an export, as it was written."""
    chosen = int(number) if number.isdecimal() and len(number) < 16 else -1  # which nothing has
    found, content = studio.workspace.labeling.exported(project, chosen)
    return Raw(content, BYTES, found.filename, etag=found.sha256, lasting=True)


def import_labels(studio: Studio, told: t.NewImport, project: str) -> a.LabelingImported:
    """Bring in labels from files that were sent before."""
    paths = [studio.uploads.path(id) for id in told.uploads]
    files = {Path(path).name: Path(path).read_bytes() for path in paths}
    found = studio.workspace.labeling.import_labels(project, files, told.format, suggestions=told.suggestions)
    for id in told.uploads:
        studio.uploads.discard(id)
    return a.LabelingImported(**vars(found))


def _export(found: Export) -> a.LabelingExport:
    return a.LabelingExport(**{name: getattr(found, name) for name in a.LabelingExport.model_fields})
