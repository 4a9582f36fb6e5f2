"""A workspace's data, empty, and a way to add text to it as a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labstudio.data import Data, ImportOptions, Version
from labstudio.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / ".labstudio")
    yield store
    store.close()


@pytest.fixture
def data(store) -> Data:
    return Data(store)


@pytest.fixture
def add(data, tmp_path) -> Callable[..., Version]:
    def add(content: str | bytes, **options: object) -> Version:
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return data.add("table", path, ImportOptions(**options))

    return add
