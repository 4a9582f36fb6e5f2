"""A workspace with things to label."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pandas as pd
import pytest
from databases import postgresql

from labstudio.data import Data
from labstudio.labeling import Labeling
from labstudio.store import Store, metadata

TEXTS = ["good 👍", "bad", "né̀e à Rome", "so so", "fine", "awful", "nice", "poor", "great", "meh", "ok", "no"]

ON_BOTH = {"test_in_and_out", "test_queue", "test_teams"}  # modules of which each test runs on PostgreSQL too


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        metafunc.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def fill(store: Store) -> None:
    Data(store).add("reviews", pd.DataFrame({"id": range(len(TEXTS)), "text": TEXTS, "stars": [5, 1] * 6}))


def emptied(store: Store) -> None:
    """Take out what the test before has left; a database of its own for each would cost a second."""
    tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with store.write() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The workspace, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made") / ".labstudio"
    store = Store.open(folder)
    fill(store)
    store.close()
    return folder


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """A PostgreSQL of these tests."""
    if os.environ.get("POSTGRES") == "0":
        pytest.skip("switched off by POSTGRES=0")
    with postgresql() as address:
        yield address


@pytest.fixture
def store(request, tmp_path) -> Iterator[Store]:
    """A store on SQLite, or where a module asks for it on PostgreSQL too."""
    if getattr(request, "param", "sqlite") == "postgresql":
        store = Store.open(request.getfixturevalue("url"), str(tmp_path / "files"))
        emptied(store)
        fill(store)
    else:
        shutil.copytree(request.getfixturevalue("made"), tmp_path / ".labstudio")
        store = Store.open(tmp_path / ".labstudio")
    yield store
    store.close()


@pytest.fixture
def data(store) -> Data:
    return Data(store)


@pytest.fixture
def labeling(store, data) -> Labeling:
    return Labeling(store, data)


@pytest.fixture
def project(labeling):
    return labeling.create(data="reviews", text="text", key="id", labels=["positive", "negative"])
