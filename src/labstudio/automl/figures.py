"""Figures of a run as plain Plotly dictionaries: any viewer of them can draw them.

Those of the held-out rows are drawn here, those of the trials in `trial_figures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from labstudio.automl import naming, trial_figures
from labstudio.automl.hyperparameters import importance
from labstudio.plotting import (
    BLUE,
    GREY,
    SHARES,
    Figure,
    axis,
    bars,
    down,
    figure,
    guide,
    line,
    look,
    named,
    text,
)

if TYPE_CHECKING:
    from labstudio.automl.result import AutoMLResult
    from labstudio.automl.run import Run


def figures(found: Run | AutoMLResult) -> dict[str, Figure]:
    """Draw what there is to draw of a run, also while it goes on.

    Returns
    -------
    dict of str to dict
        ``score_over_time``; of classes ``confusion``, ``roc``, ``precision_recall`` and ``calibration``; of
        values ``predicted_vs_true``, ``residuals`` and ``residual_bands``; ``importance``; ``learning``;
        ``ensemble``; ``hyperparameters``.
    """
    told = found.charts
    if "residuals" in told:
        told = {**told, "residual_bands": told["residuals"]["bands"]}
    known = {**getattr(found, "progress", {}), **getattr(found, "outcome", {})} or vars(found)
    said = _Said(text(found.target), text(naming.metric(known.get("metric", ""))))
    up = known.get("greater_is_better", True)
    held_out = {name: draw(told[name], said) for name, draw in _DRAWN.items() if name in told}
    drawn = {
        "score_over_time": trial_figures.score_over_time(found.trials, said.metric, greater_is_better=up),
        **held_out,
        "ensemble": trial_figures.ensemble(found.trials),
        "hyperparameters": trial_figures.hyperparameters(found.trials),
    }
    return {name: one for name, one in drawn.items() if one is not None}


def missing(found: Run | AutoMLResult) -> dict[str, str]:
    """Say of figures that one may look for, but that are not there, why: a sentence by the figure's name."""
    why = {}
    if found.trials and not importance(found.trials):
        why["hyperparameters"] = trial_figures.why_no_hyperparameters(found.trials)
    if found.charts and "importance" not in found.charts:
        why["importance"] = "There was no time left to find out what the model relies on."
    return why


@dataclass(frozen=True)
class _Said:
    """Names that stand at the axes."""

    target: str
    metric: str


def _confusion(found: dict[str, Any], said: _Said) -> Figure:
    counts, names = found["counts"], found["classes"]
    shares = [[count / (sum(row) or 1) for count in row] for row in counts]
    heat = {
        "type": "heatmap",
        "z": shares,
        "text": counts,
        "texttemplate": "%{text:,}<br>%{z:.0%}",
        "hovertemplate": "%{text:,} rows, %{z:.1%} of this true class<extra></extra>",
        "colorscale": [[0, "#e3f2fd"], [1, BLUE]],  # opaque: its numbers are read on light and dark
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    return figure(
        "Confusion",
        axis(f"predicted {said.target}") | named(names),
        {**axis(f"true {said.target}"), **named(names), "autorange": "reversed"},
        [heat],
    )


def _roc(found: dict[str, Any], said: _Said) -> Figure:
    data = [_series(i, one, one["x"], one["y"], one["area"]) for i, one in enumerate(found["curves"])]
    return figure(
        "ROC curve",
        {**axis("false positive rate"), **SHARES},
        {**axis("true positive rate"), **SHARES},
        [*data, guide([0, 1], [0, 1], "chance")],
    )


def _precision_recall(found: dict[str, Any], said: _Said) -> Figure:
    curves = found["curves"]
    data = [_series(i, one, one["x"], one["y"], one["area"]) for i, one in enumerate(curves)]
    if len(curves) == 1:
        data.append(guide([0, 1], [curves[0]["share"]] * 2, "chance"))
    return figure("Precision and recall", {**axis("recall"), **SHARES}, {**axis("precision"), **SHARES}, data)


def _calibration(found: dict[str, Any], said: _Said) -> Figure:
    data = []
    for i, one in enumerate(found["curves"]):
        data.append(
            {
                **_series(i, one, one["said"], one["seen"]),
                "mode": "lines+markers",
                "customdata": one["count"],
                "hovertemplate": "said %{x:.1%}, seen %{y:.1%} of %{customdata} rows",
            }
        )
    title = "Calibration" + ("" if found["error"] is None else f", expected error {found['error']:.1%}")
    return figure(
        title,
        {**axis("mean predicted probability"), **SHARES},
        {**axis("share of positives"), **SHARES},
        [*data, guide([0, 1], [0, 1], "as said")],
    )


def _predicted_vs_true(found: dict[str, Any], said: _Said) -> Figure:
    true, predicted = found["true"], found["predicted"]
    ends = [min(*true, *predicted), max(*true, *predicted)]
    points = {
        **line(true, predicted, "held-out row"),
        "mode": "markers",
        "marker": {"color": BLUE, "size": 5, "opacity": 0.5},
        "hovertemplate": "true %{x:.5g}, predicted %{y:.5g}",
    }
    return figure(
        "Predicted against true",
        axis(f"true {said.target}"),
        axis(f"predicted {said.target}"),
        [points, guide(ends, ends, "exact")],
    )


def _residuals(found: dict[str, Any], said: _Said) -> Figure:
    pairs = list(pairwise(found["edges"]))
    counts = {
        "type": "bar",
        "x": [low / 2 + high / 2 for low, high in pairs],
        "width": [high - low for low, high in pairs],
        "y": found["counts"],
        "customdata": pairs,
        "hovertemplate": "%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y} rows<extra></extra>",
        "marker": {"color": BLUE},
    }
    return figure("Residuals", axis(f"{said.target}: true less predicted"), axis("held-out rows"), [counts])


def _residual_bands(found: dict[str, Any], said: _Said) -> Figure:
    x = found["predicted"]
    edge = {"line": {"width": 0}, "showlegend": False, "hovertemplate": "%{y:.4g}"}
    data = [
        {**line(x, found["low"], "10 %"), **edge},
        {
            **line(x, found["high"], "80 % of the rows"),
            **edge,
            "showlegend": True,
            "fill": "tonexty",
            "fillcolor": "rgba(25,118,210,0.2)",
        },
        {
            **line(x, found["mean"], "mean"),
            "mode": "lines+markers",
            "line": {"color": BLUE},
            "hovertemplate": "%{y:.4g}",
        },
        guide([x[0], x[-1]], [0, 0], "zero"),
    ]
    return figure(
        "Residuals over the prediction", axis(f"predicted {said.target}"), axis("true less predicted"), data
    )


def _importance(found: dict[str, Any], said: _Said) -> Figure:
    drawn = bars(found["columns"], found["mean"])
    error = {"type": "data", "array": found["sd"][: len(drawn["x"])], "color": GREY, "thickness": 1}
    x = axis(f"{text(naming.metric(found['metric']))} lost when shuffled, ± 1 sd")
    return figure("Importance", x, down(found["columns"]), [{**drawn, "error_x": error}])


def _learning(found: dict[str, Any], said: _Said) -> Figure:
    """How the score grows with rows: whether more of them would help."""
    data = [
        {**line(found["rows"], found[part], name), "mode": "lines+markers", **look(i)}
        for i, (part, name) in enumerate([("validation", "out of fold"), ("train", "training rows")])
    ]
    return figure("Learning curve", axis("training rows"), axis(said.metric), data)


_DRAWN = {
    "confusion": _confusion,
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "predicted_vs_true": _predicted_vs_true,
    "residuals": _residuals,
    "residual_bands": _residual_bands,
    "importance": _importance,
    "learning": _learning,
}


def _series(
    number: int, one: dict[str, Any], x: list[Any], y: list[Any], area: float | None = None
) -> dict[str, Any]:
    """One class's curve."""
    name = text(one["class"])
    shown = name if area is None else f"{name} ({area:.3f})"
    return {**line(x, y, shown), **look(number), "hovertemplate": "%{x:.1%}, %{y:.1%}"}
