"""How sure a score is: confidence intervals by the bootstrap over rows (Efron 1979, percentiles).

It is asked about predictions of rows that no model has seen; it knows no models.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labstudio.automl.metrics import Metric

_CELLS = 2_000_000  # that all resamples together may have
_RESAMPLES = (200, 1_000)
_ROWS = 10_000  # of a resample: of more rows a part is drawn, and its spread scaled
_SECONDS = 1.0  # at most, of a metric that is slow


@dataclass(frozen=True)
class Interval:
    """Between what bounds a score would lie had other rows been drawn.

    Attributes
    ----------
    score : float
        Of all rows.
    low, high : float
        Bounds; NaN where the metric is not defined for enough of the resamples.
    """

    score: float
    low: float
    high: float
    level: float = 0.95

    @property
    def decided(self) -> bool:
        """Whether zero lies outside: of a difference, whether one model is better beyond doubt."""
        return self.low > 0 or self.high < 0


def interval(
    metric: Metric,
    y: np.ndarray,
    prediction: np.ndarray,
    classes: np.ndarray | None,
    weights: np.ndarray | None = None,
    *,
    decided: np.ndarray | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a score and its confidence interval.

    Parameters
    ----------
    metric, y, prediction, classes, weights, decided
        As of `Metric.__call__`, of N rows.
    level : float
        How often such an interval holds the true score.
    seed : int
        Of the resamples.

    Examples
    --------
    >>> from labstudio.automl.metrics import choose
    >>> y = np.arange(100) % 2
    >>> found = interval(choose("accuracy", "binary"), y, np.eye(2)[y * (np.arange(100) > 20)], np.arange(2))
    >>> found.score, round(found.low, 2), round(found.high, 2)
    (0.9, 0.84, 0.95)
    """

    def score(rows: np.ndarray | slice) -> float:
        return metric(
            y[rows],
            prediction[rows],
            classes,
            None if weights is None else weights[rows],
            decided=None if decided is None else decided[rows],
        )

    return _bootstrap(score, len(y), prediction.size, level, seed)


def difference(
    metric: Metric,
    y: np.ndarray,
    prediction: np.ndarray,
    other: np.ndarray,
    classes: np.ndarray | None,
    weights: np.ndarray | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return by how much one model beats another on the same rows, and the interval of that.

    A positive difference means that the first is better, whichever way the metric is up. Parameters are
    those of `interval`, with the predictions of both models.

    Examples
    --------
    >>> from labstudio.automl.metrics import choose
    >>> y = np.linspace(0, 1, 50)
    >>> found = difference(choose("mae", "regression"), y, y + 0.1, y + 0.3, None)
    >>> round(found.score, 3), found.decided
    (0.2, True)
    """

    def score(rows: np.ndarray | slice) -> float:
        count = None if weights is None else weights[rows]
        one, two = (metric(y[rows], found[rows], classes, count) for found in (prediction, other))
        return metric.gain(one, two)

    return _bootstrap(score, len(y), 2 * prediction.size, level, seed)


def _bootstrap(
    score: Callable[[np.ndarray | slice], float], rows: int, cells: int, level: float, seed: int
) -> Interval:
    random = np.random.default_rng(seed)
    whole = score(slice(None))
    drawn = min(rows, _ROWS)
    fewest, most = _RESAMPLES
    wanted = int(np.clip(_CELLS * rows / max(1, cells * drawn), fewest, most))
    end = time.monotonic() + _SECONDS
    found = []
    for _ in range(wanted):
        found.append(score(random.integers(0, rows, drawn)))
        if time.monotonic() > end:
            break
    known = np.array(found)[np.isfinite(found)]
    if len(known) < len(found) / 2 or not np.isfinite(whole):
        return Interval(whole, np.nan, np.nan, level)
    low, middle, high = np.quantile(known, [(1 - level) / 2, 0.5, (1 + level) / 2])
    if drawn == rows:
        return Interval(whole, float(low), float(high), level)
    narrower = np.sqrt(drawn / rows)
    return Interval(
        whole, float(whole + (low - middle) * narrower), float(whole + (high - middle) * narrower), level
    )
