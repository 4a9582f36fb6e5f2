"""People in processes of their own label at once, and some are killed: nothing is lost or given twice."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from labstudio import Workspace

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.kill
def test_people_some_of_them_killed_lose_nothing_and_share_nothing(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    people = import_module("labeling_people")
    workspace = Workspace(tmp_path)
    workspace.data.add("texts", pd.DataFrame({"text": [f"text {number}" for number in range(120)]}))
    project = workspace.labeling.create(data="texts", text="text", labels=["positive", "negative"])
    (tmp_path / "said").mkdir()
    found = people.crowd(str(tmp_path), tmp_path / "said", project.id, people=5, kills=2, patience=240)
    assert (found.labels, found.lost, found.twice) == (120, 0, 0)
    assert found.killed >= 1
    assert found.acknowledged <= found.labels
    progress = workspace.labeling.progress(project.id)
    assert (progress.labeled, progress.open) == (120, 0)
