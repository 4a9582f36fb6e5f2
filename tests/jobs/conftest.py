"""A workspace with a table to learn from, and a job that learns from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.automl import AutoMLRun
from labstudio.errors import Conflict
from labstudio.jobs import Job

sys.path.insert(0, str(Path(__file__).parent))  # `looking`


@pytest.fixture(scope="session")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    place = tmp_path_factory.mktemp("a studio")
    random = np.random.default_rng(11)
    frame = pd.DataFrame(random.normal(size=(300, 3)), columns=["a", "b", "c"])
    frame["y"] = 2 * frame["a"] + frame["b"] ** 2
    frame.to_csv(place / "table.csv", index=False)
    ws = Workspace(place)
    ws.data.add("table", frame)
    return ws


@pytest.fixture
def search(ws: Workspace) -> Iterator[Job]:
    """An AutoML job that would go on for ten minutes, as soon as its first model is there."""
    run = ws.automl.begin(AutoMLRun(data="table", target="y", budget=600, threads=1))
    job = ws.jobs.start("automl", "table@1 → y", {"run": run.id})
    from looking import until

    until(lambda: len(ws.automl.get(run.id).leaderboard) >= 1)
    yield ws.jobs.get(job.id)
    with suppress(Conflict):  # a test that has failed leaves it running
        ws.jobs.kill(job.id)
