"""Background jobs: what runs, how it ended, what it has written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import Field

from labstudio.display import jobs as views
from labstudio.display.bundle import Bundle, Line
from labstudio.verbs import Answer, Command, Door, Nothing, Told

if TYPE_CHECKING:
    from labstudio.jobs import Job


class JobName(Told):
    """One job."""

    job: str = Field(description="Id of the job, such as job-3.", json_schema_extra={"choices": "jobs"})


class Log(JobName):
    """One job, and how much of its log."""

    size: int = Field(65536, ge=4, description="Bytes to show at most, counted from the end.")


def plain(job: Job) -> dict[str, Any]:
    """Say a job in plain values."""
    told = asdict(job)
    del told["process"]
    return told


def _list(door: Door, told: Nothing) -> Answer:
    jobs = door.workspace.jobs.list()
    return Answer(views.jobs(jobs), [plain(job) for job in jobs])


def _show(door: Door, told: JobName) -> Answer:
    job = door.workspace.jobs.get(told.job)
    return Answer(views.job(job), plain(job), job)


def _log(door: Door, told: Log) -> Answer:
    part = door.workspace.jobs.log(told.job, -told.size, told.size)
    return Answer(views.log(part), asdict(part))


def _stop(door: Door, told: JobName) -> Answer:
    door.workspace.jobs.stop(told.job)
    return Answer(Bundle(Line(f"{told.job} is asked to stop and keep what it has.")), {"id": told.job})


def _kill(door: Door, told: JobName) -> Answer:
    door.workspace.jobs.kill(told.job)
    return Answer(Bundle(Line(f"{told.job} is being ended.")), {"id": told.job})


def _again(door: Door, told: JobName) -> Answer:
    job = door.workspace.jobs.again(told.job)
    return Answer(views.job(job), plain(job), job)


def _exec(door: Door, told: JobName) -> Answer:
    door.name = "job"
    outcome = door.workspace.jobs.execute(told.job, views.LogWatch)
    line = Line(outcome.error or f"It is {outcome.state}.", "bad" if outcome.state == "failed" else "")
    return Answer(Bundle(line), asdict(outcome), code=1 if outcome.state == "failed" else 0)


JOBS = {
    "list": Command(Nothing, _list, "List the jobs, newest first."),
    "show": Command(JobName, _show, "Show a job.", ("job",), gives="the job"),
    "log": Command(Log, _log, "Show what a job has written.", ("job",)),
    "stop": Command(JobName, _stop, "Ask a job to stop and keep what it has.", ("job",)),
}
HARD = {
    "kill": Command(JobName, _kill, "End a job at once.", ("job",)),
    "again": Command(JobName, _again, "Start another job that does the same.", ("job",)),
}
EXEC = Command(JobName, _exec, "Do the work of a job; called by the job itself.", ("job",))
