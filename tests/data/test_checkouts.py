"""Copies for programs that want a path: swept by age and with their version, never while they are used."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labstudio.data.checkouts import WEEK, Checkouts
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core

USER = """
import sys
from labstudio.workspace import Workspace
ws = Workspace(sys.argv[1])
print(ws.data.path("notes@1"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def ws(tmp_path: Path):
    workspace = Workspace(tmp_path / "ws")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    workspace.data.add("notes", tmp_path / "notes")
    yield workspace
    workspace.store.close()


def afresh(ws: Workspace) -> Checkouts:
    """The copies as a process sees them that has asked for none."""
    return Checkouts(ws.root / "checkouts")


def age(place: Path) -> None:
    os.utime(place, (time.time() - WEEK - 60,) * 2)


def test_a_copy_stays_while_a_process_uses_it_and_goes_by_age_afterwards(ws) -> None:
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(ws.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    place = Path(user.stdout.readline().strip())
    age(place)
    assert afresh(ws).sweep() == 0
    ws.data.archive("notes")
    assert (place / "a.txt").read_text() == "a"
    user.communicate("")
    assert afresh(ws).sweep(older_than=2 * WEEK) == 0
    assert afresh(ws).sweep() == 1
    assert not place.exists()
    again = ws.data.path("notes@1")
    assert (again, (again / "a.txt").read_text()) == (place, "a")


def test_a_copy_goes_with_its_version(tmp_path: Path, ws) -> None:
    def copy() -> Path:
        other = Workspace(ws.root)
        place = other.data.path("notes@1")
        other.store.close()
        del other
        gc.collect()  # nobody uses it any more
        return place

    place = copy()
    ws.data.archive("notes")
    assert not place.exists()
    place = copy()
    ws.data.delete("notes@1")
    assert not place.exists()


def test_an_old_copy_goes_when_another_one_is_made(tmp_path: Path, ws) -> None:
    left = ws.root / "checkouts" / "left"
    left.mkdir(parents=True)
    age(left)
    interrupted = ws.root / "checkouts" / "going-x"
    interrupted.mkdir()
    place = ws.data.path("notes@1")
    assert [one.name for one in (ws.root / "checkouts").iterdir()] == [place.name]
