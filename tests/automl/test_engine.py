"""`fit`: from a frame to a certified model, in the time that was allowed, stopped at any moment."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labstudio.onnx
from labstudio.automl import AutoMLResult, AutoMLSettings, Metric, Progress, Trial, fit
from labstudio.errors import Invalid, NotFound, Unavailable

pytestmark = pytest.mark.core
QUICK = ["baseline", "linear", "lightgbm"]
TARGETS = ["price", "sold", "band"]


def features(mixed: pd.DataFrame, target: str) -> pd.DataFrame:
    return mixed.drop(columns=[name for name in TARGETS if name != target])


@pytest.fixture(scope="module")
def pool() -> ThreadPoolExecutor:
    """Threads of this process in place of a worker: its imports are done once for all tests."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture(scope="module")
def results(mixed: pd.DataFrame, pool: ThreadPoolExecutor) -> dict[str, AutoMLResult]:
    settings = AutoMLSettings(trials=5, group="street")
    return {target: fit(features(mixed, target), target, settings, executor=pool) for target in TARGETS}


@pytest.mark.parametrize(
    ("target", "task", "metric"),
    [("price", "regression", "rmse"), ("sold", "binary", "roc_auc"), ("band", "multiclass", "log_loss")],
)
def test_a_model_better_than_the_baseline_is_found_and_certified(
    results: dict[str, AutoMLResult], target: str, task: str, metric: str
) -> None:
    result = results[target]
    assert (result.task, result.metric) == (task, metric)
    assert result.certificate.passed
    assert next(iter(result.holdout)) == metric
    board = result.leaderboard
    assert board.iloc[0]["trial"] == result.best.number
    baseline = board[board["learner"] == "baseline"].iloc[0]
    assert result.best.learner != "baseline"
    gain = board.iloc[0][metric] - baseline[metric]
    assert (gain if result.greater_is_better else -gain) > 0
    assert (
        board[metric].is_monotonic_decreasing
        if result.greater_is_better
        else board[metric].is_monotonic_increasing
    )


@pytest.mark.parametrize("target", TARGETS)
def test_the_saved_file_predicts_what_python_predicts(
    results: dict[str, AutoMLResult], mixed: pd.DataFrame, tmp_path: Path, target: str
) -> None:
    result = results[target]
    model = labstudio.onnx.load(result.save_onnx(tmp_path / "model.onnx"))
    if result.classes is None:
        np.testing.assert_allclose(model.predict(mixed), result.predict(mixed), rtol=1e-9)
    else:
        np.testing.assert_allclose(model.predict_proba(mixed), result.predict_proba(mixed), atol=1e-9)
        assert model.classes.tolist() == result.classes.tolist() == sorted(set(mixed[target]))
        assert model.predict(mixed).tolist() == result.predict(mixed).tolist()


def test_the_group_is_no_feature_and_what_happened_is_told(results: dict[str, AutoMLResult]) -> None:
    result = results["price"]
    assert "street" not in result.schema
    assert "whole groups of 'street'" in " ".join(result.notes)
    assert result.rows["training"] + result.rows["holdout"] == 400


def test_another_trial_is_exported_on_request(results: dict[str, AutoMLResult], tmp_path: Path) -> None:
    result = results["sold"]
    other = next(n for n in result.leaderboard["trial"] if n != result.best.number)
    model = result.export(other)
    assert model.certificate.passed
    assert model.sha256 != result.model.sha256
    assert result.export(result.best.number).sha256 == result.model.sha256
    with pytest.raises(NotFound, match="no finished trial 99"):
        result.save_onnx(tmp_path / "x.onnx", trial=99)
    assert not (tmp_path / "x.onnx").exists()


def test_the_same_seed_and_number_of_trials_give_the_same_file(
    results: dict[str, AutoMLResult], mixed: pd.DataFrame, pool: ThreadPoolExecutor
) -> None:
    settings = AutoMLSettings(trials=5, group="street")
    again = fit(features(mixed, "band"), "band", settings, executor=pool)
    assert again.model.sha256 == results["band"].model.sha256
    other = fit(features(mixed, "band"), "band", settings.model_copy(update={"seed": 1}), executor=pool)
    assert other.model.sha256 != again.model.sha256


def test_a_listener_hears_every_trial_begin_and_end(mixed: pd.DataFrame, pool: ThreadPoolExecutor) -> None:
    events: list[Trial | Progress] = []
    result = fit(
        features(mixed, "price"), "price", AutoMLSettings(trials=3), executor=pool, listener=events.append
    )
    trials = [event for event in events if isinstance(event, Trial)]
    assert [(trial.number, trial.state) for trial in trials if trial.learner != "ensemble"] == [
        (number, state) for number in range(3) for state in ("running", "complete")
    ]
    phases = list(dict.fromkeys(event.phase for event in events if isinstance(event, Progress)))
    assert phases == ["reading", "searching", "finishing", "done"]
    assert result.trials == tuple(trial for trial in trials if trial.state == "complete")


def test_a_listener_stops_the_search_and_what_there_is_is_kept(
    mixed: pd.DataFrame, pool: ThreadPoolExecutor
) -> None:
    def third(event: Trial | Progress) -> bool:
        return isinstance(event, Trial) and event.number == 2 and event.state == "complete"

    result = fit(features(mixed, "price"), "price", AutoMLSettings(budget=600), executor=pool, listener=third)
    assert result.stopped
    assert len([trial for trial in result.trials if trial.learner != "ensemble"]) == 3
    assert result.certificate.passed


def test_stopped_at_once_there_is_still_a_model(mixed: pd.DataFrame) -> None:
    result = fit(features(mixed, "sold"), "sold", AutoMLSettings(budget=600), listener=lambda event: True)
    assert result.stopped
    assert result.best.learner == "baseline"
    assert result.certificate.passed


def test_a_budget_is_kept_with_a_cold_worker(mixed: pd.DataFrame) -> None:
    began = time.monotonic()
    result = fit(features(mixed, "price"), "price", AutoMLSettings(budget=12))
    assert time.monotonic() - began <= 12 * 1.1 + 2
    assert result.best.learner != "baseline"
    assert not result.stopped


def test_a_metric_of_ones_own_is_optimised(mixed: pd.DataFrame, pool: ThreadPoolExecutor) -> None:
    def share_of_yes_found(truth: np.ndarray, labels: np.ndarray) -> float:
        return float((labels[truth == "yes"] == "yes").mean())

    result = fit(
        features(mixed, "sold"), "sold", AutoMLSettings(trials=3), executor=pool, metric=share_of_yes_found
    )
    assert result.metric == "share_of_yes_found"
    assert 0 < result.holdout["share_of_yes_found"] <= 1
    worst = Metric(
        "largest_error", lambda y, p: float(np.abs(y - p).max()), "values", greater_is_better=False
    )
    result = fit(features(mixed, "price"), "price", AutoMLSettings(trials=3), executor=pool, metric=worst)
    assert result.leaderboard["largest_error"].is_monotonic_increasing


def test_a_model_whose_file_is_not_exact_gives_way_to_the_next_best(
    mixed: pd.DataFrame, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labstudio.automl.learners.linear import Linear

    right = Linear.emit
    monkeypatch.setattr(
        Linear,
        "emit",
        lambda self, graph, X: graph.node("Mul", [right(self, graph, X), graph.constant(1.001)]),
    )
    settings = AutoMLSettings(trials=2, learners=["baseline", "linear"])
    result = fit(features(mixed, "price"), "price", settings, executor=pool)
    assert result.leaderboard.iloc[0]["learner"] == "linear"
    assert result.best.learner == "baseline"
    assert result.certificate.passed
    assert "trial 0 (baseline) is recommended" in result.notes[-1]


def test_where_no_file_is_exact_the_best_is_handed_back_and_marked(
    mixed: pd.DataFrame, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labstudio.automl.learners.baseline import Baseline
    from labstudio.automl.learners.linear import Linear

    for learner in (Baseline, Linear):
        monkeypatch.setattr(
            learner,
            "emit",
            lambda self, graph, X, right=learner.emit: graph.node(
                "Mul", [right(self, graph, X), graph.constant(1.001)]
            ),
        )
    settings = AutoMLSettings(trials=2, learners=["baseline", "linear"])
    result = fit(features(mixed, "price"), "price", settings, executor=pool)
    assert result.best.learner == "linear"
    assert not result.certificate.passed
    assert "not certified" in result.notes[-1]
    assert "Not certified" in result.certificate.sentence()


def test_a_class_with_a_single_training_row_is_judged_by_the_log_loss(pool: ThreadPoolExecutor) -> None:
    frame = pd.DataFrame({"x": np.arange(20.0), "y": [True] * 2 + [False] * 18})
    result = fit(frame, "y", AutoMLSettings(trials=3, holdout=0.5), executor=pool)
    assert result.metric == "log_loss"
    assert result.certificate.passed


def test_a_metric_that_fails_says_so(mixed: pd.DataFrame, pool: ThreadPoolExecutor) -> None:
    def broken(truth: np.ndarray, values: np.ndarray) -> float:
        raise KeyError("no such column")

    with pytest.raises(Unavailable, match="no such column"):
        fit(features(mixed, "price"), "price", AutoMLSettings(trials=3), executor=pool, metric=broken)


@pytest.mark.parametrize(
    ("target", "settings", "sentence"),
    [
        ("price", {"metric": "roc_auc"}, "'roc_auc' does not fit a regression task; choose one of rmse"),
        ("sold", {"metric": "rmse"}, "'rmse' does not fit a binary task"),
        ("prize", {}, "did you mean 'price'?"),
    ],
)
def test_settings_that_do_not_fit_get_a_sentence(
    mixed: pd.DataFrame, pool: ThreadPoolExecutor, target: str, settings: dict, sentence: str
) -> None:
    with pytest.raises(Invalid) as caught:
        fit(mixed, target, AutoMLSettings(trials=1, **settings), executor=pool)
    assert sentence in str(caught.value)


HOSTILE = [
    "a'b",
    'say "hi"',
    "{x}",
    "$HOME",
    "line\nbreak",
    "100%",
    "#1",
    "\u00e9",
    "e\u0301",
    "n" * 300,
    "label",
    "",
    "value",
]


@pytest.mark.parametrize("target", ["probabilities", 'to "predict"\n'])
def test_hostile_names_and_values_are_just_names_and_values(pool: ThreadPoolExecutor, target: str) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(80, len(HOSTILE))), columns=HOSTILE)
    frame["odd"] = random.choice(["'", '"', "{}", "$x", "\n", "%s", "#", "\u00e9", "e\u0301", "ü" * 300], 80)
    frame.iloc[3, 0], frame.iloc[4, 0], frame.iloc[5, 1], frame.iloc[6, 2] = np.inf, -np.inf, np.nan, 1e308
    frame[target] = random.choice(["'no'", 'y"es"\n', "{maybe}"], 80)
    result = fit(frame, target, AutoMLSettings(trials=4, metric="accuracy"), executor=pool)
    assert result.certificate.passed
    assert set(result.predict(frame)) <= set(frame[target])
    assert result.model.load().predict(frame).tolist() == result.predict(frame).tolist()


@pytest.mark.kill
def test_a_killed_worker_costs_its_candidate_only(mixed: pd.DataFrame) -> None:
    many = pd.concat([features(mixed, "price")] * 12, ignore_index=True)  # so that a trial takes a while
    killed: list[int] = []

    def kill_once(event: Trial | Progress) -> None:
        if isinstance(event, Progress) and event.running and event.running.number == 2 and not killed:
            for pid in children(os.getpid()):
                if b"labstudio.compute.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    killed.append(pid)
                    os.kill(pid, signal.SIGKILL)

    settings = AutoMLSettings(trials=4, learners=["baseline", "lightgbm"])
    result = fit(many, "price", settings, listener=kill_once)
    assert killed
    assert [trial.state for trial in result.trials[:4]] == ["complete", "complete", "failed", "complete"]
    assert "was killed" in result.trials[2].message
    assert result.certificate.passed


class Killed(BaseException):
    """As if the process had ended here and now."""


def test_a_run_that_was_killed_goes_on_where_it_was(
    mixed: pd.DataFrame, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    settings = AutoMLSettings(trials=6, learners=["baseline", "linear", "lightgbm"])
    frame = features(mixed, "price")
    whole = fit(frame, "price", settings, executor=pool)

    def kill_in_the_fourth(event: Trial | Progress) -> None:
        if isinstance(event, Trial) and event.number == 3:
            raise Killed

    with pytest.raises(Killed):
        fit(frame, "price", settings, executor=pool, listener=kill_in_the_fourth, folder=tmp_path / "run")
    begun: list[int] = []

    def note(event: Trial | Progress) -> None:
        if isinstance(event, Trial) and event.state == "running":
            begun.append(event.number)

    again = fit(frame, "price", settings, executor=pool, listener=note, folder=tmp_path / "run")
    assert begun == [3, 4, 5]
    assert again.model.sha256 == whole.model.sha256

    other = settings.model_copy(update={"seed": 1})
    begun.clear()
    fit(frame, "price", other, executor=pool, listener=note, folder=tmp_path / "run")
    assert begun[0] == 0


def children(pid: int) -> list[int]:
    """Processes that a process has started, by any of its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def test_two_workers_give_the_same_file_every_time(mixed: pd.DataFrame) -> None:
    settings = AutoMLSettings(trials=6, workers=2, learners=["baseline", "lightgbm", "linear"], folds=2)
    one, two = (fit(features(mixed, "price"), "price", settings) for _ in range(2))
    assert one.model.sha256 == two.model.sha256
    assert [trial.score for trial in one.trials] == [trial.score for trial in two.trials]
