"""What the studio keeps of a registered model version beside MLflow's own record of it.

The table, and the only statements that touch it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Column, Connection, Float, Integer, String, Table, delete, insert, select

from labstudio.store import metadata

model_versions = Table(
    "model_versions",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),  # the version MLflow gave
    Column("mlflow_run", String, nullable=False),
    Column("file_sha256", String, nullable=False),
    Column("certificate_sha256", String, nullable=False),
    Column("task", String, nullable=False),
    Column("target", String),
    Column("metrics", JSON, nullable=False),
    Column("source", String, nullable=False),  # subject it was made from: "run:run-3", "file:<sha>"
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
)


def insert_version(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep a version that MLflow has given."""
    connection.execute(insert(model_versions).values(**values))


def delete_version(connection: Connection, name: str, version: int) -> None:
    """Forget a version that a person has deleted in MLflow; its events and its file stay."""
    this = (model_versions.c.name == name) & (model_versions.c.version == version)
    connection.execute(delete(model_versions).where(this))


def select_versions(connection: Connection) -> list[dict[str, Any]]:
    """Return all versions, by name and then newest first."""
    query = select(model_versions).order_by(model_versions.c.name, model_versions.c.version.desc())
    return [dict(row) for row in connection.execute(query).mappings()]
