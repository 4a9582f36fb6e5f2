"""Forests of scikit-learn: extremely randomised trees, and random forests.

Large trees are what makes them worth having beside boosting, and what makes files large. So a tree may grow
until it has `leaves`, the shares of classes in a leaf are rounded to what a byte holds, and of the forests of
several folds only as many trees are kept as serve.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting
from labstudio.automl.learners.target import Target
from labstudio.onnx.graph import Graph
from labstudio.onnx.trees import (
    BYTES_A_LEAF,
    SECONDS_A_NUMBER,
    emit_looked_up,
    emit_rounded,
    emit_trees,
    from_sklearn_tree,
    walking_seconds,
)

MOST_ROWS = 50_000
"""Rows that one tree is grown from; of more, each tree draws its own."""

MERGED_LEAVES = 140_000
"""Leaves beyond which a merged forest leaves out trees, down to as many as one of its forests has."""

_FEWEST_TREES = 80

SHARES = 255
"""The shares of classes in a leaf are multiples of 1/255."""

SMOOTHING = 0.01
"""How much of the answer is the share of a class among all rows: no tree has seen enough to say never."""

LARGEST = float(np.finfo(np.float32).max)


class _Forest:
    """Trees whose leaves are averaged.

    Parameters of `fit`: `trees`, `leaves` (most of one tree), and scikit-learn's `max_features`,
    `min_samples_leaf` and `criterion`. Monotone constraints hold for values and two classes. Whatever the
    loss, a leaf says the mean.

    Attributes
    ----------
    parts : list of (forest, target)
        One; after `merge` one for each fold.
    """

    name: ClassVar[str]
    library: ClassVar[str]
    """What scikit-learn calls it, without Classifier or Regressor."""
    view: ClassVar[str] = "tree"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    stops_itself: ClassVar[bool] = True
    threaded: ClassVar[bool] = True
    quick: ClassVar[bool] = True
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        features = 1.0 if task == "regression" else 0.5
        trees = int(np.clip(600_000 / rows, 50, 200))
        return {"trees": trees, "leaves": 2000, "max_features": features, "min_samples_leaf": 1}

    @staticmethod
    def least_seconds(task: str, rows: int, columns: int) -> float:
        drawn = min(rows, MOST_ROWS)
        return 2.5e-8 * _FEWEST_TREES / 2 * drawn * np.log2(drawn + 1) * columns

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        return {
            "trees": int(np.clip(600_000 / rows, 50, 200)),
            "leaves": trial.suggest_categorical("leaves", [200, 1000, 2000, 4000]),
            "max_features": trial.suggest_float("max_features", 0.2, 1.0),
            "min_samples_leaf": trial.suggest_categorical("min_samples_leaf", [1, 2, 5, 15]),
        }

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        from sklearn import ensemble

        chosen = {**self.defaults(how.task, len(y)), **how.params}
        self.params = dict(chosen)
        self.classes_count = how.classes_count
        # room is made for all leaves a tree may have: there are never more of them than rows
        trees, leaves = int(chosen.pop("trees")), max(2, min(int(chosen.pop("leaves")), len(y)))
        constraints = how.monotone if how.task != "multiclass" else {}
        self.fill: np.ndarray | None = None
        if constraints:  # scikit-learn takes no missing values beside constraints
            self.fill = np.array([_median(column) for column in X.T])
            chosen["monotonic_cst"] = [constraints.get(place, 0) for place in range(X.shape[1])]
        target = how.target(y) if how.task == "regression" else None
        if not target:
            counts = np.bincount(y.astype(np.int64), how.weights, minlength=how.classes_count)
            self.prior = counts / counts.sum()
        drawn = len(y) > MOST_ROWS
        model = getattr(ensemble, self.library + ("Regressor" if target else "Classifier"))(
            max_leaf_nodes=leaves,
            random_state=how.seed,
            n_jobs=how.threads,
            warm_start=True,
            bootstrap=drawn or self.library == "RandomForest",
            max_samples=MOST_ROWS if drawn else None,
            **chosen,
        )
        values = target.to_unit(y) if target else y.astype(np.int64)
        rounded = self._rounded(X)
        for count in [*range(how.threads, trees, 2 * how.threads), trees]:
            model.set_params(n_estimators=count).fit(rounded, values, sample_weight=how.weights)
            if how.deadline is not None and time.time() >= how.deadline:
                break
        model.set_params(n_jobs=1)  # threads would add up the trees in any order
        if self.classes_count > 2:
            for tree in model.estimators_:
                _round_shares(tree.tree_.value[:, 0, :])
        self.parts = [(model, target)]
        return self

    def _rounded(self, X: np.ndarray) -> np.ndarray:
        filled = X if self.fill is None else np.where(np.isnan(X), self.fill, X)
        return as_single(filled)

    def predict(self, X: np.ndarray) -> np.ndarray:
        rounded = self._rounded(X)
        mean = np.asarray(sum(self._say(part, rounded) for part in self.parts) / len(self.parts))
        return mean * (1.0 - SMOOTHING) + self.prior * SMOOTHING if self.classes_count else mean

    def _say(self, part: tuple[Any, Target | None], rounded: np.ndarray) -> np.ndarray:
        model, target = part
        if target:
            return target.from_unit(model.predict(rounded))
        probabilities = np.zeros((len(rounded), self.classes_count))
        probabilities[:, model.classes_] = model.predict_proba(rounded)
        return probabilities

    def emit(self, graph: Graph, X: str) -> str:
        if self.fill is not None:
            X = graph.node("Where", [graph.node("IsNaN", [X]), graph.constant(self.fill), X])
        X = emit_rounded(graph, X)
        grown = [(tree.tree_, part) for part in self.parts for tree in part[0].estimators_]
        leaves = [self._leaves(tree, part) for tree, part in grown]
        if self.classes_count > 2:
            table = np.concatenate(leaves)
            trees = [from_sklearn_tree(tree, row[:, 0]) for (tree, _), row in zip(grown, leaves, strict=True)]
            whole = np.rint(table * SHARES).astype(np.uint8)
            sums = emit_looked_up(graph, X, trees, whole)
            mean = graph.node("Mul", [sums, graph.constant((1.0 - SMOOTHING) / (SHARES * len(trees)))])
            return graph.node("Add", [mean, graph.constant(self.prior * SMOOTHING)])
        column = -1 if self.classes_count else 0
        trees = [
            from_sklearn_tree(tree, row[:, column] / len(grown))
            for (tree, _), row in zip(grown, leaves, strict=True)
        ]
        mean = emit_trees(graph, X, trees)
        if not self.classes_count:
            return graph.node("Squeeze", [mean, graph.constant(np.array([1]))])
        mean = graph.node("Mul", [mean, graph.constant(1.0 - SMOOTHING)])
        mean = graph.node("Add", [mean, graph.constant(self.prior[1] * SMOOTHING)])
        first = graph.node("Sub", [graph.constant(1.0), mean])
        return graph.node("Concat", [first, mean], axis=1)

    def _leaves(self, tree: Any, part: tuple[Any, Target | None]) -> np.ndarray:
        """What each leaf says: values of the target [leaves, 1], or shares of all classes [leaves, K]."""
        model, target = part
        found = tree.value[tree.children_left < 0, 0, :]
        if target:
            return target.from_unit(found)
        shares = np.zeros((len(found), self.classes_count))
        shares[:, model.classes_] = found
        return shares

    def refit_params(self) -> dict[str, Any]:
        return {**self.params, "trees": len(self.parts[0][0].estimators_)}

    def splits(self) -> dict[int, np.ndarray]:
        trees = [tree.tree_ for model, _ in self.parts for tree in model.estimators_]
        features = np.concatenate([tree.feature for tree in trees])
        thresholds = np.concatenate([tree.threshold for tree in trees])
        usable = (features >= 0) & np.isfinite(thresholds)
        return {
            int(feature): np.unique(thresholds[usable & (features == feature)])
            for feature in np.unique(features[usable])
        }

    def _count(self) -> int:
        return sum(int(tree.tree_.n_leaves) for model, _ in self.parts for tree in model.estimators_)

    def size(self) -> int:
        return self._count() * (BYTES_A_LEAF + (self.classes_count if self.classes_count > 2 else 0))

    def inference_seconds(self) -> float:
        trees = [tree.tree_ for model, _ in self.parts for tree in model.estimators_]
        looked_up = self.classes_count if self.classes_count > 2 else 0
        return walking_seconds(tree.n_leaves for tree in trees) + SECONDS_A_NUMBER * looked_up * len(trees)

    def part(self, models: int) -> Self:
        """Return the first trees, as many as its share of `MERGED_LEAVES` holds."""
        leaves = self._count() / len(self.parts[0][0].estimators_)
        count = max(math.ceil(_FEWEST_TREES / models), int(MERGED_LEAVES / models / leaves))
        fewer = copy.copy(self)
        fewer.parts = [(_of_first(model, count), target) for model, target in self.parts]
        return fewer

    @staticmethod
    def merge(models: Sequence[Any]) -> Any:
        """One forest of all trees, or of as many of each as the one with the fewest has."""
        first = models[0]
        parts = [part for model in models for part in model.parts]
        if any(model.fill is not None for model in models):
            return None
        fewest = min(len(model.estimators_) for model, _ in parts)
        merged = copy.copy(first)
        merged.parts = [(_of_first(model, fewest), target) for model, target in parts]
        if first.classes_count:
            merged.prior = np.asarray(sum(model.prior for model in models) / len(models))
        return merged


class ExtraTrees(_Forest):
    """Trees with random thresholds, each grown from all rows."""

    name: ClassVar[str] = "extra_trees"
    library: ClassVar[str] = "ExtraTrees"


class RandomForest(_Forest):
    """Trees with the best thresholds, each grown from rows drawn with replacement."""

    name: ClassVar[str] = "random_forest"
    library: ClassVar[str] = "RandomForest"


def as_single(X: np.ndarray) -> np.ndarray:
    """Round features to float32, the largest to what it holds; scikit-learn's trees refuse infinities."""
    return np.clip(X, -LARGEST, LARGEST).astype(np.float32)


def _of_first(model: Any, count: int) -> Any:
    """Return the forest of a forest's first trees."""
    fewer = copy.copy(model)
    fewer.estimators_ = model.estimators_[:count]
    fewer.n_estimators = count
    return fewer


def _round_shares(shares: np.ndarray) -> None:
    """Make rows that add up to one rows of whole 255ths that do, by the largest remainders, in place."""
    scaled = shares * SHARES
    whole = np.floor(scaled)
    order = np.argsort(np.argsort(whole - scaled, axis=1, kind="stable"), axis=1)
    missing = np.rint(SHARES - whole.sum(axis=1, keepdims=True))
    shares[:] = (whole + (order < missing)) / SHARES


def _median(column: np.ndarray) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else 0.0
