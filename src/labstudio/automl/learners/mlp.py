"""A small neural network: beside trees, the member of an ensemble that errs differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.automl.learners.descent import Judge, Schedule, Slope, train
from labstudio.automl.learners.linear import SECONDS_A_WEIGHT, emit_spread
from labstudio.automl.learners.network import Network, one_thread
from labstudio.automl.learners.target import Target
from labstudio.automl.steps.numbers import DOUBLE
from labstudio.onnx.graph import Graph

_SECONDS_A_UNIT = 7e-5  # of one core, in which 10,000 rows go through one sigmoid
_JUDGES = 5_000  # validation rows at most


class MLP(Whole):
    """Dense layers on features that are cut into pieces (`labstudio.automl.learners.network`).

    Parameters of `fit`: `hidden` (widths of the layers), `bins` (pieces of a number), `epochs`, `batch` (rows
    a step), `learning_rate` (highest), `dropout`, `decay` (of weights), and `space` of a regression's target
    ("plain", "log", "auto", see `Target`). With a deadline there are as many epochs as there is time for.
    """

    name: ClassVar[str] = "mlp"
    view: ClassVar[str] = "linear"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    stops_itself: ClassVar[bool] = True
    threaded: ClassVar[bool] = False
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {
            "hidden": [128, 64],
            "bins": int(np.clip(rows / 400, 6, 16)),
            "epochs": float(np.clip(800_000 / max(1, rows), 5, 40)),
            "batch": 2 ** int(np.clip(np.round(np.log2(max(1, rows) / 24)), 5, 8)),
            "learning_rate": 0.01,
            "dropout": 0.15,
            "decay": 0.01,
            **({"space": "auto"} if task == "regression" else {}),
        }

    @staticmethod
    def least_seconds(task: str, rows: int, columns: int) -> float:
        steps = float(np.clip(1_000 + 0.04 * rows, 1_000, 3_000))
        return steps * (0.2e-3 + 0.02e-3 * min(columns, 100))

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        width = trial.suggest_int("width", 64, 256, log=True)
        layers = trial.suggest_int("layers", 1, 3)
        found = {
            "hidden": [width, *[width // 2] * (layers - 1)],
            "bins": trial.suggest_categorical("bins", [1, 8, 16, 32]),
            "learning_rate": trial.suggest_float("learning_rate", 0.002, 0.02, log=True),
            "dropout": trial.suggest_float("dropout", 0.0, 0.4),
            "decay": trial.suggest_float("decay", 1e-3, 0.3, log=True),
        }
        if task == "regression":
            found["space"] = trial.suggest_categorical("space", ["auto", "plain"])
        return found

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        chosen = {**self.defaults(how.task, len(y)), **how.params}
        space = chosen.pop("space", "plain")
        hidden, bins = chosen.pop("hidden"), chosen.pop("bins")
        weights = np.ones(len(y)) if how.weights is None else how.weights / (np.mean(how.weights) or 1.0)
        weights = weights.astype(np.float32)[:, None]
        self.classes_count = how.classes_count
        self.target: Target | None = None
        if how.task == "regression":
            self.target = how.target(y, space)
            slope = _value_slope(self.target.to_unit(y).astype(np.float32)[:, None], weights, how)
            offsets = np.zeros(1)
        else:
            self.seen, codes = np.unique(y.astype(np.int64), return_inverse=True)
            shares = np.bincount(codes, weights[:, 0]) / len(y)
            slope = _class_slope(codes, weights)
            offsets = np.log(shares + 1e-6)
        random = np.random.default_rng(how.seed)
        self.network = Network.untrained(X, bins, hidden, offsets, random)
        schedule = Schedule(**chosen, deadline=how.deadline)
        with one_thread():
            epochs = train(self.network, X, slope, schedule, random, self._judge(how))
        self.params = {**how.params, "epochs": epochs}
        return self

    def _judge(self, how: Fitting) -> Judge | None:
        """Return validation rows, of classes that the fit has seen, and the loss of scores for them."""
        if how.validation is None:
            return None
        X, y = how.validation
        rows = np.arange(len(y)) if self.target else np.flatnonzero(np.isin(y, self.seen))
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _JUDGES)).astype(int)]
        weights = None if how.validation_weights is None else how.validation_weights[rows]
        if not len(rows) or (weights is not None and not weights.any()):
            return None
        y = y[rows]
        size = float(np.abs(y).max()) or 1.0

        def loss(scores: np.ndarray) -> float:
            found = self._answer(scores.astype(np.float64))
            if self.target:
                wrong = found / size - y / size
                how_bad = {"absolute": np.abs(wrong), "quantile": wrong * ((wrong > 0) - how.quantile)}
                return float(np.average(how_bad.get(how.loss, wrong**2), weights=weights))
            chosen = found[np.arange(len(y)), np.searchsorted(self.seen, y)]
            return float(-np.average(np.log(np.maximum(chosen, 1e-15)), weights=weights))

        return X[rows], loss

    def _answer(self, scores: np.ndarray) -> np.ndarray:
        """Values [N], or probabilities of the classes that the fit has seen."""
        if self.target:
            return self.target.from_unit(scores[:, 0])
        return _softmax(scores)

    def predict(self, X: np.ndarray) -> np.ndarray:
        found = self._answer(self.network.predict(X))
        if self.target or len(self.seen) == self.classes_count:
            return found
        probabilities = np.zeros((len(X), self.classes_count))
        probabilities[:, self.seen] = found
        return probabilities

    def emit(self, graph: Graph, X: str) -> str:
        def double(values: np.ndarray) -> str:
            return graph.node("Cast", [graph.constant(values)], to=DOUBLE)  # half the size, and as exact

        network = self.network
        found = graph.node("Gather", [X, graph.constant(network.source)], axis=1)
        found = graph.node("Sub", [found, double(network.start)])
        found = graph.node("Mul", [found, double(network.scale)])
        found = graph.node("Clip", [found, graph.constant(0.0), graph.constant(1.0)])
        for place, (weights, offsets) in enumerate(network.layers):
            if place:
                found = graph.node("Mul", [found, graph.node("Sigmoid", [found])])
            found = graph.node("Add", [graph.node("MatMul", [found, double(weights)]), double(offsets)])
        if self.target:
            return self.target.emit(graph, graph.node("Squeeze", [found, graph.constant(np.array([1]))]))
        return emit_spread(graph, graph.node("Softmax", [found], axis=1), self.seen, self.classes_count)

    def refit_params(self) -> dict[str, Any]:
        return self.params

    def size(self) -> int:
        return sum(layer.nbytes for pair in self.network.layers for layer in pair)

    def inference_seconds(self) -> float:
        weights = sum(layer.size for layer, _ in self.network.layers)
        return SECONDS_A_WEIGHT * weights + _SECONDS_A_UNIT * sum(self.network.sizes[1:-1])

    def splits(self) -> dict[int, np.ndarray]:
        return {}

    @staticmethod
    def merge(models: Sequence[MLP]) -> MLP | None:
        return None


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _class_slope(codes: np.ndarray, weights: np.ndarray) -> Slope:
    """Of the log loss."""

    def slope(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        wrong = _softmax(scores)
        wrong[np.arange(len(rows)), codes[rows]] -= 1
        return wrong * weights[rows]

    return slope


def _value_slope(wanted: np.ndarray, weights: np.ndarray, how: Fitting) -> Slope:
    """Of the squared, absolute or quantile error."""

    def slope(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        wrong = scores - wanted[rows]
        if how.loss == "absolute":
            wrong = np.sign(wrong)
        elif how.loss == "quantile":
            wrong = (wrong > 0) - np.float32(how.quantile)
        return wrong * weights[rows]

    return slope
