"""How a fitted pipeline works, as plain values for a picture: columns → steps → members → answer.

It reads what the steps have learned; it draws nothing and knows no data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labstudio.automl.steps import ImputeScale, Numbers, OneHotCategories, OrdinalCategories, Step
from labstudio.automl.steps.numbers import CLIP

if TYPE_CHECKING:
    from labstudio.automl.pipeline import Pipeline

_NAMED = 12  # columns or classes that are named; of more, only how many there are


def diagram(pipeline: Pipeline) -> dict[str, Any]:
    """Say how a fitted pipeline works.

    Returns
    -------
    dict
        ``columns``: groups with name, count and the first names; ``steps``: name, detail and the group they
        read (its position); ``members``: learner, settings, weight and the steps they read; ``answer``: name
        and detail.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from labstudio.automl.pipeline import Pipeline
    >>> from labstudio.schema import Schema
    >>> frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    >>> pipeline = Pipeline(Schema.infer(frame), "binary", np.array(["no", "yes"]), "linear")
    >>> found = diagram(pipeline.fit(frame, np.array([0, 0, 1, 1])))
    >>> found["steps"][0]["name"], found["members"][0]["learner"], found["answer"]["detail"]
    ('Fill and scale', 'linear', 'no, yes')
    """
    steps = pipeline.view.steps
    groups = [_group(step) for step in steps]
    if not steps:  # the baseline looks at none of them
        groups = [{"name": "Not looked at", "count": len(pipeline.schema), "names": []}]
    settings = {name: value for name, value in pipeline.params.items() if name != "patience"}
    member = {
        "learner": pipeline.learner_name,
        "settings": settings,
        "weight": 1.0,
        "steps": list(range(len(steps))),
    }
    return {
        "columns": groups,
        "steps": [
            {"name": name, "detail": detail, "columns": position}
            for position, (name, detail) in enumerate(map(_step, steps))
        ],
        "members": [member],
        "answer": _answer(pipeline),
    }


def _group(step: Step) -> dict[str, Any]:
    names = [column.name for column in step.columns]
    numbers = isinstance(step, Numbers | ImputeScale)
    return {"name": "Numbers" if numbers else "Categories", "count": len(names), "names": names[:_NAMED]}


def _step(step: Step) -> tuple[str, str]:
    if isinstance(step, Numbers):
        return "As they are", "missing values stay missing"
    if isinstance(step, ImputeScale):
        flags = f", {len(step.flagged)} flag(s) for missing" if step.flagged else ""
        return "Fill and scale", f"median where missing, clipped at ±{CLIP:g} sd{flags}"
    if isinstance(step, OrdinalCategories):
        return "Ordinal", f"{sum(map(len, step.levels)):,} values as codes"
    assert isinstance(step, OneHotCategories)
    return "One-hot", f"{len(step.names):,} columns of 0 and 1"


def _answer(pipeline: Pipeline) -> dict[str, str]:
    if pipeline.classes is None:
        return {"name": "Value", "detail": "within the range of the training rows"}
    names = [str(label) for label in pipeline.classes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return {"name": "Likeliest class", "detail": ", ".join(names[:_NAMED]) + more}
