"""Formats of dates: the signs of ``strptime`` that mean the same in every language, each with its pattern."""

from __future__ import annotations

import re
from typing import Any

DATE = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"

SIGNS = {
    "Y": "[1-9][0-9]{3}", "y": "[0-9]{2}", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "H": "[0-9]{1,2}",
    "I": "[0-9]{1,2}", "M": "[0-9]{1,2}", "S": "[0-9]{1,2}", "f": "[0-9]{1,6}", "p": "(AM|PM|am|pm)",
    "b": "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "B": "(January|February|March|April|May|June|July|August|September|October|November|December)",
}  # fmt: skip
_SIGN = re.compile(r"%(.)", re.DOTALL)


def format_test(_: Any, *formats: str) -> str | None:
    """Say what is wrong with formats, or nothing."""
    for one in formats:
        signs = _SIGN.findall(one)
        unknown = [sign for sign in signs if sign not in SIGNS]
        if unknown or one.count("%") != len(signs):
            return f"{one!r} has a sign that is none of {' '.join('%' + sign for sign in SIGNS)}"
        if len(set(signs)) < len(signs):
            return f"{one!r} has a sign twice"
        if not set(signs) & {"Y", "y"}:
            return f"{one!r} has no year (%Y)"
    return None


def pattern(form: str) -> str:
    """Return the pattern of texts in a format.

    Examples
    --------
    >>> pattern("%d.%m.%Y")
    '[0-9]{1,2}\\\\.[0-9]{1,2}\\\\.[1-9][0-9]{3}'
    """
    parts = _SIGN.split(form)
    return "".join(SIGNS[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))


def to_date_sql(parts: list[str]) -> str:
    """Write the reading of a date in SQL: of a quoted text, by quoted formats or as ISO dates are written."""
    text, *formats = parts
    if not formats:
        return f"TRY_CAST(CASE WHEN regexp_full_match({text}, '{DATE}') THEN {text} END AS TIMESTAMP)"
    tried = [
        f"try_strptime(CASE WHEN regexp_full_match({text}, {_pattern_sql(form)}) THEN {text} END, {form})"
        for form in formats
    ]
    return tried[0] if len(tried) == 1 else f"coalesce({', '.join(tried)})"


def _pattern_sql(form: str) -> str:
    return "'" + pattern(form[1:-1].replace("''", "'")).replace("'", "''") + "'"
