"""The tables of the store itself, and the metadata on which every capability hangs its own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, MetaData, String, Table

metadata = MetaData(
    # constraints have the same names on every database, so that a later migration can name them
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),  # one row, 1
    Column("number", Integer, nullable=False),  # counts the writing transactions (SQLite only)
)

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("created", Float, nullable=False),
    Column("who", String, nullable=False),
    Column("door", String, nullable=False),  # python | magics | cli | ...
    Column("verb", String, nullable=False),
    Column("subject", String, nullable=False),  # "data:gapminder@1", "run:run-3", "model:life@1"
    Column("detail", JSON, nullable=False),
    Index("ix_events_subject", "subject"),
)

lineage = Table(
    "lineage",
    metadata,
    Column("source", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("relation", String, primary_key=True),
    Column("created", Float, nullable=False),
    Index("ix_lineage_target", "target"),
)
