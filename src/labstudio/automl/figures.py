"""Figures of a run as plain Plotly dictionaries (``data`` and ``layout``): any viewer of them can draw them.

Series differ by colour and by dash or marker; fonts and backgrounds are left to whoever shows them, on light
or dark. Names are hostile: they are escaped, and never stand in a template. Plotly itself is not needed here.
"""

from __future__ import annotations

from html import escape
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labstudio.automl.result import AutoMLResult
    from labstudio.automl.run import Run

COLOURS = ("#1976d2", "#b35900", "#00796b", "#7b1fa2", "#c2185b", "#757575")
_BLUE, _ORANGE, _GREY = COLOURS[0], COLOURS[1], COLOURS[-1]
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "5px,2px")
_MARKERS = ("circle", "square", "triangle-up", "diamond", "cross", "x", "star")
_MOST_BARS = 20
_LONGEST = 32
_SHARES = {"tickformat": ".0%", "range": [-0.02, 1.02]}

Figure = dict[str, Any]


def figures(found: Run | AutoMLResult) -> dict[str, Figure]:
    """Draw what there is to draw of a run, also while it goes on.

    Returns
    -------
    dict of str to dict
        ``score_over_time``; of classes ``confusion``, ``roc``, ``precision_recall`` and ``calibration``; of
        values ``predicted_vs_true``, ``residuals`` and ``residual_bands``; ``importance``.
    """
    drawn: dict[str, Figure] = {}
    told = found.charts
    if "residuals" in told:
        told = {**told, "residual_bands": told["residuals"]["bands"]}
    if any(trial.score is not None for trial in found.trials):
        drawn["score_over_time"] = _score_over_time(found)
    target = _text(found.target)
    for name, draw in _DRAWN.items():
        if name in told:
            drawn[name] = draw(told[name], target)
    return drawn


def _score_over_time(found: Run | AutoMLResult) -> Figure:
    known = {**getattr(found, "progress", {}), **getattr(found, "outcome", {})} or vars(found)
    metric, up = known.get("metric") or "score", known.get("greater_is_better", True)
    ends = accumulate(trial.seconds for trial in found.trials)
    done = [(end, one) for end, one in zip(ends, found.trials, strict=True) if one.score is not None]
    scores = [float(one.score or 0.0) for _, one in done]
    seconds = [round(end, 2) for end, _ in done]
    best = list(accumulate(scores, max if up else min))
    data = [
        {
            **_line(seconds, best, "best so far"),
            "line": {"color": _BLUE, "shape": "hv"},
            "hovertemplate": f"%{{x:.1f}} s: %{{y:.4g}} {metric}",
        },
        {
            **_line(seconds, scores, "trial"),
            "mode": "markers",
            "marker": {"color": _ORANGE, "symbol": "square", "size": 6},
            "customdata": [[one.number, one.learner] for _, one in done],
            "hovertemplate": "trial %{customdata[0]} (%{customdata[1]}): %{y:.4g}",
        },
    ]
    plain = next(
        (score for score, (_, one) in zip(scores, done, strict=True) if one.learner == "baseline"), None
    )
    if plain is not None:
        data.append(_guide([0, seconds[-1]], [plain, plain], "baseline"))
    axis = {"title": {"text": f"{_text(metric)}, {'higher' if up else 'lower'} is better"}}
    return _figure("Best score over time", {"title": {"text": "seconds of trials"}}, axis, data)


def _confusion(found: dict[str, Any], target: str) -> Figure:
    counts, names = found["counts"], [_text(name) for name in found["classes"]]
    shares = [[count / (sum(row) or 1) for count in row] for row in counts]
    heat = {
        "type": "heatmap",
        "z": shares,
        "text": counts,
        "texttemplate": "%{text:,}<br>%{z:.0%}",
        "hovertemplate": "%{text:,} rows, %{z:.1%} of this true class<extra></extra>",
        "colorscale": [[0, "#e3f2fd"], [1, _BLUE]],  # opaque: its numbers are read on light and dark
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    return _figure(
        "Confusion",
        {"title": {"text": f"predicted {target}"}, **_named(names)},
        {"title": {"text": f"true {target}"}, **_named(names), "autorange": "reversed"},
        [heat],
    )


def _roc(found: dict[str, Any], target: str) -> Figure:
    data = [_series(i, one, one["x"], one["y"], one["area"]) for i, one in enumerate(found["curves"])]
    return _figure(
        "ROC curve",
        {"title": {"text": "false positive rate"}, **_SHARES},
        {"title": {"text": "true positive rate"}, **_SHARES},
        [*data, _guide([0, 1], [0, 1], "chance")],
    )


def _precision_recall(found: dict[str, Any], target: str) -> Figure:
    curves = found["curves"]
    data = [_series(i, one, one["x"], one["y"], one["area"]) for i, one in enumerate(curves)]
    if len(curves) == 1:
        data.append(_guide([0, 1], [curves[0]["share"]] * 2, "chance"))
    return _figure(
        "Precision and recall",
        {"title": {"text": "recall"}, **_SHARES},
        {"title": {"text": "precision"}, **_SHARES},
        data,
    )


def _calibration(found: dict[str, Any], target: str) -> Figure:
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
    return _figure(
        title,
        {"title": {"text": "mean predicted probability"}, **_SHARES},
        {"title": {"text": "share of positives"}, **_SHARES},
        [*data, _guide([0, 1], [0, 1], "as said")],
    )


def _predicted_vs_true(found: dict[str, Any], target: str) -> Figure:
    true, predicted = found["true"], found["predicted"]
    ends = [min(*true, *predicted), max(*true, *predicted)]
    points = {
        **_line(true, predicted, "held-out row"),
        "mode": "markers",
        "marker": {"color": _BLUE, "size": 5, "opacity": 0.5},
        "hovertemplate": "true %{x:.5g}, predicted %{y:.5g}",
    }
    return _figure(
        "Predicted against true",
        {"title": {"text": f"true {target}"}},
        {"title": {"text": f"predicted {target}"}},
        [points, _guide(ends, ends, "exact")],
    )


def _residuals(found: dict[str, Any], target: str) -> Figure:
    edges = found["edges"]
    pairs = list(pairwise(edges))
    bars = {
        "type": "bar",
        "x": [low / 2 + high / 2 for low, high in pairs],
        "width": [high - low for low, high in pairs],
        "y": found["counts"],
        "customdata": pairs,
        "hovertemplate": "%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y} rows<extra></extra>",
        "marker": {"color": _BLUE},
    }
    return _figure(
        "Residuals",
        {"title": {"text": f"{target}: true less predicted"}},
        {"title": {"text": "held-out rows"}},
        [bars],
    )


def _residual_bands(found: dict[str, Any], target: str) -> Figure:
    x = found["predicted"]
    edge = {"line": {"width": 0}, "showlegend": False, "hovertemplate": "%{y:.4g}"}
    data = [
        {**_line(x, found["low"], "10 %"), **edge},
        {
            **_line(x, found["high"], "80 % of the rows"),
            **edge,
            "showlegend": True,
            "fill": "tonexty",
            "fillcolor": "rgba(25,118,210,0.2)",
        },
        {
            **_line(x, found["mean"], "mean"),
            "mode": "lines+markers",
            "line": {"color": _BLUE},
            "hovertemplate": "%{y:.4g}",
        },
        _guide([x[0], x[-1]], [0, 0], "zero"),
    ]
    return _figure(
        "Residuals over the prediction",
        {"title": {"text": f"predicted {target}"}},
        {"title": {"text": "true less predicted"}},
        data,
    )


def _importance(found: dict[str, Any], target: str) -> Figure:
    names = [_text(name) for name in found["columns"][:_MOST_BARS]]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": found["mean"][:_MOST_BARS],
        "y": list(range(len(names))),
        "error_x": {"type": "data", "array": found["sd"][:_MOST_BARS], "color": _GREY, "thickness": 1},
        "customdata": names,
        "hovertemplate": "%{customdata}: %{x:.4g}<extra></extra>",
        "marker": {"color": _BLUE},
    }
    x = {"title": {"text": f"{found['metric']} lost when shuffled, ± 1 sd"}}
    y = {**_named(names), "autorange": "reversed", "automargin": True}
    return _figure("Importance", x, y, [bars])


_DRAWN = {
    "confusion": _confusion,
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "predicted_vs_true": _predicted_vs_true,
    "residuals": _residuals,
    "residual_bands": _residual_bands,
    "importance": _importance,
}


def _figure(title: str, x: dict[str, Any], y: dict[str, Any], data: list[dict[str, Any]]) -> Figure:
    plain = {"zeroline": False}
    layout = {
        "title": {"text": title},
        "xaxis": {**plain, **x},
        "yaxis": {**plain, **y},
        "showlegend": len(data) > 1,
        "margin": {"l": 64, "r": 16, "t": 48, "b": 56},
    }
    return {"data": data, "layout": layout}


def _line(x: list[Any], y: list[Any], name: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name}


def _guide(x: list[Any], y: list[Any], name: str) -> dict[str, Any]:
    """A dotted line to compare with."""
    return {**_line(x, y, name), "line": {"color": _GREY, "dash": "dot", "width": 1}, "hoverinfo": "skip"}


def _series(
    number: int, one: dict[str, Any], x: list[Any], y: list[Any], area: float | None = None
) -> dict[str, Any]:
    """One class's curve: no two of twelve have the same colour and dash."""
    colour = COLOURS[number % len(COLOURS)]
    name = _text(one["class"])
    return {
        **_line(x, y, name if area is None else f"{name} ({area:.3f})"),
        "line": {"color": colour, "dash": _DASHES[number % len(_DASHES)]},
        "marker": {"color": colour, "symbol": _MARKERS[number % len(_MARKERS)]},
        "hovertemplate": "%{x:.1%}, %{y:.1%}",
    }


def _named(names: list[str]) -> dict[str, Any]:
    """An axis of names; by position, since two long names may be cut to the same."""
    return {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False}


def _text(name: str) -> str:
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return escape(short, quote=False)
