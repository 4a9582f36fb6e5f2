"""What happened: who did what to which thing, when, by which door. Rows are appended, never edited."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Event:
    """One thing that was done."""

    number: int
    created: float  # seconds since 1970, UTC
    who: str
    door: str
    verb: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)


def append(connection: Connection, door: str, verb: str, subject: str, detail: dict[str, Any]) -> None:
    """Write one event inside the caller's transaction."""
    from labstudio.store.tables import events

    connection.execute(
        events.insert().values(
            created=time.time(), who=who(), door=door, verb=verb, subject=subject, detail=detail
        )
    )


def newest(connection: Connection, limit: int) -> list[Event]:
    """Return the newest events, newest first."""
    from labstudio.store.tables import events

    rows = connection.execute(events.select().order_by(events.c.number.desc()).limit(limit))
    return [Event(**row) for row in rows.mappings()]
