"""Which metric a run has: the task's own, one by name, or one that a person brings."""

from __future__ import annotations

import inspect
from importlib import import_module

import numpy as np

from labstudio.automl.metrics.classification import BINARY, CLASSES
from labstudio.automl.metrics.metric import Function, Metric
from labstudio.automl.metrics.regression import VALUES, at_quantile
from labstudio.errors import Invalid, LabstudioError

_OWN = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
_REPORTED = {
    "binary": (
        "roc_auc log_loss accuracy balanced_accuracy f1 precision recall average_precision brier "
        "matthews_corrcoef f1_macro"
    ),
    "multiclass": (
        "log_loss accuracy balanced_accuracy roc_auc f1_macro f1_weighted precision_macro recall_macro "
        "average_precision brier matthews_corrcoef"
    ),
    "regression": "rmse mae r2 median_absolute_error mape rmsle explained_variance spearman normalized_rmse",
}
"""What is worth a look, the usual first; what says the same in another unit is left out."""


def built_in(task: str) -> dict[str, Metric]:
    """Return the metrics that fit a task, by name."""
    known = {"binary": CLASSES + BINARY, "multiclass": CLASSES, "regression": VALUES}[task]
    return {metric.name: metric for metric in known}


def choose(
    name: str,
    task: str,
    custom: Function | Metric | str | None = None,
    *,
    rarest: int | None = None,
    quantile: float = 0.5,
) -> Metric:
    """Return the metric of a run: the one that was brought, the one that was named, or the task's own.

    A ROC curve needs both classes among the rows it is drawn on: where the rarest class has but one training
    row, a binary task's own metric is the log loss.

    Parameters
    ----------
    name : str
        As in the settings; "auto" is the task's own.
    task : str
        "binary", "multiclass" or "regression".
    custom : callable, Metric or str, optional
        In place of the named one; a text is the path of a callable, as of `from_path`.
    rarest : int, optional
        Training rows of the rarest class.
    quantile : float
        Of the quantile loss.

    Raises
    ------
    Invalid
        The named metric does not fit the task, or the path does not lead to a callable.
    """
    if isinstance(custom, Metric):
        return custom
    if isinstance(custom, str):
        return from_path(custom, task)
    if custom is not None:
        return brought(custom, task)
    if name == "auto":
        name = "log_loss" if task == "binary" and rarest == 1 else _OWN[task]
    known = built_in(task)
    if name not in known:
        raise Invalid(f"metric: {name!r} does not fit a {task} task; choose one of {', '.join(known)}.")
    return at_quantile(known[name], quantile)


def from_path(path: str, task: str) -> Metric:
    """Return the metric that a path such as ``"my_metrics:profit"`` leads to; see `brought`.

    Examples
    --------
    >>> metric = from_path("sklearn.metrics:max_error", "regression")
    >>> metric.name, metric.greater_is_better, metric(np.array([1.0, 2.0]), np.array([1.5, 2.0]), None)
    ('max_error', False, 0.5)
    """
    module, _, name = path.partition(":")
    try:
        found = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # importing runs a person's code, which may raise anything
        reason = str(error) or type(error).__name__
        raise Invalid(
            f"scorer: {path!r} cannot be imported ({reason}); give it as module:function, "
            "of a module that Python finds where the run is executed."
        ) from error
    if not callable(found):
        raise Invalid(f"scorer: {path!r} is no function of truth and prediction, but {type(found).__name__}.")
    return brought(found, task)


def brought(function: Function, task: str) -> Metric:
    """Return a person's own function as a metric.

    It is called with labels or values; with probabilities in place of the predicted labels if it has an
    attribute ``needs = "probabilities"``; and with the weights of the rows if it has a parameter
    ``sample_weight``. More is better, but for names that end in ``_error``, ``_loss`` or ``_deviance``, as
    scikit-learn has it; an attribute ``greater_is_better`` says otherwise.
    """
    name = getattr(function, "__name__", "custom")
    lower = name.endswith(("_error", "_loss", "_deviance"))
    try:
        weighted = "sample_weight" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # some callables written in C do not tell
        weighted = False

    def checked(truth: np.ndarray, prediction: np.ndarray, **weights: np.ndarray | None) -> float:
        try:
            return float(function(truth, prediction, **weights))
        except LabstudioError:
            raise
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise Invalid(f"Your metric {name!r} gives no number for {len(truth)} rows: {reason}") from error

    return Metric(
        name,
        checked,
        "values" if task == "regression" else getattr(function, "needs", "labels"),
        bool(getattr(function, "greater_is_better", not lower)),
        title=name,
        weighted=weighted,
    )


def report(
    task: str,
    metric: Metric,
    y: np.ndarray,
    prediction: np.ndarray,
    classes: np.ndarray | None,
    weights: np.ndarray | None = None,
    *,
    decided: np.ndarray | None = None,
) -> dict[str, float]:
    """Score a prediction by the run's metric first, then by the usual ones of the task.

    A score that is not defined for these rows (one class only, say) is left out. Parameters are those of
    `Metric.__call__`.
    """
    known = built_in(task)
    scores: dict[str, float] = {}
    for one in [metric, *(known[name] for name in _REPORTED[task].split() if name != metric.name)]:
        try:
            score = one(y, prediction, classes, weights, decided=decided)
        except (ValueError, Invalid):
            continue
        if np.isfinite(score):
            scores[one.name] = score
    return scores
