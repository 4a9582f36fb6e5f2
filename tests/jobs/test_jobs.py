"""Jobs: done in the background, followed from anywhere, stopped with what they have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from looking import child_of, ended, until, verbs

from labstudio import Workspace
from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.jobs import Job


def add(ws: Workspace, name: str, **options: object) -> Job:
    spec = {"name": name, "path": str(ws.root.parent / "table.csv"), "options": options}
    return ws.jobs.start("data.add", f"table.csv → {name}", spec)


@pytest.fixture(scope="module")
def done(ws: Workspace) -> Job:
    return ended(ws, add(ws, "copy", delimiter=",").id)


def test_a_job_is_done_in_the_background(ws: Workspace, done: Job) -> None:
    assert (done.state, done.error, done.result) == ("complete", "", {"data": "copy@1"})
    assert ws.data.get("copy").rows == 300
    assert done.created <= done.started <= done.ended
    assert verbs(ws, done.id) == ["jobs.started", "jobs.complete"]
    assert [event.door for event in ws.events(1000) if event.subject == "data:copy@1"] == ["job"]
    assert done in ws.jobs.list()


def test_its_wrapper_leaves_no_zombie_behind(done: Job) -> None:
    until(lambda: not Path(f"/proc/{done.process.pid}").exists(), 10)


def test_it_is_found_by_another_process_that_opens_the_workspace(ws: Workspace, done: Job) -> None:
    command = [sys.executable, "-m", "labstudio.cli", "jobs", "show", done.id, "--json"]
    shown = subprocess.run(command, cwd=ws.root.parent, capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout)["result"] == {"data": "copy@1"}


def test_a_job_that_cannot_be_done_says_why_in_a_sentence(ws: Workspace) -> None:
    spec = {"name": "lost", "path": "/nowhere/lost.csv"}
    failed = ended(ws, ws.jobs.start("data.add", "lost.csv", spec).id)
    assert failed.state == "failed"
    assert "/nowhere/lost.csv" in failed.error
    said = ws.jobs.log(failed.id).text
    assert failed.error in said
    assert "Traceback" not in said


def test_the_same_is_done_again_by_another_job(ws: Workspace, done: Job) -> None:
    again = ws.jobs.again(done.id)
    assert again.id != done.id
    assert (again.kind, again.title, again.spec) == (done.kind, done.title, done.spec)
    assert ended(ws, again.id).result == {"data": "copy@1"}


def test_what_is_not_there_or_over_is_a_sentence(ws: Workspace, done: Job) -> None:
    with pytest.raises(Invalid, match=r"no kind of job 'dance'; there is automl, data.add"):
        ws.jobs.start("dance", "", {})
    with pytest.raises(Invalid, match="look like job-3"):
        ws.jobs.get("run-1")
    with pytest.raises(NotFound, match="no job-999"):
        ws.jobs.get("job-999")
    for verb in (ws.jobs.stop, ws.jobs.kill):
        with pytest.raises(Conflict, match="is complete already"):
            verb(done.id)
    with pytest.raises(Conflict, match="only a queued job"):
        ws.jobs.execute(done.id)
    assert ws.jobs.get(done.id) == done


def test_nothing_of_the_workspace_stands_on_a_command_line(ws: Workspace, search: Job) -> None:
    for pid in (search.process.pid, child_of(ws, search.id)):
        assert str(ws.root.parent).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    ws.jobs.kill(search.id)
    killed = ended(ws, search.id)
    assert (killed.state, killed.error) == ("stopped", "It was ended at once, as a person asked.")
    assert ws.automl.get(search.spec["run"]).state == "failed"


def test_a_search_is_followed_while_it_goes_on_then_stopped_and_its_model_kept(
    ws: Workspace, search: Job
) -> None:
    run = search.spec["run"]
    assert ws.automl.get(run).job == search.id
    assert ws.automl.get(run).progress["phase"] == "searching"
    first = ws.jobs.log(search.id)
    assert "Searching" in first.text
    assert not first.done
    until(lambda: ws.jobs.log(search.id, first.offset).text)
    ws.jobs.stop(search.id)
    assert ws.jobs.get(search.id).stop_requested
    stopped = ended(ws, search.id)
    assert (stopped.state, stopped.error, stopped.result) == ("stopped", "", {"run": run})
    assert ws.automl.get(run).state == "stopped"
    assert ws.automl.get(run).certificate.passed
    rest = ws.jobs.log(search.id, first.offset)
    assert "Done" in rest.text
    assert rest.done
    assert rest.offset == rest.size
    assert verbs(ws, search.id) == ["jobs.started", "jobs.stop", "jobs.stopped"]


def test_a_search_is_started_again_as_a_new_run_and_stopped_before_it_has_begun(
    ws: Workspace, search: Job
) -> None:
    ws.automl.stop(search.spec["run"])  # of the run itself, as its own panel does
    assert ended(ws, search.id).state == "stopped"
    again = ws.jobs.again(search.id)
    ws.jobs.stop(again.id)
    run = again.spec["run"]
    assert run != search.spec["run"]
    assert ws.automl.get(run).settings == ws.automl.get(search.spec["run"]).settings
    assert ended(ws, again.id).state == "stopped"
    assert ws.automl.get(run).state == "stopped"


@pytest.mark.parametrize("limit", [1, 5, 64, 65536])
def test_a_log_is_read_in_parts_that_never_cut_a_character(ws: Workspace, done: Job, limit: int) -> None:
    text = "".join(f"{i} äß 漢字 😀\n" for i in range(40))
    log = ws.root / "jobs" / done.id / "log.txt"
    log.write_bytes(text.encode() + "é".encode()[:1])  # what a killed process has half written
    parts = [ws.jobs.log(done.id, 0, limit)]
    while not parts[-1].done:
        parts.append(ws.jobs.log(done.id, parts[-1].offset, limit))
    assert "".join(part.text for part in parts) == text + "�"
    for back in range(1, 40):
        assert (text + "�").endswith(ws.jobs.log(done.id, -back).text)
    log.unlink()
    assert ws.jobs.log(done.id).text == ""


def test_a_recipe_that_is_stopped_leaves_no_version_and_nothing_half_written(ws: Workspace) -> None:
    ws.data.add("many", pd.DataFrame({"one": 1, "n": range(5_000)}))
    join = {"op": "join", "other": "many", "on": ["one"], "names": ["n"]}
    steps = [
        join,
        {**join, "suffix": "_3"},
        {"op": "group", "by": ["n"], "measures": [{"name": "rows", "function": "count"}]},
    ]
    job = ws.jobs.start("recipe.run", "125 thousand million rows", ws.recipes.plan("made", "many", steps))
    until(lambda: list(ws.store.files.folder.glob("tmp-*")))
    ws.jobs.stop(job.id)
    assert ended(ws, job.id).state == "stopped"
    assert "made" not in {asset.name for asset in ws.data.list()}
    assert not list(ws.store.files.folder.glob("tmp-*"))
