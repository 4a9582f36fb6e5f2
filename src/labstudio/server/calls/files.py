"""Files of versions: listed, shown, sent, opened; and tables sent in other formats.

Only pictures made of pixels are sent to be shown. What a browser might run, such as HTML and SVG, is sent to
be saved, whatever it is called.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from labstudio.data.export import MEDIA, ExportOptions
from labstudio.data.folders.items import is_text, label_of, media_of
from labstudio.errors import Invalid, Unavailable
from labstudio.pictures import PICTURES
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw
from labstudio.store.files import file_sha256

if TYPE_CHECKING:
    from labstudio.data import Version
    from labstudio.server.studio import Studio

BYTES = "application/octet-stream"
OPENED = "versions"  # folder of the copies that are opened, beside the person's own files


def files(studio: Studio, told: t.FilesOf, ref: str) -> a.FilesOf:
    """List files of a folder."""
    version = studio.workspace.data.get(ref)
    part = told.filter.casefold()
    found = [
        file
        for file in studio.workspace.data.files(version)
        if part in file.path.casefold()
        and (told.label is None or label_of(file.path) == told.label)
        and (told.kind is None or kind_of(media_of(file.path)) == told.kind)
    ]
    shown = found[told.offset : told.offset + told.limit]
    return a.FilesOf(
        total=len(found),
        offset=told.offset,
        labels=version.found.get("labels", {}),
        files=[
            a.FileOf(
                **file._asdict(),
                media=(media := media_of(file.path)),
                kind=kind_of(media),
                label=label_of(file.path),
            )
            for file in shown
        ],
    )


def kind_of(media: str) -> str:
    """Say how a file is shown: as a picture, as text, or not at all."""
    return "image" if media in PICTURES else "text" if is_text(media) else "other"


def file_text(studio: Studio, told: t.FileAt, ref: str) -> a.FileText:
    """Return the beginning of a file as text."""
    data = studio.workspace.data
    version = data.get(ref)
    path = told.path or data.files(version)[0].path
    found = data.text(version, told.path)
    return a.FileText(
        path=path, media=media_of(path), text=found.text if found else None, cut=bool(found and found.cut)
    )


def file(studio: Studio, told: t.FileAt, ref: str) -> Raw:
    """Send a file of a version: pictures to be shown, everything else to be saved."""
    data = studio.workspace.data
    version = data.get(ref)
    return _sent(studio, version, told.path, save=False, lasting=_lasting(ref))


def thumbnail(studio: Studio, told: t.SmallPicture, ref: str) -> Raw:
    """Send a small upright copy of a picture."""
    data = studio.workspace.data
    version = data.get(ref)
    content, media = data.thumbnail(version, told.path, told.longest)
    sha = version.sha256 if version.kind == "file" else data.folder(version).file(told.path).sha256
    return Raw(content, media, etag=f"{sha[:40]}-{told.longest}", lasting=_lasting(ref))


def file_changes(studio: Studio, told: t.ChangesOf, ref: str) -> a.FileChanges:
    """Say what differs between an earlier version of a file or a folder and this one."""
    found = studio.workspace.data.changes(told.other, ref, told.path)
    moved = [list(pair) for pair in found.moved]
    return a.FileChanges(**asdict(found) | {"moved": moved, "summary": found.summary})


def download(studio: Studio, told: t.Downloaded, ref: str) -> Raw:
    """Send a version to be saved: as it was added, a file of it, or a table in another format."""
    data = studio.workspace.data
    version = data.get(ref)
    stem = f"{version.name}-{version.version}"
    if version.kind != "table":
        if version.kind == "folder" and not told.path:
            return Raw(data.zipped(version), "application/zip", f"{stem}.zip", etag=version.sha256)
        return _sent(studio, version, told.path, save=True, lasting=_lasting(ref))
    if told.format is not None:
        options = ExportOptions(format=told.format, formulas=told.formulas)
        path = data.exported(version, options)
        return Raw(path, MEDIA[told.format], f"{stem}.{told.format}")
    path, filename = data.original(version)
    return Raw(path, BYTES, filename, etag=version.sha256)


def open_copy(studio: Studio, told: t.FileAt, ref: str) -> a.Opened:
    """Put a copy of a file of a version where the file browser shows it, for reading; an edited one stays."""
    data = studio.workspace.data
    version = data.get(ref)
    found = next((one for one in data.files(version) if one.path == told.path or not told.path), None)
    found = found or data.folder(version).file(told.path)
    folder = studio.folder / OPENED / version.ref
    wanted = folder.joinpath(*found.path.split("/"))
    if any(part.startswith(".") for part in wanted.relative_to(studio.folder).parts):
        raise Invalid(f"{found.path} is hidden, and JupyterLab opens no hidden files; download it instead.")
    target, number = wanted, 1
    while target.exists() and (target.is_symlink() or file_sha256(target) != found.sha256):
        number += 1
        target = wanted.with_stem(f"{wanted.stem} ({number})")
    if not target.resolve().is_relative_to(studio.folder):
        raise Invalid(f"{target.relative_to(studio.folder)} leads out of the folder; rename {OPENED}.")
    if not target.exists():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            aside = target.with_name(f"part-{target.name}")
            with data.open_file(version, told.path) as source, aside.open("wb") as out:
                shutil.copyfileobj(source, out)
            aside.chmod(0o444)
            aside.replace(target)
        except OSError as error:
            raise Unavailable(f"{target} cannot be written ({error.strerror}).") from None
    return a.Opened(path=target.relative_to(studio.folder).as_posix())


def _sent(studio: Studio, version: Version, path: str, *, save: bool, lasting: bool) -> Raw:
    data = studio.workspace.data
    stored, offset, length = data.file_stretch(version, path)
    if version.kind == "file":
        (found,) = data.files(version)
    else:
        found = data.folder(version).file(path)
    media = media_of(found.path)
    shown = media in PICTURES and not save
    return Raw(
        stored,
        media if shown else BYTES,
        "" if shown else Path(found.path).name,
        offset,
        length,
        etag=found.sha256,
        lasting=lasting,
    )


def _lasting(ref: str) -> bool:
    """Whether a name means the same version for ever."""
    return ref.rpartition("@")[2].isdecimal()
