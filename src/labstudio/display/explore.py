"""Views of charts and of what differs between two versions."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

from labstudio.display import wording
from labstudio.display.bundle import Block, Bundle, Facts, Heading, Line, Table
from labstudio.display.drawing import PLOTLY

if TYPE_CHECKING:
    from labstudio.data.chart import Chart as Told
    from labstudio.data.compare import Comparison, RowChanges
    from labstudio.data.plots import Plot
    from labstudio.data.suggest import Suggestion

_SHOWN = 10  # rows and columns of a kind
_POINTS = 12


class Chart(Bundle):
    """A bundle with one figure."""

    def __init__(self, figure: dict[str, Any], *blocks: Block) -> None:
        super().__init__(*blocks)
        self.figure = figure

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(include, exclude)
        return {**bundle, PLOTLY: self.figure}


def plot(ref: str, drawn: Plot, others: Sequence[Suggestion] = ()) -> Bundle:
    """Show a chart; where no figure can be shown, what it was made of and its first values.

    `others` are charts that are worth a look too, with the options that draw them.
    """
    layout = drawn.figure["layout"]
    blocks: list[Block] = [
        Heading(unescape(layout["title"]["text"]), f"{ref}, {drawn.drawn:,} of {drawn.rows:,} rows"),
        *map(Line, drawn.notes),
    ]
    first = drawn.figure["data"][0] if drawn.figure["data"] else {}
    if first.get("type") in ("bar", "scatter") and first.get("y"):
        names = dict(
            zip(layout["xaxis"].get("tickvals", ()), layout["xaxis"].get("ticktext", ()), strict=True)
        )
        sides = [unescape(layout[side]["title"]["text"]) for side in ("xaxis", "yaxis")]
        rows = [
            [unescape(str(names[x])) if x in names else wording.number(x), wording.number(y)]
            for x, y in list(zip(first["x"], first["y"], strict=True))[:_POINTS]
        ]
        blocks.append(Table([sides[0] or "x", sides[1] or "y"], rows, right=[sides[1]]))
        if len(first["x"]) > _POINTS:
            blocks.append(Line(f"and {len(first['x']) - _POINTS} more"))
    if others:
        rows = [[one.title, one.why, _options(one.chart)] for one in others]
        blocks += [Heading("Also worth a look"), Table(["chart", "why", "options"], rows, width=90)]
    return Chart(drawn.figure, *blocks)


def _options(chart: Told) -> str:
    """Write a chart as the options of a cell or a shell."""
    told = chart.model_dump(exclude_none=True, include={"kind", "x", "y", "color"})
    return " ".join(f"--{name} {shlex.quote(value)}" for name, value in told.items())


def comparison(found: Comparison) -> Bundle:
    """Show what differs between two versions: columns, rows, and how far the values moved."""
    rows = found.rows
    facts = {
        "rows": f"{found.rows_before:,} → {found.rows_after:,}",
        "compared by": ", ".join(found.key) or "whole rows",
        "added": f"{rows.added:,}",
        "removed": f"{rows.removed:,}",
    }
    if found.key:
        facts |= {"changed": f"{rows.changed:,}", "the same": f"{rows.unchanged:,}"}
    blocks: list[Block] = [Heading(f"{found.before} → {found.after}"), Line(found.summary), Facts(facts)]
    schema = [
        *([name, "added"] for name in found.added),
        *([name, "removed"] for name in found.removed),
        *([f"{one.before} → {one.after}", "probably renamed"] for one in found.renamed),
        *([one.name, f"{one.before} → {one.after}"] for one in found.retyped),
    ]
    if schema:
        blocks += [Heading("Columns"), Table(["column", "change"], schema[:_SHOWN])]
    blocks += _rows(rows)
    moved = [one for one in found.drift if one.level != "none"]
    if moved:
        lines = [[one.column, one.level, one.sentence, one.psi] for one in moved[:_SHOWN]]
        told = [[*line[:3], wording.number(line[3])] for line in lines]
        blocks += [
            Heading("Drift", str(len(moved))),
            Table(["column", "drift", "how", "PSI"], told, width=90),
        ]
    return Bundle(*blocks)


def _rows(rows: RowChanges) -> list[Block]:
    blocks: list[Block] = []
    if rows.changed_rows:
        cells = [
            [", ".join(wording.number(value) for value in row.key), cell.column,
             wording.number(cell.before), wording.number(cell.after)]
            for row in rows.changed_rows[:_SHOWN] for cell in row.cells[:3]
        ]  # fmt: skip
        blocks += [
            Heading("Changed", f"{rows.changed:,}"),
            Table(["row", "column", "before", "after"], cells),
        ]
    for word, count, first in (
        ("Added", rows.added, rows.added_rows),
        ("Removed", rows.removed, rows.removed_rows),
    ):
        if first:
            shown = [[wording.number(value) for value in row[:8]] for row in first[:_SHOWN]]
            names = [wording.cut(wording.name(name), 32) for name in rows.columns[:8]]
            blocks += [Heading(word, f"{count:,}"), Table(names, shown, width=32)]
    return blocks
