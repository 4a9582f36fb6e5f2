"""The same store on a real PostgreSQL, started for these tests and ended after them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from databases import postgresql

from labstudio import Workspace
from labstudio.errors import Forbidden, Invalid
from labstudio.store import Store
from labstudio.store.identity import acting_as

pytestmark = pytest.mark.skipif(os.environ.get("POSTGRES") == "0", reason="switched off by POSTGRES=0")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql() as address:
        yield address


@pytest.fixture
def store(url, tmp_path) -> Iterator[Store]:
    store = Store.open(url, str(tmp_path))
    yield store
    store.close()


def test_the_same_store_works(store, url, tmp_path):
    before = store.revision()
    with store.write() as connection:
        store.record(connection, "add", "data:a@1", rows=3)
        store.link(connection, "file:f", "data:a@1", "imported")
    assert store.revision() > before
    assert store.events(1)[0].detail == {"rows": 3}
    assert [edge.target for edge in store.lineage("file:f")] == ["data:a@1"]
    again = Store.open(url, str(tmp_path))
    assert again.events(1)[0].subject == "data:a@1"
    again.close()


def test_the_revision_grows_when_a_write_becomes_visible_and_not_before(store):
    with store.write() as connection:
        store.record(connection, "add", "data:slow@1")
        during = store.revision()
    assert store.revision() > during


def test_a_write_sends_a_notice(store, url):
    import psycopg

    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute("LISTEN labstudio")
        with store.write() as connection:
            store.record(connection, "add", "data:b@1")
        assert [notice.channel for notice in listener.notifies(timeout=10, stop_after=1)] == ["labstudio"]


def test_assets_are_numbered_without_gaps_by_two_processes(store, url, tmp_path):
    from labstudio.data import Data

    code = (
        "import sys, pandas as pd; from labstudio.store import Store; from labstudio.data import Data\n"
        "data = Data(Store.open(sys.argv[1], sys.argv[2]))\n"
        "for i in range(5): data.add('same', pd.DataFrame({'a': [i + 10 * int(sys.argv[3])]}))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, url, str(tmp_path), str(i)], stderr=subprocess.PIPE)
        for i in range(2)
    ]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    data = Data(store)
    assert sorted(int(data.frame(f"same@{i}")["a"].iloc[0]) for i in range(1, 11)) == [
        *range(5),
        *range(10, 15),
    ]
    assert data.add("same", pd.DataFrame({"a": [3]})).existed


def test_a_job_finds_the_database_by_its_environment_and_not_on_its_command_line(url, tmp_path):
    (tmp_path / "table.csv").write_text("x,y\n1,2\n")
    workspace = Workspace(url, files=str(tmp_path / "shared"))
    spec = {"name": "by-job", "path": str(tmp_path / "table.csv")}
    job = workspace.jobs.start("data.add", "table.csv", spec)
    while (now := workspace.jobs.get(job.id)).ended is None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                assert url.encode() not in process.read_bytes()
        time.sleep(0.1)
    assert (now.state, now.result) == ("complete", {"data": "by-job@1"})
    assert workspace.data.get("by-job").rows == 1
    assert "complete" in workspace.jobs.log(job.id).text


def test_the_place_of_the_files_must_be_said(url):
    with pytest.raises(Invalid, match="say where files are kept"):
        Store.open(url)


def test_the_history_makes_the_same_tables_here(store):
    from alembic import command
    from alembic.config import Config

    import labstudio.automl.tables
    import labstudio.data.tables
    import labstudio.jobs.tables
    import labstudio.labeling.tables
    import labstudio.models.tables
    import labstudio.serving.tables  # noqa: F401
    from labstudio.store import database

    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_people_label_here_at_once_and_nothing_is_lost_or_given_twice(url, tmp_path, monkeypatch):
    from importlib import import_module

    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    people = import_module("labeling_people")
    workspace = Workspace(url, files=str(tmp_path / "shared"))
    workspace.data.add("texts", pd.DataFrame({"text": [f"text {number}" for number in range(150)]}))
    project = workspace.labeling.create(data="texts", text="text", labels=["positive", "negative"])
    (tmp_path / "said").mkdir()
    found = people.crowd(
        url, tmp_path / "said", project.id, people=4, kills=1, files=str(tmp_path / "shared"), patience=200
    )
    assert (found.labels, found.lost, found.twice) == (150, 0, 0)
    then = workspace.labeling.progress(project.id).sequence
    assert len(workspace.labeling.standing(project.id, sequence=then)) == 150
    workspace.labeling.set_role(project.id, "ada", "annotator")
    with acting_as("ada"), pytest.raises(Forbidden, match="needs the role owner"):
        workspace.labeling.archive(project.id)
