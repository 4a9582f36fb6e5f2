"""Views of quality rules and of what checking them came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Code, Heading, Line, State, Table

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.data.quality import Check, Rule


def rules(title: str, found: Sequence[Rule], *, saved: bool = False) -> Bundle:
    """List rules, each as its sentence."""
    if not found:
        return Bundle(
            Line("No rules yet. %quality suggest NAME finds some, %quality add NAME KIND adds one.")
        )
    rows = [
        [i, rule.sentence, rule.severity if rule.enabled else "off", rule.note]
        for i, rule in enumerate(found, start=1)
    ]
    notes = (Line("They are now among the rules of the data.", "ok"),) if saved else ()
    return Bundle(
        Heading(title, str(len(rows))),
        *notes,
        Table(["number", "rule", "if it fails", "note"], rows, right=["number"], width=80),
    )


def check(found: Check) -> Bundle:
    """Show what each rule came to, what failed first."""
    pairs = sorted(
        enumerate(zip(found.rules, found.results, strict=True), start=1),
        key=lambda one: (one[1][1].passed, one[1][0].severity == "warn"),
    )
    rows = [
        [i, "passed" if result.passed else "FAILED" if rule.severity == "block" else "warning",
         result.sentence, result.evidence]
        for i, (rule, result) in pairs
    ]  # fmt: skip
    failed = sum(not result.passed for result in found.results)
    held = (Line(f"{found.ref} is held: {found.held}", "warn"),) if found.held else ()
    word = "passed" if not failed else f"{failed} failed"
    state: State = "bad" if not found.passed else "warn" if failed else "ok"
    return Bundle(
        Heading(
            f"Check of {found.ref}", f"{wording.number(found.rows)} rows, {len(rows)} rules", state, word
        ),
        *held,
        *((Table(["number", "result", "rule", "found"], rows, right=["number"], width=80),) if rows else ()),
        *(() if rows else (Line("There are no rules."),)),
    )


def failing(ref: str, total: int, frame: pd.DataFrame) -> Bundle:
    """Show the first of the rows that fail a rule."""
    names = [wording.cut(wording.name(name), 32) for name in frame.columns[:8]]
    head = frame.iloc[:20, :8]
    rows = [[number, *map(str, row)] for number, row in zip(head.index, head.to_numpy(), strict=True)]
    return Bundle(Heading(f"Rows of {ref} that fail", f"{total:,}"), Table(["row", *names], rows, width=32))


def released(ref: str) -> Bundle:
    """Say that a version is held no longer."""
    return Bundle(Line(f"{ref} is released.", "ok"))


def code(text: str, path: str | None) -> Bundle:
    """Show code, or say where it is."""
    if path is not None:
        return Bundle(Line(f"Written to {path}.", "ok"))
    return Bundle(Code(text))
