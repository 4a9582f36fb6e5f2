"""Where AutoML runs and their trials are kept."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, String, Table, Text, false

from labstudio.store import metadata

runs = Table(
    "automl_runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("data", String, nullable=False),  # "gapminder@1"
    Column("settings", JSON, nullable=False),  # AutoMLRun as it was given
    Column("state", String, nullable=False),  # running | complete | stopped | failed
    Column("process", JSON, nullable=False),  # ProcessMark of whoever runs it
    Column("stop_requested", Boolean, nullable=False, server_default=false()),
    Column("error", Text),
    Column("outcome", JSON),  # task, metric, hold-out, notes, classes: what the result says of itself
    Column("model_sha256", String),  # the recommended ONNX file
    Column("certificate_sha256", String),
    Column("created_by", String, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
)

trials = Table(
    "automl_trials",
    metadata,
    Column("run", Integer, ForeignKey("automl_runs.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("learner", String, nullable=False),
    Column("params", JSON, nullable=False),
    Column("state", String, nullable=False),  # running | complete | failed | stopped
    Column("score", Float),
    Column("error_bar", Float),
    Column("seconds", Float, nullable=False),
    Column("message", Text, nullable=False),
)
