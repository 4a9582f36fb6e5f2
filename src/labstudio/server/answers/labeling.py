"""Labeling projects, their items, and what became of answers."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model
from labstudio.labeling.values import Value
from labstudio.workbench.answers import (
    LabelingItem,
    LabelingProgress,
    LabelingSaid,
    LabelingSuggestion,
)


class LabelingListed(Model):
    """An item in a list; `value` is what stands, `by` whose word that is: an annotator, review or model."""

    number: int
    key: str
    place: int
    state: str
    votes: int
    value: Value | None
    by: str
    flagged: bool
    suggestion: LabelingSuggestion | None
    row: dict[str, Any]
    text: str | None
    media: str | None
    alike: int


class LabelingGroup(Model):
    """Items that are alike: how many, how many of them are open, and the most typical open ones."""

    number: int
    likeness: float
    size: int
    open: int
    items: list[LabelingListed]


class LabelingGroups(Model):
    """Groups with more than one open item; `compared` says whether the items have been compared already."""

    compared: bool
    total: int
    offset: int
    groups: list[LabelingGroup]


class LabelingPage(Model):
    """A page of items."""

    total: int
    offset: int
    items: list[LabelingListed]


class LabelingSynced(Model):
    """What a newer version of the data brought."""

    ref: str
    added: int
    changed: int
    retired: int
    restored: int


class LabelingStanding(Model):
    """What stands of an item, whose word that is, and how sure it is."""

    value: Value
    source: Literal["review", "people", "import", "model"]
    sure: float
    votes: int
    disputed: bool


class LabelingToReview(Model):
    """An item before a reviewer: what counts of each annotator, and what stands without the reviewer."""

    item: LabelingItem
    said: list[LabelingSaid]
    standing: LabelingStanding | None


class LabelingReview(Model):
    """Items to review, the least sure first."""

    total: int
    offset: int
    items: list[LabelingToReview]


class LabelingDecided(Model):
    """What a decision came to: the annotation that stands now; None where the item was sent back."""

    item: int
    annotation: int | None


class LabelCount(Model):
    """How often a label (by id) stands: by the word of people, and of a model alone."""

    label: str
    people: int
    model: int


class LabelingPerson(Model):
    """How an annotator is doing: seconds an item (median), labels an hour, gold items, agreement.

    `accuracy` is the chance that they are right, by Dawid and Skene.
    """

    person: str
    labeled: int
    skipped: int
    seconds: float | None
    per_hour: float | None
    gold_right: int
    gold_seen: int
    agreement: float | None
    accuracy: float | None
    last: float


class LabelingPair(Model):
    """How often two annotators said the same, of how many items that both have answered."""

    one: str
    other: str
    same: int
    both: int


class LabelingHard(Model):
    """An item on which people disagree."""

    item: int
    key: str
    sure: float
    votes: int


class LabelingDashboard(Model):
    """The numbers of a project. `days` are labels a day: when it began, and how many."""

    progress: LabelingProgress
    labels: list[LabelCount]
    people: list[LabelingPerson]
    alpha: float | None
    pairs: list[LabelingPair]
    hardest: list[LabelingHard]
    disputed: int
    majority_differs: int
    days: list[tuple[float, int]]


class LabelingVerdict(Model):
    """Whether an automatic run keeps its promise, by what people said of its audit sample."""

    state: Literal["kept", "broken", "open"]
    sentence: str


class LabelingReverted(Model):
    """How many labels of a run were taken back."""

    run: int
    labels: int


class LabelingDoubt(Model):
    """A label that may be wrong, what a model would say, and how good the label looks (0 to 1)."""

    item: int
    value: Value
    instead: Value
    quality: float


class LabelingStarted(Model):
    """The job, the run or the project that goes on, and how many items are asked."""

    job: str | None
    run: str | None
    project: str | None
    items: int


class LabelingExport(Model):
    """One export: what is in it up to which annotation, what was left out by its reason, and its bytes."""

    number: int
    format: str
    options: dict[str, bool]
    sequence: int
    schema_version: int
    items: int
    records: int
    written: int
    dropped: dict[str, int]
    filename: str
    sha256: str
    created_by: str
    created: float


class LabelingExports(Model):
    """Formats that hold what a project asks for, formats that are read, and its exports, newest first."""

    formats: list[str]
    readable: list[str]
    exports: list[LabelingExport]


class LabelingImported(Model):
    """What became of an import; `run` takes its suggestions back."""

    format: str
    records: int
    taken: int
    dropped: dict[str, int]
    labels: list[str]
    run: int | None
    suggestions: int
