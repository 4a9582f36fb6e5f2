"""LightGBM, by its own training loop, and its trees as a graph."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting
from labstudio.automl.learners.linear import emit_two
from labstudio.automl.learners.target import Target
from labstudio.onnx.graph import Graph
from labstudio.onnx.trees import LEQ, MEMBER, Tree, emit_trees

if TYPE_CHECKING:
    import lightgbm

ROUNDS = 100
"""Boosting rounds when nothing is said of them and no validation set can end them."""

ZERO = float(np.float32(1e-35))
"""LightGBM reads every value between this and its negative as zero (its kZeroThreshold)."""


class LightGBM:
    """Gradient-boosted trees with native missing values and categories.

    Parameters of `fit`: LightGBM's own, and `rounds` (most boosting rounds) and `patience` (rounds without
    gain on the validation set after which boosting stops; the best round is kept).

    Attributes
    ----------
    rounds : int
        Boosting rounds kept, what a refit without a validation set should use.
    """

    name: ClassVar[str] = "lightgbm"
    view: ClassVar[str] = "tree"
    instant: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    stops_itself: ClassVar[bool] = True

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"rounds": 2000, "patience": 50, "learning_rate": 0.1}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, max(5, min(255, rows // 20)), log=True),
            "min_data_in_leaf": trial.suggest_int(
                "min_data_in_leaf", 2, max(3, min(100, rows // 20)), log=True
            ),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.4, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "lambda_l1": trial.suggest_float("lambda_l1", 1e-8, 10.0, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-8, 10.0, log=True),
            "extra_trees": trial.suggest_categorical("extra_trees", [False, True]),
            "bagging_freq": 1,
            "rounds": 2000,
            "patience": 50,
        }

    def fit(self, X: np.ndarray, y: np.ndarray, how: Fitting) -> Self:
        import lightgbm

        # without a validation set nothing would end the many rounds of the defaults
        chosen = {
            **self.defaults(how.task, len(y)),
            **({} if how.validation else {"rounds": ROUNDS}),
            **(how.params),
        }
        self.params = dict(chosen)
        rounds, patience = int(chosen.pop("rounds")), chosen.pop("patience")
        self.task, self.classes_count, self.threads = how.task, how.classes_count, how.threads
        self.target = Target().fit(y) if how.task == "regression" else None
        options = {
            **chosen,
            "objective": how.task,
            "verbose": -1,
            "seed": how.seed,
            "num_threads": how.threads,
            "deterministic": True,
            "force_row_wise": True,
        }
        if how.task == "multiclass":
            options["num_class"] = how.classes_count
        reading = {"verbose": -1, "feature_pre_filter": False}
        dataset = lightgbm.Dataset(
            X,
            self._labels(y),
            categorical_feature=list(how.categorical) or "auto",
            params=reading,
        )
        watched = None
        if how.validation is not None:
            watched = lightgbm.Dataset(
                how.validation[0], self._labels(how.validation[1]), reference=dataset, params=reading
            )
        watch = _Watch(how.deadline, patience if watched else None)
        booster = lightgbm.train(
            options, dataset, rounds, valid_sets=[watched] if watched else None, callbacks=[watch]
        )
        self.rounds = (watch.best if patience and watched else booster.current_iteration()) or 1
        self.text = booster.model_to_string(num_iteration=self.rounds)  # 17 digits: every double exactly
        self._booster: lightgbm.Booster | None = None
        return self

    def _labels(self, y: np.ndarray) -> np.ndarray:
        return self.target.to_unit(y) if self.target else y

    @property
    def booster(self) -> lightgbm.Booster:
        """The library's own model, read from `text` when first asked for."""
        if self._booster is None:
            import lightgbm

            self._booster = lightgbm.Booster(model_str=self.text)
        return self._booster

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_booster": None}

    def predict(self, X: np.ndarray) -> np.ndarray:
        found = np.asarray(self.booster.predict(X, num_threads=self.threads))
        if self.target:
            return self.target.from_unit(found)
        return np.column_stack([1 - found, found]) if self.task == "binary" else found

    def emit(self, graph: Graph, X: str) -> str:
        trees, zero_features = read_trees(self.text)
        if zero_features:
            X = _emit_zero_as_missing(graph, X, zero_features)
        sums = emit_trees(graph, X, trees, targets=self.classes_count if self.task == "multiclass" else 1)
        if self.target:
            return self.target.emit(graph, graph.node("Squeeze", [sums, graph.constant(np.array([1]))]))
        return emit_two(graph, sums) if self.task == "binary" else graph.node("Softmax", [sums], axis=1)

    def refit_params(self) -> dict[str, Any]:
        plain = {name: value for name, value in self.params.items() if name != "patience"}
        return {**plain, "rounds": self.rounds}

    def splits(self) -> dict[int, np.ndarray]:
        found: dict[int, dict[float, None]] = {}
        for tree in read_trees(self.text)[0]:
            for feature, mode, threshold in zip(tree.feature, tree.mode, tree.threshold, strict=True):
                if mode == LEQ:
                    found.setdefault(feature, {})[threshold] = None
        return {feature: np.array(list(thresholds)) for feature, thresholds in found.items()}


class _Watch:
    """Remembers the best round, and ends training when patience or time has run out."""

    order = 30
    before_iteration = False

    def __init__(self, deadline: float | None, patience: int | None) -> None:
        self.deadline, self.patience = deadline, patience
        self.best = 0
        self.lowest = np.inf

    def __call__(self, env: Any) -> None:
        from lightgbm.callback import EarlyStopException

        if env.evaluation_result_list:
            loss = env.evaluation_result_list[0][2]
            if loss < self.lowest:
                self.lowest, self.best = loss, env.iteration + 1
        tired = self.patience and env.iteration + 1 - self.best >= self.patience
        late = self.deadline is not None and time.time() >= self.deadline
        if tired or late:
            raise EarlyStopException(env.iteration, env.evaluation_result_list or [])


def read_trees(text: str) -> tuple[list[Tree], tuple[int, ...]]:
    """Read the trees of a LightGBM model from its text form.

    Returns
    -------
    trees : list of Tree
        In the order in which LightGBM adds them.
    zero_features : tuple of int
        Features of which zero means missing.
    """
    head, *blocks = text.split("\n\nend of trees")[0].split("\nTree=")
    per_round = int(_fields(head).get("num_tree_per_iteration", "1"))
    trees: list[Tree] = []
    zero_features: set[int] = set()
    for number, block in enumerate(blocks):
        tree, zeros = _read_tree(_fields(block), number % per_round)
        trees.append(tree)
        zero_features |= zeros
    return trees, tuple(sorted(zero_features))


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _read_tree(fields: dict[str, str], target: int) -> tuple[Tree, set[int]]:
    def values(key: str, convert: Callable[[str], Any]) -> list[Any]:
        return [convert(word) for word in fields.get(key, "").split()]

    leaves = values("leaf_value", float)
    if int(fields["num_leaves"]) <= 1:
        return Tree([], [], [], [], [], [], leaves, target=target), set()
    tree = Tree(
        feature=values("split_feature", int),
        mode=[],
        threshold=values("threshold", float),
        holds=values("left_child", int),  # LightGBM too writes leaf n as ~n
        fails=values("right_child", int),
        missing_holds=[],
        leaves=leaves,
        target=target,
    )
    boundaries, words = values("cat_boundaries", int), values("cat_threshold", int)
    zeros: set[int] = set()
    for node, decision in enumerate(values("decision_type", int)):
        categorical, default_left, missing = decision & 1, bool(decision & 2), (decision >> 2) & 3
        tree.mode.append(MEMBER if categorical else LEQ)
        if categorical:  # members go left; unknown, negative and missing codes go right
            place = int(tree.threshold[node])
            bits = words[boundaries[place] : boundaries[place + 1]]
            tree.members[node] = [
                float(32 * i + bit) for i, word in enumerate(bits) for bit in range(32) if word >> bit & 1
            ]
            tree.threshold[node] = 0.0
            tree.missing_holds.append(False)
        elif missing == 0:  # never missing in training: NaN is read as 0
            tree.missing_holds.append(tree.threshold[node] >= 0.0)
        else:
            if missing == 1:
                zeros.add(tree.feature[node])
            tree.missing_holds.append(default_left)
        if not categorical and abs(tree.threshold[node]) <= ZERO:
            # what LightGBM reads as zero is on the side of zero
            below = float(np.nextafter(-ZERO, -np.inf))
            tree.threshold[node] = ZERO if tree.threshold[node] >= 0.0 else below
    return tree, zeros


def _emit_zero_as_missing(graph: Graph, X: str, features: tuple[int, ...]) -> str:
    """Replace zeros by NaN in these features."""
    width = graph.constant(np.array(features, dtype=np.int64))
    columns = graph.node("Gather", [X, width], axis=1)
    zero = graph.node("LessOrEqual", [graph.node("Abs", [columns]), graph.constant(ZERO)])
    cleaned = graph.node("Where", [zero, graph.constant(np.nan), columns])
    turned = graph.node("Transpose", [X], perm=[1, 0])
    turned_back = graph.node("Transpose", [cleaned], perm=[1, 0])
    index = graph.constant(np.array(features, dtype=np.int64).reshape(-1, 1))
    return graph.node("Transpose", [graph.node("ScatterND", [turned, index, turned_back])], perm=[1, 0])
