"""Steps that put a number in place of a category: what the target was there, and how frequent it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from labstudio.automl.learners.target import Target
from labstudio.automl.steps.categories import codes_of, emit_codes, frequent_levels
from labstudio.automl.steps.step import Step, side_by_side
from labstudio.onnx.graph import Graph
from labstudio.schema import Column

MOST_LEVELS = 2_000
"""Of a column, the most frequent first: a table for each fold has to be kept in the file."""

MOST_CLASSES = 10

_FOLDS = 5
_REPEATED = 2  # a level seen once tells nothing that the mean over all rows does not


class _Lookup(Step):
    """For each column, a table with a row of values for each level, and a last one for all else."""

    reads = "Categories"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)

    def _learn_levels(self, columns: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Find the levels, and return each column's codes."""
        arrays = [columns[column.name] for column in self.columns]
        self.levels = tuple(frequent_levels(values, MOST_LEVELS, _REPEATED) for values in arrays)
        return self._codes(columns)

    def _codes(self, columns: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        pairs = zip(self.columns, self.levels, strict=True)
        return [codes_of(columns[column.name], levels, unknown=len(levels)) for column, levels in pairs]

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        pairs = zip(self.tables, self._codes(columns), strict=True)
        return np.concatenate([table[codes] for table, codes in pairs], axis=1)

    def emit(self, graph: Graph) -> str:
        found = []
        for column, levels, table in zip(self.columns, self.levels, self.tables, strict=True):
            codes = emit_codes(graph, column, levels, unknown=len(levels))
            rows = graph.node("Gather", [graph.constant(table), codes], axis=0)  # [N, 1, width]
            found.append(graph.node("Squeeze", [rows, graph.constant(np.array([1], dtype=np.int64))]))
        return side_by_side(graph, found)

    def formulas(self) -> list[str]:
        return list(self.names)

    def detail(self) -> str:
        return f"{sum(map(len, self.levels)):,} levels looked up"

    tables: tuple[np.ndarray, ...]
    levels: tuple[tuple[str, ...], ...]


class TargetEncoding(_Lookup):
    """The mean of the target where a column has this level, drawn towards the mean of all rows.

    Of two classes the share of the second, of more the share of each of the ten most frequent, of values the
    standardised mean. A training row is shown what the other four fifths of the rows say, so that it never
    sees its own target.

    Parameters
    ----------
    smoothing : float
        The mean of all rows counts as much as that many rows.
    seed : int
        Of the fifths.

    Examples
    --------
    >>> step = TargetEncoding([Column("city", "string", "category", "city")], smoothing=1)
    >>> cities = {"city": np.array(["Rome", "Rome", "Oslo", "Oslo"], dtype=object)}
    >>> step = step.fit(cities, np.array([1, 1, 0, 0]))
    >>> step.transform({"city": np.array(["Rome", "Oslo", "Bern"], dtype=object)}).round(2).ravel().tolist()
    [0.83, 0.17, 0.5]
    """

    title, supervised = "Target means", True

    def __init__(self, columns: Sequence[Column], smoothing: float = 10.0, seed: int = 0) -> None:
        super().__init__(columns)
        self.smoothing, self.seed = smoothing, seed

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{what} where {column.name}" for column in self.columns for what in self.what)

    def formulas(self) -> list[str]:
        average = f"drawn to that of all rows by {self.smoothing:g} of them"
        return [f"{what} by {column.name}, {average}" for column in self.columns for what in self.what]

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        self.fit_transform(columns, y)
        return self

    def fit_transform(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> np.ndarray:
        assert y is not None
        targets = self._targets(y)
        folds = np.random.default_rng(self.seed).permutation(len(y)) % _FOLDS
        tables, found = [], []
        for codes, levels in zip(self._learn_levels(columns), self.levels, strict=True):
            width = len(levels) + 1
            places = folds * width + codes  # sums by fold and level
            counts = _sums(places, np.ones((len(y), 1)), _FOLDS * width).reshape(_FOLDS, width, 1)
            sums = _sums(places, targets, _FOLDS * width).reshape(_FOLDS, width, -1)
            tables.append(self._table(counts.sum(axis=0), sums.sum(axis=0)))
            others = self._table(counts.sum(axis=0) - counts, sums.sum(axis=0) - sums)
            found.append(others.reshape(_FOLDS * width, -1)[places])
        self.tables = tuple(tables)
        return np.concatenate(found, axis=1)

    def _targets(self, y: np.ndarray) -> np.ndarray:
        if not np.issubdtype(y.dtype, np.integer):
            self.what: tuple[str, ...] = ("mean of target",)
            return Target("auto").fit(y).to_unit(y)[:, None]
        counts = np.bincount(y, minlength=2)
        shown = (
            np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES]) if len(counts) > 2 else np.array([1])
        )
        self.what = tuple(f"share of class {code + 1}" for code in shown)
        return (y[:, None] == shown).astype(np.float64)

    def _table(self, counts: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """Smoothed means from counts [..., L + 1, 1] and sums [..., L + 1, W]."""
        rows = counts.sum(axis=-2, keepdims=True)
        prior = sums.sum(axis=-2, keepdims=True) / np.maximum(rows, 1)
        means = (sums + self.smoothing * prior) / (counts + self.smoothing)
        means[..., -1:, :] = prior  # rare levels have nothing in common
        return means


class CountEncoding(_Lookup):
    """Logarithm of the share of the training rows with this level; unknown and rare ones as if seen once.

    Examples
    --------
    >>> step = CountEncoding([Column("city", "string", "category", "city")])
    >>> step = step.fit({"city": np.array(["Rome", "Rome", "Oslo"], dtype=object)})
    >>> np.exp(step.transform({"city": np.array(["Rome", "Bern"], dtype=object)})).round(2).ravel().tolist()
    [0.67, 0.33]
    """

    title = "Frequency"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"log of frequency of {column.name}" for column in self.columns)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        tables = []
        for codes, levels in zip(self._learn_levels(columns), self.levels, strict=True):
            counts = np.append(np.bincount(codes, minlength=len(levels) + 1)[:-1], 1)
            tables.append(np.log(counts / len(codes))[:, None])
        self.tables = tuple(tables)
        return self


def _sums(places: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sum rows of values [N, W] by place 0..count-1; return [count, W]."""
    return np.column_stack([np.bincount(places, weights=column, minlength=count) for column in values.T])
