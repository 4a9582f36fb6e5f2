"""One text + HTML bundle, made of a few blocks that each know how to be written both ways.

Everything told to a block is taken as text: names and values are hostile and are escaped here, in one place.
Colours come from JupyterLab's variables alone, with fallbacks that work on light and dark. Knows no IPython.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from labstudio.display import wording

State = Literal["ok", "warn", "bad", "run", ""]

_ICONS = {"ok": "✓", "warn": "!", "bad": "✗", "run": "●", "": ""}

STYLE = """
.ls{font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px);
line-height:1.45;color:var(--jp-ui-font-color1,inherit);font-variant-numeric:tabular-nums;max-width:960px}
.ls>*{margin:0 0 6px}.ls .ls-h{font-weight:600;font-size:1.08em;margin-bottom:2px}
.ls .ls-q{color:var(--jp-ui-font-color2,#777);font-weight:400}
.ls .ls-c{display:inline-block;font-size:.85em;font-weight:500;border:1px solid currentColor;
border-radius:9px;padding:0 7px;margin-left:8px;vertical-align:1px}
.ls .ls-ok{color:var(--jp-success-color0,#388e3c)}.ls .ls-warn{color:var(--jp-warn-color0,#e65100)}
.ls .ls-bad{color:var(--jp-error-color0,#d32f2f)}.ls .ls-run{color:var(--jp-brand-color1,#1976d2)}
body[data-jp-theme-light="false"] .ls .ls-ok{color:var(--jp-success-color2,#81c784)}
body[data-jp-theme-light="false"] .ls .ls-warn{color:var(--jp-warn-color2,#ffb74d)}
body[data-jp-theme-light="false"] .ls .ls-bad{color:var(--jp-error-color2,#e57373)}
.ls .ls-x{overflow-x:auto}.ls table.ls-t{border-collapse:collapse;border:0;margin:0;font-size:1em}
.ls table.ls-t :is(th,td){padding:3px 12px 3px 0;border:0;
border-bottom:1px solid var(--jp-border-color2,#8884);
text-align:left;white-space:nowrap;vertical-align:baseline;background:none;color:inherit;max-width:none}
.ls table.ls-t th{font-weight:500;font-size:.92em;color:var(--jp-ui-font-color2,#777)}
.ls table.ls-t tbody tr,.ls table.ls-t tbody tr:hover{background:none}
.ls table.ls-t :is(th,td).ls-n{text-align:right}
.ls table.ls-t tbody tr.ls-best{font-weight:600;box-shadow:inset 2px 0 var(--jp-brand-color1,#1976d2)}
.ls table.ls-t :is(th,td):first-child{padding-left:8px}
.ls .ls-f{display:flex;flex-wrap:wrap;gap:4px 24px}.ls .ls-f span{color:var(--jp-ui-font-color2,#777)}
.ls .ls-f b{font-weight:500;overflow-wrap:anywhere}.ls code{font-size:.92em;background:none;color:inherit}
.ls .ls-b{height:4px;border-radius:2px;background:var(--jp-layout-color3,#8884);max-width:480px}
.ls .ls-b i{display:block;height:100%;border-radius:2px;background:var(--jp-brand-color1,#1976d2)}
""".replace("\n", "")


@dataclass(frozen=True)
class Heading:
    """A line that names the thing, its facts in a quiet voice, and its state as icon and word."""

    title: str
    facts: str = ""
    state: State = ""
    word: str = ""

    def text(self) -> str:
        mark = f"  [{_ICONS[self.state]} {_name(self.word)}]" if self.word else ""
        return "  ".join(part for part in (_name(self.title) + mark, _name(self.facts)) if part)

    def html(self) -> str:
        chip = f'<span class="ls-c ls-{self.state}">{_ICONS[self.state]} {_html(self.word)}</span>'
        quiet = f' <span class="ls-q">{_html(self.facts)}</span>' if self.facts else ""
        return f'<div class="ls-h">{_html(self.title)}{chip if self.word else ""}{quiet}</div>'


@dataclass(frozen=True)
class Line:
    """A sentence; with a state it carries that state's icon."""

    sentence: str
    state: State = ""

    def text(self) -> str:
        return f"{_ICONS[self.state]} {_name(self.sentence)}".strip()

    def html(self) -> str:
        icon = f'<span class="ls-{self.state}">{_ICONS[self.state]}</span> ' if self.state else ""
        return f"<div>{icon}{_html(self.sentence)}</div>"


@dataclass(frozen=True)
class Facts:
    """A few named values."""

    values: Mapping[str, str]

    def text(self) -> str:
        return "   ".join(f"{_name(key)}: {_name(value)}" for key, value in self.values.items())

    def html(self) -> str:
        pairs = (f"<div><span>{_html(k)}</span> <b>{_html(v)}</b></div>" for k, v in self.values.items())
        return f'<div class="ls-f">{"".join(pairs)}</div>'


@dataclass(frozen=True)
class Bar:
    """How much is done, from 0 to 1."""

    share: float

    def text(self) -> str:
        full = round(24 * min(1.0, max(0.0, self.share)))
        return "[" + "#" * full + "-" * (24 - full) + "]"

    def html(self) -> str:
        width = 100 * min(1.0, max(0.0, self.share))
        said = f'role="progressbar" aria-valuenow="{width:.0f}"'
        return f'<div class="ls-b" {said}><i style="width:{width:.1f}%"></i></div>'


_BLOCKS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Shape:
    """A histogram so small that it stands in a cell of a table.

    Examples
    --------
    >>> print(Shape([1, 8, 4]))
    ▁█▄
    """

    counts: Sequence[int]

    def __str__(self) -> str:
        most = max(self.counts, default=0) or 1
        return "".join(_BLOCKS[-(-(len(_BLOCKS) - 1) * count // most)] for count in self.counts)

    def html(self) -> str:
        most = max(self.counts, default=0) or 1
        heights = [max(1, round(18 * count / most)) if count else 0 for count in self.counts]
        bars = "".join(f"M{6 * i} 18v-{high}h5v{high}z" for i, high in enumerate(heights) if high)
        size = f'width="{6 * len(heights)}" height="18"'
        return (
            f'<svg {size} aria-hidden="true"><path d="{bars}" fill="var(--jp-brand-color1,#1976d2)"/></svg>'
        )


@dataclass(frozen=True)
class Table:
    """Rows under headers; `right` names the headers whose column is right-aligned."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    right: Iterable[str] = ()
    best: int | None = None  # position of the row that is held up
    width: int = 44  # longest a cell is shown; the tooltip has it whole
    cells: list[list[str]] = field(init=False, repr=False)
    aligned: list[bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", [[_name(cell) for cell in row] for row in self.rows])
        object.__setattr__(self, "aligned", [header in set(self.right) for header in self.headers])

    def text(self) -> str:
        lines = [list(self.headers), *([wording.cut(c, self.width) for c in row] for row in self.cells)]
        lines = [[_name(cell) for cell in line] for line in lines]
        widths = [max(wording.columns_wide(line[i]) for line in lines) for i in range(len(self.headers))]
        marks = ["  "] + ["* " if i == self.best else "  " for i in range(len(self.rows))]
        return "\n".join(
            (mark + "  ".join(map(_pad, line, widths, self.aligned))).rstrip()
            for mark, line in zip(marks, lines, strict=True)
        )

    def html(self) -> str:
        sides = [' class="ls-n"' if right else "" for right in self.aligned]
        head = "".join(f"<th{s}>{_html(h)}</th>" for s, h in zip(sides, self.headers, strict=True))
        body = []
        for position, (row, given) in enumerate(zip(self.cells, self.rows, strict=True)):
            tip = [f' title="{_html(c)}"' if len(c) > self.width else "" for c in row]
            shown = [
                cell.html() if isinstance(cell, Shape) else _html(wording.cut(text, self.width))
                for text, cell in zip(row, given, strict=True)
            ]
            tds = "".join(f"<td{s}{t}>{c}</td>" for s, t, c in zip(sides, tip, shown, strict=True))
            body.append(f"<tr{' class=ls-best' if position == self.best else ''}>{tds}</tr>")
        return (
            f'<div class="ls-x"><table class="ls-t"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )


@dataclass(frozen=True)
class Code:
    """Code as it stands, its indentation kept."""

    content: str

    def text(self) -> str:
        return self.content.rstrip()

    def html(self) -> str:
        return f"<pre>{escape(self.content)}</pre>"


Block = Heading | Line | Facts | Bar | Table | Code


class Bundle:
    """What a kernel shows: the same view as text and as HTML.

    Examples
    --------
    >>> print(Bundle(Heading("gapminder@1", "1,704 × 8"), Table(["a"], [["<b>"]])))
    gapminder@1  1,704 × 8
      a
      <b>
    """

    def __init__(self, *blocks: Block) -> None:
        self.blocks = blocks

    @property
    def text(self) -> str:
        """The view as plain text, readable in a log."""
        return "\n".join(block.text() for block in self.blocks)

    @property
    def html(self) -> str:
        """The view as HTML with a style of its own."""
        return f'<div class="ls"><style>{STYLE}</style>{"".join(block.html() for block in self.blocks)}</div>'

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def _name(value: Any) -> str:
    return wording.name(value)


def _html(value: Any) -> str:
    return escape(_name(value), quote=True)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - wording.columns_wide(text))
    return space + text if right else text + space
