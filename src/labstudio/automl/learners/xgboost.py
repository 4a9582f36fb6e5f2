"""XGBoost, where it is installed, and its trees as a graph.

XGBoost adds up its trees in float32. Here it says which leaf of each tree a row falls into, and the leaves
are added up in double, so that the file can be as exact as any other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.automl.learners.forest import as_single
from labstudio.automl.learners.linear import emit_two
from labstudio.onnx.graph import Graph
from labstudio.onnx.trees import (
    BYTES_A_LEAF,
    LT,
    MEMBER,
    Tree,
    emit_rounded,
    emit_trees,
    numbered,
    walking_seconds,
)

if TYPE_CHECKING:
    import xgboost

ROUNDS = 100
"""Boosting rounds when nothing is said of them and no validation set can end them."""

OBJECTIVES = {
    "binary": "binary:logistic",
    "multiclass": "multi:softprob",
    "squared": "reg:squarederror",
    "absolute": "reg:absoluteerror",
    "quantile": "reg:quantileerror",
}


class XGBoost(Whole):
    """Gradient-boosted trees with native missing values and categories.

    Parameters of `fit`: XGBoost's own, `rounds` and `patience` as for LightGBM.

    Attributes
    ----------
    rounds : int
        Boosting rounds kept.
    """

    name: ClassVar[str] = "xgboost"
    view: ClassVar[str] = "tree"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    stops_itself: ClassVar[bool] = True
    threaded: ClassVar[bool] = True
    requires: ClassVar[str] = "xgboost"

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"rounds": 2000, "patience": 50, "learning_rate": 0.1, "max_depth": 6}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
            "max_depth": trial.suggest_int("max_depth", 2, 9),
            "min_child_weight": trial.suggest_float("min_child_weight", 0.5, 20.0, log=True),
            "subsample": trial.suggest_float("subsample", 0.5, 1.0),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4, 1.0),
            "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 10.0, log=True),
            "rounds": 2000,
            "patience": 50,
        }

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        import xgboost

        chosen = {
            **self.defaults(how.task, len(y)),
            **({} if how.validation else {"rounds": ROUNDS}),
            **how.params,
        }
        self.params = dict(chosen)
        rounds, patience = int(chosen.pop("rounds")), chosen.pop("patience")
        self.task, self.classes_count = how.task, how.classes_count
        self.categorical, self.threads = tuple(how.categorical), how.threads
        self.target = how.target(y) if how.task == "regression" else None
        loss = how.loss if how.loss in OBJECTIVES else "squared"
        options = {
            **chosen,
            "objective": OBJECTIVES[loss if self.target else how.task],
            "base_score": 0.0 if self.target else 0.5,  # both a margin of 0, or the same for all classes
            "tree_method": "hist",
            "seed": how.seed,
            "nthread": how.threads,
            "verbosity": 0,
        }
        if how.task == "multiclass":
            options["num_class"] = how.classes_count
        if self.target and loss == "quantile":
            options["quantile_alpha"] = how.quantile
        if how.monotone:
            options["monotone_constraints"] = tuple(
                0 if place in self.categorical else how.monotone.get(place, 0) for place in range(X.shape[1])
            )
        watched = []
        if how.validation is not None:
            watched = [(self._data(*how.validation, how.validation_weights), "validation")]
        best = {"loss": np.inf, "rounds": 0}

        class Watch(xgboost.callback.TrainingCallback):
            def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Any]) -> bool:
                for scores in evals_log.get("validation", {}).values():
                    if scores[-1] < best["loss"]:
                        best.update(loss=scores[-1], rounds=epoch + 1)
                late = how.deadline is not None and time.time() >= how.deadline
                return late or bool(watched and patience and epoch + 1 - best["rounds"] >= patience)

        booster = xgboost.train(
            options,
            self._data(X, y, how.weights),
            rounds,
            evals=watched,
            verbose_eval=False,
            callbacks=[Watch()],
        )
        self.rounds = int(best["rounds"]) or booster.num_boosted_rounds()
        self.raw = bytes(booster[: self.rounds].save_raw("ubj"))
        self._booster: xgboost.Booster | None = None
        return self

    def _data(self, X: np.ndarray, y: np.ndarray | None = None, weights: np.ndarray | None = None) -> Any:
        import xgboost

        single = as_single(X)
        codes = single[:, self.categorical]
        single[:, self.categorical] = np.where(codes < 0, np.nan, codes)  # negative codes are refused
        types = ["c" if place in self.categorical else "q" for place in range(X.shape[1])]
        labels = self.target.to_unit(y) if self.target and y is not None else y
        return xgboost.DMatrix(
            single, labels, weight=weights, feature_types=types, enable_categorical=True, nthread=self.threads
        )

    @property
    def booster(self) -> xgboost.Booster:
        """The library's own model, read from `raw` when first asked for."""
        if self._booster is None:
            import xgboost

            self._booster = xgboost.Booster({"nthread": self.threads}, model_file=bytearray(self.raw))
        return self._booster

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_booster": None}

    def predict(self, X: np.ndarray) -> np.ndarray:
        leaves = np.asarray(self.booster.predict(self._data(X), pred_leaf=True, strict_shape=True), dtype=int)
        leaves = leaves.reshape(len(X), -1)
        sums = np.zeros((len(X), self._sums))
        for place, (fields, target) in enumerate(self._fields()):
            sums[:, target] += np.array(fields["split_conditions"], dtype=np.float32)[leaves[:, place]]
        if self.target:
            return self.target.from_unit(sums[:, 0])
        if self.task == "binary":
            sums = np.column_stack([np.zeros(len(X)), sums])
        odds = np.exp(sums - sums.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    @property
    def _sums(self) -> int:
        return self.classes_count if self.task == "multiclass" else 1

    def _fields(self) -> list[tuple[dict[str, Any], int]]:
        """Trees as XGBoost writes them, with the class to which each adds."""
        model = json.loads(self.booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
        return list(zip(model["trees"], model["tree_info"], strict=True))

    def emit(self, graph: Graph, X: str) -> str:
        X = emit_rounded(graph, X)
        trees = [_read_tree(fields, target) for fields, target in self._fields()]
        sums = emit_trees(graph, X, trees, targets=self._sums)
        if self.target:
            return self.target.emit(graph, graph.node("Squeeze", [sums, graph.constant(np.array([1]))]))
        return emit_two(graph, sums) if self.task == "binary" else graph.node("Softmax", [sums], axis=1)

    def refit_params(self) -> dict[str, Any]:
        return {**self.params, "rounds": self.rounds}

    def splits(self) -> dict[int, np.ndarray]:
        found: dict[int, dict[float, None]] = {}
        for fields, target in self._fields():
            tree = _read_tree(fields, target)
            for feature, mode, threshold in zip(tree.feature, tree.mode, tree.threshold, strict=True):
                if mode == LT and np.isfinite(threshold):
                    found.setdefault(feature, {})[threshold] = None
        return {feature: np.array(list(thresholds)) for feature, thresholds in found.items()}

    def size(self) -> int:
        return BYTES_A_LEAF * sum(fields["left_children"].count(-1) for fields, _ in self._fields())

    def inference_seconds(self) -> float:
        return walking_seconds(fields["left_children"].count(-1) for fields, _ in self._fields())

    @staticmethod
    def merge(models: Sequence[Any]) -> Any:
        return None


def _read_tree(fields: dict[str, Any], target: int) -> Tree:
    values = np.array(fields["split_conditions"], dtype=np.float32).astype(np.float64)
    is_leaf = np.array(fields["left_children"]) < 0
    number = numbered(is_leaf).tolist()
    starts = zip(
        fields["categories_nodes"], fields["categories_segments"], fields["categories_sizes"], strict=True
    )
    sets = {node: fields["categories"][start : start + size] for node, start, size in starts}
    tree = Tree([], [], [], [], [], [], values[is_leaf].tolist(), target=target)
    for place, node in enumerate(np.flatnonzero(~is_leaf).tolist()):
        left, right = number[fields["left_children"][node]], number[fields["right_children"][node]]
        missing_left = bool(fields["default_left"][node])
        tree.feature.append(fields["split_indices"][node])
        if fields["split_type"][node]:  # members go right; negative codes were missing in training
            known = [float(code) for code in sets[node]]
            tree.members[place] = known if missing_left else [-1.0, *known]
            tree.mode.append(MEMBER)
            tree.threshold.append(0.0)
            tree.missing_holds.append(not missing_left)
            left, right = right, left
        else:
            tree.mode.append(LT)
            tree.threshold.append(float(values[node]))
            tree.missing_holds.append(missing_left)
        tree.holds.append(left)
        tree.fails.append(right)
    return tree
