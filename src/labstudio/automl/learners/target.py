"""How a regression target is scaled for a learner, and back.

Learners work in float32 in places (LightGBM's labels and gradients), so that targets around 1e300, around
1e-300, or far from zero would lose everything. They see a standardised target instead.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from labstudio.onnx.graph import Graph

SKEWED = 1.0
"""Skewness beyond which a positive target is better looked at in log space."""


class Target:
    """Standardised, in log space where wanted and possible; what comes back stays in the training range.

    Parameters
    ----------
    space : str
        "plain", "log" (where all values are positive), or "auto": log where positive and skewed.

    Examples
    --------
    >>> target = Target().fit(np.array([1e300, 3e300]))
    >>> target.to_unit(np.array([1e300, 3e300])).tolist()
    [-1.0, 1.0]
    >>> target.from_unit(np.array([0.0, 99.0])).tolist()
    [2e+300, 3e+300]
    """

    def __init__(self, space: str = "plain") -> None:
        self.space = space

    def fit(self, y: np.ndarray) -> Self:
        y = np.asarray(y, dtype=np.float64)
        self.low, self.high = float(y.min()), float(y.max())
        self.log = self.low > 0 and (self.space == "log" or (self.space == "auto" and _skewed(y)))
        values = np.log(y) if self.log else y
        largest = float(np.abs(values).max())
        self.unit = 2.0 ** float(np.clip(np.floor(np.log2(largest)), -1000, 1000)) if largest > 0 else 1.0
        scaled = values / self.unit  # a power of two: exact, and sums cannot overflow
        self.centre = float(scaled.mean())
        self.scale = float(scaled.std()) or 1.0
        return self

    def same(self, other: Target | None) -> bool:
        """Whether another looks at values in just this way."""
        return other is not None and vars(self) == vars(other)

    def to_unit(self, y: np.ndarray) -> np.ndarray:
        """What the learner is fitted to."""
        values = np.log(y) if self.log else np.asarray(y, dtype=np.float64)
        return np.asarray((values / self.unit - self.centre) / self.scale)

    def from_unit(self, predicted: np.ndarray) -> np.ndarray:
        """From what the learner says to values of the target."""
        with np.errstate(over="ignore"):  # what overflows is clipped
            values = (predicted * self.scale + self.centre) * self.unit
            values = np.exp(values) if self.log else values
        return np.clip(values, self.low, self.high)

    def emit(self, graph: Graph, predicted: str) -> str:
        """Add the way back to a graph; tensors keep their shape."""
        values = graph.node("Mul", [predicted, graph.constant(self.scale)])
        values = graph.node("Add", [values, graph.constant(self.centre)])
        values = graph.node("Mul", [values, graph.constant(self.unit)])
        values = graph.node("Exp", [values]) if self.log else values
        return graph.node("Clip", [values, graph.constant(self.low), graph.constant(self.high)])


def _skewed(y: np.ndarray) -> bool:
    scaled = y / y.max()
    deviation = scaled.std()
    return bool(deviation > 0 and np.mean(((scaled - scaled.mean()) / deviation) ** 3) > SKEWED)
