"""LightGBM, by its own training loop, and its trees as a graph."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from labstudio.automl.learners import Fitting, Whole
from labstudio.automl.learners.linear import emit_two
from labstudio.onnx.graph import Graph
from labstudio.onnx.trees import BYTES_A_LEAF, LEQ, MEMBER, Tree, emit_trees, walking_seconds

if TYPE_CHECKING:
    import lightgbm

ROUNDS = 100
"""Boosting rounds when nothing is said of them and no validation set can end them."""

SPACES = ["plain", "auto"]
_OBJECTIVES = {"absolute": "l1", "quantile": "quantile"}

_LOOKED_AT, _LOOK = 10, 5  # the first rounds are judged each, then every fifth: judging costs as much
_TELLING = 60  # trees: the thresholds of the first ones are the most telling
_LEAVES = re.compile(r"^num_leaves=(\d+)$", re.MULTILINE)
_SETS = re.compile(r"^cat_threshold=(.+)$", re.MULTILINE)

ZERO = float(np.float32(1e-35))
"""LightGBM reads every value between this and its negative as zero (its kZeroThreshold)."""
_BELOW_ZERO = float(np.nextafter(-ZERO, -np.inf))


class LightGBM(Whole):
    """Gradient-boosted trees with native missing values and categories.

    Parameters of `fit`: LightGBM's own, and `rounds` (most boosting rounds), `patience` (rounds without gain
    on the validation set after which boosting stops; the best round is kept) and `space` of a regression's
    target (see `Target`).

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
    threaded: ClassVar[bool] = True
    requires: ClassVar[str] = ""

    @staticmethod
    def defaults(task: str, rows: int) -> dict[str, Any]:
        return {"rounds": 2000, "patience": 50, "learning_rate": 0.1}

    @staticmethod
    def suggest(trial: Any, task: str, rows: int) -> dict[str, Any]:
        most = max(3, min(100, rows // 20))
        found = {
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, max(5, min(255, rows // 20)), log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 2, most, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.4, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "lambda_l1": trial.suggest_float("lambda_l1", 1e-8, 10.0, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-8, 10.0, log=True),
            "extra_trees": trial.suggest_categorical("extra_trees", [False, True]),
            "bagging_freq": 1,
            "rounds": 3000,
            "patience": 60,
        }
        return found | ({"space": trial.suggest_categorical("space", SPACES)} if task == "regression" else {})

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
        space = chosen.pop("space", "plain")
        self.task, self.classes_count, self.threads = how.task, how.classes_count, how.threads
        self.target = how.target(y, space) if how.task == "regression" else None
        options = {
            "objective": _OBJECTIVES.get(how.loss, how.task) if self.target else how.task,
            "alpha": how.quantile,
            "verbose": -1,
            "seed": how.seed,
            "num_threads": how.threads,
            "deterministic": True,
            "force_row_wise": True,
            **chosen,
        }
        if how.task == "multiclass":
            options["num_class"] = how.classes_count
        if how.monotone:
            options["monotone_constraints"] = [how.monotone.get(i, 0) for i in range(X.shape[1])]
        dataset, watched = self._read(X, y, how, space)
        booster = lightgbm.Booster(options, dataset)
        if watched is not None:
            booster.add_valid(watched, "validation")
        self.rounds = _boost(booster, rounds, patience if watched is not None else None, how.deadline)
        # 17 digits: every double exactly
        self.texts = (booster.model_to_string(num_iteration=self.rounds),)
        self.leaves = [int(count) for count in _LEAVES.findall(self.texts[0])]
        self.members = _count_members(self.texts[0])
        self._boosters: list[lightgbm.Booster] | None = None
        return self

    def _read(self, X: np.ndarray, y: np.ndarray, how: Fitting, space: str) -> tuple[Any, Any]:
        """The rows in bins, as the last candidate left them where they were the same."""
        import lightgbm

        key = ("lightgbm", space, how.weights is None)
        if key not in how.kept:
            reading = {"verbose": -1, "feature_pre_filter": False, "num_threads": how.threads}
            categorical = list(how.categorical) or "auto"
            dataset = lightgbm.Dataset(
                X, self._labels(y), weight=how.weights, categorical_feature=categorical, params=reading
            ).construct()
            watched = None
            if how.validation is not None:
                watched = lightgbm.Dataset(
                    how.validation[0],
                    self._labels(how.validation[1]),
                    weight=how.validation_weights,
                    reference=dataset,
                    params=reading,
                ).construct()
            how.kept[key] = dataset, watched
        found: tuple[Any, Any] = how.kept[key]
        return found

    def _labels(self, y: np.ndarray) -> np.ndarray:
        return self.target.to_unit(y) if self.target else y

    @property
    def boosters(self) -> list[lightgbm.Booster]:
        """The library's own models, read from `texts` when first asked for."""
        if self._boosters is None:
            import lightgbm

            self._boosters = [lightgbm.Booster(model_str=text) for text in self.texts]
        return self._boosters

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_boosters": None}

    def predict(self, X: np.ndarray) -> np.ndarray:
        raw = len(self.boosters) > 1  # of several the mean is taken before the link
        found = [np.asarray(one.predict(X, raw_score=raw, num_threads=self.threads)) for one in self.boosters]
        mean = np.asarray(sum(found) / len(found))
        if self.target:
            return self.target.from_unit(mean)
        if self.task == "binary":
            mean = 1 / (1 + np.exp(-mean)) if raw else mean
            return np.column_stack([1 - mean, mean])
        return _softmax(mean) if raw else mean

    def gains(self) -> np.ndarray:
        """How much splits by each feature have lowered the loss."""
        return np.asarray(sum(one.feature_importance("gain") for one in self.boosters))

    @staticmethod
    def merge(models: Sequence[LightGBM]) -> LightGBM | None:
        """All their trees, where they look at the target alike."""
        first = models[0]
        if any(one.target and not one.target.same(first.target) for one in models):
            return None
        merged = copy(first)
        merged.texts, merged._boosters = tuple(text for one in models for text in one.texts), None
        merged.leaves = [count for one in models for count in one.leaves]
        merged.members = sum(one.members for one in models)
        return merged

    def emit(self, graph: Graph, X: str) -> str:
        trees: list[Tree] = []
        zero_features: set[int] = set()
        for text in self.texts:
            found, zeros = read_trees(text)
            trees += found
            zero_features |= set(zeros)
        for tree in trees:
            tree.leaves = np.asarray(tree.leaves) / len(self.texts)
        if zero_features:
            X = _emit_zero_as_missing(graph, X, tuple(sorted(zero_features)))
        sums = emit_trees(graph, X, trees, targets=self.classes_count if self.task == "multiclass" else 1)
        if self.target:
            return self.target.emit(graph, graph.node("Squeeze", [sums, graph.constant(np.array([1]))]))
        return emit_two(graph, sums) if self.task == "binary" else graph.node("Softmax", [sums], axis=1)

    def refit_params(self) -> dict[str, Any]:
        plain = {name: value for name, value in self.params.items() if name != "patience"}
        return {**plain, "rounds": self.rounds}

    def size(self) -> int:
        return BYTES_A_LEAF * sum(self.leaves)

    def inference_seconds(self) -> float:
        return walking_seconds(self.leaves, self.members)

    def splits(self) -> dict[int, np.ndarray]:
        found: dict[int, dict[float, None]] = {}
        for tree in read_trees(self.texts[0], most=_TELLING)[0]:
            plain = np.asarray(tree.mode) == LEQ
            pairs = zip(np.asarray(tree.feature)[plain], np.asarray(tree.threshold)[plain], strict=True)
            for feature, threshold in pairs:
                found.setdefault(int(feature), {})[float(threshold)] = None
        return {feature: np.array(list(thresholds)) for feature, thresholds in found.items()}


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _boost(booster: lightgbm.Booster, rounds: int, patience: int | None, deadline: float | None) -> int:
    """Add rounds until they, patience or time have run out; return how many are worth keeping."""
    best, lowest = 0, np.inf
    for number in range(1, rounds + 1):
        if booster.update():  # no tree could be split any more
            break
        if patience is not None and (number <= _LOOKED_AT or number % _LOOK == 0 or number == rounds):
            loss = booster.eval_valid()[0][2]
            if loss < lowest:
                best, lowest = number, loss
            elif number - best >= patience:
                break
        if deadline is not None and time.time() >= deadline:
            break
    return best or max(1, booster.current_iteration())


def read_trees(text: str, most: int | None = None) -> tuple[list[Tree], tuple[int, ...]]:
    """Read the trees of a LightGBM model, or the first `most` of them, from its text form.

    Returns
    -------
    trees : list of Tree
        In the order in which LightGBM adds them.
    zero_features : tuple of int
        Features of which zero means missing.
    """
    head, *blocks = text.split("\n\nend of trees")[0].split("\nTree=")
    per_round = int(_fields(head).get("num_tree_per_iteration", "1"))
    told = [_fields(block) for block in blocks[:most]]
    leaves = _parts(*_numbers((fields["leaf_value"] for fields in told), float))
    split = [fields for fields in told if int(fields["num_leaves"]) > 1]  # the others are a leaf alone
    nodes, zero_features = _nodes(split)
    grown = iter(zip(*nodes.values(), strict=True))
    trees: list[Tree] = []
    for place, fields in enumerate(told):
        own: Iterable[Any] = ([],) * len(nodes)
        members: dict[int, list[float]] = {}
        if int(fields["num_leaves"]) > 1:
            own = next(grown)
            members = (
                _members(dict(zip(nodes, own, strict=True)), fields) if "cat_threshold" in fields else {}
            )
        values = {name: found for name, found in zip(nodes, own, strict=True) if name != "place"}
        trees.append(Tree(**values, leaves=leaves[place], members=members, target=place % per_round))
    return trees, zero_features


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _numbers(texts: Iterable[str], kind: type) -> tuple[np.ndarray, list[int]]:
    """Numbers of several texts, read at once, and how many each has."""
    texts = list(texts)
    joined = " ".join(texts)
    try:
        found: np.ndarray = (
            np.fromstring(joined, kind, sep=" ") if joined else np.empty(0, kind)
        )  # ten times as fast
    except ValueError:  # it reads no denormal numbers
        found = np.array([kind(word) for word in joined.split()])
    return found, [text.count(" ") + 1 for text in texts]


def _parts(values: np.ndarray, counts: Sequence[int]) -> list[np.ndarray]:
    """Cut an array into parts of these lengths."""
    return [values[start:end] for start, end in pairwise(accumulate(counts, initial=0))]


def _nodes(told: Sequence[Mapping[str, str]]) -> tuple[dict[str, list[np.ndarray]], tuple[int, ...]]:
    """Properties of the nodes of trees, tree by tree, and features of which zero means missing."""

    def read(name: str, kind: type) -> np.ndarray:
        return _numbers((fields[name] for fields in told), kind)[0]

    counts = _numbers((fields["split_feature"] for fields in told), int)[1]
    feature, threshold, decision = (
        read(name, kind)
        for name, kind in (("split_feature", int), ("threshold", float), ("decision_type", int))
    )
    categorical, default_left, missing = decision & 1 == 1, decision & 2 == 2, decision >> 2 & 3
    # what LightGBM reads as zero is on the side of zero
    zero = np.where(threshold >= 0.0, ZERO, _BELOW_ZERO)
    plain = np.where(np.abs(threshold) <= ZERO, zero, threshold)
    found = {
        "feature": feature,
        "mode": np.where(categorical, MEMBER, LEQ),
        "threshold": np.where(categorical, 0.0, plain),
        "holds": read("left_child", int),  # LightGBM too writes leaf n as ~n
        "fails": read("right_child", int),
        # never missing in training (0): NaN is read as 0
        "missing_holds": ~categorical & np.where(missing == 0, plain >= 0.0, default_left),
        "place": np.where(categorical, threshold, -1).astype(int),
    }
    zero_features = np.unique(feature[~categorical & (missing == 1)])
    return {name: _parts(values, counts) for name, values in found.items()}, tuple(zero_features.tolist())


def _members(nodes: Mapping[str, np.ndarray], fields: Mapping[str, str]) -> dict[int, list[float]]:
    """Sets of the nodes of one tree; members go left; unknown, negative and missing codes go right."""
    boundaries, words = (_numbers([fields[key]], int)[0] for key in ("cat_boundaries", "cat_threshold"))
    found = {}
    for node in np.flatnonzero(nodes["place"] >= 0).tolist():
        place = nodes["place"][node]
        bits = words[boundaries[place] : boundaries[place + 1]].tolist()
        found[node] = [
            float(32 * i + bit) for i, word in enumerate(bits) for bit in range(32) if word >> bit & 1
        ]
    return found


def _count_members(text: str) -> int:
    """How many categories all sets of a model have together."""
    words = _numbers(_SETS.findall(text), int)[0]
    return int(np.unpackbits(words.astype("<u4").view(np.uint8)).sum())


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
