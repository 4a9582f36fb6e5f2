"""Where things come from and what became of them, and how other tools get to know of it."""

from __future__ import annotations

import json
from dataclasses import asdict

from pydantic import Field

from labstudio.display import about as views
from labstudio.verbs import Answer, Command, Door, Told, save_text

_ASSET = {"choices": "assets"}


class Traced(Told):
    """What to trace."""

    subject: str = Field(
        min_length=1, description="Such as churn@3 (data), model:churn@2 or run:run-3; as the graph names it."
    )


class Exported(Traced):
    """What to trace, and who is told."""

    to: str = Field(
        min_length=1, description="A file, or the address of an OpenLineage server (http:// or https://)."
    )


class Carded(Told):
    """A version, and the file for its card."""

    data: str = Field(description="Data asset, such as churn@3.", json_schema_extra=dict(_ASSET))
    out: str | None = Field(None, description="File to write; the card is shown when not given.")


def _trace(door: Door, told: Traced) -> Answer:
    graph = door.workspace.lineage(told.subject)
    return Answer(views.lineage(graph), asdict(graph), graph)


def _export(door: Door, told: Exported) -> Answer:
    count = door.workspace.lineage.export(told.subject, told.to)
    said = f"{count} OpenLineage event{'' if count == 1 else 's'} of {told.subject}: {told.to}"
    return Answer(views.said(said), {"events": count, "to": told.to})


def _card(door: Door, told: Carded) -> Answer:
    card = door.workspace.data.card(told.data)
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    if told.out is not None:
        save_text(told.out, text)
    return Answer(views.card(card, told.out), card, card)


TRACE = Command(
    Traced, _trace, "Trace what something was made from, and what of it.", ("subject",), gives="the graph"
)
CARD = Command(Carded, _card, "Write the Croissant card of a version, for catalogues and loaders.", ("data",),
               gives="the card")  # fmt: skip

LINEAGE = {
    "": TRACE,
    "export": Command(Exported, _export, "Tell it as OpenLineage events.", ("subject", "to")),
}
