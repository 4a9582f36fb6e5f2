"""Metrics of values, in plain numpy: a first model is scored before any library of learning is loaded.

The tests hold each against scikit-learn's, or scipy's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labstudio.automl.metrics.metric import Function, Metric, mean
from labstudio.errors import Invalid

Weights = np.ndarray | None


def _rmse(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    scale = max(float(np.abs(y).max()), float(np.abs(values).max()), 1e-300)  # squares may overflow
    return float(scale * np.sqrt(mean(np.square(y / scale - values / scale), sample_weight)))


def _mae(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    return mean(np.abs(y - values), sample_weight)


def _median_absolute_error(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    errors = np.abs(y - values)
    if sample_weight is None:
        return float(np.median(errors))
    order = np.argsort(errors)
    order = order[sample_weight[order] > 0]
    reached = np.cumsum(sample_weight[order])
    middle = reached[-1] / 2
    low, high = np.searchsorted(reached, middle, "left"), np.searchsorted(reached, middle, "right")
    return float((errors[order[low]] + errors[order[min(high, len(order) - 1)]]) / 2)


def _r2(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    """Share of the variance that is explained; not defined where all values are equal."""
    spread = _rmse(y, np.full(len(y), mean(y, sample_weight)), sample_weight)
    return float(1.0 - np.square(_rmse(y, values, sample_weight) / spread)) if spread else np.nan


def _explained_variance(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    """As R², but a constant error costs nothing."""
    return _r2(y, values + mean(y - values, sample_weight), sample_weight)


def _mape(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    return mean(np.abs(y - values) / np.maximum(np.abs(y), np.finfo(np.float64).eps), sample_weight)


def _rmsle(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    """RMSE of log(1 + y); what is predicted below zero and below all truth counts as the higher of them."""
    least = float(y.min())
    if least <= -1:
        raise Invalid(f"metric: rmsle needs target values above -1, and there is {least:g}; choose rmse.")
    return _rmse(np.log1p(y), np.log1p(np.maximum(values, min(0.0, least))), sample_weight)


def _spearman(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
    """Correlation of the ranks."""
    truth, given = _ranks(y, sample_weight), _ranks(values, sample_weight)
    truth, given = truth - mean(truth, sample_weight), given - mean(given, sample_weight)
    spread = np.sqrt(mean(truth**2, sample_weight) * mean(given**2, sample_weight))
    return mean(truth * given, sample_weight) / spread if spread else np.nan


def _ranks(values: np.ndarray, weights: Weights) -> np.ndarray:
    """Rank from 0, equal values sharing theirs; a row of weight two takes two places."""
    order = np.argsort(values)
    ends = np.flatnonzero(np.append(np.diff(values[order]) != 0, True)) + 1
    reached = ends if weights is None else np.cumsum(weights[order])[ends - 1]
    counts = np.diff(reached, prepend=0)
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(reached - counts / 2, np.diff(ends, prepend=0))
    return ranks


def _quantile_loss(quantile: float) -> Function:
    def function(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
        off = y - values
        return mean(np.where(off >= 0, quantile * off, (quantile - 1) * off), sample_weight)

    return function


def at_quantile(metric: Metric, quantile: float) -> Metric:
    """Return a metric; the quantile loss as that of this quantile."""
    if metric.loss != "quantile":
        return metric
    return replace(metric, function=_quantile_loss(quantile), title=f"Quantile loss at {quantile:g}")


def _by_range(function: Function) -> Function:
    """Divide by the range of the truth, so that targets of different sizes compare."""

    def divided(y: np.ndarray, values: np.ndarray, sample_weight: Weights = None) -> float:
        span = float(y.max() - y.min())
        return function(y, values, sample_weight) / span if span else np.nan

    return divided


def _error(name: str, title: str, function: Function, loss: str = "squared") -> Metric:
    return Metric(name, function, "values", False, loss, title, optimum=0.0, weighted=True)


def _share(name: str, title: str, function: Function) -> Metric:
    return Metric(name, function, "values", title=title, optimum=1.0, weighted=True)


_ERRORS = (
    _error("rmse", "RMSE", _rmse),
    _error("mae", "MAE", _mae, "absolute"),
    _error("median_absolute_error", "Median absolute error", _median_absolute_error, "absolute"),
    _error("rmsle", "RMSLE", _rmsle, "log_squared"),
)
VALUES = (
    *_ERRORS,
    _share("r2", "R²", _r2),
    _error("mape", "MAPE", _mape, "absolute"),
    _share("explained_variance", "Explained variance", _explained_variance),
    _share("spearman", "Spearman correlation", _spearman),
    *(
        _error(f"normalized_{error.name}", f"{error.title} / range", _by_range(error.function), error.loss)
        for error in _ERRORS
    ),
    _error("quantile_loss", "Quantile loss", _quantile_loss(0.5), "quantile"),
)
