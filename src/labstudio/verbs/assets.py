"""What is done with a data asset as a whole: describe, put away, take up, check, bring up to date, trace."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from labstudio.data.options import ImportOptions
from labstudio.display import about as views
from labstudio.verbs import Answer, Command, Door, Told
from labstudio.verbs.lineage import CARD, TRACE

_ASSET = {"choices": "assets"}


class Name(Told):
    """One data asset."""

    data: str = Field(description="Data asset, such as churn.", json_schema_extra=dict(_ASSET))


class Described(Told):
    """One data asset, and what is said of it; what is not given stays."""

    data: str = Field(description="Data asset, such as churn.", json_schema_extra=dict(_ASSET))
    description: str | None = Field(None, description="What it holds, where it is from, what to mind.")
    tags: list[str] | None = Field(None, description="Words to find it by.")
    owner: str | None = Field(None, description="Who answers for it.")


class Checked(Told):
    """Which versions to check."""

    data: str | None = Field(
        None, description="A version, such as churn@3; all when not given.", json_schema_extra=dict(_ASSET)
    )


class Source(ImportOptions):
    """A file, a folder, a DataFrame or what a datastore holds, and how to read it."""

    source: str = Field(
        "",
        description="Path of a file or folder (in a cell also a DataFrame variable), or a place in a "
        "datastore as lake:sales/orders.csv.",
    )
    store: str = Field("", description="Datastore that is read, where the source does not name it.")
    query: str = Field("", description="SQL query whose answer is taken, with store.")
    as_of: str = Field("", description="Of a Delta table: a version's number, or a time as 2026-03-01T12:00.")


class More(Source):
    """A table and more rows for it, or a folder and more files."""

    data: str = Field(description="Data asset, such as churn.", json_schema_extra=dict(_ASSET))


def _describe(door: Door, told: Described) -> Answer:
    about = door.workspace.data.describe(
        told.data, description=told.description, tags=told.tags, owner=told.owner
    )
    return Answer(views.about(about), asdict(about), about)


def _archive(door: Door, told: Name) -> Answer:
    about = door.workspace.data.archive(told.data)
    return Answer(views.said(f"{about.name} is put away; %data restore {about.name} brings it back."),
                  asdict(about))  # fmt: skip


def _restore(door: Door, told: Name) -> Answer:
    about = door.workspace.data.restore(told.data)
    return Answer(views.said(f"{about.name} is back."), asdict(about))


def _delete(door: Door, told: Name) -> Answer:
    ref = door.workspace.data.get(told.data).ref
    door.workspace.data.delete(ref)
    return Answer(views.said(f"{ref} is deleted."), {"deleted": ref})


def _verify(door: Door, told: Checked) -> Answer:
    damages = door.workspace.data.verify(told.data)
    plain = [asdict(one) for one in damages]
    return Answer(views.damages(damages, told.data), plain, damages, code=1 if damages else 0)


def _refresh(door: Door, told: Name) -> Answer:
    from labstudio.display import data
    from labstudio.verbs.data import plain

    version = door.workspace.data.refresh(told.data)
    return Answer(data.version(version), plain(version), version)


def _append(door: Door, told: More) -> Answer:
    from labstudio.display import data
    from labstudio.verbs.data import plain

    how = ImportOptions(**told.model_dump(include=set(ImportOptions.model_fields), exclude_unset=True))
    source = told.source if told.store else door.source(told.source)
    version = door.workspace.data.append(
        told.data,
        source,
        how,
        store=told.store,
        query=told.query,
        as_of=told.as_of,
    )
    return Answer(data.version(version), plain(version), version)


ASSETS = {
    "describe": Command(Described, _describe, "Say what it is: description, tags, owner.", ("data",),
                        gives="what is said of it"),
    "append": Command(More, _append, "Add rows below a table's, or files to a folder's.", ("data", "source"),
                      gives="the version"),
    "refresh": Command(Name, _refresh, "Read the source again; what changed is a new version.", ("data",),
                       gives="the version"),
    "archive": Command(Name, _archive, "Put a data asset away; nothing is lost.", ("data",)),
    "restore": Command(Name, _restore, "Take a data asset up again.", ("data",)),
    "delete": Command(Name, _delete, "Delete a version that nothing was made of, for good.", ("data",)),
    "verify": Command(Checked, _verify, "Hash the stored bytes again and name what is damaged.", ("data",),
                      gives="the damages"),
    "card": CARD,
    "lineage": TRACE,
}  # fmt: skip
