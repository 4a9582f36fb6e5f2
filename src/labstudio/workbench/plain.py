"""Projects and items as they are answered."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from labstudio.store import who
from labstudio.workbench import answers as a

if TYPE_CHECKING:
    from labstudio.labeling import Labeling
    from labstudio.labeling.annotating import Bulk
    from labstudio.labeling.projects import Project
    from labstudio.labeling.queue import Item, Proposed


def progress(labeling: Labeling, ref: str) -> a.LabelingProgress:
    """Say how far a project is."""
    return a.LabelingProgress(**vars(labeling.progress(ref)))


def project(labeling: Labeling, found: Project) -> dict[str, Any]:
    """Say a project in a line."""
    same = ("id", "name", "subject", "data", "ref", "item_kind", "task", "created", "by", "archived")
    newest = labeling.newest(found)
    return {name: getattr(found, name) for name in same} | {
        "newest": found.version if newest is None else newest.version,  # None where the data was deleted
        "progress": progress(labeling, found.id),
    }


def detail(labeling: Labeling, found: Project) -> a.LabelingProjectDetail:
    """Say a project, whole."""
    return a.LabelingProjectDetail(
        **project(labeling, found),
        settings=found.settings,
        detector=_detector(found),
        labels=a.LabelingSchema(version=found.schema.version, labels=list(found.schema)),
        columns=labeling.columns(found),
        members=[a.LabelingMember(person=person, role=role) for person, role in found.members.items()],
        me=who(),
        role=found.members.get(who(), "annotator"),
        enforced=labeling.enforces_roles,
    )


def _detector(found: Project) -> a.LabelingDetector | None:
    kept, told = a.LabelingDetector.model_fields, found.detector
    return None if told is None else a.LabelingDetector(**{name: told[name] for name in kept})


def item(project: Project, found: Item) -> a.LabelingItem:
    """Say an item as an annotator gets it."""
    same = ("number", "key", "width", "height", "group", "split", "expires", "reason", "value", "alike")
    return a.LabelingItem(
        **{name: getattr(found, name) for name in same},
        row=found.content.row,
        text=found.content.text,
        media=media(project, found.number),
        caption=found.content.image,
        error=found.content.error,
        suggestion=suggestion(found.suggestion),
        notes=[a.LabelingNote(**asdict(note)) for note in found.notes],
    )


def suggestion(found: Proposed | None) -> a.LabelingSuggestion | None:
    """Say what a model says of an item."""
    return None if found is None else a.LabelingSuggestion(**vars(found))


def media(project: Project, number: int) -> str | None:
    """Say where the image of an item is, below the API."""
    return f"labeling/{project.id}/media/{number}" if project.item_kind == "image" else None


def bulk(labeling: Labeling, ref: str, done: Bulk) -> a.LabelingBulk:
    """Say what was done in one stroke."""
    return a.LabelingBulk(**vars(done), progress=progress(labeling, ref))
