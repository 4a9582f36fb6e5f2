"""Looking at jobs until something has come true."""

from __future__ import annotations

import time
from collections.abc import Callable

from labstudio import Workspace
from labstudio.jobs import Job, tables


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that should come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def ended(ws: Workspace, job: str) -> Job:
    """Wait for a job's end."""
    until(lambda: ws.jobs.get(job).ended is not None)
    return ws.jobs.get(job)


def child_of(ws: Workspace, job: str) -> int:
    """The pid of the process that does the work of a job."""
    with ws.store.read() as connection:
        return int(tables.select_jobs(connection, int(job.removeprefix("job-")))[0]["child"]["pid"])


def verbs(ws: Workspace, job: str) -> list[str]:
    """What has happened to a job, in that order."""
    return [event.verb for event in reversed(ws.events(1000)) if event.subject == f"job:{job}"]
