"""Step for two categories at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from labstudio.automl.steps.categories import codes_of, emit_codes, frequent_levels
from labstudio.automl.steps.numbers import DOUBLE
from labstudio.automl.steps.step import Step, side_by_side
from labstudio.onnx.graph import ML, Graph
from labstudio.schema import Column


class Crosses(Step):
    """One code for each combination of the levels of two columns, -1 for those unknown or rare.

    Parameters
    ----------
    columns : sequence of Column
        Of categories; those that no pair names are not read.
    pairs : sequence of (name, "×", name)
        What is crossed.
    max_levels : int
        How many combinations of a pair get a code, the most frequent first.

    Examples
    --------
    >>> make, fuel = (Column(name, "string", "category", name) for name in ("make", "fuel"))
    >>> cars = {"make": np.array(["a", "b"], dtype=object), "fuel": np.array(["x", "y"], dtype=object)}
    >>> step = Crosses([make, fuel], [("make", "×", "fuel")]).fit(cars)
    >>> step.transform(cars | {"fuel": np.array(["x", "x"], dtype=object)}).ravel().tolist()
    [0.0, -1.0]
    """

    reads, title, categorical = "Categories", "Crossed", True

    def __init__(
        self, columns: Sequence[Column], pairs: Sequence[Sequence[str]], max_levels: int = 254
    ) -> None:
        self.pairs = tuple((a, b) for a, _, b in pairs)
        read = {name for pair in self.pairs for name in pair}
        self.columns = tuple(column for column in columns if column.name in read)
        self.max_levels = max_levels

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{a} × {b}" for a, b in self.pairs)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        self.levels = {
            column.name: frequent_levels(columns[column.name], self.max_levels) for column in self.columns
        }
        self.known = []
        for combined in self._combined(columns):
            codes, counts = np.unique(combined, return_counts=True)
            frequent = np.argsort(-counts, kind="stable")[: self.max_levels]
            self.known.append(np.sort(codes[frequent]))
        return self

    def _combined(self, columns: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        codes = {
            name: codes_of(columns[name], levels, unknown=len(levels)) for name, levels in self.levels.items()
        }
        return [codes[a] * (len(self.levels[b]) + 1) + codes[b] for a, b in self.pairs]

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        found = []
        for combined, known in zip(self._combined(columns), self.known, strict=True):
            places = np.searchsorted(known, combined).clip(max=len(known) - 1)
            found.append(np.where(known[places] == combined, places, -1))
        return np.column_stack(found).astype(np.float64)

    def emit(self, graph: Graph) -> str:
        codes = {
            column.name: emit_codes(graph, column, self.levels[column.name], len(self.levels[column.name]))
            for column in self.columns
        }
        found = []
        for (a, b), known in zip(self.pairs, self.known, strict=True):
            width = graph.constant(np.array(len(self.levels[b]) + 1, dtype=np.int64))
            combined = graph.node("Add", [graph.node("Mul", [codes[a], width]), codes[b]])
            found.append(
                graph.node(
                    "LabelEncoder",
                    [combined],
                    domain=ML,
                    keys_tensor=known.astype(np.int64),
                    values_tensor=np.arange(len(known), dtype=np.int64),
                    default_tensor=np.array([-1], dtype=np.int64),
                )
            )
        return graph.node("Cast", [side_by_side(graph, found)], to=DOUBLE)

    def formulas(self) -> list[str]:
        return [f"code of {a} together with {b}" for a, b in self.pairs]

    def detail(self) -> str:
        return ", ".join(self.names)
