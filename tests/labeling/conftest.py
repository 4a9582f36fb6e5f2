"""A workspace with things to label."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pandas as pd
import pytest

from labstudio.data import Data
from labstudio.labeling import Labeling
from labstudio.store import Store

TEXTS = ["good 👍", "bad", "né̀e à Rome", "so so", "fine", "awful", "nice", "poor", "great", "meh", "ok", "no"]


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The workspace, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made") / ".labstudio"
    store = Store.open(folder)
    Data(store).add("reviews", pd.DataFrame({"id": range(len(TEXTS)), "text": TEXTS, "stars": [5, 1] * 6}))
    store.close()
    return folder


@pytest.fixture
def store(made, tmp_path) -> Iterator[Store]:
    shutil.copytree(made, tmp_path / ".labstudio")
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
