"""Learners: each fits features to a target with a library, and writes what it learned into a graph.

Prediction is always the library's own, so that a certificate compares two independent ways. A learner gets
arrays; it knows neither frames nor how it is searched. Libraries are imported when a learner is first used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, Protocol, Self

import numpy as np

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
    deadline : float, optional
        Unix time by which a learner that can stop itself does.
    """

    task: str
    params: Mapping[str, Any] = field(default_factory=dict)
    classes_count: int = 0
    categorical: tuple[int, ...] = ()
    validation: tuple[np.ndarray, np.ndarray] | None = None
    seed: int = 0
    threads: int = 1
    deadline: float | None = None


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

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        """Hyper-parameters to begin with."""

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

    def splits(self) -> dict[int, np.ndarray]:
        """Thresholds by feature, the most telling first."""


class _Registry(Mapping[str, type[Learner]]):
    """Learners by name, each module imported when asked for."""

    _homes: ClassVar[dict[str, str]] = {"baseline": "Baseline", "linear": "Linear", "lightgbm": "LightGBM"}

    def __getitem__(self, name: str) -> type[Learner]:
        if name not in self._homes:
            raise KeyError(name)
        learner: type[Learner] = getattr(import_module(f"{__name__}.{name}"), self._homes[name])
        return learner

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


LEARNERS: Mapping[str, type[Learner]] = _Registry()
