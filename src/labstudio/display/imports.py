"""View of a file that is looked at before it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Code, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.data.look import Look, LookContent

SHOWN, LINES = 10, 30


def look(found: Look, name: str) -> Bundle:
    """Show how a file would be read, what its columns would be, and what would help; or what it holds."""
    if found.content is not None:
        return _content(found, found.content, name)
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


def _content(found: Look, content: LookContent, name: str) -> Bundle:
    """Show what is no table: the beginning of a text, or the files of a folder."""
    counted = "one file" if found.kind == "file" else f"{content.files:,} files"
    facts = ", ".join(part for part in (content.media, counted, wording.size(content.size)) if part)
    lines = (content.text or "").splitlines()
    files = [[file.path, wording.size(file.size)] for file in content.named[:SHOWN]]
    more = content.files - len(files) if files else 0
    return Bundle(
        Heading(name, facts),
        *((Line(found.error.message),) if found.error else ()),
        Line(f"It would be kept as a {found.kind}."),
        *((Table(["file", "size"], files, right=["size"], width=80),) if files else ()),
        *((Line(f"and {more:,} more"),) if more else ()),
        *((Code("\n".join(lines[:LINES])),) if lines else ()),
    )
