"""The tour of data, run by papermill in a fresh folder as an analyst would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "data.ipynb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analyst")
    command = [sys.executable, "-m", "papermill", str(NOTEBOOK), "out.ipynb", "-p", "orders", "500"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_it_ends_with_two_versions_of_the_raw_and_of_the_prepared_data(folder: Path) -> None:
    from labstudio import Workspace

    ws = Workspace(folder)
    assert [version.ref for version in ws.data.list()] == ["orders@2", "orders_clean@2"]
    assert ws.data.get("orders@1").rows == 500
    clean = ws.data.frame("orders_clean@2")
    assert set(clean["town"]) == {"oslo", "rome", "lima"}
    assert clean["price"].notna().all()


def test_the_prepared_data_is_traced_to_the_file_and_told_to_others(folder: Path) -> None:
    from labstudio import Workspace

    graph = Workspace(folder).lineage("orders_clean@2")
    assert {"source", "recipe", "data"} == {node.kind for node in graph.nodes}
    events = (folder / "orders_clean.openlineage.jsonl").read_text().splitlines()
    assert json.loads(events[-1])["outputs"][0]["name"] == "orders_clean"
    assert json.loads((folder / "orders_clean.croissant.json").read_text())["name"] == "orders_clean"
    assert len(pd.read_excel(folder / "orders_clean.xlsx")) == Workspace(folder).data.get("orders_clean").rows


def test_every_answer_is_shown_as_people_read_it(folder: Path) -> None:
    cells = json.loads((folder / "out.ipynb").read_text())["cells"]
    shown = [output for cell in cells for output in cell.get("outputs", []) if "data" in output]
    assert len(shown) >= 14
    assert all("text/html" in output["data"] for output in shown)


def test_the_notebook_in_the_repository_holds_no_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
