"""Labeling: projects made, looked at and changed; models that suggest, label the rest, and are taken back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from labstudio.display import labeling as views
from labstudio.errors import Invalid
from labstudio.labeling.labels import SchemaChange
from labstudio.labeling.looking import Which
from labstudio.labeling.settings import NewProject
from labstudio.verbs import Answer, Command, Door, Nothing, Told

if TYPE_CHECKING:
    from labstudio.labeling.projects import Project


class ProjectName(Told):
    """One labeling project."""

    project: str = Field(description="Name or id of the project.", json_schema_extra={"choices": "labeling"})


class Changed(ProjectName):
    """Changes of a project's labels; all are made or none, in this order."""

    add: list[str] = Field([], description="Names of new labels.")
    rename: dict[str, str] = Field({}, description="Old name = new name.")
    merge: dict[str, str] = Field({}, description="Label = the label it becomes.")
    retire: list[str] = Field([], description="Labels that are offered no more.")
    restore: list[str] = Field([], description="Labels that are offered again.")
    keys: dict[str, str] = Field({}, description="Label = the key that chooses it.")
    colors: dict[str, str] = Field({}, description="Label = its colour, such as #0072b2.")
    parents: dict[str, str] = Field({}, description="Label = the label it is a kind of.")


class Rest(ProjectName):
    """What is left is labeled by a model."""

    precision: float = Field(0.95, ge=0.5, lt=1, description="Share of right labels that is promised.")
    audit: int = Field(50, ge=0, le=10_000, description="So many of them are asked of people all the same.")


class Accepted(ProjectName):
    """Suggestions that are taken, or one label for all items that are meant."""

    label: str = Field("", description="Label that all of them get; their suggestions when empty.")
    suggested: str = Field("", description="Only items for which this label is suggested.")
    least: float = Field(0, ge=0, le=1, description="Only suggestions that are at least so sure.")
    cluster: int | None = Field(None, ge=0, description="Only items of this cluster.")
    duplicates: int | None = Field(None, ge=1, description="Only near duplicates of this group.")
    filter: str = Field("", description="Only items whose row is so, such as price > 3.")


class GroupsOf(ProjectName):
    """Items that are alike."""

    duplicates: bool = Field(False, description="Those that are nearly the same.")
    most: int = Field(20, ge=1, le=1_000, description="How many groups at most.")


class Detected(ProjectName):
    """A detector that suggests boxes: an ONNX file, which tells of itself what it can."""

    file: str = Field("", description="ONNX file, or model:NAME@2; shows what is attached when empty.")
    names: list[str] = Field([], description="Names of its classes in their order.")
    map: dict[str, str] = Field({}, description="Class = label, where they differ.")
    outputs: Literal["yolo", "ssd"] | None = Field(None, description="One table, or boxes, labels, scores.")
    boxes: Literal["xywh", "xyxy", "yxyx"] | None = Field(None, description="How it tells a box.")
    parts: bool = Field(False, description="It tells boxes in parts of the image.")
    first_class: int = Field(0, ge=0, le=1, description="1 where its class 0 is the background.")
    least: float = Field(0.25, ge=0, le=1, description="Boxes of a lower score are left out.")
    detach: bool = Field(False, description="Let it suggest no more.")


class RunOf(ProjectName):
    """One model run of a project."""

    run: int = Field(ge=1, description="Number of the run, as %label runs shows it.")


class Exported(ProjectName):
    """Labels that go out."""

    format: str = Field("", description="Format; the most usual one for the task when empty.")
    to: str = Field("", description="File or folder that gets them; beside the notebook when empty.")
    models: bool = Field(False, description="Also what a model alone has labeled.")
    each: bool = Field(False, description="Every annotator's answer rather than what stands.")
    unlabeled: bool = Field(False, description="Also items without an answer.")
    sequence: int = Field(0, ge=0, description="As it was after this annotation; 0 is now.")


class Imported(ProjectName):
    """Labels that come in."""

    file: str = Field(description="File, or zip of files, that another tool has written.")
    format: str = Field("", description="Format; told by the file when empty.")
    suggestions: bool = Field(False, description="Show them as suggestions rather than count them.")


class Role(ProjectName):
    """Who may do what."""

    person: str = Field(min_length=1, description="Name of the person.")
    role: Literal["annotator", "reviewer", "owner"] = Field(description="What they are.")


class Trained(ProjectName):
    """A data asset of what was labeled, and an AutoML run on it."""

    name: str = Field("", max_length=100, description="Data asset that gets the labels; made up when empty.")
    models: bool = Field(False, description="Learn from labels that a model gave too.")
    budget: float = Field(60, ge=1, description="Seconds the search may take.")


class AskedAbout(Told):
    """A queue of what an AutoML run does badly."""

    run: str = Field(
        description="Id of the run, such as run-3 (in a cell also the variable that holds it).",
        json_schema_extra={"choices": "runs"},
    )
    kind: Literal["unsure", "wrong"] = Field("unsure", description="Least sure of, or wrong.")
    project: str = Field(
        "",
        description="The project that asks; found or made when empty.",
        json_schema_extra={"choices": "labeling"},
    )
    most: int = Field(200, ge=1, le=5_000, description="How many items at most.")


class Doubtful(ProjectName):
    """Labels that may be wrong."""

    most: int = Field(20, ge=1, le=1_000, description="How many at most.")


def _create(door: Door, told: NewProject) -> Answer:
    project = door.workspace.labeling.create(told)
    return _shown(door, project)


def _list(door: Door, told: Nothing) -> Answer:
    labeling = door.workspace.labeling
    found = [(project, labeling.progress(project.id)) for project in labeling.list()]
    data = [{**plain(project), "progress": asdict(done)} for project, done in found]
    return Answer(views.projects(found), data, [project for project, _ in found])


def _status(door: Door, told: ProjectName) -> Answer:
    return _shown(door, door.workspace.labeling.get(told.project))


def _open(door: Door, told: ProjectName) -> Answer:
    from labstudio.display.workbench import WorkbenchView

    opened = door.workspace.labeling.open(told.project)
    return Answer(WorkbenchView(opened), plain(opened.project), opened)


def _labels(door: Door, told: Changed) -> Answer:
    changes = [SchemaChange(op="add", name=name) for name in told.add]
    for op, field, given in (
        ("rename", "name", told.rename),
        ("merge", "into", told.merge),
        ("key", "key", told.keys),
        ("color", "color", told.colors),
        ("parent", "parent", told.parents),
    ):
        changes += [_change(op, label, field, value) for label, value in given.items()]
    changes += [SchemaChange(op="retire", label=label) for label in told.retire]
    changes += [SchemaChange(op="restore", label=label) for label in told.restore]
    labeling = door.workspace.labeling
    project = labeling.get(told.project)
    schema = labeling.change_labels(project.id, changes) if changes else project.schema
    return Answer(views.labels(project.name, schema), schema.to_rows(), schema)


def _sync(door: Door, told: ProjectName) -> Answer:
    found = door.workspace.labeling.sync(told.project)
    sentence = (
        f"{told.project} is at {found.ref}: {found.added:,} items are new, {found.changed:,} have changed, "
        f"{found.retired:,} are gone, {found.restored:,} are back."
    )
    return Answer(views.said(sentence), asdict(found), found)


def _archive(door: Door, told: ProjectName) -> Answer:
    project = door.workspace.labeling.archive(told.project)
    sentence = f"{project.name} is put away; %label restore {project.id} brings it back."
    return Answer(views.said(sentence), plain(project), project)


def _restore(door: Door, told: ProjectName) -> Answer:
    project = door.workspace.labeling.restore(told.project)
    return Answer(views.said(f"{project.name} is back."), plain(project), project)


def _role(door: Door, told: Role) -> Answer:
    project = door.workspace.labeling.set_role(told.project, told.person, told.role)
    return Answer(views.said(f"{told.person} is {told.role} of {project.name}."), plain(project), project)


def _suggest(door: Door, told: ProjectName) -> Answer:
    run = door.workspace.labeling.suggest(told.project)
    if run is None:
        sentence = "There are too few labels to learn from; the queue now shows much of the data early."
        return Answer(views.said(sentence), None)
    return Answer(views.runs(told.project, [run]), asdict(run), run)


def _accept(door: Door, told: Accepted) -> Answer:
    labeling = door.workspace.labeling
    names = ("suggested", "least", "cluster", "duplicates", "filter")
    which = Which(state="open", **{name: getattr(told, name) for name in names})
    project = labeling.get(told.project)
    value = None
    if told.label:
        one = project.schema.now(told.label).id
        value = {"labels": [one]} if project.task == "multi" else {"label": one}
    done = labeling.bulk(project.id, which, value)
    sentence = f"{done.changed:,} items are labeled" + (
        f", {done.left_out:,} have no suggestion." if done.left_out else "."
    )
    return Answer(views.said(sentence), asdict(done), done)


def _clusters(door: Door, told: GroupsOf) -> Answer:
    labeling = door.workspace.labeling
    found = labeling.groups(told.project, "duplicates" if told.duplicates else "clusters")[: told.most]
    first = labeling.listed(told.project, [(one.open or one.items)[0] for one in found])
    view = views.groups(labeling.get(told.project), found, first, told.duplicates)
    return Answer(view, [asdict(one) for one in found], found)


def _detector(door: Door, told: Detected) -> Answer:
    labeling = door.workspace.labeling
    if told.detach:
        labeling.detach_detector(told.project)
        return Answer(views.said(f"{told.project} has no detector now."), None)
    if told.file:
        own = {"project", "file", "map", "detach"}
        options = told.model_dump(include=told.model_fields_set - own, exclude_none=True)
        labeling.attach_detector(told.project, told.file, map=told.map, **options)
    found = labeling.detector(told.project)
    return Answer(views.detector(labeling.get(told.project), found), found and asdict(found), found)


def _rest(door: Door, told: Rest) -> Answer:
    run = door.workspace.labeling.label_rest(told.project, precision=told.precision, audit=told.audit)
    return Answer(views.runs(told.project, [run]), asdict(run), run)


def _runs(door: Door, told: ProjectName) -> Answer:
    found = door.workspace.labeling.runs(told.project)
    return Answer(views.runs(told.project, found), [asdict(one) for one in found], found)


def _audit(door: Door, told: RunOf) -> Answer:
    verdict = door.workspace.labeling.audit(told.project, told.run)
    return Answer(
        views.said(verdict.sentence), asdict(verdict), verdict, 1 if verdict.state == "broken" else 0
    )


def _revert(door: Door, told: RunOf) -> Answer:
    count = door.workspace.labeling.revert(told.project, told.run)
    return Answer(views.said(f"{count:,} labels of run {told.run} are taken back."), {"labels": count})


def _export(door: Door, told: Exported) -> Answer:
    labeling = door.workspace.labeling
    options = {name: getattr(told, name) for name in ("models", "each", "unlabeled")}
    found = labeling.export(told.project, told.format, sequence=told.sequence or None, **options)
    place = Path(told.to or found.filename).expanduser()
    place = place / found.filename if place.is_dir() else place
    _, content = labeling.exported(told.project, found.number)
    try:
        place.write_bytes(content)
    except OSError as error:
        raise Invalid(f"{place} cannot be written: {error.strerror}.") from None
    return Answer(views.export(found, str(place)), {**asdict(found), "path": str(place)}, found)


def _import(door: Door, told: Imported) -> Answer:
    place = Path(told.file).expanduser()
    try:
        files = {place.name: place.read_bytes()}
    except OSError as error:
        raise Invalid(f"{place} cannot be read: {error.strerror}.") from None
    found = door.workspace.labeling.import_labels(
        told.project, files, told.format, suggestions=told.suggestions
    )
    return Answer(views.imported(told.project, found), asdict(found), found)


def _train(door: Door, told: Trained) -> Answer:
    from labstudio.display import automl as runs

    labeling = door.workspace.labeling
    with door.watch(f"automl from {told.project}") as listener:
        run = labeling.train(
            told.project, name=told.name, models=told.models, budget=told.budget, listener=listener
        )
    return Answer(runs.run(run), {"run": run.id, "data": run.data}, run)


def _from_run(door: Door, told: AskedAbout) -> Answer:
    labeling = door.workspace.labeling
    run = getattr(door.run(told.run), "id", told.run)
    project, count = labeling.from_run(run, told.kind, project=told.project, most=told.most)
    sentence = f"{project.name} asks {count:,} items first that {run} " + (
        "gets wrong." if told.kind == "wrong" else "is least sure of."
    )
    return Answer(views.said(sentence), {**plain(project), "items": count}, project)


def _doubtful(door: Door, told: Doubtful) -> Answer:
    labeling = door.workspace.labeling
    found = labeling.doubtful(told.project, told.most)
    return Answer(views.doubts(labeling.get(told.project), found), [asdict(one) for one in found], found)


def _shown(door: Door, project: Project) -> Answer:
    board = door.workspace.labeling.dashboard(project.id)
    return Answer(views.project(project, board), {**plain(project), **asdict(board)}, project)


def _change(op: str, label: str, field: str, value: str) -> SchemaChange:
    from pydantic import ValidationError

    try:
        return SchemaChange.model_validate({"op": op, "label": label, field: value})
    except ValidationError as error:
        raise Invalid(f"{op} of {label}: {error.errors()[0]['msg']}.") from None


def plain(project: Project) -> dict[str, Any]:
    """Say a project in plain values."""
    kept = ("id", "name", "ref", "item_kind", "task", "created", "by", "archived", "members")
    return {name: getattr(project, name) for name in kept}


LABEL = {
    "create": Command(
        NewProject, _create, "Make a labeling project over a data asset.", ("data",), gives="the project"
    ),
    "list": Command(Nothing, _list, "List the labeling projects.", gives="the projects"),
    "open": Command(
        ProjectName,
        _open,
        "Label in the output of this cell: the workbench, with all its keys.",
        ("project",),
        notes=(
            "Click into the workbench, and keys are its own: a label's key chooses, saves and goes on, ?\n"
            "shows all keys, Esc gives the keyboard back to the notebook. What you say is kept in the\n"
            "browser until the kernel has it; after a restart of the kernel run the cell again."
        ),
    ),
    "status": Command(ProjectName, _status, "Show how far a project is.", ("project",), gives="the project"),
    "labels": Command(
        Changed, _labels, "Show a project's labels, or change them.", ("project",), gives="the labels"
    ),
    "sync": Command(
        ProjectName, _sync, "Bring a project up to the newest version of its data.", ("project",)
    ),
    "suggest": Command(
        ProjectName, _suggest, "Learn from the labels and suggest.", ("project",), gives="the model run"
    ),
    "accept": Command(
        Accepted, _accept, "Take suggestions, or give all that are meant one label.", ("project",)
    ),
    "clusters": Command(
        GroupsOf,
        _clusters,
        "List items that are alike, to be labeled at once.",
        ("project",),
        gives="the groups",
    ),
    "detector": Command(
        Detected, _detector, "Let an ONNX detector suggest boxes.", ("project", "file"), gives="the detector"
    ),
    "rest": Command(
        Rest,
        _rest,
        "Label what is left by a model that keeps a promise.",
        ("project",),
        gives="the model run",
    ),
    "runs": Command(ProjectName, _runs, "List what models have said.", ("project",), gives="the runs"),
    "audit": Command(
        RunOf,
        _audit,
        "Say whether an automatic run keeps its promise.",
        ("project", "run"),
        gives="the verdict",
    ),
    "revert": Command(RunOf, _revert, "Take back what a model run has said.", ("project", "run")),
    "export": Command(
        Exported, _export, "Write the labels in a format of the field.", ("project",), gives="the export"
    ),
    "import": Command(
        Imported,
        _import,
        "Bring in labels, or suggestions with scores.",
        ("project", "file"),
        gives="what became of it",
    ),
    "train": Command(
        Trained, _train, "Train a model on what was labeled, by AutoML.", ("project",), gives="the run"
    ),
    "from-run": Command(
        AskedAbout,
        _from_run,
        "Ask what a run is least sure of, or gets wrong.",
        ("run",),
        gives="the project",
    ),
    "doubtful": Command(
        Doubtful, _doubtful, "List labels that may be wrong.", ("project",), gives="the labels"
    ),
    "role": Command(Role, _role, "Say who may do what in a project.", ("project", "person", "role")),
    "archive": Command(ProjectName, _archive, "Put a project away.", ("project",)),
    "restore": Command(ProjectName, _restore, "Take a project up again.", ("project",)),
}
