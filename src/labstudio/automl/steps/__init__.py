"""Steps: each turns columns into features, and writes into a graph what it does.

A step is one class with `fit`, `transform` (numpy, double) and `emit`; a step that cannot be emitted cannot
be in the search. Steps get canonical columns (`labstudio.schema`) and know neither frames nor learners.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self

import numpy as np

from labstudio.automl.steps.categories import OneHotCategories, OrdinalCategories
from labstudio.automl.steps.numbers import ImputeScale, Numbers
from labstudio.onnx.graph import Graph
from labstudio.schema import Column

__all__ = ["ImputeScale", "Numbers", "OneHotCategories", "OrdinalCategories", "Step"]


class Step(Protocol):
    """What every step offers."""

    columns: tuple[Column, ...]
    categorical: bool
    """Whether its features are codes of categories rather than quantities."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its features, in order."""

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        """Learn from canonical columns, each of shape [N]."""

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return features [N, width] in double."""

    def emit(self, graph: Graph) -> str:
        """Add the same to a graph and return the name of the double tensor [N, width]."""

    def borders(self) -> dict[str, np.ndarray]:
        """Values at which its own behaviour bends, by column name: where a certificate looks closely."""
