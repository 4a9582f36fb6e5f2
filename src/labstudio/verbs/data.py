"""Workspace and data: where things are kept, and what is there to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from labstudio.data.options import ImportOptions
from labstudio.display import data as views
from labstudio.display import studio
from labstudio.verbs import Answer, Command, Door, Nothing, Told, explore
from labstudio.verbs.assets import ASSETS, Source
from labstudio.verbs.files import FILES
from labstudio.verbs.imports import LOOK

if TYPE_CHECKING:
    from labstudio.data import Version


class Use(Told):
    """Which workspace to use."""

    path: str | None = Field(None, description="Folder or database URL; the one in use when not given.")


class Add(Source):
    """A file, a folder, a DataFrame or what a datastore holds, and how to read it."""

    name: str = Field(min_length=1, description="Name of the data asset.")

    @model_validator(mode="after")
    def _some_source(self) -> Add:
        if not self.source and not self.query:
            raise ValueError("Say what is to be added: a file, a DataFrame variable, or a store and a query.")
        return self


class Asset(Told):
    """One data asset."""

    data: str = Field(
        description="Data asset, such as churn or churn@3.", json_schema_extra={"choices": "assets"}
    )


def plain(version: Version) -> dict[str, Any]:
    """Say a version in plain values."""
    names = ("ref", "rows", "sha256", "size", "created", "existed", "kind")
    return {name: getattr(version, name) for name in names} | {"columns": version.schema.to_dict()}


def _use(door: Door, told: Use) -> Answer:
    if told.path is not None:
        door.__dict__.pop("workspace", None)
        door.where = told.path
    workspace = door.workspace
    return Answer(studio.workspace(workspace), {"root": str(workspace.root)}, workspace)


def _add(door: Door, told: Add) -> Answer:
    how = ImportOptions(**told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True))
    source = told.source if told.store else door.source(told.source)
    version = door.workspace.data.add(
        told.name,
        source,
        how,
        store=told.store,
        query=told.query,
        as_of=told.as_of,
    )
    return Answer(views.version(version), plain(version), version)


def _list(door: Door, told: Nothing) -> Answer:
    found = door.workspace.data.list()
    return Answer(views.assets(found), [plain(version) for version in found])


def _show(door: Door, told: Asset) -> Answer:
    version = door.workspace.data.get(door.asset(told.data))
    return Answer(views.version(version), plain(version), version)


USE = Command(Use, _use, "Show the workspace in use, or use another one.", ("path",), gives="the workspace")
DATA = {
    "add": Command(
        Add,
        _add,
        "Add a table, file or folder as a version that never changes.",
        ("name", "source"),
        gives="the version",
    ),
    "look": LOOK,
    "list": Command(Nothing, _list, "List the data, the newest version of each."),
    "show": Command(Asset, _show, "Show a version and its first rows.", ("data",), gives="the version"),
    **ASSETS,
    **FILES,
    "profile": explore.PROFILE,
    "plot": explore.PLOT,
    "diff": explore.DIFF,
}
