"""AutoML runs."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model


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
    encoder: str | None


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

    `missing` says of some that are not there why; `features` are those that were made of the raw columns;
    `diagrams` say how each candidate works alone, by its number.
    """

    figures: dict[str, dict[str, Any]]
    missing: dict[str, str]
    features: list[Feature]
    diagrams: dict[str, dict[str, Any]]
