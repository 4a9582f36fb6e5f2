"""How far the values of a column moved between two samples, in figures and plain words. It knows frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.data.associations import as_numbers

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.schema import Column

MOST_ROWS = 100_000
SOME, STRONG = 0.1, 0.25  # of the population stability index, as is the custom
_BINS = 10
_MOST_CATEGORIES = 30
_MISSING = 0.05  # a share of missing values that grows or falls by so much is said
_CHANCE = 0.001
_FEWEST = 20


@dataclass(frozen=True)
class Drift:
    """How one column moved.

    Attributes
    ----------
    psi : float or None
        Population stability index over ten ranges or the most frequent categories of what is there.
    test, statistic, p_value
        Kolmogorov and Smirnov's for numbers and dates, chi-squared for categories.
    missing_before, missing_after : float
        Shares.
    """

    column: str
    level: str
    sentence: str
    psi: float | None = None
    test: str | None = None
    statistic: float | None = None
    p_value: float | None = None
    missing_before: float = 0.0
    missing_after: float = 0.0


def drift(before: pd.Series, after: pd.Series, column: Column, later: Column) -> Drift:
    """Say how a column moved, of which `column` and `later` are what the two schemas say.

    Examples
    --------
    >>> import pandas as pd
    >>> from labstudio.schema import Column
    >>> x = Column("x", "number", "number", "x")
    >>> drift(pd.Series(range(100)), pd.Series(range(100, 200)), x, x).sentence
    'Its values are higher: the median went from 49.5 to 149.5'
    """
    gaps = (_share(before), _share(after))
    there = before.notna().sum(), after.notna().sum()
    if min(there) < _FEWEST:
        level = "none" if abs(gaps[1] - gaps[0]) < _MISSING else "some"
        sentence = "Too few values to compare" if level == "none" else _missing(*gaps)
        return Drift(column.name, level, sentence, missing_before=gaps[0], missing_after=gaps[1])
    numbers = {"number", "datetime"}
    if column.semantic in numbers and later.semantic == column.semantic:
        found, words = _of_numbers(as_numbers(before, column), as_numbers(after, later), column)
    else:
        found, words = _of_categories(before.astype("string"), after.astype("string"))
    psi = found["psi"]
    chance = found["p_value"] > _CHANCE
    level = "none" if psi < SOME or chance else "some" if psi < STRONG else "strong"
    if abs(gaps[1] - gaps[0]) >= _MISSING:
        words = _missing(*gaps) if level == "none" else words
        level = "some" if level == "none" else level
    if level == "none":
        words = "About as before"
    return Drift(column.name, level, words, missing_before=gaps[0], missing_after=gaps[1], **found)


def _share(values: pd.Series) -> float:
    return round(float(values.isna().mean()), 6) if len(values) else 0.0


def _missing(before: float, after: float) -> str:
    return f"Missing values went from {before:.1%} to {after:.1%}"


def _of_numbers(before: np.ndarray, after: np.ndarray, column: Column) -> tuple[dict[str, Any], str]:
    from scipy.stats import ks_2samp

    old, new = before[np.isfinite(before)], after[np.isfinite(after)]
    edges = np.unique(np.quantile(old, np.linspace(0, 1, _BINS + 1)[1:-1]))
    # one value may be most of the rows, hence also the place beside each edge
    edges = np.unique(np.concatenate([edges, np.nextafter(edges, np.inf)]))
    shares = [
        np.bincount(np.searchsorted(edges, part, side="right"), minlength=len(edges) + 1)
        for part in (old, new)
    ]
    test = ks_2samp(old, new, method="asymp")
    found = {
        "psi": _psi(*shares),
        "test": "ks",
        "statistic": round(float(test.statistic), 4),
        "p_value": float(f"{test.pvalue:.3g}"),
    }
    middle = float(np.median(old)), float(np.median(new))
    if column.semantic == "datetime":
        days = [str(np.datetime64(int(value), "s").astype("datetime64[D]")) for value in middle]
        way = "later" if middle[1] > middle[0] else "earlier"
        return found, f"Its dates are {way}: the median went from {days[0]} to {days[1]}"
    if middle[0] != middle[1]:
        way = "higher" if middle[1] > middle[0] else "lower"
        return found, f"Its values are {way}: the median went from {middle[0]:.6g} to {middle[1]:.6g}"
    widths = [float(np.subtract(*np.quantile(part, [0.75, 0.25]))) for part in (old, new)]
    return (
        found,
        f"Its values spread differently: the middle half went from {widths[0]:.4g} to {widths[1]:.4g} wide",
    )


def _of_categories(before: pd.Series, after: pd.Series) -> tuple[dict[str, Any], str]:
    import pandas as pd
    from scipy.stats import chi2_contingency

    counts = pd.concat([before.value_counts(), after.value_counts()], axis=1).fillna(0).astype(float)
    counts.columns = pd.Index(["before", "after"])
    shares = counts / counts.sum()
    kept = counts.loc[shares.max(axis=1).sort_values(ascending=False, kind="stable").index[:_MOST_CATEGORIES]]
    rest = counts.sum() - kept.sum()
    table = np.vstack([kept.to_numpy(), rest.to_numpy()])
    table = table[table.sum(axis=1) > 0]
    test = chi2_contingency(table) if len(table) > 1 else None
    found = {
        "psi": _psi(table[:, 0], table[:, 1]),
        "test": "chi2",
        "statistic": round(float(test.statistic), 2) if test else 0.0,
        "p_value": float(f"{test.pvalue:.3g}") if test else 1.0,
    }
    moved = shares.loc[kept.index, "after"] - shares.loc[kept.index, "before"]
    most = moved.abs().idxmax()
    old, new = shares.loc[most, "before"], shares.loc[most, "after"]
    name = str(most) if len(str(most)) <= 40 else str(most)[:39] + "…"
    if old == 0:
        return found, f"{name!r} is new: {new:.1%} of the values"
    return found, f"{name!r} went from {old:.1%} to {new:.1%} of the values"


def _psi(before: np.ndarray, after: np.ndarray) -> float:
    """Population stability index; half a row in each place, so that an empty one is no infinity."""
    old, new = before + 0.5, after + 0.5
    old, new = old / old.sum(), new / new.sum()
    return round(float(np.sum((new - old) * np.log(new / old))), 4)
