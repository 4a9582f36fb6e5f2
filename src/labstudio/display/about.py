"""Views of data assets as wholes: what is said of them, whether they are whole, and how they are related."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.data.about import About
    from labstudio.data.verify import Damage
    from labstudio.store import Edge


def said(sentence: str) -> Bundle:
    """Show one sentence about what was done."""
    return Bundle(Line(sentence, "ok"))


def about(found: About) -> Bundle:
    """Show what is said of an asset."""
    facts = {"owner": found.owner, "tags": ", ".join(found.tags)}
    return Bundle(
        Heading(found.name, "archived" if found.archived is not None else ""),
        *((Line(found.description),) if found.description else ()),
        Facts({key: value for key, value in facts.items() if value}),
    )


def damages(found: Sequence[Damage], ref: str | None) -> Bundle:
    """Show which stored files are not what they were."""
    what = ref or "All data"
    if not found:
        return Bundle(Heading(what, "every stored byte is as it was", "ok", "whole"))
    return Bundle(Heading(what, "", "bad", "damaged"), *(Line(one.sentence, "bad") for one in found))


def lineage(subject: str, edges: Sequence[Edge]) -> Bundle:
    """Show the edges that lead to something and from it."""
    if not edges:
        return Bundle(Heading(f"Lineage of {subject}"), Line("Nothing is known of what it was made from."))
    rows = [
        [_short(edge.source), edge.relation, _short(edge.target), wording.ago(edge.created)] for edge in edges
    ]
    return Bundle(
        Heading(f"Lineage of {subject}", f"{len(rows)}"), Table(["from", "was", "into", "when"], rows)
    )


def _short(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return f"file {name[:12]}…" if kind == "file" else subject
