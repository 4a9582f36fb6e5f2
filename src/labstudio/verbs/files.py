"""Files and folders as data, and tables handed out: listed, written back, exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from labstudio.data.export import ExportOptions
from labstudio.display import files as views
from labstudio.verbs import Answer, Command, Door, Told

if TYPE_CHECKING:
    from labstudio.data.folders.comparing import Changes

_ASSET = {"choices": "assets"}


class FilesOf(Told):
    """One folder or file, and which of its files."""

    data: str = Field(description="Folder or file, such as pets@2.", json_schema_extra=dict(_ASSET))
    filter: str = Field("", description="Part of the path.")
    limit: int = Field(20, ge=1, le=100_000, description="Number of files.")


class Download(Told):
    """A version, and where it is to be written."""

    data: str = Field(description="Data asset, such as train-script@1.", json_schema_extra=dict(_ASSET))
    to: str = Field(min_length=1, description="New file or folder.")


class Export(ExportOptions):
    """A table, and the file it is written to."""

    data: str = Field(description="Data asset, such as orders@3.", json_schema_extra=dict(_ASSET))
    out: str = Field(min_length=1, description="File to write, such as orders.csv.")


def _files(door: Door, told: FilesOf) -> Answer:
    data = door.workspace.data
    version = data.get(told.data)
    part = told.filter.casefold()
    found = [file for file in data.files(version) if part in file.path.casefold()]
    shown = found[: told.limit]
    return Answer(views.files(version, shown, len(found)), [file._asdict() for file in shown], found)


def _download(door: Door, told: Download) -> Answer:
    version = door.workspace.data.get(told.data)
    place = door.workspace.data.download(version, told.to)
    return Answer(views.written(version.ref, place), {"ref": version.ref, "path": str(place)}, place)


def _export(door: Door, told: Export) -> Answer:
    version = door.workspace.data.get(door.asset(told.data))
    options = ExportOptions(format=told.format, formulas=told.formulas)
    place = door.workspace.data.export(version, told.out, options)
    return Answer(views.written(version.ref, place), {"ref": version.ref, "path": str(place)}, place)


def plain(found: Changes) -> dict[str, Any]:
    """Say what differs in plain values."""
    names = ("before", "after", "summary", "added", "removed", "changed", "moved", "counts", "diff")
    return {name: getattr(found, name) for name in names}


FILES = {
    "files": Command(FilesOf, _files, "List the files of a folder.", ("data",), gives="the files"),
    "download": Command(
        Download,
        _download,
        "Write a version as it was added.",
        ("data", "to"),
        gives="the path",
    ),
    "export": Command(
        Export,
        _export,
        "Write a table as a file of another format.",
        ("data", "out"),
        gives="the path",
    ),
}
