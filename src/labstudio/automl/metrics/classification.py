"""Metrics of classes, in plain numpy: a first model is scored before any library of learning is loaded.

The tests hold each against scikit-learn's. Truth is class codes 0..K-1; code 1 of two is the positive class.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labstudio.automl.metrics.metric import Judge, Metric, mean

Weights = np.ndarray | None


# Of decisions: all of them are functions of the confusion matrix.


def confusion(codes: np.ndarray, decided: np.ndarray, sample_weight: Weights = None) -> np.ndarray:
    """Rows (or their weight) by true class and class decided for, up to the largest code that occurs."""
    count = max(2, int(codes.max()) + 1, int(decided.max()) + 1)
    cells = np.bincount(codes * count + decided, sample_weight, minlength=count * count)
    return cells.reshape(count, count).astype(np.float64)


def _accuracy(table: np.ndarray) -> float:
    return float(np.trace(table) / table.sum())


def _recalls(table: np.ndarray) -> np.ndarray:
    """Share found of each class that is there."""
    there = table.sum(axis=1) > 0
    recalls: np.ndarray = np.diag(table)[there] / table.sum(axis=1)[there]
    return recalls


def _balanced_accuracy(table: np.ndarray) -> float:
    return float(_recalls(table).mean())


def _norm_macro_recall(table: np.ndarray) -> float:
    """Balanced accuracy, with 0 for guessing."""
    chance = 1.0 / len(_recalls(table)) if len(_recalls(table)) > 1 else np.nan
    return float((_balanced_accuracy(table) - chance) / (1.0 - chance))


def _weighted_accuracy(table: np.ndarray) -> float:
    """Accuracy where each row counts as much as its class has rows."""
    sizes = table.sum(axis=1)
    return float(sizes @ np.diag(table) / (sizes @ sizes))


def _matthews_corrcoef(table: np.ndarray) -> float:
    """Correlation of truth and decision (Gorodkin 2004, for any number of classes)."""
    true, given, total = table.sum(axis=1), table.sum(axis=0), table.sum()
    together = np.trace(table) * total - true @ given
    apart = np.sqrt((total**2 - given @ given) * (total**2 - true @ true))
    return float(together / apart) if apart else 0.0


def _precisions(right: np.ndarray, true: np.ndarray, given: np.ndarray) -> np.ndarray:
    return right / np.where(given > 0, given, 1.0)


def _found(right: np.ndarray, true: np.ndarray, given: np.ndarray) -> np.ndarray:
    return right / np.where(true > 0, true, 1.0)


def _f1(right: np.ndarray, true: np.ndarray, given: np.ndarray) -> np.ndarray:
    return 2 * right / np.where(true + given > 0, true + given, 1.0)


def _averaged(by_class: Callable[..., np.ndarray], average: str) -> Callable[[np.ndarray], float]:
    """Turn scores by class (0 where nothing can be divided by) into one."""

    def score(table: np.ndarray) -> float:
        true, given = table.sum(axis=1), table.sum(axis=0)
        each = by_class(np.diag(table), true, given)
        if average == "positive":
            return float(each[1])
        if average == "weighted":
            return float(each @ true / true.sum())
        return float(each[true + given > 0].mean())

    return score


def _decisions(name: str, title: str, score: Callable[[np.ndarray], float]) -> Metric:
    def function(codes: np.ndarray, decided: np.ndarray, sample_weight: Weights = None) -> float:
        return score(confusion(codes, decided, sample_weight))

    return Metric(name, function, "decisions", title=title, optimum=1.0, weighted=True)


# Of probabilities in their order: each class against the rest.


def _curve(positive: np.ndarray, score: np.ndarray, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """True and false positives at each different score, from the highest down."""
    order = np.argsort(score)[::-1]
    sorted_score, hits = score[order], positive[order]
    ends = np.flatnonzero(np.append(sorted_score[1:] != sorted_score[:-1], True))
    if weights is None:
        found = np.cumsum(hits)[ends]
        return found, ends + 1 - found
    counts = weights[order]
    return np.cumsum(np.where(hits, counts, 0.0))[ends], np.cumsum(np.where(hits, 0.0, counts))[ends]


def _weighted_area(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> float:
    found, alarms = _curve(positive, score, weights)
    heights = np.append(0.0, found[:-1]) + found
    return float((np.diff(alarms, prepend=0.0) * heights).sum() / (2 * found[-1] * alarms[-1]))


def _area(positive: np.ndarray, weights: Weights = None) -> Judge:
    """Prepare the area under the ROC curve: scores of the two sides are sorted apart and then counted."""
    if positive.all() or not positive.any():
        return lambda score: np.nan
    if weights is not None:
        return lambda score: _weighted_area(positive, score, weights)
    few, many = np.flatnonzero(positive), np.flatnonzero(~positive)
    turned = len(few) > len(many)
    if turned:
        few, many = many, few

    def area(score: np.ndarray) -> float:
        small, large = np.sort(score[few]), np.sort(score[many])
        below = np.searchsorted(large, small, "left").sum() + np.searchsorted(large, small, "right").sum()
        share = below / (2 * len(few) * len(many))
        unknown = np.isnan(small[-1]) or np.isnan(large[-1])
        return float(np.nan if unknown else 1.0 - share if turned else share)

    return area


def area_under_curve(positive: np.ndarray, score: np.ndarray) -> float:
    """Share of (positive, negative) pairs in the right order, equal scores counting half (Mann–Whitney U)."""
    return _area(positive)(score)


def _precision_area(positive: np.ndarray, weights: Weights = None) -> Judge:
    """Prepare the average precision: the mean of the precision over the positives that are found."""
    if not positive.any():
        return lambda score: np.nan

    def area(score: np.ndarray) -> float:
        found, alarms = _curve(positive, score, weights)
        precision = found / np.where(found > 0, found + alarms, 1.0)
        return float((np.diff(found, prepend=0.0) * precision).sum() / found[-1])

    return area


def _ranked(name: str, title: str, one: Callable[[np.ndarray, Weights], Judge], average: str) -> Metric:
    """Make a metric of how each class is told from the rest; "positive": of two classes, the positive one."""

    def prepare(codes: np.ndarray, weights: Weights) -> Judge:
        kept: dict[int, Judge] = {}  # how many classes there are is known when the first prediction comes

        def of(k: int) -> Judge:
            if k not in kept:
                kept[k] = one(codes == k, weights)
            return kept[k]

        def judge(probabilities: np.ndarray) -> float:
            count = probabilities.shape[1]
            if average == "micro":
                truth = (codes[:, None] == np.arange(count)).ravel()
                repeated = None if weights is None else np.repeat(weights, count)
                return one(truth, repeated)(probabilities.ravel())
            if average == "positive" and count == 2:
                return of(1)(probabilities[:, 1])
            each = np.array([of(k)(np.ascontiguousarray(probabilities[:, k])) for k in range(count)])
            sizes = np.bincount(codes, weights, minlength=count)
            # a class without rows, or with all, has no score; NaN in a prediction leaves none at all
            scored = np.isfinite(each)
            if not scored.any():
                return np.nan
            return mean(each[scored], sizes[scored] if average == "weighted" else None)

        return judge

    return _prepared(name, title, prepare, optimum=1.0)


# Of probabilities as they are.


def _log_loss(codes: np.ndarray, weights: Weights) -> Judge:
    rows = np.arange(len(codes))

    def judge(probabilities: np.ndarray) -> float:
        return -mean(np.log(np.clip(probabilities[rows, codes], 1e-15, 1.0)), weights)

    return judge


def _brier(codes: np.ndarray, weights: Weights) -> Judge:
    """Mean squared distance of the probabilities from the truth; of two classes, of one of them."""
    rows = np.arange(len(codes))

    def judge(probabilities: np.ndarray) -> float:
        off = probabilities.astype(np.float64)
        off[rows, codes] -= 1.0
        return mean(np.einsum("nk,nk->n", off, off), weights) / (2.0 if off.shape[1] == 2 else 1.0)

    return judge


def _prepared(
    name: str, title: str, prepare: Callable[[np.ndarray, Weights], Judge], *, optimum: float
) -> Metric:
    def function(codes: np.ndarray, probabilities: np.ndarray, sample_weight: Weights = None) -> float:
        return prepare(codes, sample_weight)(probabilities)

    up = optimum > 0
    return Metric(name, function, "codes", up, title=title, optimum=optimum, weighted=True, prepare=prepare)


_AVERAGES = {"macro": "macro", "micro": "micro", "weighted": "by class size"}

CLASSES = (
    _ranked("roc_auc", "ROC AUC", _area, "positive"),
    _prepared("log_loss", "Log loss", _log_loss, optimum=0.0),
    _decisions("accuracy", "Accuracy", _accuracy),
    _decisions("balanced_accuracy", "Balanced accuracy", _balanced_accuracy),
    *(
        _decisions(f"{name}_{average}", f"{title}, {words}", score)
        for name, title, by_class in (
            ("f1", "F1", _f1),
            ("precision", "Precision", _precisions),
            ("recall", "Recall", _found),
        )
        for average, words in _AVERAGES.items()
        for score in [_accuracy if average == "micro" else _averaged(by_class, average)]
    ),
    _ranked("average_precision", "Average precision", _precision_area, "positive"),
    *(
        _ranked(f"average_precision_{average}", f"Average precision, {words}", _precision_area, average)
        for average, words in _AVERAGES.items()
    ),
    *(
        _ranked(f"roc_auc_{average}", f"ROC AUC, {words}", _area, average)
        for average, words in _AVERAGES.items()
        if average != "macro"  # which is roc_auc itself
    ),
    _prepared("brier", "Brier score", _brier, optimum=0.0),
    _decisions("matthews_corrcoef", "Matthews correlation", _matthews_corrcoef),
    _decisions("norm_macro_recall", "Normalised macro recall", _norm_macro_recall),
    _decisions("weighted_accuracy", "Weighted accuracy", _weighted_accuracy),
)
"""Without an average in its name: of the positive one of two classes, else the mean over the classes."""

BINARY = (
    _decisions("f1", "F1", _averaged(_f1, "positive")),
    _decisions("precision", "Precision", _averaged(_precisions, "positive")),
    _decisions("recall", "Recall", _averaged(_found, "positive")),
)
"""Of the positive one of two classes."""
