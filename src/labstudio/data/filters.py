"""What a person types above a grid to see fewer rows: read into a tree, turned into SQL with parameters.

::

    lifeExp > 70
    continent = Asia and year >= 1990
    "a column" != 'x y'
    pop is missing            pop is not missing
    country contains land     (upper and lower case are the same)
    land                      (in any column of text)
    not (when < 2020-05 or country = New Zealand)

Names and texts that hold signs or the words and, or, not, is, contains are quoted with ``"`` or ``'``; the
quote itself is doubled. A comparison with a missing value is false, hence ``!=`` and ``not`` find it. A year,
a month or a day means all of it: ``when = 2020-05`` is any moment in May. It knows no table and no engine:
columns come as `Field`, and nothing a person wrote ever becomes part of the SQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ctypes import c_float
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from labstudio.data.options import check_columns
from labstudio.errors import Invalid

LONGEST = 5_000  # characters of a filter
DEEPEST = 50  # brackets and nots within each other

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"]|"")*"|'(?:[^']|'')*')|(?P<operator><=|>=|!=|=|<|>)|(?P<bracket>[()])"""
    r"""|(?P<word>[^\s()<>=!"'][^\s()<>=!]*))"""
)
_KEYWORDS = ("and", "or", "not", "is", "contains")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Field:
    """A column as a filter sees it: its name, what its values are, and the SQL that gives them."""

    name: str
    kind: Literal["number", "boolean", "datetime", "string"]
    sql: str
    single: bool = False  # numbers of single precision: 0.1 is then the single nearest to it


@dataclass(frozen=True)
class Condition:
    """SQL that is true or false for each row, the parameters it asks for, and the columns it reads."""

    sql: str
    parameters: tuple[Any, ...]
    columns: frozenset[str]


@dataclass(frozen=True)
class Test:
    """One question about one column, or about all columns of text."""

    column: str | None
    operator: str  # "=", "!=", "<", "<=", ">", ">=", "contains" or "missing"
    value: str = ""


@dataclass(frozen=True)
class Not:
    """The rows that the part leaves out."""

    part: Node


@dataclass(frozen=True)
class Group:
    """Parts held together by ``and`` or ``or``."""

    word: Literal["and", "or"]
    parts: tuple[Node, ...]


Node = Test | Not | Group


def parse(text: str) -> Node:
    """Read a filter.

    Raises
    ------
    Invalid
        The sentence names the place.

    Examples
    --------
    >>> parse("year >= 1990 and land")  # doctest: +NORMALIZE_WHITESPACE
    Group(word='and', parts=(Test(column='year', operator='>=', value='1990'),
                             Test(column=None, operator='contains', value='land')))
    """
    return _Reader(text).read()


def condition(text: str, fields: Sequence[Field]) -> Condition:
    """Turn a filter into SQL.

    Raises
    ------
    Invalid
        It cannot be read, names a column that is not there, or asks a column for what it does not hold.

    Examples
    --------
    >>> condition("year >= 1990", [Field("year", "number", "c0")])
    Condition(sql='(coalesce(c0 >= ?, false))', parameters=(1990,), columns=frozenset({'year'}))
    """
    node, parameters = parse(text), list[Any]()
    by_name = {field.name: field for field in fields}
    read: set[str] = set()

    def sql(node: Node) -> str:
        if isinstance(node, Not):
            return f"(NOT {sql(node.part)})"
        if isinstance(node, Group):
            return "(" + f" {node.word.upper()} ".join(sql(part) for part in node.parts) + ")"
        if node.column is None:
            asked = [field for field in fields if field.kind == "string"]
            if not asked:
                raise Invalid(
                    f"No column holds text to look for {node.value!r} in; name a column, such as x = 1."
                )
        else:
            check_columns(list(by_name), [node.column], "The filter: ")
            asked = [by_name[node.column]]
        read.update(field.name for field in asked)
        return "(" + " OR ".join(_test(field, node, parameters) for field in asked) + ")"

    made = sql(node)
    return Condition(made, tuple(parameters), frozenset(read))


def _test(field: Field, test: Test, parameters: list[Any]) -> str:
    if test.operator == "missing":
        return f"{field.sql} IS NULL"
    if test.operator == "contains":
        parameters.append(test.value)
        return f"coalesce(contains(lower(CAST({field.sql} AS VARCHAR)), lower(?)), false)"
    if field.kind == "datetime":
        return _test_of_dates(field, test, parameters)
    if field.kind == "number":
        parameters.append(_number(field, test))
    elif field.kind == "boolean":
        parameters.append(_truth(test))
    else:
        parameters.append(test.value)
    if test.operator == "!=":
        return f"{field.sql} IS DISTINCT FROM ?"
    return f"coalesce({field.sql} {test.operator} ?, false)"


def _test_of_dates(field: Field, test: Test, parameters: list[Any]) -> str:
    start, end = _span(test)
    if test.operator in ("=", "!="):
        parameters += [start, end]
        inside = f"coalesce({field.sql} >= ? AND {field.sql} < ?, false)"
        return inside if test.operator == "=" else f"NOT {inside}"
    # after a day means from its end on; until a day includes it
    parameters.append(start if test.operator in ("<", ">=") else end)
    operator = "<" if test.operator in ("<", "<=") else ">="
    return f"coalesce({field.sql} {operator} ?, false)"


def _number(field: Field, test: Test) -> int | float:
    try:
        number = float(test.value)
        if number != number:
            raise ValueError
    except ValueError:
        raise _misfit(test, "a number") from None
    if field.single:
        return c_float(number).value
    if re.fullmatch(r"[+-]?[0-9]{1,37}", test.value):  # what the engine's largest integer can hold
        return int(test.value)
    return number


def _truth(test: Test) -> bool:
    if test.operator not in ("=", "!="):
        raise Invalid(f"{test.column!r} is true or false, so {test.operator} says nothing; use = or !=.")
    if test.value.lower() not in _TRUTH:
        raise _misfit(test, "true or false")
    return _TRUTH[test.value.lower()]


def _span(test: Test) -> tuple[datetime, datetime]:
    """Return the moment a date begins and the moment it is over."""
    match = _DAY.fullmatch(test.value)
    try:
        if match is None:
            start = datetime.fromisoformat(test.value)
            if start.tzinfo is not None:
                start = start.astimezone(UTC).replace(tzinfo=None)
            length = timedelta(microseconds=1)
        else:
            year, month, day = match.groups()
            start = datetime(int(year), int(month or 1), int(day or 1))
            length = timedelta(days=1 if day else 31 if month else 366)
    except (ValueError, OverflowError):
        raise _misfit(test, "a date such as 2026-11-23 or 2026-11-23T18:30") from None
    try:
        end = start + length
    except OverflowError:
        return start, datetime.max
    if match is not None and not day:
        end = end.replace(day=1) if month else end.replace(month=1, day=1)
    return start, end


def _misfit(test: Test, wanted: str) -> Invalid:
    return Invalid(f"{test.value!r} is not {wanted}, which {test.column} {test.operator} asks for.")


@dataclass(frozen=True)
class _Token:
    kind: str  # "word", "keyword", "quoted", "operator", "bracket" or "end"
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


class _Reader:
    """Reads from left to right; what follows is decided by the next word alone."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def read(self) -> Node:
        node = self._any(0)
        if self._next.kind != "end":
            raise self._wrong("and, or, or the end")
        return node

    def _any(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Invalid(f"The filter has more than {DEEPEST} brackets within each other; simplify it.")
        parts = [self._all(depth)]
        while self._take("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._take("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def _one(self, depth: int) -> Node:
        negated = False
        while self._take("not"):
            negated = not negated
        if self._take("("):
            node = self._any(depth + 1)
            if not self._take(")"):
                raise self._wrong("a closing bracket")
        else:
            node = self._test()
        return Not(node) if negated else node

    def _test(self) -> Node:
        name = self._phrase("a column or a text")
        if self._next.kind == "operator":
            operator = self._advance().text
            return Test(name, operator, self._phrase("a value"))
        if self._take("is"):
            negated = self._take("not")
            if self._next.text.lower() != "missing":
                raise self._wrong("missing")
            self._advance()
            return Not(Test(name, "missing")) if negated else Test(name, "missing")
        if self._take("contains"):
            return Test(name, "contains", self._phrase("a text"))
        return Test(None, "contains", name)

    def _phrase(self, wanted: str) -> str:
        """Return a quoted text, or words up to the next sign or keyword just as they stand."""
        if self._next.kind == "quoted":
            text = self._advance().text
            return text[1:-1].replace(text[0] * 2, text[0])
        if self._next.kind != "word":
            raise self._wrong(wanted)
        start = self._next.start
        while self._next.kind == "word":
            end = self._advance().end
        return self._text[start:end]

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _advance(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, sign: str) -> bool:
        found = self._next.kind in ("keyword", "bracket") and self._next.text.lower() == sign
        self._at += found
        return found

    def _wrong(self, wanted: str) -> Invalid:
        before = self._text[: self._next.start].strip()[-40:]
        where = f"after {before!r}" if before else "at the beginning"
        quote = " (a name or text that holds it is put in quotes)" if self._next.kind != "end" else ""
        return Invalid(f"The filter: {where} comes {self._next} where {wanted} is expected{quote}.")


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise Invalid(f"The filter has {len(text):,} characters; {LONGEST:,} are allowed.")
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise Invalid("The filter is not valid Unicode.")
    tokens, at, length = [], 0, len(text.rstrip())
    while at < length:
        match = _TOKEN.match(text, at)
        if match is None:
            rest = text[at:].strip()
            if rest[0] in "\"'":
                raise Invalid(f"The filter: the quote that opens at {rest[:40]!r} is not closed.")
            raise Invalid(f"The filter: {rest[:40]!r} begins with '!'; write != or not.")
        group = str(match.lastgroup)
        found = match[group]
        kind = "keyword" if group == "word" and found.lower() in _KEYWORDS else group
        tokens.append(_Token(kind, found, match.start(group), match.end()))
        at = match.end()
    return [*tokens, _Token("end", "", len(text), len(text))]
