"""Where jobs are kept: the table, and the only statements that touch it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Connection, Float, Integer, String, Table, Text, insert, select, update

from labstudio.store import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),  # "automl", "data.add"
    Column("title", Text, nullable=False),  # "gapminder@1 → lifeExp"
    Column("spec", JSON, nullable=False),  # what its kind is told
    Column("state", String, nullable=False),  # queued | running | complete | failed | stopped | interrupted
    Column("wish", String),  # of a person: "stop" or "kill"
    Column("process", JSON, nullable=False),  # ProcessMark of whoever answers for it: starter, then wrapper
    Column("child", JSON),  # ProcessMark of the process that does the work
    Column("error", Text),
    Column("result", JSON),
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
)


def insert_job(connection: Connection, values: Mapping[str, Any]) -> int:
    """Keep a new job; return its number."""
    result = connection.execute(insert(jobs).values(**values))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def update_job(
    connection: Connection, number: int, values: Mapping[str, Any], *, only_if: Sequence[str]
) -> bool:
    """Change a job that is in one of the states `only_if`; say whether it was."""
    this = (jobs.c.number == number) & jobs.c.state.in_(only_if)
    return connection.execute(update(jobs).where(this).values(**values)).rowcount == 1


def select_jobs(connection: Connection, number: int | None = None) -> list[dict[str, Any]]:
    """Return all jobs, or the one of a number, newest first."""
    query = select(jobs).order_by(jobs.c.number.desc())
    if number is not None:
        query = query.where(jobs.c.number == number)
    return [dict(row) for row in connection.execute(query).mappings()]
