"""One thing to know about a column before learning from it, in a few words. Knows a profile only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labstudio.data.profile import ColumnProfile

MANY_MISSING = 0.05
DOMINANT = 0.95
RARE = 0.01
LONG_TAIL = 10.0  # times as far from the median to the end as to the 95th percentile


def note(column: ColumnProfile, rows: int) -> tuple[str, bool]:
    """Say what matters most about a column, and whether it is to be looked at; ("", False) for nothing.

    Examples
    --------
    >>> from labstudio.data.profile import ColumnProfile
    >>> note(ColumnProfile("age", "number", "number", missing=155, distinct=60), 1704)
    ('155 missing', True)
    """
    present = rows - column.missing
    if not present:
        return "Empty: left out of training", True
    if column.semantic == "constant":
        return "One value only: left out of training", True
    if column.missing > MANY_MISSING * rows:
        return f"{column.missing:,} missing", True
    if column.semantic == "id":
        return "Looks like an id: left out of training", False
    if column.semantic in ("text", "datetime"):
        return "Free text" if column.semantic == "text" else "A date", False
    if column.top:
        return _categories(column, present)
    return _numbers(column)


def _categories(column: ColumnProfile, present: int) -> tuple[str, bool]:
    value, count = column.top[0]
    if count > DOMINANT * present:
        return f"{_short(value)} is {_share(count / present)} of the rows", True
    if column.distinct > len(column.top):
        return (f"{column.distinct:,} categories", True) if column.distinct > present / 2 else ("", False)
    value, count = column.top[-1]
    return (
        (f"{_short(value)} is {_share(count / present)} of the rows", True)
        if count < RARE * present
        else ("", False)
    )


def _share(share: float) -> str:
    """A share in per cent that never rounds to nothing or to all of it."""
    if share < 0.001:
        return "under 0.1 %"
    return "over 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"


def _numbers(column: ColumnProfile) -> tuple[str, bool]:
    quantiles, low, high = column.quantiles, column.minimum, column.maximum
    if isinstance(low, str) or isinstance(high, str):
        return "Holds infinite values", True
    if not quantiles or low is None:
        return "", False
    middle, above, below = quantiles["0.5"], quantiles["0.95"], quantiles["0.05"]
    if above > middle and high - middle > LONG_TAIL * (above - middle):
        return "A few values far above the rest", True
    if below < middle and middle - low > LONG_TAIL * (middle - below):
        return "A few values far below the rest", True
    return "", False


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 24 else text[:23] + "…"
