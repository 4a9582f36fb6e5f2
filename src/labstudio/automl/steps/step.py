"""What every step is. Steps know canonical columns and graphs, and neither frames nor learners."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np

from labstudio.onnx.graph import Graph
from labstudio.schema import Column


class Step(ABC):
    """Turns canonical columns (arrays of shape [N], by name) into features [N, width] in double."""

    columns: tuple[Column, ...]
    reads: ClassVar[str] = "Numbers"
    """What kind of columns it takes, for people."""
    title: ClassVar[str]
    """What it does, in a word or three."""
    categorical = False
    """Whether its features are codes of categories rather than quantities."""
    supervised = False
    """Whether it learns from the target too, and so has to be fitted on each fold anew."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Names of its features, in order."""

    @abstractmethod
    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        """Learn from training rows; `y` are class codes (integers) or values."""

    @abstractmethod
    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return features [N, width] in double."""

    def fit_transform(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> np.ndarray:
        """Fit, and return the features of the training rows themselves.

        They are what `transform` gives, but for supervised steps: those show a row nothing of its own target.
        """
        return self.fit(columns, y).transform(columns)

    @abstractmethod
    def emit(self, graph: Graph) -> str:
        """Add the same to a graph and return the name of the double tensor [N, width]."""

    @abstractmethod
    def formulas(self) -> list[str]:
        """Say of each feature how it is made of the raw columns."""

    def detail(self) -> str:
        """Say in half a sentence what the fit has found."""
        return f"{len(self.names):,} feature(s)"

    def crossings(self, thresholds: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        """Values of raw columns at which features cross thresholds, by feature position; where known."""
        return {}

    def borders(self) -> dict[str, np.ndarray]:
        """Values of raw columns at which the step itself bends: where a certificate looks closely."""
        return {}


def side_by_side(graph: Graph, blocks: list[str]) -> str:
    """Join tensors [N, …] along their second axis."""
    return blocks[0] if len(blocks) == 1 else graph.node("Concat", blocks, axis=1)
