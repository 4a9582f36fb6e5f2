"""Labeling: what is asked for, what is answered, what is changed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from labstudio.edges import Told
from labstudio.labeling.labels import SchemaChange
from labstudio.labeling.looking import State
from labstudio.labeling.settings import ProjectSettings
from labstudio.labeling.suggest.detector import DetectorOptions
from labstudio.labeling.values import Value


class Archived(Told):
    """Which projects."""

    archived: bool = Field(False, description="Those that are put away.")


class ProjectChanges(ProjectSettings):
    """How a project asks; what is not told stays as it is."""


class LabelChanges(Told):
    """Changes of a project's labels; all are made or none."""

    changes: list[SchemaChange] = Field(min_length=1, max_length=1_000, description="What is changed.")


class WhichItems(Told):
    """Which items of a project."""

    filter: str = Field("", max_length=5_000, description="On the columns of the data, as above a grid.")
    state: State = Field("all", description="How far they are.")
    label: str = Field("", max_length=200, description="Id or name of a label they have.")
    suggested: str = Field("", max_length=200, description="Id or name of the label suggested for them.")
    annotator: str = Field("", max_length=200, description="Who has answered them.")
    cluster: int | None = Field(None, description="Cluster that they are in.")
    duplicates: int | None = Field(None, description="Group of near duplicates that they are in.")
    least: float = Field(0, ge=0, le=1, description="How sure their suggestion must be, at least.")


class ItemsPage(WhichItems):
    """A page of the items of a project."""

    offset: int = Field(0, ge=0, description="First item.")
    limit: int = Field(100, ge=1, le=500, description="Number of items.")


class BulkLabel(WhichItems):
    """One label for all items that are meant, or their suggestions where none is told."""

    client_id: str = Field(min_length=1, max_length=60, description="As for an answer.")
    value: Value | None = Field(None, description="What they get.")
    without: list[int] = Field([], max_length=500, description="Items that stay as they are.")


class GroupsOf(Told):
    """Which groups of items that are alike."""

    kind: Literal["clusters", "duplicates"] = Field("clusters", description="Of a kind, or nearly the same.")
    offset: int = Field(0, ge=0, description="First group that has open items.")
    limit: int = Field(10, ge=1, le=50, description="Number of groups.")
    shown: int = Field(12, ge=1, le=50, description="Open items of each that are shown.")


class NewDetector(DetectorOptions):
    """An ONNX detector of boxes: an upload, a file of the folder, or a registered model.

    What the file tells of itself need not be told.
    """

    upload: str = Field("", max_length=100, description="Id of the upload.")
    path: str = Field("", max_length=1_000, description="File, as the file browser shows it.")
    model: str = Field("", max_length=200, description="Registered model, such as cars@2.")
    map: dict[str, str] = Field({}, description="Label by the detector's class, where they differ.")

    def options(self) -> dict[str, Any]:
        """What was told of what the file takes and gives."""
        return self.model_dump(include=set(DetectorOptions.model_fields) & self.model_fields_set)


class NewRole(Told):
    """Who may do what in a project."""

    person: str = Field(min_length=1, max_length=200, description="Name of the person, as Jupyter has it.")
    role: Literal["annotator", "reviewer", "owner"] = Field(description="Role.")


class ReviewOf(Told):
    """Which items a reviewer looks at."""

    kind: Literal["all", "disputed", "flagged", "audit"] = Field("all", description="Which of them.")
    offset: int = Field(0, ge=0, description="First item.")
    limit: int = Field(20, ge=1, le=200, description="Number of items.")


class NewReview(Told):
    """A reviewer's decision."""

    client_id: str = Field(min_length=1, max_length=60, description="As for an answer.")
    item: int = Field(description="Number of the item.")
    decision: Literal["accept", "fix", "send_back"] = Field(description="What is decided.")
    value: Value | None = Field(None, description="What it is; of an accepted one what stands if not told.")
    note: str = Field("", max_length=10_000, description="Why.")


class NewGold(Told):
    """An item whose answer is known."""

    item: int = Field(description="Number of the item.")
    value: Value | None = Field(None, description="The answer; what a reviewer has decided if not told.")
    known: bool = Field(True, description="False lets it be like any other again.")


class LabelRest(Told):
    """What is left is labeled by a model."""

    precision: float = Field(0.95, ge=0.5, lt=1, description="Share of right labels that is promised.")
    audit: int = Field(50, ge=0, le=10_000, description="So many of them are asked of people all the same.")


class Most(Told):
    """How many."""

    most: int = Field(100, ge=1, le=1_000, description="How many at most.")


class Chosen(Told):
    """Items that are asked before all others, in this order."""

    items: list[int] = Field(max_length=5_000, description="Numbers of the items.")


class TrainOn(Told):
    """A training on what was labeled."""

    name: str = Field("", max_length=100, description="Data asset that gets the labels.")
    models: bool = Field(False, description="Learn from labels that a model gave too.")
    budget: float = Field(60, ge=1, description="Seconds the search may take.")


class AskAbout(Told):
    """A queue of what an AutoML run does badly."""

    run: str = Field(max_length=50, description="Id of the run.")
    kind: Literal["unsure", "wrong"] = Field("unsure", description="Least sure of, or wrong.")
    project: str = Field("", max_length=200, description="The project that asks; found or made when empty.")
    most: int = Field(200, ge=1, le=5_000, description="How many items at most.")


class NewExport(Told):
    """Labels that go out."""

    format: str = Field("", max_length=50, description="Format; the most usual one when empty.")
    models: bool = Field(False, description="Also what a model alone has labeled.")
    each: bool = Field(False, description="Every annotator's answer rather than what stands.")
    unlabeled: bool = Field(False, description="Also items without an answer.")
    sequence: int | None = Field(None, ge=1, description="As it was after this annotation; now if not told.")


class NewImport(Told):
    """Labels that come in, in files that were sent as uploads."""

    uploads: list[str] = Field(min_length=1, max_length=1_000, description="Ids of the uploads.")
    format: str = Field("", max_length=50, description="Format; told by the files when empty.")
    suggestions: bool = Field(False, description="Show them as suggestions; what has a score always is one.")
