"""What all charts of tables share: what a drawn one is, titles, axes, and how values are put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid
from labstudio.plotting import BLUE, Figure, axis, text

if TYPE_CHECKING:
    from labstudio.data.asked import Asked
    from labstudio.data.chart import Chart

AGGREGATES = {
    "count": "count(*)",
    "sum": "sum(y)",
    "mean": "avg(y)",
    "median": "median(y)",
    "min": "min(y)",
    "max": "max(y)",
    "distinct": "count(DISTINCT y)",
}
SCALE = [[0, "#e3f2fd"], [1, BLUE]]


@dataclass(frozen=True)
class Plot:
    """A drawn chart.

    Attributes
    ----------
    rows, drawn : int
        Rows that match the filter, and those that the figure was made of.
    sampled : bool
        Points are a sample.
    notes : list of str
        What else a reader has to know.
    """

    figure: Figure
    rows: int
    drawn: int
    sampled: bool = False
    notes: list[str] = field(default_factory=list)


def axis_of(name: str | None) -> dict[str, Any]:
    return axis(text(name or ""))


def titled(chart: Chart, made: str) -> str:
    return escape(chart.title or made, quote=False)


def some(there: Any, name: str | None) -> None:
    if not there:
        raise Invalid(f"{name} holds no values to draw.")


def plot(
    asked: Asked, made: Figure, drawn: int, *, sampled: bool = False, notes: list[str] | None = None
) -> Plot:
    for trace in made["data"]:
        if not trace.get("name"):
            trace.pop("name", None)
    return Plot(made, asked.rows, drawn, sampled, notes or [])
