"""What people call learners, metrics and features: the words that figures, tables and panels show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labstudio.automl.trial import ENSEMBLE, Trial

if TYPE_CHECKING:
    from labstudio.automl.metrics import Metric

_LEARNERS = {
    "baseline": "Baseline",
    "tree": "Decision tree",
    "linear": "Linear model",
    "lightgbm": "LightGBM",
    "histogram": "Histogram gradient boosting",
    "extra_trees": "Extra trees",
    "random_forest": "Random forest",
    "mlp": "Neural network",
    "xgboost": "XGBoost",
    ENSEMBLE: "Ensemble",
}
_VIEWS = {"encoded": "means of the target", "dense": "topics of texts", "linear": "scaled and one-hot"}
_MOST_PAIRS = 3


def learner(name: str) -> str:
    """Call a learner as its field does.

    Examples
    --------
    >>> learner("mlp"), learner("ensemble"), learner("catboost")
    ('Neural network', 'Ensemble', 'catboost')
    """
    return _LEARNERS.get(name, name)


def metric(name: str) -> str:
    """Call a metric as its field does; one that a person brought has the name it came with.

    Examples
    --------
    >>> metric("roc_auc"), metric("r2"), metric("profit"), metric("")
    ('ROC AUC', 'R²', 'profit', 'Score')
    """
    found = known_metric(name)
    return found.title if found else name or "Score"


def known_metric(name: str) -> Metric | None:
    """Return the metric of that name, whatever the task; None for one that a person brought."""
    from labstudio.automl.metrics import built_in

    known = (built_in(task).get(name) for task in ("binary", "regression"))
    return next((found for found in known if found is not None), None)


def features(options: Mapping[str, Any]) -> str:
    """Say what a candidate's features are beside its learner's own view of the columns; "" where nothing.

    Examples
    --------
    >>> features({"view": "encoded", "pairs": [["price", "/", "rooms"]]})
    'means of the target, price / rooms'
    """
    pairs = [" ".join(map(str, pair)) for pair in options.get("pairs", ())]
    more = [f"{len(pairs) - _MOST_PAIRS} more"] if len(pairs) > _MOST_PAIRS else []
    view = _VIEWS.get(options.get("view", ""), "")
    return ", ".join([*([view] if view else []), *pairs[:_MOST_PAIRS], *more])


def members(trial: Trial, trials: Sequence[Trial]) -> list[tuple[int, str, float]]:
    """List the members of an ensemble, the heaviest first: trial, name and weight; none of a single learner.

    Examples
    --------
    >>> tried = [Trial(0, "mlp"), Trial(1, "linear")]
    >>> members(Trial(2, "ensemble", {"members": {"1": 0.4, "0": 0.6}}), tried)
    [(0, 'Neural network', 0.6), (1, 'Linear model', 0.4)]
    """
    if trial.learner != ENSEMBLE:
        return []
    names = {one.number: learner(one.learner) for one in trials}
    weights = {int(number): float(weight) for number, weight in trial.params.get("members", {}).items()}
    heaviest = sorted(weights, key=lambda number: -weights[number])
    return [(number, names.get(number, "trial"), weights[number]) for number in heaviest]
