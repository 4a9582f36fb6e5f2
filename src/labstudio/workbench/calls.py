"""What a workbench may ask, each a thin call of the labeling part; every door to it has this one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from labstudio.edges import Done, Nothing
from labstudio.errors import Invalid
from labstudio.labeling.annotating import Answer
from labstudio.options import parse
from labstudio.workbench import answers as a
from labstudio.workbench import plain
from labstudio.workbench import told as t

if TYPE_CHECKING:
    from labstudio.labeling import Labeling
    from labstudio.labeling.picturing import Picture


@dataclass(frozen=True)
class Desk:
    """Where a workbench is answered.

    Attributes
    ----------
    labeling : Labeling
        The labeling part of a workspace.
    later : callable
        Runs what nobody waits for.
    """

    labeling: Labeling
    later: Callable[[Callable[[], None]], object]


def labeling_project(desk: Desk, told: Nothing, project: str) -> a.LabelingProjectDetail:
    """Return a labeling project with its labels and settings."""
    return plain.detail(desk.labeling, desk.labeling.get(project))


def next_items(desk: Desk, told: t.NextItems, project: str) -> a.LabelingBatch:
    """Give the next items to who asks, and lease them."""
    labeling = desk.labeling
    desk.later(lambda: labeling.wake(project))
    items = labeling.next(project, told.limit, holding=told.holding, label=told.label)
    found = labeling.get(project)
    return a.LabelingBatch(
        items=[plain.item(found, one) for one in items],
        schema_version=found.schema.version,
        progress=plain.progress(labeling, project),
    )


def labeling_item(desk: Desk, told: t.ItemOf, project: str) -> a.LabelingItemDetail:
    """Return an item with everything that was said of it."""
    one, history = desk.labeling.item(project, told.item)
    return a.LabelingItemDetail(
        item=plain.item(desk.labeling.get(project), one),
        history=[a.LabelingSaid(**vars(said)) for said in history],
    )


def submit_answers(desk: Desk, told: t.Answers, project: str) -> a.LabelingReceipts:
    """Keep answers; sent again they change nothing, and one that cannot be kept stops no other."""
    labeling = desk.labeling
    given = [
        Answer(**{name: getattr(one, name) for name in t.LabelingAnswer.model_fields}) for one in told.answers
    ]
    receipts = labeling.submit(project, given)
    desk.later(lambda: labeling.wake(project))  # nobody waits for a trainer
    return a.LabelingReceipts(
        receipts=[a.LabelingReceipt(**vars(one)) for one in receipts],
        schema_version=labeling.get(project).schema.version,
        progress=plain.progress(labeling, project),
    )


def undo_answer(desk: Desk, told: t.Undo, project: str) -> a.LabelingUndone:
    """Take back the last thing that who asks has done, one step further each time."""
    labeling = desk.labeling
    undone = labeling.undo(project, client_id=told.client_id, item=told.item)
    found = labeling.get(project)
    return a.LabelingUndone(
        annotations=undone.annotations,
        items=[plain.item(found, one) for one in undone.items],
        progress=plain.progress(labeling, project),
    )


def accept_grid(desk: Desk, told: t.Grid, project: str) -> a.LabelingBulk:
    """Take a grid as it is but for the marked items."""
    bulk = desk.labeling.accept(
        project, told.items, marked=told.marked, value=told.value, client_id=told.client_id,
        milliseconds=told.milliseconds,
    )  # fmt: skip
    return plain.bulk(desk.labeling, project, bulk)


def release_items(desk: Desk, told: t.GiveBack, project: str) -> Done:
    """Give back leases, as a workbench does that is closed."""
    desk.labeling.release(project, items=told.items)
    return Done(id=project)


def note_item(desk: Desk, told: t.NewNote, project: str) -> a.LabelingNote:
    """Flag an item, or say something about it."""
    kept = desk.labeling.note(
        project, told.item, told.text, flag=told.flag, shape=told.shape, client_id=told.client_id
    )
    return a.LabelingNote(**vars(kept))


def labeling_models(desk: Desk, told: Nothing, project: str) -> a.LabelingModels:
    """Return what models have learned and given in a project."""
    runs = desk.labeling.runs(project)
    live = next((one for one in runs if one.kind == "live"), None)
    return a.LabelingModels(
        live=live and a.LabelingModelRun(**vars(live)),
        auto=[a.LabelingModelRun(**vars(one)) for one in runs if one.kind != "live"],
    )


def labeling_picture(desk: Desk, told: t.PictureOf, project: str) -> Picture:
    """Return the image of an item, upright: as it is, or no larger than asked for."""
    return desk.labeling.picture(project, told.item, told.size)


CALLS: Mapping[str, tuple[type[BaseModel], Callable[[Desk, Any, str], Any]]] = {
    "describe": (Nothing, labeling_project),
    "next": (t.NextItems, next_items),
    "item": (t.ItemOf, labeling_item),
    "submit": (t.Answers, submit_answers),
    "undo": (t.Undo, undo_answer),
    "accept": (t.Grid, accept_grid),
    "note": (t.NewNote, note_item),
    "release": (t.GiveBack, release_items),
    "models": (Nothing, labeling_models),
    "picture": (t.PictureOf, labeling_picture),
}
"""What each call is told, and what it does."""


def ask(desk: Desk, call: str, told: Mapping[str, Any], project: str) -> BaseModel | Picture:
    """Answer one call of the table.

    Parameters
    ----------
    desk : Desk
        Where it is answered.
    call : str
        Its name in `CALLS`.
    told : mapping
        What it is told, in plain values.
    project : str
        Name or id of the project.

    Raises
    ------
    Invalid
        There is no such call, or it cannot be told that.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from labstudio import Workspace
    >>> ws = Workspace(tempfile.mkdtemp())
    >>> _ = ws.data.add("reviews", pd.DataFrame({"text": ["good", "bad"]}))
    >>> _ = ws.labeling.create(data="reviews", text="text", labels=["positive", "negative"])
    >>> [item] = ask(Desk(ws.labeling, lambda call: None), "next", {"limit": 1}, "reviews").items
    >>> item.text
    'good'
    >>> ws.store.close()
    """
    if call not in CALLS:
        raise Invalid(f"A workbench cannot ask {call!r}; there is {', '.join(CALLS)}.")
    model, run = CALLS[call]
    answer: BaseModel | Picture = run(desk, parse(model, told), project)
    return answer
