"""Jobs: what goes on in the background, what it says, and how to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from labstudio.server.studio import Studio


def jobs(studio: Studio, told: t.Nothing) -> list[a.Job]:
    """List the jobs, newest first."""
    return [_job(one) for one in studio.workspace.jobs.list()]


def job(studio: Studio, told: t.Nothing, id: str) -> a.Job:
    """Return a job."""
    return _job(studio.workspace.jobs.get(id))


def log(studio: Studio, told: t.LogFrom, id: str) -> a.Log:
    """Return a part of what a job has said."""
    part = studio.workspace.jobs.log(id, told.offset, told.limit)
    return a.Log(text=part.text, offset=part.offset, size=part.size, done=part.done)


def stop_job(studio: Studio, told: t.Nothing, id: str) -> a.Done:
    """Ask a job to stop and keep what it has."""
    studio.workspace.jobs.stop(id)
    return a.Done(id=id)


def kill_job(studio: Studio, told: t.Nothing, id: str) -> a.Done:
    """End a job at once."""
    studio.workspace.jobs.kill(id)
    return a.Done(id=id)


def again(studio: Studio, told: t.Nothing, id: str) -> a.Job:
    """Start a job that does the same once more."""
    return _job(studio.workspace.jobs.again(id))


def _job(found: Any) -> a.Job:
    return a.Job(
        **{name: getattr(found, name) for name in a.Job.model_fields if name != "by"}, by=found.created_by
    )
