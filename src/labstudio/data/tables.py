"""Where data is kept: assets, their versions and profiles, datastores, recipes, quality rules."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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
    Column("kind", String, nullable=False, server_default="table"),  # table | file | folder
    Column("origin", JSON),  # from what it can be made again: a datastore's path or query, a recipe
    Column("held", Text),  # why it is not the newest one for those who name no version; None where it may be
    UniqueConstraint("name", "identity"),
)

profiles = Table(
    "profiles",
    metadata,
    Column("key", String, primary_key=True),  # of table and schema
    Column("content", JSON, nullable=False),
)

# -- what is said of an asset as a whole; a version says what it holds
assets = Table(
    "assets",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),  # table | file | folder
    Column("description", Text, nullable=False),
    Column("tags", JSON, nullable=False),  # list of texts
    Column("owner", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("archived", Float),  # when it was put away; None while it is in use
    Column("newest", Integer, nullable=False),  # the highest number given to a version so far
)

datastores = Table(
    "datastores",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),  # folder | object | sql | delta | spark
    Column("url", Text, nullable=False),  # without a password
    Column("secret", Text),  # a reference such as env:LAKE_KEY, never a secret
    Column("options", JSON, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
)

# what is being prepared: the last saved form of each recipe; what a version was made by stands in the version
recipes = Table(
    "recipes",
    metadata,
    Column("name", String, primary_key=True),  # of the asset that it makes
    Column("content", JSON, nullable=False),  # inputs and steps
    Column("changed_by", String, nullable=False),
    Column("changed", Float, nullable=False),
)

quality_rules = Table(
    "quality_rules",
    metadata,
    Column("asset", String, primary_key=True),
    Column("content", JSON, nullable=False),  # the list of rules
    Column("changed_by", String, nullable=False),
    Column("changed", Float, nullable=False),
)

quality_checks = Table(
    "quality_checks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("asset", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rules", JSON, nullable=False),  # as they were when it was checked
    Column("results", JSON, nullable=False),
    Column("passed", Boolean, nullable=False),  # no blocking rule failed
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_quality_checks_asset", "asset", "version"),
)
