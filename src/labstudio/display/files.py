"""Views of files and folders, and of what differs between two of their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Block, Bundle, Heading, Line, Table

if TYPE_CHECKING:
    from pathlib import Path

    from labstudio.data import Version
    from labstudio.data.folders import File
    from labstudio.data.folders.comparing import Changes

SHOWN, LINES = 10, 200


def contents(version: Version) -> list[Block]:
    """Show what a folder holds by sub-folder, and what was left out; of a file, what it is."""
    if version.kind == "file":
        return []
    labels = version.found.get("labels", {})
    blocks: list[Block] = []
    if len(labels) > 1:
        rows = [[name or "at the top", wording.number(count)] for name, count in list(labels.items())[:SHOWN]]
        more = [[f"and {len(labels) - SHOWN} more", ""]] if len(labels) > SHOWN else []
        blocks.append(Table(["sub-folder", "files"], [*rows, *more], right=["files"], width=60))
    links = version.found.get("links", 0)
    if links:
        blocks.append(Line(f"{links:,} links were left out: a link is never followed.", "warn"))
    return blocks


def files(version: Version, found: Sequence[File], total: int) -> Bundle:
    """List files of a version."""
    rows = [[file.path, wording.size(file.size), file.sha256[:12]] for file in found]
    more = [Line(f"and {total - len(found):,} more")] if total > len(found) else []
    table = Table(["path", "size", "sha256"], rows, right=["size"], width=80)
    return Bundle(Heading(version.ref, f"{total:,} files"), table, *more)


def changes(found: Changes) -> Bundle:
    """Show which files came, went and changed, and the lines that differ."""
    said = [
        [what, path]
        for what, paths in (("added", found.added), ("removed", found.removed), ("changed", found.changed))
        for path in paths[:SHOWN]
    ]
    said += [["moved", f"{before} → {after}"] for before, after in found.moved[:SHOWN]]
    blocks: list[Block] = [Line(found.summary)]
    if said and not found.diff:
        blocks.append(Table(["what", "file"], said, width=80))
    if found.diff:
        # non-breaking spaces, since a line of a program is told by where it begins
        lines = [[line.replace(" ", "\u00a0")] for line in found.diff[:LINES]]
        blocks.append(Table(["line by line"], lines, width=160))
    return Bundle(*blocks)


def written(ref: str, place: Path) -> Bundle:
    """Say where a version was written."""
    return Bundle(Line(f"{ref} is written to {place}.", "ok"))
