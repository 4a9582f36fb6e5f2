"""Runs of a workspace: kept whatever happens, true at every look."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.automl import AutoMLRun, Progress, Trial
from labstudio.compute import ProcessMark
from labstudio.errors import Conflict, Invalid, NotFound


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory, mixed: pd.DataFrame) -> Workspace:
    ws = Workspace(tmp_path_factory.mktemp("studio"))
    ws.data.add("homes", mixed.drop(columns=["sold", "band"]))
    return ws


@pytest.fixture(scope="module")
def done(ws: Workspace) -> str:
    return ws.automl.run(AutoMLRun(data="homes", target="price", group="street", trials=4)).id


def test_a_run_is_kept_with_its_trials_model_and_certificate(
    ws: Workspace, done: str, mixed: pd.DataFrame
) -> None:
    run = Workspace(ws.root).automl.get(done)
    assert run.state == "complete"
    assert run.settings.data == "homes@1"
    assert (run.task, run.metric) == ("regression", "rmse")
    assert [trial.learner for trial in run.trials][4:] in ([], ["ensemble"])
    assert len(run.trials) >= 4
    assert run.leaderboard.iloc[0]["trial"] == run.best.number
    assert run.certificate.passed
    assert run.certificate.file_sha256 == run.model.sha256
    assert run.path.read_bytes() == run.model.content
    assert np.abs(run.predict(mixed) - mixed["price"]).mean() < mixed["price"].std()


def test_events_and_lineage_tell_where_it_came_from(ws: Workspace, done: str) -> None:
    verbs = [event.verb for event in ws.events() if event.subject == f"run:{done}"]
    assert verbs[:2] == ["automl.complete", "automl.started"]
    edges = {(edge.source, edge.target) for edge in ws.store.lineage(f"run:{done}")}
    assert ("data:homes@1", f"run:{done}") in edges
    assert (f"run:{done}", f"file:{ws.automl.get(done).model.sha256}") in edges


def test_another_trial_of_a_kept_run_is_exported_from_the_same_rows(ws: Workspace, done: str) -> None:
    run = ws.automl.get(done)
    assert ws.automl.export(done, run.best.number).sha256 == run.model.sha256
    other = run.leaderboard.iloc[1]["trial"]
    assert ws.automl.export(done, other).certificate.passed


def test_a_run_is_chosen_and_judged_by_rows_of_ones_own(ws: Workspace, mixed: pd.DataFrame) -> None:
    homes = mixed.drop(columns=["sold", "band"])
    ws.data.add("chosen-by", homes.iloc[:70])
    ws.data.add("judged-by", homes.iloc[70:120])
    told = AutoMLRun(
        data="homes", target="price", trials=2, learners=["linear", "tree"],
        validation="chosen-by", test="judged-by",
    )  # fmt: skip
    run = ws.automl.run(told)
    assert (run.settings.validation, run.settings.test) == ("chosen-by@1", "judged-by@1")
    assert run.outcome["rows"] == {"training": len(homes) + 70, "holdout": 50}
    edges = {
        (edge.source, edge.relation)
        for edge in ws.store.lineage(f"run:{run.id}")
        if edge.target == run.subject
    }
    assert {("data:chosen-by@1", "validated by"), ("data:judged-by@1", "judged by")} <= edges
    assert ws.automl.export(run.id, run.best.number).sha256 == run.model.sha256


def test_own_rows_need_the_columns_that_are_learned_from(ws: Workspace, mixed: pd.DataFrame) -> None:
    ws.data.add("narrow", mixed[["price", "street"]])
    with pytest.raises(Invalid, match="test: in narrow@1 there is no column"):
        ws.automl.begin(AutoMLRun(data="homes", target="price", test="narrow"))
    with pytest.raises(NotFound):
        ws.automl.check(AutoMLRun(data="homes", target="price", validation="nowhere"))
    homes = mixed.drop(columns=["sold", "band"])
    ws.data.add("spelt", homes.assign(price=homes["price"].map("{} EUR".format)))
    with pytest.raises(Invalid, match="test: 'price' holds texts in spelt@1 and numbers in homes@1"):
        ws.automl.begin(AutoMLRun(data="homes", target="price", test="spelt"))


def test_a_run_that_cannot_be_is_kept_as_failed_with_its_sentence(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="cannot be the group"):
        ws.automl.run(AutoMLRun(data="homes", target="price", group="price", budget=5))
    failed = ws.automl.list()[0]
    assert failed.state == "failed"
    assert "cannot be the group" in failed.error
    with pytest.raises(Conflict, match="has no model"):
        _ = failed.model
    ws.automl.clean(failed.id)
    with pytest.raises(NotFound):
        ws.automl.get(failed.id)


def test_a_run_without_its_data_or_target_never_begins(ws: Workspace) -> None:
    before = len(ws.automl.list())
    with pytest.raises(Invalid, match="In homes@1 there is no column 'prize'; did you mean 'price'"):
        ws.automl.run(AutoMLRun(data="homes", target="prize", budget=5))
    with pytest.raises(NotFound, match="did you mean homes"):
        ws.automl.begin(AutoMLRun(data="home", target="price"))
    assert len(ws.automl.list()) == before


def test_a_run_is_begun_first_and_done_later_and_once(ws: Workspace) -> None:
    queued = ws.automl.begin(AutoMLRun(data="homes", target="price", trials=1))
    assert (queued.state, queued.settings.data, queued.progress, queued.job) == (
        "queued",
        "homes@1",
        {},
        None,
    )
    with pytest.raises(Conflict, match="is queued; stop it first"):
        ws.automl.clean(queued.id)
    ws.automl.hand(queued.id, ProcessMark.current(), job="job-9")
    run = Workspace(ws.root).automl.execute(queued.id)
    assert (run.state, run.job) == ("complete", "job-9")
    assert run.progress["phase"] == "done"
    assert run.progress["trials"] == len(run.trials)
    assert run.started <= run.progress["at"] <= run.ended
    with pytest.raises(Conflict, match="is complete already"):
        ws.automl.execute(queued.id)


def test_a_queued_run_is_stopped_before_it_begins(ws: Workspace) -> None:
    queued = ws.automl.begin(AutoMLRun(data="homes", target="price"))
    ws.automl.stop(queued.id)
    assert ws.automl.get(queued.id).state == "stopped"
    with pytest.raises(Conflict, match="is stopped already"):
        ws.automl.execute(queued.id)


def test_a_queued_run_fails_with_the_process_that_should_have_done_it(ws: Workspace) -> None:
    queued = ws.automl.begin(AutoMLRun(data="homes", target="price"))
    ended = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ws.automl.hand(queued.id, ProcessMark.of(ended.pid))
    assert ws.automl.get(queued.id).state == "queued"
    ended.communicate()
    assert ws.automl.get(queued.id).state == "failed"


def test_a_stop_before_a_first_model_is_a_stop_and_no_failure(ws: Workspace) -> None:
    settings = AutoMLRun(data="homes", target="price", learners=["lightgbm"])
    with pytest.raises(Conflict, match="stopped before a first model"):
        Workspace(ws.root).automl.run(settings, listener=lambda event: True)  # whose worker still imports
    assert ws.automl.list()[0].state == "stopped"


def test_where_a_run_is_can_be_seen_from_elsewhere(ws: Workspace) -> None:
    elsewhere, seen = Workspace(ws.root), []

    def look(event: Trial | Progress) -> None:
        seen.append((elsewhere.automl.list()[0].progress.get("phase"), elsewhere.revision))

    ws.automl.run(AutoMLRun(data="homes", target="price", trials=2), listener=look)
    phases = [phase for phase, _ in seen]
    assert list(dict.fromkeys(phases)) == [None, "reading", "searching", "finishing"]
    assert seen[-1][1] > seen[0][1]


def test_a_run_with_a_model_is_not_cleaned(ws: Workspace, done: str) -> None:
    with pytest.raises(Conflict, match="left a model"):
        ws.automl.clean(done)
    with pytest.raises(Conflict, match="is complete already"):
        ws.automl.stop(done)
    with pytest.raises(Invalid, match="look like run-3"):
        ws.automl.get("homes")
    with pytest.raises(NotFound, match="no run-99"):
        ws.automl.get("run-99")


def test_a_run_is_stopped_from_elsewhere_and_keeps_what_it_has(ws: Workspace) -> None:
    elsewhere = Workspace(ws.root)

    def stop(event: Trial | Progress) -> None:
        if isinstance(event, Trial) and event.number == 1 and event.state == "complete":
            elsewhere.automl.stop(elsewhere.automl.list()[0].id)

    run = ws.automl.run(AutoMLRun(data="homes", target="price", budget=600), listener=stop)
    assert run.state == "stopped"
    assert run.certificate.passed


def test_a_listener_that_fails_leaves_a_failed_run(ws: Workspace) -> None:
    def broken(event: Trial | Progress) -> None:
        if isinstance(event, Trial):
            raise RuntimeError("display gone")

    with pytest.raises(RuntimeError):
        ws.automl.run(AutoMLRun(data="homes", target="price", budget=60), listener=broken)
    assert ws.automl.list()[0].state == "failed"
    assert "display gone" in ws.automl.list()[0].error


SCRIPT = """
import sys
from labstudio import Workspace
from labstudio.automl import AutoMLRun
Workspace(sys.argv[1]).automl.run(AutoMLRun(data="homes", target="price", budget=60))
"""


@pytest.mark.kill
def test_a_killed_run_reads_failed_keeps_its_trials_and_can_be_cleaned(ws: Workspace) -> None:
    before = len(ws.automl.list())
    script = subprocess.Popen([sys.executable, "-c", SCRIPT, str(ws.root)])
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            runs = ws.automl.list()
            if len(runs) > before and sum(trial.state == "complete" for trial in runs[0].trials) >= 2:
                break
            time.sleep(0.1)
        assert runs[0].state == "running"
        tasks = Path(f"/proc/{script.pid}/task").glob("*/children")
        workers = [child for task in tasks for child in task.read_text().split()]
        assert workers
    finally:
        os.kill(script.pid, signal.SIGKILL)
        script.wait()
    killed = ws.automl.list()[0]
    assert killed.state == "failed"
    assert "ended before it did" in killed.error
    assert len(killed.leaderboard) >= 2
    assert not any(trial.state == "running" for trial in killed.trials)
    assert all(gone(pid) for pid in workers)
    ws.automl.clean(killed.id)
    assert len(ws.automl.list()) == before


def gone(pid: str, seconds: float = 10) -> bool:
    """Whether a process ends within some seconds of its parent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


def test_a_run_whose_process_was_killed_is_gone_on_with(ws: Workspace) -> None:
    code = (
        "import os, signal\n"
        "from labstudio.automl.settings import AutoMLRun\n"
        "from labstudio.automl.trial import Trial\n"
        "from labstudio.workspace import Workspace\n"
        "def kill(event):\n"
        "    if isinstance(event, Trial) and event.number == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"ws = Workspace({str(ws.root)!r})\n"
        "settings = AutoMLRun(data='homes', target='price', trials=4, learners=['baseline', 'lightgbm'])\n"
        "ws.automl.run(settings, listener=kill)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    killed = ws.automl.list()[0]
    assert killed.state == "failed"
    begun: list[int] = []

    def note(event: Trial | Progress) -> None:
        if isinstance(event, Trial) and event.state == "running":
            begun.append(event.number)

    run = ws.automl.resume(killed.id, listener=note)
    assert run.state == "complete"
    assert begun == [2, 3]
    assert run.certificate.passed
    assert not list((ws.root / "runs").glob("*"))
    with pytest.raises(Conflict, match="only a run whose process was killed"):
        ws.automl.resume(killed.id)
