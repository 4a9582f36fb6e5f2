"""A step written as the line that is read as it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from labstudio.data.recipes.lines.reading import Values
from labstudio.data.recipes.lines.scanner import PLAIN


def quoted(name: str) -> str:
    """Write a name, in backticks where it is not plain."""
    return name if PLAIN.fullmatch(name) else "`" + name.replace("`", "``") + "`"


def _all(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _signed(names: Sequence[str]) -> str:
    return ", ".join(("-" if n.startswith("-") else "") + quoted(n.removeprefix("-")) for n in names)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def short(value: Values) -> str | None:
    """Write a step as a line, as far as that has a form; `write` looks whether it says the same."""

    def when(name: str, word: str, form: Callable[[Any], str]) -> str:
        return f" {word} {form(value[name])}".rstrip() if name in value else ""

    match value["op"]:
        case "filter":
            return f"filter {value['where']}"
        case "derive":
            return f"derive {quoted(value['name'])} = {value['value']}"
        case "rename":
            return "rename " + ", ".join(f"{quoted(a)} as {quoted(b)}" for a, b in value["names"].items())
        case "fill":
            said = value["value"]
            shown = _text(said) if isinstance(said, str) else json.dumps(said)
            return f"fill {_all(value['names'])} with {shown}"
        case "cast":
            return f"cast {quoted(value['column'])} to {value['to']}"
        case "select":
            return f"keep {_all(value['names'])}"
        case "drop":
            return f"drop {_all(value['names'])}"
        case "distinct":
            compared = f" {_all(value['names'])}" if value.get("names") else ""
            return f"distinct{compared}" + when("keep", "keep", str) + when("by", "by", _signed)
        case "sort":
            return f"sort {_signed(value['by'])}"
        case "group":
            measures = [
                f"{_call(m['function'], m.get('column'))} as {quoted(m['name'])}" for m in value["measures"]
            ]
            return f"group by {_all(value['by'])}: {', '.join(measures)}"
        case "window":
            offset = f", {value['offset']}" if "offset" in value else ""
            column = quoted(value["column"]) if value.get("column") else ""
            called = f"{value['function']}({column}{offset})"
            return (
                f"window {quoted(value['name'])} = {called}"
                + when("by", "by", _all)
                + when("order", "order", _signed)
            )
        case "pivot":
            called = _call(value.get("function", "count"), value.get("of"))
            values = ", ".join(map(_text, value["values"]))
            return f"pivot {_all(value['by'])} by {quoted(value['column'])}: {called} for {values}" + when(
                "prefix", "prefix", _text
            )
        case "melt":
            names = [value.get("name", "name"), value.get("value", "value")]
            return f"melt {_all(value['names'])} into {_all(names)}"
        case "join":
            keys = zip(value["on"], value.get("other_on") or value["on"], strict=False)
            on = ", ".join(quoted(a) if a == b else f"{quoted(a)} = {quoted(b)}" for a, b in keys)
            return (
                f"join {value['other']} on {on}"
                + when("how", "how", str)
                + when("names", "take", _all)
                + when("suffix", "suffix", _text)
            )
        case "union":
            return f"union {value['other']}"
        case "replace":
            pairs = ", ".join(f"{_text(a)} to {_text(b)}" for a, b in value["values"].items())
            only = " only" if value.get("only") else ""
            return f"replace {quoted(value['column'])}: {pairs}" + when("into", "into", quoted) + only
        case "replace_text":
            find, into = _text(value["find"]), _text(value.get("into", ""))
            return f"replace_text {_all(value['names'])}: {find} to {into}"
        case "split_text":
            separator, column = _text(value["separator"]), quoted(value["column"])
            return f"split_text {column} at {separator} into {_all(value['into'])}"
        case "extract_text":
            pattern = _text(value["pattern"])
            return f"extract_text {quoted(value['column'])} with {pattern} into {quoted(value['into'])}"
        case "parse_dates":
            return f"parse_dates {_all(value['names'])}" + when(
                "formats", "as", lambda formats: ", ".join(map(_text, formats))
            )
        case "date_parts":
            return f"date_parts {quoted(value['column'])}: {', '.join(value['parts'])}"
        case "bin":
            edges = ", ".join(f"{edge:g}" for edge in value["edges"])
            labels = f": {_all(value['labels'])}" if "labels" in value else ""
            return f"bin {quoted(value['column'])} at {edges} into {quoted(value['into'])}{labels}"
        case "sample":
            share = f"{value['rows']} rows" if "rows" in value else f"{value.get('share', 1)}"
            return f"sample {share}" + when("seed", "seed", str)
        case "split":
            parts = ", ".join(f"{quoted(name)}={share}" for name, share in value["parts"].items())
            how = f" by {value['how']} {_all(value.get('by', []))}".rstrip() if "how" in value else ""
            return f"split {parts}{how}" + when("seed", "seed", str) + when("into", "into", quoted)
    return None


def _call(function: str, column: str | None) -> str:
    return f"{function}({quoted(column) if column else ''})"
