"""Label Studio's JSON: tasks with annotations and predictions, shapes in percent of the image."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labstudio.errors import Invalid
from labstudio.labeling.formats.geometry import box, corners, polygon, rounded
from labstudio.labeling.formats.record import (
    Dropped,
    Names,
    Read,
    Record,
    Writing,
    Written,
    dumped,
    label_names,
    named,
    number,
    only_file,
    parsed,
)  # fmt: skip

_NONE: dict[str, Any] = {}
_REGIONS = ("labels", "rectanglelabels", "polygonlabels")


def write_label_studio(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``tasks.json``: a task an item, an annotation each answer, a prediction each suggestion.

    Places in texts are code points. Label Studio turns a box about its upper left corner, so that x and y are
    those of that corner after it was turned. Attributes are choices of the region they belong to, or further
    choices of the task. The holes of a polygon cannot be written.
    """
    writing, names = Writing(records), Names(labels)
    tasks: dict[str, dict[str, Any]] = {}
    written = 0
    for record in writing.records:
        task = tasks.get(record.key)
        if task is None:
            data = {**{name: _plain(cell) for name, cell in record.row.items()}, "key": record.key}
            data |= {
                name: one for name, one in (("image", record.file), ("text", record.text)) if one is not None
            }
            task = {"id": len(tasks) + 1, "data": data, "annotations": [], "predictions": []}
            tasks[record.key] = task
        if record.value is None:
            written += 1
            continue
        value = named(record.value, names)
        if "shapes" in value and not (record.width and record.height):
            writing.drop(record, "it is no image of a known size")
            continue
        if "cells" in value:
            writing.drop(record, "errors in cells cannot be written")
            continue
        if any(len(shape.get("rings") or ()) > 1 for shape in value.get("shapes", ())):
            writing.drop(record, "the holes of a polygon cannot be written; its outer ring was")
        told: dict[str, Any] = {"result": _results(value, record)}
        if record.score is not None:
            task["predictions"].append(
                told | {"model_version": record.annotator or "", "score": record.score}
            )
        else:
            task["annotations"].append(
                told | ({"completed_by": record.annotator} if record.annotator else {})
            )
        written += 1
    return writing.done({"tasks.json": (dumped(list(tasks.values()), 1)).encode()}, written)


def read_label_studio(files: Mapping[str, bytes]) -> Read:
    """Read boxes, polygons, parts of texts, choices and numbers; other results are left out, and said so."""
    name, data = only_file(files, ".json")
    tasks = parsed(data, name)
    if not isinstance(tasks, list) or not all(
        isinstance(one, dict) and isinstance(one.get("data"), dict) for one in tasks
    ):
        raise Invalid(f"{name} is not in Label Studio's form: it is a list of tasks, each with its data.")
    records: list[Record] = []
    dropped: list[Dropped] = []
    for place, task in enumerate(tasks, start=1):
        shown = task["data"]
        key = str(shown.get("key", task.get("id", place)))
        file = next(
            (shown[one] for one in ("image", "img", "image_url") if isinstance(shown.get(one), str)), None
        )
        text = shown.get("text") if isinstance(shown.get("text"), str) else None
        row = {one: cell for one, cell in shown.items() if one not in ("key", "image", "text")}
        said: list[tuple[dict[str, Any], float | None]]
        said = [(one, None) for one in task.get("annotations") or () if not one.get("was_cancelled")]
        said += [
            (one, number(one.get("score") or 0, f"Task {place}")) for one in task.get("predictions") or ()
        ]
        for one, score in said or [({}, None)]:
            try:
                value, size, lost = _value(one.get("result") or (), text)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError):
                raise Invalid(
                    f"Task {place} of {name} has a result that is not in Label Studio's form."
                ) from None
            dropped += [Dropped(key, reason) for reason in lost]
            who = one.get("completed_by", one.get("model_version")) if one else None
            who = who.get("email") or who.get("id") if isinstance(who, dict) else who
            records.append(
                Record(
                    key, value if one else None, text, file, row, size[0] if size else None,
                    size[1] if size else None, annotator=None if who in (None, "") else str(who), score=score,
                )
            )  # fmt: skip
    return Read(tuple(records), label_names(records), tuple(dropped))


def _results(value: Mapping[str, Any], record: Record) -> list[dict[str, Any]]:
    shown = "image" if record.file is not None else "text"
    found: list[dict[str, Any]] = []

    def add(kind: str, told: dict[str, Any], of: str = "label", size: Mapping[str, Any] = _NONE) -> None:
        whole = {"id": f"r{len(found) + 1}", "type": kind, "from_name": of, "to_name": shown, "value": told}
        found.append({**whole, **size})

    def add_attributes(part: Mapping[str, Any], size: Mapping[str, Any] = _NONE) -> None:
        region = found[-1]
        place = {name: one for name, one in region["value"].items() if name != region["type"]}
        for name, word in (part.get("attributes") or {}).items():
            told = {"id": region["id"], "type": "choices", "from_name": name, "to_name": shown}
            found.append({**told, "value": {**place, "choices": [word]}, **size})

    if value.get("label") is not None or value.get("labels") is not None:
        single = [value["label"]] if value.get("label") is not None else value["labels"]
        add("choices", {"choices": list(single), **({} if "label" in value else {"several": True})}, "choice")
        for name, word in (value.get("attributes") or {}).items():
            add("choices", {"choices": [word]}, name)
    if value.get("number") is not None:
        add("number", {"number": value["number"]}, "number")
    for span in value.get("spans") or ():
        place = {"start": span["start"], "end": span["end"], "text": span.get("text", "")}
        add("labels", {**place, "labels": [span["label"]]})
        add_attributes(span)
    for shape in value.get("shapes") or ():
        width, height = float(record.width or 1), float(record.height or 1)
        size = {"original_width": record.width, "original_height": record.height, "image_rotation": 0}
        if shape["kind"] == "box":
            left, top = corners(shape)[0]
            place = {
                "x": _percent(left, width), "y": _percent(top, height),
                "width": _percent(shape["w"], width), "height": _percent(shape["h"], height),
                "rotation": float(shape.get("rotation") or 0),
            }  # fmt: skip
            add("rectanglelabels", {**place, "rectanglelabels": [shape["label"]]}, size=size)
        else:
            points = [[_percent(x, width), _percent(y, height)] for x, y in shape["rings"][0]]
            add(
                "polygonlabels",
                {"points": points, "closed": True, "polygonlabels": [shape["label"]]},
                size=size,
            )
        add_attributes(shape, size)
    return found


def _value(
    results: Iterable[Mapping[str, Any]], text: str | None
) -> tuple[dict[str, Any], tuple[int, int] | None, list[str]]:
    value: dict[str, Any] = {}
    size, lost = None, []
    regions, others = _attributes(results := list(results))
    for result in results:
        told, kind = result.get("value") or {}, result.get("type")
        said = regions.get(result.get("id"), {})
        if "original_width" in result and "original_height" in result:
            size = int(result["original_width"]), int(result["original_height"])
        if kind == "choices" and result in others:
            value.setdefault("attributes", {})[str(result["from_name"])] = ", ".join(
                map(str, told["choices"])
            )
        elif kind == "choices" and result.get("id") not in regions:
            several = told.get("several") or len(told["choices"]) != 1
            value |= {"labels": list(told["choices"])} if several else {"label": told["choices"][0]}
        elif kind == "number" or kind == "rating":
            value["number"] = float(told["number" if kind == "number" else "rating"])
        elif kind == "labels":
            start, end = _place(int(told["start"]), int(told["end"]), told.get("text") or "", text or "")
            quoted = (text or "")[start:end]
            for label in told["labels"]:
                value.setdefault("spans", []).append(
                    {"start": start, "end": end, "label": label, "text": quoted, **said}
                )
        elif kind in ("rectanglelabels", "polygonlabels"):
            if size is None:
                lost.append("a shape without original_width and original_height has no place")
                continue
            for label in told[kind]:
                value.setdefault("shapes", []).append(_shape(told, kind, str(label), size) | said)
        elif kind != "choices":
            lost.append(f"results of type {kind} are not read")
    return value, size, lost


def _attributes(
    results: Sequence[Mapping[str, Any]],
) -> tuple[dict[Any, dict[str, dict[str, str]]], list[Mapping[str, Any]]]:
    """Tell choices that are attributes: of regions, by their id, and of the task, after its first choices."""
    regions: dict[Any, dict[str, dict[str, str]]] = {
        one["id"]: {} for one in results if one.get("id") and one.get("type") in _REGIONS
    }
    others: list[Mapping[str, Any]] = []
    first: Any = None
    for one in results:
        if one.get("type") != "choices":
            continue
        if one.get("id") in regions:
            told = regions[one["id"]].setdefault("attributes", {})
            told[str(one.get("from_name"))] = ", ".join(map(str, one["value"]["choices"]))
        elif first is None:
            first = one.get("from_name") or ""
        elif one.get("from_name") not in (None, first):
            others.append(one)
    return regions, others


def _shape(told: Mapping[str, Any], kind: str, label: str, size: tuple[int, int]) -> dict[str, Any]:
    across, down = size[0] / 100, size[1] / 100
    if kind == "polygonlabels":
        return polygon([[(float(x) * across, float(y) * down) for x, y in told["points"]]], label)
    w, h = float(told["width"]) * across, float(told["height"]) * down
    rotation = float(told.get("rotation") or 0)
    turn = math.radians(rotation)
    # from the corner it was turned about to its middle
    x = float(told["x"]) * across + (w * math.cos(turn) - h * math.sin(turn)) / 2 - w / 2
    y = float(told["y"]) * down + (w * math.sin(turn) + h * math.cos(turn)) / 2 - h / 2
    return box(x, y, w, h, label, rounded(-((-rotation + 180) % 360 - 180)))


def _place(start: int, end: int, quoted: str, text: str) -> tuple[int, int]:
    """Places in code points; where the quoted text says that they were counted in UTF-16, those."""
    if not quoted or text[start:end] == quoted:
        return start, end
    units = text.encode("utf-16-le")
    before, within = units[: 2 * start], units[2 * start : 2 * end]
    if within.decode("utf-16-le", "ignore") == quoted:
        first = len(before.decode("utf-16-le", "ignore"))
        return first, first + len(quoted)
    return start, end


def _percent(part: float, whole: float) -> float:
    """In percent, no less than it is: Label Studio's converter cuts off what is behind a whole pixel."""
    found = part / whole * 100
    while part > 0 and min(found * whole / 100, found / 100 * whole) < part:
        found = math.nextafter(found, math.inf)
    return found


def _plain(cell: Any) -> Any:
    return cell if isinstance(cell, (str, int, float, bool)) or cell is None else str(cell)
