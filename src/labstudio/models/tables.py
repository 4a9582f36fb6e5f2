"""What the studio keeps of a registered model version beside MLflow's own record of it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Integer, String, Table

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
