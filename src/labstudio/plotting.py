"""The parts that figures are drawn of: plain Plotly dictionaries (``data`` and ``layout``).

Series differ by colour and by dash or marker; fonts and backgrounds are left to whoever shows them, on light
or dark. Names are hostile: they are escaped, and never stand in a template. Plotly itself is not needed here.
"""

from __future__ import annotations

from html import escape
from typing import Any

COLOURS = ("#1976d2", "#b35900", "#00796b", "#7b1fa2", "#c2185b", "#757575")
BLUE, GREY = COLOURS[0], COLOURS[-1]
SHARES = {"tickformat": ".0%", "range": [-0.02, 1.02]}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "5px,2px")
MARKERS = ("circle", "square", "triangle-up", "diamond", "cross", "x", "star")
_MOST_BARS = 20
_LONGEST = 32

Figure = dict[str, Any]


def figure(title: str, x: dict[str, Any], y: dict[str, Any], data: list[dict[str, Any]]) -> Figure:
    """Put series on a pair of axes."""
    plain = {"zeroline": False}
    layout = {
        "title": {"text": title},
        "xaxis": {**plain, **x},
        "yaxis": {**plain, **y},
        "showlegend": len(data) > 1,
        "margin": {"l": 64, "r": 16, "t": 48, "b": 56},
    }
    return {"data": data, "layout": layout}


def line(x: list[Any], y: list[Any], name: str) -> dict[str, Any]:
    """A line with a name in the legend."""
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name}


def guide(x: list[Any], y: list[Any], name: str) -> dict[str, Any]:
    """A dotted line to compare with."""
    return {**line(x, y, name), "line": {"color": GREY, "dash": "dot", "width": 1}, "hoverinfo": "skip"}


def look(number: int) -> dict[str, Any]:
    """Colour, dash and marker of the series of a number: no two of twelve have the same."""
    colour = COLOURS[number % len(COLOURS)]
    return {
        "line": {"color": colour, "dash": DASHES[number % len(DASHES)]},
        "marker": {"color": colour, "symbol": MARKERS[number % len(MARKERS)]},
    }


def bars(names: list[str], values: list[float], *, digits: str = ".4g", colour: str = BLUE) -> dict[str, Any]:
    """Bars that lie, for an axis of the same names: see `named`."""
    return {
        "type": "bar",
        "orientation": "h",
        "x": values[:_MOST_BARS],
        "y": list(range(len(names)))[:_MOST_BARS],
        "customdata": [text(name) for name in names[:_MOST_BARS]],
        "hovertemplate": f"%{{customdata}}: %{{x:{digits}}}<extra></extra>",
        "marker": {"color": colour},
    }


def down(names: list[str]) -> dict[str, Any]:
    """An axis of names for bars that lie, the first one on top."""
    return {**named(names[:_MOST_BARS]), "autorange": "reversed", "automargin": True}


def named(names: list[str]) -> dict[str, Any]:
    """An axis of names; by position, since two long names may be cut to the same."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": [text(name) for name in names],
        "showgrid": False,
    }


def axis(title: str) -> dict[str, Any]:
    """An axis with a title."""
    return {"title": {"text": title}}


def text(name: str) -> str:
    """Escape a name, and cut one that is long."""
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return escape(short, quote=False)
