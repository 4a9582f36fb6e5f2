"""Where endpoints are kept: which version of a model answers under which name."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table

from labstudio.store import metadata

endpoints = Table(
    "endpoints",
    metadata,
    Column("name", String, primary_key=True),
    Column("model", String, nullable=False),
    Column("version", Integer, nullable=False),  # a number, whatever alias it was called by
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),  # when this version came to answer
)
