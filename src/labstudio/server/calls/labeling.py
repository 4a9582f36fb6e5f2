"""Labeling: projects, the queue, answers, and looking at items."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from labstudio.automl.settings import AutoMLRun
from labstudio.errors import LabstudioError
from labstudio.labeling.annotating import Answer
from labstudio.labeling.looking import Which
from labstudio.labeling.settings import NewProject
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw
from labstudio.store import who

if TYPE_CHECKING:
    from labstudio.labeling.annotating import Bulk
    from labstudio.labeling.looking import Listed
    from labstudio.labeling.projects import Project
    from labstudio.labeling.queue import Item, Proposed
    from labstudio.server.studio import Studio


def labeling_projects(studio: Studio, told: t.Archived) -> list[a.LabelingProject]:
    """List the labeling projects, newest first."""
    found = studio.workspace.labeling.list(archived=told.archived)
    return [a.LabelingProject(**_project(studio, project)) for project in found]


def create_labeling(studio: Studio, told: NewProject) -> a.LabelingProjectDetail:
    """Make a labeling project over a data asset."""
    return _detail(studio, studio.workspace.labeling.create(told))


def labeling_project(studio: Studio, told: t.Nothing, project: str) -> a.LabelingProjectDetail:
    """Return a labeling project with its labels and settings."""
    return _detail(studio, studio.workspace.labeling.get(project))


def configure_labeling(studio: Studio, told: t.ProjectChanges, project: str) -> a.LabelingProjectDetail:
    """Change how a project asks; what is not told stays."""
    changes = told.model_dump(exclude_unset=True)
    return _detail(studio, studio.workspace.labeling.configure(project, **changes))


def archive_labeling(studio: Studio, told: t.Nothing, project: str) -> a.LabelingProjectDetail:
    """Put a labeling project away; nothing of it is lost."""
    return _detail(studio, studio.workspace.labeling.archive(project))


def restore_labeling(studio: Studio, told: t.Nothing, project: str) -> a.LabelingProjectDetail:
    """Take a labeling project up again."""
    return _detail(studio, studio.workspace.labeling.restore(project))


def sync_labeling(studio: Studio, told: t.Nothing, project: str) -> a.LabelingSynced:
    """Bring a project up to the newest version of its data."""
    return a.LabelingSynced(**vars(studio.workspace.labeling.sync(project)))


def change_labels(studio: Studio, told: t.LabelChanges, project: str) -> a.LabelingSchema:
    """Change the labels while people work."""
    schema = studio.workspace.labeling.change_labels(project, told.changes)
    return a.LabelingSchema(version=schema.version, labels=list(schema))


def set_labeling_role(studio: Studio, told: t.NewRole, project: str) -> a.LabelingProjectDetail:
    """Say who may do what in a project."""
    return _detail(studio, studio.workspace.labeling.set_role(project, told.person, told.role))


def next_items(studio: Studio, told: t.NextItems, project: str) -> a.LabelingBatch:
    """Give the next items to who asks, and lease them."""
    labeling = studio.workspace.labeling
    studio.submit(lambda: labeling.wake(project), slow=True)
    items = labeling.next(project, told.limit, holding=told.holding, label=told.label)
    found = labeling.get(project)
    return a.LabelingBatch(
        items=[_item(found, one) for one in items],
        schema_version=found.schema.version,
        progress=_progress(studio, project),
    )


def submit_answers(studio: Studio, told: t.Answers, project: str) -> a.LabelingReceipts:
    """Keep answers; sent again they change nothing, and one that cannot be kept stops no other."""
    labeling = studio.workspace.labeling
    given = [
        Answer(**{name: getattr(one, name) for name in t.LabelingAnswer.model_fields}) for one in told.answers
    ]
    receipts = labeling.submit(project, given)
    studio.submit(lambda: labeling.wake(project), slow=True)  # nobody waits for a trainer
    return a.LabelingReceipts(
        receipts=[a.LabelingReceipt(**vars(one)) for one in receipts],
        schema_version=labeling.get(project).schema.version,
        progress=_progress(studio, project),
    )


def undo_answer(studio: Studio, told: t.Undo, project: str) -> a.LabelingUndone:
    """Take back the last thing that who asks has done, one step further each time."""
    labeling = studio.workspace.labeling
    undone = labeling.undo(project, client_id=told.client_id, item=told.item)
    found = labeling.get(project)
    return a.LabelingUndone(
        annotations=undone.annotations,
        items=[_item(found, one) for one in undone.items],
        progress=_progress(studio, project),
    )


def accept_grid(studio: Studio, told: t.Grid, project: str) -> a.LabelingBulk:
    """Take a grid as it is but for the marked items."""
    bulk = studio.workspace.labeling.accept(
        project, told.items, marked=told.marked, value=told.value, client_id=told.client_id,
        milliseconds=told.milliseconds,
    )  # fmt: skip
    return _bulk(studio, project, bulk)


def bulk_label(studio: Studio, told: t.BulkLabel, project: str) -> a.LabelingBulk:
    """Label all items that a filter lets through."""
    done = studio.workspace.labeling.bulk(project, _which(told), told.value, client_id=told.client_id)
    return _bulk(studio, project, done)


def release_items(studio: Studio, told: t.GiveBack, project: str) -> a.Done:
    """Give back leases, as a workbench does that is closed."""
    studio.workspace.labeling.release(project, items=told.items)
    return a.Done(id=project)


def labeling_items(studio: Studio, told: t.ItemsPage, project: str) -> a.LabelingPage:
    """Return a page of a project's items."""
    labeling = studio.workspace.labeling
    page = labeling.items(project, _which(told), offset=told.offset, limit=told.limit)
    found = labeling.get(project)
    return a.LabelingPage(
        total=page.total, offset=page.offset, items=[_listed(found, one) for one in page.items]
    )


def labeling_item(studio: Studio, told: t.Nothing, project: str, item: str) -> a.LabelingItemDetail:
    """Return an item with everything that was said of it."""
    labeling = studio.workspace.labeling
    one, history = labeling.item(project, _number(item))
    return a.LabelingItemDetail(
        item=_item(labeling.get(project), one), history=[a.LabelingSaid(**vars(said)) for said in history]
    )


def note_item(studio: Studio, told: t.NewNote, project: str) -> a.LabelingNote:
    """Flag an item, or say something about it."""
    kept = studio.workspace.labeling.note(
        project, told.item, told.text, flag=told.flag, shape=told.shape, client_id=told.client_id
    )
    return a.LabelingNote(**vars(kept))


def resolve_note(studio: Studio, told: t.Nothing, project: str, note: str) -> a.Done:
    """Say that a flag or comment is dealt with."""
    studio.workspace.labeling.resolve(project, _number(note))
    return a.Done(id=note)


def labeling_media(studio: Studio, told: t.MediaOf, project: str, item: str) -> Raw:
    """Return the image of an item, upright: as it is, or no larger than asked for."""
    picture = studio.workspace.labeling.picture(project, _number(item), told.size)
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
                item=_item(found, one.item),
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


def labeling_models(studio: Studio, told: t.Nothing, project: str) -> a.LabelingModels:
    """Return what models have learned and given in a project."""
    runs = studio.workspace.labeling.runs(project)
    live = next((one for one in runs if one.kind == "live"), None)
    return a.LabelingModels(
        live=live and a.LabelingModelRun(**vars(live)),
        auto=[a.LabelingModelRun(**vars(one)) for one in runs if one.kind != "live"],
    )


def suggest_labels(studio: Studio, told: t.Nothing, project: str) -> a.LabelingModels:
    """Learn and suggest once, now."""
    studio.workspace.labeling.suggest(project)
    return labeling_models(studio, told, project)


def label_rest(studio: Studio, told: t.LabelRest, project: str) -> a.LabelingStarted:
    """Label what is left by a model that keeps a promise, as a job."""
    found = studio.workspace.labeling.get(project)
    spec = {"project": found.id, "precision": told.precision, "audit": told.audit}
    job = studio.workspace.jobs.start("labeling.rest", f"label the rest of {found.name}", spec)
    return a.LabelingStarted(job=job.id, run=None, project=found.id, items=0)


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


def _progress(studio: Studio, project: str) -> a.LabelingProgress:
    return a.LabelingProgress(**vars(studio.workspace.labeling.progress(project)))


def _bulk(studio: Studio, project: str, done: Bulk) -> a.LabelingBulk:
    return a.LabelingBulk(**vars(done), progress=_progress(studio, project))


def _project(studio: Studio, project: Project) -> dict[str, Any]:
    same = ("id", "name", "subject", "data", "ref", "item_kind", "task", "created", "by", "archived")
    try:
        newest = studio.workspace.data.get(project.data).version
    except LabstudioError:  # the data was deleted
        newest = project.version
    found = {name: getattr(project, name) for name in same}
    return found | {"newest": newest, "progress": _progress(studio, project.id)}


def _detail(studio: Studio, project: Project) -> a.LabelingProjectDetail:
    try:
        columns = list(studio.workspace.data.get(project.ref).schema.names)
    except LabstudioError:
        columns = []
    return a.LabelingProjectDetail(
        **_project(studio, project),
        settings=project.settings,
        labels=a.LabelingSchema(version=project.schema.version, labels=list(project.schema)),
        columns=project.of_items["columns"] or columns,
        members=[a.LabelingMember(person=person, role=role) for person, role in project.members.items()],
        me=who(),
        role=project.members.get(who(), "annotator"),
        enforced=studio.workspace.store.journal == "postgresql",
    )


def _suggestion(found: Proposed | None) -> a.LabelingSuggestion | None:
    return None if found is None else a.LabelingSuggestion(**vars(found))


def _item(project: Project, item: Item) -> a.LabelingItem:
    same = ("number", "key", "width", "height", "group", "split", "expires", "reason", "value")
    return a.LabelingItem(
        **{name: getattr(item, name) for name in same},
        row=item.content.row,
        text=item.content.text,
        media=_media(project, item.number),
        caption=item.content.image,
        error=item.content.error,
        suggestion=_suggestion(item.suggestion),
        notes=[a.LabelingNote(**asdict(note)) for note in item.notes],
    )


def _listed(project: Project, listed: Listed) -> a.LabelingListed:
    same = ("number", "key", "place", "state", "votes", "value", "by", "flagged", "row", "text")
    return a.LabelingListed(
        **{name: getattr(listed, name) for name in same},
        suggestion=_suggestion(listed.suggestion),
        media=_media(project, listed.number),
    )


def _media(project: Project, item: int) -> str | None:
    return f"labeling/{project.id}/media/{item}" if project.item_kind == "image" else None
