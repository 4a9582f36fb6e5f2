"""Views: how a table's columns look to a kind of learner, as a list of steps.

A view without supervised steps is fitted once on all training rows and shared by all that look at the data
so; one with them is fitted on each fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np

from labstudio.automl.steps import (
    CROSSED,
    Arithmetic,
    CountEncoding,
    Crosses,
    DateCycles,
    DateParts,
    Numbers,
    OneHotCategories,
    OrdinalCategories,
    Scaled,
    Step,
    TargetEncoding,
    TextTopics,
    TextWords,
    propose_pairs,
    telling,
)
from labstudio.automl.steps.step import side_by_side
from labstudio.onnx.graph import Graph
from labstudio.schema import Column, Schema

FEATURES = ("number", "boolean", "category", "datetime", "text")
"""Semantic types that views make features of."""

FEW_LEVELS = 12
"""Categories of a column that keep a code of their own where means of the target tell the rest."""


class View:
    """Steps whose features stand side by side.

    Examples
    --------
    >>> schema = Schema((Column("x", "number", "number", "x"), Column("c", "string", "category", "c")))
    >>> columns = {"x": np.array([1.0, 2.0]), "c": np.array(["a", "b"], dtype=object)}
    >>> view = VIEWS["tree"](schema)
    >>> view.fit_transform(columns).tolist(), view.categorical
    ([[1.0, 0.0], [2.0, 1.0]], (1,))
    >>> view.formulas()
    ['x', 'code of c']
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

    @property
    def supervised(self) -> bool:
        """Whether it learns from the target too, and so has to be fitted on each fold anew."""
        return any(step.supervised for step in self.steps)

    def formulas(self) -> list[str]:
        """Say of each feature how it is made of the raw columns."""
        return [formula for step in self.steps for formula in step.formulas()]

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        """Fit every step on canonical columns."""
        for step in self.steps:
            step.fit(columns, y)
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return features [N, F] in double; without steps [N, 0]."""
        return _joined([step.transform(columns) for step in self.steps], columns)

    def fit_transform(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> np.ndarray:
        """Fit, and return the features of the training rows themselves, as in `Step.fit_transform`."""
        return _joined([step.fit_transform(columns, y) for step in self.steps], columns)

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
            width = len(step.names)
            own = {i: thresholds[position + i] for i in range(width) if position + i in thresholds}
            found |= step.borders() | step.crossings(own)
            position += width
        return found


class PairsView(View):
    """A view that adds pairs of columns, which it finds in the rows it is fitted to.

    They are chosen by the target: so it counts as one that learns from it.
    """

    supervised = True

    def __init__(self, schema: Schema, encode: bool = False) -> None:
        super().__init__(tree_view(schema, encode=encode).steps)
        self._make = partial(tree_view, schema, encode=encode)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        """Choose pairs, then fit every step."""
        self._choose(columns, y)
        return super().fit(columns, y)

    def fit_transform(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> np.ndarray:
        """Choose pairs, then fit; see `View.fit_transform`."""
        self._choose(columns, y)
        return super().fit_transform(columns, y)

    def _choose(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None) -> None:
        assert y is not None
        self.steps = self._make(propose_pairs(columns, y, telling(columns, y))).steps


def tree_view(schema: Schema, pairs: Sequence[Sequence[str]] = (), encode: bool = False) -> View:
    """Numbers as they are, NaN for missing; categories as codes; parts of dates; topics of texts.

    Parameters
    ----------
    schema : Schema
        The features.
    pairs : sequence of [column, operator, column]
        What to add: ``+ - * /`` of two numbers, ``×`` of two categories.
    encode : bool
        Codes for the few most frequent categories only, and for all the mean of the target and the frequency.
    """
    columns = _Columns.of(schema)
    categories = columns.categories
    arithmetic = [pair for pair in pairs if pair[1] != CROSSED]
    crosses = [pair for pair in pairs if pair[1] == CROSSED]
    steps: list[Step] = []
    if columns.numbers:
        steps.append(Numbers(columns.numbers))
    if categories:
        steps.append(OrdinalCategories(categories, FEW_LEVELS) if encode else OrdinalCategories(categories))
    if categories and encode:
        steps += [TargetEncoding(categories), CountEncoding(categories)]
    if columns.dates:
        steps.append(DateParts(columns.dates))
    if columns.texts:
        steps.append(TextTopics(columns.texts))
    if arithmetic:
        steps.append(Arithmetic(columns.numbers, arithmetic))
    if crosses:
        steps.append(Crosses(categories, crosses))
    return View(steps)


def linear_view(schema: Schema, topics: bool = False, levels: int = 30) -> View:
    """All standardised or 0 and 1, nothing missing: numbers, one-hot categories and parts of dates, words.

    Parameters
    ----------
    schema : Schema
        The features.
    topics : bool
        Topics of texts, which are few, in place of words, which are many.
    levels : int
        How many categories of a column get a feature of their own.
    """
    columns = _Columns.of(schema)
    steps: list[Step] = []
    if columns.numbers:
        steps.append(Scaled(Numbers(columns.numbers), flags=True))
    if columns.categories:
        steps.append(OneHotCategories(columns.categories, levels))
    if columns.dates:
        steps += [Scaled(DateParts(columns.dates)), DateCycles(columns.dates)]
    if columns.texts:
        steps.append(Scaled(TextTopics(columns.texts)) if topics else TextWords(columns.texts))
    return View(steps)


def empty_view(schema: Schema) -> View:
    """No features at all: for learners that look at the target alone."""
    return View([])


VIEWS: dict[str, Callable[..., View]] = {
    "tree": tree_view,
    "crossed": tree_view,
    "paired": PairsView,
    "encoded": partial(tree_view, encode=True),
    "linear": linear_view,
    "dense": partial(linear_view, topics=True),
    "none": empty_view,
}
"""Views by the name a learner asks for, made of a schema and of options that are JSON values."""


@dataclass(frozen=True)
class _Columns:
    numbers: list[Column]
    categories: list[Column]
    dates: list[Column]
    texts: list[Column]

    @classmethod
    def of(cls, schema: Schema) -> Self:
        features = [column for column in schema if column.semantic in FEATURES]
        strings = [column for column in features if column.feed == "string"]
        return cls(
            [column for column in features if column.feed == "double"],
            [column for column in strings if column.semantic != "text"],
            [column for column in features if column.feed == "int64"],
            [column for column in strings if column.semantic == "text"],
        )


def _joined(blocks: list[np.ndarray], columns: Mapping[str, np.ndarray]) -> np.ndarray:
    if not blocks:
        return np.empty((len(next(iter(columns.values()))), 0))
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)
