"""What a workbench is answered: the project, items, and what became of answers."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model
from labstudio.labeling.labels import Label
from labstudio.labeling.settings import ProjectSettings
from labstudio.labeling.values import Value


class LabelingProgress(Model):
    """How far a project is; `mine`, `skipped` and `left` are about who asks.

    `sequence` is the newest annotation.
    """

    items: int
    labeled: int
    auto: int
    open: int
    mine: int
    skipped: int
    left: int
    sequence: int


class LabelingMember(Model):
    """Who may do what."""

    person: str
    role: Literal["annotator", "reviewer", "owner"]


class LabelingSchema(Model):
    """All labels, those that were retired or merged included, in their order."""

    version: int
    labels: list[Label]


class LabelingProject(Model):
    """A project in a line. `id` is for good, `name` for people; `ref` is the data its items are of."""

    id: str
    name: str
    subject: str
    data: str
    ref: str
    newest: int
    item_kind: Literal["table", "text", "image"]
    task: Literal["class", "multi", "number", "cells", "boxes", "polygons", "spans"]
    created: float
    by: str
    archived: float | None
    progress: LabelingProgress


class LabelingDetector(Model):
    """A detector of boxes: labels (ids) by its classes, and classes that are no label here."""

    name: str
    sha256: str
    labels: dict[str, str]
    left_out: list[str]
    by: str


class LabelingProjectDetail(LabelingProject):
    """A project, whole. `me` is who asks; `enforced` says whether roles are more than recorded."""

    settings: ProjectSettings
    detector: LabelingDetector | None
    labels: LabelingSchema
    columns: list[str]
    members: list[LabelingMember]
    me: str
    role: Literal["annotator", "reviewer", "owner"]
    enforced: bool


class LabelingSuggestion(Model):
    """What a model or an import says of an item; `score` is how sure it is."""

    number: int
    run: int
    value: Value
    score: float | None


class LabelingNote(Model):
    """A flag or a comment."""

    number: int
    person: str
    kind: Literal["flag", "comment"]
    text: str
    shape: str | None
    created: float
    resolved: float | None


class LabelingItem(Model):
    """One item as an annotator gets it.

    `row` are the columns shown; `text` is what is labeled in a text project; `media` is the path of the image
    below the API (labeling/…/media/…), with `width` and `height` in pixels, upright. `error` says why it
    cannot be shown. `value` is what this annotator said before. `expires` is when the lease ends. `alike`
    counts others that are nearly the same.
    """

    number: int
    key: str
    row: dict[str, Any]
    text: str | None
    media: str | None
    caption: str | None
    width: int | None
    height: int | None
    error: str | None
    group: str | None
    split: str | None
    expires: float | None
    reason: str
    value: Value | None
    suggestion: LabelingSuggestion | None
    notes: list[LabelingNote]
    alike: int


class LabelingBatch(Model):
    """Items that are this annotator's now; `schema_version` tells when labels have to be asked for again."""

    items: list[LabelingItem]
    schema_version: int
    progress: LabelingProgress


class LabelingReceipt(Model):
    """What became of an answer: the number of its annotation, or the sentence that says why there is none."""

    client_id: str
    item: int
    annotation: int | None
    replayed: bool
    late: bool
    error: str | None


class LabelingReceipts(Model):
    """What became of answers, in their order."""

    receipts: list[LabelingReceipt]
    schema_version: int
    progress: LabelingProgress


class LabelingUndone(Model):
    """What was taken back: the items as they stand now, newest first (200 at most)."""

    annotations: list[int]
    items: list[LabelingItem]
    progress: LabelingProgress


class LabelingBulk(Model):
    """What was done in one stroke."""

    batch: str
    changed: int
    left_out: int
    progress: LabelingProgress


class LabelingSaid(Model):
    """One annotation; `counts` says whether it is what counts now."""

    number: int
    annotator: str
    action: Literal["label", "skip", "undo", "review", "import", "auto"]
    value: Value | None
    schema_version: int
    milliseconds: int | None
    suggestion: int | None
    supersedes: int | None
    run: int | None
    late: bool
    created: float
    counts: bool


class LabelingItemDetail(Model):
    """An item with everything that was ever said of it, oldest first."""

    item: LabelingItem
    history: list[LabelingSaid]


class LabelingModelRun(Model):
    """One time that a model has learned and spoken.

    `outcome` of a live run has labels, judged, measure (what the score is), score (value, low, high, judged),
    curve (labels with a score each), outlook (plateau, more, low, high, sentence) and stop (a sentence, or
    None); of an automatic one labels, judged, precision, given, left, audit, thresholds and not_given.
    """

    number: int
    kind: Literal["live", "auto", "import"]
    state: Literal["complete", "failed", "reverted"]
    sequence: int
    schema_version: int
    encoder: str
    settings: dict[str, Any]
    outcome: dict[str, Any]
    created_by: str
    created: float
    ended: float | None
    reverted: float | None
    reverted_by: str | None


class LabelingModels(Model):
    """The models of a project: the newest live run, and all automatic ones, newest first."""

    live: LabelingModelRun | None
    auto: list[LabelingModelRun]
