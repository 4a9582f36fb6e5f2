"""Rules as Python code that makes a pandera schema: to be read, kept in a project and run without Labstudio.

What pandera has a name for gets that name; the rest becomes a check on the frame. Rules that need something
beside the table (other data, the version before) are written as comments.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from labstudio.data.filters import Group, Node, Not, parse
from labstudio.data.quality.rules import Rule
from labstudio.errors import Invalid

_OUTSIDE = {"foreign_key": "needs other data", "like_previous": "needs the version before"}


def to_pandera(asset: str, rules: Sequence[Rule]) -> str:
    """Write rules as code; ``schema.validate(frame, lazy=True)`` then names all that is wrong.

    Examples
    --------
    >>> print(to_pandera("orders", [Rule(kind="not_null", columns=["id"])]).split(chr(10), 8)[-1])
    schema = pa.DataFrameSchema(
        columns={
            "id": pa.Column(nullable=False),
        },
        checks=[
        ],
        name="orders",
    )
    <BLANKLINE>
    """
    used = [rule for rule in rules if rule.enabled]
    lines = [
        '"""What the data has to be like.',
        "",
        "    schema.validate(frame, lazy=True)",
        '"""',
        "",
        "import pandas as pd",
        "import pandera.pandas as pa",
        "",
        "schema = pa.DataFrameSchema(",
        "    columns={",
    ]
    names = list(dict.fromkeys(name for rule in used for name in rule.columns))
    for name in names:
        own = [rule for rule in used if rule.columns == [name] and rule.kind in _NATIVE and not rule.share]
        lines += _column(name, own)
    lines += ["    },", "    checks=["]
    for rule in used:
        if rule.kind in _NATIVE and not rule.share and len(rule.columns) == 1:
            continue
        lines += _check(rule)
    return "\n".join([*lines, "    ],", f"    name={_text(asset)},", ")", ""])


def _column(name: str, rules: Sequence[Rule]) -> list[str]:
    nullable = not any(rule.kind == "not_null" for rule in rules)
    checks = [check for rule in rules if (check := _NATIVE[rule.kind](rule))]
    said = f"nullable={nullable}"
    if not checks:
        return [f"        {_text(name)}: pa.Column({said}),"]
    return [
        f"        {_text(name)}: pa.Column(",
        f"            {said},",
        "            checks=[",
        *(f"                {check}," for check in checks),
        "            ],",
        "        ),",
    ]


def _check(rule: Rule) -> list[str]:
    reason = _OUTSIDE.get(rule.kind)
    condition = None
    if reason is None:
        try:
            condition = _CONDITIONS[rule.kind](rule)
        except Invalid as error:
            reason = str(error)
    if condition is None:
        said = "".join(sign if sign.isprintable() else " " for sign in f"{rule.sentence}: {reason}")
        return [f"        # {said}"]
    whole = rule.kind in ("row_count", "freshness")
    if not whole and rule.share:
        condition = f"({condition}).mean() >= {1 - rule.share:.10g}"
    ignore = "" if whole or rule.share else ", ignore_na=False"
    said = "" if rule.severity == "block" else ", raise_warning=True"
    return [f"        pa.Check(lambda df: {condition}, error={_text(rule.sentence)}{ignore}{said}),"]


def _native(check: str, rule: Rule) -> str:
    warn = "" if rule.severity == "block" else ", raise_warning=True"
    return f"pa.Check.{check[:-1]}, error={_text(rule.sentence)}{warn})"


def _native_range(rule: Rule) -> str:
    if rule.minimum and rule.maximum:
        return _native(f"in_range({_bound(rule.minimum)}, {_bound(rule.maximum)})", rule)
    if rule.minimum:
        return _native(f"ge({_bound(rule.minimum)})", rule)
    return _native(f"le({_bound(rule.maximum or '')})", rule)


def _native_set(rule: Rule) -> str:
    return _native(f"isin({_values(rule)})", rule)


_END = r"\Z"
_NATIVE = {
    "not_null": lambda rule: "",
    "range": _native_range,
    "set": _native_set,
    # pandera looks at the beginning of a text only
    "regex": lambda rule: _native(f"str_matches({_text(f'(?:{rule.pattern}){_END}')})", rule),
}


def _values(rule: Rule) -> str:
    """Write the values as texts, and what spells a number or a truth as that: a column may hold either."""
    found = [_text(value) for value in rule.values]
    found += [bound for value in rule.values if re.match(r"-?[0-9]", bound := _bound(value))]
    found += [value.title() for value in rule.values if value.lower() in ("true", "false")]
    return f"[{', '.join(found)}]"


def _series(name: str | None) -> str:
    return f"df[{_text(name or '')}]"


def _unique(rule: Rule) -> str:
    names = f"[{', '.join(map(_text, rule.columns))}]"
    return f"~df.duplicated({names}, keep=False) | df[{names}].isna().any(axis=1)"


def _range(rule: Rule) -> str:
    column = _series(rule.columns[0])
    sides = [f"({column} < {_bound(rule.minimum)})"] if rule.minimum else []
    sides += [f"({column} > {_bound(rule.maximum)})"] if rule.maximum else []
    return f"~({' | '.join(sides)})"


def _set(rule: Rule) -> str:
    column = _series(rule.columns[0])
    return f"{column}.isna() | {column}.isin({_values(rule)})"


def _count(rule: Rule) -> str:
    high = f" <= {int(rule.maximum)}" if rule.maximum else ""
    return f"{int(rule.minimum or 0)} <= len(df){high}"


def _fresh(rule: Rule) -> str:
    newest = f"pd.to_datetime({_series(rule.columns[0])}).max()"
    return f"pd.Timestamp.now() - {newest} <= pd.Timedelta(days={rule.days:g})"


_CONDITIONS = {
    "not_null": lambda rule: f"{_series(rule.columns[0])}.notna()",
    "unique": _unique,
    "range": _range,
    "set": lambda rule: (
        f"{_series(rule.columns[0])}.isna() | {_series(rule.columns[0])}.isin({_values(rule)})"
    ),
    "regex": lambda rule: (
        f"{_series(rule.columns[0])}.isna() | "
        f"{_series(rule.columns[0])}.astype(str).str.fullmatch({_text(rule.pattern or '')})"
    ),
    "row_count": _count,
    "freshness": _fresh,
    "expression": lambda rule: _expression(parse(rule.expression or "")),
}


def _expression(node: Node) -> str:
    """Write an expression as pandas would have it."""
    if isinstance(node, Not):
        return f"~({_expression(node.part)})"
    if isinstance(node, Group):
        sign = " & " if node.word == "and" else " | "
        return sign.join(f"({_expression(part)})" for part in node.parts)
    if node.column is None:
        raise Invalid("looks into all columns of text, which has no counterpart")
    column = _series(node.column)
    if node.operator == "missing":
        return f"{column}.isna()"
    if node.operator == "contains":
        text = f"{column}.astype('string').str.contains({_text(node.value)}, case=False, regex=False)"
        return f"{text}.fillna(False)"
    sign = "==" if node.operator == "=" else node.operator
    return f"{column} {sign} {_bound(node.value)}"


def _bound(value: str | None) -> str:
    """Write a number as a number, a date as a timestamp, anything else as text."""
    said = value or ""
    try:
        number = float(said)
    except ValueError:
        return f"pd.Timestamp({_text(said)})" if re.match(r"\d{4}-\d{1,2}", said) else _text(said)
    if not math.isfinite(number):
        return f"float({_text(said)})"
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def _text(value: str) -> str:
    """Write a text as a Python literal on one line."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
