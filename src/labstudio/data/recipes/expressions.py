"""Expressions over columns of known kinds: checked, then written as SQL, pandas or Polars code.

A division by zero, and whatever else is not a number, is missing. It knows no table: columns come as a
mapping of names to kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from labstudio.data.engine import text as quoted
from labstudio.data.recipes.functions import FUNCTIONS, OPERATORS, Function
from labstudio.data.recipes.grammar import Call, Literal, Name, Node, marked, names, near, parse
from labstudio.errors import Invalid

ARITHMETIC = ("+", "-", "*", "/", "%")

# -- checking


def checked(text: str, columns: Mapping[str, str]) -> tuple[Node, str]:
    """Read an expression over these columns; return its tree and its kind.

    Examples
    --------
    >>> checked("age > 3", {"age": "number"})[1]
    'boolean'
    """
    node = parse(text)
    try:
        return _check(node, columns)
    except _Wrong as wrong:
        raise marked(text, wrong.at, str(wrong)) from None


def built(node: Node, columns: Mapping[str, str]) -> tuple[Node, str]:
    """Check a tree that no text was read for; return it and its kind."""
    try:
        return _check(node, columns)
    except _Wrong as wrong:
        raise Invalid(str(wrong)) from None


class _Wrong(Exception):
    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(sentence)
        self.at = at


def _check(node: Node, columns: Mapping[str, str]) -> tuple[Node, str]:
    """Return the tree with its texts turned to dates where dates are compared, and its kind."""
    if isinstance(node, Literal):
        return node, node.kind
    if isinstance(node, Name):
        if node.name not in columns:
            raise _Wrong(node.at, f"There is no column {node.name!r}{near(node.name, columns)}")
        return node, columns[node.name]
    function = FUNCTIONS[node.function]
    pairs = [_check(part, columns) for part in node.arguments]
    parts, kinds = [part for part, _ in pairs], [kind for _, kind in pairs]
    if function.same and "date" in kinds:
        for place, part in enumerate(parts):
            if isinstance(part, Literal) and part.kind == "text":
                parts[place], kinds[place] = Literal(_moment(part), "date", part.at), "date"
    _check_number(node, function, len(kinds))
    _check_kinds(node, function, parts, kinds)
    if function.test is not None:
        problem = function.test(*(part.value if isinstance(part, Literal) else None for part in parts))
        if problem:
            raise _Wrong(node.at, f"{node.function}: {problem}.")
    name = f"{node.function}:{kinds[0]}" if function.by_kind else node.function
    return Call(name, tuple(parts), node.at), function.gives or kinds[-1]


def _check_number(node: Call, function: Function, given: int) -> None:
    low = function.least or len(function.kinds)
    high = function.most if function.many else len(function.kinds)
    if not low <= given <= high:
        number = str(low) if low == high else f"{low} to {high}"
        raise _Wrong(node.at, f"{node.function} takes {number} values, not {given}.")


def _check_kinds(node: Call, function: Function, parts: list[Node], kinds: list[str]) -> None:
    for place, (kind, part) in enumerate(zip(kinds, parts, strict=True)):
        need = function.kinds[min(place, len(function.kinds) - 1)]
        where = part.at or node.at
        if kind not in need.split("|") and need != "any":
            raise _Wrong(where, f"{node.function} takes {need.replace('|', ' or ')} here, not {kind}.")
        if place in function.written and not isinstance(part, Literal):
            raise _Wrong(where, f"{node.function} takes a written value here, not a column.")
    alike = dict.fromkeys(kinds[function.same_from :]) if function.same else {}
    if len(alike) > 1:
        raise _Wrong(node.at, f"{node.function} needs values of one kind, not {' and '.join(alike)}.")


def _moment(part: Literal) -> datetime:
    try:
        return datetime.fromisoformat(part.value).replace(tzinfo=None)
    except ValueError:
        raise _Wrong(part.at, f"{part.value!r} is not a date such as 2026-11-23.") from None


# -- writing


def sql(node: Node, column: Callable[[str], str], *, inner: bool = False) -> str:
    """Write a checked tree as SQL; `column` gives a column's own SQL, `inner` is a part of a sum."""
    if isinstance(node, Name):
        return column(node.name)
    if isinstance(node, Literal):
        return literal_sql(node.value)
    computed = node.function in ARITHMETIC
    code = FUNCTIONS[node.function].sql([sql(part, column, inner=computed) for part in node.arguments])
    # what is not a number goes through arithmetic like what is missing: it is enough to look at the end
    return f"nullif({code}, CAST('nan' AS DOUBLE))" if not inner and _may_be_no_number(node) else code


def literal_sql(value: Any) -> str:
    """Write a value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(' ', 'microseconds')}'"
    if isinstance(value, int):
        return str(value)
    return f"CAST('{value!r}' AS DOUBLE)" if isinstance(value, float) else quoted(value)


def pandas(node: Node, *, alone: bool = True) -> str:
    """Write a checked tree as pandas code over ``df``; a value that stands `alone` becomes a whole column."""
    if isinstance(node, Name):
        return f"df[{node.name!r}]"
    if isinstance(node, Literal):
        return f"constant(df, {_plain(node.value)})" if alone else _plain(node.value)
    function, parts = FUNCTIONS[node.function], node.arguments
    whole = set(range(function.whole))
    if not whole and all(isinstance(part, Literal) for part in parts):
        whole = {0}
    return function.pandas([pandas(part, alone=place in whole) for place, part in enumerate(parts)])


def polars(node: Node) -> str:
    """Write a checked tree as a Polars expression."""
    return _polars(node, whole=not names(node))


def _polars(node: Node, whole: bool, inner: bool = False) -> str:
    if isinstance(node, Name):
        return f"pl.col({node.name!r})"
    if isinstance(node, Literal):
        kind = ", dtype=pl.Int64" if isinstance(node.value, int) and not isinstance(node.value, bool) else ""
        return (
            f"pl.repeat({_plain(node.value)}, pl.len(){kind})" if whole else f"pl.lit({_plain(node.value)})"
        )
    function = FUNCTIONS[node.function]
    # a sign between two values takes one of them as it is; elsewhere Polars would read a text as a name
    between = node.function in OPERATORS and not all(isinstance(part, Literal) for part in node.arguments)
    parts = [
        _plain(part.value)
        if isinstance(part, Literal) and (between or place in function.written)
        else _polars(part, whole, node.function in ARITHMETIC)
        for place, part in enumerate(node.arguments)
    ]
    code = function.polars(parts)
    return f"{code}.fill_nan(None)" if not inner and _may_be_no_number(node) else code


def bare(code: str, *, escapes: bool = True) -> str:
    """Take away brackets around all of it; a backslash in quotes hides what follows in Python, not in SQL.

    Examples
    --------
    >>> bare("(a + (b))"), bare("(a) + (b)")
    ('a + (b)', '(a) + (b)')
    """
    if not code.startswith("("):
        return code
    deep, quote, skipped = 0, "", False
    for place, sign in enumerate(code):
        if quote or skipped:
            quote = "" if sign == quote and not skipped else quote
            skipped = escapes and sign == "\\" and not skipped
        elif sign in "'\"":
            quote = sign
        else:
            deep += (sign == "(") - (sign == ")")
            if deep == 0:
                return code[1:-1] if place == len(code) - 1 else code
    return code


def _may_be_no_number(node: Node) -> bool:
    """Whether infinities can come to what is not a number; pandas says that it is missing by itself."""
    if not isinstance(node, Call) or node.function not in (*ARITHMETIC, "power"):
        return False
    if node.function in ("%", "power") or any(map(_may_be_no_number, node.arguments)):
        return True
    return not any(isinstance(part, Literal) and part.value != 0 for part in node.arguments)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"datetime.fromisoformat({value.isoformat(' ')!r})"
    return f"float({str(value)!r})" if value in (float("inf"), float("-inf")) else repr(value)
