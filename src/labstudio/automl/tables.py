"""Where AutoML runs and their trials are kept: the tables, and the only statements that touch them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    delete,
    false,
    insert,
    select,
    update,
)

from labstudio.automl.trial import Trial
from labstudio.store import metadata

runs = Table(
    "automl_runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("data", String, nullable=False),  # "gapminder@1"
    Column("settings", JSON, nullable=False),  # AutoMLRun as it was given
    Column("state", String, nullable=False),  # queued | running | complete | stopped | failed
    Column("process", JSON, nullable=False),  # ProcessMark of whoever runs it, or shall
    Column("stop_requested", Boolean, nullable=False, server_default=false()),
    Column("error", Text),
    Column("outcome", JSON),  # task, metric, hold-out, notes, classes: what the result says of itself
    Column("model_sha256", String),  # the recommended ONNX file
    Column("certificate_sha256", String),
    Column("created_by", String, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
    Column("job", String),  # "job-3" where a background job runs it
    Column("progress", JSON),  # phase, elapsed, budget, trials, at: for those who watch from elsewhere
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
    Column("refit", JSON, nullable=False),  # hyper-parameters for all rows, rounds found
)


def insert_run(connection: Connection, values: Mapping[str, Any]) -> int:
    """Begin a run; return its number."""
    result = connection.execute(insert(runs).values(**values))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def update_run(
    connection: Connection, number: int, values: Mapping[str, Any], *, only_if: str | None
) -> bool:
    """Change a run that is in the state `only_if` (None: in any); say whether it was."""
    this = update(runs).where(runs.c.number == number)
    if only_if is not None:
        this = this.where(runs.c.state == only_if)
    return connection.execute(this.values(**values)).rowcount == 1


def delete_run(connection: Connection, number: int) -> None:
    """Forget a run and its trials."""
    connection.execute(delete(trials).where(trials.c.run == number))
    connection.execute(delete(runs).where(runs.c.number == number))


def stop_requested(connection: Connection, number: int) -> bool:
    """Whether a person wants a run to stop."""
    return bool(connection.execute(select(runs.c.stop_requested).where(runs.c.number == number)).scalar())


def save_trial(connection: Connection, number: int, trial: Trial) -> None:
    """Keep a trial of a run in its newest state."""
    values = asdict(trial)
    this = (trials.c.run == number) & (trials.c.number == trial.number)
    if not connection.execute(update(trials).where(this).values(**values)).rowcount:
        connection.execute(insert(trials).values(run=number, **values))


def select_runs(connection: Connection, number: int | None = None) -> list[dict[str, Any]]:
    """Return all runs, or the one of a number, newest first."""
    query = select(runs).order_by(runs.c.number.desc())
    if number is not None:
        query = query.where(runs.c.number == number)
    return [dict(row) for row in connection.execute(query).mappings()]


def select_trials(connection: Connection, number: int) -> list[Trial]:
    """Return the trials of a run in the order they began."""
    columns = [column for column in trials.c if column.name != "run"]
    query = select(*columns).where(trials.c.run == number).order_by(trials.c.number)
    return [Trial(**row) for row in connection.execute(query).mappings()]
