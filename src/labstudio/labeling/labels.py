"""The labels of a project: what may be chosen, and how that grows, is renamed, merged and retired.

A label has an id that never changes and is never used twice; everything else of it may change while people
work. A merged label says into which other one: a value made under any older version is read through that.
It knows no store.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.options import nearest

COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f", "#8c564b",
    "#9467bd", "#17becf", "#bcbd22",
)  # fmt: skip
"""Given in turn; the first seven are told apart by the colour-blind too (Okabe and Ito)."""

KEYS = "1234567890"
"""Given in turn; beyond them one types the beginning of a label's name."""

MOST_LABELS = 1_000


class Label(BaseModel):
    """One label as it is now."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    id: str = Field(description="Never changes.")
    name: str = Field(description="What people read.")
    color: str = Field(description="Such as #0072b2.")
    key: str | None = Field(None, description="The key that chooses it.")
    parent: str | None = Field(None, description="Id of the label that it is a kind of.")
    attributes: dict[str, list[str]] = Field(
        {}, description="What else is asked of a thing with this label: name and choices (none: any text)."
    )
    retired: bool = Field(False, description="Kept where it was given, and offered no more.")
    merged: str | None = Field(None, description="Id of the label that it has become.")

    @property
    def offered(self) -> bool:
        """Whether it may be given to something new."""
        return not self.retired and self.merged is None


class SchemaChange(BaseModel):
    """One change of a project's labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op: Literal["add", "rename", "merge", "retire", "restore", "parent", "color", "key", "attributes"] = (
        Field(description="What is done.")
    )
    label: str = Field("", max_length=200, description="Id or name of the label it is done to.")
    name: str | None = Field(None, max_length=200, description="Name of a new or renamed label.")
    into: str | None = Field(None, max_length=200, description="The label that a merged one becomes.")
    color: str | None = Field(None, max_length=7, description="Such as #0072b2.")
    key: str | None = Field(None, max_length=1, description="One character; empty for none.")
    parent: str | None = Field(None, max_length=200, description="The label it is a kind of; empty for none.")
    attributes: dict[str, list[str]] | None = Field(None, description="Name and choices of each attribute.")

    @field_validator("color")
    @classmethod
    def _colour(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError("a colour is told like #0072b2")
        return value.lower() if value else value

    @field_validator("attributes")
    @classmethod
    def _few(cls, value: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
        for name, choices in (value or {}).items():
            if not name.strip() or len(name) > 100 or len(set(choices)) < len(choices) or len(choices) > 100:
                raise ValueError("an attribute has a short name and up to 100 choices, each of them once")
        return value


@dataclass(frozen=True)
class LabelSchema:
    """All labels of a project in one version, those that are gone included.

    Examples
    --------
    >>> schema = LabelSchema.of(["cat", "dog", "hound"])
    >>> [(label.id, label.name, label.key) for label in schema]
    [('l1', 'cat', '1'), ('l2', 'dog', '2'), ('l3', 'hound', '3')]
    >>> later = schema.changed([SchemaChange(op="merge", label="hound", into="dog")])
    >>> later.version, later.now("l3").name, [label.name for label in later.offered]
    (2, 'dog', ['cat', 'dog'])
    """

    version: int
    labels: tuple[Label, ...]

    @classmethod
    def of(cls, names: Sequence[str | dict[str, Any]]) -> LabelSchema:
        """Make the first version: of names, or of what `SchemaChange` takes to add a label."""
        told = [{"name": one} if isinstance(one, str) else dict(one) for one in names]
        changes = [SchemaChange(op="add", **one) for one in told]
        return LabelSchema(1, LabelSchema(0, ()).changed(changes).labels)

    @classmethod
    def from_rows(cls, version: int, labels: Sequence[dict[str, Any]]) -> LabelSchema:
        """Read what was kept."""
        return cls(version, tuple(Label(**one) for one in labels))

    def to_rows(self) -> list[dict[str, Any]]:
        """Return plain values to keep."""
        return [label.model_dump() for label in self.labels]

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels)

    @property
    def offered(self) -> list[Label]:
        """The labels that may be given to something new, in their order."""
        return [label for label in self.labels if label.offered]

    def find(self, told: str) -> Label:
        """Return the label of an id, else the one of a name; a name that is offered goes before one that was.

        Raises
        ------
        NotFound
            There is none.
        """
        by_id = [label for label in self.labels if label.id == told]
        name = _name(told)
        by_name = [label for label in self.labels if label.name == name]
        found = by_id or sorted(by_name, key=lambda label: not label.offered)
        if not found:
            offered = [label.name for label in self.offered]
            near = nearest(told, offered)
            known = f"there is {', '.join(offered[:10]) or 'none yet'}"
            raise NotFound(
                f"There is no label {told!r}; " + (f"did you mean {near!r}?" if near else known + ".")
            )
        return found[0]

    def now(self, told: str) -> Label:
        """Return what the label of an id or name is now, through all merges."""
        label = self.find(told)
        while label.merged is not None:
            label = next(one for one in self.labels if one.id == label.merged)
        return label

    def changed(self, changes: Sequence[SchemaChange]) -> LabelSchema:
        """Return the next version; all changes are made or none.

        Raises
        ------
        Invalid, Conflict, NotFound
            A change cannot be; the sentence begins with its number where there are several.
        """
        labels = list(self.labels)
        for number, change in enumerate(changes, start=1):
            try:
                labels = _one(LabelSchema(self.version, tuple(labels)), change)
            except (Invalid, Conflict, NotFound) as error:
                where = f"Change {number}: " if len(changes) > 1 else ""
                raise type(error)(f"{where}{error}") from None
        return LabelSchema(self.version + 1, tuple(labels))


def _one(schema: LabelSchema, change: SchemaChange) -> list[Label]:
    if change.op == "add":
        return _add(schema, change)
    label = schema.find(change.label)
    if label.merged is not None and change.op != "restore":
        raise Conflict(f"{label.name!r} was merged into {schema.now(label.id).name!r}; restore it first.")
    match change.op:
        case "rename":
            update: dict[str, Any] = {"name": _free_name(schema, change.name, label)}
        case "merge":
            target = schema.now(_need(change.into, "into", "merge"))
            if target.id == label.id or label.id in _parents(schema, target):
                raise Invalid(f"{label.name!r} cannot become itself or one of its own kinds.")
            update = {"merged": target.id, "key": None}
        case "retire":
            update = {"retired": True, "key": None}
        case "restore":
            _free_name(schema, label.name, label)
            update = {"retired": False, "merged": None}
        case "parent":
            update = {"parent": _parent(schema, change.parent, label)}
        case "color":
            update = {"color": _need(change.color, "color", "color")}
        case "key":
            update = {"key": _free_key(schema, change.key, label)}
        case _:
            update = {"attributes": change.attributes or {}}
    changed = label.model_copy(update=update)
    after = [changed if one.id == label.id else one for one in schema.labels]
    if change.op == "merge":  # kinds of what is gone are kinds of what it became
        after = [
            one.model_copy(update={"parent": update["merged"]}) if one.parent == label.id else one
            for one in after
        ]
    return after


def _add(schema: LabelSchema, change: SchemaChange) -> list[Label]:
    if len(schema.labels) >= MOST_LABELS:
        raise Invalid(f"A project has at most {MOST_LABELS:,} labels.")
    number = len(schema.labels)
    name = _free_name(schema, change.name or change.label, None)
    used = {label.key for label in schema.offered}
    key = next((key for key in KEYS if key not in used), None)
    if change.key is not None:
        key = _free_key(schema, change.key, None)
    label = Label(
        id=f"l{number + 1}",
        name=name,
        color=change.color or COLOURS[number % len(COLOURS)],
        key=key,
        parent=_parent(schema, change.parent, None),
        attributes=change.attributes or {},
    )
    return [*schema.labels, label]


def _name(told: str) -> str:
    return unicodedata.normalize("NFC", told).strip()


def _free_name(schema: LabelSchema, told: str | None, label: Label | None) -> str:
    name = _name(told or "")
    if not name or len(name) > 100 or any(unicodedata.category(sign) == "Cc" for sign in name):
        raise Invalid(f"{name[:100]!r} cannot be the name of a label; use 1 to 100 characters on one line.")
    for one in schema.offered:
        if one.name.casefold() == name.casefold() and one != label:
            raise Conflict(f"There is a label {one.name!r} already.")
    if any(one.id == name and one != label for one in schema.labels):
        raise Conflict(f"{name!r} is the id of another label; choose another name.")
    return name


def _free_key(schema: LabelSchema, told: str | None, label: Label | None) -> str | None:
    if not told:
        return None
    if told.isspace() or not told.isprintable():
        raise Invalid("A key is one character that can be seen.")
    key = told.lower()
    for one in schema.offered:
        if one.key == key and one != label:
            raise Conflict(f"The key {key!r} chooses {one.name!r} already; take another one.")
    return key


def _parents(schema: LabelSchema, label: Label) -> list[str]:
    found: list[str] = []
    while label.parent is not None:
        found.append(label.parent)
        label = schema.find(label.parent)
    return found


def _parent(schema: LabelSchema, told: str | None, label: Label | None) -> str | None:
    if not told:
        return None
    parent = schema.now(told)
    if label is not None and label.id in [parent.id, *_parents(schema, parent)]:
        raise Invalid(f"{label.name!r} cannot be a kind of itself.")
    return parent.id


def _need(value: str | None, name: str, op: str) -> str:
    if not value:
        raise Invalid(f"{op} needs {name}.")
    return value
