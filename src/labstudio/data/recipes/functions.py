"""The functions and operators of expressions: what each takes and gives, and how three languages say it.

Where a language has no word that means the same as the others to the letter, a small function in Python or
pyarrow is written above the code (`prelude`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from labstudio.data.recipes.formats import format_test, to_date_sql

NUMBER = r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?"

Writer = Callable[[list[str]], str]


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes
    ----------
    kinds : tuple of str
        What it takes: ``"any"``, or kinds with ``|``.
    gives : str
        The kind it gives; empty where it is that of its last value.
    sql, pandas, polars : callable
        Write it over its values, which are code already.
    says : str
        How it is called, and what it gives, for people; operators have none.
    written : frozenset of int
        Places that take a written value, never a column.
    whole : int
        How many first values pandas wants as columns; 0 where one of them is enough.
    same, same_from
        Whether values (from that place on) are of one kind.
    many, least, most
        Whether the last may be repeated; the least and the largest number of values then.
    by_kind : bool
        Whether it is written in another way for each kind: as ``name:kind``.
    test : callable, optional
        Gets the written values, answers what is wrong with them.
    """

    kinds: tuple[str, ...]
    gives: str
    sql: Writer
    pandas: Writer
    polars: Writer
    says: tuple[str, str] = ("", "")
    written: frozenset[int] = frozenset()
    whole: int = 1
    same: bool = False
    same_from: int = 0
    many: bool = False
    least: int = 0
    most: int = 50
    by_kind: bool = False
    test: Callable[..., str | None] | None = None

    @property
    def typed(self) -> bool:
        """Whether a person can write its name."""
        return bool(self.says[0])


def _as(code: str | Writer) -> Writer:
    return (lambda parts: code.format(*parts)) if isinstance(code, str) else code


def _function(
    kinds: str, gives: str, says: tuple[str, str], sql: str | Writer, pandas: str | Writer,
    polars: str | Writer, written: tuple[int, ...] = (), **more: Any,
) -> Function:  # fmt: skip
    taken = frozenset(written)
    return Function(
        tuple(kinds.split()), gives, _as(sql), _as(pandas), _as(polars), says, written=taken, **more
    )


def _operator(
    kinds: str, gives: str, sql: str | Writer, pandas: str | Writer, polars: str | Writer, **more: Any
) -> Function:
    more = {"whole": 0, **more}
    return Function(tuple(kinds.split()), gives, _as(sql), _as(pandas), _as(polars), **more)


# -- tests of written values


def _pattern(_: Any, pattern: str, *__: Any) -> str | None:
    """Refuse a pattern that the engine does not know; pyarrow has the same engine for patterns."""
    import duckdb

    try:
        groups = re.compile(pattern).groups
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error, RecursionError, OverflowError):
        return f"{pattern!r} is not a pattern that can be searched in one pass"
    return None if groups <= 1 else "the pattern may have one group"


def _whole(*places: int, least: int = 1) -> Callable[..., str | None]:
    def test(*values: Any) -> str | None:
        given = [value for place, value in enumerate(values) if place in places]
        wrong = [value for value in given if not (isinstance(value, int) and least <= value < 10**6)]
        return f"a whole number from {least:,} is needed, not {wrong[0]!r}" if wrong else None

    return test


def _digits(_: Any, digits: Any = 0) -> str | None:
    return None if isinstance(digits, int) and -9 <= digits <= 15 else "digits are a whole number up to 15"


def _some(_: Any, text: str, *__: Any) -> str | None:
    return None if text else "an empty text cannot be looked for"


_UNITS = {"year": "1y", "quarter": "1q", "month": "1mo", "week": "1w", "day": "1d", "hour": "1h"}


def _unit(_: Any, unit: str) -> str | None:
    return None if unit in _UNITS else f"{unit!r} is none of {', '.join(_UNITS)}"


# -- code that is more than a template


def _divided(parts: list[str]) -> str:
    a, b = parts
    return f"({a} / {b if _is_number(b) and float(b) else f'{b}.where({b} != 0)'})"


def _divided_polars(parts: list[str]) -> str:
    a, b = parts
    return f"({a} / {b if _is_number(b) and float(b) else f'pl.when({b} != 0).then({b})'})"


def _remainder(parts: list[str]) -> str:
    return f"({parts[0]} - {parts[1]} * compute(pc.floor, {_divided(parts)}))"


def _remainder_polars(parts: list[str]) -> str:
    return f"({parts[0]} - {parts[1]} * {_divided_polars(parts)}.floor())"


def _is_number(code: str) -> bool:
    return re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", code) is not None


def _chosen(parts: list[str]) -> str:
    pairs = zip(parts[:-1:2], parts[1:-1:2], strict=True)
    return f"CASE {' '.join(f'WHEN {one} THEN {value}' for one, value in pairs)} ELSE {parts[-1]} END"


def _chosen_pandas(parts: list[str]) -> str:
    pairs = zip(parts[:-1:2], parts[1:-1:2], strict=True)
    return f"choose({', '.join(f'({one}, {value})' for one, value in pairs)}, otherwise={parts[-1]})"


def _chosen_polars(parts: list[str]) -> str:
    pairs = zip(parts[:-1:2], parts[1:-1:2], strict=True)
    return f"pl{''.join(f'.when({one}).then({value})' for one, value in pairs)}.otherwise({parts[-1]})"


def _filled(parts: list[str]) -> str:
    """Fill whole numbers, texts and truths in place; what may change the type goes through pyarrow."""

    def one(before: str, value: str) -> str:
        if value.startswith(("'", '"')) or value in ("True", "False") or re.fullmatch(r"-?\d+", value):
            return f"{before}.fillna({value})"
        return f"compute(pc.coalesce, {before}, {value})"

    return reduce(one, parts)


def _among(parts: list[str]) -> str:
    if all(map(_is_number, parts[1:])):
        return f"{parts[0]}.astype('float64[pyarrow]').isin([{', '.join(repr(float(p)) for p in parts[1:])}])"
    return f"{parts[0]}.isin([{', '.join(parts[1:])}])"


def _among_polars(parts: list[str]) -> str:
    if all(map(_is_number, parts[1:])):
        values = ", ".join(repr(float(part)) for part in parts[1:])
        return f"{parts[0]}.cast(pl.Float64).is_in([{values}]).fill_null(False)"
    return f"{parts[0]}.is_in([{', '.join(parts[1:])}]).fill_null(False)"


def _named_group(code: str) -> str:
    """Name the group that is extracted, as pyarrow wants it; without one it is the whole pattern."""
    import ast

    pattern = ast.literal_eval(code)
    if not re.compile(pattern).groups:
        return repr(f"(?P<found>{pattern})")
    bare = re.sub(r"(?s)\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", lambda part: " " * len(part[0]), pattern)
    group = re.search(r"\((?!\?)|\(\?P<\w+>", bare)
    assert group is not None
    return repr(f"{pattern[: group.start()]}(?P<found>{pattern[group.end() :]}")


def _groups(quoted: str) -> int:
    return re.compile(quoted[1:-1].replace("''", "'")).groups


def _braced(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")


_TRUE = ".astype('bool[pyarrow]')"
_INT = ".astype('int64[pyarrow]')"
_ROUND = "pc.round, {0}, ndigits={1}, round_mode='half_towards_infinity'"


def _rounded(call: str, number: str) -> Writer:
    def write(p: list[str]) -> str:
        digits = p[1] if len(p) > 1 else "0"
        return f"{call}({_ROUND.format(p[0] if digits == '0' else p[0] + number, digits)})"

    return write


def _rounded_sql(p: list[str]) -> str:
    """Round as Arrow does: DuckDB's own digits follow the decimals that a number was written with."""
    digits = int(p[1]) if len(p) > 1 else 0
    if digits == 0:
        return f"round({p[0]}, 0)"
    down, up = ("*", "/") if digits > 0 else ("/", "*")
    unit = f"1e{abs(digits)}"
    return f"(round(CAST({p[0]} AS DOUBLE) {down} {unit}) {up} {unit})"


def _part(name: str, says: str, sql: str, polars: str, pandas: str) -> Function:
    return _function(
        "date", "number", (f"{name}(date)", says), sql + "({0})", pandas + _INT,
        "{0}.dt." + polars + "().cast(pl.Int64)",
    )  # fmt: skip


def _each(call: str) -> tuple[str, str]:
    """Write a call of a Python function on each value that is there, in pandas and in Polars."""
    function, kind = call.split(" -> ")
    arrow = {"String": "pa.string()", "Float64": "pa.float64()", 'Datetime("us")': 'pa.timestamp("us")'}[kind]
    return f"each({function}, {{0}}, {arrow})", f"{{0}}.map_elements({function}, return_dtype=pl.{kind})"


_SPLIT = _each("lambda text: part(text, {1}, {2}) -> String")

OPERATORS: dict[str, Function] = {
    **{
        sign: _operator("number number", "number", *[f"({{0}} {sign} {{1}})"] * 3) for sign in ("+", "-", "*")
    },
    "/": _operator("number number", "number", "({0} / nullif({1}, 0))", _divided, _divided_polars),
    "%": _operator(
        "number number", "number", "({0} - {1} * floor({0} / nullif({1}, 0)))", _remainder, _remainder_polars
    ),
    **{
        sign: _operator("any any", "boolean", f"({{0}} {sign} {{1}})",
                        *[f"({{0}} {python} {{1}})"] * 2, same=True)
        for sign, python in {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}.items()
    },
    "and": _operator("boolean boolean", "boolean", "({0} AND {1})", "({0} & {1})", "({0} & {1})"),
    "or": _operator("boolean boolean", "boolean", "({0} OR {1})", "({0} | {1})", "({0} | {1})"),
    "not": _operator("boolean", "boolean", "(NOT {0})", "(~{0})", "(~{0})", whole=1),
    "is missing": _operator(
        "any", "boolean", "({0} IS NULL)", "{0}.isna()" + _TRUE, "{0}.is_null()", whole=1
    ),
    "in": _operator(
        "any any", "boolean",
        lambda p: f"coalesce({p[0]} IN ({', '.join(p[1:])}), false)",
        lambda p: _among(p) + _TRUE, _among_polars,
        whole=1, written=frozenset(range(1, 50)), same=True, many=True, least=2,
    ),
}  # fmt: skip

NUMBERS: dict[str, Function] = {
    "round": _function(
        "number number", "number", ("round(number, digits)", "rounded, halves away from 0"),
        _rounded_sql, _rounded("compute", ".astype('float64[pyarrow]')"),
        _rounded("arrow", ".cast(pl.Float64)"), (1,), least=1, test=_digits,
    ),
    "floor": _function("number", "number", ("floor(number)", "the whole number below"),
                       "floor({0})", "compute(pc.floor, {0})", "{0}.floor()"),
    "ceil": _function("number", "number", ("ceil(number)", "the whole number above"),
                      "ceil({0})", "compute(pc.ceil, {0})", "{0}.ceil()"),
    "abs": _function("number", "number", ("abs(number)", "without its sign"), "abs({0})", "{0}.abs()",
                     "{0}.abs()"),
    "log": _function(
        "number", "number", ("log(number)", "natural logarithm; missing where there is none"),
        "ln(CASE WHEN {0} > 0 THEN {0} END)", "compute(pc.ln, {0}.where({0} > 0))",
        "pl.when({0} > 0).then({0}).log()",
    ),
    "exp": _function("number", "number", ("exp(number)", "e to the power of it"),
                     "exp({0})", "compute(pc.exp, {0})", "{0}.exp()"),
    "sqrt": _function(
        "number", "number", ("sqrt(number)", "square root; missing where there is none"),
        "sqrt(CASE WHEN {0} >= 0 THEN {0} END)", "compute(pc.sqrt, {0}.where({0} >= 0))",
        "pl.when({0} >= 0).then({0}).sqrt()",
    ),
    "power": _function(
        "number number", "number", ("power(number, number)", "the first to the power of the second"),
        "pow({0}, {1})", "compute(pc.power, {0}.astype('float64[pyarrow]'), {1}.astype('float64[pyarrow]'))",
        "arrow(pc.power, {0}.cast(pl.Float64), {1}.cast(pl.Float64))", whole=2,
    ),
    "min": _function(
        "number|date|text number|date|text", "", ("min(value, value, …)", "the smallest that is there"),
        lambda p: f"least({', '.join(p)})", lambda p: f"compute(pc.min_element_wise, {', '.join(p)})",
        lambda p: f"pl.min_horizontal({', '.join(p)})", whole=0, same=True, many=True,
    ),
    "max": _function(
        "number|date|text number|date|text", "", ("max(value, value, …)", "the largest that is there"),
        lambda p: f"greatest({', '.join(p)})", lambda p: f"compute(pc.max_element_wise, {', '.join(p)})",
        lambda p: f"pl.max_horizontal({', '.join(p)})", whole=0, same=True, many=True,
    ),
}  # fmt: skip

TEXTS: dict[str, Function] = {
    "lower": _function("text", "text", ("lower(text)", "in small letters"), "lower({0})", "{0}.str.lower()",
                       "arrow(pc.utf8_lower, {0})"),
    "upper": _function("text", "text", ("upper(text)", "in capital letters"), "upper({0})",
                       "{0}.str.upper()", "arrow(pc.utf8_upper, {0})"),
    "trim": _function("text", "text", ("trim(text)", "without blanks at both ends"), "trim({0})",
                      "{0}.str.strip(' ')", "{0}.str.strip_chars(' ')"),
    "length": _function("text", "number", ("length(text)", "its number of characters"), "length({0})",
                        "{0}.str.len()" + _INT, "{0}.str.len_chars().cast(pl.Int64)"),
    "contains": _function(
        "text text", "boolean", ("contains(text, 'x')", "whether it has that in it"), "contains({0}, {1})",
        "{0}.str.contains({1}, regex=False)", "{0}.str.contains({1}, literal=True)", (1,),
    ),
    "starts_with": _function(
        "text text", "boolean", ("starts_with(text, 'x')", "whether it begins so"), "starts_with({0}, {1})",
        "{0}.str.startswith({1})", "{0}.str.starts_with({1})", (1,),
    ),
    "ends_with": _function(
        "text text", "boolean", ("ends_with(text, 'x')", "whether it ends so"), "ends_with({0}, {1})",
        "{0}.str.endswith({1})", "{0}.str.ends_with({1})", (1,),
    ),
    "replace": _function(
        "text text text", "text", ("replace(text, 'x', 'y')", "with each x as y"), "replace({0}, {1}, {2})",
        "{0}.str.replace({1}, {2}, regex=False)", "{0}.str.replace_all({1}, {2}, literal=True)", (1, 2),
        test=_some,
    ),
    "substring": _function(
        "text number number", "text", ("substring(text, from, length)", "a part; the first place is 1"),
        "substring({0}, {1}, {2})", "{0}.str.slice({1} - 1, {1} - 1 + {2})", "{0}.str.slice({1} - 1, {2})",
        (1, 2), test=_whole(1, 2),
    ),
    "concat": _function(
        "text text", "text", ("concat(text, text, …)", "one behind the other"),
        lambda p: f"({' || '.join(p)})", lambda p: f"({' + '.join(p)})", lambda p: f"({' + '.join(p)})",
        whole=0, many=True,
    ),
    "split_part": _function(
        "text text number", "text", ("split_part(text, ',', 2)", "the second of the parts between commas"),
        "split_part({0}, {1}, {2})", *_SPLIT, (1, 2), test=lambda *v: _some(*v) or _whole(2)(*v),
    ),
    "matches": _function(
        "text text", "boolean", ("matches(text, 'pattern')", "whether the pattern is found in it"),
        "regexp_matches({0}, {1})", "compute(pc.match_substring_regex, {0}, pattern={1})",
        "arrow(pc.match_substring_regex, {0}, pattern={1})", (1,), test=_pattern,
    ),
    "regex_extract": _function(
        "text text", "text", ("regex_extract(text, 'pattern')", "what is found, or its group"),
        lambda p: f"nullif(regexp_extract({p[0]}, {p[1]}, {min(1, _groups(p[1]))}), '')",
        lambda p: f"compute(extract, {p[0]}, pattern={_named_group(p[1])})",
        lambda p: f"arrow(extract, {p[0]}, pattern={_named_group(p[1])})", (1,), test=_pattern,
    ),
}  # fmt: skip

DATES: dict[str, Function] = {
    "year": _part("year", "its year", "year", "year", "{0}.dt.year"),
    "quarter": _part("quarter", "from 1 to 4", "quarter", "quarter", "{0}.dt.quarter"),
    "month": _part("month", "from 1 to 12", "month", "month", "{0}.dt.month"),
    "week": _part("week", "the ISO week", "week", "week", "compute(pc.iso_week, {0})"),
    "day": _part("day", "day of the month", "day", "day", "{0}.dt.day"),
    "day_of_year": _part("day_of_year", "from 1 to 366", "dayofyear", "ordinal_day", "{0}.dt.day_of_year"),
    "weekday": _part("weekday", "1 is Monday", "isodow", "weekday", "({0}.dt.day_of_week + 1)"),
    "hour": _part("hour", "from 0 to 23", "hour", "hour", "{0}.dt.hour"),
    "minute": _part("minute", "from 0 to 59", "minute", "minute", "{0}.dt.minute"),
    "second": _part("second", "from 0 to 59", "second", "second", "{0}.dt.second"),
    "days_between": _function(
        "date date", "number", ("days_between(date, date)", "how many midnights lie between them"),
        "date_diff('day', {0}, {1})", "({1}.dt.floor('D') - {0}.dt.floor('D')).dt.days" + _INT,
        "({1}.dt.truncate('1d') - {0}.dt.truncate('1d')).dt.total_days()", whole=2,
    ),
    "add_days": _function(
        "date number", "date", ("add_days(date, 7)", "so many days later; before with -"),
        "({0} + to_days({1}))", "({0} + pd.Timedelta(days={1}))", "({0} + pl.duration(days={1}))", (1,),
        test=_whole(1, least=-(10**6) + 1),
    ),
    "start_of": _function(
        "date text", "date", ("start_of(date, 'month')", f"when its {', '.join(_UNITS)} begins"),
        "date_trunc({1}, {0})", "compute(pc.floor_temporal, {0}, unit={1})",
        lambda p: f"{p[0]}.dt.truncate({_UNITS[p[1][1:-1]]!r})", (1,), test=_unit,
    ),
}  # fmt: skip

_WHOLE_TEXT = (
    "CASE WHEN {0} = floor({0}) AND abs({0}) < 1e15 THEN CAST(TRY_CAST({0} AS BIGINT) AS VARCHAR)"
    " ELSE CAST({0} AS VARCHAR) END"
)


def _moment(place: int) -> Writer:
    def write(parts: list[str]) -> str:
        function = f"lambda text: moment({', '.join(['text', *parts[1:]])})" if parts[1:] else "moment"
        return _each(f'{function} -> Datetime("us")')[place].replace("{0}", parts[0])

    return write


_SAME = ("{0}", "{0}", "{0}")

CONVERSIONS: dict[str, Function] = {
    "to_number": _function("text|number|boolean", "number", ("to_number(value)", "missing if it is none"),
                           *_SAME, by_kind=True),
    "to_number:number": _function("number", "number", ("", ""), *_SAME),
    "to_number:boolean": _function("boolean", "number", ("", ""), "CAST({0} AS BIGINT)", "{0}" + _INT,
                                   "{0}.cast(pl.Int64)"),
    "to_number:text": _function(
        "text", "number", ("", ""),
        f"TRY_CAST(CASE WHEN regexp_full_match({{0}}, '{_braced(NUMBER)}') THEN {{0}}"
        " WHEN {0} = 'true' THEN '1' WHEN {0} = 'false' THEN '0' END AS DOUBLE)",
        *_each("number -> Float64"),
    ),
    "to_text": _function("any", "text", ("to_text(value)", "as text"), *_SAME, by_kind=True),
    "to_text:text": _function("text", "text", ("", ""), *_SAME),
    "to_text:boolean": _function("boolean", "text", ("", ""), "CAST({0} AS VARCHAR)",
                                 *_each("text -> String")),
    "to_text:number": _function("number", "text", ("", ""), _WHOLE_TEXT, *_each("text -> String")),
    "to_text:date": _function("date", "text", ("", ""), "strftime({0}, '%Y-%m-%d %H:%M:%S')",
                              *_each("text -> String")),
    "to_date": _function(
        "text|date text", "date", ("to_date(text, '%d.%m.%Y', …)", "read by the first format that fits"),
        *_SAME, tuple(range(1, 50)), many=True, least=1, by_kind=True, test=format_test,
    ),
    "to_date:date": _function("date text", "date", ("", ""), *_SAME, tuple(range(1, 50)), many=True, least=1),
    "to_date:text": _function(
        "text text", "date", ("", ""), to_date_sql, _moment(0), _moment(1), tuple(range(1, 50)), many=True,
        least=1,
    ),
}  # fmt: skip

CHOICES: dict[str, Function] = {
    "if": _function(
        "boolean any any", "",
        ("if(condition, value, value)", "the first value where it holds, else the other"),
        "CASE WHEN {0} THEN {1} ELSE {2} END", "compute(pc.if_else, {0}.fillna(False), {1}, {2})",
        "pl.when({0}).then({1}).otherwise({2})", same=True, same_from=1,
    ),
    # what steps build: condition, value, condition, value, …, value where none holds
    "choose": _function(
        "any", "", ("", ""), _chosen, _chosen_pandas, _chosen_polars, whole=0, many=True, most=500
    ),
    "coalesce": _function(
        "any any", "", ("coalesce(value, value, …)", "the first that is there"),
        lambda p: f"coalesce({', '.join(p)})", _filled, lambda p: f"pl.coalesce({', '.join(p)})",
        same=True, many=True,
    ),
}  # fmt: skip

GROUPS = {
    "Operators": OPERATORS, "Choices": CHOICES, "Numbers": NUMBERS, "Texts": TEXTS, "Dates": DATES,
    "Kinds": CONVERSIONS,
}  # fmt: skip
FUNCTIONS: dict[str, Function] = {name: one for group in GROUPS.values() for name, one in group.items()}
