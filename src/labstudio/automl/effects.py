"""What the fixes that a person has applied have changed: the score with each, and without it.

A fix is a setting that a guardrail proposes when it is left away. One plain candidate is judged by folds both
ways, on a sample of the rows: leaving out a column that gives the target away mostly makes a score worse, and
more honest; how much, is what a person wants to know.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from labstudio.automl.evaluation import Prepared
from labstudio.automl.guardrails import Guardrail
from labstudio.automl.member import Candidate
from labstudio.automl.metrics import choose
from labstudio.automl.settings import AutoMLSettings
from labstudio.errors import Invalid

FIXES = ("exclude", "group", "time", "class_weight")
"""Settings that guardrails propose and that leave the metric as it is."""
ROWS = 20_000
_FOLDS = 3
_SECONDS = 5.0  # for one score, at most
_PLAIN = Candidate("lightgbm", {"rounds": 200, "patience": 20, "learning_rate": 0.1})


def applied_fixes(
    frame: pd.DataFrame, target: str, settings: AutoMLSettings
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the guardrails whose fixes the settings have, each with the settings that are without its fix.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": range(300), "y": [i % 7 for i in range(300)]})
    >>> frame["copy"] = frame["y"]
    >>> told = AutoMLSettings(task="regression", exclude=["copy"], types={"x": "number"})
    >>> [(name, without["exclude"]) for name, without in applied_fixes(frame, "y", told)]
    [('Target leak', [])]
    """
    from labstudio.automl.preparation import prepare

    told = settings.model_dump()
    plain = {name: type(settings).model_fields[name].get_default(call_default_factory=True) for name in FIXES}
    if all(told[name] == plain[name] for name in FIXES):
        return
    try:
        bare, _ = prepare(frame, target, type(settings)(**{**told, **plain}))
    except Invalid:  # without them the table may be of no use at all
        return
    for one in bare.guardrails:
        without = _without(told, one.fix)
        if one.state == "alerted" and without is not None:
            yield one.name, without


def _without(told: Mapping[str, Any], fix: Mapping[str, Any]) -> dict[str, Any] | None:
    """Settings without a fix; None where they do not have it."""
    found = dict(told)
    for name, value in fix.items():
        if name not in FIXES:
            return None
        if isinstance(value, list):
            if not set(value) & set(told[name]):
                return None
            found[name] = [one for one in told[name] if one not in value]
        elif told[name] != value:
            return None
        else:
            found[name] = "none" if name == "class_weight" else None
    return found if fix else None


def effects(
    guardrails: Sequence[Guardrail],
    fixes: Sequence[tuple[str, dict[str, Any]]],
    metric: str,
    score: Callable[[Mapping[str, Any] | None], float | None],
) -> tuple[Guardrail, ...]:
    """Return guardrails with what fixes have changed.

    Parameters
    ----------
    guardrails : sequence of Guardrail
        Of the table with the fixes.
    fixes : sequence of (name, settings without the fix)
        As `applied_fixes` gives them.
    metric : str
        What it is called.
    score : callable (settings, or None for those of the run) → float or None
        Judges a plain candidate; None where there is no time for it.

    Examples
    --------
    >>> one = Guardrail("Target leak", "passed", "No column alone gives the target away.")
    >>> score = lambda told: 0.8 if told is None else 1.0
    >>> found = effects([one], [("Target leak", {"exclude": []})], "roc_auc", score)
    >>> found[0].state, found[0].effect
    ('done', {'roc_auc without the fix': 1.0, 'with it': 0.8})
    """
    after = score(None) if fixes else None
    known: dict[str, dict[str, float]] = {}
    for name, without in fixes:
        before = score(without) if after is not None else None
        if before is not None and after is not None and np.isfinite([before, after]).all():
            known[name] = {f"{metric} without the fix": round(before, 5), "with it": round(after, 5)}
    return tuple(
        replace(one, state="done" if one.state == "passed" else one.state, effect=known[one.name])
        if one.name in known
        else one
        for one in guardrails
    )


def plain_score(path: Path, metric: str, seconds: float) -> float:
    """Judge one plain candidate by the folds of a table, in a worker.

    Parameters
    ----------
    path : Path
        Where `Training.save` wrote the data.
    metric : str
        As in the settings.
    seconds : float
        What it may take.

    Returns
    -------
    float
        The mean over the folds; NaN where the metric is not defined on any.
    """
    end = time.time() + seconds
    prepared = Prepared.load(path)
    training = prepared.training
    judge = choose(metric, training.task, quantile=training.quantile)
    scores = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fold, (_, rows) in enumerate(training.folds):
            deadline = time.time() + max(0.1, (end - time.time()) / (len(training.folds) - fold))
            _, prediction = prepared.fit(_PLAIN, fold, deadline=deadline)
            weights = None if training.weights is None else training.weights[rows]
            scores.append(judge(training.y[rows], prediction, training.classes, weights))
    known = [score for score in scores if np.isfinite(score)]
    return float(np.mean(known)) if known else np.nan


class Fixes:
    """The fixes that a run's settings have, and how what they changed is measured in its workers.

    Parameters
    ----------
    frame, target, settings
        What the run was given.
    metric : str
        By which fixes are judged, as in the settings.
    folder : Path
        Where tables for workers are kept.
    """

    def __init__(
        self, frame: pd.DataFrame, target: str, settings: AutoMLSettings, metric: str, folder: Path
    ) -> None:
        self._frame = frame.sample(ROWS, random_state=0) if len(frame) > ROWS else frame
        self._target, self._settings, self._metric, self._folder = target, settings, metric, folder
        self._fixes = list(applied_fixes(self._frame, target, settings))

    def seconds(self, budget: float | None) -> float:
        """What measuring them takes, of a budget at most a quarter."""
        if not self._fixes:
            return 0.0
        each = _SECONDS if budget is None else min(_SECONDS, max(1.0, 0.05 * budget))
        wanted = each * (1 + len(self._fixes))
        return wanted if budget is None else min(wanted, 0.25 * budget)

    def measure(
        self,
        guardrails: Sequence[Guardrail],
        submit: Callable[..., float | None],
        name: str,
        seconds: float,
    ) -> tuple[Guardrail, ...]:
        """Return guardrails with what the fixes have changed, by the metric of that name.

        `submit` (function, path, metric, seconds) runs it in a worker; None where that came to nothing.
        """
        from labstudio.automl.preparation import prepare

        each = seconds / (1 + len(self._fixes))

        def score(told: Mapping[str, Any] | None) -> float | None:
            settings = self._settings if told is None else type(self._settings)(**told)
            settings = settings.model_copy(update={"folds": settings.folds or _FOLDS})
            try:
                training, _ = prepare(self._frame, self._target, settings)
            except Invalid:
                return None
            path = training.save(self._folder / f"fix-{len(list(self._folder.glob('fix-*')))}.pickle")
            return submit(plain_score, path, self._metric, each)

        return effects(guardrails, self._fixes, name, score)
