"""The line of those who write: in the order in which they came, and never for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from labstudio.errors import Unavailable
from labstudio.store import turn as module
from labstudio.store.turn import turn

HOLDER = """
import sys, time
from pathlib import Path
from labstudio.store.turn import turn
with turn(Path(sys.argv[1]), 10):
    print("mine", flush=True)
    time.sleep(60)
"""


def test_who_came_first_is_first(tmp_path: Path):
    path, order, threads = tmp_path / "turn.lock", [], []

    def stand(number: int) -> None:
        with turn(path, 20):
            order.append(number)

    with turn(path, 20):
        for number in range(8):
            threads.append(threading.Thread(target=stand, args=(number,)))
            threads[-1].start()
            time.sleep(0.03)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_turn_that_does_not_come_is_a_sentence_and_holds_up_nobody(tmp_path: Path):
    path = tmp_path / "turn.lock"
    with turn(path, 1):
        began = time.monotonic()
        told = r"busy with another writer, and still was after 0\.1 s"
        with pytest.raises(Unavailable, match=told), turn(path, 0.1):
            pass
        assert time.monotonic() - began < 1
    for _ in range(3):  # whoever gave up has left the line
        with turn(path, 5):
            pass


def test_a_holder_that_is_killed_frees_the_way(tmp_path: Path):
    path = tmp_path / "turn.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mine\n"
        with pytest.raises(Unavailable), turn(path, 0.05):
            pass
        threading.Timer(0.2, holder.kill).start()
        with turn(path, 20):
            pass


def test_turns_leave_no_files_open(tmp_path: Path):
    path, before = tmp_path / "turn.lock", len(os.listdir("/dev/fd"))
    for _ in range(20):
        with turn(path, 5), pytest.raises(Unavailable), turn(path, 0.001):
            pass
    end = time.monotonic() + 5
    while len(os.listdir("/dev/fd")) > before and time.monotonic() < end:
        time.sleep(0.01)
    assert len(os.listdir("/dev/fd")) <= before


def test_nobody_waits_where_there_are_no_such_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with turn(tmp_path / "away" / "turn.lock", 1), turn(tmp_path / "away" / "turn.lock", 1):
        pass
    monkeypatch.setattr(module, "fcntl", None)
    with turn(tmp_path / "turn.lock", 1), turn(tmp_path / "turn.lock", 1):
        pass
