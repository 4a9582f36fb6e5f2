"""Labeling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "labeling_projects",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("data", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("item_kind", sa.String, nullable=False),
        sa.Column("task", sa.String, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("archived", sa.Float),
    )
    op.create_index("ix_labeling_projects_name", "labeling_projects", ["name"])
    op.create_table(
        "labeling_exports",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("ix_labeling_exports_project", "labeling_exports", ["project"])
    op.create_table(
        "labeling_items",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("group", sa.String),
        sa.Column("split", sa.String),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("retired", sa.Float),
        sa.Column("fresh_from", sa.Integer, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.Column("decided", sa.Integer),
        sa.Column("auto", sa.Integer),
        sa.Column("audit", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.UniqueConstraint("project", "key"),
    )
    op.create_index("ix_labeling_items_open", "labeling_items", ["project", "open", "rank"])
    op.create_index("ix_labeling_items_place", "labeling_items", ["project", "version", "place"])
    op.create_table(
        "labeling_members",
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
    )
    op.create_table(
        "labeling_model_runs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("encoder", sa.String, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("outcome", sa.JSON, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("reverted", sa.Float),
        sa.Column("reverted_by", sa.String),
    )
    op.create_index("ix_labeling_model_runs_project", "labeling_model_runs", ["project"])
    op.create_table(
        "labeling_schemas",
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "labeling_annotations",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), nullable=False),
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), nullable=False),
        sa.Column("annotator", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("value", sa.JSON),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("milliseconds", sa.Integer),
        sa.Column("suggestion", sa.Integer),
        sa.Column("supersedes", sa.Integer),
        sa.Column("run", sa.Integer),
        sa.Column("reason", sa.String),
        sa.Column("batch", sa.String),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.UniqueConstraint("client_id"),
    )
    op.create_index(
        "ix_labeling_annotations_annotator", "labeling_annotations", ["project", "annotator", "number"]
    )
    op.create_index("ix_labeling_annotations_item", "labeling_annotations", ["item"])
    op.create_index("ix_labeling_annotations_run", "labeling_annotations", ["run"])
    op.create_index("ix_labeling_annotations_supersedes", "labeling_annotations", ["supersedes"])
    op.create_table(
        "labeling_gold",
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("ix_labeling_gold_project", "labeling_gold", ["project"])
    op.create_table(
        "labeling_leases",
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), primary_key=True),
        sa.Column("annotator", sa.String, primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
    op.create_index("ix_labeling_leases_project", "labeling_leases", ["project", "annotator"])
    op.create_table(
        "labeling_notes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), nullable=False),
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("shape", sa.String),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("resolved", sa.Float),
        sa.Column("resolved_by", sa.String),
        sa.UniqueConstraint("client_id"),
    )
    op.create_index("ix_labeling_notes_item", "labeling_notes", ["project", "item"])
    op.create_table(
        "labeling_priorities",
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("priority", sa.Float, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
    op.create_index("ix_labeling_priorities_project", "labeling_priorities", ["project", "priority"])
    op.create_table(
        "labeling_reviews",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Integer, sa.ForeignKey("labeling_projects.number"), nullable=False),
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("annotation", sa.Integer),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.UniqueConstraint("client_id"),
    )
    op.create_index("ix_labeling_reviews_item", "labeling_reviews", ["item"])
    op.create_table(
        "labeling_suggestions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("labeling_model_runs.number"), nullable=False),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("label", sa.String),
    )
    op.create_index("ix_labeling_suggestions_item", "labeling_suggestions", ["item", "run"])
    op.create_index("ix_labeling_suggestions_run", "labeling_suggestions", ["run"])
    op.create_table(
        "labeling_votes",
        sa.Column("item", sa.Integer, sa.ForeignKey("labeling_items.number"), primary_key=True),
        sa.Column("annotator", sa.String, primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("annotation", sa.Integer, sa.ForeignKey("labeling_annotations.number"), nullable=False),
        sa.Column("action", sa.String, nullable=False),
    )
    op.create_index("ix_labeling_votes_project", "labeling_votes", ["project", "annotator"])
