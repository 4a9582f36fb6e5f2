"""What can be optimised: scikit-learn's metrics by name, or a callable that a person brings."""

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
        For classes the truth are the labels.
    needs : str
        What the prediction is: ``"probabilities"`` (N, K), ``"labels"`` (N,) or ``"values"`` (N,).
    greater_is_better : bool
        Which way is up.
    """

    name: str
    function: Function
    needs: str
    greater_is_better: bool = True
    on_codes: bool = False  # the truth is given as class codes: holds for classes that these rows lack

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
        if classes is None or self.on_codes:
            return float(self.function(y, prediction))
        given = prediction if self.needs == "probabilities" else classes[prediction.argmax(axis=1)]
        return float(self.function(classes[y], given))


def choose(name: str, task: str, custom: Function | Metric | None = None) -> Metric:
    """Return the metric of a run: the one that was brought, the one that was named, or the task's own.

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
    from sklearn import metrics

    def rmse(truth: np.ndarray, values: np.ndarray) -> float:
        scale = max(float(np.abs(truth).max()), float(np.abs(values).max()), 1e-300)  # squares may overflow
        return float(scale * np.sqrt(np.mean((truth / scale - values / scale) ** 2)))

    def roc_auc(codes: np.ndarray, probabilities: np.ndarray) -> float:
        """Area under the curve; for several classes the mean of each against the rest."""
        if probabilities.shape[1] == 2:
            return float(metrics.roc_auc_score(codes, probabilities[:, 1]))
        present = [k for k in range(probabilities.shape[1]) if 0 < (codes == k).sum() < len(codes)]
        if not present:
            raise ValueError("one class only")
        return float(np.mean([metrics.roc_auc_score(codes == k, probabilities[:, k]) for k in present]))

    def log_loss(codes: np.ndarray, probabilities: np.ndarray) -> float:
        chosen = probabilities[np.arange(len(codes)), codes]
        return float(-np.log(np.clip(chosen, 1e-15, 1.0)).mean())

    def f1_macro(truth: np.ndarray, labels: np.ndarray) -> float:
        return float(metrics.f1_score(truth, labels, average="macro", zero_division=0))

    def balanced(truth: np.ndarray, labels: np.ndarray) -> float:
        return float(
            metrics.recall_score(truth, labels, average="macro", zero_division=0, labels=np.unique(truth))
        )

    if kind == "regression":
        table = [
            Metric("rmse", rmse, "values", greater_is_better=False),
            Metric("mae", metrics.mean_absolute_error, "values", greater_is_better=False),
            Metric("r2", metrics.r2_score, "values"),
            Metric("median_absolute_error", metrics.median_absolute_error, "values", greater_is_better=False),
        ]
    else:
        table = [
            Metric("roc_auc", roc_auc, "probabilities", on_codes=True),
            Metric("log_loss", log_loss, "probabilities", greater_is_better=False, on_codes=True),
            Metric("accuracy", metrics.accuracy_score, "labels"),
            Metric("balanced_accuracy", balanced, "labels"),
            Metric("f1_macro", f1_macro, "labels"),
        ]
    return {metric.name: metric for metric in table}
