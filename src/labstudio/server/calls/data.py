"""Data assets: list, add, look at; and files on their way here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from labstudio.data.folders.scanning import is_large
from labstudio.data.options import ImportOptions
from labstudio.data.stores.writing import Larger, Patience
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from labstudio.data import Version
    from labstudio.data.about import About
    from labstudio.schema import Column
    from labstudio.server.studio import Studio

ARROW = "application/vnd.apache.arrow.stream"


def assets(studio: Studio, told: t.Assets) -> list[a.Asset]:
    """List the data assets, the newest version of each, newest first."""
    data = studio.workspace.data
    about = data.abouts()
    found = [*data.list(), *(data.list(archived=True) if told.archived else ())]
    return [said(one, about[one.name]) for one in sorted(found, key=lambda one: -one.created)]


def asset(studio: Studio, told: t.Nothing, ref: str) -> a.AssetDetail:
    """Return a version of a data asset."""
    data = studio.workspace.data
    version = data.get(ref)
    about = data.about(version.name)
    return a.AssetDetail(
        **dict(said(version, about)),
        fields=[_column(column) for column in version.schema],
        sha256=version.sha256,
        found=version.found,
        origin=version.origin,
        versions=[said(one, about) for one in data.versions(version.name)],
    )


def add(studio: Studio, told: t.NewData) -> a.Added:
    """Add a file, a folder, or what a datastore holds, as a version; much of it is read by a job."""
    data, given = studio.workspace.data, _options(told)
    if told.store is not None:
        there = _there(told)
        patience = Patience(studio.direct_import, studio.patience)
        try:
            # for as long as a person waits; what is more than that is read from the start by a job
            return _added(
                studio,
                studio.workspace.datastores.read_into(
                    told.name, told.store, options=ImportOptions(**given), patience=patience, **there
                ),
            )
        except Larger:
            return _begun(studio, "data.add", told.name, {"store": told.store, "options": given, **there})
    path, origin = _here(studio, told)
    if is_large(path, studio.direct_import):
        spec = {"path": str(path), "options": given, "origin": origin}
        return _begun(studio, "data.add", told.name, spec)
    version = data.add(told.name, path, ImportOptions(**given), origin=origin)
    _discarded(studio, told)
    return _added(studio, version)


def append(studio: Studio, told: t.MoreData, ref: str) -> a.Added:
    """Add rows below those of a table, or files to those of a folder; much of it is read by a job."""
    data, given = studio.workspace.data, _options(told)
    name = data.get(ref).name
    if told.store is not None:
        return _begun(studio, "data.append", name, {"store": told.store, "options": given, **_there(told)})
    path, origin = _here(studio, told)
    if is_large(path, studio.direct_import):
        spec = {"path": str(path), "options": given, "origin": origin}
        return _begun(studio, "data.append", name, spec)
    version = data.append(name, path, ImportOptions(**given), origin=origin)
    _discarded(studio, told)
    return _added(studio, version)


def _options(told: t.Source) -> dict[str, Any]:
    return told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True)


def _there(told: t.Source) -> dict[str, Any]:
    """Say what of a datastore is meant."""
    place = {"path": told.path, "query": told.query, "as_of": told.as_of}
    return {key: value for key, value in place.items() if value}


def _here(studio: Studio, told: t.Source) -> tuple[Path, str]:
    """Say where a file or a folder of the server lies; of an upload, what it was called too."""
    if told.upload is None:
        return studio.place(told.path or ""), ""
    upload = studio.uploads.get(told.upload)
    return studio.uploads.path(upload.id), upload.filename


def _discarded(studio: Studio, told: t.Source) -> None:
    if told.upload is not None:
        studio.uploads.discard(told.upload)


def _added(studio: Studio, version: Version) -> a.Added:
    about = studio.workspace.data.about(version.name)
    return a.Added(asset=said(version, about), existed=version.existed, job=None)


def _begun(studio: Studio, kind: str, name: str, spec: dict[str, Any]) -> a.Added:
    doing = "import" if kind == "data.add" else "append to"
    job = studio.workspace.jobs.start(kind, f"{doing} {name}", {"name": name, **spec})
    return a.Added(asset=None, existed=False, job=job.id)


def rows(studio: Studio, told: t.Page, ref: str) -> a.Rows | Raw:
    """Return a page of a table."""
    data = studio.workspace.data
    version = data.get(ref)
    window = range(told.first_column, min(told.first_column + told.columns, len(version.schema)))
    page = data.rows(
        version, offset=told.offset, limit=told.limit, sort=told.sort, filter=told.filter, columns=window
    )
    if told.format == "arrow":
        return Raw(page.to_arrow(), ARROW)
    shown = [_column(version.schema.columns[place]) for place in window]
    return a.Rows(total=page.total, offset=page.offset, columns=shown, values=page.to_json())


def card(studio: Studio, told: t.Nothing, ref: str) -> Raw:
    """Return the Croissant card of a version: what it is and holds, for programs and catalogues."""
    data = studio.workspace.data
    version = data.get(ref)
    content = json.dumps(data.card(version), indent=2, ensure_ascii=False)
    return Raw(content.encode(), "application/ld+json", f"{version.name}-{version.version}.croissant.json")


def begin_upload(studio: Studio, told: t.NewUpload) -> a.Upload:
    """Begin to bring a file here in chunks."""
    return _upload(studio.uploads.begin(told.filename, told.size))


def upload(studio: Studio, told: t.Nothing, id: str) -> a.Upload:
    """Say how much of a file has come."""
    return _upload(studio.uploads.get(id))


def append_upload(studio: Studio, told: t.Chunk, id: str, chunks: Iterable[bytes]) -> a.Upload:
    """Take the next chunk of a file."""
    return _upload(studio.uploads.append(id, told.offset, chunks))


def discard_upload(studio: Studio, told: t.Nothing, id: str) -> a.Done:
    """Throw away what has come of a file."""
    studio.uploads.discard(id)
    return a.Done(id=id)


def _upload(found: object) -> a.Upload:
    return a.Upload(**{name: getattr(found, name) for name in a.Upload.model_fields})


def said(version: Version, about: About) -> a.Asset:
    """Say a version, and what is said of its asset, in a line."""
    return a.Asset(
        kind=version.kind,
        held=version.held,
        description=about.description,
        tags=list(about.tags),
        owner=about.owner,
        archived=about.archived,
        refreshable=version.refreshable,
        name=version.name,
        version=version.version,
        ref=version.ref,
        subject=version.subject,
        rows=version.rows,
        columns=len(version.schema),
        size=version.size,
        created=version.created,
        by=version.by,
        source=version.source,
    )


def _column(column: Column) -> a.Column:
    return a.Column(name=column.name, physical=column.physical, semantic=column.semantic)
