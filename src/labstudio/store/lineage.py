"""What was made from what: edges between subjects such as ``data:gapminder@1`` and ``file:<sha256>``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Edge:
    """`target` was made from `source`; `relation` says how."""

    source: str
    target: str
    relation: str
    created: float  # seconds since 1970, UTC


def link(connection: Connection, source: str, target: str, relation: str) -> None:
    """Write one edge inside the caller's transaction; an edge that is there already stays as it is."""
    from sqlalchemy import select

    from labstudio.store.tables import lineage

    c = lineage.c
    same = select(c.source).where(c.source == source, c.target == target, c.relation == relation)
    if connection.execute(same).first() is None:
        connection.execute(
            lineage.insert().values(source=source, target=target, relation=relation, created=time.time())
        )


def around(connection: Connection, subject: str, most: int | None = None) -> list[Edge]:
    """Return everything `subject` was made from and everything made from it, through any number of steps.

    At most `most` edges each way where that is given, those that are nearest.
    """
    from sqlalchemy import select

    from labstudio.store.tables import lineage

    found: set[Edge] = set()
    for near, far in ((lineage.c.target, "source"), (lineage.c.source, "target")):
        # UNION (not UNION ALL) drops repeated rows, so that even a circle of edges comes to an end; step by
        # step, so that a limit keeps what is nearest
        way = select(lineage).where(near == subject).cte("way", recursive=True)
        way = way.union(select(lineage).join(way, near == way.c[far]))
        found.update(Edge(**row) for row in connection.execute(select(way).limit(most)).mappings())
    return sorted(found, key=lambda edge: (edge.created, edge.source, edge.target))
