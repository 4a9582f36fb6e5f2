"""What can be optimised: the field's metrics by name, or a callable that a person brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labstudio.errors import Invalid

Function = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class Metric:
    """How a prediction is judged.

    Attributes
    ----------
    function : callable (truth, prediction) → float
    needs : str
        What it is given: ``"values"`` and values (N,); ``"labels"`` and labels (N,); ``"probabilities"``,
        that is labels and probabilities (N, K); ``"codes"``, that is class codes and probabilities.
    greater_is_better : bool
        Which way is up.
    """

    name: str
    function: Function
    needs: str
    greater_is_better: bool = True

    def better(self, score: float, than: float) -> bool:
        """Whether one score beats another."""
        return score > than if self.greater_is_better else score < than

    def __call__(self, y: np.ndarray, prediction: np.ndarray, classes: np.ndarray | None) -> float:
        """Score a prediction.

        Parameters
        ----------
        y : ndarray of shape (N,)
            Class codes, or values.
        prediction : ndarray of shape (N, K) or (N,)
            Probabilities, or values.
        classes : ndarray of shape (K,) or None
            Labels of the codes.
        """
        with np.errstate(all="ignore"):  # what is not finite is dealt with as such
            if classes is None or self.needs == "codes":
                return float(self.function(y, prediction))
            given = prediction if self.needs == "probabilities" else classes[prediction.argmax(axis=1)]
            return float(self.function(classes[y], given))


def choose(
    name: str, task: str, custom: Function | Metric | None = None, *, rarest: int | None = None
) -> Metric:
    """Return the metric of a run: the one that was brought, the one that was named, or the task's own.

    A ROC curve needs both classes among the rows it is drawn on: where the rarest class has but one training
    row (`rarest`), a binary task's own metric is the log loss.

    Raises
    ------
    Invalid
        The named metric does not fit the task.
    """
    kind = "regression" if task == "regression" else "classification"
    if isinstance(custom, Metric):
        return custom
    if custom is not None:
        needs = "values" if kind == "regression" else "labels"
        return Metric(getattr(custom, "__name__", "custom"), custom, needs)
    if name == "auto":
        name = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}[task]
        name = "log_loss" if name == "roc_auc" and rarest == 1 else name
    known = _built_in(kind)
    if name not in known:
        raise Invalid(f"metric: {name!r} does not fit a {task} task; choose one of {', '.join(known)}.")
    return known[name]


def report(
    task: str, metric: Metric, y: np.ndarray, prediction: np.ndarray, classes: np.ndarray | None
) -> dict[str, float]:
    """Score a prediction by the run's metric first, then by the usual ones of the task.

    A score that is not defined for these rows (one class only, say) is left out.
    """
    shown = {
        "binary": ("roc_auc", "log_loss", "accuracy"),
        "multiclass": ("log_loss", "accuracy", "balanced_accuracy"),
        "regression": ("rmse", "mae", "r2"),
    }[task]
    known = _built_in("regression" if task == "regression" else "classification")
    scores: dict[str, float] = {}
    for one in [metric, *(known[name] for name in shown if name != metric.name)]:
        try:
            score = one(y, prediction, classes)
        except ValueError:
            continue
        if np.isfinite(score):
            scores[one.name] = score
    return scores


def _built_in(kind: str) -> dict[str, Metric]:
    return {metric.name: metric for metric in (_VALUES if kind == "regression" else _CLASSES)}


# Plain numpy, so that a first model can be scored before any library of learning is loaded; the tests hold
# each against scikit-learn's metric of the same name.


def _rmse(y: np.ndarray, values: np.ndarray) -> float:
    scale = max(float(np.abs(y).max()), float(np.abs(values).max()), 1e-300)  # squares may overflow
    return float(scale * np.sqrt(np.mean((y / scale - values / scale) ** 2)))


def _mae(y: np.ndarray, values: np.ndarray) -> float:
    return float(np.mean(np.abs(y - values)))


def _median_absolute_error(y: np.ndarray, values: np.ndarray) -> float:
    return float(np.median(np.abs(y - values)))


def _r2(y: np.ndarray, values: np.ndarray) -> float:
    spread = _rmse(y, np.full(len(y), y.mean()))
    if spread == 0:
        raise ValueError("R² is not defined where all values are equal")
    return float(1.0 - np.square(_rmse(y, values) / spread))


def _roc_auc(codes: np.ndarray, probabilities: np.ndarray) -> float:
    """Area under the ROC curve; for several classes the mean of each against the rest."""
    if probabilities.shape[1] == 2:
        return area_under_curve(codes == 1, probabilities[:, 1])
    areas = [
        area_under_curve(codes == k, probabilities[:, k])
        for k in range(probabilities.shape[1])
        if 0 < (codes == k).sum() < len(codes)
    ]
    return float(np.mean(areas)) if areas else float("nan")


def area_under_curve(positive: np.ndarray, score: np.ndarray) -> float:
    """Share of (positive, negative) pairs in the right order, equal scores counting half (Mann–Whitney U)."""
    count = int(positive.sum())
    if count in (0, len(positive)):
        return float("nan")
    _, places, times = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[places]
    above = ranks[positive].sum() - count * (count + 1) / 2
    return float(above / (count * (len(positive) - count)))


def _log_loss(codes: np.ndarray, probabilities: np.ndarray) -> float:
    chosen = probabilities[np.arange(len(codes)), codes]
    return float(-np.log(np.clip(chosen, 1e-15, 1.0)).mean())


def _accuracy(codes: np.ndarray, probabilities: np.ndarray) -> float:
    return float(np.mean(codes == probabilities.argmax(axis=1)))


def _balanced_accuracy(codes: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean share found of each class that is there."""
    right = codes == probabilities.argmax(axis=1)
    return float(np.mean([right[codes == k].mean() for k in np.unique(codes)]))


def _f1_macro(codes: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean F1 of the classes that are there or were predicted."""
    labels = probabilities.argmax(axis=1)
    scores = []
    for k in np.union1d(codes, labels):
        wanted, given = codes == k, labels == k
        scores.append(2 * (wanted & given).sum() / (wanted.sum() + given.sum()))
    return float(np.mean(scores))


_VALUES = (
    Metric("rmse", _rmse, "values", greater_is_better=False),
    Metric("mae", _mae, "values", greater_is_better=False),
    Metric("r2", _r2, "values"),
    Metric("median_absolute_error", _median_absolute_error, "values", greater_is_better=False),
)
_CLASSES = (
    Metric("roc_auc", _roc_auc, "codes"),
    Metric("log_loss", _log_loss, "codes", greater_is_better=False),
    Metric("accuracy", _accuracy, "codes"),
    Metric("balanced_accuracy", _balanced_accuracy, "codes"),
    Metric("f1_macro", _f1_macro, "codes"),
)
