"""What the values of a text column are: decided by what every value looks like, never by casting and hoping.

DuckDB's own sniffer takes ``007`` for 7 and rounds twenty digits to a double; here such columns stay text.
It knows SQL over text columns ``c0, c1, …``, and neither files nor the user's names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from labstudio.data import engine

REGULAR = 0.95  # so many of one type and at most two other values: a column of that type with a slip in it
SLIPS = 2
FEW_VALUES = 20  # below it a slip cannot be told from a column of codes

_INTEGER = r"\s*(-?(0|[1-9][0-9]{0,17})|\+[0-9]{1,6})\s*"
_CODE = r"\s*([+-]?0[0-9]+|\+[0-9]{7,})\s*"  # also what is dialled
_LONG = r"\s*[+-]?[1-9][0-9]{18,}\s*"
_COMMA = r"\s*[+-]?[0-9]+,[0-9]+\s*"
_NUMBER = r"(?i)\s*[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|inf|infinity|nan)\s*"
_DATE = r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?"
_ZONE = r".*:[0-9.]+\s*([+-][0-9]{1,2}(:?[0-9]{2})?|[A-Za-z].*)\s*"


@dataclass(frozen=True)
class Kind:
    """Type of one column: ``integer``, ``number``, ``boolean``, ``datetime``, ``zoned`` or ``string``."""

    type: str
    comma: bool = False  # numbers with a decimal comma
    empty: bool = False  # no value was seen


def kinds(
    connection: Any, source: str, columns: int, decimal: str | None, thousands: str | None = None
) -> list[Kind]:
    """Decide the type of each column.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where `source` can be read.
    source : str
        SQL that gives text columns ``c0 … cN``, NULL for missing.
    columns : int
        How many.
    decimal : str or None
        The decimal sign, None where either may be.
    thousands : str or None
        The sign between thousands.
    """
    texts = ", ".join(ungrouped(f"c{i}", thousands) for i in range(columns))
    values = f"SELECT unnest(range({columns})) AS i, unnest([{texts}]) AS c FROM ({source})"
    letter = _letter(decimal)
    counts: list[dict[str, int]] = [dict.fromkeys("izlcfbdxs", 0) for _ in range(columns)]
    for i, k, n in connection.execute(
        f"SELECT i, {letter} AS k, count(*) FROM ({values}) WHERE c IS NOT NULL GROUP BY 1, 2"
    ).fetchall():
        counts[i][k] = n
    found = []
    for i, count in enumerate(counts):
        kind = _kind(count, decimal)
        if kind is None:
            kind, regular = Kind("string"), _without_slips(count, decimal)
            if regular is not None:
                value = ungrouped(f"c{i}", thousands)
                values = f"SELECT {value} AS c FROM ({source})"
                slips = f"SELECT count(DISTINCT c) FROM ({values}) WHERE {letter} = 's'"
                if engine.one(connection, slips)[0] <= SLIPS:
                    kind = regular
        found.append(kind)
    return found


def ungrouped(value: str, thousands: str | None) -> str:
    """Return SQL for a text without its signs between thousands, where these stand in threes."""
    if thousands is None:
        return value
    sign = re.escape(thousands)
    pattern = rf"\s*[+-]?[1-9][0-9]{{0,2}}({sign}[0-9]{{3}})+([^0-9{sign}][0-9]*)?\s*"
    plain = f"replace({value}, {engine.text(thousands)}, '')"
    return f"CASE WHEN regexp_full_match({value}, {engine.text(pattern)}) THEN {plain} ELSE {value} END"


def _letter(decimal: str | None) -> str:
    """Return SQL for the letter of what ``c`` looks like."""

    def like(pattern: str) -> str:
        return f"regexp_full_match(c, {engine.text(pattern)})"

    comma = "" if decimal == "." else f" WHEN {like(_COMMA)} THEN 'c'"
    return (
        f"CASE WHEN {like(_INTEGER)} THEN 'i' WHEN {like(_CODE)} THEN 'z' WHEN {like(_LONG)} THEN 'l'{comma}"
        f" WHEN {like(_NUMBER)} THEN 'f' WHEN lower(trim(c)) IN ('true', 'false') THEN 'b'"
        f" WHEN {like(_DATE)} AND try_cast(c AS TIMESTAMPTZ) IS NOT NULL"
        f" THEN CASE WHEN {like(_ZONE)} THEN 'x' ELSE 'd' END ELSE 's' END"
    )


def _kind(count: dict[str, int], decimal: str | None) -> Kind | None:
    """Return the type that every value has, None where there is none but text."""
    n = sum(count.values())
    if n == 0:
        return Kind("string", empty=True)
    if count["b"] == n:
        return Kind("boolean")
    if count["d"] + count["x"] == n:
        return Kind("zoned" if count["x"] else "datetime")
    if count["z"] or (count["l"] and not count["f"] and not count["c"]):
        return None  # leading zeros and more than 18 digits are codes, not quantities
    if count["i"] == n:
        return Kind("integer")
    if count["i"] + count["l"] + count["f"] == n and decimal != ",":
        return Kind("number")
    if count["i"] + count["l"] + count["c"] == n:
        return Kind("number", comma=True)
    return None


def _without_slips(count: dict[str, int], decimal: str | None) -> Kind | None:
    n = sum(count.values())
    if n < FEW_VALUES or not 0 < count["s"] <= (1 - REGULAR) * n:
        return None
    return _kind({**count, "s": 0}, decimal)
