"""A small neural network for tables: what it is and what it says; `descent` trains it.

Every feature is cut into pieces, and a row says how full each one is (piecewise linear encoding, Gorishniy
et al. 2022, arXiv:2203.05556): so a few dense layers can follow steps and bends as trees do. It knows arrays;
it knows no tasks, learners or graphs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]

LOOKED_AT = 20_000
"""Rows, for where to cut."""

_WIDEST = 512  # pieces in all that numbers are cut into, if there are not that many numbers
_FEW = 32  # different values that are told apart in any case
_NARROWEST = 1e-4  # of a feature's range: on narrower pieces rounding would be seen
_POINT = 1e-30  # a feature within so little is constant
_WEIGHTS = 120_000  # of the first layer: on wide tables it is narrower, to stay small and quick
_CHUNK = 8192  # rows at a time


@dataclass
class Network:
    """Pieces of features, then dense layers with SiLU between; float32 numbers, used in double.

    Attributes
    ----------
    source : int64 array of shape (D,)
        Of which feature each piece is.
    start, scale : float32 arrays of shape (D,)
        Where it begins, and one over its width.
    layers : list of (weights, offsets)
        The last one gives scores [N, O].
    """

    source: np.ndarray
    start: np.ndarray
    scale: np.ndarray
    layers: Layers

    @classmethod
    def untrained(
        cls, X: np.ndarray, bins: int, hidden: Sequence[int], offsets: np.ndarray, random: np.random.Generator
    ) -> Network:
        """Return a network that gives the same scores `offsets` [O] to every row."""
        source, start, scale = pieces(X, bins)
        first = max(16, min(hidden[0], _WEIGHTS // len(source)))
        sizes = [len(source), first, *hidden[1:], len(offsets)]
        layers = [
            (
                random.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(np.sqrt(2 / inputs)),
                np.zeros(outputs, np.float32),
            )
            for inputs, outputs in pairwise(sizes)
        ]
        layers[-1] = np.zeros_like(layers[-1][0]), offsets.astype(np.float32)
        return cls(source, start, scale, layers)

    @property
    def sizes(self) -> list[int]:
        """Widths from the pieces to the scores."""
        return [len(self.source), *(len(offsets) for _, offsets in self.layers)]

    def encode(self, X: np.ndarray) -> np.ndarray:
        """How full each piece is, 0 to 1, in the type of X."""
        found = np.take(X, self.source, axis=1)
        found -= self.start
        found *= self.scale
        return np.clip(found, 0, 1, out=found)

    def scores(self, encoded: np.ndarray) -> np.ndarray:
        """Return scores [N, O] of encoded rows."""
        *hidden, last = self.layers
        with np.errstate(over="ignore"):  # exp of much is infinite, and z over that 0, as it should be
            for weights, offsets in hidden:
                z = encoded @ weights + offsets
                encoded = z / (1 + np.exp(-z))
        return np.asarray(encoded @ last[0] + last[1])

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return scores [N, O] in double."""
        double = replace(self, layers=[(w.astype(np.float64), b.astype(np.float64)) for w, b in self.layers])
        chunks = [X[at : at + _CHUNK] for at in range(0, max(1, len(X)), _CHUNK)]
        with one_thread():
            return np.concatenate([double.scores(double.encode(chunk)) for chunk in chunks])


def pieces(X: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut features at quantiles, those of few values between any two of them; a constant one is left out.

    Examples
    --------
    >>> source, start, scale = pieces(np.array([[0.0, 1.0], [2.0, 0.0], [4.0, 1.0]]), 2)
    >>> source.tolist(), start.tolist(), scale.tolist()
    ([0, 0, 0, 1], [0.0, 2.0, 0.0, 0.0], [0.5, 0.5, 0.25, 1.0])
    """
    sample = X[np.linspace(0, len(X) - 1, min(len(X), LOOKED_AT)).astype(int)]
    values = [np.unique(column) for column in sample.T]
    numbers = sum(len(found) > 2 for found in values)
    bins = min(bins, max(1, _WIDEST // max(1, numbers)))
    found: list[tuple[int, float, float]] = []
    for feature, different in enumerate(values):
        low, high = float(X[:, feature].min()), float(X[:, feature].max())
        if high - low <= _POINT:  # rounding's, and one over it would be more than float32 holds
            continue
        inside = (
            different
            if len(different) <= max(_FEW, 3 * bins)
            else np.quantile(sample[:, feature], np.linspace(0, 1, bins + 1))
        )
        edges = [low]
        for edge in (*inside, high):
            if edge - edges[-1] > _NARROWEST * (high - low):
                edges.append(float(edge))
        if len(edges) > 2 and bins > 1:
            found += [(feature, a, 1 / (b - a)) for a, b in pairwise(edges)]
        found.append((feature, low, 1 / (high - low)))
    source, start, scale = zip(*(found or [(0, 0.0, 0.0)]), strict=True)
    return np.array(source, np.int64), np.array(start, np.float32), np.array(scale, np.float32)


_lock = threading.Lock()
_inside: list[Any] = []


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep numpy's linear algebra to one thread while anybody here is inside.

    On matrices as small as these, two threads wait for each other: on busy cores for 20 times as long.
    """
    with _lock:
        _inside.append(None if _inside else _pools().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            last = _inside.pop() if len(_inside) == 1 else _inside.pop(1)
        if last is not None:
            last.restore_original_limits()


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
