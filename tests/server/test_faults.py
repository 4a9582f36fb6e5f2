"""A server that is killed, a disk that is full, two browsers at once: nothing is lost and all is said."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from serving import Server, end, start


@pytest.mark.kill
def test_a_run_outlives_the_server_that_started_it(tmp_path: Path) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    rows = "\n".join(f"{i % 17},{i % 5},{i % 17 + 2 * (i % 5)}" for i in range(400))
    (folder / "t.csv").write_text(f"a,b,y\n{rows}\n")
    first = start(folder, tmp_path / "config")
    first.post("data", name="t", path="t.csv")
    run = first.post("automl/runs", data="t", target="y", budget=8)
    first.until(f"automl/runs/{run['id']}", lambda one: one["state"] == "running")
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()
    second = start(folder, tmp_path / "config")
    try:
        done = second.until(f"automl/runs/{run['id']}", lambda one: one["ended"], 90)
        job = second.until(f"jobs/{run['job']}", lambda one: one["ended"])
        text = second.get(f"jobs/{run['job']}/log")["text"]
    finally:
        end(second)
    assert (done["state"], job["state"]) == ("complete", "complete"), done["error"]
    assert done["certificate"]["passed"]
    assert "lightgbm" in text.lower() or "linear" in text.lower()


@pytest.mark.kill
def test_a_run_whose_job_is_ended_at_once_says_so_and_keeps_its_trials(server: Server) -> None:
    run = server.post("automl/runs", data="people", target="spend", budget=60)
    server.until(f"automl/runs/{run['id']}", lambda one: one["trials"] >= 1)
    server.post(f"jobs/{run['job']}/kill")
    done = server.until(f"automl/runs/{run['id']}", lambda one: one["ended"], 20)
    assert done["state"] == "failed"
    assert done["trials"] >= 1
    assert server.until(f"jobs/{run['job']}", lambda one: one["ended"])["state"] in ("stopped", "interrupted")


def test_a_run_that_is_stopped_keeps_a_model(server: Server) -> None:
    run = server.post("automl/runs", data="people", target="spend", budget=120)
    server.until(f"automl/runs/{run['id']}", lambda one: one["trials"] >= 2)
    server.post(f"automl/runs/{run['id']}/stop")
    done = server.until(f"automl/runs/{run['id']}", lambda one: one["ended"], 40)
    assert done["state"] == "stopped"
    assert done["certificate"]["passed"]


def test_a_run_of_a_kernel_is_seen_live_and_can_be_stopped_from_the_panel(server: Server) -> None:
    from labstudio.automl.settings import AutoMLRun
    from labstudio.workspace import Workspace

    kernel = Workspace(server.folder, door="cell")
    found: list[str] = []

    def cell() -> None:
        found.append(kernel.automl.run(AutoMLRun(data="people", target="spend", budget=120)).state)

    known = {one["id"] for one in server.get("automl/runs")}
    thread = threading.Thread(target=cell)
    thread.start()
    runs = server.until("automl/runs", lambda runs: {one["id"] for one in runs} - known)
    id = next(one["id"] for one in runs if one["id"] not in known)
    server.until(f"automl/runs/{id}", lambda one: one["trials"] >= 1)
    server.post(f"automl/runs/{id}/stop")
    thread.join(60)
    assert found == ["stopped"]


def test_a_disk_without_room_refuses_an_upload_in_a_sentence(server: Server) -> None:
    status, problem = server.ask("POST", "uploads", {"filename": "huge.csv", "size": 2**50 - 1})
    assert status in (400, 503)
    assert "huge.csv" in problem["message"]


@pytest.mark.kill
def test_an_upload_goes_on_with_the_server_after_the_one_that_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    content = ("a,b\n" + "1,2\n" * 2_500_000).encode()
    half = 4 * 2**20
    first = start(folder, tmp_path / "config")
    upload = first.post("uploads", filename="t.csv", size=len(content))["id"]
    assert first.ask("PUT", f"uploads/{upload}", content[:half], offset=0)[0] == 200

    def send() -> None:
        with suppress(OSError, HTTPException):
            first.ask("PUT", f"uploads/{upload}", content[half:], offset=half)

    sending = threading.Thread(target=send)
    sending.start()
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()
    sending.join()
    second = start(folder, tmp_path / "config")
    try:
        arrived = second.get(f"uploads/{upload}")["offset"]
        assert arrived >= half
        second.ask("PUT", f"uploads/{upload}", content[arrived:], offset=arrived)
        rows = second.post("data", name="t", upload=upload)["asset"]["rows"]
    finally:
        end(second)
    assert rows == 2_500_000


def test_five_gigabytes_pass_through_without_filling_memory(server: Server) -> None:
    """Sent are 256 MB in chunks; what the server's memory grows by does not grow with them."""
    chunk = os.urandom(2**20) * 16
    upload = server.post("uploads", filename="big.csv", size=16 * len(chunk))
    server.ask("PUT", f"uploads/{upload['id']}", chunk, offset=0)
    before = _memory(server.process.pid)
    for place in range(1, 16):
        status, found = server.ask("PUT", f"uploads/{upload['id']}", chunk, offset=place * len(chunk))
        assert status == 200, found
    grown = _memory(server.process.pid) - before
    server.ask("DELETE", f"uploads/{upload['id']}")
    assert grown < 3 * len(chunk)


def test_a_large_file_is_read_by_a_job(tmp_path: Path) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "t.csv").write_text("a,b\n" + "1,2\n" * 5000)
    found = start(folder, tmp_path / "config", "--Labstudio.direct_import=1000")
    try:
        added = found.post("data", name="t", path="t.csv")
        job = found.until(f"jobs/{added['job']}", lambda one: one["ended"])
        rows = found.get("data/t")["rows"]
    finally:
        end(found)
    assert added["asset"] is None
    assert (job["state"], job["result"]) == ("complete", {"data": "t@1"})
    assert rows == 5000


def _memory(pid: int) -> int:
    """Resident bytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
