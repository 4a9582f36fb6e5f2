"""What is done to probabilities after they were predicted: calibrate them, and decide for a label.

Both learn from out-of-fold predictions, and both are left out unless they help on rows that they have not
learned from. They know neither learners nor metrics by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from labstudio.automl.metrics import Metric, most_likely
from labstudio.automl.metrics.metric import mean
from labstudio.onnx.graph import Graph

PARTS = 5
_LEAST = 1e-15  # of a probability whose logarithm is taken
_SHIFT = 1e-6  # a sharpness below 1 makes much of what is small, and so of how 1 - p happened to be rounded
_SHARPEST = 20.0
_TRIED = 48  # factors of one class
_MOST = 100.0  # times as much as another class
_ROWS, _CELLS = 20_000, 200_000  # looked at, at most: a number or two is learned from them


@dataclass(frozen=True)
class Temperature:
    """Probabilities to the power of `sharpness`, made to sum to one again (Guo et al. 2017).

    Above 1 they become surer, below 1 less sure; their order within a row stays. A sharpness of 1 changes
    nothing at all. The share `doubt` of the answer is given to all classes alike: of N rows nobody can learn
    to be surer than about 1 in N.

    Examples
    --------
    >>> unsure = np.array([[0.6, 0.4], [0.3, 0.7]])
    >>> Temperature(2.0).apply(unsure).round(3).tolist()
    [[0.692, 0.308], [0.155, 0.845]]
    """

    sharpness: float = 1.0
    doubt: float = 0.0

    @property
    def changes(self) -> bool:
        """Whether it does anything."""
        return self.sharpness != 1.0 or self.doubt > 0.0

    @classmethod
    def fit(cls, probabilities: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> Self:
        """Find the sharpness of least log loss, if it is of use.

        Parameters
        ----------
        probabilities : ndarray of shape (N, K)
            Out-of-fold predictions.
        y : ndarray of shape (N,)
            Class codes.
        weights : ndarray of shape (N,), optional
            How much each row counts.
        """
        if len(y) < 2 * PARTS:
            return cls()
        rows = _some(len(y), min(_ROWS, _CELLS // probabilities.shape[1]))
        # classes by rows: sums over classes are several times faster so
        logs, codes = np.ascontiguousarray(_logs(probabilities[rows]).T), y[rows]
        share = np.ones(len(rows)) if weights is None else weights[rows]
        gains = []
        for rest, part in _parts(len(rows)):
            found = _sharpest(logs[:, rest], codes[rest], share[rest])
            before, after = (_loss(logs[:, part], codes[part], share[part], b) for b in (1.0, found))
            gains.append(before - after)
        return cls(_sharpest(logs, codes, share)) if is_real(gains) else cls()

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the calibrated probabilities [N, K]."""
        if self.sharpness != 1.0:
            probabilities = _softmax(_logs(probabilities) * self.sharpness, axis=1)
        if self.doubt:
            probabilities = probabilities * (1.0 - self.doubt) + self.doubt / probabilities.shape[1]
        return probabilities

    def emit(self, graph: Graph, probabilities: str, classes: int) -> str:
        """Add the same to a graph and return the name of the double tensor [N, K], K being `classes`."""
        if self.sharpness != 1.0:
            logs = graph.node("Log", [graph.node("Add", [probabilities, graph.constant(_SHIFT)])])
            sharper = graph.node("Mul", [logs, graph.constant(self.sharpness)])
            probabilities = graph.node("Softmax", [sharper], axis=1)
        if self.doubt:
            less = graph.node("Mul", [probabilities, graph.constant(1.0 - self.doubt)])
            probabilities = graph.node("Add", [less, graph.constant(self.doubt / classes)])
        return probabilities


def _logs(probabilities: np.ndarray) -> np.ndarray:
    logs: np.ndarray = np.log(probabilities + _SHIFT)
    return logs


def _softmax(logs: np.ndarray, axis: int) -> np.ndarray:
    powers = np.exp(logs - logs.max(axis=axis, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=axis, keepdims=True)
    return shares


def _loss(logs: np.ndarray, codes: np.ndarray, share: np.ndarray, sharpness: float) -> float:
    found = _softmax(logs * sharpness, axis=0)[codes, np.arange(len(codes))]
    return -mean(np.log(np.maximum(found, _LEAST)), share)


def _sharpest(logs: np.ndarray, codes: np.ndarray, share: np.ndarray) -> float:
    """Bisect the slope of the log loss, which rises with the sharpness because the loss is convex in it."""
    wanted = mean(logs[codes, np.arange(len(codes))], share)
    low, high = 1 / _SHARPEST, _SHARPEST
    for _ in range(18):
        middle = float(np.sqrt(low * high))
        expected = mean((_softmax(logs * middle, axis=0) * logs).sum(axis=0), share)
        low, high = (middle, high) if wanted > expected else (low, middle)
    return float(np.sqrt(low * high))


@dataclass(frozen=True)
class Threshold:
    """How a label is decided for: the class whose probability times its factor is the largest.

    Attributes
    ----------
    factors : ndarray of shape (K,) or None
        They sum to one; None stands for the likeliest class. Of two classes they are t and 1 − t: the second
        is decided for where its probability is above t.

    Examples
    --------
    >>> Threshold(np.array([0.25, 0.75])).decide(np.array([[0.8, 0.2], [0.7, 0.3]])).tolist()
    [0, 1]
    """

    factors: np.ndarray | None = None

    @property
    def value(self) -> float | None:
        """Of two classes the probability above which the second one is decided for."""
        if self.factors is None:
            return 0.5
        return float(self.factors[0]) if len(self.factors) == 2 else None

    @classmethod
    def fit(
        cls,
        probabilities: np.ndarray,
        y: np.ndarray,
        metric: Metric,
        classes: np.ndarray,
        weights: np.ndarray | None = None,
        *,
        deadline: float | None = None,
    ) -> Self:
        """Find the factors that a metric of labels likes best, if they are of use.

        Parameters
        ----------
        probabilities : ndarray of shape (N, K)
            Out-of-fold predictions, calibrated if they will be.
        y : ndarray of shape (N,)
            Class codes.
        metric : Metric
            What is optimised; for one that does not judge labels the likeliest class is decided for.
        classes : ndarray of shape (K,)
            Labels of the codes.
        weights : ndarray of shape (N,), optional
            How much each row counts.
        deadline : float, optional
            Unix time by which to give up.
        """
        if not metric.decides or len(classes) < 2 or len(y) < 2 * PARTS:
            return cls()
        rows = _some(len(y), _ROWS)

        def judge(at: np.ndarray) -> Callable[[np.ndarray], float]:
            truth, found, counts = y[at], probabilities[at], None if weights is None else weights[at]
            return lambda decided: metric.gain(metric(truth, found, classes, counts, decided=decided), 0.0)

        each, gains = [], []
        for rest, part in _parts(len(rows)):
            factors = _climb(probabilities[rows[rest]], judge(rows[rest]), deadline)
            if factors is None:
                return cls()
            each.append(np.log(factors))
            held, score = probabilities[rows[part]], judge(rows[part])
            gains.append(score(cls(factors).decide(held)) - score(most_likely(held)))
        # the mean of what was found on parts is steadier than the one best place on all rows
        factors = np.exp(np.mean(each, axis=0))
        return cls(factors / factors.sum()) if is_real(gains) else cls()

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the codes [N] that are decided for."""
        if self.factors is None:
            return most_likely(probabilities)
        return most_likely(probabilities * self.factors)


def _climb(
    probabilities: np.ndarray, score: Callable[[np.ndarray], float], deadline: float | None
) -> np.ndarray | None:
    """Better one factor after another, each among the values at which decisions change; None if too late."""
    count = probabilities.shape[1]
    factors = np.ones(count)
    best = score(most_likely(probabilities))
    for k in [*range(1, count)] * (1 if count == 2 else 2):
        others = probabilities * factors
        others[:, k] = -1.0
        rival = most_likely(others)
        with np.errstate(divide="ignore", invalid="ignore"):
            turns = others[np.arange(len(rival)), rival] / probabilities[:, k]
        known = np.unique(turns[(turns > 1 / _MOST) & (turns < _MOST)])
        between = np.sqrt(known[1:] * known[:-1])  # no row of these is on the border
        for factor in between[:: max(1, len(between) // _TRIED)]:
            if deadline is not None and time.time() > deadline:
                return None
            scored = score(np.where(turns < factor, k, rival))
            if scored > best:
                best, factors[k] = scored, factor
    return factors / factors[0]


def is_real(gains: Sequence[float]) -> bool:
    """Whether gains on several parts of the rows are more than noise: a mean of two standard errors."""
    return bool(np.mean(gains) > 2 * np.std(gains, ddof=1) / np.sqrt(len(gains)))


def _some(rows: int, most: int) -> np.ndarray:
    """Return the positions of all rows, or of so many by lot."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _parts(rows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of (rest, part): every row is in one part, chosen by lot."""
    lot = np.random.default_rng(0).permutation(rows) % PARTS
    return [(np.flatnonzero(lot != k), np.flatnonzero(lot == k)) for k in range(PARTS)]
