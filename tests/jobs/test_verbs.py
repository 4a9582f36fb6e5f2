"""Jobs as a shell and a notebook ask for them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from looking import ended

from labstudio import Workspace
from labstudio.cli import main
from labstudio.jobs import Job
from labstudio.verbs.table import VERBS


@pytest.fixture(scope="module")
def done(ws: Workspace) -> Job:
    spec = {"name": "told", "path": str(ws.root.parent / "table.csv")}
    return ended(ws, ws.jobs.start("data.add", "table.csv → told", spec).id)


@pytest.fixture
def said(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command in the workspace and return what it says."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--workspace", str(ws.root)]) == code
        told = capsys.readouterr()
        return told.err if code else told.out

    return run


def test_jobs_are_listed_shown_and_read(said: Callable[..., str], done: Job) -> None:
    assert "table.csv → told" in said("jobs", "list")
    shown = said("jobs", "show", done.id)
    assert "complete" in shown
    assert "told@1" in shown
    assert "It is complete." in said("jobs", "log", done.id)
    assert json.loads(said("jobs", "log", done.id, "--json"))["done"]


def test_a_job_is_done_again(ws: Workspace, said: Callable[..., str], done: Job) -> None:
    again = json.loads(said("jobs", "again", done.id, "--json"))["id"]
    assert ended(ws, again).result == done.result


def test_what_cannot_be_is_a_sentence(said: Callable[..., str], done: Job) -> None:
    assert said("jobs", "stop", done.id, code=1) == f"{done.id} is complete already.\n"
    assert said("jobs", "kill", done.id, code=1) == f"{done.id} is complete already.\n"
    assert "no job-999" in said("jobs", "log", "job-999", code=1)
    assert "did you mean jobs" in said("job", "list", code=2)


def test_cells_have_the_gentle_verbs_and_the_shell_has_all(said: Callable[..., str]) -> None:
    assert set(VERBS["jobs"]) == {"list", "show", "log", "stop"}
    for verb in (*VERBS["jobs"], "kill", "again"):
        assert verb in said("jobs", "--help")
    assert "exec" not in said("--help")
