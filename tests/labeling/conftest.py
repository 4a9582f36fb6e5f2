"""A workspace with things to label."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from labstudio.data import Data
from labstudio.labeling import Labeling
from labstudio.store import Store

TEXTS = ["good 👍", "bad", "né̀e à Rome", "so so", "fine", "awful", "nice", "poor", "great", "meh", "ok", "no"]


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    store = Store.open(tmp_path / ".labstudio")
    yield store
    store.close()


@pytest.fixture
def data(store) -> Data:
    data = Data(store)
    data.add("reviews", pd.DataFrame({"id": range(len(TEXTS)), "text": TEXTS, "stars": [5, 1] * 6}))
    return data


@pytest.fixture
def labeling(store, data) -> Labeling:
    return Labeling(store, data)


@pytest.fixture
def project(labeling):
    return labeling.create(data="reviews", text="text", key="id", labels=["positive", "negative"])
