"""Figures of what was tried: scores over time, the ensemble's weights, which hyper-parameters mattered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from labstudio.automl import naming
from labstudio.automl.hyperparameters import FEWEST, by_learner, importance
from labstudio.automl.trial import ENSEMBLE, Trial
from labstudio.plotting import (
    BLUE,
    COLOURS,
    SHARES,
    Figure,
    axis,
    bars,
    down,
    figure,
    guide,
    line,
    look,
)

_MOST_LEARNERS = 4  # with a colour of their own: a legend has to stay short
_MOST_SETTINGS = 6  # of a learner


def score_over_time(trials: Sequence[Trial], metric: str, *, greater_is_better: bool) -> Figure | None:
    """Every score where its trial ended, by learner, and the best so far."""
    tried = [trial for trial in trials if trial.learner != ENSEMBLE]
    ends = {one.number: end for one, end in zip(tried, accumulate(t.seconds for t in tried), strict=True)}
    # the candidates have been paid for when they are joined: an ensemble stands at their end
    at = {one.number: round(ends.get(one.number, max(ends.values(), default=0.0)), 2) for one in trials}
    done = [one for one in trials if one.state == "complete" and one.score is not None]
    if not done:
        return None
    best = list(accumulate((one.score or 0.0 for one in done), max if greater_is_better else min))
    data = [
        {
            **line([at[one.number] for one in done], best, "best so far"),
            "line": {"color": BLUE, "shape": "hv"},
            "hovertemplate": "%{x:.1f} s: %{y:.4g}",
        }
    ]
    baseline = next((one.score for one in done if one.learner == "baseline"), None)
    others = [one for one in done if one.learner != "baseline"]
    ranked = sorted(others, key=lambda one: one.score or 0.0, reverse=greater_is_better)
    named = list(dict.fromkeys(one.learner for one in ranked))[:_MOST_LEARNERS]
    for number, learner in enumerate(named, 1):
        data.append(_points([one for one in done if one.learner == learner], at, learner, look(number)))
    rest = [one for one in others if one.learner not in named]
    if rest:
        data.append(_points(rest, at, "other learners", look(len(COLOURS) - 1)))
    if baseline is not None:
        data.append(guide([0, max(at.values())], [baseline, baseline], naming.learner("baseline")))
    y = axis(f"{metric}, {'higher' if greater_is_better else 'lower'} is better")
    return figure("Best score over time", axis("seconds of trials"), y, data)


def _points(trials: Sequence[Trial], at: dict[int, float], name: str, how: dict[str, Any]) -> dict[str, Any]:
    """The scores of one learner, or of several."""
    return {
        **line([at[one.number] for one in trials], [one.score for one in trials], naming.learner(name)),
        "mode": "markers",
        "marker": {**how["marker"], "size": 10 if name == ENSEMBLE else 6},
        "customdata": [[one.number, naming.learner(one.learner)] for one in trials],
        "hovertemplate": "trial %{customdata[0]} (%{customdata[1]}): %{y:.4g}<extra></extra>",
    }


def ensemble(trials: Sequence[Trial]) -> Figure | None:
    """How much each member says in the ensemble, where there is one."""
    joined = next((one for one in trials if one.learner == ENSEMBLE and one.state == "complete"), None)
    members = naming.members(joined, trials) if joined else []
    if not members:
        return None
    names = [f"{name} ({number})" for number, name, _ in members]
    x = {**axis("weight"), "tickformat": ".0%", "rangemode": "tozero"}
    drawn = bars(names, [weight for *_, weight in members], digits=".0%")
    return figure("Members of the ensemble", x, down(names), [drawn])


def hyperparameters(trials: Sequence[Trial]) -> Figure | None:
    """Which settings mattered, of each learner with trials enough."""
    found = importance(trials)
    names: list[str] = []
    data = []
    for number, (learner, shares) in enumerate(found.items()):
        kept = dict(list(shares.items())[:_MOST_SETTINGS])
        drawn = bars(list(kept), list(kept.values()), digits=".0%", colour=look(number)["line"]["color"])
        places = [place + len(names) for place in drawn["y"]]
        data.append({**drawn, "y": places, "name": naming.learner(learner)})
        names += kept
    if not data:
        return None
    x = {**axis("share of score differences explained"), **SHARES}
    title = "Hyper-parameters that mattered" + (f", {data[0]['name']}" if len(data) == 1 else "")
    return figure(title, x, down(names), data)


def why_no_hyperparameters(trials: Sequence[Trial]) -> str:
    """Say why there is no figure of hyper-parameters."""
    most = max((len(own) for own in by_learner(trials).values()), default=0)
    return (
        f"What hyper-parameters matter can be told from {FEWEST} trials of one learner on; "
        f"the most that ended well are {most}."
    )
