"""How a fitted pipeline works, as plain values for a picture: columns → steps → members → answer.

It reads what the steps have learned; it draws nothing and knows no data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labstudio.automl.member import FEATURES

if TYPE_CHECKING:
    from labstudio.automl.pipeline import Pipeline
    from labstudio.automl.steps import Step

_HIDDEN = ("patience", FEATURES)
_NAMED = 12  # columns or classes that are named; of more, only how many there are


def diagram(pipeline: Pipeline) -> dict[str, Any]:
    """Say how a fitted pipeline works.

    Returns
    -------
    dict
        ``columns``: groups with name, count and the first names; ``steps``: name, detail and the group they
        read (its position); ``members``: learner, settings, weight, number of the trial, and the steps they
        read; ``corrections`` of their sum, such as a calibration, and the ``answer``: name and detail.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from labstudio.automl.pipeline import Pipeline
    >>> from labstudio.schema import Schema
    >>> frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    >>> from labstudio.automl.member import Candidate
    >>> pipeline = Pipeline.fit(
    ...     Candidate("linear", {}), Schema.infer(frame), "binary", np.array(["no", "yes"]), frame,
    ...     np.array([0, 0, 1, 1]))
    >>> found = diagram(pipeline)
    >>> found["steps"][0]["name"], found["members"][0]["learner"], found["answer"]["detail"]
    ('Fill and scale', 'linear', 'no, yes')
    """
    groups: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    members = []
    for member in pipeline.members:
        # folds and members may have views of their own: steps that say the same of themselves are one
        told = [_step(step, groups) for step in member.models[0].view.steps]
        steps += [step for step in told if step not in steps]
        members.append(
            {
                "learner": member.candidate.learner,
                "settings": {k: v for k, v in member.candidate.params.items() if k not in _HIDDEN},
                "weight": member.weight,
                "trial": member.trial,
                "steps": [place for place, step in enumerate(steps) if step in told],
            }
        )
    if not steps:  # the baseline looks at none of them
        groups = [{"name": "Not looked at", "count": len(pipeline.schema), "names": []}]
    return {
        "columns": [{**group, "names": group["names"][:_NAMED]} for group in groups],
        "steps": steps,
        "members": members,
        "corrections": list(_corrections(pipeline)),
        "answer": _answer(pipeline),
    }


def _step(step: Step, groups: list[dict[str, Any]]) -> dict[str, Any]:
    """What a step does, and which of the groups of columns it reads; a new one is added to them."""
    names = [column.name for column in step.columns]
    group = {"name": step.reads, "count": len(names), "names": names}
    if group not in groups:
        groups.append(group)
    return {"name": step.title, "detail": step.detail(), "columns": groups.index(group)}


def _corrections(pipeline: Pipeline) -> Iterator[dict[str, str]]:
    """What is done to the members' sum before it is an answer."""
    if pipeline.temperature is not None and pipeline.temperature.changes:
        sharpness = pipeline.temperature.sharpness
        how = "surer" if sharpness > 1 else "less sure"
        yield {"name": "Calibration", "detail": f"probabilities made {how}, to the power of {sharpness:.3g}"}
    if pipeline.threshold is not None and pipeline.threshold.factors is not None:
        value = pipeline.threshold.value
        detail = "factors for the classes' probabilities"
        if value is not None and pipeline.classes is not None:
            detail = f"{pipeline.classes[1]} from a probability of {value:.3g} on"
        yield {"name": "Threshold", "detail": detail}


def _answer(pipeline: Pipeline) -> dict[str, str]:
    if pipeline.classes is None:
        return {"name": "Value", "detail": "within the range of the training rows"}
    names = [str(label) for label in pipeline.classes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return {"name": "Likeliest class", "detail": ", ".join(names[:_NAMED]) + more}
