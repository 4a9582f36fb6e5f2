"""Background jobs, and what an AutoML run tells of itself to those who watch from elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("spec", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("wish", sa.String),
        sa.Column("process", sa.JSON, nullable=False),
        sa.Column("child", sa.JSON),
        sa.Column("error", sa.Text),
        sa.Column("result", sa.JSON),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("ended", sa.Float),
    )
    op.add_column("automl_runs", sa.Column("job", sa.String))
    op.add_column("automl_runs", sa.Column("progress", sa.JSON))
