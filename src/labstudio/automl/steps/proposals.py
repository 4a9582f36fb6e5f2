"""Which pairs of columns are worth a feature of their own.

A pair is proposed where what it makes tells more of the target than either column alone; whether a model is
better for it is found out by fitting one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np

from labstudio.automl import screening
from labstudio.automl.steps.arithmetic import combined

CROSSED = "×"
"""The operator of a pair of categories."""

_ROWS = 10_000
_LEAST = 0.003  # of AUC, or of the share of variation explained, to be gained


def telling(columns: Mapping[str, np.ndarray], y: np.ndarray) -> dict[str, float]:
    """Say how much each column alone tells of the target: AUC, or the share of variation explained."""
    rows = slice(None, None, max(1, len(y) // _ROWS))
    told, judge = _judged(y[rows])
    return {
        name: judge(screening.coded(values[rows]), told)
        for name, values in columns.items()
        if values.dtype.kind in "Of"
    }


def propose_pairs(
    columns: Mapping[str, np.ndarray],
    y: np.ndarray,
    importances: Mapping[str, float],
    *,
    numbers: int = 8,
    categories: int = 4,
    most: int = 8,
) -> list[list[str]]:
    """Return ``[column, operator, column]``, the most telling first, at most one of each two columns.

    Parameters
    ----------
    columns : mapping of name to array of shape (N,)
        Canonical training rows.
    y : array of shape (N,)
        Class codes (integers) or values.
    importances : mapping of name to float
        Of raw columns; those without are not looked at.
    numbers, categories : int
        How many of the most important columns are paired with each other: numbers by ``+ - * /``,
        categories by ``×``.
    most : int
        How many pairs are returned.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> columns = {name: random.uniform(1, 9, 500) for name in ("width", "height", "age")}
    >>> propose_pairs(columns, columns["width"] * columns["height"], dict.fromkeys(columns, 1.0), most=1)
    [['width', '*', 'height']]
    """
    rows = slice(None, None, max(1, len(y) // _ROWS))
    ranked = sorted((name for name in importances if name in columns), key=lambda name: -importances[name])
    values = {name: columns[name][rows] for name in ranked if columns[name].dtype.kind in "Of"}
    told, judge = _judged(y[rows])
    codes = {name: screening.coded(found) for name, found in values.items()}
    alone = {name: judge(found, told) for name, found in codes.items()}
    gains: list[tuple[float, list[str]]] = []

    def gain(a: str, op: str, b: str, made: np.ndarray) -> None:
        gains.append((judge(made, told) - max(alone[a], alone[b]), [a, op, b]))

    for a, b in combinations([name for name in values if values[name].dtype != object][:numbers], 2):
        for pair in ((a, "-", b), (a, "/", b), (b, "/", a), (a, "*", b), (a, "+", b)):
            gain(*pair, screening.coded(combined(values, *pair)))
    for a, b in combinations([name for name in values if values[name].dtype == object][:categories], 2):
        crossed = codes[a] * (int(codes[b].max()) + 1) + codes[b]
        gain(a, CROSSED, b, np.unique(crossed, return_inverse=True)[1])
    best: dict[frozenset[str], list[str]] = {}
    for gained, proposed in sorted(gains, key=lambda found: -found[0]):
        if gained >= _LEAST:
            best.setdefault(frozenset((proposed[0], proposed[2])), proposed)
    return list(best.values())[:most]


def _judged(y: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], float]]:
    """A target as it is screened by, and by what."""
    if np.issubdtype(y.dtype, np.integer):
        return screening.few_classes(y), screening.auc
    return screening.ranks(y), screening.r2
