"""A first look before a run: what would be learned from what, and what to know of it. It never fits anything.

Of a long table a sample of the rows is looked at, and the target whole. It knows no store.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.automl.guardrails import Guardrail, guardrails
from labstudio.automl.metrics import choose
from labstudio.automl.preparation import CELLS_A_SECOND
from labstudio.automl.tasks import Problem, understand
from labstudio.automl.views import FEW_LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.automl.settings import AutoMLSettings
    from labstudio.schema import Column

ROWS = 10_000
"""Of a longer table a sample: an answer is wanted while the form is being filled in."""
_CLASSES = 12
_BUDGETS = (60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


@dataclass(frozen=True)
class Check:
    """What a run would begin with.

    Attributes
    ----------
    task, metric : str
        As a run would choose them.
    rows : int
        Of the table.
    sampled : bool
        Whether shares and guardrails are those of a sample of the rows.
    features : dict of str to int
        Columns that would be learned from, by type; of numbers those that are whole are ``integer``, and
        categories of so many values that means of the target may tell them ``high_cardinality``.
    classes : list of (label, share)
        The most frequent first, twelve at most; empty for a regression.
    target : dict
        How many ``classes`` there are, or ``minimum``, ``mean``, ``median`` and ``maximum``.
    guardrails : tuple of Guardrail
    budget : float
        Seconds that let five folds be used.
    """

    task: str
    metric: str
    rows: int
    sampled: bool
    features: dict[str, int]
    classes: list[tuple[str, float]]
    target: dict[str, float | int]
    guardrails: tuple[Guardrail, ...]
    budget: float


def check(
    frame: pd.DataFrame,
    target: str,
    settings: AutoMLSettings,
    *,
    whole: pd.Series | None = None,
) -> Check:
    """Look at a table as a run would, without learning from it.

    Parameters
    ----------
    frame : DataFrame
        The table, or a sample of its rows whose index says which they are.
    target : str
        Name of the column to predict.
    settings : AutoMLSettings
        Task, metric, group, exclude and types count.
    whole : Series, optional
        The target in all rows, where `frame` is a sample.

    Raises
    ------
    Invalid
        A run would be refused, with the same sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> from labstudio.automl.settings import AutoMLSettings
    >>> frame = pd.DataFrame({"x": range(40), "y": ["no", "no", "no", "yes"] * 10})
    >>> found = check(frame, "y", AutoMLSettings(types={"x": "number"}))
    >>> found.task, found.metric, found.features, found.classes
    ('binary', 'roc_auc', {'number': 1}, [('no', 0.75), ('yes', 0.25)])
    """
    problem = understand(frame, target, settings, whole)
    rows = len(frame) if whole is None else len(whole)
    rarest = None if problem.classes is None else int(np.bincount(problem.y).min())
    outputs = 1 if problem.classes is None else len(problem.classes) - 1
    needed = rows * len(problem.features) * outputs / CELLS_A_SECOND
    classes, told = _told(problem.y, problem.classes)
    return Check(
        task=problem.task,
        metric=settings.scorer or choose(settings.metric, problem.task, rarest=rarest).name,
        rows=rows,
        sampled=whole is not None,
        features=dict(Counter(_kind(problem, column) for column in problem.features)),
        classes=classes,
        target=told,
        guardrails=guardrails(problem, settings, rows=rows - problem.dropped),
        budget=next((seconds for seconds in _BUDGETS if seconds >= needed), _BUDGETS[-1]),
    )


def _kind(problem: Problem, column: Column) -> str:
    if column.semantic == "number" and column.physical == "integer":
        return "integer"
    if column.semantic == "category" and len(set(problem.columns[column.name])) > FEW_LEVELS:
        return "high_cardinality"
    return column.semantic


def _told(y: np.ndarray, classes: np.ndarray | None) -> tuple[list[tuple[str, float]], dict[str, Any]]:
    if classes is None:
        told = {"minimum": y.min(), "mean": y.mean(), "median": np.median(y), "maximum": y.max()}
        return [], {name: float(value) for name, value in told.items()}
    shares = np.bincount(y, minlength=len(classes)) / len(y)
    order = np.argsort(-shares, kind="stable")[:_CLASSES]
    return [(str(classes[i]), float(shares[i])) for i in order], {"classes": len(classes)}
