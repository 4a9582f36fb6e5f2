"""Values: what a person or a model says of an item, checked against the labels and the item itself.

One flat form for all tasks; which fields count is the task's. Shapes are in pixels of the upright original,
rotation in degrees clockwise about the centre of a box; spans are in code points (Python's own), with the
quoted text as a check. Labels are kept by id. It knows no store.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.labels import Label, LabelSchema

Task = Literal["class", "multi", "number", "cells", "boxes", "polygons", "spans"]
TASKS: dict[str, tuple[Task, ...]] = {
    "table": ("class", "multi", "number", "cells"),
    "text": ("class", "multi", "number", "spans"),
    "image": ("class", "multi", "number", "boxes", "polygons"),
}
"""What can be asked of each kind of item."""

MOST_SHAPES = 10_000
MOST_POINTS = 10_000
EDGE = 1.0  # pixels that a shape may stand over the edge, as pointers do; it is then moved onto it


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class Shape(_Part):
    """A box (x, y of its upper left corner before it is turned, w, h, rotation) or a polygon (rings)."""

    id: str = Field("", max_length=64, description="Stays the same while the shape is changed.")
    kind: Literal["box", "polygon"] = "box"
    label: str = Field(max_length=200)
    x: float | None = None
    y: float | None = None
    w: float | None = None
    h: float | None = None
    rotation: float = 0.0
    rings: list[list[tuple[float, float]]] | None = None
    attributes: dict[str, str] = {}
    score: float | None = Field(None, description="How sure a model is; of suggestions alone.")


class Span(_Part):
    """Part of a text, from code point `start` to before `end`."""

    id: str = Field("", max_length=64)
    start: int
    end: int
    label: str = Field(max_length=200)
    text: str = Field("", description="What stands there; a check.")
    attributes: dict[str, str] = {}
    score: float | None = Field(None, description="How sure a model is; of suggestions alone.")


class CellError(_Part):
    """A cell that is wrong: what is wrong with it, and what would be right, as far as it is known."""

    column: str = Field(max_length=1_000)
    label: str = Field("", max_length=200)
    correct: str | None = Field(None, max_length=10_000)


class Value(_Part):
    """What is said of an item: the field of the project's task, the others are empty."""

    label: str | None = Field(None, max_length=200, description="class: id or name of the label.")
    labels: list[str] | None = Field(None, max_length=1_000, description="multi: ids or names.")
    number: float | None = Field(None, description="number.")
    cells: list[CellError] | None = Field(None, max_length=MOST_SHAPES, description="cells.")
    shapes: list[Shape] | None = Field(None, max_length=MOST_SHAPES, description="boxes and polygons.")
    spans: list[Span] | None = Field(None, max_length=MOST_SHAPES, description="spans.")
    attributes: dict[str, str] = Field({}, description="class: attributes of the label.")


FIELDS: dict[str, str] = {
    "class": "label", "multi": "labels", "number": "number", "cells": "cells",
    "boxes": "shapes", "polygons": "shapes", "spans": "spans",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a value is held against: the task, the labels, the bounds of a number, and the item."""

    task: str
    schema: LabelSchema
    minimum: float | None = None
    maximum: float | None = None
    text: str | None = None
    width: int | None = None
    height: int | None = None
    columns: Sequence[str] = field(default_factory=tuple)


def read_value(told: Any, task: str) -> Value:
    """Read a value as code writes it: a label, a list of them, a number, a list of shapes, or the whole form.

    Examples
    --------
    >>> read_value("cat", "class").label, read_value(["a", "b"], "multi").labels
    ('cat', ['a', 'b'])
    """
    if isinstance(told, Value):
        return told
    if not isinstance(told, Mapping):
        told = {FIELDS[task]: told}
    try:
        return Value.model_validate(dict(told))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Invalid(f"The value cannot be read: {place}: {str(first['msg']).lower()}.") from None


def check_value(told: Any, asked: Asked, schema_version: int | None = None) -> dict[str, Any]:
    """Hold a value against what was asked; return it as it is kept.

    Parameters
    ----------
    told : Value, dict or what `read_value` takes
        What is said.
    asked : Asked
        What was asked, with the labels as they are now.
    schema_version : int, optional
        The version of the labels it was made under: what has been retired since then is still taken.

    Raises
    ------
    Invalid
        It is no answer to what was asked; the sentence says why.

    Examples
    --------
    >>> asked = Asked("spans", LabelSchema.of(["PLACE"]), text="👋 Rome")
    >>> kept = check_value([{"start": 2, "end": 6, "label": "PLACE"}], asked)
    >>> kept["spans"][0]["text"], kept["spans"][0]["label"]
    ('Rome', 'l1')
    """
    value = read_value(told, asked.task)
    name = FIELDS[asked.task]
    given = getattr(value, name)
    others = [other for other in set(FIELDS.values()) - {name} if getattr(value, other) not in (None, [])]
    if given is None or others:
        raise Invalid(f"This project asks for {_WANTED[asked.task]}; give {name!r} and nothing else.")
    lenient = schema_version is not None and schema_version < asked.schema.version
    label = _Finder(asked.schema, lenient)
    match asked.task:
        case "class":
            found = label(given)
            attributes = _attributes(value.attributes, found)
            return {"label": found.id} | ({"attributes": attributes} if attributes else {})
        case "multi":
            chosen = {label(one).id for one in given}
            return {"labels": [one.id for one in asked.schema if one.id in chosen]}
        case "number":
            return {"number": _number(given, asked)}
        case "cells":
            return {"cells": _cells(given, asked, label)}
        case "spans":
            return {"spans": _spans(given, asked, label)}
        case _:
            return {"shapes": _shapes(given, asked, label)}


def value_now(value: Mapping[str, Any], schema: LabelSchema) -> dict[str, Any]:
    """Read a kept value through the merges of labels since then.

    Examples
    --------
    >>> from labstudio.labeling.labels import SchemaChange
    >>> schema = LabelSchema.of(["a", "b"]).changed([SchemaChange(op="merge", label="a", into="b")])
    >>> value_now({"labels": ["l1", "l2"]}, schema)
    {'labels': ['l2']}
    """
    found = dict(value)
    if found.get("label"):
        found["label"] = schema.now(found["label"]).id
    if "labels" in found:
        chosen = {schema.now(one).id for one in found["labels"]}
        found["labels"] = [label.id for label in schema if label.id in chosen]
    for name in ("shapes", "spans", "cells"):
        if name in found:
            found[name] = [
                one | {"label": schema.now(one["label"]).id} if one.get("label") else one
                for one in found[name]
            ]
    return found


def same_value(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two values say the same, whatever the ids of their shapes."""
    return plain_value(one) == plain_value(other)


def labels_of(value: Mapping[str, Any]) -> list[str]:
    """Return the ids of the labels that a value gives, each as often as it does."""
    if value.get("label"):
        return [value["label"]]
    parts = [part for name in ("shapes", "spans", "cells") for part in value.get(name, ())]
    return [*value.get("labels", ()), *(part["label"] for part in parts if part.get("label"))]


def plain_value(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value without the ids of its shapes, which may differ where all else is the same."""
    found = dict(value)
    for name in ("shapes", "spans", "cells"):
        if name in found:
            parts = [{key: part[key] for key in sorted(part) if key != "id"} for part in found[name]]
            found[name] = sorted(parts, key=repr)
    return found


_WANTED = {
    "class": "one label", "multi": "any number of labels", "number": "a number",
    "cells": "the cells that are wrong", "boxes": "boxes", "polygons": "polygons", "spans": "parts of a text",
}  # fmt: skip


class _Finder:
    """Finds labels as they are now, once each."""

    def __init__(self, schema: LabelSchema, lenient: bool) -> None:
        self._schema, self._lenient = schema, lenient
        self._known: dict[str, Label] = {}

    def __call__(self, told: str) -> Label:
        found = self._known.get(told)
        if found is None:
            try:
                found = self._schema.now(told)
            except NotFound as error:
                raise Invalid(str(error)) from None
            if found.retired and not self._lenient:
                raise Invalid(f"The label {found.name!r} has been retired; choose another one.")
            self._known[told] = found
        return found


def _attributes(told: Mapping[str, str], label: Label) -> dict[str, str]:
    for name, value in told.items():
        choices = label.attributes.get(name)
        if choices is None:
            known = ", ".join(label.attributes) or "none"
            raise Invalid(f"{label.name!r} has no attribute {name!r}; it has {known}.")
        if choices and value not in choices:
            raise Invalid(f"{name} of {label.name!r} is one of {', '.join(choices)}, not {value!r}.")
    return dict(sorted(told.items()))


def _number(given: float, asked: Asked) -> float:
    low, high = asked.minimum, asked.maximum
    if not math.isfinite(given):
        raise Invalid("The number must be finite.")
    if (low is not None and given < low) or (high is not None and given > high):
        bounds = " and ".join(
            f"at {word} {bound:g}" for word, bound in (("least", low), ("most", high)) if bound is not None
        )
        raise Invalid(f"The number must be {bounds}, not {given:g}.")
    return float(given)


def _cells(given: Sequence[CellError], asked: Asked, label: _Finder) -> list[dict[str, Any]]:
    seen: set[str] = set()
    for cell in given:
        if cell.column not in asked.columns:
            raise Invalid(f"There is no column {cell.column!r} here.")
        if cell.column in seen:
            raise Invalid(f"The cell {cell.column!r} is named twice.")
        seen.add(cell.column)
    place = {name: number for number, name in enumerate(asked.columns)}
    found = [
        {
            "column": cell.column,
            "label": label(cell.label).id if cell.label else None,
            "correct": cell.correct,
        }
        for cell in given
    ]
    return sorted(found, key=lambda cell: place[str(cell["column"])])


def _spans(given: Sequence[Span], asked: Asked, label: _Finder) -> list[dict[str, Any]]:
    text = asked.text or ""
    found = []
    for number, (span, name) in enumerate(zip(given, _ids(given), strict=True), start=1):
        if not 0 <= span.start < span.end <= len(text):
            raise Invalid(
                f"Span {number} is from {span.start} to {span.end}, but the text has {len(text):,} "
                "characters and a span has at least one."
            )
        quoted = text[span.start : span.end]
        if span.text and span.text != quoted:
            raise Invalid(
                f"Span {number} quotes {span.text[:60]!r}, but {quoted[:60]!r} stands there; places are "
                "counted in code points."
            )
        chosen = label(span.label)
        one = {"id": name, "start": span.start, "end": span.end, "label": chosen.id, "text": quoted}
        attributes = _attributes(span.attributes, chosen)
        found.append(one | ({"attributes": attributes} if attributes else {}))
    return sorted(found, key=lambda one: (one["start"], one["end"], one["id"]))


def _shapes(given: Sequence[Shape], asked: Asked, label: _Finder) -> list[dict[str, Any]]:
    wanted = "box" if asked.task == "boxes" else "polygon"
    found = []
    for number, (shape, name) in enumerate(zip(given, _ids(given), strict=True), start=1):
        if shape.kind != wanted:
            raise Invalid(f"Shape {number} is a {shape.kind}; this project asks for {_WANTED[asked.task]}.")
        chosen = label(shape.label)
        drawn = _box(shape, number, asked) if wanted == "box" else _polygon(shape, number, asked)
        attributes = _attributes(shape.attributes, chosen)
        one = {"id": name, "kind": wanted, "label": chosen.id, **drawn}
        found.append(one | ({"attributes": attributes} if attributes else {}))
    return found


def _ids(given: Sequence[Shape] | Sequence[Span]) -> list[str]:
    told = [one.id for one in given if one.id]
    if len(set(told)) < len(told):
        raise Invalid("Two shapes have the same id; each has its own.")
    return [one.id or secrets.token_hex(8) for one in given]


def _box(shape: Shape, number: int, asked: Asked) -> dict[str, Any]:
    told = (shape.x, shape.y, shape.w, shape.h)
    if shape.rings is not None or any(one is None for one in told):
        raise Invalid(f"Box {number} needs x, y, w and h.")
    x, y, w, h = (float(one or 0) for one in told)
    if not all(map(math.isfinite, (x, y, w, h, shape.rotation))):
        raise Invalid(f"Box {number} has a place that is not a finite number.")
    if w <= 0 or h <= 0:
        raise Invalid(f"Box {number} has no area: it is {w:g} × {h:g} pixels.")
    rotation = _round(-((-shape.rotation + 180) % 360 - 180))  # above -180, up to 180
    if rotation == 0:
        left, right = _inside(x, asked.width), _inside(x + w, asked.width)
        top, bottom = _inside(y, asked.height), _inside(y + h, asked.height)
        inside = None not in (left, right, top, bottom)
        if inside and (left, top, right, bottom) != (x, y, x + w, y + h):
            x, y, w, h = left or 0, top or 0, (right or 0) - (left or 0), (bottom or 0) - (top or 0)
            inside = w > 0 and h > 0
    else:  # its corners may stand over the edge
        inside = None not in (_inside(x + w / 2, asked.width), _inside(y + h / 2, asked.height))
    if not inside:
        raise Invalid(f"Box {number} does not lie in the image of {asked.width} × {asked.height} pixels.")
    return {"x": _round(x), "y": _round(y), "w": _round(w), "h": _round(h), "rotation": rotation}


def _polygon(shape: Shape, number: int, asked: Asked) -> dict[str, Any]:
    rings = shape.rings
    if not rings or any(one is not None for one in (shape.x, shape.y, shape.w, shape.h)):
        raise Invalid(f"Polygon {number} needs rings: lists of points, the outer one first.")
    if sum(map(len, rings)) > MOST_POINTS:
        raise Invalid(f"Polygon {number} has more than {MOST_POINTS:,} points.")
    found = []
    for ring in rings:
        points = []
        for x, y in ring:
            placed = _inside(x, asked.width), _inside(y, asked.height)
            if not math.isfinite(x + y) or None in placed:
                raise Invalid(
                    f"Polygon {number} does not lie in the image of {asked.width} × {asked.height} pixels."
                )
            points.append([_round(one or 0.0) for one in placed])
        while len(points) > 1 and points[0] == points[-1]:
            points.pop()  # some close a ring by its first point, or by several that are moved onto it
        if len(points) < 3 or area(points) == 0:
            raise Invalid(f"Polygon {number} has a ring without area; a ring has at least three points.")
        found.append(points)
    return {"rings": found}


def area(ring: Sequence[Sequence[float]]) -> float:
    """Return the area of a ring (shoelace formula), positive where it runs clockwise on the screen.

    Examples
    --------
    >>> area([[0, 0], [2, 0], [2, 1], [0, 1]])
    2.0
    """
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def _inside(place: float, size: int | None) -> float | None:
    """Move a place that stands a little over the edge onto it; None where it is farther away."""
    if size is None:
        return place
    if not -EDGE <= place <= size + EDGE:
        return None
    return min(max(place, 0.0), float(size))


def _round(value: float) -> float:
    return round(value, 4) + 0.0  # and no minus zero
