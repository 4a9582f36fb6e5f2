"""The jobs of a workspace: started, looked at, ended and read, by any process that likes to.

A job is two processes: a wrapper, which outlives the starter, and its child, which does the work. Nobody
watches over them: whoever looks finds out whether they live, and writes the end down where they do not.
"""

from __future__ import annotations

import builtins
import codecs
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from labstudio.compute import ProcessMark
from labstudio.errors import Conflict, Invalid, LabstudioError, NotFound, Unavailable
from labstudio.jobs.ending import folder, keep, note_outcome, settle
from labstudio.jobs.job import ACTIVE, Job, Kind, LogPart, Outcome, Watch
from labstudio.store import who

if TYPE_CHECKING:
    from labstudio.store import Store

_LOG = "log.txt"
_LONGEST_CHARACTER = 4  # bytes, in UTF-8


class Jobs:
    """The jobs of a workspace.

    Parameters
    ----------
    store : Store
    kinds : mapping of name to Kind
        The work that can be done.
    environment : mapping of str to str
        By what the job's own process finds this workspace again; never on a command line, which all can read.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from labstudio.store import Store
    >>> store = Store.open(mkdtemp())
    >>> jobs = Jobs(store, {"nap": Kind(lambda job, watch: Outcome())})
    >>> jobs.list()
    []
    >>> jobs.start("dance", "Tango", {})
    Traceback (most recent call last):
    labstudio.errors.Invalid: There is no kind of job 'dance'; there is nap.
    >>> store.close()
    """

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Kind],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._environment = {**(environment or {}), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}

    def start(self, kind: str, title: str, spec: dict[str, Any]) -> Job:
        """Start a job in the background.

        Parameters
        ----------
        kind : str
            What is to be done, such as ``"automl"``.
        title : str
            What a list of jobs shows.
        spec : dict
            What the kind is told; JSON.

        Raises
        ------
        Invalid
            There is no such kind.
        Unavailable
            The process cannot be started; the job is kept as failed.
        """
        from labstudio.jobs import tables

        work = self._kind(kind)
        row = {
            "kind": kind,
            "title": title,
            "spec": spec,
            "state": "queued",
            "process": ProcessMark.current().to_dict(),
            "created_by": who(),
            "created": time.time(),
        }
        with self._store.write() as connection:
            number = tables.insert_job(connection, row)
            self._store.record(connection, "jobs.started", f"job:job-{number}", kind=kind, title=title)
        mark = self._launch(number)
        with self._store.write() as connection:
            tables.update_job(connection, number, {"process": mark.to_dict()}, only_if=["queued"])
        job = self.get(f"job-{number}")
        work.launched(job)
        return job

    def again(self, job: str) -> Job:
        """Start another job that does the same."""
        found = self.get(job)
        return self.start(found.kind, found.title, self._kind(found.kind).renew(found.spec))

    def get(self, job: str) -> Job:
        """Return a job by its id, such as ``"job-3"``."""
        return self._jobs(_number(job))[0]

    def list(self) -> builtins.list[Job]:
        """Return all jobs, newest first."""
        return self._jobs(None)

    def stop(self, job: str) -> None:
        """Ask a job to end soon and keep what it has."""
        self._ask(job, "stop")

    def kill(self, job: str) -> None:
        """End a job at once; what it has not kept by now is lost."""
        self._ask(job, "kill")

    def log(self, job: str, offset: int = 0, limit: int = 65536) -> LogPart:
        """Read a part of what a job has written.

        Parameters
        ----------
        job : str
            Its id.
        offset : int
            Where to begin, in bytes: 0, or the `offset` of the part before; below zero from the end.
        limit : int
            How many bytes to read at most. A character is never cut in two.
        """
        ended = self.get(job).ended is not None  # asked first: what is written after the end is not lost
        try:
            with (folder(self._store, _number(job)) / _LOG).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                begin = min(offset, size) if offset >= 0 else max(0, size + offset)
                file.seek(begin)
                content = file.read(max(limit, _LONGEST_CHARACTER))
        except FileNotFoundError:  # it was never started, or on another machine
            return LogPart("", 0, 0, ended)
        cut = content.lstrip(bytes(range(0x80, 0xC0))) if offset < 0 else content  # from inside a character
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        last = ended and begin + len(content) >= size
        text = decoder.decode(cut, final=last)
        following = begin + len(content) - len(decoder.getstate()[0])
        return LogPart(text, following, size, last)

    def execute(self, job: str, watch: Watch = nullcontext) -> Outcome:
        """Do the work of a queued job in this process, which is the job's own.

        Parameters
        ----------
        job : str
            Its id.
        watch : callable, optional
            Makes the listener that writes progress into the log.

        Raises
        ------
        Conflict
            It is not queued: it has been begun, or given up, before.
        """
        from labstudio.jobs import tables

        found, number = self.get(job), _number(job)
        work = self._kind(found.kind)
        began = {"state": "running", "child": ProcessMark.current().to_dict(), "started": time.time()}
        with self._store.write() as connection:
            if not tables.update_job(connection, number, began, only_if=["queued"]):
                raise Conflict(f"{job} is {found.state} already; only a queued job can be begun.")
        try:
            outcome = work.run(found, watch)
        except KeyboardInterrupt:
            outcome = Outcome("stopped", "It was stopped before it was done.")
        except LabstudioError as error:
            outcome = Outcome("failed", str(error))
        except Exception as error:
            outcome = Outcome("failed", f"{type(error).__name__}: {error}")
        with suppress(ValueError):  # a stop that comes now is too late (and only the main thread hears it)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        note_outcome(folder(self._store, number), outcome)
        return outcome

    def _launch(self, number: int) -> ProcessMark:
        """Start the wrapper in a session of its own, so that it outlives this process."""
        place = folder(self._store, number)
        try:
            shutil.rmtree(place, ignore_errors=True)  # of a database that was put back to an earlier day
            place.mkdir(parents=True)
            with (place / _LOG).open("ab") as log:
                wrapper = subprocess.Popen(
                    [sys.executable, "-P", "-m", "labstudio.jobs.wrapper", str(number)],
                    cwd=self._store.root.parent,
                    env=os.environ | self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            sentence = f"The job's process cannot be started: {error}."
            keep(self._store, number, Outcome("failed", sentence), only_if=["queued"])
            raise Unavailable(sentence) from error
        # reaped when it ends, so that a server that runs for months collects no zombies
        threading.Thread(target=wrapper.wait, name="labstudio-reaper", daemon=True).start()
        return ProcessMark.of(wrapper.pid)

    def _ask(self, job: str, wish: str) -> None:
        from labstudio.jobs import tables

        number, found = _number(job), self.get(job)
        with self._store.write() as connection:
            if not tables.update_job(connection, number, {"wish": wish}, only_if=ACTIVE):
                raise Conflict(f"{job} is {found.state} already.")
            self._store.record(connection, "jobs.stop", found.subject, how=wish)
            [row] = tables.select_jobs(connection, number)
        if ProcessMark.from_dict(row["process"]).alive() or row["child"] is None:
            return  # the wrapper does it
        child = ProcessMark.from_dict(row["child"])
        with suppress(ProcessLookupError, PermissionError):
            if child.here and child.alive():
                os.killpg(child.pid, signal.SIGKILL) if wish == "kill" else os.kill(child.pid, signal.SIGINT)

    def _kind(self, name: str) -> Kind:
        if name not in self._kinds:
            raise Invalid(f"There is no kind of job {name!r}; there is {', '.join(self._kinds)}.")
        return self._kinds[name]

    def _jobs(self, number: int | None) -> builtins.list[Job]:
        from labstudio.jobs import tables

        with self._store.read() as connection:
            rows = tables.select_jobs(connection, number)
        if number is not None and not rows:
            raise NotFound(f"There is no job-{number} in this workspace.")
        return [_job(self._reconciled(row)) for row in rows]

    def _reconciled(self, row: dict[str, Any]) -> dict[str, Any]:
        """A job whose processes are gone has ended: whoever looks first writes down how."""
        from labstudio.jobs import tables

        marks = [ProcessMark.from_dict(mark) for mark in (row["process"], row["child"]) if mark]
        if row["state"] not in ACTIVE or any(mark.alive() for mark in marks):
            return row
        # in the state it was seen in: a child that has begun in the meantime is not to be written off
        settle(self._store, row["number"], row["wish"], only_if=[row["state"]])
        with self._store.read() as connection:
            return tables.select_jobs(connection, row["number"])[0]


def _job(row: Mapping[str, Any]) -> Job:
    same: Sequence[str] = ("kind", "title", "spec", "state", "created", "started", "ended", "created_by")
    return Job(
        id=f"job-{row['number']}",
        error=row["error"] or "",
        result=row["result"] or {},
        stop_requested=row["wish"] is not None,
        process=ProcessMark.from_dict(row["process"]),
        **{name: row[name] for name in same},
    )


def _number(job: str) -> int:
    name, _, number = job.partition("-")
    if name != "job" or not number.isdecimal():
        raise Invalid(f"{job!r} is not the id of a job; they look like job-3.")
    return int(number)
