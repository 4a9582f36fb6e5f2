"""Expressions of a recipe: read into a tree with places, checked by type, written as SQL or pandas.

::

    price * quantity                round(`unit price` * 1.2, 2)
    if(age is missing, 'unknown', 'known')
    country in ['NO', 'SE'] and not starts_with(name, 'X')

Nothing a person wrote is ever run: a text becomes a tree of known functions, and code is made of the tree.
A division by zero is missing. It knows no table: columns come as a mapping of names to kinds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labstudio.data.engine import text as quoted
from labstudio.data.recipes.functions import FUNCTIONS
from labstudio.errors import Invalid

LONGEST = 5_000  # characters
LARGEST = 300  # parts
DEEPEST = 40  # brackets within each other

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")"
    r"|(?P<name>`(?:[^`]|``)+`)|(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|!=|<>|==|[-+*/%=<>(),\[\]]))"
)
_WORDS = {"and", "or", "not", "in", "is", "missing", "true", "false"}
_SIGNS = {"==": "=", "<>": "!="}


@dataclass(frozen=True)
class Literal:
    """A value as it was written."""

    value: Any
    kind: str
    at: int = 0


@dataclass(frozen=True)
class Name:
    """A column."""

    name: str
    at: int = 0


@dataclass(frozen=True)
class Call:
    """A function or an operator, and what it is given."""

    function: str
    arguments: tuple[Node, ...]
    at: int = 0


Node = Literal | Name | Call


def parse(text: str) -> Node:
    """Read an expression.

    Examples
    --------
    >>> parse("1 + age").arguments[1]
    Name(name='age', at=4)
    """
    return _Reader(text).read()


def checked(text: str, columns: Mapping[str, str]) -> tuple[Node, str]:
    """Read an expression over these columns; return its tree and its kind.

    Examples
    --------
    >>> checked("age > 3", {"age": "number"})[1]
    'boolean'
    """
    node = parse(text)
    try:
        return check(node, columns)
    except _Wrong as wrong:
        raise marked(text, wrong.at, str(wrong)) from None


def marked(text: str, at: int, sentence: str) -> Invalid:
    """Say what is wrong, with a caret under the place."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    return Invalid(f"{sentence} (at character {at + 1})\n  {line}\n  {' ' * (at - start)}^")


class _Wrong(Exception):
    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(sentence)
        self.at = at


def check(node: Node, columns: Mapping[str, str]) -> tuple[Node, str]:
    """Return the tree with its texts turned to dates where dates are compared, and its kind."""
    if isinstance(node, Literal):
        return node, node.kind
    if isinstance(node, Name):
        if node.name not in columns:
            raise _Wrong(node.at, f"There is no column {node.name!r}{_near(node.name, columns)}.")
        return node, columns[node.name]
    function = FUNCTIONS[node.function]
    pairs = [check(part, columns) for part in node.arguments]
    parts, kinds = [part for part, _ in pairs], [kind for _, kind in pairs]
    if function.same and "date" in kinds:
        for place, part in enumerate(parts):
            if isinstance(part, Literal) and part.kind == "text":
                parts[place], kinds[place] = Literal(_moment(part), "date", part.at), "date"
    wanted = function.kinds
    low, high = function.least or len(wanted), 50 if function.many else len(wanted)
    if not low <= len(kinds) <= high:
        number = str(low) if low == high else f"{low} to {high}"
        raise _Wrong(node.at, f"{node.function} takes {number} values, not {len(kinds)}.")
    for place, (kind, part) in enumerate(zip(kinds, parts, strict=True)):
        need = wanted[min(place, len(wanted) - 1)]
        where = part.at or node.at
        if kind not in need.split("|") and need != "any":
            raise _Wrong(where, f"{node.function} takes {need.replace('|', ' or ')} here, not {kind}.")
        if place in function.written and not isinstance(part, Literal):
            raise _Wrong(where, f"{node.function} takes a written value here, not a column.")
    alike = kinds[function.same_from :] if function.same else []
    if len(set(alike)) > 1:
        raise _Wrong(
            node.at, f"{node.function} needs values of one kind, not {' and '.join(dict.fromkeys(alike))}."
        )
    if function.test is not None:
        problem = function.test(*(part.value if isinstance(part, Literal) else None for part in parts))
        if problem:
            raise _Wrong(node.at, f"{node.function}: {problem}.")
    return Call(node.function, tuple(parts), node.at), function.gives or kinds[-1]


def _near(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _moment(part: Literal) -> datetime:
    try:
        return datetime.fromisoformat(part.value).replace(tzinfo=None)
    except ValueError:
        raise _Wrong(part.at, f"{part.value!r} is not a date such as 2026-11-23.") from None


def sql(node: Node, column: Callable[[str], str]) -> str:
    """Write a checked tree as SQL; `column` gives a column's own SQL."""
    if isinstance(node, Name):
        return column(node.name)
    if isinstance(node, Literal):
        return literal_sql(node.value)
    parts = [sql(part, column) for part in node.arguments]
    return FUNCTIONS[node.function].sql(parts)


def literal_sql(value: Any) -> str:
    """Write a value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (
            f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
            if value.year > 999
            else f"TIMESTAMP '{value.isoformat(' ')}'"
        )
    if isinstance(value, int):
        return str(value)
    return f"CAST('{value!r}' AS DOUBLE)" if isinstance(value, float) else quoted(value)


def pandas(node: Node, *, alone: bool = True) -> str:
    """Write a checked tree as pandas code over ``df``; a value `alone` becomes a whole column."""
    if isinstance(node, Name):
        return f"df[{node.name!r}]"
    if isinstance(node, Literal):
        plain = f"pd.Timestamp({str(node.value)!r})" if node.kind == "date" else repr(node.value)
        return f"constant(df, {plain})" if alone else plain
    function = FUNCTIONS[node.function]
    raw = function.written if function.written else {1} if function.operator else set()
    parts = [pandas(part, alone=place not in raw) for place, part in enumerate(node.arguments)]
    return function.pandas(parts)


def names(node: Node) -> set[str]:
    """Return the columns an expression reads."""
    if isinstance(node, Name):
        return {node.name}
    return set().union(*map(names, node.arguments)) if isinstance(node, Call) else set()


class _Reader:
    """Reads from left to right by precedence."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens, self._at, self._made, self._deep = text, _tokens(text), 0, 0, 0

    def read(self) -> Node:
        node = self._or()
        if self._kind != "end":
            raise self._wrong("an operator or the end")
        return node

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _place(self) -> int:
        return self._tokens[self._at][2]

    def _take(self, *signs: str) -> str | None:
        kind, found, _ = self._tokens[self._at]
        if kind in ("sign", "keyword") and found in signs:
            self._at += 1
            return found
        return None

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self._wrong(repr(sign))

    def _wrong(self, wanted: str) -> Invalid:
        kind, found, at = self._tokens[self._at]
        return marked(
            self._text, at, f"{wanted} is expected here, not {'the end' if kind == 'end' else repr(found)}."
        )

    def _call(self, function: str, at: int, *parts: Node) -> Node:
        self._made += 1
        if self._made > LARGEST:
            raise marked(self._text, at, f"The expression has more than {LARGEST} parts.")
        return Call(function, parts, at)

    def _or(self) -> Node:
        self._deep += 1
        if self._deep > DEEPEST:
            raise marked(self._text, self._place, f"More than {DEEPEST} brackets stand within each other.")
        node = self._and()
        while (at := self._place) is not None and self._take("or"):
            node = self._call("or", at, node, self._and())
        self._deep -= 1
        return node

    def _and(self) -> Node:
        node = self._not()
        while (at := self._place) is not None and self._take("and"):
            node = self._call("and", at, node, self._not())
        return node

    def _not(self) -> Node:
        at, odd = self._place, False
        while self._take("not"):
            odd = not odd
        node = self._compared()
        return self._call("not", at, node) if odd else node

    def _compared(self) -> Node:
        node, at = self._sum(), self._place
        if sign := self._take("=", "==", "!=", "<>", "<", "<=", ">", ">="):
            return self._call(_SIGNS.get(sign, sign), at, node, self._sum())
        if self._take("is"):
            odd = self._take("not")
            self._need("missing")
            found = self._call("is missing", at, node)
            return self._call("not", at, found) if odd else found
        odd = self._take("not")
        if odd or self._kind == "keyword":
            if self._take("in"):
                self._need("[")
                found = self._call("in", at, node, *self._list("]"))
                return self._call("not", at, found) if odd else found
            if odd:
                raise self._wrong("'in'")
        return node

    def _list(self, end: str) -> list[Node]:
        parts: list[Node] = []
        if self._take(end):
            return parts
        parts.append(self._or())
        while self._take(","):
            parts.append(self._or())
        self._need(end)
        return parts

    def _sum(self) -> Node:
        node = self._product()
        while (at := self._place) is not None and (sign := self._take("+", "-")):
            node = self._call(sign, at, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while (at := self._place) is not None and (sign := self._take("*", "/", "%")):
            node = self._call(sign, at, node, self._signed())
        return node

    def _signed(self) -> Node:
        at, odd = self._place, False
        while self._take("-"):
            odd = not odd
        node = self._atom()
        if odd and isinstance(node, Literal) and node.kind == "number":
            return Literal(-node.value, "number", at)
        return self._call("-", at, Literal(0, "number", at), node) if odd else node

    def _atom(self) -> Node:
        kind, found, at = self._tokens[self._at]
        if self._take("("):
            node = self._or()
            self._need(")")
            return node
        if (truth := self._take("true", "false")) is not None:
            return Literal(truth == "true", "boolean", at)
        if kind not in ("number", "text", "name", "word"):
            raise self._wrong("a column, a value or a function")
        self._at += 1
        if kind == "number":
            whole = found.isdecimal() and len(found) < 16
            return Literal(int(found) if whole else float(found), "number", at)
        if kind == "text":
            return Literal(found[1:-1].replace(found[0] * 2, found[0]), "text", at)
        if kind == "name":
            return Name(found[1:-1].replace("``", "`"), at)
        if self._take("("):
            known = {name: one for name, one in FUNCTIONS.items() if not one.operator}
            if found not in known:
                raise marked(self._text, at, f"There is no function {found!r}{_near(found, known)}.")
            return self._call(found, at, *self._list(")"))
        return Name(found, at)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    if len(text) > LONGEST:
        raise Invalid(f"The expression has {len(text):,} characters; {LONGEST:,} are allowed.")
    if any(0xD800 <= ord(sign) <= 0xDFFF or sign == "\0" for sign in text):
        raise Invalid("The expression is not valid Unicode text.")
    found, at, length = [], 0, len(text.rstrip())
    while at < length:
        match = _TOKEN.match(text, at)
        if match is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise marked(text, place, f"{text[place]!r} means nothing here, or a quote is not closed.")
        kind = str(match.lastgroup)
        word = match[kind]
        keyword = kind == "word" and word in _WORDS
        found.append(("keyword" if keyword else kind, word, match.start(kind)))
        at = match.end()
    return [*found, ("end", "", length)]
