"""Making MLflow's database, and bringing that of an older MLflow up to this one.

Both run in a worker process: Alembic keeps the migration it is at in module globals, so that two migrations
in one process, MLflow's in a thread and ours of another workspace, would write into each other's database.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from labstudio.errors import Unavailable
from labstudio.models import registry_reader as reader


def make(path: Path, artifacts: str, wal: bool) -> None:
    """Make the database, under another name first: one cut short is never taken for a whole one."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    for left in path.parent.glob("mlflow.new-*"):
        left.unlink(missing_ok=True)
    making = path.with_name(f"mlflow.new-{os.getpid()}")
    # the artifact root goes into the default experiment; MLflow's own choice is the current folder
    store = SqlAlchemyStore(reader.tracking_uri(making), artifacts)
    our_experiment(store, artifacts)
    store.engine.dispose()
    if wal:
        with closing(sqlite3.connect(making)) as db:
            db.execute("PRAGMA journal_mode = wal")
    os.replace(making, path)


def our_experiment(client: Any, artifacts: str) -> str:
    """Return the id of the experiment under which our runs stand; made when it is not there."""
    found = client.get_experiment_by_name(reader.EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    location = f"{artifacts}/{reader.EXPERIMENT}"
    return str(client.create_experiment(reader.EXPERIMENT, artifact_location=location))


def is_current(path: Path) -> bool:
    """Whether the database has the tables that this MLflow wants."""
    from mlflow.store.db import utils

    return _revision(path) == str(utils._get_latest_schema_revision())


def upgrade(path: Path) -> None:
    """Bring the database up to this MLflow, after a copy into ``backups``."""
    from alembic.util import CommandError
    from mlflow.store.db import utils

    found = _revision(path)
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    copy = folder / f"mlflow-{found or 'empty'}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.db"
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(copy)) as target:
        db.backup(target)
    engine = utils.create_sqlalchemy_engine_with_retry(reader.tracking_uri(path))
    try:
        if found:
            utils._upgrade_db(engine)
        else:
            utils._initialize_tables(engine)
    except CommandError as error:
        raise Unavailable(
            f"MLflow's database {path} was written by a newer MLflow (schema {found}); update mlflow-skinny."
        ) from error
    finally:
        engine.dispose()


def _revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        try:
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            row = None  # an empty file
    return str(row[0]) if row else ""
