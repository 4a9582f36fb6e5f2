"""A learner that dies, eats all memory or hangs costs its own candidate, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from labstudio.automl import AutoMLResult, AutoMLSettings, engine, fit, search
from labstudio.automl.evaluation import WARM_MODULES
from labstudio.automl.learners import LEARNERS
from labstudio.compute import local

pytestmark = [pytest.mark.core, pytest.mark.kill]

FAULTY = """
import os, signal, time
import numpy as np
from labstudio.automl.learners.{module} import {kind}

def fit(self, X, y, how):
    {fault}

{kind}.fit = fit
"""


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Give a learner a fault in all workers that a run starts."""

    def given(learner: str, fault: str) -> None:
        module, kind = LEARNERS._homes[learner].split(".")
        (tmp_path / "faulty.py").write_text(FAULTY.format(module=module, kind=kind, fault=fault))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(engine, "WARM_MODULES", [*WARM_MODULES, "faulty"])

    return given


def columns(mixed: pd.DataFrame) -> pd.DataFrame:
    return mixed.drop(columns=["sold", "band"])


def states(result: AutoMLResult) -> dict[str, str]:
    return {trial.learner: trial.state for trial in result.trials if trial.learner != "ensemble"}


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed"),
        ("[np.ones(10_000_000) for _ in range(1_000)]", "it wanted more memory than there is"),
        ("raise KeyError('inside of a library')", "inside of a library"),
    ],
)
def test_a_learner_with_a_fault_fails_and_all_others_go_on(
    faulty: Callable[[str, str], None],
    mixed: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    sentence: str,
) -> None:
    monkeypatch.setattr(local, "free_memory", lambda: 1_000_000_000)
    faulty("histogram", fault)
    settings = AutoMLSettings(trials=4, learners=["baseline", "linear", "histogram", "tree"], folds=2)
    result = fit(columns(mixed), "price", settings)
    expected = {"baseline": "complete", "linear": "complete", "histogram": "failed", "tree": "complete"}
    assert states(result) == expected
    failed = next(trial for trial in result.trials if trial.state == "failed")
    assert sentence in failed.message
    assert result.certificate.passed


def test_a_learner_that_hangs_is_ended_and_the_search_goes_on_within_its_budget(
    faulty: Callable[[str, str], None], mixed: pd.DataFrame
) -> None:
    assert LEARNERS["lightgbm"].stops_itself  # or so it says
    faulty("lightgbm", "time.sleep(600)")
    began = time.monotonic()
    settings = AutoMLSettings(budget=16, learners=["baseline", "lightgbm", "mlp"], folds=2)
    result = fit(columns(mixed), "price", settings)
    assert time.monotonic() - began <= 16 * 1.1 + 2
    hung = [trial for trial in result.trials if trial.learner == "lightgbm"]
    assert [trial.state for trial in hung] == ["failed"]  # once is enough
    assert "took longer than" in hung[0].message
    assert result.best.learner in ("mlp", "ensemble")
    assert result.certificate.passed


def test_a_learner_that_hangs_is_ended_without_a_budget_too(
    faulty: Callable[[str, str], None], mixed: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_HANGS", 10.0)
    faulty("lightgbm", "time.sleep(600)")
    settings = AutoMLSettings(trials=3, learners=["baseline", "lightgbm", "mlp"], folds=2)
    result = fit(columns(mixed), "price", settings)
    assert states(result) == {"baseline": "complete", "lightgbm": "failed", "mlp": "complete"}


def test_with_two_workers_a_fault_costs_no_other_candidate(
    faulty: Callable[[str, str], None], mixed: pd.DataFrame
) -> None:
    faulty("histogram", "os.kill(os.getpid(), signal.SIGKILL)")
    settings = AutoMLSettings(
        trials=4, workers=2, learners=["baseline", "linear", "histogram", "tree"], folds=2
    )
    result = fit(columns(mixed), "price", settings)
    assert [learner for learner, state in states(result).items() if state == "failed"] == ["histogram"]
    assert [trial.number for trial in result.trials] == list(range(len(result.trials)))
