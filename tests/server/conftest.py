"""One Jupyter server with the studio in it, shared by all tests of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from serving import Server, end, start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with two assets in it: people (few rows) and numbers."""
    folder = tmp_path_factory.mktemp("served")
    lines = [f"{20 + i % 50},{'north' if i % 3 else 'south'},{(i % 50) * 1.5 + i % 3}" for i in range(600)]
    (folder / "people.csv").write_text("\n".join(["age,region,spend", *lines]))
    found = start(folder, tmp_path_factory.mktemp("config"))
    found.post("data", name="people", path="people.csv")
    yield found
    end(found)
    unguarded = re.findall(r"- \w+ of \w+ registered for .*labstudio.*", found.log.read_text())
    assert not unguarded
