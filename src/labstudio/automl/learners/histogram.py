"""Histogram gradient boosting of scikit-learn, and its trees as a graph."""

from __future__ import annotations

import inspect
import time
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.automl.learners.linear import emit_spread, emit_two
from labstudio.onnx.graph import Graph
from labstudio.onnx.trees import BYTES_A_LEAF, LEQ, MEMBER, Tree, emit_trees, numbered, walking_seconds

ROUNDS = 100
"""Boosting rounds when nothing is said of them and no validation set can end them."""

MOST_CATEGORIES = 255
"""Of one feature; the codes of more are taken as numbers."""

LOSSES = {"squared": "squared_error", "absolute": "absolute_error", "quantile": "quantile"}


class Histogram(Whole):
    """Gradient-boosted trees over 255 bins, with native missing values and categories.

    Parameters of `fit`: `rounds` (most boosting rounds), `patience` (rounds without gain on the validation
    set after which boosting stops; the best round is kept), and scikit-learn's own. Monotone constraints hold
    for values and two classes.

    Attributes
    ----------
    rounds : int
        Boosting rounds kept.
    """

    name: ClassVar[str] = "histogram"
    view: ClassVar[str] = "tree"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    stops_itself: ClassVar[bool] = True
    threaded: ClassVar[bool] = True
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"rounds": 1000, "patience": 30, "learning_rate": 0.1}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
            "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 4, max(5, min(127, rows // 20)), log=True),
            "min_samples_leaf": trial.suggest_int(
                "min_samples_leaf", 2, max(3, min(100, rows // 20)), log=True
            ),
            "l2_regularization": trial.suggest_float("l2_regularization", 1e-8, 10.0, log=True),
            "max_features": trial.suggest_float("max_features", 0.4, 1.0),
            "rounds": 1000,
            "patience": 30,
        }

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        from sklearn import ensemble
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        self.task, self.classes_count = how.task, how.classes_count
        self.target = how.target(y) if how.task == "regression" else None
        self.seen = np.unique(y).astype(np.int64)
        checked = self._validation(how)
        chosen = {
            **self.defaults(how.task, len(y)),
            **({} if checked else {"rounds": ROUNDS}),
            **how.params,
        }
        self.params = dict(chosen)
        rounds, patience = int(chosen.pop("rounds")), chosen.pop("patience")
        self.categories = {
            place: known
            for place in sorted(how.categorical)
            if 0 < len(known := _known(X[:, place])) <= MOST_CATEGORIES
        }
        self.rounds = 0
        self.model: Any = None
        if self.target is None and len(self.seen) == 1:
            return self
        if self.target:
            chosen["loss"] = LOSSES.get(how.loss, "squared_error")
            chosen["quantile"] = how.quantile if how.loss == "quantile" else None
        if how.monotone and how.task != "multiclass":
            chosen["monotonic_cst"] = [
                0 if place in self.categories else how.monotone.get(place, 0) for place in range(X.shape[1])
            ]
        kind = "HistGradientBoosting" + ("Regressor" if self.target else "Classifier")
        model = getattr(ensemble, kind)(
            max_iter=rounds,
            categorical_features=list(self.categories) or None,
            early_stopping=True,
            validation_fraction=None,
            n_iter_no_change=(patience if checked else None) or rounds,
            tol=0.0,
            random_state=how.seed,
            **chosen,
        )
        empty = np.isnan(X).all(
            axis=0
        )  # scikit-learn cannot bin such a feature, and never splits on a constant one
        # asked after each round, so that boosting can end when time has run out
        tired = model._should_stop
        model._should_stop = lambda scores: (
            tired(scores) or (how.deadline is not None and time.time() >= how.deadline)
        )
        with threadpool_limits(how.threads, user_api="openmp"):
            model.fit(np.where(empty, 0.0, X), self._labels(y), sample_weight=how.weights, **checked)
        del model._should_stop
        if checked:
            best = int(np.argmax(model.validation_score_[1:])) + 1
            del model._predictors[best:]
        self.model, self.rounds = model, model.n_iter_
        return self

    def _labels(self, y: np.ndarray) -> np.ndarray:
        return self.target.to_unit(y) if self.target else y.astype(np.int64)

    def _validation(self, how: Fitting) -> dict[str, Any]:
        """What scikit-learn is told of the validation set: rows of classes that the training rows have."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        if (
            how.validation is None
            or "X_val" not in inspect.signature(HistGradientBoostingRegressor.fit).parameters
        ):
            return {}  # before scikit-learn 1.7
        X, y = how.validation
        usable = np.full(len(y), True) if self.target else np.isin(y, self.seen)
        if not usable.any():
            return {}
        weights = None if how.validation_weights is None else how.validation_weights[usable]
        return {"X_val": X[usable], "y_val": self._labels(y[usable]), "sample_weight_val": weights}

    def predict(self, X: np.ndarray) -> np.ndarray:
        if self.target:
            return self.target.from_unit(self.model.predict(X))
        probabilities = np.zeros((len(X), self.classes_count))
        probabilities[:, self.seen] = self.model.predict_proba(X) if self.model else 1.0
        return probabilities

    def emit(self, graph: Graph, X: str) -> str:
        if self.model is None:
            only = Tree([], [], [], [], [], [], [1.0])
            return emit_spread(graph, emit_trees(graph, X, [only]), self.seen, self.classes_count)
        trees = list(self._trees())
        sums = emit_trees(graph, X, trees, targets=self.model.n_trees_per_iteration_)
        sums = graph.node("Add", [sums, graph.constant(self.model._baseline_prediction.astype(np.float64))])
        if self.target:
            return self.target.emit(graph, graph.node("Squeeze", [sums, graph.constant(np.array([1]))]))
        found = emit_two(graph, sums) if len(self.seen) == 2 else graph.node("Softmax", [sums], axis=1)
        return emit_spread(graph, found, self.seen, self.classes_count)

    def _trees(self) -> list[Tree]:
        places = [
            *self.categories,
            *(p for p in range(self.model.n_features_in_) if p not in self.categories),
        ]
        return [
            _read_tree(predictor, target, places, self.categories)
            for one_round in self.model._predictors
            for target, predictor in enumerate(one_round)
        ]

    def refit_params(self) -> dict[str, Any]:
        return {**self.params, "rounds": self.rounds or 1}

    def splits(self) -> dict[int, np.ndarray]:
        found: dict[int, dict[float, None]] = {}
        for tree in self._trees() if self.model else []:
            for feature, mode, threshold in zip(tree.feature, tree.mode, tree.threshold, strict=True):
                if mode == LEQ and np.isfinite(threshold):
                    found.setdefault(feature, {})[threshold] = None
        return {feature: np.array(list(thresholds)) for feature, thresholds in found.items()}

    def size(self) -> int:
        return BYTES_A_LEAF * sum(len(tree.leaves) for tree in self._trees()) if self.model else BYTES_A_LEAF

    def inference_seconds(self) -> float:
        return walking_seconds(len(tree.leaves) for tree in self._trees()) if self.model else 0.0

    @staticmethod
    def merge(models: Sequence[Any]) -> Any:
        return None


def _known(column: np.ndarray) -> np.ndarray:
    """Codes of a category in order, as scikit-learn's encoder numbers them."""
    return np.unique(column[~np.isnan(column)])


def _read_tree(predictor: Any, target: int, places: Sequence[int], categories: dict[int, np.ndarray]) -> Tree:
    """Bring a tree into the neutral form; scikit-learn puts features with categories first."""
    nodes = predictor.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    number = numbered(is_leaf)
    tree = Tree([], [], [], [], [], [], nodes["value"][is_leaf].tolist(), target=target)
    for place, node in enumerate(nodes[~is_leaf]):
        feature = places[node["feature_idx"]]
        left, right, missing_left = (
            number[node["left"]],
            number[node["right"]],
            bool(node["missing_go_to_left"]),
        )
        tree.feature.append(feature)
        if node["is_categorical"]:
            # unknown codes go where missing values go: the set is of the codes that go the other way
            bits = predictor.raw_left_cat_bitsets[node["bitset_idx"]]
            ordinals = np.arange(len(categories[feature]))
            goes_left = (bits[ordinals // 32] >> (ordinals % 32).astype(np.uint32) & 1).astype(bool)
            tree.members[place] = categories[feature][~goes_left if missing_left else goes_left].tolist()
            tree.mode.append(MEMBER)
            tree.threshold.append(0.0)
            tree.missing_holds.append(False)
            if missing_left:
                left, right = right, left
        else:
            tree.mode.append(LEQ)
            tree.threshold.append(float(node["num_threshold"]))
            tree.missing_holds.append(missing_left)
        tree.holds.append(int(left))
        tree.fails.append(int(right))
    return tree
