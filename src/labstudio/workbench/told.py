"""What a workbench tells: which items it wants, what a person says of them, what is taken back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labstudio.edges import Told
from labstudio.labeling.values import Value


class NextItems(Told):
    """How many items an annotator wants, and which they have."""

    limit: int = Field(10, ge=1, le=200, description="How many at most.")
    holding: list[int] = Field([], max_length=1_000, description="Items that the browser has already.")
    label: str | None = Field(
        None, max_length=200, description="Only items for which this label is suggested, the surest first."
    )


class LabelingAnswer(Told):
    """What an annotator says of one item."""

    client_id: str = Field(
        min_length=1, max_length=100, description="Made by the browser; sent again it changes nothing."
    )
    item: int = Field(description="Number of the item.")
    action: Literal["label", "skip"] = Field("label", description="Label it or pass it over.")
    value: Value | None = Field(None, description="What it is.")
    milliseconds: int | None = Field(None, ge=0, description="Worked on it while the page was in sight.")
    suggestion: int | None = Field(None, description="Number of the suggestion that was shown.")
    schema_version: int | None = Field(None, ge=1, description="Version of the labels that were shown.")


class Answers(Told):
    """Answers from a browser's outbox."""

    answers: list[LabelingAnswer] = Field(max_length=500, description="In the order they were given.")


class Undo(Told):
    """What is taken back: the last thing this annotator did."""

    client_id: str = Field(min_length=1, max_length=100, description="As for an answer.")
    item: int | None = Field(None, description="Only on this item.")


class Grid(Told):
    """A grid that is taken as it is but for the marked items."""

    client_id: str = Field(min_length=1, max_length=60, description="As for an answer.")
    items: list[int] = Field(max_length=500, description="All items of the grid.")
    marked: list[int] = Field([], max_length=500, description="Those that are wrong; they stay open.")
    value: Value | None = Field(None, description="What all get instead of their suggestions.")
    milliseconds: int | None = Field(None, ge=0, description="Looked at the grid.")


class NewNote(Told):
    """A flag or a comment."""

    client_id: str = Field(min_length=1, max_length=100, description="As for an answer.")
    item: int = Field(description="Number of the item.")
    flag: bool = Field(False, description="It is a flag.")
    text: str = Field("", max_length=10_000, description="What is said.")
    shape: str | None = Field(None, max_length=64, description="Id of the shape or span it is about.")


class GiveBack(Told):
    """Leases that are given back."""

    items: list[int] | None = Field(None, max_length=1_000, description="Of these items; all when not given.")


class MediaOf(Told):
    """How an item's image is wanted."""

    size: int = Field(0, ge=0, le=4_096, description="Longest side in pixels; 0 for the original.")


class ItemOf(Told):
    """One item."""

    item: int = Field(description="Number of the item.")


class PictureOf(ItemOf, MediaOf):
    """The image of an item, and how it is wanted."""
