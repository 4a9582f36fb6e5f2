"""Rules that a table keeps, found in its profile: a beginning that a person goes on from.

Everything that is suggested was checked and holds. It knows a table and its profile, and no store.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from labstudio.data.quality.checking import check_table
from labstudio.data.quality.rules import Rule
from labstudio.data.quality.table import Table
from labstudio.errors import NotFound

if TYPE_CHECKING:
    from labstudio.data.filters import Field
    from labstudio.data.profile import ColumnProfile, Profile

MOST_LEVELS = 20
LEAST_ROWS = 20  # below it what all rows have in common says little
MARGIN = 0.1  # of the width, on each side of a range
FRESH_DAYS = 60  # newest dates older than that are history

_ID = re.compile(r"(?i:(^|[_\W])(id|uuid|guid|key|code|number|nr|no))$|(?<=[a-z])(Id|ID|Key|Code|Number)$")
_PATTERNS = (
    r"[^@\s]+@[^@\s]+\.[^@\s]+",
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    r"https?://\S+",
    r"\+?[0-9][0-9 ()/-]{5,}",
)


def suggest(table: Table, profile: Profile, folder: Path, now: datetime | None = None) -> list[Rule]:
    """Suggest rules for a table, none of which it fails."""
    now = now or datetime.now(UTC).replace(tzinfo=None)
    if not profile.rows:
        return []
    kept: list[Rule] = [Rule(kind="row_count", minimum=str(max(1, profile.rows // 2)))]
    fields = dict(zip(table.schema.names, table.fields, strict=True))
    for column in profile.columns:
        kept += _of_column(column, fields[column.name], profile.rows, now)
    results = check_table(table, kept, folder, others=_nothing, now=now)
    found, matched = [], set[str]()
    for rule, result in zip(kept, results, strict=True):
        # of several patterns the first one that fits is enough
        if result.passed and not (rule.kind == "regex" and rule.columns[0] in matched):
            found.append(rule)
            matched.update(rule.columns if rule.kind == "regex" else ())
    return found


def reason(rule: Rule, profile: Profile) -> str:
    """Say what in the profile speaks for a suggested rule.

    Examples
    --------
    >>> from labstudio.data.profile import ColumnProfile, Profile
    >>> seen = Profile(3, False, (ColumnProfile("age", "integer", "number", 0, 3, 31, 47),))
    >>> reason(Rule(kind="range", columns=["age"], minimum=20, maximum=60), seen)
    'Its values are between 31 and 47.'
    """
    if rule.kind == "row_count":
        return f"It has {profile.rows:,} rows now; half of them would be far too few."
    column = next(one for one in profile.columns if one.name == rule.columns[0])
    present = profile.rows - column.missing
    match rule.kind:
        case "not_null":
            return f"None of its {present:,} values is missing."
        case "unique":
            return f"Its {present:,} values all differ."
        case "range":
            return f"Its values are between {float(column.minimum):,.10g} and {float(column.maximum):,.10g}."
        case "set":
            return f"It has {column.distinct:,} different values in {profile.rows:,} rows."
        case "freshness":
            return f"Its newest date is {column.maximum}."
    return f"All of its values look like that, such as {str(column.top[0][0])!r}." if column.top else ""


def _of_column(column: ColumnProfile, field: Field, rows: int, now: datetime) -> Iterator[Rule]:
    name, present = [column.name], rows - column.missing
    if not column.missing:
        yield Rule(kind="not_null", columns=name)
    is_id = bool(_ID.search(column.name)) or column.semantic == "id"
    if is_id and present >= 2 and column.distinct >= 0.95 * present:  # may be an estimate; it is checked
        yield Rule(kind="unique", columns=name)
    if present < LEAST_ROWS:
        return
    if field.kind == "datetime":
        yield from _fresh(column, now)
    elif field.kind == "number":
        if not is_id:
            yield from _range(column)
    elif field.kind == "string":
        whole = sum(count for _, count in column.top) + column.missing == rows
        if whole and column.distinct <= MOST_LEVELS and present >= 5 * column.distinct:
            yield Rule(kind="set", columns=name, values=sorted(str(value) for value, _ in column.top))
        else:
            for pattern in (*_PATTERNS, *_shape([str(value) for value, _ in column.top])):
                yield Rule(kind="regex", columns=name, pattern=pattern)


def _range(column: ColumnProfile) -> Iterator[Rule]:
    try:
        low, high = float(column.minimum), float(column.maximum)
    except (TypeError, ValueError):
        return
    width = high - low
    if not 0 < width < math.inf:
        return
    if low >= 0 and high <= 1:
        bottom, top = 0.0, 1.0
    else:
        step = 10 ** math.floor(math.log10(width)) / 10  # a tenth of the width's first digit
        bottom, top = (low - MARGIN * width) // step * step, -(-(high + MARGIN * width) // step) * step
        bottom = max(0.0, bottom) if low >= 0 else bottom
    yield Rule(kind="range", columns=[column.name], minimum=f"{bottom:.10g}", maximum=f"{top:.10g}")


def _fresh(column: ColumnProfile, now: datetime) -> Iterator[Rule]:
    try:
        newest = datetime.fromisoformat(str(column.maximum))
    except ValueError:
        return
    if newest.tzinfo is not None:
        newest = newest.astimezone(UTC).replace(tzinfo=None)
    age = (now - newest).total_seconds() / 86_400
    if 0 <= age <= FRESH_DAYS:
        yield Rule(kind="freshness", columns=[column.name], days=max(7, math.ceil(2 * age)))


def _shape(values: list[str]) -> Iterator[str]:
    """Yield the pattern that codes such as ORD-0017 have in common: runs of letters, of digits, and signs."""
    shapes = {tuple(re.findall(r"[A-Z]+|[a-z]+|[0-9]+|.", value, re.DOTALL)) for value in values}
    kinds = {tuple(_run(part) for part in shape) for shape in shapes}
    if len(kinds) != 1 or len(shapes) < 2:
        return
    parts = next(iter(kinds))
    if not any(part == "[0-9]" for part in parts) or len(parts) > 12:
        return
    pattern = ""
    for i, part in enumerate(parts):
        lengths = [len(shape[i]) for shape in shapes]
        low, high = min(lengths), max(lengths)
        counted = "" if (low, high) == (1, 1) else f"{{{low}}}" if low == high else "+"
        pattern += part + counted if part in _RUNS else part
    yield pattern


_RUNS = ("[A-Z]", "[a-z]", "[0-9]")


def _run(part: str) -> str:
    for run in _RUNS:
        if re.fullmatch(run + "+", part):
            return run
    return re.escape(part)


def _nothing(ref: str) -> Table:
    raise NotFound(f"There is no data called {ref!r}.")
