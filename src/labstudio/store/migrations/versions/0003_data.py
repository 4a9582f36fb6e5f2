"""Datastores, what is said of assets, recipes and quality rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "assets",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("archived", sa.Float),
        sa.Column("newest", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO assets (name, kind, description, tags, owner, created, newest) "
        "SELECT name, 'table', '', '[]', created_by, created, "
        "(SELECT max(a.version) FROM asset_versions a WHERE a.name = v.name) "
        "FROM asset_versions v WHERE version = 1"
    )
    op.add_column("asset_versions", sa.Column("kind", sa.String, nullable=False, server_default="table"))
    op.add_column("asset_versions", sa.Column("origin", sa.JSON))
    op.add_column("asset_versions", sa.Column("held", sa.Text))
    op.create_table(
        "datastores",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "recipes",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
    )
    op.create_table(
        "quality_rules",
        sa.Column("asset", sa.String, primary_key=True),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
    )
    op.create_table(
        "quality_checks",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("asset", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("results", sa.JSON, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("ix_quality_checks_asset", "quality_checks", ["asset", "version"])
