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


def around(connection: Connection, subject: str) -> list[Edge]:
    """Return everything `subject` was made from and everything made from it, through any number of steps."""
    from sqlalchemy import select, union

    from labstudio.store.tables import lineage

    # UNION (not UNION ALL) drops repeated rows, so that even a circle of edges comes to an end
    up = select(lineage).where(lineage.c.target == subject).cte("up", recursive=True)
    up = up.union(select(lineage).join(up, lineage.c.target == up.c.source))
    down = select(lineage).where(lineage.c.source == subject).cte("down", recursive=True)
    down = down.union(select(lineage).join(down, lineage.c.source == down.c.target))
    rows = connection.execute(union(select(up), select(down)).order_by("created", "source", "target"))
    return [Edge(**row) for row in rows.mappings()]
