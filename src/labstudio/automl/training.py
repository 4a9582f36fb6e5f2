"""What a run learns from: training rows and their folds, and the rows kept aside to judge the result.

It is made once from the frame and the settings, always the same from the same; search and workers share it.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.automl import splits
from labstudio.automl.guardrails import Guardrail, guardrails
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.tasks import Problem, understand
from labstudio.schema import Schema

if TYPE_CHECKING:
    from labstudio.automl.pipeline import Pipeline

_ROWS_FOR_THREADS = 10_000
CELLS_A_SECOND = 20_000
"""Rows × columns × classes up to which five folds fit, for a second of budget."""


@dataclass(frozen=True)
class Candidate:
    """A learner with its hyper-parameters."""

    learner: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Training:
    """The rows of a run, in their parts.

    Attributes
    ----------
    columns : dict of str to ndarray of shape (N,)
        Canonical values of the features, training rows only.
    y : ndarray of shape (N,)
        Class codes, or values.
    folds : list of (training rows, validation rows)
    held : DataFrame of M rows
        The rows kept aside, as the user gave them.
    held_y : ndarray of shape (M,)
        Their class codes, or values.
    metadata : dict
        What the exported file says of itself.
    notes : tuple of str
        What was left out, and how candidates are judged.
    guardrails : tuple of Guardrail
        What to know of the table before trusting a model of it.
    """

    features: Schema
    task: str
    classes: np.ndarray | None
    columns: dict[str, np.ndarray]
    y: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]
    held: pd.DataFrame
    held_y: np.ndarray
    metadata: dict[str, Any]
    notes: tuple[str, ...]
    guardrails: tuple[Guardrail, ...]
    seed: int
    threads: int

    @classmethod
    def prepare(cls, frame: pd.DataFrame, target: str, settings: AutoMLSettings) -> Training:
        """Understand a table, keep a hold-out aside and choose folds."""
        problem = understand(frame, target, settings)
        classified = problem.classes is not None
        held = splits.hold_out(problem.y, classified, problem.groups, settings.holdout, settings.seed)
        rows = np.flatnonzero(~held)
        columns = {name: values[rows] for name, values in problem.columns.items()}
        folds = _folds(problem, rows, settings)
        metadata = {
            "target": target,
            "data_sha256": _fingerprint(columns, problem.y[rows]),
            "settings": settings.model_dump(exclude={"threads"}, exclude_defaults=True),
        }
        by_group = f", whole groups of {settings.group!r}," if settings.group else ""
        how = f"{len(folds)} folds" if len(folds) > 1 else "one split"
        judged = (
            f"Leaderboard scores are validated on {how} of {len(rows):,} training rows; "
            f"{int(held.sum()):,} rows{by_group} were held out to judge the recommended model."
        )
        return cls(
            features=problem.features,
            task=problem.task,
            classes=problem.classes,
            columns=columns,
            y=problem.y[rows],
            folds=folds,
            held=frame.iloc[problem.rows[held]],
            held_y=problem.y[held],
            metadata=metadata,
            notes=(*problem.notes, judged),
            guardrails=guardrails(problem, settings.group),
            seed=settings.seed,
            threads=settings.threads or _threads(len(rows)),
        )

    def save(self, path: Path) -> Path:
        """Write it for the workers; the file is this process' own and read by its workers alone."""
        with path.open("wb") as file:
            pickle.dump(self, file, protocol=5)
        return path

    @staticmethod
    @lru_cache(maxsize=1)
    def load(path: Path) -> Training:
        """Read what `save` wrote, once a process."""
        with path.open("rb") as file:
            training = pickle.load(file)  # noqa: S301 - written by the parent, in a folder only it may read
        assert isinstance(training, Training)
        return training

    def pipeline(self, candidate: Candidate) -> Pipeline:
        """Return a candidate, not yet fitted."""
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
        """Return columns and targets of some training rows."""
        return {name: values[rows] for name, values in self.columns.items()}, self.y[rows]


def _folds(
    problem: Problem, rows: np.ndarray, settings: AutoMLSettings
) -> list[tuple[np.ndarray, np.ndarray]]:
    y, classified = problem.y[rows], problem.classes is not None
    groups = None if problem.groups is None else np.unique(problem.groups[rows], return_inverse=True)[1]
    count = settings.folds or _fold_count(problem, len(rows), settings.seconds)
    if groups is not None:
        count = min(count, int(groups.max()) + 1)
    if count > 1:
        return splits.folds(y, classified, groups, count, settings.seed)
    validation = splits.hold_out(y, classified, groups, 0.2, settings.seed + 1)
    return [(np.flatnonzero(~validation), np.flatnonzero(validation))]


def _fold_count(problem: Problem, rows: int, seconds: float | None) -> int:
    """Choose folds by the work to be done: five while it is small for the budget, three, then one split."""
    outputs = 1 if problem.classes is None else len(problem.classes) - 1
    share = rows * len(problem.features) * outputs / (CELLS_A_SECOND * (seconds or 60.0))
    return 5 if share <= 1 else 3 if share <= 5 else 1


def _threads(rows: int) -> int:
    """On few rows threads wait for each other longer than they work, most of all on a busy machine."""
    from labstudio.compute.local import cores

    return 1 if rows < _ROWS_FOR_THREADS else cores()


def _fingerprint(columns: dict[str, np.ndarray], y: np.ndarray) -> str:
    """Hash of the training data, as the learner sees them."""
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(name.encode())
        digest.update(values.tobytes() if values.dtype != object else "\x00".join(values).encode())
    digest.update(y.tobytes())
    return digest.hexdigest()
