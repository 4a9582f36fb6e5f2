"""How far a table has moved from the version before: rows, gaps, and the shape of its columns.

The shape is compared by the population stability index over the former tenths of a column of numbers, or over
its most frequent values; 0.1 is commonly taken for little, 0.2 for much. Of dates only the gaps are compared:
new data have new dates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from labstudio.data.quality.rules import Rule
    from labstudio.data.quality.table import Table

LEVELS = 50  # most frequent values that are compared one by one
LEAST = 1e-4  # share that an empty bin is taken for


def compare(connection: Any, table: Table, previous: Table, rule: Rule) -> Iterator[str]:
    """Say each way in which `table` differs by more than the rule allows."""
    rows, before = (_one(connection, f"SELECT count(*) FROM {one.sql}")[0] for one in (table, previous))
    if before and abs(rows - before) > rule.change * before:
        yield f"There are {rows:,} rows and were {before:,} ({100 * (rows - before) / before:+.0f}%)."
    for name in rule.columns:
        place = table.place(name)
        if name not in previous.schema.names:
            yield f"{name!r} was not there before."
            continue
        yield from _column(connection, table, previous, name, (place, previous.place(name)), rule)


def population_stability(before: Sequence[int], now: Sequence[int]) -> float:
    """Return the population stability index of two counts over the same bins.

    What chance alone brings to it is taken off, so that small tables can be compared too.

    Examples
    --------
    >>> population_stability([500, 500], [500, 500])
    0.0
    >>> round(population_stability([5000, 5000], [1000, 9000]), 2)
    0.88
    """
    old, new = sum(before), sum(now)
    if not old or not new:
        return 0.0
    shares = [(max(a / old, LEAST), max(b / new, LEAST)) for a, b in zip(before, now, strict=True)]
    index = sum((b - a) * math.log(b / a) for a, b in shares)
    return max(0.0, index - (len(before) - 1) * (1 / old + 1 / new))


def _column(
    connection: Any, table: Table, previous: Table, name: str, places: tuple[int, int], rule: Rule
) -> Iterator[str]:
    ours, theirs = table.fields[places[0]], previous.fields[places[1]]
    gaps, gaps_before = (
        _one(connection, f"SELECT coalesce(1 - count({one.value(place)}) / count(*), 0) FROM {one.sql}")[0]
        for one, place in ((table, places[0]), (previous, places[1]))
    )
    if gaps > gaps_before + rule.gaps:
        yield f"{100 * gaps:.3g}% of {name!r} are missing and were {100 * gaps_before:.3g}%."
    if ours.kind != theirs.kind:
        raise Invalid(f"{name!r} is a {ours.kind} and was a {theirs.kind}, so they cannot be compared.")
    if ours.kind == "datetime":
        return
    count = _bins if ours.kind == "number" else _levels
    before, now = count(connection, (previous, theirs.sql), (table, ours.sql))
    index = population_stability(before, now)
    if index > rule.shift:
        yield f"{name!r} has shifted by {index:.2f}."


def _bins(
    connection: Any, previous: tuple[Table, str], table: tuple[Table, str]
) -> tuple[list[int], list[int]]:
    """Count numbers between the former tenths."""
    tenths = ", ".join(str(i / 10) for i in range(1, 10))
    edges = _one(
        connection, f"SELECT quantile_cont(({previous[1]})::DOUBLE, [{tenths}]) FROM {previous[0].sql}"
    )[0]
    bounds = sorted(set(edges or ()))
    parts = ", ".join(["count(v)", *("count(*) FILTER (v <= ?)" for _ in bounds)])

    def counted(side: tuple[Table, str]) -> list[int]:
        query = f"SELECT {parts} FROM (SELECT ({side[1]})::DOUBLE AS v FROM {side[0].sql})"
        total, *below = connection.execute(query, bounds).fetchall()[0]
        steps = [0, *below, total]
        return [b - a for a, b in pairwise(steps)]

    return counted(previous), counted(table)


def _levels(
    connection: Any, previous: tuple[Table, str], table: tuple[Table, str]
) -> tuple[list[int], list[int]]:
    """Count the values that were most frequent, and all others together."""

    def grouped(side: tuple[Table, str]) -> str:
        value = f"({side[1]})::VARCHAR AS v"
        return f"SELECT {value}, count(*) AS many FROM {side[0].sql} GROUP BY v HAVING v IS NOT NULL"

    frequent = f"{grouped(previous)} ORDER BY many DESC, v LIMIT {LEVELS}"
    rows = connection.execute(
        f"SELECT p.many, coalesce(q.many, 0) FROM ({frequent}) AS p"
        f" LEFT JOIN ({grouped(table)}) AS q USING (v)"
    ).fetchall()
    totals = [
        _one(connection, f"SELECT coalesce(sum(many), 0)::BIGINT FROM ({grouped(side)})")[0]
        for side in (previous, table)
    ]
    before, now = [row[0] for row in rows], [row[1] for row in rows]
    return [*before, totals[0] - sum(before)], [*now, totals[1] - sum(now)]


def _one(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchall()[0]
