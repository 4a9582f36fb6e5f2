"""Which rows train and which judge: the hold-out and the folds, by class and by group."""

from __future__ import annotations

import numpy as np


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
    parts = _parts(y, stratify, groups, count, seed)
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
    """Deal whole groups, largest first, each to the part that it leaves most even."""
    labels = y if stratify else np.zeros(len(y), dtype=np.int64)
    table = np.zeros((groups.max() + 1, int(labels.max()) + 1))
    np.add.at(table, (groups, labels), 1)
    order = random.permutation(len(table))
    order = order[np.argsort(-table[order].sum(axis=1), kind="stable")]
    weights = 1 / np.maximum(table.sum(axis=0), 1)  # every class counts the same
    filled = np.zeros((count, table.shape[1]))
    part_of = np.zeros(len(table), dtype=np.int64)
    for group in order:
        load = ((filled + table[group]) * weights).sum(axis=1) + 1e-9 * filled.sum(axis=1)
        part = int(np.argmin(load))
        part_of[group] = part
        filled[part] += table[group]
    return part_of[groups]


def _strata(y: np.ndarray, stratify: bool) -> list[np.ndarray]:
    if not stratify:
        return [np.arange(len(y))]
    return [np.flatnonzero(y == label) for label in np.unique(y)]
