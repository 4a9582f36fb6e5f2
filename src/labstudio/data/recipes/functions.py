"""The functions and operators of expressions: what each takes and gives, and how SQL and pandas say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"

Writer = Callable[[list[str]], str]


@dataclass(frozen=True)
class Function:
    """One function: kinds of what it takes (``any``, or kinds with ``|``), the kind it gives, its code.

    `written` are places that take a value only, `same` says that values (from place `same_from`) are of one
    kind, `many` that the last may be repeated, `gives` is empty where it gives what it is given.
    """

    kinds: tuple[str, ...]
    gives: str
    sql: Writer
    pandas: Writer
    written: frozenset[int] | set[int] = frozenset()
    same: bool = False
    same_from: int = 0
    many: bool = False
    least: int = 0
    operator: bool = False
    test: Callable[..., str | None] | None = None


def _as(template: str) -> Writer:
    return lambda parts: template.format(*parts)


def _computed(name: str) -> Writer:
    return lambda parts: f"compute(pc.{name}, {', '.join(parts)})"


def _operator(kinds: str, gives: str, sql: str, pandas: str, **more: Any) -> Function:
    return Function((kinds, kinds), gives, _as(sql), _as(pandas), operator=True, **more)


def _function(kinds: str, gives: str, sql: str, pandas: str, **more: Any) -> Function:
    return Function(tuple(kinds.split()), gives, _as(sql), _as(pandas), **more)


def _divided(parts: list[str]) -> str:
    a, b = parts
    return f"({a} / {f'{b}.where({b} != 0)' if not _plain(b) else b if float(b) else 'None'})"


def _remainder(parts: list[str]) -> str:
    a, b = parts
    return f"({a} - {b} * compute(pc.floor, {_divided(parts)}))"


def _plain(code: str) -> bool:
    return re.fullmatch(r"-?[\d.e+-]+|-?inf", code) is not None


def _pattern(_: Any, pattern: str) -> str | None:
    import duckdb

    try:
        groups = re.compile(pattern).groups
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error, RecursionError, OverflowError):
        return f"{pattern!r} is not a pattern that can be searched in one pass"
    return None if groups <= 1 else "the pattern may have one group"


def _whole(*places: int) -> Callable[..., str | None]:
    def test(*values: Any) -> str | None:
        wrong = [
            v for p, v in enumerate(values) if p in places and not (isinstance(v, int) and 1 <= v < 10**6)
        ]
        return f"a whole number from 1 is needed, not {wrong[0]!r}" if wrong else None

    return test


def _digits(_: Any, digits: Any = 0) -> str | None:
    return None if isinstance(digits, int) and -9 <= digits <= 15 else "digits are a whole number up to 15"


def _some(_: Any, text: str, *__: Any) -> str | None:
    return None if text else "an empty text cannot be looked for"


def _braced(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")


_TRUE = ".astype('bool[pyarrow]')"
_NUMBER = ".astype('float64[pyarrow]')"
_TEXT = ".astype(pd.ArrowDtype(pa.string()))"
_DATE = ".astype('timestamp[us][pyarrow]')"

FUNCTIONS: dict[str, Function] = {
    "+": _operator("number", "number", "({0} + {1})", "({0} + {1})"),
    "-": _operator("number", "number", "({0} - {1})", "({0} - {1})"),
    "*": _operator("number", "number", "({0} * {1})", "({0} * {1})"),
    "/": Function(("number", "number"), "number", _as("({0} / nullif({1}, 0))"), _divided, operator=True),
    "%": Function(
        ("number", "number"),
        "number",
        _as("({0} - {1} * floor({0} / nullif({1}, 0)))"),
        _remainder,
        operator=True,
    ),
    **{
        sign: _operator("any", "boolean", f"({{0}} {sql} {{1}})", f"({{0}} {py} {{1}})", same=True)
        for sign, sql, py in (
            ("=", "=", "=="),
            ("!=", "!=", "!="),
            ("<", "<", "<"),
            ("<=", "<=", "<="),
            (">", ">", ">"),
            (">=", ">=", ">="),
        )
    },
    "and": Function(("boolean",) * 2, "boolean", _as("({0} AND {1})"), _as("({0} & {1})"), operator=True),
    "or": Function(("boolean",) * 2, "boolean", _as("({0} OR {1})"), _as("({0} | {1})"), operator=True),
    "not": Function(("boolean",), "boolean", _as("(NOT {0})"), _as("(~{0})"), operator=True),
    "is missing": Function(
        ("any",), "boolean", _as("({0} IS NULL)"), _as("{0}.isna()" + _TRUE), operator=True
    ),
    "in": Function(
        ("any", "any"),
        "boolean",
        lambda p: f"coalesce({p[0]} IN ({', '.join(p[1:])}), false)",
        lambda p: f"{p[0]}.isin([{', '.join(p[1:])}]){_TRUE}",
        written=frozenset(range(1, 50)),
        same=True,
        many=True,
        least=2,
        operator=True,
    ),
    "if": Function(
        ("boolean", "any", "any"),
        "",
        _as("CASE WHEN {0} THEN {1} ELSE {2} END"),
        _as("compute(pc.if_else, {0}.fillna(False), {1}, {2})"),
        same=True,
        same_from=1,
    ),
    "round": Function(
        ("number", "number"),
        "number",
        lambda p: f"round({p[0]}, {p[1] if len(p) > 1 else 0})",
        lambda p: (
            f"compute(pc.round, {p[0]}, ndigits={p[1] if len(p) > 1 else 0},"
            " round_mode='half_towards_infinity')"
        ),
        written={1},
        least=1,
        test=_digits,
    ),
    "floor": _function("number", "number", "floor({0})", "compute(pc.floor, {0})"),
    "ceil": _function("number", "number", "ceil({0})", "compute(pc.ceil, {0})"),
    "abs": _function("number", "number", "abs({0})", "{0}.abs()"),
    "log": _function(
        "number", "number", "ln(CASE WHEN {0} > 0 THEN {0} END)", "compute(pc.ln, {0}.where({0} > 0))"
    ),
    "exp": _function("number", "number", "exp({0})", "compute(pc.exp, {0})"),
    "sqrt": _function(
        "number", "number", "sqrt(CASE WHEN {0} >= 0 THEN {0} END)", "compute(pc.sqrt, {0}.where({0} >= 0))"
    ),
    "power": _function(
        "number number",
        "number",
        "nullif(pow({0}, {1}), CAST('nan' AS DOUBLE))",
        "compute(pc.power, {0}" + _NUMBER + ", {1}" + _NUMBER + ")",
    ),
    "min": Function(
        ("number|date|text",) * 2,
        "",
        lambda p: f"least({', '.join(p)})",
        _computed("min_element_wise"),
        same=True,
        many=True,
    ),
    "max": Function(
        ("number|date|text",) * 2,
        "",
        lambda p: f"greatest({', '.join(p)})",
        _computed("max_element_wise"),
        same=True,
        many=True,
    ),
    "lower": _function("text", "text", "lower({0})", "{0}.str.lower()"),
    "upper": _function("text", "text", "upper({0})", "{0}.str.upper()"),
    "trim": _function("text", "text", "trim({0})", "{0}.str.strip(' ')"),
    "length": _function("text", "number", "length({0})", "{0}.str.len().astype('int64[pyarrow]')"),
    "contains": _function(
        "text text", "boolean", "contains({0}, {1})", "{0}.str.contains({1}, regex=False)", written={1}
    ),
    "starts_with": _function(
        "text text", "boolean", "starts_with({0}, {1})", "{0}.str.startswith({1})", written={1}
    ),
    "ends_with": _function(
        "text text", "boolean", "ends_with({0}, {1})", "{0}.str.endswith({1})", written={1}
    ),
    "replace": _function(
        "text text text",
        "text",
        "replace({0}, {1}, {2})",
        "{0}.str.replace({1}, {2}, regex=False)",
        written={1, 2},
        test=_some,
    ),
    "substring": _function(
        "text number number",
        "text",
        "substring({0}, {1}, {2})",
        "{0}.str.slice({1} - 1, {1} - 1 + {2})",
        written={1, 2},
        test=_whole(1, 2),
    ),
    "concat": Function(
        ("text", "text"), "text", lambda p: f"({' || '.join(p)})", lambda p: f"({' + '.join(p)})", many=True
    ),
    "split_part": _function(
        "text text number",
        "text",
        "split_part({0}, {1}, {2})",
        "{0}.map(lambda text: (text.split({1}) + [''] * {2})[{2} - 1], na_action='ignore')" + _TEXT,
        written={1, 2},
        test=lambda *v: _some(*v) or _whole(2)(*v),
    ),
    "regex_extract": Function(
        ("text", "text"),
        "text",
        lambda p: f"nullif(regexp_extract({p[0]}, {p[1]}, {min(1, _groups(p[1]))}), '')",
        lambda p: f"{p[0]}.map(lambda text: extract({p[1]}, text), na_action='ignore'){_TEXT}",
        written={1},
        test=_pattern,
    ),
    **{
        part: _function("date", "number", f"{name}({{0}})", f"({{0}}.dt.{code}).astype('int64[pyarrow]')")
        for part, name, code in (
            ("year", "year", "year"),
            ("month", "month", "month"),
            ("day", "day", "day"),
            ("hour", "hour", "hour"),
            ("weekday", "isodow", "weekday + 1"),
        )
    },
    "days_between": _function(
        "date date",
        "number",
        "date_diff('day', {0}, {1})",
        "({1}.dt.floor('D') - {0}.dt.floor('D')).dt.days.astype('int64[pyarrow]')",
    ),
    "coalesce": Function(
        ("any", "any"),
        "",
        lambda p: f"coalesce({', '.join(p)})",
        lambda p: reduce(lambda a, b: f"{a}.fillna({b})", p),
        same=True,
        many=True,
    ),
    "to_number": _function(
        "any",
        "number",
        f"TRY_CAST(CASE WHEN regexp_full_match(CAST({{0}} AS VARCHAR), '{_braced(NUMBER)}|true|false')"
        " THEN CASE CAST({0} AS VARCHAR) WHEN 'true' THEN '1' WHEN 'false' THEN '0'"
        " ELSE CAST({0} AS VARCHAR) END END AS DOUBLE)",
        "to_number({0})",
    ),
    "to_text": _function("any", "text", "CAST({0} AS VARCHAR)", "to_text({0})"),
    "to_date": _function(
        "text|date",
        "date",
        f"TRY_CAST(CASE WHEN regexp_full_match(CAST({{0}} AS VARCHAR), '{_braced(DATE)}')"
        " THEN CAST({0} AS VARCHAR) END AS TIMESTAMP)",
        "to_date({0})",
    ),
}


def _groups(quoted: str) -> int:
    return re.compile(quoted[1:-1].replace("''", "'")).groups
