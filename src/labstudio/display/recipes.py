"""Views of recipes: what each step did, the first rows, the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Block, Bundle, Code, Facts, Heading, Line, Table
from labstudio.display.data import PREVIEW_COLUMNS, PREVIEW_ROWS, first_rows

if TYPE_CHECKING:
    from labstudio.data import Version
    from labstudio.data.recipes import Preview, Saved
    from labstudio.data.recipes.steps import Step

ROWS = PREVIEW_ROWS


def recipes(found: Sequence[Saved]) -> Bundle:
    """List saved recipes."""
    if not found:
        return Bundle(Line("No recipes yet. A cell %%prepare DATA -> NAME with steps below makes one."))
    rows = [[one.name, one.input, len(one.steps), f"{wording.ago(one.changed)} by {one.by}"] for one in found]
    return Bundle(
        Heading("Recipes", str(len(rows))), Table(["makes", "of", "steps", "changed"], rows, right=["steps"])
    )


def recipe(found: Saved, cell: str) -> Bundle:
    """Show a recipe as the cell that makes it again."""
    return Bundle(Heading(found.name, f"{len(found.steps)} steps over {found.input}"), Code(cell))


def prepared(made: Version, source: Version, tried: Preview, steps: Sequence[Step]) -> Bundle:
    """Show what a run came to: the version, what each step did, the first rows."""
    facts = {
        "of": f"{source.ref}, {source.rows:,} rows",
        "added": f"{wording.ago(made.created)} by {made.by}",
    }
    return Bundle(
        Heading(made.ref, f"{made.rows:,} × {len(made.schema)}"),
        *((Line("It was there already: the same steps over the same data."),) if made.existed else ()),
        Facts(facts),
        *_steps(tried, steps, source.rows),
        first_rows(made.frame().head(PREVIEW_ROWS)),
    )


def preview(source: Version, tried: Preview, steps: Sequence[Step]) -> Bundle:
    """Show what steps do to the first rows; nothing is kept."""
    names = list(tried.columns)[:PREVIEW_COLUMNS]
    more = len(tried.columns) - len(names)
    rows = [[_cell(value) for value in row[: len(names)]] + [""] * bool(more) for row in tried.values[:ROWS]]
    shown = [wording.cut(wording.name(name), 32) for name in names] + [f"and {more} more"] * bool(more)
    numbers = [name for name, kind in zip(shown, tried.columns.values(), strict=False) if kind == "number"]
    return Bundle(
        Heading(f"Preview of {source.ref}", f"{tried.total:,} of the first {tried.sampled:,} rows"),
        *_steps(tried, steps, source.rows),
        Table(shown, rows, right=numbers, width=32),
    )


def code(text: str, path: str | None) -> Bundle:
    """Show code, or say where it is."""
    if path is not None:
        return Bundle(Line(f"Written to {path}.", "ok"))
    return Bundle(Code(text))


def _steps(tried: Preview, steps: Sequence[Step], rows: int) -> list[Block]:
    if not steps:
        return [Line("There are no steps: the data is as it was.")]
    from labstudio.data.recipes.lines import write

    said = []
    for number, (one, step) in enumerate(zip(tried.steps, steps, strict=True), 1):
        line = write([step.model_copy(update={"note": "", "enabled": True})])
        what = "off" if not one.enabled else one.error or _what(one.added, one.removed, one.changed)
        said.append([number, line, _number(one.before), _number(one.after), what])
    note = "" if tried.sampled >= rows else f"rows counted on the first {tried.sampled:,}"
    warned = [Line(f"Step {n}: {one.warning}", "warn") for n, one in enumerate(tried.steps, 1) if one.warning]
    return [
        Heading("Steps", note),
        Table(
            ["", "step", "rows before", "after", "columns"], said, right=["rows before", "after"], width=60
        ),
        *warned,
    ]


def _what(added: Sequence[str], removed: Sequence[str], changed: Sequence[str]) -> str:
    parts = [("+", added), ("−", removed), ("~", changed)]
    return "  ".join(
        f"{sign} {', '.join(names[:4])}{' …' * (len(names) > 4)}" for sign, names in parts if names
    )


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _cell(value: object) -> str:
    return "–" if value is None else f"{value:.6g}" if isinstance(value, float) else wording.name(value)
