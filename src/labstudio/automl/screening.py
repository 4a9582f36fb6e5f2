"""How much each column alone tells of something: of the target, or of which part a row stands in.

A column is cut into bins or levels; the mean of each, taken on one half of the rows, is judged on the other,
so that a column with a value of its own for each row tells nothing. It knows arrays only.
"""

from __future__ import annotations

import numpy as np

from labstudio.schema import MISSING_DATE

_MOST_BINS = 128
_ROWS_A_BIN = 20
_MOST_LEVELS = 5_000
_EDGES_FROM = 5_000  # rows whose quantiles are the borders of bins
_MOST_CLASSES = 10  # the most frequent stand for all
_FEWEST = 5  # rows of a class in each half, below which an AUC says nothing
_PRIOR = 0.1  # rows that each level is taken to have had already, with the mean of all


def missing(values: np.ndarray) -> np.ndarray:
    """Say which canonical values are missing."""
    if values.dtype == object:
        return np.asarray(values == "")
    return values == MISSING_DATE if values.dtype.kind == "i" else ~np.isfinite(values)


def coded(values: np.ndarray) -> np.ndarray:
    """Number the levels of texts, or the bins of numbers and dates from 1 on; 0 is missing there.

    Examples
    --------
    >>> coded(np.array(["b", "a", "b"], dtype=object)).tolist()
    [0, 1, 0]
    """
    if values.dtype == object:
        codes, levels = _numbered(values)
        if len(levels) > _MOST_LEVELS:
            order = np.argsort(-np.bincount(codes), kind="stable")
            place = np.empty(len(levels), dtype=np.int64)
            place[order] = np.minimum(np.arange(len(levels)), _MOST_LEVELS)
            codes = place[codes]
        return codes
    gaps = missing(values)
    bins = min(_MOST_BINS, max(2, len(values) // _ROWS_A_BIN))
    sample = np.sort(values[~gaps][:_EDGES_FROM])
    if not len(sample):
        return np.zeros(len(values), dtype=np.int64)
    edges = np.unique(sample[np.arange(1, bins) * len(sample) // bins])
    codes = np.searchsorted(edges, values, side="right") + 1
    codes[gaps] = 0
    return codes


def ranks(values: np.ndarray) -> np.ndarray:
    """Rank numbers from 0 to 1, equal ones alike: far values then weigh no more than others."""
    _, places, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(((np.cumsum(times) - (times + 1) / 2) / max(1, len(values) - 1))[places])


def few_classes(y: np.ndarray) -> np.ndarray:
    """Number classes by their frequency, all but the most frequent as one."""
    order = np.argsort(-np.bincount(y), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.minimum(np.arange(len(order)), _MOST_CLASSES)
    return place[y]


def auc(codes: np.ndarray, y: np.ndarray) -> float:
    """Area under the ROC curve with which coded values tell classes, 0.5 being chance.

    Parameters
    ----------
    codes : ndarray of shape (N,), int
        From `coded`, of rows in random order.
    y : ndarray of shape (N,), int
        From `few_classes`; more than two are told one from the others each, and averaged.
    """
    levels, classes = int(codes.max()) + 1, int(y.max()) + 1
    half = np.arange(len(y)) % 2
    tables = np.bincount((half * levels + codes) * classes + y, minlength=2 * levels * classes)
    tables = tables.reshape(2, levels, classes)
    counts = tables.sum(axis=2, keepdims=True)
    tables = tables[..., 1:] if classes == 2 else tables
    prior = tables.sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)
    rates = (tables + _PRIOR * prior) / (counts + _PRIOR)
    order = rates.argsort(axis=1, kind="stable")
    judged = np.arange(2)[::-1, None, None]  # each half by the rates of the other
    positive = tables[judged, order, np.arange(tables.shape[2])]
    negative = counts[judged, order, 0] - positive
    of, against = positive.sum(axis=1), negative.sum(axis=1)
    weights = of * (np.minimum(of, against) >= _FEWEST)
    if not weights.any():
        return 0.5
    below = negative.cumsum(axis=1) - negative / 2
    areas = (positive * below).sum(axis=1) / np.maximum(of * against, 1)
    return float((areas * weights).sum() / weights.sum())


def r2(codes: np.ndarray, y: np.ndarray) -> float:
    """Share of the variation of `y` that the means of coded values explain, 0 being none.

    Parameters
    ----------
    codes : ndarray of shape (N,), int
        From `coded`, of rows in random order.
    y : ndarray of shape (N,)
        From `ranks`.
    """
    levels = int(codes.max()) + 1
    cells = np.arange(len(y)) % 2 * levels + codes
    counts = np.bincount(cells, minlength=2 * levels).reshape(2, levels)
    sums = np.bincount(cells, weights=y, minlength=2 * levels).reshape(2, levels)
    variation = float(np.sum((y - y.mean()) ** 2))
    if variation == 0:
        return 0.0
    left = float(np.sum(y**2))
    for fitted, judged in ((0, 1), (1, 0)):
        means = (sums[fitted] + _PRIOR * y.mean()) / (counts[fitted] + _PRIOR)
        left += float(np.sum(counts[judged] * means**2 - 2 * means * sums[judged]))
    return max(0.0, 1 - left / variation)


def _numbered(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Number texts in the order in which they come first, and say which they are."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(value, len(numbers)) for value in values.tolist()]
    return np.array(codes, dtype=np.int64), list(numbers)
