"""Expressions of a recipe, read into a tree with places.

::

    price * quantity                round(`unit price` * 1.2, 2)
    if(age is missing, 'unknown', 'known')
    country in ['NO', 'SE'] and not starts_with(name, 'X')

Nothing a person wrote is ever run: a text becomes a tree of known functions, and code is made of the tree.
Here it is read only; `expressions` checks it against columns and writes it as code.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from labstudio.data.recipes.functions import FUNCTIONS
from labstudio.errors import Invalid

LONGEST = 5_000  # characters
LARGEST_NUMBER = 1.7e308
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


class Marked(Invalid):
    """What is wrong in a text, with a caret under the place.

    Examples
    --------
    >>> print(Marked("A column is expected here.", "1 + ", 4))
    A column is expected here. (at character 5)
      1 +
          ^
    """

    def __init__(self, sentence: str, text: str, at: int, *, whole: bool = False) -> None:
        start = text.rfind("\n", 0, at) + 1
        line = text[start:].partition("\n")[0]
        super().__init__(f"{sentence} (at character {at + 1})\n  {line.rstrip()}\n  {' ' * (at - start)}^")
        self.sentence, self.text, self.at = sentence, text, at
        self.whole = whole  # the sentence says all that there is to say


def marked(text: str, at: int, sentence: str) -> Marked:
    """Say what is wrong at a place of a text."""
    return Marked(sentence, text, at)


def near(name: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown name: with the known one that was probably meant."""
    found = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {found[0]!r}?" if found else "."


def names(node: Node) -> set[str]:
    """Return the columns an expression reads.

    Examples
    --------
    >>> sorted(names(parse("b + round(a)")))
    ['a', 'b']
    """
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
            if float(found) > LARGEST_NUMBER:
                raise marked(self._text, at, f"{found} is more than a number can be.")
            return Literal(int(found) if whole else float(found), "number", at)
        if kind == "text":
            return Literal(found[1:-1].replace(found[0] * 2, found[0]), "text", at)
        if kind == "name":
            return Name(found[1:-1].replace("``", "`"), at)
        if self._take("("):
            known = [name for name, one in FUNCTIONS.items() if one.typed]
            if found not in known:
                raise marked(self._text, at, f"There is no function {found!r}{near(found, known)}")
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
