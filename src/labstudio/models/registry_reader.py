"""MLflow's registry tables, read by plain SQL, so that no list ever waits for MLflow's import.

The one thing written here is where artifacts lie, when a workspace has moved. A test holds what is read
against `MlflowClient`. This module knows nothing of our own tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from labstudio.errors import Unavailable

EXPERIMENT = "labstudio"  # under which our runs stand in MLflow
_BUSY_SECONDS = 30.0
_LOCATIONS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


@dataclass(frozen=True)
class Registered:
    """A model version as MLflow has it."""

    name: str
    version: int
    run: str
    stage: str
    status: str
    description: str
    created: float  # Unix time in seconds
    aliases: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)


def database(root: Path) -> Path:
    """Where MLflow's database of a workspace lies."""
    return root / "mlflow.db"


def tracking_uri(path: Path) -> str:
    """How MLflow calls a database file.

    Only what SQLAlchemy would misread is escaped: MLflow makes folders from the text as it stands.
    """
    return "sqlite:///" + str(path).replace("%", "%25").replace("?", "%3F")


def artifacts_uri(root: Path) -> str:
    """Under which MLflow keeps the artifacts of a workspace."""
    return (root / "mlflow").as_uri()


def versions(path: Path) -> list[Registered]:
    """Return all registered versions, by name and then newest first; none where there is no database yet."""
    if not path.exists():
        return []
    with _open(path) as db:
        aliases: dict[tuple[str, int], list[str]] = {}
        for name, version, alias in db.execute("SELECT name, version, alias FROM registered_model_aliases"):
            aliases.setdefault((name, version), []).append(alias)
        tags: dict[tuple[str, int], dict[str, str]] = {}
        for name, version, key, value in db.execute(
            "SELECT name, version, key, value FROM model_version_tags"
        ):
            tags.setdefault((name, version), {})[key] = value
        rows = db.execute(
            "SELECT name, version, run_id, current_stage, status, description, creation_time"
            " FROM model_versions WHERE current_stage <> 'Deleted_Internal' ORDER BY name, version DESC"
        ).fetchall()
    return [
        Registered(
            name=name,
            version=version,
            run=run or "",
            stage=stage,
            status=status,
            description=description or "",
            created=created / 1000,
            aliases=tuple(sorted(aliases.get((name, version), ()))),
            tags=tags.get((name, version), {}),
        )
        for name, version, run, stage, status, description, created in rows
    ]


def runs(path: Path) -> dict[str, str]:
    """Return the status of every run of ours that is not deleted, by its id."""
    if not path.exists():
        return {}
    with _open(path) as db:
        return dict(
            db.execute(
                "SELECT run_uuid, runs.status FROM runs JOIN experiments USING (experiment_id)"
                " WHERE experiments.name = ? AND runs.lifecycle_stage = 'active'",
                (EXPERIMENT,),
            ).fetchall()
        )


def relocate(path: Path, artifacts: str) -> bool:
    """Point MLflow to where the artifacts lie now, if the workspace has moved; say whether it had."""
    if not path.exists():
        return False
    with _open(path) as db:
        query = "SELECT artifact_location FROM experiments WHERE name = ?"
        row = db.execute(query, (EXPERIMENT,)).fetchone()
        before = row[0].removesuffix(f"/{EXPERIMENT}") if row else artifacts
        if before == artifacts:
            return False
        db.execute("BEGIN IMMEDIATE")
        for table, column in _LOCATIONS:
            db.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
                (artifacts, len(before) + 1, len(before) + 1, before + "/"),
            )
        db.execute("COMMIT")
    return True


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        uri = f"{path.as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
            yield db
    except sqlite3.Error as error:
        raise Unavailable(
            f"MLflow's database {path} cannot be read ({error}); restore it from a copy, or try again later."
        ) from None
