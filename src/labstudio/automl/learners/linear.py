"""Linear models of scikit-learn: logistic regression, and ridge regression."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.onnx.graph import Graph

PENALTIES = (1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1000.0)
_STEPS = 40  # of the solver, between two looks at the clock
_MOST_STEPS = 400
SECONDS_A_WEIGHT = 1e-6
"""About, of one core, in which 10,000 rows are multiplied by one weight."""


class Linear(Whole):
    """LogisticRegression for classes, Ridge for values.

    Parameters of `fit`: `penalty` (its strength; the best of `PENALTIES` on the validation rows when not
    given) and `space` of the regression target ("plain", "log", "auto", see `Target`).
    """

    name: ClassVar[str] = "linear"
    view: ClassVar[str] = "linear"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = False
    stops_itself: ClassVar[bool] = True
    threaded: ClassVar[bool] = False
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"space": "auto"} if task == "regression" else {}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        if task != "regression":
            return {}
        return {"space": trial.suggest_categorical("space", ["auto", "plain"])}

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        self.classes_count, self.params = how.classes_count, dict(how.params)
        y = y if how.task == "regression" else y.astype(np.int64)
        if how.task == "regression":
            self.target = how.target(y, how.params.get("space", "auto"))
            fitted = self._ridges(X, y, how)
        elif len(np.unique(y)) == 1:
            from sklearn.dummy import DummyClassifier

            fitted = iter([(1.0, DummyClassifier().fit(X, y))])
        else:
            fitted = self._logistics(X, y, how)
        lowest = np.inf
        for penalty, model in fitted:  # from the strongest on, and no further than it gets better
            self.model, before = model, getattr(self, "model", model)
            if how.validation is None or "penalty" in how.params:
                self.params["penalty"] = penalty
                continue
            loss = self._loss(how)
            if loss >= lowest:
                self.model = before
                break
            lowest, self.params["penalty"] = loss, penalty
        return self

    def _penalties(self, how: Fitting) -> Sequence[float]:
        if "penalty" in how.params:
            return [float(how.params["penalty"])]
        return PENALTIES[::-1] if how.validation else [1.0]

    def _ridges(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Iterator[tuple[float, Any]]:
        from sklearn.linear_model import Ridge

        for penalty in self._penalties(how):
            yield penalty, Ridge(alpha=penalty).fit(X, self.target.to_unit(y), sample_weight=how.weights)
            if _late(how):
                return

    def _logistics(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Iterator[tuple[float, Any]]:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            warm_start=True, max_iter=_STEPS if how.deadline else _MOST_STEPS, tol=1e-3
        )
        for penalty in self._penalties(how):
            model.set_params(C=1 / penalty)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that the steps were not enough is seen below
                for _ in range(_MOST_STEPS // model.max_iter):
                    model.fit(X, y, sample_weight=how.weights)
                    if _late(how) or model.n_iter_.max() < model.max_iter:
                        break
            yield penalty, copy(model)
            if _late(how):
                return

    def _loss(self, how: Fitting) -> float:
        assert how.validation is not None
        X, y = how.validation
        weights = how.validation_weights
        if how.task == "regression":
            wrong = np.asarray(self.model.predict(X)) - self.target.to_unit(y)
            return float(np.average(wrong**2, weights=weights))
        chosen = self.predict(X)[np.arange(len(y)), y.astype(np.int64)]
        return float(-np.average(np.log(np.maximum(chosen, 1e-15)), weights=weights))

    @staticmethod
    def merge(models: Sequence[Linear]) -> Linear | None:
        """The mean of the coefficients, where all look at the same target and classes."""
        first = models[0]
        if any(len(one.model.classes_) < 2 for one in models if one.classes_count) or any(
            not np.array_equal(one.model.classes_, first.model.classes_)
            if one.classes_count
            else not one.target.same(first.target)
            for one in models
        ):
            return None
        merged = copy(first)
        merged.model = copy(first.model)
        merged.model.coef_ = np.asarray(sum(one.model.coef_ for one in models) / len(models))
        merged.model.intercept_ = np.asarray(sum(one.model.intercept_ for one in models) / len(models))
        return merged

    def predict(self, X: np.ndarray) -> np.ndarray:
        if not self.classes_count:
            return self.target.from_unit(np.asarray(self.model.predict(X)))
        probabilities = np.zeros((len(X), self.classes_count))
        probabilities[:, self.model.classes_.astype(np.int64)] = self.model.predict_proba(X)
        return probabilities

    def emit(self, graph: Graph, X: str) -> str:
        if not self.classes_count:
            values = _affine(graph, X, self.model.coef_.reshape(-1, 1), self.model.intercept_)
            return self.target.emit(graph, graph.node("Squeeze", [values, graph.constant(np.array([1]))]))
        seen = self.model.classes_.astype(np.int64)
        if len(seen) == 1:
            nothing = _affine(graph, X, np.zeros((self.features, 1)), np.array([1.0]))
            return emit_spread(graph, nothing, seen, self.classes_count)
        scores = _affine(graph, X, self.model.coef_.T, self.model.intercept_)
        found = emit_two(graph, scores) if len(seen) == 2 else graph.node("Softmax", [scores], axis=1)
        return emit_spread(graph, found, seen, self.classes_count)

    @property
    def features(self) -> int:
        """Number of features."""
        return int(self.model.n_features_in_)

    def refit_params(self) -> dict[str, Any]:
        return self.params

    def size(self) -> int:
        return 8 * np.size(getattr(self.model, "coef_", 1))

    def inference_seconds(self) -> float:
        return SECONDS_A_WEIGHT * np.size(getattr(self.model, "coef_", 1))

    def splits(self) -> dict[int, np.ndarray]:
        return {}


def _late(how: Fitting) -> bool:
    return how.deadline is not None and time.time() >= how.deadline


def emit_two(graph: Graph, score: str) -> str:
    """Add [1 - p, p] with p the sigmoid of a score [N, 1]."""
    second = graph.node("Sigmoid", [score])
    first = graph.node("Sub", [graph.constant(1.0), second])
    return graph.node("Concat", [first, second], axis=1)


def emit_spread(graph: Graph, probabilities: str, seen: np.ndarray, classes_count: int) -> str:
    """Add zeros for the classes that the fit did not see."""
    if len(seen) == classes_count:
        return probabilities
    places = np.zeros((len(seen), classes_count))
    places[np.arange(len(seen)), seen] = 1.0
    return graph.node("MatMul", [probabilities, graph.constant(places)])


def _affine(graph: Graph, X: str, weights: np.ndarray, offset: np.ndarray) -> str:
    product = graph.node("MatMul", [X, graph.constant(np.asarray(weights, dtype=np.float64))])
    return graph.node("Add", [product, graph.constant(np.atleast_1d(offset).astype(np.float64))])
