"""Steps as short lines, as ``%%prepare`` takes them: ``filter amount > 0``, ``keep a, b``, ``sort -amount``.

A step that has no short form, or whose names are not plain, is written as its operation and JSON.
A comment is the note of the step below it; ``off:`` is in front of a step that is switched off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from labstudio.data.recipes.recipe import step_of
from labstudio.data.recipes.steps import Step
from labstudio.errors import Invalid

_NAME = r"(?:`(?:[^`\n]|``)+`|[^\W\d]\w*)"
_PLAIN = re.compile(r"[^\W\d]\w*")
_MEASURE = re.compile(rf"\s*(\w+)\(\s*({_NAME})?\s*\)\s+as\s+({_NAME})\s*")


def read(text: str) -> list[Step]:
    """Read steps.

    Examples
    --------
    >>> [step.op for step in read("keep a, b\\nfilter a > 1\\noff: sort -a")]
    ['select', 'filter', 'sort']
    """
    steps, notes = list[Step](), list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said:
            continue
        if said.startswith("#"):
            notes.append(said[1:].strip())
            continue
        off = said.startswith("off:")
        try:
            value = _value(said[4:].strip() if off else said)
            if off:
                value["enabled"] = False
            steps.append(step_of(value | ({"note": "\n".join(notes)} if notes else {})))
        except Invalid as error:
            raise Invalid(f"Line {number}, {said[:60]!r}: {error}") from None
        notes = []
    return steps


def write(steps: Sequence[Step]) -> str:
    """Write steps as lines that `read` takes."""
    lines = []
    for step in steps:
        lines += [f"# {line}" for line in step.note.splitlines()]
        value = {k: v for k, v in step.plain().items() if k not in ("note", "enabled")}
        short = _short(value)
        try:
            plain = (
                short is not None
                and "\n" not in short
                and step_of(_value(short)).plain() == step_of(value).plain()
            )
        except Invalid:
            plain = False
        said = short if plain and short is not None else f"{value.pop('op')} {json.dumps(value)}"
        lines.append(said if step.enabled else f"off: {said}")
    return "\n".join(lines)


def _value(line: str) -> dict[str, Any]:
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if rest.startswith("{"):
        try:
            return {"op": word, **json.loads(rest)}
        except (ValueError, RecursionError):
            raise Invalid(f"What follows {word} is not JSON.") from None
    if word not in _READ:
        raise Invalid(
            f"There is no step {word!r}; there is {', '.join(_READ)}, and each operation with JSON."
        )
    return _READ[word](rest)


def _match(pattern: str, text: str, example: str) -> re.Match[str]:
    found = re.fullmatch(pattern, text)
    if found is None:
        raise Invalid(f"It is written like: {example}")
    return found


def _bare(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else "`" + name.replace("`", "``") + "`"


def _names(text: str, example: str, sign: str = "") -> list[str]:
    _match(rf"{sign}{_NAME}(\s*,\s*{sign}{_NAME})*", text, example)
    found = re.findall(rf"({sign})({_NAME})", text)
    return [before + _bare(name) for before, name in found]


def _derive(rest: str) -> dict[str, Any]:
    found = _match(rf"({_NAME})\s*=(?!=)\s*(.+)", rest, "derive total = price * quantity")
    return {"op": "derive", "name": _bare(found[1]), "value": found[2]}


def _rename(rest: str) -> dict[str, Any]:
    found = _match(rf"({_NAME})\s+as\s+({_NAME})", rest, "rename a as b")
    return {"op": "rename", "names": {_bare(found[1]): _bare(found[2])}}


def _fill(rest: str) -> dict[str, Any]:
    found = _match(rf"({_NAME}(?:\s*,\s*{_NAME})*)\s+with\s+(.+)", rest, "fill age with 0")
    said = found[2]
    try:
        value = json.loads(said)
    except ValueError:
        value = said.strip("'")
    return {"op": "fill", "names": _names(found[1], "fill age with 0"), "value": value}


def _cast(rest: str) -> dict[str, Any]:
    found = _match(rf"({_NAME})\s+to\s+(\w+)", rest, "cast age to number")
    return {"op": "cast", "column": _bare(found[1]), "to": found[2]}


def _group(rest: str) -> dict[str, Any]:
    example = "group by city: mean(amount) as mean_amount, count() as n"
    found = _match(rf"by\s+({_NAME}(?:\s*,\s*{_NAME})*)\s*:\s*(.+)", rest, example)
    _match(rf"{_MEASURE.pattern}(,{_MEASURE.pattern})*", found[2], example)
    measures = [
        {"name": _bare(name), "function": function, **({"column": _bare(column)} if column else {})}
        for function, column, name in _MEASURE.findall(found[2])
    ]
    return {"op": "group", "by": _names(found[1], example), "measures": measures}


def _split(rest: str) -> dict[str, Any]:
    part = r"\w+\s*=\s*[\d.]+"
    found = _match(rf"({part}(?:\s*,\s*{part})*)(?:\s+by\s+random)?(?:\s+seed\s+(\d+))?", rest,
                   "split train=0.8, test=0.2 by random seed 0")  # fmt: skip
    try:
        parts = {name: float(share) for name, share in re.findall(r"(\w+)\s*=\s*([\d.]+)", found[1])}
    except ValueError:
        raise Invalid("A share is a number such as 0.8.") from None
    return {"op": "split", "parts": parts, "seed": int(found[2] or 0)}


def _sample(rest: str) -> dict[str, Any]:
    found = _match(r"(\d*\.?\d+)(?:\s+seed\s+(\d+))?", rest, "sample 0.1 seed 0")
    return {"op": "sample", "share": float(found[1]), "seed": int(found[2] or 0)}


_READ: dict[str, Callable[[str], dict[str, Any]]] = {
    "filter": lambda rest: {"op": "filter", "where": rest},
    "derive": _derive,
    "rename": _rename,
    "fill": _fill,
    "cast": _cast,
    "group": _group,
    "sort": lambda rest: {"op": "sort", "by": _names(rest, "sort -amount, city", "-?")},
    "keep": lambda rest: {"op": "select", "names": _names(rest, "keep a, b")},
    "drop": lambda rest: {"op": "drop", "names": _names(rest, "drop a, b")},
    "distinct": lambda rest: {"op": "distinct", "names": _names(rest, "distinct a, b") if rest else []},
    "split": _split,
    "sample": _sample,
}


def _short(value: dict[str, Any]) -> str | None:
    listed = ", ".join(map(_quoted, value.get("names", [])))
    match value["op"]:
        case "filter":
            return f"filter {value['where']}"
        case "derive":
            return f"derive {_quoted(value['name'])} = {value['value']}"
        case "rename" if len(value["names"]) == 1:
            old, new = next(iter(value["names"].items()))
            return f"rename {_quoted(old)} as {_quoted(new)}"
        case "fill":
            return f"fill {listed} with {json.dumps(value['value'])}"
        case "cast":
            return f"cast {_quoted(value['column'])} to {value['to']}"
        case "select":
            return f"keep {listed}"
        case "drop" | "distinct":
            return f"{value['op']} {listed}".rstrip()
        case "sort":
            return "sort " + ", ".join(
                ("-" if n.startswith("-") else "") + _quoted(n.removeprefix("-")) for n in value["by"]
            )
        case "group":
            said = [
                f"{m['function']}({_quoted(m['column']) if m.get('column') else ''}) as {_quoted(m['name'])}"
                for m in value["measures"]
            ]
            return f"group by {', '.join(map(_quoted, value['by']))}: {', '.join(said)}"
        case "split":
            parts = ", ".join(f"{name}={share}" for name, share in value["parts"].items())
            return f"split {parts} by random seed {value.get('seed', 0)}"
        case "sample":
            return f"sample {value['share']} seed {value.get('seed', 0)}"
    return None
