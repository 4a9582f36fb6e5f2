"""Steps as short lines, as ``%%prepare`` takes them: ``filter amount > 0``, ``keep a, b``, ``sort -amount``.

What has no short form is written as its operation and JSON. A comment is the note of the step below it;
``off:`` stands in front of a step that is switched off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labstudio.data.recipes.grammar import Marked, parse
from labstudio.data.recipes.recipe import step_of
from labstudio.data.recipes.steps import STEPS, Step
from labstudio.errors import Invalid

_NAME = re.compile(r"`(?:[^`\n]|``)+`|[^\W\d]\w*")
_TEXT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_REFERENCE = re.compile(r"[^\W_][\w.-]*(?:@\w+)?")
_PLAIN = re.compile(r"[^\W\d]\w*")

Values = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A step, and where it stands."""

    number: int
    text: str
    step: Step

    def wrong(self, error: Invalid) -> Invalid:
        """Say what is wrong in this line, with a caret under the place where it is known."""
        if isinstance(error, Marked) and (at := self.text.find(error.text)) >= 0:
            return Invalid(str(Marked(f"Line {self.number}: {error.sentence}", self.text, at + error.at)))
        return Invalid(f"Line {self.number}: {error}\n  {self.text}")


def read(text: str) -> list[Step]:
    """Read steps.

    Examples
    --------
    >>> [step.op for step in read("keep a, b\\nfilter a > 1\\noff: sort -a")]
    ['select', 'filter', 'sort']
    """
    return [line.step for line in read_lines(text)]


def read_lines(text: str) -> list[Line]:
    """Read steps, each with its line; Invalid tells the line, and the place in it."""
    found, notes = list[Line](), list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        if not said:
            continue
        if said.startswith("#"):
            notes.append(said[1:].strip())
            continue
        begin = len(said) - len(said.removeprefix("off:").lstrip()) if said.startswith("off:") else 0
        try:
            value = _value(said, begin)
            value |= {"enabled": False} if begin else {}
            value |= {"note": "\n".join(notes)} if notes else {}
            found.append(Line(number, said, step_of(value)))
        except Marked as error:
            raise Invalid(str(Marked(f"Line {number}: {error.sentence}", error.text, error.at))) from None
        except Invalid as error:
            raise Invalid(f"Line {number}: {error}\n  {said[:200]}") from None
        notes = []
    return found


def write(steps: Sequence[Step]) -> str:
    """Write steps as lines that `read` takes."""
    lines = []
    for step in steps:
        lines += [f"# {line}".rstrip() for line in step.note.split("\n")] if step.note else []
        value = {key: one for key, one in step.plain().items() if key not in ("note", "enabled")}
        said = _short(value)
        if said is None or not _means(said, value):
            said = f"{value.pop('op')} {json.dumps(value)}"
        lines.append(said if step.enabled else f"off: {said}")
    return "\n".join(lines)


def _means(said: str, value: Values) -> bool:
    """Whether a line is read as these values again."""
    try:
        return "\n" not in said and said == said.strip() and step_of(_value(said, 0)) == step_of(value)
    except Invalid:
        return False


def _value(line: str, begin: int) -> Values:
    """Read one line from a place on."""
    scanner = _Scanner(line, begin)
    word = scanner.match(_PLAIN, "an operation")
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


class _Scanner:
    """Goes through a line from left to right, and says what is expected where it is not found."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def wrong(self, wanted: str) -> Marked:
        found = repr(self.rest.split()[0][:40]) if self.rest.strip() else "the end"
        return Marked(f"{wanted} is expected here, not {found}.", self.text, self.at)

    def match(self, pattern: re.Pattern[str], wanted: str) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise self.wrong(wanted)
        self.at = found.end()
        self.skip()
        return found[0]

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, sign: str) -> bool:
        """Go over a word or a sign where it stands here."""
        found = re.compile(re.escape(sign) + (r"\b" if sign.isalpha() else "")).match(self.text, self.at)
        if found is not None:
            self.at = found.end()
            self.skip()
        return found is not None

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise self.wrong(repr(sign))

    def end(self) -> None:
        if self.rest:
            raise self.wrong("the end")

    def name(self, wanted: str = "a column") -> str:
        found = self.match(_NAME, wanted)
        return found[1:-1].replace("``", "`") if found.startswith("`") else found

    def names(self, *, signed: bool = False) -> list[str]:
        return self.listed(lambda: ("-" if signed and self.take("-") else "") + self.name())

    def literal(self) -> str:
        found = self.match(_TEXT, "a text in quotes")
        return found[1:-1].replace(found[0] * 2, found[0])

    def number(self) -> float:
        return float(self.match(_NUMBER, "a number"))

    def whole(self) -> int:
        return int(self.match(re.compile(r"\d+\b"), "a whole number"))

    def listed(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self.take(","):
            found.append(one())
        return found

    def expression(self) -> str:
        """Take all that is left as an expression; where it cannot be read, the place is known."""
        begin, said = self.at, self.rest
        if not said:
            raise self.wrong("an expression")
        try:
            parse(said)
        except Marked as error:
            raise Marked(error.sentence, self.text, begin + error.at, whole=True) from None
        self.at = len(self.text)
        return said


# -- reading


def _filter(s: _Scanner) -> Values:
    return {"op": "filter", "where": s.expression()}


def _derive(s: _Scanner) -> Values:
    name = s.name("the name of a column")
    s.need("=")
    return {"op": "derive", "name": name, "value": s.expression()}


def _rename(s: _Scanner) -> Values:
    def pair() -> tuple[str, str]:
        old = s.name()
        s.need("as")
        return old, s.name("a new name")

    return {"op": "rename", "names": dict(s.listed(pair))}


def _cast(s: _Scanner) -> Values:
    name = s.name()
    s.need("to")
    return {"op": "cast", "column": name, "to": s.match(_PLAIN, "number, text or date")}


def _fill(s: _Scanner) -> Values:
    names = s.names()
    s.need("with")
    if s.take("true"):
        return {"op": "fill", "names": names, "value": True}
    if s.take("false"):
        return {"op": "fill", "names": names, "value": False}
    if _NUMBER.fullmatch(s.rest):
        said = s.match(_NUMBER, "a value")
        return {
            "op": "fill",
            "names": names,
            "value": int(said) if said.lstrip("-").isdigit() else float(said),
        }
    return {"op": "fill", "names": names, "value": s.literal()}


def _replace(s: _Scanner) -> Values:
    value: Values = {"op": "replace", "column": s.name()}
    s.need(":")
    value["values"] = dict(s.listed(lambda: _pair(s)))
    value |= {"into": s.name("a new column")} if s.take("into") else {}
    return value | ({"only": True} if s.take("only") else {})


def _pair(s: _Scanner) -> tuple[str, str]:
    old = s.literal()
    s.need("to")
    return old, s.literal()


def _replace_text(s: _Scanner) -> Values:
    names = s.names()
    s.need(":")
    old, new = _pair(s)
    return {"op": "replace_text", "names": names, "find": old, "into": new}


def _split_text(s: _Scanner) -> Values:
    name = s.name()
    s.need("at")
    separator = s.literal()
    s.need("into")
    return {"op": "split_text", "column": name, "separator": separator, "into": s.names()}


def _extract_text(s: _Scanner) -> Values:
    name = s.name()
    s.need("with")
    pattern = s.literal()
    s.need("into")
    return {"op": "extract_text", "column": name, "pattern": pattern, "into": s.name("a new column")}


def _parse_dates(s: _Scanner) -> Values:
    names = s.names()
    return {"op": "parse_dates", "names": names, "formats": s.listed(s.literal) if s.take("as") else []}


def _date_parts(s: _Scanner) -> Values:
    name = s.name()
    s.need(":")
    return {"op": "date_parts", "column": name, "parts": s.listed(lambda: s.match(_PLAIN, "a part"))}


def _bin(s: _Scanner) -> Values:
    value: Values = {"op": "bin", "column": s.name()}
    s.need("at")
    value["edges"] = s.listed(s.number)
    s.need("into")
    value["into"] = s.name("a new column")
    return value | ({"labels": s.listed(lambda: s.name("the name of a bin"))} if s.take(":") else {})


def _distinct(s: _Scanner) -> Values:
    value: Values = {"op": "distinct"}
    if s.rest and not re.match(r"(keep|by)\b", s.rest):
        value["names"] = s.names()
    if s.take("keep"):
        value["keep"] = s.match(_PLAIN, "first or last")
    return value | ({"by": s.names(signed=True)} if s.take("by") else {})


def _group(s: _Scanner) -> Values:
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


def _called(s: _Scanner) -> tuple[str, str]:
    """Read ``mean(amount)`` or ``count()``."""
    function = s.match(_PLAIN, "a function")
    s.need("(")
    column = "" if s.rest.startswith(")") else s.name()
    s.need(")")
    return function, column


def _window(s: _Scanner) -> Values:
    value: Values = {"op": "window", "name": s.name("a new column")}
    s.need("=")
    value["function"] = s.match(_PLAIN, "a function")
    s.need("(")
    if not s.rest.startswith(")"):
        value["column"] = s.name()
        value |= {"offset": s.whole()} if s.take(",") else {}
    s.need(")")
    value |= {"by": s.names()} if s.take("by") else {}
    return value | ({"order": s.names(signed=True)} if s.take("order") else {})


def _pivot(s: _Scanner) -> Values:
    value: Values = {"op": "pivot", "by": s.names()}
    s.need("by")
    value["column"] = s.name()
    s.need(":")
    value["function"], of = _called(s)
    value |= {"of": of} if of else {}
    s.need("for")
    value["values"] = s.listed(s.literal)
    return value | ({"prefix": s.literal()} if s.take("prefix") else {})


def _melt(s: _Scanner) -> Values:
    value: Values = {"op": "melt", "names": s.names()}
    if s.take("into"):
        value["name"] = s.name("a new column")
        s.need(",")
        value["value"] = s.name("a new column")
    return value


def _join(s: _Scanner) -> Values:
    value: Values = {"op": "join", "other": s.match(_REFERENCE, "a data asset")}
    s.need("on")

    def key() -> tuple[str, str]:
        here = s.name()
        return here, s.name() if s.take("=") else here

    pairs = s.listed(key)
    value["on"] = [here for here, _ in pairs]
    there = [there for _, there in pairs]
    value |= {"other_on": there} if there != value["on"] else {}
    value |= {"how": s.match(_PLAIN, "left, inner, outer, anti or semi")} if s.take("how") else {}
    value |= {"names": s.names()} if s.take("take") else {}
    return value | ({"suffix": s.literal()} if s.take("suffix") else {})


def _union(s: _Scanner) -> Values:
    return {"op": "union", "other": s.match(_REFERENCE, "a data asset")}


def _sample(s: _Scanner) -> Values:
    number = s.match(_NUMBER, "a share or a number of rows")
    value: Values = {"op": "sample"}
    try:
        value |= {"rows": int(number)} if s.take("rows") else {"share": float(number)}
    except ValueError:
        raise s.wrong("a whole number of rows") from None
    return value | ({"seed": s.whole()} if s.take("seed") else {})


def _split(s: _Scanner) -> Values:
    def part() -> tuple[str, float]:
        name = s.name("the name of a part")
        s.need("=")
        return name, s.number()

    value: Values = {"op": "split", "parts": dict(s.listed(part))}
    if s.take("by"):
        value["how"] = s.match(_PLAIN, "random, stratified, group or time")
        if s.rest and not re.match(r"(seed|into)\b", s.rest):
            value["by"] = s.names()
    value |= {"seed": s.whole()} if s.take("seed") else {}
    return value | ({"into": s.name("a new column")} if s.take("into") else {})


_READ: dict[str, Callable[[_Scanner], Values]] = {
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

# -- writing


def quoted(name: str) -> str:
    """Write a name, in backticks where it is not plain."""
    return name if _PLAIN.fullmatch(name) else "`" + name.replace("`", "``") + "`"


def _all(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _signed(names: Sequence[str]) -> str:
    return ", ".join(("-" if n.startswith("-") else "") + quoted(n.removeprefix("-")) for n in names)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _short(value: Values) -> str | None:
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
