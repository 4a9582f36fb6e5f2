"""What a person sets of a labeling project, declared once for cells, forms and routes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from labstudio.labeling.values import TASKS, Task

_ASSET = {"choices": "assets"}
_COLUMN = {"choices": "columns(data)"}


class ProjectSettings(BaseModel):
    """How a project asks; all of it may change while people work."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    instructions: str = Field("", max_length=50_000, description="What to label how, in Markdown.")
    annotators_per_item: int = Field(1, ge=1, le=50, description="People who label each item, blind.")
    order: Literal["given", "random"] = Field("given", description="Turn of the items where no model says.")
    suggest: bool = Field(True, description="Suggest labels as soon as there are enough.")
    encoder: str = Field("", max_length=500, description="What turns items into vectors; chosen when empty.")
    random_share: float = Field(
        0.15, ge=0, le=1, description="Share of random items among those asked, for an honest score."
    )
    gold_share: float = Field(0.05, ge=0, le=1, description="Share of items whose answer is known.")
    minimum: float | None = Field(None, description="Least number that may be told.")
    maximum: float | None = Field(None, description="Largest number that may be told.")
    lease_seconds: float = Field(
        600, ge=1, le=86_400, description="How long items stay with whom they were given to."
    )

    @model_validator(mode="after")
    def _ordered(self) -> ProjectSettings:
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        return self


class NewProject(ProjectSettings):
    """A labeling project that is to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "first": ["data", "name", "task", "labels"],
            "groups": {
                "Items": ["files", "text", "image", "key", "group", "split", "columns"],
                "People": ["annotators_per_item", "gold_share", "lease_seconds"],
                "Suggestions": ["suggest", "encoder", "random_share"],
            },
        }
    )

    data: str = Field(
        description="Data asset whose items are labeled, such as reviews.", json_schema_extra=dict(_ASSET)
    )
    name: str = Field("", max_length=100, description="Name of the project; that of the data when not given.")
    task: Task = Field("class", description="What is asked of each item.")
    labels: list[str] = Field([], max_length=1_000, description="Labels to begin with.")
    files: Literal["image", "text"] | None = Field(
        None, description="Of a folder: which of its files are labeled; pictures where there are any."
    )
    text: str | None = Field(
        None, description="Column whose texts are labeled.", json_schema_extra=dict(_COLUMN)
    )
    image: str | None = Field(
        None, description="Column with paths of images that are labeled.", json_schema_extra=dict(_COLUMN)
    )
    key: str | None = Field(
        None, description="Column that names a row in every version.", json_schema_extra=dict(_COLUMN)
    )
    group: str | None = Field(
        None, description="Column that says which items belong together.", json_schema_extra=dict(_COLUMN)
    )
    split: str | None = Field(
        None, description="Column that says train, validation or test.", json_schema_extra=dict(_COLUMN)
    )
    columns: list[str] = Field(
        [], description="Columns shown to annotators; all when empty.", json_schema_extra=dict(_COLUMN)
    )

    @field_validator("labels")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("name each label once")
        return value

    @model_validator(mode="after")
    def _fits(self) -> NewProject:
        if self.text is not None and self.image is not None:
            raise ValueError("items are texts or images; name one column")
        kind = "text" if self.text is not None else "image" if self.image is not None else None
        if kind and self.task not in TASKS[kind]:
            raise ValueError(f"{self.task} cannot be asked of a {kind}; there is {', '.join(TASKS[kind])}")
        return self

    def of_items(self) -> dict[str, object]:
        """What it says of the items, which stays for good."""
        return self.model_dump(include={"text", "image", "key", "group", "split", "columns"})

    def of_asking(self) -> dict[str, object]:
        """What it says of asking, which may change."""
        return self.model_dump(include=set(ProjectSettings.model_fields))
