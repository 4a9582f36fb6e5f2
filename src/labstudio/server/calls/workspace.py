"""The workspace itself: is it well, what is in it, what happened, what came from what; forms and cells."""

from __future__ import annotations

import re
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

from labstudio.data.chart import Chart
from labstudio.errors import NotFound
from labstudio.forms import cell as write_cell
from labstudio.forms import first, groups
from labstudio.forms import form as draw_form
from labstudio.lineage.openlineage import lines
from labstudio.options import nearest
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw

if TYPE_CHECKING:
    from labstudio.server.studio import Studio

SETUP = "%load_ext labstudio"
_SHARED = (
    "On SQLite everybody who can start a kernel here is an owner: what is done is recorded, not prevented."
)
_GUARDED = "Kept in PostgreSQL: who may do what is decided by who has its password."


def status(studio: Studio, told: t.Nothing) -> a.Status:
    """Say whether the studio is well."""
    workspace = studio.workspace
    return a.Status(
        version=metadata.version("labstudio"), root=str(workspace.root), revision=workspace.revision
    )


def overview(studio: Studio, told: t.Nothing) -> a.Overview:
    """Return what is in the workspace."""
    from labstudio.store import who

    workspace = studio.workspace
    runs, jobs = workspace.automl.list(), workspace.jobs.list()
    home = workspace.root.parent if workspace.root.name == ".labstudio" else workspace.root
    return a.Overview(
        name=home.name or str(home),
        root=str(workspace.root),
        version=metadata.version("labstudio"),
        user=who(),
        data=len(workspace.data.list()),
        runs=len(runs),
        models=len({model.name for model in workspace.models.list()}),
        jobs=len(jobs),
        running=sum(run.state in ("queued", "running") for run in runs),
        governance=_GUARDED if workspace.store.journal == "postgresql" else _SHARED,
    )


def events(studio: Studio, told: t.Newest) -> list[a.Event]:
    """Return what happened, newest first."""
    return [a.Event(**asdict(event)) for event in studio.workspace.events(told.limit)]


def lineage(studio: Studio, told: t.Subject) -> a.Lineage:
    """Return what something was made from, and what was made from it."""
    graph = studio.workspace.lineage(told.subject)
    return a.Lineage(
        subject=graph.subject,
        nodes=[a.Node(**asdict(node)) for node in graph.nodes],
        edges=[a.Edge(source=edge.source, target=edge.target, relation=edge.relation) for edge in graph],
        cut=graph.cut,
    )


def lineage_events(studio: Studio, told: t.Subject) -> Raw:
    """Return the OpenLineage events of something and of what it was made from, a line each."""
    events = studio.workspace.lineage.events(told.subject)
    name = re.sub(r"[^\w.-]+", "-", told.subject)
    return Raw(lines(events).encode(), "application/jsonlines", f"{name}.jsonl")


def form(studio: Studio, told: t.Nothing, name: str) -> a.Form:
    """Return the form of a verb, such as automl or data.add; that of a chart is called plot."""
    model = Chart if name == "plot" else _command(*_split(name)).model
    schema, foremost = draw_form(model), first(model)
    rest = [field for field in schema["properties"] if field not in foremost]
    ui: dict[str, Any] = {"ui:order": [*foremost, *rest], "ui:submitButtonOptions": {"norender": True}}
    grouped = [a.Group(title=title, fields=fields) for title, fields in groups(model)]
    return a.Form(name=name, form=schema, ui=ui, first=foremost, groups=grouped)


def cell(studio: Studio, told: t.CellOf) -> a.Cell:
    """Return the cell that does what a form is set to do."""
    command = _command(told.magic, told.verb)
    source = write_cell(told.magic, told.verb, command.model, told.options, command.positional)
    return a.Cell(setup=SETUP, source=source)


def _split(name: str) -> tuple[str, str]:
    magic, _, verb = name.partition(".")
    return magic, verb


def _command(magic: str, verb: str) -> Any:
    from labstudio.verbs.table import VERBS

    known = {f"{m}.{v}" if v else m: command for m, verbs in VERBS.items() for v, command in verbs.items()}
    name = f"{magic}.{verb}" if verb else magic
    if name not in known:
        near = nearest(name, known)
        raise NotFound(f"There is no verb {name!r}" + (f"; did you mean {near!r}?" if near else "."))
    return known[name]
