"""Charts of tables of any size as plain Plotly dictionaries: put together in DuckDB, drawn of what comes out.

Nothing here grows with the rows but the time it takes. Names are escaped, since Plotly renders markup; a map
is drawn on plain axes, since nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data import engine, fields
from labstudio.data.asked import Asked
from labstudio.data.plotted import AGGREGATES, Plot, axis_of, plot, some, titled
from labstudio.data.scales import bin_of, edges_of, epoch, on_axis, plain, shown
from labstudio.errors import Invalid
from labstudio.plotting import axis, figure, look, named, text

if TYPE_CHECKING:
    from labstudio.data.chart import Chart
    from labstudio.data.parts import Stored
    from labstudio.schema import Schema

_MOST_STEPS = 200  # of a line
_STEPS = {
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "week": 7 * 86400.0,
    "month": 30.4 * 86400,
    "quarter": 91.3 * 86400,
    "year": 365.25 * 86400,
}


def draw(path: Stored, schema: Schema, chart: Chart, folder: Path) -> Plot:
    """Draw a chart of the Parquet file at `path`, whose columns are those of `schema`; spill to `folder`.

    Raises
    ------
    Invalid
        A column is not there or does not fit, or no row is left to draw.
    """
    with closing(engine.connect(folder)) as connection:
        asked = Asked(connection, path, schema, chart)
        if not asked.rows:
            raise Invalid(
                "The filter: no row is left to draw." if chart.filter.strip() else "There are no rows."
            )
        return _KINDS[chart.kind](asked, chart)


def _histogram(asked: Asked, chart: Chart) -> Plot:
    found = asked.need(chart, "x")
    if chart.y is not None:
        raise Invalid("y: a histogram counts rows and has none; use a bar chart for values of y.")
    if found.kind not in ("number", "datetime"):
        return _bar(asked, chart)
    x = epoch(found.kind, "x")
    low, high, present, distinct, whole = asked.one(
        f"SELECT min({x}), max({x}), count(x), approx_count_distinct(x), bool_and({x} = floor({x})) FROM u"
    )
    some(present, chart.x)
    bins = min(chart.bins, distinct) if whole and distinct <= chart.bins else chart.bins
    edges = edges_of(low, high, bins, whole=bool(whole) and found.kind == "number")
    counts = [[0] * (len(edges) - 1) for _ in asked.series]
    place = bin_of(x, edges)
    for series, at, count in asked.all(
        f"SELECT s, {place}, count(*) FROM u WHERE x IS NOT NULL GROUP BY 1, 2"
    ):
        counts[series][at] = count
    dates = found.kind == "datetime"
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    ends = [[shown(edge, dates) for edge in pair] for pair in pairwise(edges)]
    wide = (edges[1] - edges[0]) * (1000 if dates else 1)
    data = [
        {
            "type": "bar",
            "x": [shown(middle, dates) for middle in middles],
            "y": row,
            "width": wide,
            "customdata": ends,
            "hovertemplate": "%{customdata[0]} to %{customdata[1]}: %{y:,} rows",
            "name": text(asked.series[number]),
            "marker": {"color": look(number)["marker"]["color"]},
        }
        for number, row in enumerate(counts)
        if sum(row)
    ]
    made = figure(titled(chart, f"Distribution of {chart.x}"), axis_of(chart.x), axis("rows"), data)
    made["layout"] |= {"barmode": "stack", "bargap": 0.02}
    return plot(asked, made, present)


def _bar(asked: Asked, chart: Chart) -> Plot:
    found = asked.need(chart, "x")
    how, value, label = _aggregate(asked, chart)
    group, step = "x", ""
    if found.kind == "datetime":
        step = _interval(asked, chart)
        group = f"date_trunc('{step}', x)"
    top = asked.all(
        f"SELECT {group} AS g, count(*) AS n, count(*) OVER () FROM u WHERE x IS NOT NULL"
        f" GROUP BY 1 ORDER BY n DESC, g LIMIT {chart.limit if not step else _MOST_STEPS}"
    )
    some(len(top), chart.x)
    names = [row[0] for row in top]
    if found.kind in ("number", "datetime"):
        names.sort()
    places = {name: place for place, name in enumerate(names)}
    values: list[list[Any]] = [[None] * len(names) for _ in asked.series]
    counts = [[0] * len(names) for _ in asked.series]
    rows = asked.all(f"SELECT s, {group} AS g, {value}, count(*) FROM u WHERE x IS NOT NULL GROUP BY 1, 2")
    for series, name, amount, count in rows:
        if name in places:
            values[series][places[name]], counts[series][places[name]] = plain(amount), count
    shown = [on_axis(name) for name in names]
    data = [
        {
            "type": "bar",
            "x": list(range(len(names))),
            "y": row,
            "customdata": [[text(name), count] for name, count in zip(shown, counts[number], strict=True)],
            "hovertemplate": "%{customdata[0]}: %{y:,.5~g} (%{customdata[1]:,} rows)",
            "name": text(asked.series[number]),
            "marker": {"color": look(number)["marker"]["color"]},
        }
        for number, row in enumerate(values)
        if any(counts[number])
    ]
    title = f"{_upper(label)} by {chart.x}" + (f", by {step}" if step else "")
    x = {**axis_of(chart.x), **named(shown), "automargin": True}
    if step or len(names) > 30:  # as many names as can be read
        each = -(-len(names) // 12)
        x |= {"tickvals": x["tickvals"][::each], "ticktext": x["ticktext"][::each]}
    made = figure(titled(chart, title), x, axis(text(label)), data)
    made["layout"]["barmode"] = "stack" if how in ("count", "sum") else "group"
    more = top[0][2] - len(names)
    notes = [f"{more:,} less frequent values of {chart.x} are not drawn."] if more else []
    return plot(asked, made, sum(map(sum, counts)), notes=notes)


def _box(asked: Asked, chart: Chart) -> Plot:
    role = "y" if chart.y is not None else "x"
    asked.need(chart, role, "number")
    grouped = chart.x is not None and role == "y"
    group, also = ("CAST(x AS VARCHAR)", " AND x IS NOT NULL") if grouped else ("''", "")
    rows = asked.all(
        f"SELECT *, count(*) OVER () FROM (SELECT s, {group} AS g, count({role}) AS n,"
        f" quantile_cont({role}, [0.25, 0.5, 0.75]) AS q, min({role}) AS low, max({role}) AS high,"
        f" avg({role}) FROM u WHERE {role} IS NOT NULL{also} GROUP BY 1, 2)"
        f" ORDER BY n DESC, g LIMIT {chart.limit * len(asked.series)}"
    )
    some(len(rows), getattr(chart, role))
    names = sorted({row[1] for row in rows})[: chart.limit]
    places = {name: place for place, name in enumerate(names)}
    data = []
    for number, series in enumerate(asked.series):
        mine = [row for row in rows if row[0] == number and row[1] in places]
        if not mine:
            continue
        fences = [_fences(q, low, high) for _, _, _, q, low, high, *_ in mine]
        data.append(
            {
                "type": "box",
                "x": [places[row[1]] for row in mine],
                **{name: [row[3][i] for row in mine] for i, name in enumerate(("q1", "median", "q3"))},
                "lowerfence": [low for low, _ in fences],
                "upperfence": [high for _, high in fences],
                "mean": [plain(row[6]) for row in mine],
                "name": text(series or getattr(chart, role)),
                "marker": {"color": look(number)["marker"]["color"]},
            }
        )
    title = getattr(chart, role) + (f" by {chart.x}" if grouped else "")
    x = {**axis_of(chart.x if grouped else ""), **named([name or getattr(chart, role) for name in names])}
    made = figure(titled(chart, title), x, axis_of(getattr(chart, role)), data)
    made["layout"] |= {"boxmode": "group", "showlegend": len(data) > 1}
    more = rows[0][-1] - len(rows)
    notes = [f"{more:,} less frequent groups are not drawn."] if more else []
    return plot(asked, made, sum(row[2] for row in rows), notes=notes)


def _fences(quartiles: list[float], low: float, high: float) -> tuple[float, float]:
    reach = 1.5 * (quartiles[2] - quartiles[0])
    return max(low, quartiles[0] - reach), min(high, quartiles[2] + reach)


def _line(asked: Asked, chart: Chart) -> Plot:
    found = asked.need(chart, "x", "number", "datetime")
    _, value, label = _aggregate(asked, chart)
    step = ""
    if found.kind == "datetime":
        step = _interval(asked, chart)
        group = f"date_trunc('{step}', x)"
    else:
        low, high, distinct = asked.one("SELECT min(x), max(x), count(DISTINCT x) FROM u")
        some(distinct, chart.x)
        edges = edges_of(low, high, _MOST_STEPS)
        wide = edges[1] - edges[0]
        middle = f"({edges[0]!r} + ({bin_of('x', edges)} + 0.5) * {wide!r})"
        group = "x" if distinct <= 2 * _MOST_STEPS else middle
    points = asked.all(
        f"SELECT s, {group} AS g, {value}, count(*) FROM u WHERE x IS NOT NULL"
        f"{' AND y IS NOT NULL' if chart.y else ''} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    some(len(points), chart.x)
    data = []
    for number, series in enumerate(asked.series):
        mine = [point for point in points if point[0] == number]
        if mine:
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers" if len(mine) <= 60 else "lines",
                    "x": [on_axis(point[1]) for point in mine],
                    "y": [plain(point[2]) for point in mine],
                    "customdata": [point[3] for point in mine],
                    "hovertemplate": "%{x}: %{y:,.5~g} (%{customdata:,} rows)",
                    "name": text(series),
                    **look(number),
                }
            )
    title = f"{_upper(label)} over {chart.x}" + (f", by {step}" if step else "")
    made = figure(titled(chart, title), axis_of(chart.x), axis(text(label)), data)
    return plot(asked, made, sum(point[3] for point in points))


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]  # of our own words: the names of columns stay as they are


def _aggregate(asked: Asked, chart: Chart) -> tuple[str, str, str]:
    """How y is put together: its name, its SQL, and what the axis is called."""
    how = chart.aggregate or ("mean" if chart.y else "count")
    if how == "count":
        return (
            how,
            "count(*)" if chart.y is None else "count(y)",
            "rows" if chart.y is None else f"count of {chart.y}",
        )
    if chart.y is None:
        raise Invalid(f"y: the {how} of which column? Name one.")
    if how != "distinct":
        asked.need(chart, "y", "number")
    return how, AGGREGATES[how], f"{'different' if how == 'distinct' else how} {chart.y}"


def _interval(asked: Asked, chart: Chart) -> str:
    """A step of time with which a line has at most some 200 points."""
    span = asked.one("SELECT epoch(max(x)) - epoch(min(x)) FROM u")[0]
    some(span is not None, chart.x)
    fitting = [step for step, seconds in _STEPS.items() if span / seconds <= _MOST_STEPS] or ["year"]
    if chart.interval is not None and span / _STEPS[chart.interval] > 100 * _MOST_STEPS:
        raise Invalid(f"interval: {chart.interval} makes too many points; {fitting[0]} fits.")
    return chart.interval or fitting[0]


_KINDS: dict[str, Callable[[Asked, Chart], Plot]] = {
    "histogram": _histogram,
    "bar": _bar,
    "box": _box,
    "scatter": fields.scatter,
    "map": fields.scatter,
    "line": _line,
    "heatmap": fields.heatmap,
}
