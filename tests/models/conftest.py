"""One MLflow database for all tests, copied into each workspace: making one takes seconds."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `tiny`, here and in the processes that tests start

from labstudio.models import Models
from labstudio.models.registry_reader import database
from labstudio.store import Store


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A whole MLflow database."""
    models = Models(Store.open(tmp_path_factory.mktemp("prepared") / ".labstudio"))
    models.repair()  # needs no MLflow yet
    models._tracking._ready()
    return models._tracking.path


@pytest.fixture
def root(tmp_path, prepared) -> Path:
    """The folder of a fresh workspace with a prepared MLflow database."""
    return furnished(tmp_path / "workspace", prepared)


@pytest.fixture
def store(root):
    opened = Store.open(root)
    yield opened
    opened.close()


@pytest.fixture
def models(store) -> Models:
    return Models(store)


def furnished(folder: Path, prepared: Path) -> Path:
    """Make a workspace around a copy of the database."""
    import sqlite3
    from contextlib import closing

    root = folder / ".labstudio"
    Store.open(root).close()
    with closing(sqlite3.connect(prepared)) as source, closing(sqlite3.connect(database(root))) as target:
        source.backup(target)
    return root


@pytest.fixture
def moved():
    """Move a workspace's folder."""

    def move(root: Path, to: Path) -> Path:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(root.parent, to)
        return to / ".labstudio"

    return move
