"""The baseline: what one would say without looking at any feature."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.automl.learners.target import Target
from labstudio.onnx.graph import Graph


class Baseline(Whole):
    """Class frequencies, or the mean or median of the target."""

    name: ClassVar[str] = "baseline"
    view: ClassVar[str] = "none"
    instant: ClassVar[bool] = True
    searchable: ClassVar[bool] = False
    stops_itself: ClassVar[bool] = True
    threaded: ClassVar[bool] = False
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"statistic": "mean"} if task == "regression" else {}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        if task != "regression":
            return {}
        return {"statistic": trial.suggest_categorical("statistic", ["mean", "median"])}

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        self.params = dict(how.params)
        if how.task != "regression":
            counts = np.bincount(y.astype(np.int64), how.weights, minlength=how.classes_count)
            self.answer = (counts / counts.sum()).reshape(1, -1)
            return self
        target = Target().fit(y)
        statistic = {**self.defaults(how.task, len(y)), **self.params}["statistic"]
        unit = target.to_unit(y)
        value = np.median(unit) if statistic == "median" else np.mean(unit)
        self.answer = target.from_unit(np.array([value]))
        return self

    @staticmethod
    def merge(models: Sequence[Baseline]) -> Baseline:
        merged = copy(models[0])
        merged.answer = np.asarray(sum(one.answer for one in models) / len(models))
        return merged

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.repeat(self.answer, len(X), axis=0)

    def emit(self, graph: Graph, X: str) -> str:
        rows = graph.node("Shape", [X], start=0, end=1)
        if self.answer.ndim == 1:
            return graph.node("Expand", [graph.constant(self.answer), rows])
        wide = graph.node("Concat", [rows, graph.constant(np.array([1], dtype=np.int64))], axis=0)
        return graph.node("Expand", [graph.constant(self.answer), wide])

    def refit_params(self) -> dict[str, Any]:
        return self.params

    def size(self) -> int:
        return 8 * self.answer.size

    def inference_seconds(self) -> float:
        return 0.0

    def splits(self) -> dict[int, np.ndarray]:
        return {}
