"""What a run ends with: the recommended model, its certificate, and all that was tried."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.automl.guardrails import Guardrail
from labstudio.automl.trial import Trial
from labstudio.errors import NotFound
from labstudio.schema import Schema

if TYPE_CHECKING:
    from labstudio.automl.pipeline import Pipeline
    from labstudio.onnx import Certificate, CertifiedModel


def leaderboard(trials: Sequence[Trial], metric: str, greater_is_better: bool) -> pd.DataFrame:
    """Return the trials that ended well as a table, best first.

    Returns
    -------
    DataFrame
        Columns trial, learner, the metric's name (mean over the validation folds), error_bar (standard
        error of that mean), seconds, params; the index is the rank, from 1.

    Examples
    --------
    >>> table = leaderboard([Trial(0, "linear", state="complete", score=2.5, seconds=1)], "rmse", False)
    >>> table[["trial", "learner", "rmse"]].values.tolist()
    [[0, 'linear', 2.5]]
    """
    done = [trial for trial in trials if trial.state == "complete" and trial.score is not None]
    done.sort(key=lambda trial: trial.score or 0.0, reverse=greater_is_better)
    return pd.DataFrame(
        {
            "trial": [trial.number for trial in done],
            "learner": [trial.learner for trial in done],
            metric: [trial.score for trial in done],
            "error_bar": [trial.error_bar for trial in done],
            "seconds": [round(trial.seconds, 3) for trial in done],
            "params": [trial.params for trial in done],
        },
        index=pd.RangeIndex(1, len(done) + 1, name="rank"),
    )


def finished(trials: Sequence[Trial], number: int) -> Trial:
    """Return the trial of a number, if it ended well; else NotFound."""
    for trial in trials:
        if trial.number == number and trial.state == "complete":
            return trial
    raise NotFound(f"There is no finished trial {number}; the leaderboard shows their numbers.")


@dataclass(frozen=True)
class AutoMLResult:
    """The result of `labstudio.automl.fit`.

    Attributes
    ----------
    best : Trial
        The recommended one: the best validation score.
    holdout : dict of str to float
        Scores of the recommended model on rows that nothing before has seen, by the run's metric first.
    interval : (low, high) or None
        95 % confidence interval of the first of them, by the bootstrap over the rows held out.
    notes : tuple of str
        What was left out or done, a sentence each.
    stopped : bool
        Whether a person ended the search.
    guardrails : tuple of Guardrail
        What to know of the table before trusting the model.
    diagram : dict
        How the model works, see `labstudio.automl.diagram`.
    charts : dict
        What the held-out rows say of the model, see `labstudio.automl.charts`; with ``importance`` where
        there was time for it, and the ``baseline``'s score on the folds.
    """

    task: str
    target: str
    metric: str
    greater_is_better: bool
    trials: tuple[Trial, ...]
    best: Trial
    holdout: dict[str, float]
    interval: tuple[float, float] | None
    rows: dict[str, int]
    notes: tuple[str, ...]
    stopped: bool
    seconds: float
    guardrails: tuple[Guardrail, ...]
    diagram: dict[str, Any] = field(repr=False)
    charts: dict[str, Any] = field(repr=False)
    model: CertifiedModel
    fitted: bytes = field(repr=False)
    make: Callable[[Trial], CertifiedModel] = field(repr=False)

    @property
    def leaderboard(self) -> pd.DataFrame:
        """All trials that ended well, best first; scores are means over the validation folds."""
        return leaderboard(self.trials, self.metric, self.greater_is_better)

    @property
    def certificate(self) -> Certificate:
        """How exactly the ONNX file gives what Python gives."""
        return self.model.certificate

    @cached_property
    def pipeline(self) -> Pipeline:
        """The libraries' own model; opening it loads them."""
        return pickle.loads(self.fitted)  # noqa: S301 - from our own worker

    @property
    def schema(self) -> Schema:
        """The columns that a prediction needs."""
        return self.model.schema

    @property
    def classes(self) -> np.ndarray | None:
        """Labels in the order of `predict_proba`'s columns; None for a regression."""
        return self.model.classes

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict by the libraries' own model: labels or values of shape (N,) for N rows."""
        return self.pipeline.predict(frame)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict probabilities of shape (N, K), columns in the order of `classes`."""
        return self.pipeline.predict_proba(frame)

    def export(self, trial: int) -> CertifiedModel:
        """Fit another trial of the leaderboard on all training rows, export and certify it.

        Raises
        ------
        NotFound
            No trial of that number ended well.
        """
        return self.model if trial == self.best.number else self.make(finished(self.trials, trial))

    def save_onnx(self, path: str | Path, trial: int | None = None) -> Path:
        """Write the ONNX file of the recommended model, or of another trial.

        Parameters
        ----------
        path : str or Path
            Where to; written whole or not at all.
        trial : int, optional
            A number of the leaderboard.
        """
        return (self.model if trial is None else self.export(trial)).save(path)
