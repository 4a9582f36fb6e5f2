"""The AutoML engine as one function: a frame and a target in, a certified model out.

The road, in the order of the code: understand the table, keep a hold-out, choose folds (`training`) → search
→ finish the best: fit it on all training rows, export and certify it, judge it once on the hold-out.
It knows neither the store nor any door.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Executor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.automl.blending import alone_blend, blended
from labstudio.automl.charts import charts
from labstudio.automl.clock import Clock, Ear
from labstudio.automl.effects import Fixes
from labstudio.automl.evaluation import (
    WARM_MODULES,
    Outcome,
    Prepared,
    evaluate,
    evaluated,
    weigh_columns,
)
from labstudio.automl.finishing import Blend, Finished, Limits, Part, finish, made_again, room
from labstudio.automl.intervals import interval
from labstudio.automl.journal import Journal
from labstudio.automl.learners import LEARNERS
from labstudio.automl.learning_curve import learning_curve
from labstudio.automl.member import Candidate
from labstudio.automl.metrics import Function, Metric, report
from labstudio.automl.portfolio import Proposals, check_installed, portfolio, size_of, usable
from labstudio.automl.preparation import prepare, worker_count
from labstudio.automl.result import AutoMLResult
from labstudio.automl.room import TOO_MUCH
from labstudio.automl.search import Search
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.training import Training
from labstudio.automl.trial import ENSEMBLE, Listener, Trial
from labstudio.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from labstudio.onnx import CertifiedModel

_MEMORY = 0.8
"""Share of the free memory that candidates may take together."""
_TEXT_WIDTH = 30
_CURVE_SECONDS = 5.0  # without a budget
_CERTIFY_SECONDS = 1.0  # about what exporting, certifying and judging take
_IMPORTANCE_SECONDS = (0.3, 0.03, 5.0)  # at least, as a share of the budget, and without a budget


def fit(
    frame: pd.DataFrame,
    target: str,
    settings: AutoMLSettings | None = None,
    *,
    executor: Executor | None = None,
    listener: Listener | None = None,
    metric: Function | Metric | None = None,
    validation: pd.DataFrame | None = None,
    test: pd.DataFrame | None = None,
    folder: Path | None = None,
    encoder: str | None = None,
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
    validation, test : DataFrame, optional
        Your own rows to choose by, in place of folds, and to judge the result, in place of a hold-out; with
        the same columns as `frame`.
    folder : Path, optional
        Where to keep what has been fitted, and whence to take what a run that was killed had; it is for this
        run alone, and remains. Without one nothing is kept.
    encoder : str, optional
        SHA-256 of what made the columns of images; file and certificate name it.

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
    with _workers(executor, settings) as workers, _kept(folder) as place:
        from labstudio.onnx.certificate import versions

        ear.enter("reading")
        training, chosen = prepare(
            frame, target, settings, metric, validation=validation, test=test, encoder=encoder
        )
        journal = Journal(place, {**training.metadata, "versions": versions()})
        path = training.save(place / "training.pickle")
        ear.metric, ear.greater_is_better = chosen.name, chosen.greater_is_better

        ear.enter("searching")
        # a metric that a person brings stays in this process; the task's own is shown in its place
        known = "auto" if metric is not None or settings.scorer else chosen.name
        fixes = Fixes(frame, target, settings, known, place)
        aside = fixes.seconds(clock.budget)
        search = _search(workers, path, training, chosen, settings, clock, ear, journal, aside)
        search.run()

        ear.enter("finishing")
        checked = fixes.measure(training.guardrails, partial(_plain, workers, ear), chosen.name, aside)
        blends = _blends(search, training, chosen, settings, clock, ear)
        trial, blend, done = _finish(search, blends, workers, path, settings, clock, ear)
        held_y = training.y[training.held]
        held_weights = None if training.weights is None else training.weights[training.held]
        decided = blend.threshold.decide(done.held_out) if blend.threshold else None
        drawn = charts(held_y, done.held_out, training.classes, seed=settings.seed)
        drawn["baseline"] = _baseline(search, chosen)
        curve = _curve(search, workers, path, known, clock, ear)
        weighed = _weigh(workers, path, done, known, clock, ear) if search.learned else None
        result = AutoMLResult(
            task=training.task,
            target=target,
            metric=chosen.name,
            greater_is_better=chosen.greater_is_better,
            trials=tuple(search.trials),
            best=trial,
            holdout=report(
                training.task, chosen, held_y, done.held_out, training.classes, held_weights, decided=decided
            ),
            interval=_interval(training, chosen, done.held_out, held_weights, decided),
            rows={"training": len(training.train), "holdout": len(training.held)},
            notes=(*training.notes, *done.notes, *_regrets(search, trial, done.model)),
            stopped=ear.stopped,
            seconds=round(clock.elapsed, 3),
            guardrails=checked,
            diagram=done.diagram,
            charts={
                **drawn,
                **({"importance": weighed} if weighed else {}),
                **({"learning": curve} if curve else {}),
                **({"features": done.features} if done.features else {}),
                "diagrams": {str(n): one.diagram for n, one in search.outcomes.items() if one.diagram},
            },
            model=done.model,
            fitted=done.pipeline,
            make=partial(_export, training, tuple(search.trials)),
        )
        ear.enter("done")
        return result


def export_trial(
    frame: pd.DataFrame,
    target: str,
    settings: AutoMLSettings,
    trial: Trial,
    trials: Sequence[Trial],
    *,
    validation: pd.DataFrame | None = None,
    test: pd.DataFrame | None = None,
    encoder: str | None = None,
) -> CertifiedModel:
    """Fit one trial of an earlier run again, on all rows, and export and certify it.

    Parameters are those the run had, and all its trials; the same frames and settings give the same split.
    """
    training, _ = prepare(frame, target, settings, validation=validation, test=test, encoder=encoder)
    return _export(training, trials, trial)


def _export(training: Training, trials: Sequence[Trial], trial: Trial) -> CertifiedModel:
    shares = {str(trial.number): 1.0}
    if trial.learner == ENSEMBLE:
        shares = trial.params["members"]
    parts = [
        Part(one.number, Candidate(one.learner, one.params), shares[str(one.number)], one.refit, one.seconds)
        for one in trials
        if str(one.number) in shares
    ]
    return made_again(Prepared(training), Blend(tuple(parts)))


def _search(
    workers: Executor,
    path: Path,
    training: Training,
    metric: Metric,
    settings: AutoMLSettings,
    clock: Clock,
    ear: Ear,
    journal: Journal,
    aside: float,
) -> Search:
    size = size_of(training.columns, training.features, training.task, len(training.train), settings.seconds)
    check_installed(settings.learners)
    candidates = [
        candidate
        for candidate in portfolio(size, settings.features)
        if usable(candidate, settings.learners, settings.block, monotone=bool(training.monotone))
    ]
    here = Prepared(training)

    def tried(number: int, candidate: Candidate, seconds: float | None, bars: list[float] | None) -> Outcome:
        return evaluated(here, path, number, candidate, seconds, bars)

    return Search(
        workers,
        partial(evaluate, path),
        tried,
        partial(_fold_scores, training, metric),
        Proposals(candidates, size, greater_is_better=metric.greater_is_better, seed=settings.seed),
        greater_is_better=metric.greater_is_better,
        rows=len(training.train),
        folds=len(training.folds),
        least_seconds={
            candidate.learner: _least_seconds(candidate.learner, training) for candidate in candidates
        },
        trials=settings.trials,
        target_score=settings.target_score,
        clock=clock,
        ear=ear,
        journal=journal,
        aside=aside,
        workers=worker_count(settings),
    )


def _least_seconds(learner: str, training: Training) -> float:
    """What all folds of a learner need to be worth anything."""
    fold = len(training.folds[0][0])
    # words of a text are many features, or as many topics
    width = sum(_TEXT_WIDTH if column.semantic == "text" else 1 for column in training.features)
    a_fit = LEARNERS[learner].least_seconds(training.task, fold, width)
    return a_fit * len(training.folds) / training.at_once(learner)


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    """A folder for what is fitted: the one that was given, or one that is gone in the end."""
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory(prefix="labstudio-") as place:
        yield Path(place) / "run"


@contextmanager
def _workers(executor: Executor | None, settings: AutoMLSettings) -> Iterator[Executor]:
    """The executor that was given, or local workers that begin their imports at once.

    What a local worker may take of the memory is limited, so that a greedy candidate fails alone.
    """
    from labstudio.compute import LocalWorkers

    count = worker_count(settings)
    if isinstance(executor, LocalWorkers):
        yield executor.with_limits(memory_share=_MEMORY / count)
        return
    if executor is not None:
        yield executor
        return
    with LocalWorkers(count, threads=settings.threads) as workers:
        workers.warm(WARM_MODULES)
        try:
            yield workers.with_limits(memory_share=_MEMORY / count)
        finally:
            workers.shutdown(wait=False, cancel_futures=True)


def _regrets(search: Search, recommended: Trial, model: CertifiedModel) -> Iterator[str]:
    """What a person should know of a search that did not end as it should."""
    failed = [trial for trial in search.trials if trial.state == "failed"]
    if failed and all(trial.learner == "baseline" for trial in search.found):
        last = failed[-1]
        yield f"Only the baseline could be fitted ({last.learner}: {last.message}). Give it more time."
    if not model.certificate.passed:
        yield "No candidate's file answers just as its libraries do: this one is the best, and not certified."
    best = search.ranked()[0]
    if recommended.learner != ENSEMBLE and recommended != best:
        yield (
            f"Trial {best.number} ({best.learner}) scored best, but was not finished in time or its file is "
            f"not exact; trial {recommended.number} ({recommended.learner}) is recommended."
        )


def _interval(
    training: Training,
    metric: Metric,
    prediction: np.ndarray,
    weights: np.ndarray | None,
    decided: np.ndarray | None,
) -> tuple[float, float] | None:
    """Between what bounds the hold-out's score would lie for other rows, in 19 of 20 cases."""
    y = training.y[training.held]
    try:
        found = interval(
            metric, y, prediction, training.classes, weights, decided=decided, seed=training.seed
        )
    except ValueError:  # as where one class is held out only
        return None
    return (found.low, found.high) if np.isfinite([found.low, found.high]).all() else None


def _baseline(search: Search, metric: Metric) -> dict[str, Any]:
    """What a model that looks at nothing scores on the folds."""
    scores = [trial.score for trial in search.ranked() if trial.learner == "baseline"]
    return {"metric": metric.name, "score": scores[0] if scores else None}


def _weigh(
    workers: Executor, path: Path, done: Finished, metric: str, clock: Clock, ear: Ear
) -> dict[str, Any] | None:
    """Find out what the model relies on, in the time that is left; None where there is none left."""
    least, share, unlimited = _IMPORTANCE_SECONDS
    seconds = unlimited if clock.budget is None else max(least, min(share * clock.budget, clock.left))
    if clock.last_call < seconds + 1.0:  # the second is for the unforeseen
        return None
    asked = workers.submit(weigh_columns, path, done.model.content, metric, seconds)
    try:
        found: dict[str, Any] = ear.wait(asked, seconds + 0.5, stoppable=False)
    except (NotYet, CancelledError, Unavailable, ValueError, MemoryError):
        return None  # the run is complete without it
    return found


def _curve(
    search: Search, workers: Executor, path: Path, metric: str, clock: Clock, ear: Ear
) -> dict[str, Any] | None:
    """Find out what more rows would bring, by the best plain candidate; None where there is no time."""
    seconds = _CURVE_SECONDS if clock.budget is None else 0.5 * clock.left
    alone = (one for one in search.ranked() if one.number in search.outcomes)
    told = [one for one in alone if not LEARNERS[one.learner].instant]
    if not told or seconds < told[0].seconds / len(search.outcomes[told[0].number].predictions):
        return None
    asked = workers.submit(learning_curve, path, Candidate(told[0].learner, told[0].refit), metric, seconds)
    try:
        found: dict[str, Any] = ear.wait(asked, seconds + 2.0, stoppable=False)
    except (NotYet, CancelledError, Unavailable, ValueError, MemoryError):
        return None  # the run is complete without it
    return found if len(found["rows"]) > 1 else None


def _plain(
    workers: Executor, ear: Ear, function: Any, path: Path, metric: str, seconds: float
) -> float | None:
    """Score a plain candidate in a worker; None where that takes too long."""
    asked = workers.submit(function, path, metric, seconds)
    try:
        return float(ear.wait(asked, seconds + 1.0, stoppable=False))
    except (NotYet, CancelledError, Unavailable, ValueError, MemoryError):
        return None  # the run is complete without it


def _fold_scores(training: Training, metric: Metric, outcome: Outcome) -> list[float]:
    scores = []
    for (_, judge), prediction in zip(training.folds, outcome.predictions, strict=False):
        weights = None if training.weights is None else training.weights[judge]
        scores.append(metric(training.y[judge], prediction, training.classes, weights))
    return scores


def _blends(
    search: Search, training: Training, metric: Metric, settings: AutoMLSettings, clock: Clock, ear: Ear
) -> Iterator[tuple[Trial, Blend]]:
    """What could be recommended, best first: a blend of the best where it is better, then each alone."""
    ranked = search.ranked()
    learned = [trial for trial in ranked if not LEARNERS[trial.learner].instant]
    there_is = room(_limits(settings, clock))
    if settings.max_latency_ms is not None:  # first those that have learned and are quick enough
        costs = {one.number: search.outcomes[one.number].cost for one in learned}
        ranked.sort(key=lambda one: not there_is.has(costs.get(one.number, TOO_MUCH)))
    deadline = None if clock.budget is None else time.time() + 0.05 * clock.budget
    if settings.ensemble and len(learned) > 1:
        outcomes = [search.outcomes[trial.number] for trial in learned]
        found = blended(
            learned,
            outcomes,
            training,
            metric,
            number=len(search.trials),
            room=there_is,
            to_beat=ranked[0].score,
            deadline=deadline,
        )
        if found is not None:
            search.trials.append(found[0])
            ear.tell(found[0])
            yield found
    for trial in ranked:
        yield trial, alone_blend(trial, search.outcomes[trial.number], training, metric, deadline)


def _limits(settings: AutoMLSettings, clock: Clock) -> Limits:
    """What a finished model may take, from now."""
    left = None if clock.budget is None else max(0.0, clock.left - 0.02 * clock.budget)
    return Limits(left, settings.refit, settings.max_model_mb, settings.max_latency_ms)


def _finish(
    search: Search,
    blends: Iterator[tuple[Trial, Blend]],
    workers: Executor,
    path: Path,
    settings: AutoMLSettings,
    clock: Clock,
    ear: Ear,
) -> tuple[Trial, Blend, Finished]:
    """Make the best a certified file; the next best where that fails, takes too long or is not certified.

    If none is certified, the best is handed back as it is.
    """
    reason = search.trials[-1].message if search.trials else "no time was left to try one"
    uncertified = None
    limits = _limits(settings, clock)
    here = False  # a worker that had to be ended takes too long to be replaced
    for trial, blend in blends:
        instant = all(LEARNERS[part.candidate.learner].instant for part in blend.parts)
        if uncertified is not None and clock.last_call < 2.0 and not instant:
            continue
        seconds = max(clock.last_call - 0.5, 2.0 * _CERTIFY_SECONDS)
        try:
            if instant or here:
                done = finish(path, blend, limits)
            else:
                done = ear.wait(workers.submit(finish, path, blend, limits), seconds, stoppable=False)
        except (NotYet, CancelledError, Unavailable, ValueError, MemoryError) as error:
            reason = str(error) or type(error).__name__
            here = here or isinstance(error, NotYet | CancelledError | Unavailable)
            limits = replace(limits, seconds=0.0, refit=False)
            continue
        if done.model.certificate.passed:
            return trial, blend, done
        uncertified = uncertified or (trial, blend, done)
    if uncertified is not None:
        return uncertified
    if ear.stopped:
        raise Conflict("The run was stopped before a first model was ready; there is nothing to keep.")
    raise Unavailable(
        f"No candidate could be fitted: {reason}. Give it a larger budget, or mend what it says."
    )
