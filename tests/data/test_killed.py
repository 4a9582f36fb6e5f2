"""Processes killed while they add, append or prepare leave whole versions, and nothing lies about."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from labstudio.workspace import Workspace

pytestmark = [pytest.mark.core, pytest.mark.kill]

FOLDERS = """
import sys
from pathlib import Path
from labstudio import Workspace
ws, folder = Workspace(sys.argv[1]), Path(sys.argv[2])
print("open", flush=True)
for turn in range(int(sys.argv[3]), 10_000):
    for i in range(40):
        (folder / f"{i}.txt").write_text(f"{turn} {i}\\n" * 400)
    (folder / "large.bin").write_bytes(bytes([turn % 256]) * 1_500_000)
    print(ws.data.add("texts", folder).ref, flush=True)
"""

RECIPES = """
import sys
from labstudio import Workspace
ws = Workspace(sys.argv[1])
print("open", flush=True)
for turn in range(int(sys.argv[2]), 10_000):
    steps = [{"op": "derive", "name": "b", "value": f"a + {turn}"}]
    print(ws.recipes.run("made", "numbers", steps).ref, flush=True)
"""

APPENDING = """
import sys
import pandas as pd
from labstudio import Workspace
ws = Workspace(sys.argv[1])
print("open", flush=True)
for turn in range(10_000):
    print(ws.data.append("t", pd.DataFrame({"a": [turn] * 50})).ref, flush=True)
"""


def killed(code: str, lines: int, pause: float, *arguments: object) -> None:
    """Run a program and kill it some moment after it has said so many lines."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for _ in range(lines):
        assert child.stdout.readline(), "it ended by itself"
    time.sleep(pause)  # the moment is meant to differ; nothing is waited for
    child.kill()
    child.communicate()
    assert child.returncode == -signal.SIGKILL


def leftovers(ws: Workspace) -> list[Path]:
    return list(ws.store.files.folder.glob("tmp-*"))


def test_adding_a_folder_killed_at_any_moment_leaves_whole_versions(tmp_path) -> None:
    (tmp_path / "texts").mkdir()
    for turn in range(3):
        killed(FOLDERS, 2 + turn, 0.017 * turn, tmp_path / "ws", tmp_path / "texts", 100 * turn)
    ws = Workspace(tmp_path / "ws")
    versions = ws.data.versions("texts")
    assert [one.version for one in versions] == list(range(len(versions), 0, -1))
    assert len(versions) >= 6
    assert ws.data.verify() == []
    for version in versions:
        contents = {ws.data.read_file(version, f"{i}.txt").split()[0] for i in range(40)}
        assert len(contents) == 1  # all files of a version are of one turn
    ws.store.files.sweep(older_than=0)
    assert leftovers(ws) == []
    assert ws.data.verify() == []
    ws.store.close()


def test_a_recipe_killed_at_any_moment_leaves_whole_versions(tmp_path) -> None:
    ws = Workspace(tmp_path / "ws")
    ws.data.add("numbers", pd.DataFrame({"a": range(20_000)}))
    for turn in range(2):
        killed(RECIPES, 2 + turn, 0.019 * turn, tmp_path / "ws", 100 * turn)
    versions = ws.data.versions("made")
    assert len(versions) >= 3
    assert ws.data.verify() == []
    for version in versions:
        frame = version.frame()
        assert (len(frame), (frame["b"] - frame["a"]).nunique()) == (20_000, 1)
    assert len(ws.data.get("numbers@1").frame()) == 20_000
    ws.store.files.sweep(older_than=0)
    assert leftovers(ws) == []
    ws.store.close()


def test_appending_killed_at_any_moment_leaves_whole_versions(tmp_path) -> None:
    ws = Workspace(tmp_path / "ws")
    ws.data.add("t", pd.DataFrame({"a": [0] * 5_000}))
    killed(APPENDING, 8, 0.013, tmp_path / "ws")
    versions = ws.data.versions("t")
    assert len(versions) >= 7
    assert ws.data.verify() == []
    assert all(len(one.frame()) == one.rows == 5_000 + 50 * (one.version - 1) for one in versions)
    ws.store.files.sweep(older_than=0)
    assert leftovers(ws) == []
    ws.store.close()


def test_what_a_living_process_works_on_is_not_swept(tmp_path) -> None:
    ws = Workspace(tmp_path / "ws")
    with ws.store.files.scratch() as place:
        place.write_text("on its way")
        assert ws.store.files.sweep(older_than=0) == 0
        assert place.read_text() == "on its way"
    left = ws.store.files.folder / "tmp-left"
    left.mkdir()
    (left / "file").write_text("of a killed process")
    assert ws.store.files.sweep(older_than=3600) == 0  # it may just have been begun
    assert ws.store.files.sweep(older_than=0) == len("of a killed process")
    assert not left.exists()
    ws.store.close()
