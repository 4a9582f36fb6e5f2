"""One small decision tree of scikit-learn that can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.automl.learners.forest import as_single
from labstudio.automl.learners.linear import emit_spread
from labstudio.onnx.graph import Graph
from labstudio.onnx.trees import BYTES_A_LEAF, emit_rounded, emit_trees, from_sklearn_tree, walking_seconds
from labstudio.onnx.trees import Tree as Neutral


class Tree(Whole):
    """A tree of a few levels: the best that fits on a page.

    Parameters of `fit`: scikit-learn's `max_depth` and `min_samples_leaf`. Monotone constraints are not kept
    (scikit-learn takes no missing values beside them); whatever the loss, a leaf says the mean.
    """

    name: ClassVar[str] = "tree"
    view: ClassVar[str] = "tree"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = False
    stops_itself: ClassVar[bool] = False
    threaded: ClassVar[bool] = False
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"max_depth": 4, "min_samples_leaf": max(1, min(20, rows // 50))}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        return {
            "max_depth": trial.suggest_int("max_depth", 1, 4),
            "min_samples_leaf": trial.suggest_int(
                "min_samples_leaf", 1, max(2, min(50, rows // 20)), log=True
            ),
        }

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        self.params = {**self.defaults(how.task, len(y)), **how.params}
        self.classes_count = how.classes_count
        self.target = how.target(y) if how.task == "regression" else None
        kind = DecisionTreeRegressor if self.target else DecisionTreeClassifier
        values = self.target.to_unit(y) if self.target else y.astype(np.int64)
        model = kind(random_state=how.seed, **self.params)
        self.model = model.fit(as_single(X), values, sample_weight=how.weights)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        if self.target:
            return self.target.from_unit(self.model.predict(as_single(X)))
        probabilities = np.zeros((len(X), self.classes_count))
        probabilities[:, self.model.classes_] = self.model.predict_proba(as_single(X))
        return probabilities

    def emit(self, graph: Graph, X: str) -> str:
        values = self.model.tree_.value[:, 0, :]
        trees = [self._neutral(values[:, place], place) for place in range(values.shape[1])]
        found = emit_trees(graph, emit_rounded(graph, X), trees, targets=len(trees))
        if self.target:
            return self.target.emit(graph, graph.node("Squeeze", [found, graph.constant(np.array([1]))]))
        return emit_spread(graph, found, self.model.classes_, self.classes_count)

    def _neutral(self, values: np.ndarray, target: int = 0) -> Neutral:
        tree = self.model.tree_
        return from_sklearn_tree(tree, values[tree.children_left < 0], target)

    def nodes(self) -> list[dict[str, Any]]:
        """Return what a picture needs, the root first.

        Returns
        -------
        list of dict
            Of every node its `rows` (their weight) and `answer` (a value, or probabilities of all classes).
            Of one that asks also `feature` (position), `threshold`, `left`, `right` (places in the list; left
            is where the feature is at most the threshold) and `missing_left`.
        """
        tree = self.model.tree_
        answers = tree.value[:, 0, :]
        if self.target:
            said: list[Any] = self.target.from_unit(answers[:, 0]).tolist()
        else:
            spread = np.zeros((len(answers), self.classes_count))
            spread[:, self.model.classes_] = answers
            said = spread.tolist()
        found: list[dict[str, Any]] = []
        for place, answer in enumerate(said):
            node = {"rows": float(tree.weighted_n_node_samples[place]), "answer": answer}
            if tree.children_left[place] >= 0:
                node |= {
                    "feature": int(tree.feature[place]),
                    "threshold": float(tree.threshold[place]),
                    "left": int(tree.children_left[place]),
                    "right": int(tree.children_right[place]),
                    "missing_left": bool(tree.missing_go_to_left[place]),
                }
            found.append(node)
        return found

    def refit_params(self) -> dict[str, Any]:
        return self.params

    def splits(self) -> dict[int, np.ndarray]:
        tree = self.model.tree_
        usable = (tree.feature >= 0) & np.isfinite(tree.threshold)
        return {
            int(feature): np.unique(tree.threshold[usable & (tree.feature == feature)])
            for feature in np.unique(tree.feature[usable])
        }

    def size(self) -> int:
        return BYTES_A_LEAF * int(self.model.tree_.n_leaves) * self.model.tree_.value.shape[2]

    def inference_seconds(self) -> float:
        return walking_seconds([int(self.model.tree_.n_leaves)] * self.model.tree_.value.shape[2])

    @staticmethod
    def merge(models: Sequence[Any]) -> Any:
        return None
