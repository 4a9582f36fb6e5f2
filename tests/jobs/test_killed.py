"""Whoever is killed, a job reads in its true state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from looking import child_of, ended, until, verbs

from labstudio import Workspace
from labstudio.compute import ProcessMark
from labstudio.jobs import Job

pytestmark = pytest.mark.kill


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not ProcessMark.of(pid).started)


def test_a_killed_wrapper_leaves_a_job_that_goes_on_and_can_be_stopped(ws: Workspace, search: Job) -> None:
    kill(search.process.pid)
    assert ws.jobs.get(search.id).state == "running"
    ws.jobs.stop(search.id)
    assert ended(ws, search.id).state == "stopped"
    assert ws.automl.get(search.spec["run"]).certificate.passed


def test_a_killed_child_is_a_failed_job(ws: Workspace, search: Job) -> None:
    kill(child_of(ws, search.id))
    failed = ended(ws, search.id)
    assert failed.state == "failed"
    assert "was killed" in failed.error
    assert ws.automl.get(search.spec["run"]).state == "failed"


def test_all_killed_is_an_interrupted_job_whoever_looks_and_told_once(ws: Workspace, search: Job) -> None:
    child = child_of(ws, search.id)
    kill(search.process.pid)
    kill(child)
    look = (
        "import sys; from labstudio import Workspace; ws = Workspace(sys.argv[1]); ws.revision; "
        "print('ready', flush=True); input(); print(ws.jobs.get(sys.argv[2]).state)"
    )
    command = [sys.executable, "-c", look, str(ws.root), search.id]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    lookers = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for looker in lookers:
        assert looker.stdout.readline() == "ready\n"
    for looker in lookers:
        looker.stdin.write("\n")
        looker.stdin.flush()
    assert [looker.communicate()[0] for looker in lookers] == ["interrupted\n", "interrupted\n"]
    assert verbs(ws, search.id) == ["jobs.started", "jobs.interrupted"]
    assert "Run it again" in ws.jobs.get(search.id).error


START = """
import sys
from labstudio import Workspace
from labstudio.automl import AutoMLRun
ws = Workspace(sys.argv[1])
run = ws.automl.begin(AutoMLRun(data="table", target="y", trials=3, threads=1))
print(ws.jobs.start("automl", "table@1", {"run": run.id}).id, flush=True)
input()
"""


def test_a_job_outlives_its_starter(ws: Workspace) -> None:
    command = [sys.executable, "-c", START, str(ws.root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, start_new_session=True, **pipes) as starter:
        job = starter.stdout.readline().strip()
        os.killpg(starter.pid, signal.SIGKILL)
    done = ended(ws, job)
    assert done.state == "complete"
    assert ws.automl.get(done.result["run"]).certificate.passed


def test_a_child_whose_wrapper_is_killed_ends_as_it_says_itself(ws: Workspace, search: Job) -> None:
    kill(search.process.pid)
    ws.automl.stop(search.spec["run"])
    assert ended(ws, search.id).result == {"run": search.spec["run"]}
    assert not (ws.root / "jobs" / search.id / "exit.json").exists()
    assert verbs(ws, search.id) == ["jobs.started", "jobs.stopped"]


def test_a_wrapper_killed_before_its_child_has_begun_leaves_no_work_behind(ws: Workspace) -> None:
    job = ws.jobs.start("data.add", "early", {"name": "early", "path": str(ws.root.parent / "table.csv")})
    kill(job.process.pid)
    early = ended(ws, job.id)
    assert early.state in ("interrupted", "complete")  # by when the child had begun
    assert (early.state == "complete") == any(one.name == "early" for one in ws.data.list())
