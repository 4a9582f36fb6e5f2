"""The tour of labeling, run by papermill in a fresh folder with its simulated annotator."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "labeling.ipynb"
PRAISE = {"lovely", "spotless", "friendly", "quiet", "delicious", "generous", "warm"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guest")
    command = [sys.executable, "-m", "papermill", str(NOTEBOOK), "out.ipynb", "-p", "budget", "4"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_people_and_a_model_have_labeled_and_the_promise_was_kept(folder: Path) -> None:
    from labstudio import Workspace

    progress = Workspace(folder).labeling.progress("reviews")
    assert progress.labeled == 225
    assert progress.auto > 200
    told = pd.read_json(folder / "labels.jsonl", lines=True)
    assert len(told) == progress.items - progress.open
    given = told[told["annotator"] == "model"]
    praised = given["text"].map(lambda text: len(PRAISE & set(text.replace(",", "").split())) >= 2)
    assert (praised == (given["label"] == "praise")).mean() >= 0.9


def test_the_labels_have_become_a_certified_model_and_a_queue(folder: Path) -> None:
    from labstudio import Workspace

    ws = Workspace(folder)
    [run] = ws.automl.list()
    assert (run.data, run.target, run.certificate.passed) == ("reviews-labeled@1", "label", True)
    assert ws.data.get(run.data).rows == 225
    assert [item.reason for item in ws.labeling.next("reviews", 3)] == ["chosen"] * 3
    assert len(json.loads((folder / "tasks.json").read_text())) == 225


def test_every_answer_is_shown_as_people_read_it(folder: Path) -> None:
    cells = json.loads((folder / "out.ipynb").read_text())["cells"]
    shown = [output for cell in cells for output in cell.get("outputs", []) if "data" in output]
    assert len(shown) >= 16
    assert all("text/html" in output["data"] for output in shown)


def test_the_notebook_in_the_repository_holds_no_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
