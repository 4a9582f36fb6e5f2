"""Several Plotly figures as one picture of a cell, beside the text and HTML that any viewer shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labstudio.display.bundle import Block, Bundle

PLOTLY = "application/vnd.plotly.v1+json"
_ROW_PIXELS = 320
_GAP = 0.14  # between neighbours, as a share of the width
_TITLE = 120  # pixels between two rows: axis, legend and title


class Drawing(Bundle):
    """A bundle that also has figures.

    Examples
    --------
    >>> from labstudio.display.bundle import Line
    >>> one = {"data": [{"y": [1, 2]}], "layout": {"title": {"text": "A"}, "xaxis": {}, "yaxis": {}}}
    >>> drawing = Drawing({"a": one, "b": one}, Line("two figures"))
    >>> sorted(drawing._repr_mimebundle_())
    ['application/vnd.plotly.v1+json', 'text/html', 'text/plain']
    """

    def __init__(self, figures: Mapping[str, dict[str, Any]], *blocks: Block) -> None:
        super().__init__(*blocks)
        self.figures = figures

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(include, exclude)
        return {**bundle, PLOTLY: grid(self.figures)} if self.figures else bundle


def grid(figures: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Put figures of one pair of axes each side by side, two in a row, each with its title and its legend."""
    rows = -(-len(figures) // 2)
    height = rows * _ROW_PIXELS
    gap = _TITLE / height
    data: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height, "margin": {"l": 72, "r": 16, "t": 56, "b": 48}}
    for place, figure in enumerate(figures.values()):
        row, side = divmod(place, 2)
        number = "" if place == 0 else str(place + 1)  # Plotly's first axis has none
        across = [side * (1 + _GAP) / 2, side * (1 + _GAP) / 2 + (1 - _GAP) / 2]
        down = [1 - (row + 1) * (1 + gap) / rows + gap, 1 - row * (1 + gap) / rows]
        down[0], top = max(0.0, down[0]), down[1]
        own = figure["layout"]
        layout[f"xaxis{number}"] = {**own["xaxis"], "domain": across, "anchor": f"y{number}"}
        layout[f"yaxis{number}"] = {**own["yaxis"], "domain": down, "anchor": f"x{number}"}
        corner = {"x": across[0], "y": top, "xref": "paper", "yref": "paper"}
        corner |= {"xanchor": "left", "yanchor": "bottom"}
        has_legend = bool(own.get("showlegend"))
        if has_legend:
            layout[f"legend{number}"] = {**corner, "orientation": "h", "bgcolor": "rgba(0,0,0,0)"}
        title = {"text": own["title"]["text"], "font": {"size": 14}, "showarrow": False}
        titles.append({**corner, **title, "yshift": 22 if has_legend else 0})
        for trace in figure["data"]:
            shown = has_legend and trace.get("showlegend", True)
            data.append({**trace, "xaxis": f"x{number}", "yaxis": f"y{number}", "showlegend": shown})
            if shown:
                data[-1]["legend"] = f"legend{number}"
    return {"data": data, "layout": {**layout, "annotations": titles}}
