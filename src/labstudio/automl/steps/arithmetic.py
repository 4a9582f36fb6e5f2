"""Step for two numbers at a time: differences, ratios, products and sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from labstudio.automl.steps.numbers import emit_no_infinity, finite
from labstudio.automl.steps.step import Step
from labstudio.onnx.graph import Graph
from labstudio.schema import Column

OPERATORS: dict[str, tuple[Any, str]] = {
    "+": (np.add, "Add"),
    "-": (np.subtract, "Sub"),
    "*": (np.multiply, "Mul"),
    "/": (np.divide, "Div"),
}


class Arithmetic(Step):
    """One operation on two columns of numbers a feature; NaN where it has no finite result.

    Parameters
    ----------
    columns : sequence of Column
        Of numbers; those that no pair names are not read.
    pairs : sequence of (name, operator, name)
        Operators are ``+ - * /``.

    Examples
    --------
    >>> age, rooms = (Column(name, "number", "number", name) for name in ("age", "rooms"))
    >>> step = Arithmetic([age, rooms], [("age", "/", "rooms")])
    >>> step.fit_transform({"age": np.array([10.0, 3.0]), "rooms": np.array([4.0, 0.0])}).tolist()
    [[2.5], [nan]]
    >>> step.names
    ('age / rooms',)
    """

    title = "Arithmetic"

    def __init__(self, columns: Sequence[Column], pairs: Sequence[Sequence[str]]) -> None:
        self.pairs = tuple((a, op, b) for a, op, b in pairs)
        read = {name for a, _, b in self.pairs for name in (a, b)}
        self.columns = tuple(column for column in columns if column.name in read)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{a} {op} {b}" for a, op, b in self.pairs)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.column_stack([combined(columns, *pair) for pair in self.pairs])

    def emit(self, graph: Graph) -> str:
        inputs = {column.name: graph.input(column) for column in self.columns}
        found = [graph.node(OPERATORS[op][1], [inputs[a], inputs[b]]) for a, op, b in self.pairs]
        return emit_no_infinity(graph, graph.node("Concat", found, axis=1))

    def formulas(self) -> list[str]:
        return list(self.names)

    def detail(self) -> str:
        return ", ".join(self.names)


def combined(columns: Mapping[str, np.ndarray], a: str, op: str, b: str) -> np.ndarray:
    """Return one operation on two columns."""
    with np.errstate(all="ignore"):
        return finite(OPERATORS[op][0](columns[a], columns[b]))
