"""What all formats are written from and read into: one answer to one item, plain and flat.

Values have the form in which annotations are kept (``label``, ``labels``, ``number``, ``shapes``, ``spans``);
labels are told by id when written, and by name when read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from labstudio.errors import Invalid

FIELDS = ("label", "labels", "number", "cells", "shapes", "spans")


@dataclass(frozen=True)
class Record:
    """One answer: the item by its key, what it shows, and what was said of it.

    `score` makes it a suggestion of a model rather than a label; `value` is None where an item has no answer.
    """

    key: str
    value: Mapping[str, Any] | None = None
    text: str | None = None
    file: str | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    width: int | None = None
    height: int | None = None
    annotator: str | None = None
    score: float | None = None


@dataclass(frozen=True)
class Dropped:
    """What a format could not hold, and why."""

    key: str
    reason: str


@dataclass(frozen=True)
class Written:
    """Files by their path in the export, and what went into them: the same records give the same bytes."""

    files: Mapping[str, bytes]
    records: int
    written: int
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class Read:
    """Records that were read, the names of labels in their order, and what was left out."""

    records: tuple[Record, ...]
    labels: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()


class Names:
    """Names of labels, and their places, by id; an id that is not known is its own name."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._names = dict(labels)
        self.order = list(dict.fromkeys(self._names.values()))

    def __call__(self, label: str) -> str:
        return self._names.get(label, label)

    def place(self, label: str) -> int:
        """Return the place of a label among all, adding it at the end where it is new."""
        name = self(label)
        if name not in self.order:
            self.order.append(name)
        return self.order.index(name)


class Writing:
    """Collects what is written and what is dropped."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = list(records)
        self.dropped: list[Dropped] = []
        self._lost: set[int] = set()

    def each(self, wanted: str, refuse: Callable[[Record], str | None] | None = None) -> list[Record]:
        """Return the records that a format holds, one an item; say of all others why it does not."""
        found, seen = [], set()
        for record in self.records:
            reason = refuse(record) if refuse else None
            if record.key in seen:
                reason = "there is another answer to the same item, and this format holds one"
            elif reason is None and record.value is not None and record.value.get(wanted) is None:
                reason = f"its answer has no {wanted}"
            if reason:
                self.dropped.append(Dropped(record.key, reason))
                continue
            seen.add(record.key)
            found.append(record)
        return found

    def drop(self, record: Record, reason: str) -> None:
        """Say that a part of a record was left out."""
        self.dropped.append(Dropped(record.key, reason))

    def drop_attributes(self, record: Record) -> None:
        """Say of each part of an answer that has attributes that this format does not hold them."""
        value = record.value or {}
        for told in (value, *value.get("shapes", ()), *value.get("spans", ())):
            if told.get("attributes"):
                names = ", ".join(told["attributes"])
                self.drop(record, f"attributes cannot be written in this format ({names})")

    def done(self, files: Mapping[str, bytes], written: int) -> Written:
        """Say what became of the records."""
        return Written(dict(sorted(files.items())), len(self.records), written, tuple(self.dropped))


def inside(folder: str, file: str | None, ending: str) -> str:
    """Return where a file about an image stands in an export: inside `folder`, whatever the image is called.

    Examples
    --------
    >>> inside("labels", "street/a.png", ".txt"), inside("labels", "../../etc/cron.d/a", ".txt")
    ('labels/street/a.txt', 'labels/etc/cron.d/a.txt')
    """
    path = PurePosixPath(str(file).replace("\\", "/"))
    parts = [part for part in path.parts if part not in ("/", "..")]
    return str(PurePosixPath(folder, *parts).with_suffix(ending))


def dumped(told: Any, indent: int | None = None) -> str:
    """Return JSON, always the same."""
    return json.dumps(told, ensure_ascii=False, indent=indent, allow_nan=False)


def parsed(data: bytes, name: str) -> Any:
    """Read JSON; a sentence where it is none."""
    try:
        return json.loads(decoded(data, name))
    except (ValueError, RecursionError) as error:  # a number of too many digits is a ValueError
        place = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Invalid(f"{name} is no JSON{place}: {error}.") from None


def parsed_lines(data: bytes, name: str) -> list[Any]:
    """Read a JSON value a line; empty lines are skipped."""
    found = []
    for number, line in enumerate(decoded(data, name).split("\n"), start=1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError) as error:  # a number of too many digits is a ValueError
                raise Invalid(f"Line {number} of {name} is no JSON: {error}.") from None
            if not isinstance(found[-1], dict):
                raise Invalid(f"Line {number} of {name} is no JSON object.")
    return found


def decoded(data: bytes, name: str) -> str:
    """Read UTF-8, with or without a mark at its beginning."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is not in UTF-8 (byte {error.start}); save it so.") from None


def only_file(files: Mapping[str, bytes], *endings: str) -> tuple[str, bytes]:
    """Return the one file with such an ending."""
    found = [(name, data) for name, data in files.items() if name.lower().endswith(endings)]
    if len(found) != 1:
        raise Invalid(f"One file {' or '.join(endings)} is read; {len(found)} were given.")
    return found[0]


def named(value: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return a value with labels by name."""
    found = {key: one for key, one in value.items() if one is not None}
    if "label" in found:
        found["label"] = names(found["label"])
    if "labels" in found:
        found["labels"] = [names(one) for one in found["labels"]]
    for part in ("shapes", "spans", "cells"):
        if part in found:
            found[part] = [
                one | {"label": names(one["label"])} if one.get("label") else one for one in found[part]
            ]
    return found


def label_names(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the names of labels in records, in the order in which they come."""
    found: dict[str, None] = {}
    for record in records:
        value = record.value or {}
        parts = [one for part in ("shapes", "spans", "cells") for one in value.get(part) or ()]
        single = [value["label"]] if value.get("label") else []
        found |= dict.fromkeys(
            [*single, *(value.get("labels") or ()), *(p["label"] for p in parts if p.get("label"))]
        )
    return tuple(found)


def attributes_of(told: Any) -> dict[str, dict[str, str]]:
    """Return attributes as a part of a value has them, where there are any: words by name.

    Examples
    --------
    >>> attributes_of({"colour": "red", "occluded": True, "seen": [1]}), attributes_of(None)
    ({'attributes': {'colour': 'red', 'occluded': 'true'}}, {})
    """
    plain = {
        str(name): str(one).lower() if isinstance(one, bool) else str(one)
        for name, one in (told.items() if isinstance(told, Mapping) else ())
        if isinstance(one, str | bool | int | float)
    }
    return {"attributes": plain} if plain else {}


def number(told: Any, what: str) -> float:
    """Return a finite number; a sentence where it is none."""
    try:
        found = float(told)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise Invalid(f"{what} is no number: {str(told)[:60]!r}.")
    return found
