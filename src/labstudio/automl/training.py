"""What a run learns from: all its rows, which of them train, which validate and which are kept aside.

Search and workers share it; `preparation` makes it. Workers read it before pandas is loaded.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.automl.learners import LEARNERS
from labstudio.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.automl.guardrails import Guardrail

ROWS_FOR_THREADS = 10_000
"""On fewer rows threads wait for each other; several folds are fitted at once anyway, a thread each."""


@dataclass(frozen=True)
class Training:
    """The rows of a run, in their parts.

    Attributes
    ----------
    columns : dict of str to ndarray of shape (N,)
        Canonical values of the features, of all rows.
    y : ndarray of shape (N,)
        Class codes, or values.
    weights : ndarray of shape (N,) or None
        How much each row counts when a prediction is judged.
    emphasis : ndarray of shape (N,) or None
        How much each row counts when a learner is fitted: the weights, and those of its class.
    train, held : ndarray of int
        Rows that train and validate; rows kept aside.
    folds : list of (training rows, validation rows)
        Row numbers.
    forward : bool
        Whether rows are in the order of time: then early folds know less than late ones.
    pickled_sample : bytes
        See `sample`.
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
    weights: np.ndarray | None
    emphasis: np.ndarray | None
    train: np.ndarray
    held: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]
    forward: bool
    pickled_sample: bytes
    metadata: dict[str, Any]
    notes: tuple[str, ...]
    guardrails: tuple[Guardrail, ...]
    monotone: dict[str, int]
    loss: str
    quantile: float
    seed: int
    threads: int
    cores: int

    def save(self, path: Path) -> Path:
        """Write it for the workers; the file is this process' own and read by its workers alone."""
        import pandas as pd

        packed = {
            name: pd.factorize(values, use_na_sentinel=False) if values.dtype == object else values
            for name, values in self.columns.items()
        }  # texts as codes: a million of them in a moment
        with path.open("wb") as file:
            pickle.dump((replace(self, columns={}, guardrails=()), packed), file, protocol=5)
        return path

    @staticmethod
    @lru_cache(maxsize=1)
    def load(path: Path) -> Training:
        """Read what `save` wrote, once a process."""
        with path.open("rb") as file:
            training, packed = pickle.load(file)  # noqa: S301 - by the parent, in a folder only it may read
        assert isinstance(training, Training)
        columns = {
            name: values[1][values[0]] if isinstance(values, tuple) else values
            for name, values in packed.items()
        }
        return replace(training, columns=columns)

    def at_once(self, learner: str) -> int:
        """How many folds of a learner are fitted at once: as many as its threads leave cores for."""
        threads = self.threads if LEARNERS[learner].threaded else 1
        return max(1, min(self.cores // threads, len(self.folds)))

    def threads_for(self, learner: str, folds: int) -> int:
        """How many threads a fit has where so many folds are fitted at once; few rows gain none."""
        if not LEARNERS[learner].threaded or len(self.train) < ROWS_FOR_THREADS:
            return self.threads
        return max(self.threads, self.at_once(learner) * self.threads // folds)

    @property
    def sample(self) -> pd.DataFrame:
        """Some of the rows kept aside, as the user gave them."""
        found: pd.DataFrame = pickle.loads(self.pickled_sample)  # noqa: S301 - by the parent
        return found

    def rows(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return the columns of some rows."""
        return {name: values[rows] for name, values in self.columns.items()}
