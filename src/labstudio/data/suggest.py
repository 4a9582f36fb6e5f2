"""Charts of a table that are worth a look, from what its columns hold. It knows profiles and no table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labstudio.data.chart import Chart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labstudio.data.associations import Associations
    from labstudio.data.profile import ColumnProfile, Profile

MOST = 10
_FEW = 30  # categories that bars are drawn of
_STRONG = 0.3


@dataclass(frozen=True)
class Suggestion:
    """A chart, what it shows, and why one may look at it."""

    title: str
    why: str
    chart: Chart


def suggest(profile: Profile, associations: Associations) -> list[Suggestion]:
    """Return charts worth looking at, the best first and of different kinds.

    Examples
    --------
    >>> from labstudio.data.associations import Associations
    >>> from labstudio.data.profile import ColumnProfile, Profile
    >>> column = ColumnProfile("age", "number", "number", missing=0, distinct=60, skew=0.1)
    >>> suggest(Profile(100, False, (column,)), Associations(100, 100, [], [], []))[0].title
    'Distribution of age'
    """
    of = _Columns(profile)
    ranked = sorted(
        (*_maps(of), *_times(of), *_pairs(of, associations), *_singles(of)), key=lambda pair: -pair[0]
    )
    kept: dict[Chart, Suggestion] = {one.chart: one for _, one in reversed(ranked)}
    return list(reversed(kept.values()))[:MOST]


class _Columns:
    """Columns by what can be drawn of them."""

    def __init__(self, profile: Profile) -> None:
        there = [
            column for column in profile.columns if column.missing < profile.rows and column.distinct > 1
        ]
        self.meaning = {column.name: {kind for kind, _ in column.meanings} for column in there}
        self.moments = [column for column in there if column.semantic == "datetime"]
        places = {"latitude", "longitude"}
        self.numbers = [
            column for column in there
            if column.semantic == "number" and not self.meaning[column.name] & places
        ]  # fmt: skip
        self.groups = [
            column for column in there
            if column.semantic in ("category", "boolean") and column.distinct <= _FEW
        ]  # fmt: skip
        self.kind = {
            **{column.name: "number" for column in self.numbers},
            **{column.name: "group" for column in self.groups},
            **{column.name: "moment" for column in self.moments},
        }

    def named(self, meaning: str) -> str | None:
        return next((name for name, kinds in self.meaning.items() if meaning in kinds), None)


def _maps(of: _Columns) -> Iterator[tuple[float, Suggestion]]:
    longitude, latitude = of.named("longitude"), of.named("latitude")
    if longitude and latitude:
        chart = Chart(kind="map", x=longitude, y=latitude)
        yield 3.0, Suggestion("Where the rows are", f"{latitude} and {longitude} are places", chart)


def _times(of: _Columns) -> Iterator[tuple[float, Suggestion]]:
    for place, moment in enumerate(of.moments[:2]):
        yield (
            2.0 - place,
            Suggestion(f"Rows over {moment.name}", "How many rows when", Chart(kind="line", x=moment.name)),
        )
        for i, number in enumerate(of.numbers[:2]):
            chart = Chart(kind="line", x=moment.name, y=number.name)
            yield (
                1.9 - place - i / 10,
                Suggestion(f"Mean {number.name} over {moment.name}", "Does it change with time?", chart),
            )


def _pairs(of: _Columns, associations: Associations) -> Iterator[tuple[float, Suggestion]]:
    drawn = 0
    for pair in associations.pairs:
        kinds = of.kind.get(pair.left), of.kind.get(pair.right)
        if abs(pair.value) < _STRONG or drawn >= 6:
            return
        left, right, why = pair.left, pair.right, f"They go together ({pair.value:.2f})"
        if kinds == ("number", "number"):
            found = Suggestion(f"{right} over {left}", why, Chart(kind="scatter", x=left, y=right))
        elif kinds == ("group", "number"):
            found = Suggestion(f"{right} by {left}", why, Chart(kind="box", x=left, y=right))
        elif kinds == ("group", "group"):
            found = Suggestion(f"Rows by {left} and {right}", why, Chart(kind="heatmap", x=left, y=right))
        else:
            continue
        drawn += 1
        yield 1.0 + abs(pair.value) / 2, found


def _singles(of: _Columns) -> Iterator[tuple[float, Suggestion]]:
    for place, column in enumerate(of.numbers):
        yield (
            1.2 - place / 10 + 0.02 * min(5.0, abs(column.skew or 0.0)),
            Suggestion(f"Distribution of {column.name}", _shape(column), Chart(x=column.name)),
        )
    for place, column in enumerate(of.groups):
        chart = Chart(kind="bar", x=column.name)
        yield 1.15 - place / 10, Suggestion(f"Rows by {column.name}", f"{column.distinct} values", chart)
        for number in of.numbers[:1]:
            chart = Chart(kind="bar", x=column.name, y=number.name)
            yield (
                0.9 - place / 10,
                Suggestion(f"Mean {number.name} by {column.name}", "Do the groups differ?", chart),
            )


def _shape(column: ColumnProfile) -> str:
    if column.skew is None or abs(column.skew) < 1:
        return "What is usual, and what is rare"
    return f"A long tail to the {'right' if column.skew > 0 else 'left'}"
