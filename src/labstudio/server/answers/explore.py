"""What tables hold: profiles, associations, charts, and what differs between two versions."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model


class Meaning(Model):
    """What values of a column look like (email, money, latitude, …), and which share of them does."""

    kind: str
    share: float


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
    meanings: list[Meaning]
    skew: float | None
    zeros: int | None
    negative: int | None
    infinite: int | None
    outliers: int | None
    length_min: int | None
    length_mean: float | None
    length_max: int | None
    variants: int


class Finding(Model):
    """Something to look at before going on, and what could be done; `column` is None for whole rows."""

    kind: str
    column: str | None
    sentence: str
    suggestion: str
    alert: bool


class Relation(Model):
    """What a column alone says of the target, from 0 (nothing) to 1 (all of it)."""

    column: str
    measure: Literal["auc", "r2", "information"]
    score: float
    strength: float
    leak: bool


class Profile(Model):
    """What all columns of a version hold; `relations` are there when a target is told, strongest first."""

    ref: str
    rows: int
    estimated: bool
    duplicates: int
    duplicates_estimated: bool
    columns: list[ColumnProfile]
    findings: list[Finding]
    target: str | None
    relations: list[Relation]
    sampled: int


class Association(Model):
    """How two columns go together: `value` from -1 or 0 to 1; of two numbers also Pearson's."""

    left: str
    right: str
    measure: Literal["spearman", "cramers_v", "correlation_ratio"]
    value: float
    pearson: float | None


class Associations(Model):
    """The strongest pairs of columns, of `sampled` rows."""

    ref: str
    rows: int
    sampled: int
    columns: list[str]
    left_out: list[str]
    pairs: list[Association]


class Plot(Model):
    """A chart as a Plotly figure; `rows` matched the filter, `sampled` says that not all are drawn."""

    ref: str
    figure: dict[str, Any]
    rows: int
    drawn: int
    sampled: bool
    notes: list[str]


class Suggestion(Model):
    """A chart worth looking at: what to tell the plot, and why."""

    title: str
    why: str
    chart: dict[str, Any]


class Retyped(Model):
    """A column whose type changed."""

    name: str
    before: str
    after: str


class Renamed(Model):
    """Columns that are probably one."""

    before: str
    after: str


class CellChange(Model):
    """One value that changed."""

    column: str
    before: Any
    after: Any


class ChangedRow(Model):
    """A row of both versions, by its key, and the values that changed."""

    key: list[Any]
    cells: list[CellChange]


class RowChanges(Model):
    """Which rows differ; the lists hold the first of each, their columns are `columns`."""

    added: int
    removed: int
    changed: int
    unchanged: int
    columns: list[str]
    added_rows: list[list[Any]]
    removed_rows: list[list[Any]]
    changed_rows: list[ChangedRow]
    changed_columns: dict[str, int]


class Drift(Model):
    """How far the values of a column moved; `level` is none, some or strong."""

    column: str
    level: Literal["none", "some", "strong"]
    sentence: str
    psi: float | None
    test: Literal["ks", "chi2"] | None
    statistic: float | None
    p_value: float | None
    missing_before: float
    missing_after: float


class Comparison(Model):
    """What differs between two versions."""

    before: str
    after: str
    rows_before: int
    rows_after: int
    key: list[str]
    summary: str
    added: list[str]
    removed: list[str]
    retyped: list[Retyped]
    renamed: list[Renamed]
    rows: RowChanges
    drift: list[Drift]
    sampled: int
