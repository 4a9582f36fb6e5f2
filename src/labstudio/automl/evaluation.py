"""What a worker does for a run: fit a candidate on the folds; finish the best one.

The training data reach the worker as one file. It knows no search and no metric: predictions go back, so
that a person's own metric never has to travel. Finishing (fit on all training rows, export, certify) is done
here too, where the libraries are loaded already and where it can be ended.
"""

from __future__ import annotations

import pickle
import threading
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.automl.importance import importance
from labstudio.automl.training import Candidate, Training

if TYPE_CHECKING:
    from labstudio.onnx import CertifiedModel

WARM_MODULES = ("labstudio.automl.pipeline", "sklearn.linear_model", "lightgbm")
"""What every candidate needs: imported while the data are still being read."""


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


@dataclass(frozen=True)
class Finished:
    """A candidate fitted on all training rows, as one certified file.

    Attributes
    ----------
    pipeline : bytes
        The pickled `Pipeline`: opening it loads its libraries, which most never need.
    held_out : ndarray of shape (M, K) or (M,)
        Its prediction of the rows that were kept aside.
    diagram : dict
        How it works, see `labstudio.automl.diagram`.
    """

    model: CertifiedModel
    pipeline: bytes
    held_out: np.ndarray
    diagram: dict[str, Any]


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
    training = Training.load(path)
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
    _load_exporter()
    return Outcome(predictions, _middle(found), time.monotonic() - started)


def finish(path: Path, candidate: Candidate, seconds: float | None) -> Finished:
    """Fit a candidate on all training rows, in so many seconds where it can stop itself; export, certify."""
    return finished(Training.load(path), candidate, seconds)


def finished(training: Training, candidate: Candidate, seconds: float | None = None) -> Finished:
    """Do the same in this process."""
    from labstudio.automl.diagram import diagram
    from labstudio.onnx import certified

    deadline = None if seconds is None else time.time() + seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = training.pipeline(candidate).fit(training.columns, training.y, deadline=deadline)
        predict = pipeline.predict if training.classes is None else pipeline.predict_proba
        return Finished(
            model=certified(pipeline, training.held, metadata=training.metadata),
            pipeline=pickle.dumps(pipeline),
            held_out=predict(training.held),
            diagram=diagram(pipeline),
        )


def weigh_columns(path: Path, content: bytes, metric: str, seconds: float) -> dict[str, Any]:
    """Say how much a file's score on the rows kept aside suffers when a column is shuffled."""
    training = Training.load(path)
    return importance(
        content, training.held, training.held_y, metric=metric, seconds=seconds, seed=training.seed
    )


@cache
def _load_exporter() -> None:
    """Load what finishing needs while the next candidate is being fitted."""

    def load() -> None:
        with suppress(Exception):  # whoever needs it will hear why it cannot be imported
            import_module("labstudio.onnx.certificate")
            import_module("onnx")
            import_module("onnxruntime")

    threading.Thread(target=load, daemon=True).start()


def _middle(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Of what the folds found, such as a number of rounds, the median."""
    middle = dict(found[0])
    for name, value in middle.items():
        if isinstance(value, int) and not isinstance(value, bool):
            middle[name] = int(np.median([params[name] for params in found]))
    return middle
