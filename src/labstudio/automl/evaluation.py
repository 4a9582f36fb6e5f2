"""What a worker does for a run: fit a candidate on the folds; make a finished model of the best ones.

The training data reach the worker as one file, and what it fits stays in files beside that one: a worker that
is ended costs nothing but its own candidate. It knows no search and no metric: predictions go back, so that a
person's own metric never has to travel.
"""

from __future__ import annotations

import pickle
import threading
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from labstudio.automl.importance import importance
from labstudio.automl.learners import LEARNERS, Fitting
from labstudio.automl.learners.network import one_thread
from labstudio.automl.member import Candidate, Member, Model
from labstudio.automl.room import Cost
from labstudio.automl.training import Training
from labstudio.automl.views import View
from labstudio.compute.machine import trim

WARM_MODULES = ("labstudio.automl.warm",)
"""What a worker imports while the data are still being read."""

FIRST_ENDED = threading.Event()
"""Set as soon as this process has evaluated a candidate."""

_KEPT_BYTES = 96_000_000  # of all folds; beyond them those are made again that were not asked for lately
_BYTES_BINNED = 1  # a value of what learners have made of a fold's features
_CLEARLY_WORSE = 1.25  # a fold's loss, beside that of the best candidate


@dataclass(frozen=True)
class Outcome:
    """What came of a candidate.

    Attributes
    ----------
    predictions : list of ndarray of shape (n, K) or (n,)
        For the validation rows of each fold; of the first ones alone where it was given up.
    losses : list of float
        Of each fold, the log loss or the squared error of the standardised target.
    refit_params : dict
        What to fit it with on all rows: early stopping has found the number of rounds.
    cost : Cost
        What one fold's model will take; the mean.
    diagram : dict
        How it works alone, see `labstudio.automl.diagram`; empty where it was given up.
    """

    predictions: list[np.ndarray]
    losses: list[float]
    refit_params: dict[str, Any]
    seconds: float
    cost: Cost = field(default_factory=Cost)
    diagram: dict[str, Any] = field(default_factory=dict)


class Prepared:
    """The training data as views see them, each view fitted once for all candidates of a process."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self._views: dict[str, tuple[View, np.ndarray]] = {}
        self._folds: dict[tuple[str, int], _Fold] = {}
        self._lock = threading.Lock()

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls, path: Path) -> Prepared:
        """The data of a run, once a process."""
        return cls(Training.load(path))

    def view(self, candidate: Candidate) -> View | None:
        """Return a view that looks at no target, fitted to all rows that train; None for one that does."""
        return None if candidate.view(self.training.features).supervised else self._whole(candidate)[0]

    def _whole(self, candidate: Candidate) -> tuple[View, np.ndarray]:
        key = repr(candidate.features)
        with self._lock:
            if key not in self._views:
                view = candidate.view(self.training.features)
                view.fit(self.training.rows(self.training.train))
                self._views[key] = view, view.transform(self.training.columns)
            return self._views[key]

    def fold(self, candidate: Candidate, number: int, *, held: bool = False) -> _Fold:
        """Return a fold as a candidate's view sees it; with `held`, those rows train too."""
        key = (repr(candidate.features) + "+" * held, number)
        with self._lock:
            found = self._folds.pop(key, None)
        if found is None:
            training = self.training
            train, judge = training.folds[number]
            train = np.concatenate([train, training.held]) if held else train
            if candidate.view(training.features).supervised:
                view = candidate.view(training.features)
                X = view.fit_transform(training.rows(train), training.y[train])
                found = _Fold(view, train, judge, own=(X, view.transform(training.rows(judge))))
            else:
                view, whole = self._whole(candidate)
                found = _Fold(view, train, judge, whole=whole)
        with self._lock:
            self._folds[key] = found  # the last one is the one that was asked for lately
            while len(self._folds) > 1 and sum(one.bytes for one in self._folds.values()) > _KEPT_BYTES:
                del self._folds[next(iter(self._folds))]
        return found

    def fitting(self, candidate: Candidate, view: View, rows: np.ndarray, **more: Any) -> Fitting:
        """Return what a candidate's learner is told for a fit to these rows, and what else is given."""
        training = self.training
        return Fitting(
            training.task,
            params=candidate.hyper,
            classes_count=0 if training.classes is None else len(training.classes),
            categorical=view.categorical,
            weights=None if training.emphasis is None else training.emphasis[rows],
            monotone=self.monotone(view),
            loss=training.loss,
            quantile=training.quantile,
            seed=training.seed,
            threads=training.threads,
            **more,
        )

    def monotone(self, view: View) -> dict[int, int]:
        """Return features of a view with which the prediction may only rise (1) or fall (-1)."""
        wanted = self.training.monotone
        formulas = view.formulas() if wanted else []
        return {place: wanted[formula] for place, formula in enumerate(formulas) if formula in wanted}

    def forget(self) -> None:
        """Give back what views and folds have kept, to the system too."""
        self._views.clear()
        self._folds.clear()
        trim()

    def fit(
        self,
        candidate: Candidate,
        number: int,
        *,
        deadline: float | None,
        held: bool = False,
        threads: int | None = None,
    ) -> tuple[Model, np.ndarray]:
        """Fit a candidate on a fold; return the model and its prediction of the validation rows."""
        training, fold = self.training, self.fold(candidate, number, held=held)
        X, X_judge = fold.features()
        how = self.fitting(
            candidate,
            fold.view,
            fold.train,
            validation=(X_judge, training.y[fold.judge]),
            validation_weights=None if training.weights is None else training.weights[fold.judge],
            all_y=training.y[np.concatenate([training.train, training.held]) if held else training.train],
            kept=fold.kept,
            deadline=deadline,
        )
        how = how if threads is None else replace(how, threads=threads)
        learner = LEARNERS[candidate.learner]().fit(X, training.y[fold.train], how)
        return Model(fold.view, learner), learner.predict(X_judge)


@dataclass(frozen=True)
class _Fold:
    """Rows that train and rows that judge; their features are cut out of those of all rows where they can be.

    What learners have made of them (`kept`) is much smaller and dearer than they are themselves.
    """

    view: View
    train: np.ndarray
    judge: np.ndarray
    whole: np.ndarray | None = None
    own: tuple[np.ndarray, np.ndarray] | None = None
    kept: dict[Any, Any] = field(default_factory=dict)

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the features of the rows that train, and of those that judge."""
        if self.own is not None:
            return self.own
        assert self.whole is not None
        return self.whole[self.train], self.whole[self.judge]

    @property
    def bytes(self) -> int:
        """About what it keeps from being forgotten."""
        width = (self.whole if self.own is None else self.own[0]).shape[1]  # type: ignore[union-attr]
        own = 0 if self.own is None else sum(part.nbytes for part in self.own)
        return own + _BYTES_BINNED * len(self.kept) * width * (len(self.train) + len(self.judge))


def evaluate(
    path: Path,
    number: int,
    candidate: Candidate,
    seconds: float | None,
    bars: Sequence[float] | None = None,
) -> Outcome:
    """Fit a candidate on each fold, and keep its models.

    Parameters
    ----------
    path : Path
        Where `Training.save` wrote the data.
    number : int
        Of its trial.
    candidate : Candidate
        What to fit.
    seconds : float or None
        What it may take, from now; each fold gets an equal share of what is left.
    bars : sequence of float, optional
        Losses of the best candidate on the same folds; one that is clearly worse on the first is given up.
    """
    try:
        return evaluated(Prepared.load(path), path, number, candidate, seconds, bars)
    finally:
        FIRST_ENDED.set()


def evaluated(
    prepared: Prepared,
    path: Path,
    number: int,
    candidate: Candidate,
    seconds: float | None,
    bars: Sequence[float] | None = None,
) -> Outcome:
    """Do the same with data that are there already."""
    training = prepared.training
    started, count = time.monotonic(), len(training.folds)
    at_once = training.at_once(candidate.learner)
    models: list[Model] = []
    refits: list[dict[str, Any]] = []
    predictions: list[np.ndarray] = []
    losses: list[float] = []
    with warnings.catch_warnings(), ThreadPoolExecutor(at_once) as threads, one_thread():
        warnings.simplefilter("ignore")
        for first in range(0, count, at_once):
            deadline = None
            if seconds is not None:
                left = max(0.0, started + seconds - time.monotonic())
                deadline = time.time() + left / -(-(count - first) // at_once)
            some = range(first, min(first + at_once, count))
            # the last folds may be fewer than there are cores for
            shared = training.threads_for(candidate.learner, len(some))
            fits = threads.map(partial(prepared.fit, candidate, deadline=deadline, threads=shared), some)
            for fold, (model, prediction) in zip(some, fits, strict=True):
                # whole forests of all folds would take several times the memory of what is kept of them
                models.append(replace(model, learner=model.learner.part(count)))
                refits.append(model.learner.refit_params())
                predictions.append(prediction)
                losses.append(fold_loss(training, training.folds[fold][1], prediction))
            if bars is not None and len(models) < count and _hopeless(losses, bars):
                break
    drawn: dict[str, Any] = {}
    if len(models) == count:
        save_models(path, number, prepared.view(candidate), models)
        drawn = _drawn(training, number, candidate, models[0])
    cost = (1 / len(models)) * Cost.sum(Cost.planned(model.learner) for model in models)
    if LEARNERS[candidate.learner].quick:
        trim()
    return Outcome(predictions, losses, _middle(refits), time.monotonic() - started, cost, drawn)


def _drawn(training: Training, number: int, candidate: Candidate, model: Model) -> dict[str, Any]:
    from labstudio.automl.diagram import diagram
    from labstudio.automl.pipeline import Pipeline

    member = Member(candidate, (model,), number, 1.0)
    alone = Pipeline(training.features, training.task, training.classes, [member], seed=training.seed)
    return diagram(alone)


def save_models(path: Path, number: int, shared: View | None, models: Sequence[Model]) -> None:
    """Keep the models of a trial; a view that all candidates share is left out."""
    kept = [(None if shared is not None else model.view, model.learner) for model in models]
    place = models_path(path, number)
    part = place.with_suffix(".part")
    with part.open("wb") as file:
        pickle.dump(kept, file, protocol=5)
    part.replace(place)


def load_models(path: Path, number: int, shared: View | None) -> tuple[Model, ...]:
    """Read what `save_models` kept."""
    with models_path(path, number).open("rb") as file:
        kept = pickle.load(file)  # noqa: S301 - written by a worker, in a folder only its owner may read
    return tuple(Model(shared if shared is not None else view, learner) for view, learner in kept)


def models_path(path: Path, number: int) -> Path:
    """Where the models of a trial are kept."""
    return path.with_name(f"models-{number}.pickle")


def weigh_columns(path: Path, content: bytes, metric: str, seconds: float) -> dict[str, Any]:
    """Say how much a file's score on the rows kept aside suffers when a column is shuffled."""
    training = Training.load(path)
    y = training.y[training.held[: len(training.sample)]]
    return importance(content, training.sample, y, metric=metric, seconds=seconds, seed=training.seed)


def fold_loss(training: Training, rows: np.ndarray, prediction: np.ndarray) -> float:
    """Log loss, or squared error of the standardised target."""
    y = training.y[rows]
    weights = None if training.weights is None else training.weights[rows]
    if training.classes is None:
        scale = float(np.std(training.y[training.train])) or 1.0
        wrong = ((prediction - y) / scale) ** 2
    else:
        wrong = -np.log(np.clip(prediction[np.arange(len(y)), y], 1e-15, 1.0))
    return float(np.average(wrong, weights=weights))


def _hopeless(losses: Sequence[float], bars: Sequence[float]) -> bool:
    """Whether the folds so far are so much worse that the others will not mend it."""
    return sum(losses) > _CLEARLY_WORSE * sum(bars[: len(losses)])


def _middle(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Of what the folds found, such as a number of rounds, the median."""
    middle = dict(found[0])
    for name, value in middle.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            kind = type(value)
            middle[name] = kind(np.median([params[name] for params in found]))
    return middle
