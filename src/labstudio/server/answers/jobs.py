"""Background jobs."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model


class Job(Model):
    """Work that goes on when the browser is closed."""

    id: str
    subject: str
    kind: str
    title: str
    state: Literal["queued", "running", "complete", "failed", "stopped", "interrupted"]
    error: str
    result: dict[str, Any]
    stop_requested: bool
    created: float
    started: float | None
    ended: float | None
    by: str


class Log(Model):
    """A part of a job's log; the next part begins at `offset`."""

    text: str
    offset: int
    size: int
    done: bool
