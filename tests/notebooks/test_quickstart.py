"""The quickstart, run by papermill in a fresh folder as a newcomer would, without a server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("fresh")
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(NOTEBOOK),
        "out.ipynb",
        "-p",
        "budget",
        "3",
        "--log-output",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    return folder, done


def test_it_ends_with_two_certified_registered_models(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    from labstudio import Workspace

    folder, done = ran
    assert done.returncode == 0, done.stderr[-3000:]
    workspace = Workspace(folder)
    assert {model.ref for model in workspace.models.list()} == {"life-expectancy@1", "wine-grower@1"}
    assert all(run.certificate.passed and run.settings.budget == 3 for run in workspace.automl.list())
    assert [version.ref for version in workspace.data.list()] == ["gapminder@1", "wine@1"]


def test_the_log_stays_readable(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = ran
    log = done.stderr + done.stdout
    assert "Leaderboard of run-1" in log
    assert "Certified:" in log
    assert len(log.splitlines()) < 250


def test_the_notebook_it_leaves_shows_the_end_of_each_search(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = ran
    cells = json.loads((folder / "out.ipynb").read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = ["".join(output.get("data", {}).get("text/plain", [])) for output in outputs]
    assert sum("✓ Done" in text for text in texts) == 2
    assert not any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs)


def test_the_notebook_in_the_repository_holds_no_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert any("parameters" in cell["metadata"].get("tags", []) for cell in cells)


def test_a_failing_magic_fails_the_notebook_with_its_sentence(tmp_path: Path) -> None:
    import nbformat
    import papermill

    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    book.cells = [
        nbformat.v4.new_code_cell("%load_ext labstudio"),
        nbformat.v4.new_code_cell("%data show nothing"),
        nbformat.v4.new_code_cell("print('not reached')"),
    ]
    nbformat.write(book, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match="There is no data called 'nothing'"):
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", cwd=str(tmp_path), progress_bar=False
        )
    outputs = nbformat.read(tmp_path / "out.ipynb", 4).cells[-2].outputs
    assert [len(output.traceback) for output in outputs if output.output_type == "error"] == [1]
