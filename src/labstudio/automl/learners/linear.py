"""Linear models of scikit-learn: logistic regression, and ridge regression."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting
from labstudio.automl.learners.target import Target
from labstudio.onnx.graph import Graph


class Linear:
    """LogisticRegression for classes, Ridge for values.

    Parameters of `fit`: `C` (inverse strength of the penalty, logistic), `alpha` (strength, ridge) and
    `space` of the regression target ("plain", "log", "auto", see `Target`).
    """

    name: ClassVar[str] = "linear"
    view: ClassVar[str] = "linear"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    stops_itself: ClassVar[bool] = False

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"alpha": 1.0, "space": "auto"} if task == "regression" else {"C": 1.0}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        if task != "regression":
            return {"C": trial.suggest_float("C", 1e-3, 100.0, log=True)}
        return {
            "alpha": trial.suggest_float("alpha", 1e-3, 1e3, log=True),
            "space": trial.suggest_categorical("space", ["auto", "plain"]),
        }

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        from sklearn.dummy import DummyClassifier
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression, Ridge

        chosen = {**self.defaults(how.task, len(y)), **(how.params)}
        self.params = dict(how.params)
        self.classes_count = how.classes_count
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if how.task == "regression":
                self.target = Target(chosen["space"]).fit(y)
                model = Ridge(alpha=chosen["alpha"])
                self.model = model.fit(X, self.target.to_unit(y))
            elif len(np.unique(y)) == 1:
                self.model = DummyClassifier().fit(X, y)
            else:
                model = LogisticRegression(C=chosen["C"], max_iter=300)
                self.model = model.fit(X, y.astype(np.int64))
        return self

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

    def splits(self) -> dict[int, np.ndarray]:
        return {}


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
