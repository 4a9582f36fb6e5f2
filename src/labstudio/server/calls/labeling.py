"""Labeling: projects, the queue, answers, and looking at items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.automl.settings import AutoMLRun
from labstudio.errors import Invalid
from labstudio.labeling.detecting import MODEL
from labstudio.labeling.looking import Which
from labstudio.labeling.settings import NewProject
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw
from labstudio.workbench import calls, plain
from labstudio.workbench.told import ItemOf, PictureOf

if TYPE_CHECKING:
    from labstudio.labeling.looking import Listed
    from labstudio.labeling.projects import Project
    from labstudio.server.studio import Studio
    from labstudio.workbench import Desk


def at_desk(call: Callable[[Desk, Any, str], Any]) -> Callable[[Studio, Any, str], Any]:
    """Make a route's function of what any workbench may ask."""

    @wraps(call)
    def answer(studio: Studio, told: Any, project: str) -> Any:
        return call(studio.desk, told, project)

    return answer


labeling_project = at_desk(calls.labeling_project)
next_items = at_desk(calls.next_items)
submit_answers = at_desk(calls.submit_answers)
undo_answer = at_desk(calls.undo_answer)
accept_grid = at_desk(calls.accept_grid)
release_items = at_desk(calls.release_items)
note_item = at_desk(calls.note_item)
labeling_models = at_desk(calls.labeling_models)


def labeling_projects(studio: Studio, told: t.Archived) -> list[a.LabelingProject]:
    """List the labeling projects, newest first."""
    labeling = studio.workspace.labeling
    found = labeling.list(archived=told.archived)
    return [a.LabelingProject(**plain.project(labeling, project)) for project in found]


def create_labeling(studio: Studio, told: NewProject) -> a.LabelingProjectDetail:
    """Make a labeling project over a data asset."""
    labeling = studio.workspace.labeling
    return plain.detail(labeling, labeling.create(told))


def configure_labeling(studio: Studio, told: t.ProjectChanges, project: str) -> a.LabelingProjectDetail:
    """Change how a project asks; what is not told stays."""
    changes = told.model_dump(exclude_unset=True)
    labeling = studio.workspace.labeling
    return plain.detail(labeling, labeling.configure(project, **changes))


def archive_labeling(studio: Studio, told: t.Nothing, project: str) -> a.LabelingProjectDetail:
    """Put a labeling project away; nothing of it is lost."""
    labeling = studio.workspace.labeling
    return plain.detail(labeling, labeling.archive(project))


def restore_labeling(studio: Studio, told: t.Nothing, project: str) -> a.LabelingProjectDetail:
    """Take a labeling project up again."""
    labeling = studio.workspace.labeling
    return plain.detail(labeling, labeling.restore(project))


def sync_labeling(studio: Studio, told: t.Nothing, project: str) -> a.LabelingSynced:
    """Bring a project up to the newest version of its data."""
    return a.LabelingSynced(**vars(studio.workspace.labeling.sync(project)))


def change_labels(studio: Studio, told: t.LabelChanges, project: str) -> a.LabelingSchema:
    """Change the labels while people work."""
    schema = studio.workspace.labeling.change_labels(project, told.changes)
    return a.LabelingSchema(version=schema.version, labels=list(schema))


def set_labeling_role(studio: Studio, told: t.NewRole, project: str) -> a.LabelingProjectDetail:
    """Say who may do what in a project."""
    return plain.detail(
        studio.workspace.labeling, studio.workspace.labeling.set_role(project, told.person, told.role)
    )


def bulk_label(studio: Studio, told: t.BulkLabel, project: str) -> a.LabelingBulk:
    """Label all items that a filter lets through."""
    done = studio.workspace.labeling.bulk(
        project, _which(told), told.value, without=told.without, client_id=told.client_id
    )
    return plain.bulk(studio.workspace.labeling, project, done)


def labeling_items(studio: Studio, told: t.ItemsPage, project: str) -> a.LabelingPage:
    """Return a page of a project's items."""
    labeling = studio.workspace.labeling
    page = labeling.items(project, _which(told), offset=told.offset, limit=told.limit)
    found = labeling.get(project)
    return a.LabelingPage(
        total=page.total, offset=page.offset, items=[_listed(found, one) for one in page.items]
    )


def labeling_groups(studio: Studio, told: t.GroupsOf, project: str) -> a.LabelingGroups:
    """Return items that are alike, in groups, as far as they have been compared."""
    labeling = studio.workspace.labeling
    found = labeling.get(project)
    if not labeling.compared(project):
        return a.LabelingGroups(compared=False, total=0, offset=0, groups=[])
    groups = [one for one in labeling.groups(project, told.kind) if len(one.open) > 1]
    page = groups[told.offset : told.offset + told.limit]
    shown = labeling.listed(project, [item for one in page for item in one.open[: told.shown]])
    by_number = {one.number: _listed(found, one) for one in shown}
    return a.LabelingGroups(
        compared=True,
        total=len(groups),
        offset=told.offset,
        groups=[
            a.LabelingGroup(
                number=one.number, likeness=one.likeness, size=len(one.items), open=len(one.open),
                items=[by_number[item] for item in one.open[: told.shown] if item in by_number],
            )
            for one in page
        ],
    )  # fmt: skip


def compare_items(studio: Studio, told: t.Nothing, project: str) -> a.LabelingStarted:
    """Compare the items of a project in the background, as a job."""
    found = studio.workspace.labeling.get(project)
    spec = {"project": found.id}
    job = studio.workspace.jobs.start("labeling.compare", f"compare the items of {found.name}", spec)
    return a.LabelingStarted(job=job.id, run=None, project=found.id, items=0)


def labeling_item(studio: Studio, told: t.Nothing, project: str, item: str) -> a.LabelingItemDetail:
    """Return an item with everything that was said of it."""
    return calls.labeling_item(studio.desk, ItemOf(item=_number(item)), project)


def resolve_note(studio: Studio, told: t.Nothing, project: str, note: str) -> a.Done:
    """Say that a flag or comment is dealt with."""
    studio.workspace.labeling.resolve(project, _number(note))
    return a.Done(id=note)


def labeling_media(studio: Studio, told: t.MediaOf, project: str, item: str) -> Raw:
    """Return the image of an item, upright: as it is, or no larger than asked for."""
    picture = calls.labeling_picture(studio.desk, PictureOf(item=_number(item), size=told.size), project)
    return Raw(picture.content, picture.mimetype, etag=picture.etag)


def labeling_review(studio: Studio, told: t.ReviewOf, project: str) -> a.LabelingReview:
    """Return items that have their answers and no decision, the least sure first."""
    labeling = studio.workspace.labeling
    page = labeling.to_review(project, told.kind, offset=told.offset, limit=told.limit)
    found = labeling.get(project)
    return a.LabelingReview(
        total=page.total,
        offset=page.offset,
        items=[
            a.LabelingToReview(
                item=plain.item(found, one.item),
                said=[a.LabelingSaid(**vars(said)) for said in one.said],
                standing=one.standing
                and a.LabelingStanding(
                    **{name: getattr(one.standing, name) for name in a.LabelingStanding.model_fields}
                ),
            )
            for one in page.items
        ],
    )


def review_item(studio: Studio, told: t.NewReview, project: str) -> a.LabelingDecided:
    """Accept, fix, or send an item back to its annotators."""
    number = studio.workspace.labeling.review(
        project, told.item, told.decision, told.value, note=told.note, client_id=told.client_id
    )
    return a.LabelingDecided(item=told.item, annotation=number)


def set_gold(studio: Studio, told: t.NewGold, project: str) -> a.Done:
    """Say that the answer to an item is known, or is known no longer."""
    labeling = studio.workspace.labeling
    if told.known:
        labeling.set_gold(project, told.item, told.value)
    else:
        labeling.unset_gold(project, told.item)
    return a.Done(id=str(told.item))


def labeling_dashboard(studio: Studio, told: t.Nothing, project: str) -> a.LabelingDashboard:
    """Return progress, distribution, people, agreement and the hardest items of a project."""
    return a.LabelingDashboard(**asdict(studio.workspace.labeling.dashboard(project)))


def suggest_labels(studio: Studio, told: t.Nothing, project: str) -> a.LabelingModels:
    """Learn and suggest once, now."""
    studio.workspace.labeling.suggest(project)
    return calls.labeling_models(studio.desk, told, project)


def label_rest(studio: Studio, told: t.LabelRest, project: str) -> a.LabelingStarted:
    """Label what is left by a model that keeps a promise, as a job."""
    found = studio.workspace.labeling.get(project)
    spec = {"project": found.id, "precision": told.precision, "audit": told.audit}
    job = studio.workspace.jobs.start("labeling.rest", f"label the rest of {found.name}", spec)
    return a.LabelingStarted(job=job.id, run=None, project=found.id, items=0)


def attach_detector(studio: Studio, told: t.NewDetector, project: str) -> a.LabelingProjectDetail:
    """Let an ONNX detector suggest boxes."""
    labeling = studio.workspace.labeling
    given = [one for one in (told.upload, told.path, told.model) if one]
    if len(given) != 1:
        raise Invalid("Name one file: an upload, a path, or a registered model.")
    source: Path | str = (
        f"{MODEL}{told.model}" if told.model
        else studio.file(told.path) if told.path
        else studio.uploads.path(told.upload)
    )  # fmt: skip
    labeling.attach_detector(project, source, map=told.map, **told.options())
    if told.upload:
        studio.uploads.discard(told.upload)
    return plain.detail(labeling, labeling.get(project))


def detach_detector(studio: Studio, told: t.Nothing, project: str) -> a.LabelingProjectDetail:
    """Let the detector of a project suggest no more."""
    labeling = studio.workspace.labeling
    labeling.detach_detector(project)
    return plain.detail(labeling, labeling.get(project))


def revert_labels(studio: Studio, told: t.Nothing, project: str, run: str) -> a.LabelingReverted:
    """Take back everything that a model run has said."""
    count = studio.workspace.labeling.revert(project, _number(run))
    return a.LabelingReverted(run=_number(run), labels=count)


def audit_labels(studio: Studio, told: t.Nothing, project: str, run: str) -> a.LabelingVerdict:
    """Say whether an automatic run keeps its promise."""
    return a.LabelingVerdict(**vars(studio.workspace.labeling.audit(project, _number(run))))


def doubtful_labels(studio: Studio, told: t.Most, project: str) -> list[a.LabelingDoubt]:
    """Return labels that are likely wrong, the likeliest first."""
    found = studio.workspace.labeling.doubtful(project, told.most)
    return [a.LabelingDoubt(**vars(one)) for one in found]


def choose_items(studio: Studio, told: t.Chosen, project: str) -> a.LabelingStarted:
    """Let items be asked before all others."""
    labeling = studio.workspace.labeling
    count = labeling.choose(project, told.items)
    return a.LabelingStarted(job=None, run=None, project=labeling.get(project).id, items=count)


def train_on_labels(studio: Studio, told: t.TrainOn, project: str) -> a.LabelingStarted:
    """Make data of what was labeled and start an AutoML run on it, as a job."""
    workspace = studio.workspace
    settings = workspace.labeling.training(project, name=told.name, models=told.models)
    begun = workspace.automl.begin(AutoMLRun(**settings, budget=told.budget))
    title = f"automl {begun.target} from {begun.data}"
    job = workspace.jobs.start("automl", title, {"run": begun.id})
    return a.LabelingStarted(job=job.id, run=begun.id, project=project, items=0)


def ask_about_run(studio: Studio, told: t.AskAbout) -> a.LabelingStarted:
    """Make a queue of what an AutoML run is least sure of, or gets wrong."""
    found, count = studio.workspace.labeling.from_run(
        told.run, told.kind, project=told.project, most=told.most
    )
    return a.LabelingStarted(job=None, run=told.run, project=found.id, items=count)


def _number(told: str) -> int:
    return int(told) if told.isdecimal() and len(told) < 16 else -1  # which nothing has


def _which(told: t.WhichItems) -> Which:
    return Which(**{name: getattr(told, name) for name in t.WhichItems.model_fields})


def _listed(project: Project, listed: Listed) -> a.LabelingListed:
    same = ("number", "key", "place", "state", "votes", "value", "by", "flagged", "row", "text", "alike")
    return a.LabelingListed(
        **{name: getattr(listed, name) for name in same},
        suggestion=plain.suggestion(listed.suggestion),
        media=plain.media(project, listed.number),
    )
