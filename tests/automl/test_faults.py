"""A learner that dies, eats all memory or hangs costs its own candidate, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest

from labstudio.automl import AutoMLSettings, fit
from labstudio.automl.evaluation import WARM_MODULES
from labstudio.automl.learners.histogram import Histogram
from labstudio.compute import LocalWorkers

pytestmark = [pytest.mark.core, pytest.mark.kill]

FAULTY = """
import os, signal, time
import numpy as np
from labstudio.automl.learners.histogram import Histogram

def fit(self, X, y, how):
    {fault}

Histogram.fit = fit
"""


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], LocalWorkers]]:
    """Workers, those that come later too, in which one learner has a fault."""
    with ExitStack() as stack:

        def started(fault: str) -> LocalWorkers:
            (tmp_path / "faulty.py").write_text(FAULTY.format(fault=fault))
            monkeypatch.syspath_prepend(tmp_path)
            workers = stack.enter_context(LocalWorkers(1, threads=1))
            workers.warm([*WARM_MODULES, "faulty"])
            workers.submit(len, "").result()
            return workers

        yield started


def columns(mixed: pd.DataFrame) -> pd.DataFrame:
    return mixed.drop(columns=["sold", "band"])


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed"),
        ("np.ones(2_000_000_000)", "Unable to allocate"),
        ("raise KeyError('inside of a library')", "inside of a library"),
    ],
)
def test_a_learner_with_a_fault_fails_and_all_others_go_on(
    workers: Callable[[str], LocalWorkers], mixed: pd.DataFrame, fault: str, sentence: str
) -> None:
    limited: Executor = workers(fault).with_limits(memory_bytes=1_000_000_000)
    settings = AutoMLSettings(trials=4, learners=["baseline", "linear", "histogram", "tree"], folds=2)
    result = fit(columns(mixed), "price", settings, executor=limited)
    states = {trial.learner: trial.state for trial in result.trials if trial.learner != "ensemble"}
    assert states == {"baseline": "complete", "linear": "complete", "histogram": "failed", "tree": "complete"}
    failed = next(trial for trial in result.trials if trial.state == "failed")
    assert sentence in failed.message
    assert result.certificate.passed


def test_a_learner_that_hangs_is_ended_and_the_budget_is_kept(
    workers: Callable[[str], LocalWorkers], mixed: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Histogram, "stops_itself", False)
    executor = workers("time.sleep(600)")
    began = time.monotonic()
    settings = AutoMLSettings(budget=12, learners=["baseline", "linear", "histogram"], folds=2)
    result = fit(columns(mixed), "price", settings, executor=executor)
    assert time.monotonic() - began <= 12 * 1.1 + 2
    hung = next(trial for trial in result.trials if trial.learner == "histogram")
    assert hung.state == "failed"
    assert "took longer than" in hung.message
    assert result.best.learner in ("linear", "ensemble")
    assert result.certificate.passed
