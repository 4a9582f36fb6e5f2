"""Views of data assets as wholes: what is said of them, whether they are whole, and how they are related."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from labstudio.display.bundle import Bundle, Code, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.data.about import About
    from labstudio.data.verify import Damage
    from labstudio.lineage import Graph


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


def card(content: dict[str, Any], out: str | None) -> Bundle:
    """Show a Croissant card, or where it is."""
    if out is not None:
        return said(f"The card of {content['name']} is in {out}.")
    return Bundle(Code(json.dumps({key: value for key, value in content.items() if key != "@context"},
                                  indent=2, ensure_ascii=False)))  # fmt: skip


def lineage(graph: Graph) -> Bundle:
    """Show what something was made from and what was made from it, sources first."""
    if not graph.edges:
        return Bundle(
            Heading(f"Lineage of {graph.subject}"), Line("Nothing is known of what it was made from.")
        )
    labels = {node.subject: node.label for node in graph.nodes}
    made: dict[str, list[str]] = {node.subject: [] for node in graph.nodes}
    for edge in graph:
        made[edge.target].append(f"{edge.relation} {labels[edge.source]}")
    rows = [[node.kind, node.label, node.facts, ", ".join(made[node.subject])] for node in graph.nodes]
    beside = f"{len(graph.sources)} before, {len(graph.results)} after"
    here = list(labels).index(graph.subject)
    return Bundle(
        Heading(f"Lineage of {labels[graph.subject]}", beside),
        Table(["", "", "what it is", "how it was made"], rows, best=here, width=60),
        *([Line("There is more than is shown: it is far from here.", "warn")] if graph.cut else []),
    )
