"""What a worker does for a search: fit one candidate on the folds, or once on all training rows.

The training data reach the worker as one file, read once a worker. This module knows no search and no
metric: it hands back predictions, so that a person's own metric never has to travel.
"""

from __future__ import annotations

import pickle
import time
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.schema import Schema

if TYPE_CHECKING:
    from labstudio.automl.pipeline import Pipeline

WARM_MODULES = ("sklearn.linear_model", "lightgbm", "labstudio.automl.pipeline")
"""What every candidate needs: imported while the data are still being read."""


@dataclass(frozen=True)
class Candidate:
    """A learner with its hyper-parameters."""

    learner: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Training:
    """The rows a search may see, and how they are split.

    Attributes
    ----------
    columns : dict of str to ndarray of shape (N,)
    y : ndarray of shape (N,)
    folds : list of (training rows, validation rows)
    """

    features: Schema
    task: str
    classes: np.ndarray | None
    columns: dict[str, np.ndarray]
    y: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]
    seed: int
    threads: int

    def save(self, path: Path) -> Path:
        """Write the data for the workers; the file is this process' own and read by its workers alone."""
        with path.open("wb") as file:
            pickle.dump(self, file, protocol=5)
        return path

    def pipeline(self, candidate: Candidate) -> Pipeline:
        """Return the candidate, not yet fitted."""
        from labstudio.automl.pipeline import Pipeline

        return Pipeline(
            self.features,
            self.task,
            self.classes,
            candidate.learner,
            candidate.params,
            seed=self.seed,
            threads=self.threads,
        )

    def rows(self, rows: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return columns and targets of some rows."""
        return {name: values[rows] for name, values in self.columns.items()}, self.y[rows]


@dataclass(frozen=True)
class Outcome:
    """What came of a candidate.

    Attributes
    ----------
    predictions : list of ndarray of shape (n, K) or (n,)
        For the validation rows of each fold.
    refit_params : dict
        What to fit it with on all rows: early stopping has found the number of rounds.
    """

    predictions: list[np.ndarray]
    refit_params: dict[str, Any]
    seconds: float


def evaluate(path: Path, candidate: Candidate, seconds: float | None) -> Outcome:
    """Fit a candidate on each fold.

    Parameters
    ----------
    path : Path
        Where `Training.save` wrote the data.
    candidate : Candidate
        What to fit.
    seconds : float or None
        What it may take, from now; each fold gets an equal share of what is left.
    """
    training = _load(path)
    started = time.monotonic()
    predictions, found = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, (train, validation) in enumerate(training.folds):
            deadline = None
            if seconds is not None:
                left = max(0.0, started + seconds - time.monotonic())
                deadline = time.time() + left / (len(training.folds) - number)
            held = training.rows(validation)
            pipeline = training.pipeline(candidate)
            pipeline.fit(*training.rows(train), validation=held, deadline=deadline)
            predictions.append(pipeline.predict_columns(held[0]))
            found.append(pipeline.learner.refit_params())
    return Outcome(predictions, _middle(found), time.monotonic() - started)


def refit(path: Path, candidate: Candidate, seconds: float | None) -> Pipeline:
    """Fit a candidate on all training rows, in so many seconds where it can stop itself."""
    training = _load(path)
    deadline = None if seconds is None else time.time() + seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return training.pipeline(candidate).fit(training.columns, training.y, deadline=deadline)


def _middle(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Of what the folds found, such as a number of rounds, the median."""
    middle = dict(found[0])
    for name, value in middle.items():
        if isinstance(value, int) and not isinstance(value, bool):
            middle[name] = int(np.median([params[name] for params in found]))
    return middle


@lru_cache(maxsize=1)
def _load(path: Path) -> Training:
    with path.open("rb") as file:
        training = pickle.load(file)  # noqa: S301 - written by the parent, in a folder only it may read
    assert isinstance(training, Training)
    return training
