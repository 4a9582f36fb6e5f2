"""Steps for dates: parts of the calendar and time gone by, from int64 seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Self

import numpy as np

from labstudio.automl.steps.numbers import DOUBLE
from labstudio.automl.steps.step import Step, side_by_side
from labstudio.onnx.graph import Graph
from labstudio.schema import MISSING_DATE, Column

DAY = 86_400
PARTS = ("year", "month", "day", "weekday", "hour")
CYCLES = ("month", "weekday", "hour")
"""Parts that begin anew."""

_MOST_PAIRED = 5  # of so many date columns each two are compared


class DateParts(Step):
    """Year, month, day, weekday (Monday is 0) and hour, days since the earliest, days between two columns.

    Only what varied in the training rows; NaN where a date is missing. Times are UTC.

    Examples
    --------
    >>> step = DateParts([Column("sold", "datetime", "datetime", "sold")])
    >>> days = np.array(["2024-02-29", "2024-03-01"], dtype="datetime64[s]").astype(np.int64)
    >>> step.fit_transform({"sold": days}).tolist()
    [[2.0, 29.0, 3.0, 0.0], [3.0, 1.0, 4.0, 1.0]]
    >>> step.names
    ('month of sold', 'day of sold', 'weekday of sold', 'days since 2024-02-29 until sold')
    """

    reads, title = "Dates", "Calendar"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.pairs = tuple(combinations(range(min(len(self.columns), _MOST_PAIRED)), 2))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(self._name, self.kept))

    def _name(self, position: int) -> str:
        part, of = divmod(position, len(self.columns))
        if part < len(PARTS):
            return f"{PARTS[part]} of {self.columns[of].name}"
        if part == len(PARTS):
            since = np.datetime64(int(self.earliest[of]), "s").astype("datetime64[D]")
            return f"days since {since} until {self.columns[of].name}"
        later, earlier = self.pairs[position - len(self.columns) * (len(PARTS) + 1)]
        return f"days from {self.columns[earlier].name} to {self.columns[later].name}"

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        self.fit_transform(columns, y)
        return self

    def fit_transform(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> np.ndarray:
        seconds, missing = _seconds(self.columns, columns)
        latest = np.iinfo(np.int64).max
        earliest = np.where(missing, latest, seconds).min(axis=0)
        self.earliest = np.where(earliest == latest, 0, earliest)
        values = self._values(seconds, missing)
        varies = np.fmin.reduce(values) < np.fmax.reduce(values)
        first = len(PARTS) * len(self.columns)
        varies[first : first + len(self.columns)] = True  # something is left of each column
        self.kept: list[int] = np.flatnonzero(varies).tolist()
        return values[:, self.kept]

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        return self._values(*_seconds(self.columns, columns))[:, self.kept]

    def _values(self, seconds: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Parts by column, then days by column, then days by pair."""
        later, earlier = self._sides()
        days = [seconds - self.earliest, seconds[:, later] - seconds[:, earlier]]
        values = np.concatenate([*calendar(seconds), np.concatenate(days, axis=1) / DAY], axis=1)
        gaps = [np.tile(missing, len(PARTS) + 1), missing[:, later] | missing[:, earlier]]
        return np.where(np.concatenate(gaps, axis=1), np.nan, values)

    def _sides(self) -> np.ndarray:
        return np.array(self.pairs, dtype=np.int64).reshape(-1, 2).T

    def emit(self, graph: Graph) -> str:
        seconds, missing = _emit_seconds(graph, self.columns)
        parts = side_by_side(graph, [part.name for part in calendar(seconds)])
        days, gaps = [(seconds - self.earliest).name], [missing] * (len(PARTS) + 1)
        if self.pairs:
            later, earlier = (graph.constant(side.copy()) for side in self._sides())
            days.append((seconds.take(later) - seconds.take(earlier)).name)
            either = [graph.node("Gather", [missing, side], axis=1) for side in (later, earlier)]
            gaps.append(graph.node("Or", either))
        elapsed = graph.node("Cast", [side_by_side(graph, days)], to=DOUBLE)
        elapsed = graph.node("Div", [elapsed, graph.constant(float(DAY))])
        values = side_by_side(graph, [graph.node("Cast", [parts], to=DOUBLE), elapsed])
        values = graph.node("Where", [side_by_side(graph, gaps), graph.constant(np.nan), values])
        return graph.node("Gather", [values, graph.constant(np.array(self.kept))], axis=1)

    def formulas(self) -> list[str]:
        return list(self.names)

    def crossings(self, thresholds: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        first = len(self.columns) * len(PARTS)
        found = {}
        for feature, values in thresholds.items():
            of = self.kept[feature] - first
            if 0 <= of < len(self.columns):
                found[self.columns[of].name] = np.floor(values * DAY) + self.earliest[of]
        return found


class DateCycles(Step):
    """A feature of 0 and 1 for each month, weekday and hour seen in some rows: for linear models.

    Examples
    --------
    >>> step = DateCycles([Column("sold", "datetime", "datetime", "sold")])
    >>> days = np.array(["2024-02-29", "2024-02-01", "NaT"], dtype="datetime64[s]").astype(np.int64)
    >>> step.fit_transform({"sold": days}).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    >>> step.names
    ('month of sold = 2', 'weekday of sold = 3', 'hour of sold = 0')
    """

    reads, title = "Dates", "Months, weekdays and hours"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)

    @property
    def names(self) -> tuple[str, ...]:
        cycles, count = list(CYCLES), len(self.columns)
        return tuple(
            f"{cycles[place // count]} of {self.columns[place % count].name} = {value}"
            for place, value in zip(self.places, self.values, strict=True)
        )

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        parts = self._parts(columns)
        found: list[tuple[int, int]] = []
        for place in range(parts.shape[1]):
            rows = np.bincount(parts[:, place] + 1, minlength=25)[1:]  # -1 is missing
            found += [(place, value) for value in np.flatnonzero((rows > 0) & (rows < len(parts))).tolist()]
        self.places, self.values = np.array(found, dtype=np.int64).reshape(-1, 2).T.copy()
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        return (self._parts(columns)[:, self.places] == self.values).astype(np.float64)

    def _parts(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        seconds, missing = _seconds(self.columns, columns)
        parts = np.concatenate(_cyclic(calendar(seconds)), axis=1)
        return np.where(np.tile(missing, len(CYCLES)), -1, parts)

    def emit(self, graph: Graph) -> str:
        seconds, missing = _emit_seconds(graph, self.columns)
        parts = side_by_side(graph, [part.name for part in _cyclic(calendar(seconds))])
        gaps = side_by_side(graph, [missing] * len(CYCLES))
        parts = graph.node("Where", [gaps, graph.constant(np.array(-1)), parts])
        spread = graph.node("Gather", [parts, graph.constant(self.places)], axis=1)
        return graph.node("Cast", [graph.node("Equal", [spread, graph.constant(self.values)])], to=DOUBLE)

    def formulas(self) -> list[str]:
        return [f"1 where {name}, 0 elsewhere" for name in self.names]


def _seconds(wanted: Sequence[Column], columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Seconds [N, C], 0 where missing, and where that is."""
    seconds = np.column_stack([columns[column.name] for column in wanted])
    missing = seconds == MISSING_DATE
    return np.where(missing, 0, seconds), missing


def _emit_seconds(graph: Graph, columns: Sequence[Column]) -> tuple[Whole, str]:
    """Add the same to a graph."""
    raw = side_by_side(graph, [graph.input(column) for column in columns])
    missing = graph.node("Equal", [raw, graph.constant(np.array(MISSING_DATE))])
    return Whole(graph, graph.node("Where", [missing, graph.constant(np.array(0)), raw])), missing


def _cyclic(parts: list[Any]) -> list[Any]:
    return [part for name, part in zip(PARTS, parts, strict=True) if name in CYCLES]


@dataclass(frozen=True)
class Whole:
    """An int64 tensor of a graph that computes as an array does, so that one formula serves both."""

    graph: Graph
    name: str

    def _with(self, op: str, other: Any) -> Whole:
        if not isinstance(other, Whole):
            other = Whole(self.graph, self.graph.constant(np.asarray(other, dtype=np.int64)))
        return Whole(self.graph, self.graph.node(op, [self.name, other.name]))

    def __add__(self, other: Any) -> Whole:
        return self._with("Add", other)

    def __sub__(self, other: Any) -> Whole:
        return self._with("Sub", other)

    def __mul__(self, other: Any) -> Whole:
        return self._with("Mul", other)

    def __mod__(self, other: Any) -> Whole:
        return self._with("Mod", other)

    def __floordiv__(self, other: Any) -> Whole:
        return (self - self % other)._with("Div", other)  # Div alone rounds towards zero

    def take(self, places: str) -> Whole:
        """Columns at these places."""
        return Whole(self.graph, self.graph.node("Gather", [self.name, places], axis=1))


def calendar(seconds: Any) -> list[Any]:
    """Year, month, day, weekday and hour of seconds since 1970, as an array or as `Whole`.

    The proleptic Gregorian calendar in whole numbers, years counted from March so that a leap day is a
    year's last, as in Hinnant's "chrono-compatible low-level date algorithms".
    """
    days = seconds // DAY
    shifted = days + 719_468  # since 0000-03-01
    day_of_era = shifted % 146_097  # 400 years
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (year_of_era * 365 + year_of_era // 4 - year_of_era // 100)
    month = (day_of_year * 5 + 2) // 153  # 0 is March
    return [
        shifted // 146_097 * 400 + year_of_era + month // 10,
        (month + 2) % 12 + 1,
        day_of_year - (month * 153 + 2) // 5 + 1,
        (days + 3) % 7,
        seconds % DAY // 3_600,
    ]
