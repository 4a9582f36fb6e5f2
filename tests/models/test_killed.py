"""Registering processes killed at any moment leave nothing half-registered."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import tiny

from labstudio.models import Models
from labstudio.models import registry_reader as reader
from labstudio.store import Store

pytestmark = pytest.mark.kill

# imports once, then forks a fresh process for every order: nothing is open yet at that moment
NURSERY = f"""
import json, os, sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
import mlflow.pyfunc, onnx, alembic.command
import mlflow.store.tracking.sqlalchemy_store, mlflow.store.model_registry.sqlalchemy_store
import tiny
from labstudio.models import Models
from labstudio.store import Store
print("ready", flush=True)
for line in sys.stdin:
    root, first = json.loads(line)
    child = os.fork()
    if not child:
        models = Models(Store.open(root))
        certified = [tiny.certified(float(weight)) for weight in range(first, first + 12)] if first else []
        models._tracking._ready()
        print("works", flush=True)
        for one in certified:
            models.register(one, "life")
            print("registered", flush=True)
        threading.Event().wait(60)  # to be killed
        os._exit(1)
    print(child, flush=True)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def nursery():
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


def order(nursery, root, first) -> int:
    nursery.stdin.write(json.dumps([str(root), first]) + "\n")
    nursery.stdin.flush()
    while not (line := nursery.stdout.readline().strip()).isdigit():
        pass  # what the one before had still to say
    return int(line)


def test_a_process_killed_while_it_registers_leaves_whole_versions_only(nursery, root):
    chance = random.Random(7)
    for turn in range(6):
        child = order(nursery, root, 1000 * (turn + 1))
        assert nursery.stdout.readline() == "works\n"
        for _ in range(turn % 3):
            assert nursery.stdout.readline() == "registered\n"
        time.sleep(chance.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
        store = Store.open(root)
        models = Models(store)
        with closing(sqlite3.connect(store.root / "labstudio.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        listed = models.list()
        for version in listed:
            assert len(models.load(version.ref).predict(tiny.FRAME)) == len(tiny.FRAME)
            assert version.certificate.passed
            assert any(edge.target == version.subject for edge in store.lineage(version.subject))
        registered = {(one.name, one.version) for one in reader.versions(models._tracking.path)}
        assert {(one.name, one.version) for one in listed} <= registered
        models.repair()
        assert models.repair() == []
        registered = {(one.name, one.version) for one in reader.versions(models._tracking.path)}
        assert {(one.name, one.version) for one in models.list()} == registered
        assert "RUNNING" not in reader.runs(models._tracking.path).values()
        client = models._tracking._ready()
        for version in models.list()[:3]:
            source = Path(
                client.get_model_version(version.name, str(version.version)).source.removeprefix("file:")
            )
            assert (source / "data" / "model.onnx").read_bytes() == store.files.read(version.sha256)
        store.close()
    assert models.list()


def test_a_process_killed_while_it_makes_mlflows_database_leaves_none_or_a_whole_one(nursery, tmp_path):
    root = tmp_path / ".labstudio"
    Store.open(root).close()
    chance = random.Random(3)
    for _ in range(4):
        child = order(nursery, root, 0)
        end = time.monotonic() + 20
        while not list(root.glob("mlflow.new-*")) and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.8))
        os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
        if reader.database(root).exists():
            break
    store = Store.open(root)
    models = Models(store)
    assert models.register(tiny.certified(5e6), "life").version >= 1
    assert not list(root.glob("mlflow.new-*"))
    assert models.repair() == []
    store.close()
