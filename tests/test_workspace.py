"""The workspace is found as the rules say, composes its parts, and opens fast."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.errors import Invalid
from labstudio.workspace import find


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and no variable that names a workspace."""
    monkeypatch.delenv("LABSTUDIO_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_explicit_place_comes_first(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABSTUDIO_WORKSPACE", str(nowhere / "variable"))
    assert find(nowhere / "explicit") == nowhere / "explicit" / ".labstudio"
    assert find(nowhere / "explicit" / ".labstudio") == nowhere / "explicit" / ".labstudio"


def test_then_the_variable_then_the_nearest_folder_upwards_then_here(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = nowhere / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find() == deep / ".labstudio"
    (nowhere / "a" / ".labstudio").mkdir()
    assert find() == nowhere / "a" / ".labstudio"
    monkeypatch.setenv("LABSTUDIO_WORKSPACE", str(nowhere / "variable"))
    assert find() == nowhere / "variable" / ".labstudio"
    monkeypatch.setenv("LABSTUDIO_WORKSPACE", "")
    assert find() == nowhere / "a" / ".labstudio"


def test_it_is_made_on_first_use_and_found_again(nowhere: Path) -> None:
    first = Workspace()
    assert first.root == nowhere / ".labstudio"
    first.data.add("small", pd.DataFrame({"x": [1, 2, 3]}))
    assert [version.ref for version in Workspace().data.list()] == ["small@1"]


def test_a_file_is_no_workspace(nowhere: Path) -> None:
    (nowhere / "file").write_text("x")
    with pytest.raises(Invalid, match="is a file; a workspace is a folder"):
        Workspace(nowhere / "file")


def test_what_happens_through_one_is_seen_through_another(nowhere: Path) -> None:
    one, other = Workspace(), Workspace(door="cell")
    before = other.revision
    one.data.add("small", pd.DataFrame({"x": [1, 2, 3]}))
    assert other.revision > before
    event = other.events(1)[0]
    assert (event.subject, event.door) == ("data:small@1", "python")


def test_the_place_of_the_files_may_come_with_that_of_the_workspace(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABSTUDIO_WORKSPACE", str(nowhere / "shared"))
    monkeypatch.setenv("LABSTUDIO_FILES", str(nowhere / "bytes"))
    assert Workspace().store.files.folder == nowhere / "bytes"
    other = Workspace(nowhere / "other")
    assert other.store.files.folder == other.root / "files"  # the variable means the other one's files


def test_parts_never_get_the_workspace_itself() -> None:
    import inspect

    from labstudio.automl import AutoML
    from labstudio.data import Data
    from labstudio.jobs import Jobs
    from labstudio.models import Models

    for part in (Data, AutoML, Models, Jobs):
        assert "workspace" not in inspect.signature(part).parameters


def started(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def imported_by(code: str) -> set[str]:
    code += "\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


HEAVY = {
    "pandas",
    "numpy",
    "sqlalchemy",
    "alembic",
    "sklearn",
    "lightgbm",
    "mlflow",
    "onnx",
    "duckdb",
    "pydantic",
}


def test_importing_and_opening_load_nothing_heavy(nowhere: Path) -> None:
    Workspace()
    assert not imported_by("import labstudio") & HEAVY
    assert not imported_by("from labstudio import Workspace; Workspace()") & HEAVY


def test_opening_is_fast(nowhere: Path) -> None:
    """Times are compared with Python's own start in the same minute; the best of five, machines are busy."""
    Workspace()
    bare = min(started("pass") for _ in range(5))
    assert min(started("import labstudio") for _ in range(5)) - bare <= 0.15
    assert min(started("from labstudio import Workspace; Workspace()") for _ in range(5)) - bare <= 0.6
