"""One line read as a step: a function for each word that a line begins with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from labstudio.data.recipes.grammar import Marked
from labstudio.data.recipes.lines.scanner import NUMBER, PLAIN, REFERENCE, Scanner
from labstudio.data.recipes.steps import STEPS

Values = dict[str, Any]


def value_of(line: str, begin: int) -> Values:
    """Read one line from a place on."""
    scanner = Scanner(line, begin)
    word = scanner.match(PLAIN, "an operation")
    if scanner.rest.startswith("{"):
        if word not in STEPS:
            raise Marked(f"There is no operation {word!r}; there is {', '.join(STEPS)}.", line, begin)
        try:
            return {"op": word, **json.loads(scanner.rest)}
        except (ValueError, RecursionError):
            raise Marked(f"What follows {word} is not JSON.", line, scanner.at) from None
    if word not in _READ:
        raise Marked(f"There is no step {word!r}; there is {', '.join(_READ)}.", line, begin)
    try:
        value = _READ[word](scanner)
        scanner.end()
    except Marked as error:
        example = next((one.example for one in STEPS.values() if one.example.split()[0] == word), "")
        said = f"{error.sentence} It is written like: {example}" if not error.whole else error.sentence
        raise Marked(said, line, error.at) from None
    return value


def _filter(s: Scanner) -> Values:
    return {"op": "filter", "where": s.expression()}


def _derive(s: Scanner) -> Values:
    name = s.name("the name of a column")
    s.need("=")
    return {"op": "derive", "name": name, "value": s.expression()}


def _rename(s: Scanner) -> Values:
    def pair() -> tuple[str, str]:
        old = s.name()
        s.need("as")
        return old, s.name("a new name")

    return {"op": "rename", "names": dict(s.listed(pair))}


def _cast(s: Scanner) -> Values:
    name = s.name()
    s.need("to")
    return {"op": "cast", "column": name, "to": s.match(PLAIN, "number, text or date")}


def _fill(s: Scanner) -> Values:
    names = s.names()
    s.need("with")
    if s.take("true"):
        return {"op": "fill", "names": names, "value": True}
    if s.take("false"):
        return {"op": "fill", "names": names, "value": False}
    if NUMBER.fullmatch(s.rest):
        said = s.match(NUMBER, "a value")
        return {
            "op": "fill",
            "names": names,
            "value": int(said) if said.lstrip("-").isdigit() else float(said),
        }
    return {"op": "fill", "names": names, "value": s.literal()}


def _replace(s: Scanner) -> Values:
    value: Values = {"op": "replace", "column": s.name()}
    s.need(":")
    value["values"] = dict(s.listed(lambda: _pair(s)))
    value |= {"into": s.name("a new column")} if s.take("into") else {}
    return value | ({"only": True} if s.take("only") else {})


def _pair(s: Scanner) -> tuple[str, str]:
    old = s.literal()
    s.need("to")
    return old, s.literal()


def _replace_text(s: Scanner) -> Values:
    names = s.names()
    s.need(":")
    old, new = _pair(s)
    return {"op": "replace_text", "names": names, "find": old, "into": new}


def _split_text(s: Scanner) -> Values:
    name = s.name()
    s.need("at")
    separator = s.literal()
    s.need("into")
    return {"op": "split_text", "column": name, "separator": separator, "into": s.names()}


def _extract_text(s: Scanner) -> Values:
    name = s.name()
    s.need("with")
    pattern = s.literal()
    s.need("into")
    return {"op": "extract_text", "column": name, "pattern": pattern, "into": s.name("a new column")}


def _parse_dates(s: Scanner) -> Values:
    names = s.names()
    return {"op": "parse_dates", "names": names, "formats": s.listed(s.literal) if s.take("as") else []}


def _date_parts(s: Scanner) -> Values:
    name = s.name()
    s.need(":")
    return {"op": "date_parts", "column": name, "parts": s.listed(lambda: s.match(PLAIN, "a part"))}


def _bin(s: Scanner) -> Values:
    value: Values = {"op": "bin", "column": s.name()}
    s.need("at")
    value["edges"] = s.listed(s.number)
    s.need("into")
    value["into"] = s.name("a new column")
    return value | ({"labels": s.listed(lambda: s.name("the name of a bin"))} if s.take(":") else {})


def _distinct(s: Scanner) -> Values:
    value: Values = {"op": "distinct"}
    if s.rest and not re.match(r"(keep|by)\b", s.rest):
        value["names"] = s.names()
    if s.take("keep"):
        value["keep"] = s.match(PLAIN, "first or last")
    return value | ({"by": s.names(signed=True)} if s.take("by") else {})


def _group(s: Scanner) -> Values:
    def measure() -> Values:
        function, column = _called(s)
        s.need("as")
        return {
            "name": s.name("a new column"),
            "function": function,
            **({"column": column} if column else {}),
        }

    s.need("by")
    by = s.names()
    s.need(":")
    return {"op": "group", "by": by, "measures": s.listed(measure)}


def _called(s: Scanner) -> tuple[str, str]:
    """Read ``mean(amount)`` or ``count()``."""
    function = s.match(PLAIN, "a function")
    s.need("(")
    column = "" if s.rest.startswith(")") else s.name()
    s.need(")")
    return function, column


def _window(s: Scanner) -> Values:
    value: Values = {"op": "window", "name": s.name("a new column")}
    s.need("=")
    value["function"] = s.match(PLAIN, "a function")
    s.need("(")
    if not s.rest.startswith(")"):
        value["column"] = s.name()
        value |= {"offset": s.whole()} if s.take(",") else {}
    s.need(")")
    value |= {"by": s.names()} if s.take("by") else {}
    return value | ({"order": s.names(signed=True)} if s.take("order") else {})


def _pivot(s: Scanner) -> Values:
    value: Values = {"op": "pivot", "by": s.names()}
    s.need("by")
    value["column"] = s.name()
    s.need(":")
    value["function"], of = _called(s)
    value |= {"of": of} if of else {}
    s.need("for")
    value["values"] = s.listed(s.literal)
    return value | ({"prefix": s.literal()} if s.take("prefix") else {})


def _melt(s: Scanner) -> Values:
    value: Values = {"op": "melt", "names": s.names()}
    if s.take("into"):
        value["name"] = s.name("a new column")
        s.need(",")
        value["value"] = s.name("a new column")
    return value


def _join(s: Scanner) -> Values:
    value: Values = {"op": "join", "other": s.match(REFERENCE, "a data asset")}
    s.need("on")

    def key() -> tuple[str, str]:
        here = s.name()
        return here, s.name() if s.take("=") else here

    pairs = s.listed(key)
    value["on"] = [here for here, _ in pairs]
    there = [there for _, there in pairs]
    value |= {"other_on": there} if there != value["on"] else {}
    value |= {"how": s.match(PLAIN, "left, inner, outer, anti or semi")} if s.take("how") else {}
    value |= {"names": s.names()} if s.take("take") else {}
    return value | ({"suffix": s.literal()} if s.take("suffix") else {})


def _union(s: Scanner) -> Values:
    return {"op": "union", "other": s.match(REFERENCE, "a data asset")}


def _sample(s: Scanner) -> Values:
    number = s.match(NUMBER, "a share or a number of rows")
    value: Values = {"op": "sample"}
    try:
        value |= {"rows": int(number)} if s.take("rows") else {"share": float(number)}
    except ValueError:
        raise s.wrong("a whole number of rows") from None
    return value | ({"seed": s.whole()} if s.take("seed") else {})


def _split(s: Scanner) -> Values:
    def part() -> tuple[str, float]:
        name = s.name("the name of a part")
        s.need("=")
        return name, s.number()

    value: Values = {"op": "split", "parts": dict(s.listed(part))}
    if s.take("by"):
        value["how"] = s.match(PLAIN, "random, stratified, group or time")
        if s.rest and not re.match(r"(seed|into)\b", s.rest):
            value["by"] = s.names()
    value |= {"seed": s.whole()} if s.take("seed") else {}
    return value | ({"into": s.name("a new column")} if s.take("into") else {})


_READ: dict[str, Callable[[Scanner], Values]] = {
    "keep": lambda s: {"op": "select", "names": s.names()},
    "drop": lambda s: {"op": "drop", "names": s.names()},
    "rename": _rename,
    "cast": _cast,
    "derive": _derive,
    "filter": _filter,
    "sort": lambda s: {"op": "sort", "by": s.names(signed=True)},
    "distinct": _distinct,
    "sample": _sample,
    "split": _split,
    "fill": _fill,
    "replace": _replace,
    "replace_text": _replace_text,
    "split_text": _split_text,
    "extract_text": _extract_text,
    "parse_dates": _parse_dates,
    "date_parts": _date_parts,
    "bin": _bin,
    "group": _group,
    "window": _window,
    "pivot": _pivot,
    "melt": _melt,
    "join": _join,
    "union": _union,
}
WORDS = tuple(_READ)
"""The words that lines begin with."""
