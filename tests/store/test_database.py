"""The database of a workspace: opened, written by many, killed, migrated, refused."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from labstudio.errors import Conflict, Unavailable
from labstudio.store import Store, database

pytestmark = pytest.mark.core

WRITER = """
import sys
from labstudio.store import Store
from labstudio.store.tables import events
store = Store.open(sys.argv[1])
print("open", flush=True)
for i in range(int(sys.argv[2])):
    with store.write() as connection:
        store.record(connection, "begun", f"pair:{sys.argv[3]}-{i}")
        store.record(connection, "ended", f"pair:{sys.argv[3]}-{i}")
    print(i, flush=True)
"""


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(store: Store, query: str) -> list[tuple]:
    with store.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture
def store(tmp_path: Path):
    store = Store.open(tmp_path / ".labstudio")
    yield store
    store.close()


def test_opening_an_existing_workspace_loads_no_sqlalchemy(store):
    code = (
        "import sys; from labstudio.store import Store; Store.open(sys.argv[1]);"
        "print([name for name in ('sqlalchemy', 'alembic', 'pandas', 'fsspec') if name in sys.modules])"
    )
    child = start(code, store.root)
    assert child.communicate() == ("[]\n", "")


def test_what_is_written_appears_with_an_event_and_a_new_revision(store):
    before = store.revision()
    with store.write() as connection:
        store.record(connection, "add", "data:a@1", rows=3)
        store.link(connection, "file:abc", "data:a@1", "imported")
    assert store.revision() == before + 1
    [event] = store.events()
    assert (event.verb, event.subject, event.detail, event.door) == ("add", "data:a@1", {"rows": 3}, "python")


def test_an_error_inside_a_write_leaves_nothing_and_no_new_revision(store):
    before = store.revision()

    def fails_half_way() -> None:
        with store.write() as connection:
            store.record(connection, "add", "data:a@1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert store.events() == []
    assert store.revision() == before


def test_everything_read_in_one_reading_is_from_one_moment(store):
    with store.read() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM events").scalar()
        with store.write() as other:
            store.record(other, "add", "data:a@1")
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == first


def test_lineage_is_followed_both_ways_through_any_number_of_steps(store):
    with store.write() as connection:
        for source, target in (("file:f", "data:d@1"), ("data:d@1", "run:run-1"), ("run:run-1", "model:m@1")):
            store.link(connection, source, target, "made")
            store.link(connection, source, target, "made")
        store.link(connection, "file:other", "data:other@1", "made")
    edges = [(edge.source, edge.target) for edge in store.lineage("data:d@1")]
    assert sorted(edges) == [("data:d@1", "run:run-1"), ("file:f", "data:d@1"), ("run:run-1", "model:m@1")]


def test_a_circle_of_lineage_comes_to_an_end(store):
    with store.write() as connection:
        for source, target in (("a", "b"), ("b", "a")):
            store.link(connection, source, target, "made")
    assert len(store.lineage("a")) == 2


def test_two_processes_write_at_once_and_lose_nothing(store):
    children = [start(WRITER, store.root, 100, name) for name in ("x", "y")]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error
    assert rows(store, "SELECT count(*), count(DISTINCT subject) FROM events") == [(400, 200)]
    assert store.revision() == 200


@pytest.mark.kill
def test_a_writer_killed_at_any_moment_leaves_whole_transactions(store):
    for round_ in range(8):
        child = start(WRITER, store.root, 10_000, round_)
        assert child.stdout is not None
        for _ in range(2 + 7 * round_):  # it is writing without a pause when it dies
            child.stdout.readline()
        child.kill()
        child.communicate()
        assert child.returncode == -signal.SIGKILL
    halves = "SELECT subject FROM events GROUP BY subject HAVING count(*) <> 2"
    assert rows(store, halves) == []
    [(pairs,)] = rows(store, "SELECT count(*) / 2 FROM events")
    assert pairs == store.revision() > 8 * 2
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]


def test_processes_that_make_the_same_workspace_at_once_all_succeed(tmp_path):
    children = [start(WRITER, tmp_path / "new" / ".labstudio", 1, name) for name in range(4)]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error
    store = Store.open(tmp_path / "new" / ".labstudio")
    assert rows(store, "SELECT count(*) FROM events") == [(8,)]
    assert rows(store, "SELECT version_num FROM labstudio_version") == [(database._head(),)]
    store.close()


@pytest.mark.kill
def test_a_making_that_was_killed_is_done_again(tmp_path):
    code = (
        "import os, signal, sys; from labstudio.store import Store, database; whole = database._migrate\n"
        "def half(connection):\n"
        "    whole(connection)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "database._migrate = half; Store.open(sys.argv[1])"
    )
    child = start(code, tmp_path)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    store = Store.open(tmp_path)
    assert store.events() == []
    store.close()


def test_a_database_of_a_newer_labstudio_is_refused_and_left_alone(store):
    with sqlite3.connect(store._file) as connection:
        connection.execute("UPDATE labstudio_version SET version_num = '9999'")
    with pytest.raises(Conflict, match=r"newer Labstudio .*9999.*update Labstudio"):
        Store.open(store.root)


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "labstudio.db").write_bytes(b"this is no database at all, " * 100)
    with pytest.raises(Unavailable, match=r"labstudio\.db cannot be read .*move it away"):
        Store.open(tmp_path)


def test_a_database_broken_behind_its_first_page_is_named_when_it_is_read(store):
    for i in range(200):
        with store.write() as connection:
            store.record(connection, "add", f"data:{i}", note="x" * 200)
    store.close()
    content = bytearray(store._file.read_bytes())
    events = content.index(b"x" * 200) // 4096 * 4096  # the first page of what was written last
    content[events:] = b"\xff" * (len(content) - events)
    store._file.write_bytes(content)
    with pytest.raises(Unavailable, match=r"labstudio\.db cannot be used now"):
        Store.open(store.root).events()


def test_a_workspace_where_no_folder_can_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be made"):
        Store.open(tmp_path / "file" / ".labstudio")


def test_postgresql_without_its_driver_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable, match=r"needs the package psycopg: pip install"):
        Store.open("postgresql://lab@localhost/lab", str(tmp_path))


def test_a_postgresql_that_does_not_answer_is_a_sentence_without_its_password(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(Unavailable, match="The PostgreSQL database cannot be used now") as caught:
        Store.open("postgresql://lab:geheim@127.0.0.1:9/lab", str(tmp_path))
    assert "geheim" not in str(caught.value)


def test_an_older_database_is_copied_and_then_migrated(store, tmp_path, monkeypatch):
    with store.write() as connection:
        store.record(connection, "add", "data:a@1")
    store.close()
    migrations, head = tmp_path / "migrations", database._head()
    shutil.copytree(database.MIGRATIONS, migrations)
    (migrations / "versions" / "0099_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '0099'\ndown_revision = {database._head()!r}\n"
        "def upgrade():\n    op.create_table('more', sa.Column('id', sa.Integer, primary_key=True))\n"
    )
    monkeypatch.setattr(database, "MIGRATIONS", migrations)
    newer = Store.open(store.root)
    assert rows(newer, "SELECT version_num, (SELECT count(*) FROM more) FROM labstudio_version") == [
        ("0099", 0)
    ]
    assert len(newer.events()) == 1
    [copy] = (store.root / "backups").iterdir()
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT version_num FROM labstudio_version").fetchone() == (head,)
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)
    newer.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(store, tmp_path, monkeypatch):
    migrations = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, migrations)
    (migrations / "versions" / "0099_bad.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '0099'\ndown_revision = {database._head()!r}\n"
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer))\n    1 / 0\n"
    )
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", migrations)
        with pytest.raises(ZeroDivisionError):
            Store.open(store.root)
    again = Store.open(store.root)
    assert rows(again, "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    again.close()


@pytest.mark.parametrize("folder", ["100% of it", "a#b?c", "wörk [x]*", "it's"])
def test_any_folder_name_will_do(tmp_path, folder):
    for _ in range(2):
        store = Store.open(tmp_path / folder / ".labstudio")
        with store.write() as connection:
            store.record(connection, "add", "data:a@1")
        store.close()
    assert len(store.events()) == 2
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_opens_connections_of_its_own(store):
    with store.write() as connection:
        store.record(connection, "add", "data:parent@1")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with store.write() as connection:
                store.record(connection, "add", "data:child@1")
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with store.write() as connection:
        store.record(connection, "add", "data:parent@2")
    assert [event.subject for event in store.events()] == ["data:parent@2", "data:child@1", "data:parent@1"]


def test_many_threads_share_one_store(store):
    def write(name: int) -> None:
        for i in range(20):
            with store.write() as connection:
                store.record(connection, "add", f"data:{name}@{i}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({event.subject for event in store.events(1000)}) == 100


def test_a_busy_database_is_a_sentence(store):
    impatient = Store.open(store.root, patience=0.05)
    with store.write() as connection:
        store.record(connection, "add", "data:a@1")
        with pytest.raises(Unavailable, match="busy with another writer"), impatient.write():
            pass
    impatient.close()


def test_the_write_ahead_log_is_folded_back_when_it_has_grown(store, monkeypatch):
    monkeypatch.setattr(database, "CHECKPOINT_BYTES", 100_000)
    log = store.root / "labstudio.db-wal"
    sizes = []
    for i in range(60):
        with store.write() as connection:
            store.record(connection, "add", f"data:{i}", note="x" * 5000)
        sizes.append(log.stat().st_size)
    assert max(sizes) > 20_000
    assert 0 in sizes
    assert len(store.events()) == 60


def test_a_network_file_system_is_recognised_and_gets_the_rollback_journal(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/home {tmp_path}/my\\040home nfs4 rw 0 0\n")
    home = tmp_path / "my home"
    assert database._network_file_system(home / "x", mounts) == "nfs4"
    assert database._network_file_system(tmp_path / "elsewhere", mounts) is None
    monkeypatch.setattr(database, "_network_file_system", lambda folder: "nfs4")
    with pytest.warns(UserWarning, match=r"network file system \(nfs4\)"):
        store = Store.open(home)
    assert rows(store, "PRAGMA journal_mode") == [("delete",)]
    store.close()


def test_the_history_makes_exactly_the_tables_that_the_capabilities_declare(store):
    from alembic import command
    from alembic.config import Config

    import labstudio.automl.tables
    import labstudio.data.tables
    import labstudio.jobs.tables
    import labstudio.labeling.tables
    import labstudio.models.tables
    import labstudio.serving.tables  # noqa: F401

    config = Config(attributes={"connection": None})
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.check(config)
