"""Which rows train and which judge: the hold-out and the folds, by class, group, time and likeness.

What would make a score too good is kept on one side of every split: the rows of a group, rows that are equal
in all features where there are more than a few, and later rows from the training of what judges them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.tasks import Problem
from labstudio.errors import Invalid

_LARGEST_SHARE, _FEW_HELD, _MOST_HELD = 0.2, 100, 20_000
"""A tenth of the rows is held out, of few rows up to a fifth, to have a hundred."""
_MOST_VALIDATED = 50_000  # of a single split; a score is exact enough then, and the other rows train
_SINGLE_SHARE = 0.2
_FIRST_PART = 0.5  # share of the rows that train even the earliest fold in time
_BANDS = 10  # of a regression's target, each dealt evenly
_BAND_ROWS = 50  # at least, in each
_WEIGHED_GROUPS = 5_000  # dealt in a moment; those beyond are smaller, and even each other out
_LARGEST_TABLE = 10_000_000  # groups × classes
_ALIKE = 0.01  # share of rows that occur before from which on such rows stay together
_BY_CHANCE = 0.05  # of rows like it are expected, below which a second one is no chance


@dataclass(frozen=True)
class Plan:
    """The parts of a problem's rows.

    Attributes
    ----------
    held : ndarray of shape (N,), bool
        Rows kept aside to judge the result.
    folds : list of (training rows, validation rows)
        Numbers among the rows that are not held; not every row need ever validate.
    """

    held: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]


def plan(
    problem: Problem,
    settings: AutoMLSettings,
    count: int,
    *,
    validation_rows: np.ndarray | None = None,
    test_rows: np.ndarray | None = None,
) -> Plan:
    """Decide which rows train, which validate and which are kept aside.

    In time order the latest rows are kept aside; each fold trains on all rows before those that judge it, and
    at least on the first half of them.

    Parameters
    ----------
    problem : Problem
        What is to be learned, from N rows.
    settings : AutoMLSettings
        Its holdout and seed count.
    count : int
        Folds; with 1 a fifth of the training rows validates. There may be fewer, as groups or moments allow.
    validation_rows, test_rows : ndarray of shape (N,), bool, optional
        Rows that the user has given for the one and the other; then nothing is drawn for it.

    Raises
    ------
    Invalid
        The rows given hold no target, or a class that no other row has; or groups or times leave training
        rows of one class only.

    Examples
    --------
    >>> from labstudio.automl.tasks import understand
    >>> frame = pd.DataFrame({"x": [i % 7 for i in range(60)], "y": ["a", "b", "b"] * 20})
    >>> found = plan(understand(frame, "y", AutoMLSettings()), AutoMLSettings(), 4)
    >>> int(found.held.sum()), [len(validation) for _, validation in found.folds]
    (12, [12, 12, 12, 12])
    """
    for option, given in (("validation", validation_rows), ("test", test_rows)):
        if given is not None and not given.any():
            raise Invalid(f"{option}: no row of it has a value in {problem.target!r}.")
    _check_classes(problem, {"validation": validation_rows, "test": test_rows})
    seed, stratify = settings.seed, problem.classes is not None
    every = np.arange(len(problem.y))
    usable = every if validation_rows is None else np.flatnonzero(~validation_rows)
    held = np.zeros(len(problem.y), dtype=bool)
    by = "group" if problem.groups is not None else "" if problem.times is None else "time"
    alike = None if by else kept_together(problem.columns)

    def part(rows: np.ndarray) -> Rows:
        return Rows.of(problem, rows, alike)

    if test_rows is not None:
        held = np.asarray(test_rows, dtype=bool)
    else:
        share = settings.holdout or _usual_share(len(usable))
        held[usable] = part(usable).held(share, seed)

    train = np.flatnonzero(~held)
    if validation_rows is not None:
        judges = validation_rows[train]
        folds = [(np.flatnonzero(~judges), np.flatnonzero(judges))]
    else:
        # what validates may repeat what trains, as new rows do; the rows kept aside repeat nothing
        folds = Rows.of(problem, train, None).folds(count, seed)
    if stratify:
        y = problem.y[train]
        folds = [pair for pair in folds if len(np.unique(y[pair[0]])) > 1]
    if not folds:
        raise Invalid(
            f"{by or 'data'}: however rows are split, training sees one class of {problem.target!r} only; "
            f"{f'leave out {by}, or ' if by else ''}give more rows."
        )
    return Plan(held, folds)


def _check_classes(problem: Problem, own: dict[str, np.ndarray | None]) -> None:
    """Refuse rows of a person's own with a class that cannot be learned, as none of the data have it."""
    given = {option: rows for option, rows in own.items() if rows is not None}
    if problem.classes is None or not given:
        return
    learned = problem.y[~np.any([*given.values()], axis=0)]
    for option, rows in given.items():
        unknown = np.setdiff1d(problem.y[rows], learned)
        if len(unknown):
            count = int(np.isin(problem.y[rows], unknown).sum())
            first = repr(str(problem.classes[unknown[0]])[:100])
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            raise Invalid(
                f"{option}: {count:,} of its rows have {first}{more} in {problem.target!r}, which no row "
                "that is learned from has; leave them out, or add such rows to the data."
            )


def _usual_share(rows: int) -> float:
    return min(_LARGEST_SHARE, max(0.1, _FEW_HELD / rows), _MOST_HELD / rows)


@dataclass(frozen=True)
class Rows:
    """Some rows, with all that says how they may be split."""

    y: np.ndarray
    stratify: bool
    groups: np.ndarray | None = None
    times: np.ndarray | None = None
    alike: np.ndarray | None = None

    @classmethod
    def of(cls, problem: Problem, rows: np.ndarray, alike: np.ndarray | None) -> Rows:
        """Those rows of a problem, with its groups numbered anew; a group is as late as its last row."""
        y, stratify = problem.y[rows], problem.classes is not None
        groups, times = problem.groups, problem.times
        if groups is not None:
            groups = np.unique(groups[rows], return_inverse=True)[1]
        if times is not None:
            times = times[rows]
            if groups is not None:
                latest = np.zeros(groups.max() + 1, dtype=times.dtype)
                np.maximum.at(latest, groups, times)
                times = latest[groups]
        elif not stratify and groups is None and len(rows) >= 2 * _BAND_ROWS:
            y, stratify = _bands(y), True
        return cls(y, stratify, groups, times, None if alike is None else alike[rows])

    def held(self, share: float, seed: int) -> np.ndarray:
        """Choose about that share."""
        if self.times is not None:
            return _latest(self.times, share)
        if self.alike is None:
            return hold_out(self.y, self.stratify, self.groups, share, seed)
        codes, firsts = _firsts(self.alike)
        held = hold_out(self.y[firsts], self.stratify, None, share, seed)[codes]
        lost = np.setdiff1d(self.y[held], self.y[~held]) if self.stratify else ()
        if len(lost):  # all rows of a class equal others
            return hold_out(self.y, self.stratify, None, share, seed)
        return held

    def folds(self, count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Choose `count` pairs of training and validation rows, or as many as there can be."""
        if count == 1:
            share = min(_SINGLE_SHARE, _MOST_VALIDATED / len(self.y))
            judges = self.held(share, seed + 1)
            return [(np.flatnonzero(~judges), np.flatnonzero(judges))]
        if self.times is not None:
            return _forward(self.times, count)
        if self.groups is not None:
            count = min(count, int(self.groups.max()) + 1)
        if self.alike is None:
            return folds(self.y, self.stratify, self.groups, count, seed)
        codes, firsts = _firsts(self.alike)
        return _pairs(_parts(self.y[firsts], self.stratify, None, count, seed)[codes], count)


def _bands(y: np.ndarray) -> np.ndarray:
    """Number bands of like values, each with about as many rows."""
    order = np.argsort(y, kind="stable")
    bands = np.empty(len(y), dtype=np.int64)
    bands[order] = np.arange(len(y)) * min(_BANDS, len(y) // _BAND_ROWS) // len(y)
    return bands


def _firsts(alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the different rows; where each occurs first."""
    _, firsts, codes = np.unique(alike, return_index=True, return_inverse=True)
    return codes, firsts


def kept_together(columns: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Number the rows so that equal ones have the same number; None where hardly any row occurs twice.

    Rows that few different values make alike by chance count as different: new rows will be like them too.
    """
    hashes = np.zeros(len(next(iter(columns.values()))), dtype=np.uint64)
    for place, values in enumerate(columns.values(), 1):
        hashes = hashes * np.uint64(1_000_003) + pd.util.hash_array(values, categorize=values.dtype == object)
        if place in (4, 32, 256) and pd.Series(hashes).is_unique:  # no need to look at all of a wide table
            return None
    numbers = pd.factorize(hashes)[0]
    twice = np.flatnonzero(np.bincount(numbers)[numbers] > 1)
    if len(twice) < _ALIKE * len(numbers):
        return None
    chance = np.full(len(twice), np.log(len(numbers)))  # how many others would be the same
    for values in columns.values():
        codes = pd.factorize(values, use_na_sentinel=False)[0]
        chance += np.log(np.bincount(codes)[codes[twice]] / len(numbers))
    together = twice[chance < np.log(_BY_CHANCE)]
    again = pd.Series(numbers[together]).duplicated()
    if again.sum() < _ALIKE * len(numbers):
        return None
    own = np.arange(len(numbers)) + numbers.max() + 1  # a number of its own
    own[together] = numbers[together]
    return own


def _latest(times: np.ndarray, share: float) -> np.ndarray:
    """About that share of the rows, the last ones; rows of one moment stay on one side."""
    return times > _borders(times, [1 - share])[0]


def _forward(times: np.ndarray, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Folds one after the other, each judged by the rows that follow its training rows."""
    borders = _borders(times, np.linspace(_FIRST_PART, 1, count, endpoint=False).tolist())
    ends = [*borders[1:], int(times.max())]
    return [
        (np.flatnonzero(times <= start), np.flatnonzero((times > start) & (times <= end)))
        for start, end in zip(borders, ends, strict=True)
    ]


def _borders(times: np.ndarray, shares: list[float]) -> list[int]:
    """Moments up to which about those shares of the rows lie; never the last moment."""
    moments, counts = np.unique(times, return_counts=True)
    if len(moments) == 1:
        raise Invalid("time: the rows that train are all of one moment; order them by another column.")
    reached = np.cumsum(counts)[:-1] / len(times)
    return sorted({int(moments[np.abs(reached - share).argmin()]) for share in shares})


def hold_out(y: np.ndarray, stratify: bool, groups: np.ndarray | None, share: float, seed: int) -> np.ndarray:
    """Choose the rows that are kept aside.

    Parameters
    ----------
    y : ndarray of shape (N,)
        Class codes, or values.
    stratify : bool
        Keep the shares of the classes; a class with a single row stays in training.
    groups : ndarray of shape (N,) or None
        Groups are held out whole.
    share : float
        Share of the rows that is held out, about.
    seed : int
        The same seed holds out the same rows.

    Returns
    -------
    ndarray of shape (N,), bool
        True for rows that are held out; at least one on either side.

    Examples
    --------
    >>> hold_out(np.array([0, 0, 0, 0, 1, 1, 1, 1]), True, None, 0.25, seed=0).sum()
    np.int64(2)
    """
    if groups is None:
        return _shuffled_share(y, stratify, share, seed)
    held = _parts(y, stratify, groups, max(2, round(1 / share)), seed) == 0
    if stratify:
        unlearnt = np.setdiff1d(y[held], y[~held])  # a class must be seen in training to be predicted
        held &= ~np.isin(groups, groups[np.isin(y, unlearnt)])
    return held


def folds(
    y: np.ndarray, stratify: bool, groups: np.ndarray | None, count: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return `count` pairs of (training, validation) row numbers; every row validates once at most."""
    return _pairs(_parts(y, stratify, groups, count, seed), count)


def _pairs(parts: np.ndarray, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    pairs = [(np.flatnonzero(parts != part), np.flatnonzero(parts == part)) for part in range(count)]
    return [pair for pair in pairs if len(pair[1])]


def _shuffled_share(y: np.ndarray, stratify: bool, share: float, seed: int) -> np.ndarray:
    held = np.zeros(len(y), dtype=bool)
    random = np.random.default_rng(seed)
    for rows in _strata(y, stratify):
        take = round(len(rows) * share)
        held[random.permutation(rows)[: min(take, len(rows) - 1)]] = True
    if not held.any():
        held[random.permutation(max(_strata(y, stratify), key=len))[0]] = True
    return held


def _parts(y: np.ndarray, stratify: bool, groups: np.ndarray | None, count: int, seed: int) -> np.ndarray:
    """Part of each row, 0 … count − 1; −1 for rows that only ever train."""
    random = np.random.default_rng(seed)
    parts = np.full(len(y), -1)
    if groups is None:
        start = 0
        for rows in _strata(y, stratify):
            if stratify and len(rows) == 1:
                continue
            # each class goes on where the last one ended, so that small classes do not all meet in part 0
            parts[random.permutation(rows)] = (np.arange(len(rows)) + start) % count
            start += len(rows)
        return parts
    return _parts_of_groups(y, stratify, groups, count, random)


def _parts_of_groups(
    y: np.ndarray, stratify: bool, groups: np.ndarray, count: int, random: np.random.Generator
) -> np.ndarray:
    """Deal whole groups, largest first, each to the part that it leaves most even; many small in turn."""
    number = int(groups.max()) + 1
    by_class = stratify and number * (int(y.max()) + 1) <= _LARGEST_TABLE
    labels = y if by_class else np.zeros(len(y), dtype=np.int64)
    table = np.zeros((number, int(labels.max()) + 1))
    np.add.at(table, (groups, labels), 1)
    order = random.permutation(len(table))
    order = order[np.argsort(-table[order].sum(axis=1), kind="stable")]
    weights = 1 / np.maximum(table.sum(axis=0), 1)  # every class counts the same
    filled = np.zeros((count, table.shape[1]))
    part_of = np.empty(number, dtype=np.int64)
    part_of[order] = np.arange(number) % count
    for group in order[:_WEIGHED_GROUPS]:
        load = ((filled + table[group]) * weights).sum(axis=1) + 1e-9 * filled.sum(axis=1)
        part = int(np.argmin(load))
        part_of[group] = part
        filled[part] += table[group]
    return part_of[groups]


def _strata(y: np.ndarray, stratify: bool) -> list[np.ndarray]:
    if not stratify:
        return [np.arange(len(y))]
    return [np.flatnonzero(y == label) for label in np.unique(y)]
