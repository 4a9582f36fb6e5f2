"""What the routes answer with, declared once: the OpenAPI document and the TypeScript types come from here.

Times are seconds since 1970 UTC, durations seconds, sizes bytes. This module knows pydantic and nothing else.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of what is answered: always whole, so that a client need not ask whether a field is there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Problem(Model):
    """What went wrong: a sentence a person can act on, and what kind of error it is."""

    error: Literal["NotFound", "Invalid", "Conflict", "Forbidden", "Unavailable", "Unexpected"]
    message: str


class Done(Model):
    """It is done."""

    id: str


# -- workspace


class Status(Model):
    """Whether the studio is well, said at once."""

    version: str
    root: str
    revision: int


class Overview(Model):
    """The workspace and what is in it."""

    name: str
    root: str
    version: str
    user: str
    data: int
    runs: int
    models: int
    jobs: int
    running: int
    governance: str


class Event(Model):
    """Who did what to which thing, when, by which door."""

    number: int
    created: float
    who: str
    door: str
    verb: str
    subject: str
    detail: dict[str, Any]


class Node(Model):
    """One thing in a lineage; `subject` is such as data:churn@3, `label` is for people."""

    subject: str
    kind: str
    label: str
    facts: str


class Edge(Model):
    """`target` was made from `source`."""

    source: str
    target: str
    relation: str


class Lineage(Model):
    """What something was made from, and what was made from it."""

    subject: str
    nodes: list[Node]
    edges: list[Edge]


class Group(Model):
    """Fields of a form that belong together."""

    title: str
    fields: list[str]


class Form(Model):
    """A form: JSON schema for FormComponent, its ui schema, and the fields that come first.

    A property's `choices` says what fills it in at run time: assets, columns(data), runs or models. The
    fields that do not come first stand in `groups`.
    """

    name: str
    form: dict[str, Any]
    ui: dict[str, Any]
    first: list[str]
    groups: list[Group]


class Cell(Model):
    """The cell that does what the form is set to do; `setup` has to have run before it in the notebook."""

    setup: str
    source: str


# -- data


class Column(Model):
    """One column of a table."""

    name: str
    physical: str
    semantic: str


class Asset(Model):
    """One version of a data asset, in a line."""

    name: str
    version: int
    ref: str
    subject: str
    rows: int
    columns: int
    size: int
    created: float
    by: str
    source: str


class AssetDetail(Asset):
    """One version of a data asset, whole; `versions` are all of the name, newest first."""

    fields: list[Column]
    sha256: str
    found: dict[str, Any]
    versions: list[Asset]


class Added(Model):
    """What adding came to: the version, or the job that goes on reading a large file."""

    asset: Asset | None
    existed: bool
    job: str | None


class ColumnProfile(Model):
    """What a column holds; `note` is one thing to know about it, in a few words."""

    name: str
    physical: str
    semantic: str
    missing: int
    distinct: int
    minimum: Any
    maximum: Any
    mean: float | None
    std: float | None
    quantiles: dict[str, float]
    top: list[tuple[Any, int]]
    edges: list[float]
    counts: list[int]
    note: str
    alert: bool


class Profile(Model):
    """What all columns of a version hold."""

    ref: str
    rows: int
    estimated: bool
    columns: list[ColumnProfile]


class Rows(Model):
    """A page of a table: `values` has one list a column; `total` rows match the filter."""

    total: int
    offset: int
    columns: list[Column]
    values: list[list[Any]]


class Upload(Model):
    """A file on its way here in chunks; the next chunk begins at `offset`."""

    id: str
    filename: str
    size: int
    offset: int


# -- automl


class Guardrail(Model):
    """One thing that was looked at in the data.

    `evidence` has figures by measure and what was measured, `fix` the settings that would mend it, `effect`
    what they have changed where they were tried.
    """

    name: str
    state: Literal["passed", "done", "alerted"]
    detail: str
    evidence: dict[str, dict[str, float]]
    fix: dict[str, Any]
    effect: dict[str, Any] | None


class Check(Model):
    """What a run would do, said before it starts.

    `target` has the number of ``classes``, or minimum, mean, median and maximum; `budget` are seconds that
    let five folds be used.
    """

    task: str
    metric: str
    metric_title: str
    rows: int
    sampled: bool
    features: dict[str, int]
    classes: list[tuple[str, float]]
    target: dict[str, float]
    guardrails: list[Guardrail]
    budget: float


class Member(Model):
    """One candidate of an ensemble; its weights sum to one."""

    trial: int
    title: str
    weight: float


class Trial(Model):
    """One candidate: `score` is the mean over the folds, `error_bar` its standard error.

    One that is pruned was given up on its first folds, of which its score is; an ensemble has `members`.
    """

    number: int
    learner: str
    title: str
    settings: str
    state: Literal["running", "complete", "pruned", "failed", "stopped"]
    score: float | None
    error_bar: float | None
    seconds: float
    message: str
    members: list[Member]
    best: bool


class Score(Model):
    """A score on rows held out, of the recommended model; between `low` and `high` in 19 of 20 cases."""

    name: str
    title: str
    value: float
    low: float | None
    high: float | None


class Progress(Model):
    """Where a run is; `at` is when it said so."""

    phase: str
    elapsed: float
    budget: float | None
    trials: int
    at: float


class Run(Model):
    """One AutoML run, in a line."""

    id: str
    subject: str
    state: Literal["queued", "running", "complete", "stopped", "failed"]
    data: str
    target: str
    task: str
    metric: str
    metric_title: str
    best: float | None
    trials: int
    started: float
    ended: float | None
    by: str
    job: str | None
    progress: Progress | None
    error: str
    passed: bool | None


class Certificate(Model):
    """How exactly the ONNX file gives what Python gives."""

    passed: bool
    sentence: str
    file_sha256: str
    file_size: int
    rows: int
    adversarial_rows: int
    labels_equal: float | None
    ties: int
    max_difference: float | None
    limit: float
    checks: list[dict[str, Any]]
    runtime: str
    versions: dict[str, str]


class RunDetail(Run):
    """One AutoML run, whole; trials stand best first, those without a score last."""

    settings: dict[str, Any]
    greater_is_better: bool
    leaderboard: list[Trial]
    holdout: list[Score]
    rows: dict[str, int]
    notes: list[str]
    guardrails: list[Guardrail]
    diagram: dict[str, Any] | None
    certificate: Certificate | None


class Feature(Model):
    """A feature that was made of raw columns: how, of which, and what the model loses without it."""

    feature: str
    formula: str
    columns: list[str]
    importance: float | None


class Figures(Model):
    """Plotly figures by name: score_over_time, confusion, roc, calibration, residuals, importance, …

    `missing` says of some that are not there why; `features` are those that were made of the raw columns.
    """

    figures: dict[str, dict[str, Any]]
    missing: dict[str, str]
    features: list[Feature]


# -- models


class RegisteredModel(Model):
    """One version of a registered model, in a line."""

    name: str
    version: int
    ref: str
    subject: str
    task: str
    target: str | None
    metrics: dict[str, float]
    aliases: list[str]
    source: str
    data: str
    created: float
    by: str
    passed: bool
    size: int
    max_difference: float | None
    existed: bool


class Input(Model):
    """One field of the try-it form: what the column may hold, and a usual value to begin with."""

    name: str
    kind: Literal["number", "integer", "boolean", "choice", "text", "date"]
    usual: Any
    minimum: float | None
    maximum: float | None
    choices: list[str]


class ModelDetail(RegisteredModel):
    """One version of a model, whole; `versions` are all of the name, newest first."""

    sha256: str
    mlflow_uri: str
    certificate: Certificate
    inputs: list[Input]
    classes: list[Any] | None
    versions: list[RegisteredModel]


class Predictions(Model):
    """Predictions for the rows sent, in their order; probabilities have one entry a class."""

    ref: str
    predictions: list[Any]
    classes: list[Any] | None
    probabilities: list[list[float]] | None
    seconds: float


# -- jobs


class Job(Model):
    """Work that goes on when the browser is closed."""

    id: str
    subject: str
    kind: str
    title: str
    state: Literal["queued", "running", "complete", "failed", "stopped", "interrupted"]
    error: str
    result: dict[str, Any]
    stop_requested: bool
    created: float
    started: float | None
    ended: float | None
    by: str


class Log(Model):
    """A part of a job's log; the next part begins at `offset`."""

    text: str
    offset: int
    size: int
    done: bool
