"""The AutoML engine as one function: a frame and a target in, a certified model out.

The road, in the order of the code: understand the table, keep a hold-out, choose folds (`training`) → search
→ finish the best: fit it on all training rows, export and certify it, judge it once on the hold-out.
It knows neither the store nor any door.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.automl.charts import charts
from labstudio.automl.evaluation import (
    WARM_MODULES,
    Finished,
    Outcome,
    evaluate,
    finish,
    finished,
    weigh_columns,
)
from labstudio.automl.learners import LEARNERS
from labstudio.automl.metrics import Function, Metric, choose, report
from labstudio.automl.result import AutoMLResult
from labstudio.automl.search import Clock, Ear, Search
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.training import Candidate, Training
from labstudio.automl.trial import Listener, Trial
from labstudio.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from labstudio.onnx import CertifiedModel

_CERTIFY_SECONDS = 1.0  # about what exporting, certifying and judging take
_IMPORTANCE_SECONDS = (1.0, 0.03, 5.0)  # at least, as a share of the budget, and without a budget


def fit(
    frame: pd.DataFrame,
    target: str,
    settings: AutoMLSettings | None = None,
    *,
    executor: Executor | None = None,
    listener: Listener | None = None,
    metric: Function | Metric | None = None,
) -> AutoMLResult:
    """Find a good model for a column of a table, and make it one certified ONNX file.

    Parameters
    ----------
    frame : DataFrame of N rows
        The table; it is not changed.
    target : str
        Name of the column to predict; rows without a value in it are left out.
    settings : AutoMLSettings, optional
        How to search; a budget of 60 seconds when not given.
    executor : concurrent.futures.Executor, optional
        Where candidates are fitted; one killable local worker when not given. It is not shut down.
    listener : callable, optional
        Hears every `Trial` and `Progress`; returning True stops the search and keeps what there is.
        So does a keyboard interrupt.
    metric : callable (truth, prediction) → float, or Metric, optional
        In place of `settings.metric`; of a plain callable more is better, and it is given labels or values.

    Returns
    -------
    AutoMLResult

    Raises
    ------
    Invalid
        The table or the settings cannot be used; the sentence says what to change.
    Unavailable
        No candidate could be fitted.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": range(60), "city": ["Oslo", "Rome", "Lima"] * 20})
    >>> frame["y"] = frame["x"] % 7 * 2.5 + (frame["city"] == "Oslo")
    >>> result = fit(frame, "y", AutoMLSettings(trials=2, learners=["baseline", "linear"]))
    >>> result.task, result.certificate.passed, len(result.predict(frame))
    ('regression', True, 60)
    """
    settings = settings or AutoMLSettings()
    clock = Clock(settings.seconds)
    ear = Ear(listener, clock)
    with _workers(executor, settings) as workers, TemporaryDirectory(prefix="labstudio-") as folder:
        ear.enter("reading")
        training = Training.prepare(frame, target, settings)
        rarest = None if training.classes is None else int(np.bincount(training.y).min())
        chosen = choose(settings.metric, training.task, metric, rarest=rarest)
        path = training.save(Path(folder) / "training.pickle")

        ear.metric, ear.greater_is_better = chosen.name, chosen.greater_is_better
        ear.enter("searching")
        search = Search(
            workers,
            partial(evaluate, path),
            partial(_fold_scores, training, chosen),
            greater_is_better=chosen.greater_is_better,
            learners=list(settings.learners),
            task=training.task,
            rows=len(training.y),
            folds=len(training.folds),
            trials=settings.trials,
            seed=settings.seed,
            clock=clock,
            ear=ear,
        )
        search.run()

        ear.enter("finishing")
        best, done = _finish(search, workers, path, clock, ear, len(training.folds))
        drawn = charts(training.held_y, done.held_out, training.classes, seed=settings.seed)
        drawn["baseline"] = _baseline(search, chosen)
        # a metric that a person brings stays in this process; the task's own is shown in its place
        known = "auto" if metric is not None else chosen.name
        uses_columns = not LEARNERS[best.learner].instant
        weighed = _weigh(workers, path, done, known, clock, ear) if uses_columns else None
        result = AutoMLResult(
            task=training.task,
            target=target,
            metric=chosen.name,
            greater_is_better=chosen.greater_is_better,
            trials=tuple(search.trials),
            best=best,
            holdout=report(training.task, chosen, training.held_y, done.held_out, training.classes),
            rows={"training": len(training.y), "holdout": len(training.held_y)},
            notes=(*training.notes, *_regrets(search, best)),
            stopped=ear.stopped,
            seconds=round(clock.elapsed, 3),
            guardrails=training.guardrails,
            diagram=done.diagram,
            charts={**drawn, **({"importance": weighed} if weighed else {})},
            model=done.model,
            fitted=done.pipeline,
            make=partial(_export, training),
        )
        ear.enter("done")
        return result


def export_trial(frame: pd.DataFrame, target: str, settings: AutoMLSettings, trial: Trial) -> CertifiedModel:
    """Fit one trial of an earlier run again, on the same training rows, and export and certify it.

    Parameters are those the run had; the same frame and settings give the same split.
    """
    return _export(Training.prepare(frame, target, settings), trial)


def _export(training: Training, trial: Trial) -> CertifiedModel:
    return finished(training, Candidate(trial.learner, trial.refit)).model


@contextmanager
def _workers(executor: Executor | None, settings: AutoMLSettings) -> Iterator[Executor]:
    """The executor that was given, or one local worker that begins its imports at once."""
    if executor is not None:
        yield executor
        return
    from labstudio.compute import LocalWorkers

    with LocalWorkers(1, threads=settings.threads) as workers:
        workers.warm(WARM_MODULES)
        try:
            yield workers
        finally:
            workers.shutdown(wait=False, cancel_futures=True)


def _regrets(search: Search, recommended: Trial) -> Iterator[str]:
    """What a person should know of a search that did not end as it should."""
    failed = [trial for trial in search.trials if trial.state == "failed"]
    if failed and all(trial.learner == "baseline" for trial in search.found):
        last = failed[-1]
        yield f"Only the baseline could be fitted ({last.learner}: {last.message}). Give it more time."
    best = search.ranked()[0]
    if recommended != best:
        yield (
            f"Trial {best.number} ({best.learner}) scored best, but was not finished in time or its file is "
            f"not exact; trial {recommended.number} ({recommended.learner}) is recommended."
        )


def _baseline(search: Search, metric: Metric) -> dict[str, Any]:
    """What a model that looks at nothing scores on the folds."""
    scores = [trial.score for trial in search.ranked() if trial.learner == "baseline"]
    return {"metric": metric.name, "score": scores[0] if scores else None}


def _weigh(
    workers: Executor, path: Path, done: Finished, metric: str, clock: Clock, ear: Ear
) -> dict[str, Any] | None:
    """Find out what the model relies on, in the time that is left; None where there is none left."""
    least, share, unlimited = _IMPORTANCE_SECONDS
    wanted = unlimited if clock.budget is None else max(least, share * clock.budget)
    seconds = min(wanted, clock.last_call - 2.0)  # the two seconds are for the unforeseen
    if seconds <= 0:
        return None
    asked = workers.submit(weigh_columns, path, done.model.content, metric, seconds)
    try:
        found: dict[str, Any] = ear.wait(asked, seconds + 0.5, stoppable=False)
    except (NotYet, CancelledError, Unavailable, ValueError, MemoryError):
        return None  # the run is complete without it
    return found


def _fold_scores(training: Training, metric: Metric, outcome: Outcome) -> list[float]:
    return [
        metric(training.y[validation], prediction, training.classes)
        for (_, validation), prediction in zip(training.folds, outcome.predictions, strict=True)
    ]


def _finish(
    search: Search, workers: Executor, path: Path, clock: Clock, ear: Ear, folds: int
) -> tuple[Trial, Finished]:
    """Finish the best candidate; the next best where that fails, takes too long or is not certified.

    After one that had to be ended there is no time to wait for a new worker: then those that keep to their
    deadline are finished here. If none is certified, the best is handed back as it is.
    """
    reason = search.trials[-1].message if search.trials else "no time was left to try one"
    worker_lost, uncertified = False, None
    for trial in search.ranked():
        learner, candidate = LEARNERS[trial.learner], Candidate(trial.learner, trial.refit)
        # the reserve and the overrun are there for this
        needed = 2.0 * trial.refit_seconds(folds) + 2.0 * _CERTIFY_SECONDS
        if uncertified is not None and clock.last_call < needed and not learner.instant:
            continue
        seconds = max(clock.last_call - 0.5, needed)
        limit = None if np.isinf(seconds) else max(0.3, seconds - 1.5 * _CERTIFY_SECONDS)
        try:
            if learner.instant or (worker_lost and learner.stops_itself):
                done = finish(path, candidate, limit)
            elif not worker_lost:
                done = ear.wait(workers.submit(finish, path, candidate, limit), seconds, stoppable=False)
            else:
                continue
        except (NotYet, CancelledError, Unavailable, ValueError, MemoryError) as error:
            worker_lost, reason = True, str(error) or type(error).__name__
            continue
        if done.model.certificate.passed:
            return trial, done
        uncertified = uncertified or (trial, done)
    if uncertified is not None:
        return uncertified
    if ear.stopped:
        raise Conflict("The run was stopped before a first model was ready; there is nothing to keep.")
    raise Unavailable(
        f"No candidate could be fitted: {reason}. Give it a larger budget, or mend what it says."
    )
