"""Learners: each fits features to a target with a library, and writes what it learned into a graph.

Prediction is always the library's own, so that a certificate compares two independent ways. A learner gets
arrays; it knows neither frames nor how it is searched. Libraries are imported when a learner is first used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from labstudio.automl.learners.target import Target
from labstudio.onnx.graph import Graph

__all__ = ["LEARNERS", "Fitting", "Learner"]


@dataclass(frozen=True)
class Fitting:
    """What a learner is told beside the data.

    Attributes
    ----------
    params : mapping
        Hyper-parameters in place of the defaults.
    classes_count : int
        K; 0 for a regression.
    categorical : tuple of int
        Features that are codes of categories.
    validation : pair of arrays like (X, y), optional
        For early stopping.
    weights, validation_weights : ndarray of shape (N,), optional
        How much each row counts, in training and in validation.
    monotone : mapping of feature position to 1 or -1
        Features with which the prediction may only rise, or only fall.
    loss : str
        What a regression keeps small: ``"squared"``, ``"absolute"`` or ``"quantile"`` errors.
    quantile : float
        Which one, for that loss.
    all_y : ndarray, optional
        Targets of all training rows: what a regression's scale is taken from, the same on every fold.
    kept : dict
        Lives as long as the very X that `fit` is given: what a learner made of it (a binned data set, say),
        for the next of its kind.
    deadline : float, optional
        Unix time by which a learner that can stop itself does.
    """

    task: str
    params: Mapping[str, Any] = field(default_factory=dict)
    classes_count: int = 0
    categorical: tuple[int, ...] = ()
    validation: tuple[np.ndarray, np.ndarray] | None = None
    weights: np.ndarray | None = None
    validation_weights: np.ndarray | None = None
    monotone: Mapping[int, int] = field(default_factory=dict)
    loss: str = "squared"
    quantile: float = 0.5
    all_y: np.ndarray | None = None
    kept: dict[Any, Any] = field(default_factory=dict)
    seed: int = 0
    threads: int = 1
    deadline: float | None = None

    def target(self, y: np.ndarray, space: str = "plain") -> Target:
        """How a regression's values are scaled for a learner, and back."""
        return Target(space).fit(y if self.all_y is None else self.all_y)


class Learner(Protocol):
    """What every learner offers.

    `predict` and `emit` give probabilities [N, K] for the tasks "binary" and "multiclass", else values [N].
    """

    name: ClassVar[str]
    view: ClassVar[str]
    """The view of the data it wants: "tree", "linear" or "none"."""
    instant: ClassVar[bool]
    """It takes no time worth speaking of, and no library."""
    searchable: ClassVar[bool]
    """Other hyper-parameters than the defaults are worth trying."""
    stops_itself: ClassVar[bool]
    """It keeps to its deadline; others have to be ended with their process."""
    threaded: ClassVar[bool]
    """It uses the threads it is given; of others several folds are fitted at once instead."""
    quick: ClassVar[bool]
    """Its file answers several times as fast as boosted trees of the same size."""
    requires: ClassVar[str]
    """A module that is not always installed; empty where none is needed."""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        """Hyper-parameters to begin with."""

    @staticmethod
    def least_seconds(task: str, rows: int, columns: int) -> float:
        """About what one fit on one core needs before it is worth anything."""

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        """Ask an Optuna trial for hyper-parameters."""

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        """Fit features [N, F] to codes 0..K-1 of classes, or to finite values."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict with the library itself."""

    def emit(self, graph: Graph, X: str) -> str:
        """Add the prediction from the double tensor `X` [N, F] and return its name."""

    def refit_params(self) -> dict[str, Any]:
        """Hyper-parameters for a fit on all rows, with what early stopping found."""

    def size(self) -> int:
        """About how many bytes it will take in a file."""

    def inference_seconds(self) -> float:
        """About how long one core needs for 10,000 rows, when they are many."""

    def splits(self) -> dict[int, np.ndarray]:
        """Thresholds by feature, the most telling first."""

    def part(self, models: int) -> Self:
        """Return what is worth keeping of this one when the mean of so many is wanted."""

    @staticmethod
    def merge(models: Sequence[Any]) -> Any:
        """Return one learner that predicts as models fitted on folds do on average, or None."""


class Whole:
    """A learner of which all is worth keeping."""

    quick: ClassVar[bool] = False

    def part(self, models: int) -> Self:
        return self

    @staticmethod
    def least_seconds(task: str, rows: int, columns: int) -> float:
        return 0.0


class _Registry(Mapping[str, type[Learner]]):
    """Learners by name, each module imported when asked for."""

    _homes: ClassVar[dict[str, str]] = {
        "baseline": "baseline.Baseline",
        "tree": "tree.Tree",
        "linear": "linear.Linear",
        "lightgbm": "lightgbm.LightGBM",
        "histogram": "histogram.Histogram",
        "extra_trees": "forest.ExtraTrees",
        "random_forest": "forest.RandomForest",
        "mlp": "mlp.MLP",
        "xgboost": "xgboost.XGBoost",
    }

    def __getitem__(self, name: str) -> type[Learner]:
        if name not in self._homes:
            raise KeyError(name)
        module, kind = self._homes[name].split(".")
        learner: type[Learner] = getattr(import_module(f"{__name__}.{module}"), kind)
        return learner

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


LEARNERS: Mapping[str, type[Learner]] = _Registry()
