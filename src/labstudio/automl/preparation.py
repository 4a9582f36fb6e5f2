"""From a frame and settings to what a run learns from, always the same from the same."""

from __future__ import annotations

import hashlib
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from labstudio.automl import splits
from labstudio.automl.guardrails import guardrails
from labstudio.automl.metrics import Metric, choose
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.tasks import Problem, understand
from labstudio.automl.training import ROWS_FOR_THREADS, Training
from labstudio.compute.machine import cores as usable_cores

if TYPE_CHECKING:
    from labstudio.automl.metrics import Function

_CERTIFIED_ROWS = 2_000
_CORES_A_WORKER = 8
"""So many a candidate keeps busy, by its folds; with more of them candidates are fitted at once."""
CELLS_A_SECOND = 20_000
"""Rows × columns × classes up to which five folds fit, for a second of budget."""


def prepare(
    frame: pd.DataFrame,
    target: str,
    settings: AutoMLSettings,
    metric: Function | Metric | None = None,
    *,
    validation: pd.DataFrame | None = None,
    test: pd.DataFrame | None = None,
    encoder: str | None = None,
) -> tuple[Training, Metric]:
    """Understand a table, choose its metric, keep a hold-out aside and choose folds."""
    frame, origin = _joined(frame, validation, test)
    problem = understand(frame, target, settings)
    given = origin[problem.rows]
    count = settings.folds or fold_count(problem, settings.seconds)
    plan = splits.plan(
        problem,
        settings,
        count,
        validation_rows=None if validation is None else given == 1,
        test_rows=None if test is None else given == 2,
    )
    train, held = np.flatnonzero(~plan.held), np.flatnonzero(plan.held)
    rarest = None if problem.classes is None else int(np.bincount(problem.y[train]).min())
    chosen = choose(
        settings.metric,
        problem.task,
        metric or settings.scorer,
        rarest=rarest,
        quantile=settings.quantile,
    )
    folds = [(train[fit], train[judge]) for fit, judge in plan.folds]
    metadata = {
        "target": target,
        "data_sha256": _fingerprint(problem.columns, problem.y, train),
        "settings": settings.model_dump(exclude={"threads"}, exclude_defaults=True),
    } | ({"encoder": encoder} if encoder else {})
    how = f"{len(folds)} folds" if len(folds) > 1 else "one split"
    by_group = f", whole groups of {settings.group!r}," if settings.group else ""
    judged = (
        f"Leaderboard scores are validated on {how} of {len(train):,} training rows; "
        f"{len(held):,} rows{by_group} were held out to judge the recommended model."
    )
    cores = settings.threads or max(1, usable_cores() // worker_count(settings))
    training = Training(
        features=problem.features,
        task=problem.task,
        classes=problem.classes,
        columns=problem.columns,
        y=problem.y,
        weights=problem.weights,
        emphasis=_emphasis(problem, settings),
        train=train,
        held=held,
        folds=folds,
        forward=settings.time is not None,
        pickled_sample=pickle.dumps(frame.iloc[problem.rows[held[:_CERTIFIED_ROWS]]], protocol=5),
        metadata=metadata,
        notes=(*problem.notes, judged),
        guardrails=guardrails(problem, settings, held=plan.held),
        monotone={
            name: 1 if way == "increasing" else -1
            for name, way in settings.monotone.items()
            if name in problem.columns
        },
        loss=chosen.loss,
        quantile=settings.quantile,
        seed=settings.seed,
        threads=cores if len(folds) == 1 and len(train) >= ROWS_FOR_THREADS else 1,
        cores=cores,
    )
    return training, chosen


def worker_count(settings: AutoMLSettings) -> int:
    """How many candidates are fitted at once."""
    return settings.workers or max(1, usable_cores() // _CORES_A_WORKER)


def fold_count(problem: Problem, seconds: float | None) -> int:
    """Choose folds by the work to be done: eight while it is small for the budget, five, three, one split."""
    outputs = 1 if problem.classes is None else len(problem.classes) - 1
    share = len(problem.y) * len(problem.features) * outputs / (CELLS_A_SECOND * (seconds or 60.0))
    return 8 if share <= 0.05 else 5 if share <= 1 else 3 if share <= 5 else 1


def _joined(
    frame: pd.DataFrame, validation: pd.DataFrame | None, test: pd.DataFrame | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """All rows as one frame, and of each where it is from: 0 the table, 1 validation, 2 test."""
    parts = [frame, validation, test]
    origin = np.concatenate([np.full(len(part), i) for i, part in enumerate(parts) if part is not None])
    if validation is None and test is None:
        return frame, origin
    return pd.concat([part for part in parts if part is not None], ignore_index=True), origin


def _emphasis(problem: Problem, settings: AutoMLSettings) -> np.ndarray | None:
    if problem.classes is None or settings.class_weight == "none":
        return problem.weights
    given = np.ones(len(problem.y)) if problem.weights is None else problem.weights
    totals = np.bincount(problem.y, weights=given, minlength=len(problem.classes))
    balanced = given.sum() / (len(totals) * np.maximum(totals, 1e-300))
    return np.asarray(given * balanced[problem.y])


def _fingerprint(columns: dict[str, np.ndarray], y: np.ndarray, rows: np.ndarray) -> str:
    """Hash of the training data, as the learner sees them."""
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(name.encode())
        if values.dtype == object:
            digest.update(pd.util.hash_array(values[rows], categorize=True).tobytes())
        else:
            digest.update(values[rows].tobytes())
    digest.update(y[rows].tobytes())
    return digest.hexdigest()
