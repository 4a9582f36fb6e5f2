"""The whole road in a real kernel: from data to predictions, stopped by hand, and killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

TABLE = """
rng = np.random.default_rng(0)
road = pd.DataFrame({
    "it's {pop} $HOME": rng.normal(size=240), 'she said "no"': rng.normal(size=240),
    "two\\nlines, 100 % # rem": rng.choice(["a", "b<b>", "c"], size=240), "--budget": rng.normal(size=240),
})
road['%target: "y"'] = road["it's {pop} $HOME"] * 2 + (road.iloc[:, 2] == "a") + rng.normal(size=240) / 9
"""
RUN = r"""%%automl --as run
data: road
target: "%target: \"y\""
exclude: ["--budget"]
learners: linear, lightgbm
trials: {trials}
threads: 1
"""


@pytest.fixture(scope="module")
def road(kernel: Any) -> tuple[Any, Any]:
    kernel.good(TABLE + "trials = 2")
    return kernel, kernel.good(RUN)


def test_a_run_with_hostile_columns_ends_with_a_certified_file(road: tuple[Any, Any]) -> None:
    kernel, said = road
    assert "complete" in said.text
    assert "Certified:" in said.text
    assert said.stderr == ""
    assert kernel.value("run.state, run.target, '--budget' in run.schema.names") == (
        "complete",
        '%target: "y"',
        False,
    )
    assert kernel.value("run.path.is_file()")
    assert kernel.value("len(run.leaderboard)") == 2


def test_progress_is_one_display_updated_at_most_four_times_a_second(road: tuple[Any, Any]) -> None:
    _, said = road
    assert len(said.shown) == 2  # progress and the run
    assert "✓ Done" in said.shown[0]["text/plain"]
    seconds = said.updates[-1] - said.updates[0] if said.updates else 0.0
    assert 1 <= len(said.updates) <= 4 * seconds + 3


def test_a_run_is_looked_at_by_variable_and_by_id(road: tuple[Any, Any]) -> None:
    kernel, _ = road
    by_name, by_id = kernel.good("%leaderboard run"), kernel.good(f"%leaderboard {kernel.value('run.id')}")
    assert by_name.text == by_id.text
    assert "lower is better" in by_name.text
    assert "Passed" in kernel.good("%certificate {run}").text
    (charts,) = kernel.good("%charts run --only importance").shown
    assert len(charts["application/vnd.plotly.v1+json"]["data"]) == 1
    assert "score_over_time" in kernel.run("%charts run --only ipmortance").error  # what there is
    assert kernel.value("run.id") in kernel.good("%automl list").text
    assert kernel.value("run.id") in "".join(kernel.complete("%leaderboard run-"))


def test_a_registered_model_predicts_an_asset_and_a_variable(road: tuple[Any, Any]) -> None:
    kernel, _ = road
    said = kernel.good("%register run --name road.model --as version")
    assert "road.model@1" in said.text
    kernel.good("some = road.sample(5, random_state=1)\n%predict --model road.model@1 --data some --as p")
    kernel.good("q = %predict --model road.model --data road")
    # the last bits of sums depend on how many rows are predicted at once
    near = "bool((p['prediction'] / q.loc[p.index, 'prediction'] - 1).abs().max() < 1e-12), len(q)"
    assert kernel.value(near) == (True, 240)
    assert kernel.run("%predict --model road.model --data road --proba").error.startswith(
        "A regression gives"
    )
    assert "%predict --model road.model@1" in kernel.complete("%predict --model road.m")
    assert kernel.value("__import__('os').environ['MLFLOW_TRACKING_URI']").endswith("mlflow.db")


def test_a_scikit_learn_model_is_registered_with_rows_it_takes(road: tuple[Any, Any]) -> None:
    kernel, _ = road
    kernel.good(
        "from sklearn.linear_model import LinearRegression\n"
        "plain = pd.DataFrame({'a': rng.normal(size=60), 'b': rng.normal(size=60)})\n"
        "line = LinearRegression().fit(plain, plain['a'] * 3)"
    )
    assert "brought@1" in kernel.good("%register line --name brought --data plain").text


def until_searching(said: Any) -> bool:
    return any(
        "Searching" in bundle["text/plain"] and "best" in bundle["text/plain"] for bundle in said.shown
    )


def test_an_interrupt_stops_the_run_and_keeps_what_it_has(kernel: Any) -> None:
    kernel.good(TABLE)
    message = kernel.start(
        "%automl --data {road} --target --budget --exclude '[]' --trials 1000 --as stopped".replace(
            "--target --budget", "--target=--budget"
        )
    )
    said = kernel.finish(message, until=until_searching)
    asked = time.monotonic()
    kernel.manager.interrupt_kernel()
    said = kernel.finish(message, said=said)
    assert said.status == "ok", said.traceback
    assert time.monotonic() - asked < 20
    assert kernel.value("stopped.state, len(stopped.leaderboard) > 0, stopped.certificate.passed") == (
        "stopped",
        True,
        True,
    )


@pytest.mark.kill
def test_a_killed_kernel_leaves_a_failed_run_with_its_trials(kernel: Any, tmp_path: Path) -> None:
    kernel = type(kernel)(tmp_path)  # one of its own, to be killed
    try:
        kernel.good("%load_ext labstudio\nimport numpy as np, pandas as pd\n" + TABLE)
        message = kernel.start("%automl --data road --target=--budget --trials 1000 --threads 1")
        kernel.finish(message, until=until_searching)
        pid = kernel.manager.provisioner.pid
        os.kill(pid, signal.SIGKILL)
        kernel.manager.provisioner.process.wait(timeout=10)
    finally:
        kernel.close()
    from labstudio import Workspace

    run = Workspace(tmp_path).automl.get("run-1")
    assert run.state == "failed"
    assert run.error
    assert len(run.leaderboard) > 0
    assert {trial.state for trial in run.trials} <= {"complete", "stopped", "failed"}
    with closing(sqlite3.connect(tmp_path / ".labstudio" / "labstudio.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
