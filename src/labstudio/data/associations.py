"""Which columns go together, and what each alone says of a target. It knows a frame and its schema.

Numbers by Spearman's rank correlation (and Pearson's beside it), categories by Cramér's V, one of each by the
correlation ratio. Dates count as numbers; ids, free text and constants say nothing by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.data.options import check_columns
from labstudio.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.schema import Column, Schema

MOST_ROWS = 100_000
MOST_PAIRS = 200
MOST_COLUMNS = 200
_MOST_CLASSES = 50  # of more categories, the rarest are one
_FEWEST = 10  # rows that a figure is said of
_BINS = 64
_LEAK = {"auc": 0.995, "r2": 0.995, "information": 0.98}  # what hardly any honest column reaches alone


@dataclass(frozen=True)
class Association:
    """How two columns go together: 0 not at all, 1 (or -1) wholly."""

    left: str
    right: str
    measure: str  # "spearman", "cramers_v" or "correlation_ratio"
    value: float
    pearson: float | None = None


@dataclass(frozen=True)
class Associations:
    """The strongest pairs of a table's columns.

    Attributes
    ----------
    sampled : int
        Rows that were looked at.
    left_out : list of str
        Columns that cannot go together with others, or are too many.
    """

    rows: int
    sampled: int
    columns: list[str]
    left_out: list[str]
    pairs: list[Association]


@dataclass(frozen=True)
class Relation:
    """What one column alone says of the target in rows that it was not learned from.

    Attributes
    ----------
    measure : str
        ``"auc"`` of two classes, ``"r2"`` of numbers, ``"information"`` (the share of the target's entropy)
        of more classes.
    strength : float
        The score from 0 for nothing to 1 for all.
    leak : bool
        So strong that it may hold the answer.
    """

    column: str
    measure: str
    score: float
    strength: float
    leak: bool


@dataclass(frozen=True)
class Relations:
    """What the columns of a table say of a target, the strongest first."""

    target: str
    sampled: int
    columns: list[Relation]


def associate(frame: pd.DataFrame, schema: Schema, rows: int) -> Associations:
    """Say which columns of a sample of a table with so many `rows` go together.

    Examples
    --------
    >>> import pandas as pd
    >>> from labstudio.schema import Schema
    >>> frame = pd.DataFrame({"a": range(50), "b": [x * x for x in range(50)]})
    >>> associate(frame, Schema.infer(frame, {"a": "number", "b": "number"}), 50).pairs[0].value
    1.0
    """
    fit = [column for column in schema if column.semantic in ("number", "boolean", "category", "datetime")]
    fit = fit[:MOST_COLUMNS]
    places = {column.name: place for place, column in enumerate(schema)}
    numbers, categories = dict[str, np.ndarray](), dict[str, np.ndarray]()
    for column in fit:
        values = frame.iloc[:, places[column.name]]
        if column.semantic in ("number", "datetime"):
            numbers[column.name] = as_numbers(values, column)
        else:
            categories[column.name] = _codes(values)
    pairs = [*_of_numbers(numbers), *_of_categories(categories), *_of_both(numbers, categories)]
    pairs.sort(key=lambda pair: (-abs(pair.value), pair.left, pair.right))
    names = [column.name for column in fit]
    left_out = [column.name for column in schema if column.name not in set(names)]
    return Associations(rows, len(frame), names, left_out, pairs[:MOST_PAIRS])


def relate(frame: pd.DataFrame, schema: Schema, target: str) -> Relations:
    """Say what each column of a sample says of the target by itself.

    Half of the rows teach the mean target of each category or range of numbers, the other half judges it.

    Raises
    ------
    Invalid
        There is no such column, or nothing can be said of it.
    """
    check_columns(schema.names, [target], "target: ")
    place = schema.names.index(target)
    column, values = schema.columns[place], frame.iloc[:, place]
    regression = column.semantic == "number"
    if not regression and column.semantic not in ("boolean", "category"):
        raise Invalid(f"target: {target!r} holds {_WORDS[column.semantic]}; choose numbers or categories.")
    y = as_numbers(values, column) if regression else _codes(values).astype(float)
    there = np.isfinite(y) if regression else y >= 0
    y = y[there]
    if len(y) < 2 * _FEWEST or len(np.unique(y)) < 2:
        raise Invalid(f"target: {target!r} has too few different values to say anything about it.")
    order = np.random.default_rng(0).permutation(len(y))
    learned = np.zeros(len(y), bool)
    learned[order[: len(y) // 2]] = True
    found = []
    for i, other in enumerate(schema):
        if i == place or other.semantic == "constant":
            continue
        cells = frame.iloc[:, i][there]
        found.append(_relation(other, cells, y, learned, regression))
    found.sort(key=lambda one: (-one.strength, one.column))
    return Relations(target, len(frame), found)


_WORDS = {"datetime": "dates", "text": "free text", "id": "ids", "constant": "one value only"}


def _relation(
    column: Column, cells: pd.Series, y: np.ndarray, learned: np.ndarray, regression: bool
) -> Relation:
    number = column.semantic in ("number", "datetime") or (
        column.semantic == "id" and column.physical != "string"
    )
    x = as_numbers(cells, column) if number else None
    groups = _ranges(x, learned) if x is not None else _codes(cells, most=1_000) + 1
    classes = len(np.unique(y))
    if regression:
        said = _means(groups, y, learned)
        score = _r2(y[~learned], said[~learned])
        if x is not None:
            score = max(score, _r2(y[~learned], _line(x, y, learned)[~learned]))
        measure, strength = "r2", max(0.0, score)
    elif classes == 2:
        yes = y == y.max()
        score = _auc(yes[~learned], _means(groups, yes.astype(float), learned)[~learned])
        measure, strength = "auc", max(0.0, 2 * score - 1)
    else:
        score = _information(groups, y.astype(int), learned)
        measure, strength = "information", max(0.0, score)
    return Relation(column.name, measure, round(score, 4), round(strength, 4), score >= _LEAK[measure])


def as_numbers(values: pd.Series, column: Column) -> np.ndarray:
    """Return a column's numbers, dates as seconds, what is missing or infinite as NaN."""
    import pandas as pd

    if column.semantic == "datetime":
        moments = pd.to_datetime(values, errors="coerce", utc=True, format="ISO8601")
        numbers = moments.astype("datetime64[us, UTC]").astype("int64").to_numpy() / 1e6
        numbers[moments.isna().to_numpy()] = np.nan
        return numbers
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _codes(values: pd.Series, most: int = _MOST_CLASSES) -> np.ndarray:
    """Number the categories from the most frequent on; -1 for missing, the rarest together."""
    import pandas as pd

    codes, _ = pd.factorize(values)
    counts = np.bincount(codes[codes >= 0])
    rank = np.empty(len(counts) + 1, np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    rank[-1] = -1
    return np.minimum(rank[codes], most - 1)


def _of_numbers(columns: dict[str, np.ndarray]) -> list[Association]:
    from scipy.stats import rankdata

    if len(columns) < 2:
        return []
    names = list(columns)
    values = np.column_stack(list(columns.values()))
    pearson = _correlations(values)
    spearman = _correlations(rankdata(values, axis=0, nan_policy="omit"))
    return [
        Association(names[i], names[j], "spearman", round(float(spearman[i, j]), 4),
                    round(float(pearson[i, j]), 4) if np.isfinite(pearson[i, j]) else None)
        for i in range(len(names)) for j in range(i + 1, len(names)) if np.isfinite(spearman[i, j])
    ]  # fmt: skip


def _correlations(values: np.ndarray) -> np.ndarray:
    """Pearson's of each pair of columns over the rows where both are there, by products of matrices."""
    there = np.isfinite(values)
    with np.errstate(all="ignore"):
        centre = np.nanmean(np.where(there, values, np.nan), axis=0)
        spread = np.nanstd(np.where(there, values, np.nan), axis=0)
        scaled = np.where(there, (values - centre) / spread, 0.0)
        scaled[:, ~np.isfinite(spread) | (spread == 0)] = np.nan
        both = there.astype(float)
        n = both.T @ both
        x = scaled.T @ both
        squares = (scaled**2).T @ both
        cross = scaled.T @ scaled - x * x.T / n
        own = squares - x**2 / n
        found = cross / np.sqrt(own * own.T)
    found[n < _FEWEST] = np.nan
    return np.clip(found, -1, 1)


def _of_categories(columns: dict[str, np.ndarray]) -> list[Association]:
    names, found = list(columns), []
    for i, left in enumerate(names):
        for right in names[i + 1 :]:
            value = cramers_v(columns[left], columns[right])
            if value is not None:
                found.append(Association(left, right, "cramers_v", round(value, 4)))
    return found


def cramers_v(left: np.ndarray, right: np.ndarray) -> float | None:
    """Cramér's V of two columns of codes, corrected for what chance gives (Bergsma 2013)."""
    table = _table(left, right)
    n = table.sum()
    if n < _FEWEST or min(table.shape) < 2:
        return None
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    phi = float(((table - expected) ** 2 / expected).sum() / n)
    rows, columns = table.shape
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    rows, columns = rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)
    least = min(rows, columns) - 1
    return min(1.0, float(np.sqrt(phi / least))) if least > 0 else None


def _table(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    there = (left >= 0) & (right >= 0)
    if not there.any():
        return np.zeros((0, 0))
    rows, columns = left[there], right[there]
    wide = int(columns.max()) + 1
    table = np.bincount(rows * wide + columns, minlength=(int(rows.max()) + 1) * wide).reshape(-1, wide)
    return table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]


def _of_both(numbers: dict[str, np.ndarray], categories: dict[str, np.ndarray]) -> list[Association]:
    found = []
    for left, codes in categories.items():
        for right, values in numbers.items():
            there = (codes >= 0) & np.isfinite(values)
            y, groups = values[there], codes[there]
            if len(y) < _FEWEST or len(np.unique(groups)) < 2 or not np.ptp(y) > 0:
                continue
            y = (y - y.mean()) / (y.std() or 1.0)
            counts = np.bincount(groups)
            means = np.bincount(groups, y) / np.maximum(counts, 1)
            # what chance gives to so many groups is taken off (epsilon squared)
            k, n = int((counts > 0).sum()), len(y)
            inside = 1 - float((counts * means**2).sum() / (y**2).sum())
            share = 1 - inside * (n - 1) / max(1, n - k)
            found.append(
                Association(left, right, "correlation_ratio", round(float(np.sqrt(max(0.0, share))), 4))
            )
    return found


def _ranges(x: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """Group numbers by quantiles of the rows learned from; missing is a group of its own."""
    known = x[learned & np.isfinite(x)]
    if not len(known):
        return np.isfinite(x).astype(np.int64)
    bins = max(2, min(_BINS, len(known) // _FEWEST))
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.where(np.isfinite(x), np.searchsorted(edges, x, side="right") + 1, 0)


def _means(groups: np.ndarray, y: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """The mean of each group of the rows learned from, drawn to the mean of all where they are few."""
    mean, weight = y[learned].mean(), 2.0
    size = int(groups.max()) + 1
    counts = np.bincount(groups[learned], minlength=size)
    sums = np.bincount(groups[learned], y[learned] - mean, minlength=size)
    said: np.ndarray = mean + (sums / (counts + weight))[groups]
    return said


def _line(x: np.ndarray, y: np.ndarray, learned: np.ndarray) -> np.ndarray:
    known = learned & np.isfinite(x)
    mean = y[learned].mean()
    if known.sum() < _FEWEST or not np.ptp(x[known]) > 0:
        return np.full(len(y), mean)
    centre, spread = x[known].mean(), x[known].std()
    scaled = np.where(np.isfinite(x), (x - centre) / spread, 0.0)
    slope = float(np.mean(scaled[known] * (y[known] - y[known].mean())))
    return np.where(np.isfinite(x), y[known].mean() + slope * scaled, mean)


def _r2(y: np.ndarray, said: np.ndarray) -> float:
    unit = float(np.abs(y).max()) or 1.0
    rest, all_ = ((y - said) / unit) ** 2, ((y - y.mean()) / unit) ** 2
    return float(1 - rest.sum() / all_.sum()) if all_.sum() > 0 else 0.0


def _auc(yes: np.ndarray, score: np.ndarray) -> float:
    from scipy.stats import rankdata

    positive, n = int(yes.sum()), len(yes)
    if positive in (0, n):
        return 0.5
    ranks = rankdata(score)[yes].sum() - positive * (positive + 1) / 2
    return float(ranks / (positive * (n - positive)))


def _information(groups: np.ndarray, y: np.ndarray, learned: np.ndarray) -> float:
    """Share of the target's entropy that the groups take away from rows they were not learned from."""
    classes, wide = int(y.max()) + 1, int(groups.max()) + 1
    prior = (np.bincount(y[learned], minlength=classes) + 0.5) / (learned.sum() + 0.5 * classes)
    table: Any = np.zeros((wide, classes))
    np.add.at(table, (groups[learned], y[learned]), 1)
    said = (table + 0.5 * prior) / (table.sum(axis=1, keepdims=True) + 0.5)
    judged = ~learned
    before = -np.log(prior[y[judged]]).mean()
    after = -np.log(said[groups[judged], y[judged]]).mean()
    return float(1 - after / before) if before > 0 else 0.0
