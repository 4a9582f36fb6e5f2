"""Which of a learner's hyper-parameters mattered in a search, from the scores of its trials alone.

Of each one: the share of the differences between trials that it explains by itself. That is the ω² of a
one-way analysis of variance (Hays 1963) over the ranks of the scores, with numbers in three equal groups.
Unlike the importances of a forest fitted to a few trials it stays about zero where there is only chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labstudio.automl.trial import ENSEMBLE, Trial

FEWEST = 8
"""Trials of a learner, of which something can be said."""
_GROUPS = 3
_HIDDEN = ("features", "patience")  # not the learner's own; not worth a look


def importance(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """Return the share that each hyper-parameter explains, the largest first, by learner.

    Parameters
    ----------
    trials : sequence of Trial
        All of a run; those that ended well count.

    Returns
    -------
    dict of learner to dict of name to float
        Learners with at least `FEWEST` trials; hyper-parameters that had different values. The shares need
        not sum to one: what they do together is nobody's.

    Examples
    --------
    >>> tried = [Trial(i, "lightgbm", {"rate": i / 9, "seed": i % 2}, "complete", i**2) for i in range(9)]
    >>> {name: round(share, 2) for name, share in importance(tried)["lightgbm"].items()}
    {'rate': 0.85, 'seed': 0.0}
    """
    found = {}
    for learner, own in by_learner(trials).items():
        if len(own) < FEWEST:
            continue
        ranks = _ranks([trial.score or 0.0 for trial in own])
        names = dict.fromkeys(name for trial in own for name in trial.params if name not in _HIDDEN)
        groups = {name: _grouped([trial.params.get(name) for trial in own]) for name in names}
        shares = {name: _explained(ranks, group) for name, group in groups.items() if len(set(group)) > 1}
        if shares:
            found[learner] = dict(sorted(shares.items(), key=lambda pair: -pair[1]))
    return found


def by_learner(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    """Gather the trials that ended well by learner, those that a search can vary."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.state == "complete" and trial.score is not None and trial.learner != ENSEMBLE:
            found.setdefault(trial.learner, []).append(trial)
    return found


def _grouped(values: Sequence[Any]) -> list[str]:
    """Name each value's group: numbers of many kinds in three of one size, all else by what it is."""
    numbers = [value for value in values if _is_number(value)]
    if len(set(numbers)) <= _GROUPS:
        return [repr(value) for value in values]
    borders = np.quantile(numbers, np.arange(1, _GROUPS) / _GROUPS)
    return [str(np.searchsorted(borders, value)) if _is_number(value) else repr(value) for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _explained(values: np.ndarray, groups: Sequence[str]) -> float:
    """ω²: the share of the variance between groups, less what chance alone would put there."""
    parts = [values[np.array(groups) == group] for group in sorted(set(groups))]
    total = float(((values - values.mean()) ** 2).sum())
    within = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    freedom = len(values) - len(parts)
    if not total or freedom < 1:
        return 0.0
    noise = within / freedom
    return max(0.0, (total - within - (len(parts) - 1) * noise) / (total + noise))


def _ranks(values: Sequence[float]) -> np.ndarray:
    """Ranks, equal values sharing theirs: a trial that went astray counts no more than the last place."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks
