"""The core: store, data, AutoML runs and registered models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    revisions = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.bulk_insert(revisions, [{"id": 1, "number": 0}])
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("door", sa.String, nullable=False),
        sa.Column("verb", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("ix_events_subject", "events", ["subject"])
    op.create_table(
        "lineage",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("relation", sa.String, primary_key=True),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("ix_lineage_target", "lineage", ["target"])
    op.create_table(
        "asset_versions",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("identity", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("table_sha256", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("schema", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.UniqueConstraint("name", "identity"),
    )
    op.create_table(
        "profiles",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_table(
        "automl_runs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("data", sa.String, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("process", sa.JSON, nullable=False),
        sa.Column("stop_requested", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("error", sa.Text),
        sa.Column("outcome", sa.JSON),
        sa.Column("model_sha256", sa.String),
        sa.Column("certificate_sha256", sa.String),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
    )
    op.create_table(
        "automl_trials",
        sa.Column("run", sa.Integer, sa.ForeignKey("automl_runs.number"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String, nullable=False),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("error_bar", sa.Float),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("refit", sa.JSON, nullable=False),
    )
    op.create_table(
        "model_versions",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("mlflow_run", sa.String, nullable=False),
        sa.Column("file_sha256", sa.String, nullable=False),
        sa.Column("certificate_sha256", sa.String, nullable=False),
        sa.Column("task", sa.String, nullable=False),
        sa.Column("target", sa.String),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
