"""Charts of two columns against each other: points, their density, and fields of a heat map."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from labstudio.data.asked import Asked
from labstudio.data.plotted import AGGREGATES, SCALE, Plot, axis_of, plot, some, titled
from labstudio.data.scales import as_text, bin_of, edges_of, epoch, on_axis, plain, shown
from labstudio.errors import Invalid
from labstudio.plotting import Figure, figure, look, named, text

if TYPE_CHECKING:
    from labstudio.data.chart import Chart

MOST_POINTS = 20_000  # one by one; beyond it their density is drawn, or a sample


def scatter(asked: Asked, chart: Chart) -> Plot:
    kinds = ("number",) if chart.kind == "map" else ("number", "datetime")
    x, y = asked.need(chart, "x", *kinds), asked.need(chart, "y", *kinds)
    there = "x IS NOT NULL AND y IS NOT NULL" + (" AND v IS NOT NULL" if asked.measured else "")
    if chart.kind == "map":
        there += " AND x BETWEEN -180 AND 180 AND y BETWEEN -90 AND 90"
    present = asked.one(f"SELECT count(*) FROM u WHERE {there}")[0]
    some(present, f"{chart.x} and {chart.y}")
    sampled = present > MOST_POINTS
    if sampled and chart.color is None:
        made = _density(asked, chart, x.kind, y.kind, there)
        note = f"{present:,} rows are drawn as their density."
        return plot(asked, _mapped(made, chart), present, notes=[note])
    # the rows with the smallest hashes: spread over the table and the same at every look
    order = f" ORDER BY hash(x, y, s, v) LIMIT {MOST_POINTS}" if sampled else ""
    points = asked.all(f"SELECT s, x, y, v FROM u WHERE {there}{order}")
    data = []
    for number, series in enumerate(asked.series):
        mine = [point for point in points if point[0] == number]
        if not mine:
            continue
        marker: dict[str, Any] = {**look(number)["marker"], "size": 5, "opacity": 0.6}
        if asked.measured:
            marker |= {
                "color": [point[3] for point in mine],
                "colorscale": "Viridis",
                "showscale": True,
                "colorbar": {"title": {"text": text(chart.color or "")}},
            }
        data.append(
            {
                "type": "scattergl" if len(points) > 2_000 else "scatter",
                "mode": "markers",
                "x": [on_axis(point[1]) for point in mine],
                "y": [on_axis(point[2]) for point in mine],
                "name": text(series),
                "marker": marker,
                "hovertemplate": "%{x}, %{y}" + (": %{marker.color:.5~g}" if asked.measured else ""),
            }
        )
    made = figure(titled(chart, f"{chart.y} over {chart.x}"), axis_of(chart.x), axis_of(chart.y), data)
    notes = [f"{len(points):,} of {present:,} rows are drawn, spread over the table."] if sampled else []
    return plot(asked, _mapped(made, chart), len(points), sampled=sampled, notes=notes)


def _mapped(made: Figure, chart: Chart) -> Figure:
    if chart.kind == "map":  # a degree is as long up as it is wide
        made["layout"]["yaxis"] |= {"scaleanchor": "x", "scaleratio": 1, "ticksuffix": "°"}
        made["layout"]["xaxis"] |= {"ticksuffix": "°"}
    return made


def _density(asked: Asked, chart: Chart, x_kind: str, y_kind: str, there: str) -> Figure:
    x, y = epoch(x_kind, "x"), epoch(y_kind, "y")
    low_x, high_x, low_y, high_y = asked.one(
        f"SELECT min({x}), max({x}), min({y}), max({y}) FROM u WHERE {there}"
    )
    bins = max(chart.bins, 60)
    across, up = edges_of(low_x, high_x, bins), edges_of(low_y, high_y, bins)
    z: list[list[Any]] = [[None] * (len(across) - 1) for _ in up[1:]]
    found = asked.all(
        f"SELECT {bin_of(x, across)}, {bin_of(y, up)}, count(*) FROM u WHERE {there} GROUP BY 1, 2"
    )
    for i, j, count in found:
        z[j][i] = count
    heat = {
        "type": "heatmap",
        "x": [shown((a + b) / 2, x_kind == "datetime") for a, b in pairwise(across)],
        "y": [shown((a + b) / 2, y_kind == "datetime") for a, b in pairwise(up)],
        "z": [[None if n is None else math.log10(n) for n in row] for row in z],
        "customdata": z,
        "hovertemplate": "%{x}, %{y}: %{customdata:,} rows<extra></extra>",
        "colorscale": SCALE,
        "showscale": False,
        "hoverongaps": False,
    }
    return figure(titled(chart, f"{chart.y} over {chart.x}"), axis_of(chart.x), axis_of(chart.y), [heat])


def heatmap(asked: Asked, chart: Chart) -> Plot:
    asked.need(chart, "x")
    asked.need(chart, "y")
    if chart.color is not None:
        asked.need(chart, "color", "number")
    how = chart.aggregate or ("mean" if chart.color else "count")
    if chart.color is None and how != "count":
        raise Invalid(f"color: the {how} of which column? Name one that holds numbers.")
    x, across, more_x = _cells(asked, chart, "x")
    y, up, more_y = _cells(asked, chart, "y")
    value = AGGREGATES[how].replace("y", "v") if how != "count" else AGGREGATES[how]
    z: list[list[Any]] = [[None] * len(across) for _ in up]
    drawn, at_x, at_y = 0, {c[0]: i for i, c in enumerate(across)}, {c[0]: i for i, c in enumerate(up)}
    rows = asked.all(
        f"SELECT {x} AS i, {y} AS j, {value}, count(*) FROM u"
        " WHERE x IS NOT NULL AND y IS NOT NULL GROUP BY 1, 2"
    )
    for i, j, amount, count in rows:
        if i in at_x and j in at_y:
            z[at_y[j]][at_x[i]] = plain(amount)
            drawn += count
    named_x, named_y = [name for _, name in across], [name for _, name in up]
    heat = {
        "type": "heatmap",
        "z": z,
        "customdata": [[[text(b), text(a)] for a in named_x] for b in named_y],
        "hovertemplate": "%{customdata[1]}, %{customdata[0]}: %{z:,.5~g}<extra></extra>",
        "colorscale": SCALE,
        "hoverongaps": False,
    }
    what = "Rows" if how == "count" else f"{how.capitalize()} {chart.color}"
    axes = [
        {**axis_of(name), **_thin(named(sides)), "automargin": True}
        for name, sides in ((chart.x, named_x), (chart.y, named_y))
    ]
    made = figure(titled(chart, f"{what} by {chart.x} and {chart.y}"), axes[0], axes[1], [heat])
    more = more_x + more_y
    return plot(asked, made, drawn, notes=[f"{more:,} less frequent values are not drawn."] if more else [])


def _thin(ticks: dict[str, Any]) -> dict[str, Any]:
    each = -(-len(ticks["tickvals"]) // 15)
    return {**ticks, "tickvals": ticks["tickvals"][::each], "ticktext": ticks["ticktext"][::each]}


def _cells(asked: Asked, chart: Chart, role: str) -> tuple[str, list[tuple[Any, str]], int]:
    """One side of a heat map: SQL that names a row's field, the fields, and how many are left out."""
    found = asked.need(chart, role)
    if found.kind in ("number", "datetime"):
        value = epoch(found.kind, role)
        low, high, distinct = asked.one(
            f"SELECT min({value}), max({value}), approx_count_distinct({role}) FROM u"
        )
        some(distinct, getattr(chart, role))
        if distinct > chart.limit or found.kind == "datetime":
            edges = edges_of(low, high, chart.bins)
            dates = found.kind == "datetime"
            names = [f"{shown(a, dates)} to {shown(b, dates)}" for a, b in pairwise(edges)]
            return bin_of(value, edges), list(enumerate(names)), 0
    rows = asked.all(
        f"SELECT {role} AS g, count(*) AS n, count(*) OVER () FROM u WHERE {role} IS NOT NULL"
        f" GROUP BY 1 ORDER BY n DESC, g LIMIT {chart.limit}"
    )
    some(len(rows), getattr(chart, role))
    kept = sorted(row[0] for row in rows)
    return role, [(value, as_text(value)) for value in kept], rows[0][2] - len(rows)
