"""Views: how a table's columns look to a kind of learner, as a list of steps.

A view is fitted once per fold and shared by all learners that look at the data so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from labstudio.automl.steps import ImputeScale, Numbers, OneHotCategories, OrdinalCategories, Step
from labstudio.automl.steps.categories import side_by_side
from labstudio.onnx.graph import Graph
from labstudio.schema import Column, Schema

FEATURES = ("number", "boolean", "category")
"""Semantic types that views make features of."""


class View:
    """Steps whose features stand side by side.

    Examples
    --------
    >>> schema = Schema((Column("x", "number", "number", "x"), Column("c", "string", "category", "c")))
    >>> columns = {"x": np.array([1.0, 2.0]), "c": np.array(["a", "b"], dtype=object)}
    >>> view = tree_view(schema).fit(columns)
    >>> view.transform(columns).tolist(), view.categorical
    ([[1.0, 0.0], [2.0, 1.0]], (1,))
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(name for step in self.steps for name in step.names)

    @property
    def categorical(self) -> tuple[int, ...]:
        """Positions of the features that are codes of categories."""
        flags = [step.categorical for step in self.steps for _ in step.names]
        return tuple(position for position, flag in enumerate(flags) if flag)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        """Fit every step on canonical columns."""
        for step in self.steps:
            step.fit(columns, y)
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return features [N, F] in double; without steps [N, 0]."""
        if not self.steps:
            return np.empty((len(next(iter(columns.values()))), 0))
        return np.concatenate([step.transform(columns) for step in self.steps], axis=1)

    def emit(self, graph: Graph) -> str:
        """Add all steps to a graph; return the name of the double tensor [N, F]."""
        if self.steps:
            return side_by_side(graph, [step.emit(graph) for step in self.steps])
        # No features: what remains of the table is its number of rows.
        rows = graph.node("Shape", [graph.input(graph.columns[0])], start=0, end=1)
        shape = graph.node("Concat", [rows, graph.constant(np.array([0], dtype=np.int64))], axis=0)
        return graph.node("ConstantOfShape", [shape], value=np.array([0.0]))

    def splits(self, thresholds: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        """Values of raw columns where a prediction may jump or bend.

        Parameters
        ----------
        thresholds : mapping of feature position to values
            What the learner compares its features with, the most telling first.
        """
        found: dict[str, np.ndarray] = {}
        position = 0
        for step in self.steps:
            found |= step.borders()
            if isinstance(step, Numbers):
                for offset, column in enumerate(step.columns):
                    if position + offset in thresholds:
                        found[column.name] = thresholds[position + offset]
            position += len(step.names)
        return found


def tree_view(schema: Schema) -> View:
    """Numbers as they are, categories as codes."""
    numbers, categories = _parts(schema)
    steps: list[Step] = [Numbers(numbers)] if numbers else []
    return View(steps + ([OrdinalCategories(categories)] if categories else []))


def linear_view(schema: Schema) -> View:
    """Numbers filled, standardised and clipped; categories one-hot."""
    numbers, categories = _parts(schema)
    steps: list[Step] = [ImputeScale(numbers)] if numbers else []
    return View(steps + ([OneHotCategories(categories)] if categories else []))


def empty_view(schema: Schema) -> View:
    """No features at all: for learners that look at the target alone."""
    return View([])


VIEWS = {"tree": tree_view, "linear": linear_view, "none": empty_view}
"""Views by the name a learner asks for."""


def _parts(schema: Schema) -> tuple[list[Column], list[Column]]:
    features = [column for column in schema if column.semantic in FEATURES]
    numbers = [column for column in features if column.feed == "double"]
    return numbers, [column for column in features if column.feed == "string"]
