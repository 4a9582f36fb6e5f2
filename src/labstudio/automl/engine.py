"""The AutoML engine as one function: a frame and a target in, a certified model out.

The road, in the order of the code: understand the table → keep a hold-out → choose folds → search →
fit the best on all training rows → judge it on the hold-out → export it and certify the file.
It knows neither the store nor any door.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.automl import splits
from labstudio.automl.evaluation import WARM_MODULES, Candidate, Outcome, Training, evaluate, refit
from labstudio.automl.learners import LEARNERS
from labstudio.automl.metrics import Function, Metric, choose, report
from labstudio.automl.result import AutoMLResult
from labstudio.automl.search import Clock, Ear, Search
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.tasks import Problem, understand
from labstudio.automl.trial import Listener, Trial
from labstudio.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from labstudio.automl.pipeline import Pipeline
    from labstudio.onnx import CertifiedModel

_CELLS_A_SECOND = (
    20_000  # rows × columns × classes that five folds of a first model may have, a second of budget
)


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
    >>> frame["y"] = frame["x"] % 7 * 2.0 + (frame["city"] == "Oslo")
    >>> result = fit(frame, "y", AutoMLSettings(trials=2, learners=["baseline", "linear"]))
    >>> result.task, result.certificate.passed, len(result.predict(frame))
    ('regression', True, 60)
    """
    settings = settings or AutoMLSettings()
    clock = Clock(settings.seconds)
    ear = Ear(listener, clock)
    with _workers(executor, settings) as workers, TemporaryDirectory(prefix="labstudio-") as folder:
        # certifying asks the libraries here, in this process: their imports run beside the search
        threading.Thread(target=_import, args=(WARM_MODULES,), daemon=True).start()
        ear.enter("reading")
        task = _Task.of(frame, target, settings)
        training = task.training
        chosen = choose(settings.metric, training.task, metric)
        path = training.save(Path(folder) / "training.pickle")

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

        ear.enter("fitting")
        best, pipeline = _fit_best(search, workers, path, clock, ear, len(training.folds))

        ear.enter("certifying")
        model = task.certify(pipeline)
        held_out = report(training.task, chosen, task.held_y, task.judge(pipeline), training.classes)

        result = AutoMLResult(
            task=training.task,
            target=target,
            metric=chosen.name,
            greater_is_better=chosen.greater_is_better,
            trials=tuple(search.trials),
            best=best,
            holdout=held_out,
            rows={"training": len(training.y), "holdout": len(task.held_y)},
            notes=task.notes,
            stopped=ear.stopped,
            seconds=round(clock.elapsed, 3),
            model=model,
            pipeline=pipeline,
            make=task.export,
        )
        ear.enter("done")
        return result


def export_trial(frame: pd.DataFrame, target: str, settings: AutoMLSettings, trial: Trial) -> CertifiedModel:
    """Fit one trial of an earlier run again, on the same training rows, and export and certify it.

    Parameters are those the run had; the same frame and settings give the same split.
    """
    return _Task.of(frame, target, settings).export(trial)


@dataclass(frozen=True)
class _Task:
    """The table as a run sees it: what trains, what is kept aside, and how a fitted pipeline is judged."""

    training: Training
    held: pd.DataFrame
    held_y: np.ndarray
    notes: tuple[str, ...]
    metadata: dict[str, Any]

    @classmethod
    def of(cls, frame: pd.DataFrame, target: str, settings: AutoMLSettings) -> _Task:
        problem = understand(frame, target, settings)
        held = splits.hold_out(
            problem.y, problem.classes is not None, problem.groups, settings.holdout, settings.seed
        )
        training = _training(problem, held, settings)
        by_group = f", whole groups of {settings.group!r}," if settings.group else ""
        how = f"{len(training.folds)} folds" if len(training.folds) > 1 else "one split"
        judged = (
            f"Leaderboard scores are validated on {how} of {len(training.y):,} training rows; "
            f"{int(held.sum()):,} rows{by_group} were held out to judge the recommended model."
        )
        metadata = {
            "target": target,
            "data_sha256": _fingerprint(training),
            "settings": settings.model_dump(exclude={"threads"}, exclude_defaults=True),
        }
        return cls(
            training, frame.iloc[problem.rows[held]], problem.y[held], (*problem.notes, judged), metadata
        )

    def judge(self, pipeline: Pipeline) -> np.ndarray:
        """Predict the rows that were kept aside."""
        return pipeline.predict(self.held) if pipeline.classes is None else pipeline.predict_proba(self.held)

    def certify(self, pipeline: Pipeline) -> CertifiedModel:
        """Export a fitted pipeline and hold the file against it, on the rows that were kept aside."""
        from labstudio.onnx import certified

        return certified(pipeline, self.held, metadata=self.metadata)

    def export(self, trial: Trial) -> CertifiedModel:
        """Fit a trial on all training rows, export and certify it."""
        pipeline = self.training.pipeline(Candidate(trial.learner, trial.refit))
        return self.certify(pipeline.fit(self.training.columns, self.training.y))


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


def _import(modules: tuple[str, ...]) -> None:
    with suppress(Exception):  # whoever needs it will hear why it cannot be imported
        for module in modules:
            import_module(module)


def _training(problem: Problem, held: np.ndarray, settings: AutoMLSettings) -> Training:
    rows = np.flatnonzero(~held)
    y = problem.y[rows]
    classified = problem.classes is not None
    groups = None if problem.groups is None else np.unique(problem.groups[rows], return_inverse=True)[1]
    count = settings.folds or _fold_count(problem, len(rows), settings.seconds)
    if groups is not None:
        count = min(count, int(groups.max()) + 1)
    if count > 1:
        pairs = splits.folds(y, classified, groups, count, settings.seed)
    else:
        validation = splits.hold_out(y, classified, groups, 0.2, settings.seed + 1)
        pairs = [(np.flatnonzero(~validation), np.flatnonzero(validation))]
    return Training(
        problem.features,
        problem.task,
        problem.classes,
        {name: values[rows] for name, values in problem.columns.items()},
        y,
        pairs,
        settings.seed,
        settings.threads or _cores(),
    )


def _fold_count(problem: Problem, rows: int, seconds: float | None) -> int:
    """Choose folds by the work to be done: five while it is small for the budget, three, then one split."""
    outputs = 1 if problem.classes is None else len(problem.classes) - 1
    share = rows * len(problem.features) * outputs / (_CELLS_A_SECOND * (seconds or 60.0))
    return 5 if share <= 1 else 3 if share <= 5 else 1


def _cores() -> int:
    from labstudio.compute.local import cores

    return cores()


def _fold_scores(training: Training, metric: Metric, outcome: Outcome) -> list[float]:
    return [
        metric(training.y[validation], prediction, training.classes)
        for (_, validation), prediction in zip(training.folds, outcome.predictions, strict=True)
    ]


def _fit_best(
    search: Search, workers: Executor, path: Path, clock: Clock, ear: Ear, folds: int
) -> tuple[Trial, Pipeline]:
    """Fit the best candidate on all training rows; the next best where that fails or takes too long.

    After one that had to be ended there is no time to wait for a new worker: then those that keep to their
    deadline are fitted here.
    """
    reason = search.trials[-1].message if search.trials else "no time was left to try one"
    worker_lost = False
    for trial in search.ranked():
        learner, candidate = LEARNERS[trial.learner], Candidate(trial.learner, trial.refit)
        # the reserve and the overrun are there for this; leave a second for the certificate
        seconds = max(clock.last_call - 1.0, 2.0 * trial.refit_seconds(folds) + 0.5)
        limit = None if np.isinf(seconds) else 0.8 * seconds
        try:
            if learner.instant or (worker_lost and learner.stops_itself):
                return trial, refit(path, candidate, limit)
            if not worker_lost:
                future = workers.submit(refit, path, candidate, limit)
                return trial, ear.wait(future, seconds, stoppable=False)
        except (NotYet, CancelledError, Unavailable, ValueError, MemoryError) as error:
            worker_lost, reason = True, str(error) or type(error).__name__
    if ear.stopped:
        raise Conflict("The run was stopped before a first model was ready; there is nothing to keep.")
    raise Unavailable(
        f"No candidate could be fitted: {reason}. Give it a larger budget, or mend what it says."
    )


def _fingerprint(training: Training) -> str:
    """Hash of the training data, as the learner saw them."""
    digest = hashlib.sha256()
    for name, values in training.columns.items():
        digest.update(name.encode())
        digest.update(values.tobytes() if values.dtype != object else "\x00".join(values).encode())
    digest.update(training.y.tobytes())
    return digest.hexdigest()
