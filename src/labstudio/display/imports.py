"""View of a file that is looked at before it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.data.look import Look


def look(found: Look, name: str) -> Bundle:
    """Show how a file would be read, what its columns would be, and what would help."""
    rows = [
        [
            field.name + ("" if field.taken else " (left out)"),
            field.physical,
            f"{field.missing:,}" if field.missing else "–",
            ", ".join(wording.cut(text, 20) for text in field.examples),
        ]
        for field in found.fields
    ]
    options = {
        option: wording.name(str(value)) + (" (found)" if option in found.found else "")
        for option, value in found.options.items()
    }
    helps = [
        f"{hint.message} {hint.label}: "
        + ", ".join(f"{option}={wording.name(str(value))}" for option, value in hint.fix.items())
        for hint in found.warnings
    ]
    seen = f"{'all' if found.whole else 'the first'} {found.rows:,} rows"
    return Bundle(
        Heading(name, seen),
        *((Line(found.error.message),) if found.error else ()),
        Facts(options),
        *map(Line, helps),
        Table(["column", "type", "missing", "such as"], rows, right=["missing"]),
    )
