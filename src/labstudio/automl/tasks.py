"""From a frame and a target to a problem: the task, usable features, clean targets, how each row counts.

It decides what is learned from what; it knows no learner, no split and no time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from labstudio.automl.settings import AutoMLSettings
from labstudio.errors import Invalid
from labstudio.schema import MISSING_DATE, Column, Schema, canonical_values, named_columns

FEWEST_ROWS = 10
MOST_CLASSES = 1_000
_FEW_LEVELS = 20  # whole numbers with at most that many values are classes, if each occurs often enough
_ROWS_A_LEVEL = 4
_FEATURES = ("number", "boolean", "category", "datetime", "text")


@dataclass(frozen=True)
class Problem:
    """What is to be learned.

    Attributes
    ----------
    task : str
        ``"binary"``, ``"multiclass"`` or ``"regression"``.
    rows : ndarray of shape (N,), int
        Positions in the frame of the rows that have a target.
    features : Schema
        The columns that are used.
    columns : dict of str to ndarray of shape (N,)
        Their canonical values.
    y : ndarray of shape (N,)
        Class codes (int64) or values (float64).
    classes : ndarray of shape (K,) or None
        What the codes mean: text, int64 or bool.
    groups : ndarray of shape (N,), int, or None
        Rows with the same number stay on one side of every split.
    weights : ndarray of shape (N,) or None
        How much each row counts; 1 on average.
    times : ndarray of shape (N,), int, or None
        Ranks in time; rows of the same moment have the same.
    notes : tuple of str
        What was left out and why, a sentence each.
    dropped : int
        Rows without a target.
    unused : tuple of Column
        Columns of which nothing can be learned.
    """

    task: str
    target: str
    rows: np.ndarray
    features: Schema
    columns: dict[str, np.ndarray]
    y: np.ndarray
    classes: np.ndarray | None
    groups: np.ndarray | None
    notes: tuple[str, ...]
    dropped: int
    unused: tuple[Column, ...]
    weights: np.ndarray | None = None
    times: np.ndarray | None = None


def understand(
    frame: pd.DataFrame, target: str, settings: AutoMLSettings, whole: pd.Series | None = None
) -> Problem:
    """Find out what is to be learned.

    Parameters
    ----------
    frame : DataFrame
        The table.
    target : str
        Name of the column to predict.
    settings : AutoMLSettings
        Task, positive, group, weight, time, monotone, exclude and types count.
    whole : Series, optional
        The target in all rows, where `frame` is a sample of them whose index says which. Groups, weights and
        times are then not looked at.

    Raises
    ------
    Invalid
        A name is unknown, the target cannot be learned, or no column is left to learn from.
    """
    series = named_columns(frame)
    _check_names(series, target, settings)
    values, dropped = _present(series[target] if whole is None else whole, target)
    notes = [f"{dropped} row(s) without a finite {target!r} were left out."] if dropped else []
    rows = values.index.to_numpy()
    if settings.weight is not None and whole is None:
        weights = _weights(series[settings.weight].iloc[rows], settings.weight, rows)
        counted = np.ones(len(rows), dtype=bool) if weights is None else weights > 0
        if not counted.all():
            notes.append(f"{(~counted).sum()} row(s) of weight 0 were left out.")
            values = _enough(values[counted], target)
            rows = values.index.to_numpy()
    task, y, classes = _targets(values, target, settings.task)
    if settings.positive is not None:
        y, classes = _positive_second(y, classes, settings.positive, target)
    alone = [] if classes is None else [str(label) for label in classes[np.bincount(y) == 1]]
    if alone:
        notes.append(f"Learned from, but never judged by, as each has one row: {some(alone)}.")
    if whole is not None:
        known, rows = rows, np.flatnonzero(frame.index.isin(rows))
        y = y[np.searchsorted(known, frame.index[rows])]

    kept = frame.iloc[rows]
    left_out = {target, settings.group, settings.weight, *settings.exclude}
    # by position: labels need not be text
    schema = Schema.infer(
        kept.iloc[:, [i for i, name in enumerate(series) if name not in left_out]],
        {name: kind for name, kind in settings.types.items() if name not in left_out},
    )
    unused = [column for column in schema if column.semantic not in _FEATURES]
    notes += why_left_out(unused)
    features = schema.without(column.name for column in unused)
    if not features.columns:
        why = " ".join(notes) or "the table holds nothing but the target."
        use = (
            f" Give types={json.dumps({unused[0].name: 'number'})} (or category) to use one."
            if unused
            else ""
        )
        raise Invalid(f"No column is left to learn from: {why}{use}")
    _check_monotone(features, settings)

    def told(name: str | None) -> pd.Series | None:
        return series[name].iloc[rows] if name and whole is None else None

    return Problem(
        task,
        target,
        rows,
        features,
        features.canonical(kept),
        y,
        classes,
        _groups(told(settings.group), settings.group),
        tuple(notes),
        dropped,
        tuple(unused),
        _weights(told(settings.weight), settings.weight, rows),
        _times(told(settings.time), settings.time),
    )


def _check_names(series: Mapping[str, pd.Series], target: str, settings: AutoMLSettings) -> None:
    """Every name that is given is a column, and the target has no second part to play."""
    single = {"group": settings.group, "weight": settings.weight, "time": settings.time}
    given = [(option, name) for option, name in single.items() if name is not None]
    given += [("exclude", name) for name in settings.exclude]
    given += [("monotone", name) for name in settings.monotone]
    for option, name in [("target", target), *given]:
        if name not in series:
            near = get_close_matches(name, list(series), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the columns are {some(list(series))}."
            raise Invalid(f"{option}: there is no column {name!r}; {hint}")
    if target in (name for _, name in given):
        raise Invalid(
            f"The target {target!r} cannot be the group, weight, time or an excluded column as well."
        )


def _check_monotone(features: Schema, settings: AutoMLSettings) -> None:
    for name in settings.monotone:
        if name in features and features[name].semantic not in ("number", "boolean"):
            raise Invalid(f"monotone: {name!r} holds no numbers, and so neither rises nor falls.")


def _present(values: pd.Series, target: str) -> tuple[pd.Series, int]:
    """Rows that have a target, indexed by their position, and how many have none."""
    values = values.reset_index(drop=True)
    missing = values.isna()
    if isinstance(values.dtype, pd.StringDtype):
        missing |= (values.str.strip() == "").fillna(False).to_numpy(dtype=bool)
    elif values.dtype.kind == "f":
        missing |= ~np.isfinite(values.to_numpy(dtype=np.float64, na_value=np.nan))
    elif values.dtype == object:
        missing |= values.map(_says_nothing).astype(bool)
    return _enough(values[~missing], target), int(missing.sum())


def _enough(values: pd.Series, target: str) -> pd.Series:
    if len(values) < FEWEST_ROWS:
        raise Invalid(
            f"{FEWEST_ROWS} rows with a value in {target!r} are needed to learn from, not {len(values)}."
        )
    return values


def _says_nothing(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, float) and not math.isfinite(value)


def _targets(values: pd.Series, target: str, wanted: str) -> tuple[str, np.ndarray, np.ndarray | None]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    physical = Schema.infer(values.to_frame("target")).columns[0].physical
    if physical == "datetime":
        raise Invalid(f"The target {target!r} holds dates; predict a number of days, or a class, instead.")
    distinct = int(values.nunique())
    if distinct < 2:
        raise Invalid(f"The target {target!r} is {values.iloc[0]!s} in every row; there is nothing to learn.")
    task = _guess(values, physical, distinct) if wanted == "auto" else wanted
    if task == "regression":
        numbers = canonical_values(values, Column(target, "number", "number", target))
        if not np.isfinite(numbers).all():
            raise Invalid(
                f"The target {target!r} has texts such as 'nan' among its numbers; remove those rows."
            )
        return task, numbers, None
    if task == "binary" and distinct != 2:
        raise Invalid(
            f"The target {target!r} has {distinct} different values; a binary task needs two. "
            "Use task multiclass or regression."
        )
    if distinct > min(MOST_CLASSES, len(values) / 2):
        raise Invalid(
            f"The target {target!r} has {distinct:,} different values in {len(values):,} rows; "
            "it looks like an identifier rather than classes."
        )
    codes, different = pd.factorize(values)  # labels are made once a class, not once a row
    classes, places = np.unique(_labels(pd.Series(different), target, physical), return_inverse=True)
    return ("binary" if len(classes) == 2 else "multiclass"), places[codes].astype(np.int64), classes


def _guess(values: pd.Series, physical: str, distinct: int) -> str:
    if physical == "boolean" or distinct == 2:
        return "binary" if distinct == 2 else "multiclass"
    plain = values.dtype.kind in "iuf"
    numbers = values.astype(np.float64) if plain else pd.to_numeric(values, errors="coerce")
    if not np.isfinite(numbers).all():
        return "multiclass"
    whole = physical == "integer" or bool((numbers % 1 == 0).all())
    few = distinct <= _FEW_LEVELS and distinct * _ROWS_A_LEVEL <= len(values)
    return "multiclass" if whole and few else "regression"


def _labels(values: pd.Series, target: str, physical: str) -> np.ndarray:
    if physical == "boolean":
        return values.to_numpy(dtype=bool)
    if physical in ("integer", "number"):
        numbers = canonical_values(values, Column(target, physical, "number", target))
        if (numbers % 1 == 0).all() and (np.abs(numbers) < 2**53).all():
            return numbers.astype(np.int64)
    return canonical_values(values, Column(target, "string", "category", target)).astype(str)


def why_left_out(unused: Sequence[Column]) -> list[str]:
    """Say which columns nothing can be learned of, and why, a sentence each."""
    reasons = {
        "constant": "one single value, or none",
        "id": "an identifier",
    }
    notes = []
    for semantic, reason in reasons.items():
        names = [column.name for column in unused if column.semantic == semantic]
        if names:
            notes.append(f"Left out as {reason}: {some(names)}.")
    return notes


def _positive_second(
    y: np.ndarray, classes: np.ndarray | None, positive: str, target: str
) -> tuple[np.ndarray, np.ndarray]:
    """Order two classes so that the positive one has code 1."""
    if classes is None or len(classes) != 2:
        kind = "a number" if classes is None else f"one of {len(classes)} classes"
        raise Invalid(f"positive: {target!r} is {kind}; only one of two classes can be the positive one.")
    labels = [str(label).casefold() for label in classes]
    if positive.casefold() not in labels:
        raise Invalid(f"positive: {target!r} is never {positive!r}; it is {classes[0]!s} or {classes[1]!s}.")
    return (y, classes) if labels[1] == positive.casefold() else (1 - y, classes[::-1])


def _groups(values: pd.Series | None, name: str | None) -> np.ndarray | None:
    if values is None or name is None:
        return None
    texts = canonical_values(values, Column(name, "string", "category", name))
    codes, found = pd.factorize(texts)
    if len(found) < 3:
        raise Invalid(
            f"The group column {name!r} has {len(found)} different value(s); "
            "three are needed to hold one out and validate on another."
        )
    return codes


def _weights(values: pd.Series | None, name: str | None, rows: np.ndarray) -> np.ndarray | None:
    if values is None or name is None:
        return None
    numbers = canonical_values(values, Column(name, "number", "number", name))
    bad = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
    if len(bad):
        what = "missing" if np.isnan(numbers[bad[0]]) else f"{numbers[bad[0]]:g}"
        raise Invalid(
            f"weight: {name!r} is {what} in row {rows[bad[0]] + 1:,}; every row needs a weight of 0 or more."
        )
    if numbers.max() == 0:
        raise Invalid(f"weight: {name!r} is 0 in every row; no row would count.")
    shares = numbers / numbers.max()
    return np.asarray(shares / shares.mean())


def _times(values: pd.Series | None, name: str | None) -> np.ndarray | None:
    if values is None or name is None:
        return None
    column = Schema.infer(values.to_frame(name)).columns[0]
    if column.physical == "string":
        column = Column(name, "datetime", "datetime", name)  # or a sentence that says which text is no date
    keys = canonical_values(values, column)
    missing = int(np.sum((keys == MISSING_DATE) if column.physical == "datetime" else ~np.isfinite(keys)))
    if missing:
        raise Invalid(f"time: {missing:,} row(s) have no {name!r}; leave them out, or give them a time.")
    moments, ranks = np.unique(keys, return_inverse=True)
    if len(moments) < 3:
        raise Invalid(
            f"time: {name!r} has {len(moments)} different value(s); "
            "three are needed to learn, to validate and to judge, one after the other."
        )
    return ranks


def some(names: list[str]) -> str:
    """Name a few of many."""
    return ", ".join(repr(name) for name in names[:8]) + (
        f" and {len(names) - 8} more" if len(names) > 8 else ""
    )
