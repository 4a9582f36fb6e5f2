"""Where asset versions and their profiles are kept."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, Integer, String, Table, Text, UniqueConstraint

from labstudio.store import metadata

asset_versions = Table(
    "asset_versions",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),  # 1, 2, … per name
    Column("identity", String, nullable=False),  # of source bytes and import options together
    Column(
        "sha256", String, nullable=False
    ),  # of the source bytes; of a frame: of its canonical Arrow stream
    Column("table_sha256", String, nullable=False),  # of the Parquet file
    Column("rows", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),  # of the source, in bytes
    Column("schema", JSON, nullable=False),
    Column("options", JSON, nullable=False),  # import options as they were given
    Column("found", JSON, nullable=False),  # what the import found out by itself
    Column("source", Text, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    UniqueConstraint("name", "identity"),
)

profiles = Table(
    "profiles",
    metadata,
    Column("key", String, primary_key=True),  # of table and schema
    Column("content", JSON, nullable=False),
)
