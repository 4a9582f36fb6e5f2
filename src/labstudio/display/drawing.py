"""Several Plotly figures as one picture of a cell, beside the text and HTML that any viewer shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labstudio.display.bundle import Block, Bundle

PLOTLY = "application/vnd.plotly.v1+json"
_ROW_PIXELS = 320
_GAP = 0.14  # between neighbours, as a share of the width
_MOST_SERIES = 4  # of a figure that shares its row
_SHORT, _LETTER = 8, 0.008  # letters of a name that fit into the gap; the width of each more
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
    """Put figures of one pair of axes each side by side, two in a row, each with its title and its legend.

    One with many series has a row of its own, with its legend beside it.
    """
    places = _places(figures)
    rows = 1 + max((row for row, _ in places), default=0)
    height = rows * _ROW_PIXELS
    gap = _TITLE / height
    data: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height, "margin": {"l": 72, "r": 16, "t": 56, "b": 48}}
    for place, (figure, (row, across)) in enumerate(zip(figures.values(), places, strict=True)):
        number = "" if place == 0 else str(place + 1)  # Plotly's first axis has none
        down = [1 - (row + 1) * (1 + gap) / rows + gap, 1 - row * (1 + gap) / rows]
        down[0], top = max(0.0, down[0]), down[1]
        own = figure["layout"]
        layout[f"xaxis{number}"] = {**own["xaxis"], "domain": across, "anchor": f"y{number}"}
        layout[f"yaxis{number}"] = {**own["yaxis"], "domain": down, "anchor": f"x{number}"}
        corner = {"x": across[0], "y": top, "xref": "paper", "yref": "paper"}
        corner |= {"xanchor": "left", "yanchor": "bottom"}
        has_legend = bool(own.get("showlegend"))
        beside = len(figure["data"]) > _MOST_SERIES
        if has_legend:
            where = {**corner, "orientation": "h"}
            if beside:
                where |= {"orientation": "v", "x": across[1] + 0.02, "yanchor": "top"}
            layout[f"legend{number}"] = {**where, "bgcolor": "rgba(0,0,0,0)"}
        title = {"text": own["title"]["text"], "font": {"size": 14}, "showarrow": False}
        titles.append({**corner, **title, "yshift": 22 if has_legend and not beside else 0})
        for trace in figure["data"]:
            shown = has_legend and trace.get("showlegend", True)
            data.append({**trace, "xaxis": f"x{number}", "yaxis": f"y{number}", "showlegend": shown})
            if shown:
                data[-1]["legend"] = f"legend{number}"
    return {"data": data, "layout": {**layout, "annotations": titles}}


def _places(figures: Mapping[str, dict[str, Any]]) -> list[tuple[int, list[float]]]:
    """Row and extent in the width of each figure."""
    places: list[tuple[int, list[float]]] = []
    row = side = 0
    for figure in figures.values():
        wide = len(figure["data"]) > _MOST_SERIES
        if side == 2 or (wide and side):
            row, side = row + 1, 0
        left, right = side * (1 + _GAP) / 2, side * (1 + _GAP) / 2 + (1 - _GAP) / 2
        if side:  # at the left the margin grows with the names; here they would stand on the neighbour
            longest = max(map(len, figure["layout"]["yaxis"].get("ticktext", ())), default=0)
            left += min(0.2, max(0, longest - _SHORT) * _LETTER)
        places.append((row, [0.0, 0.76] if wide else [left, right]))
        side += 2 if wide else 1
    return places
