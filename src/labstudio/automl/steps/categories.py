"""Steps for categories: strings, with ``""`` for missing.

A level is known when the fit saw it and it was frequent enough; ``""`` is a level like any other when the
fit saw it. Everything else is one bucket.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Self

import numpy as np

from labstudio.automl.steps.numbers import DOUBLE
from labstudio.automl.steps.step import Step, side_by_side
from labstudio.onnx.graph import ML, Graph
from labstudio.schema import Column


class OrdinalCategories(Step):
    """One code a column: 0, 1, … in the order of the levels as texts, and -1 for unknown.

    Parameters
    ----------
    max_levels : int
        How many levels of a column get a code of their own, the most frequent first.

    Examples
    --------
    >>> step = OrdinalCategories([Column("city", "string", "category", "city")])
    >>> step = step.fit({"city": np.array(["Rome", "Oslo", "Rome"], dtype=object)})
    >>> step.transform({"city": np.array(["Oslo", "Rome", "Bern", ""], dtype=object)}).ravel().tolist()
    [0.0, 1.0, -1.0, -1.0]
    """

    reads, title, categorical = "Categories", "Ordinal", True

    def __init__(self, columns: Sequence[Column], max_levels: int = 254) -> None:
        self.columns = tuple(columns)
        self.max_levels = max_levels

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        self.levels = tuple(frequent_levels(columns[name], self.max_levels) for name in self.names)
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        pairs = zip(self.names, self.levels, strict=True)
        codes = [codes_of(columns[name], levels, unknown=-1) for name, levels in pairs]
        return np.column_stack(codes).astype(np.float64)

    def emit(self, graph: Graph) -> str:
        pairs = zip(self.columns, self.levels, strict=True)
        codes = [emit_codes(graph, column, levels, unknown=-1) for column, levels in pairs]
        return graph.node("Cast", [side_by_side(graph, codes)], to=DOUBLE)

    def formulas(self) -> list[str]:
        return [f"code of {name}" for name in self.names]

    def detail(self) -> str:
        return f"{sum(map(len, self.levels)):,} values as codes"


class OneHotCategories(Step):
    """One 0-or-1 feature for each of the most frequent levels of a column, and one for all else.

    Parameters
    ----------
    max_levels : int
        How many levels of a column get a feature of their own, the most frequent first.
    min_share : float
        Levels in a smaller share of the rows are counted among all else.

    Examples
    --------
    >>> step = OneHotCategories([Column("city", "string", "category", "city")], max_levels=1)
    >>> step = step.fit({"city": np.array(["Rome", "Oslo", "Rome"], dtype=object)})
    >>> step.names
    ('city = Rome', 'city = other')
    >>> step.transform({"city": np.array(["Oslo", "Rome"], dtype=object)}).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """

    reads, title = "Categories", "One-hot"

    def __init__(self, columns: Sequence[Column], max_levels: int = 30, min_share: float = 0.002) -> None:
        self.columns = tuple(columns)
        self.max_levels, self.min_share = max_levels, min_share

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{column.name} = {level}"
            for column, levels in zip(self.columns, self.levels, strict=True)
            for level in (*levels, "other")
        )

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        self.levels = tuple(
            frequent_levels(values, self.max_levels, int(self.min_share * len(values)))
            for values in (columns[column.name] for column in self.columns)
        )
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        blocks = []
        for column, levels in zip(self.columns, self.levels, strict=True):
            codes = codes_of(columns[column.name], levels, unknown=len(levels))
            blocks.append(codes[:, None] == np.arange(len(levels) + 1))
        return np.concatenate(blocks, axis=1).astype(np.float64)

    def emit(self, graph: Graph) -> str:
        blocks = []
        for column, levels in zip(self.columns, self.levels, strict=True):
            codes = emit_codes(graph, column, levels, unknown=len(levels))
            places = graph.constant(np.arange(len(levels) + 1, dtype=np.int64).reshape(1, -1))
            blocks.append(graph.node("Equal", [codes, places]))
        return graph.node("Cast", [side_by_side(graph, blocks)], to=DOUBLE)

    def formulas(self) -> list[str]:
        return [f"1 where {name}, 0 elsewhere" for name in self.names]

    def detail(self) -> str:
        return f"{len(self.names):,} columns of 0 and 1"


def frequent_levels(values: np.ndarray, most: int, fewest: int = 1) -> tuple[str, ...]:
    """Return the `most` frequent texts (of equally frequent ones the first in order), sorted.

    Those in fewer than `fewest` rows are left out.
    """
    counts = Counter(values.tolist())
    chosen = sorted(counts, key=lambda level: (-counts[level], level))[:most]
    return tuple(sorted(level for level in chosen if counts[level] >= fewest))


def codes_of(values: np.ndarray, levels: Sequence[str], unknown: int) -> np.ndarray:
    """Return the position of each value among the levels, `unknown` for those not there."""
    known = {level: code for code, level in enumerate(levels)}
    # a dictionary and no index of pandas: faster here, and "x" and "x\0y" stay two texts
    return np.fromiter(map(known.get, values.tolist(), repeat(unknown)), dtype=np.int64, count=len(values))


def emit_codes(graph: Graph, column: Column, levels: Sequence[str], unknown: int) -> str:
    """Add the codes of a string column as int64 [N, 1]; return the name."""
    return graph.node(
        "LabelEncoder",
        [graph.input(column)],
        domain=ML,
        keys_tensor=np.array(levels, dtype=object),
        values_tensor=np.arange(len(levels), dtype=np.int64),
        default_tensor=np.array([unknown], dtype=np.int64),
    )
