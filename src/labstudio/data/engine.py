"""DuckDB as this package uses it: a connection of one's own, nothing downloaded, names and paths quoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def connect(folder: Path) -> Any:
    """Open a DuckDB connection that spills to `folder`; threads each open their own."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",  # a laptop in a train has no extension repository
            "autoload_known_extensions": "false",
            "memory_limit": "50%",  # of the machine; beyond it goes to the disk
            "temp_directory": str(folder / "duckdb"),
        },
    )
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


def one(connection: Any, query: str) -> tuple[Any, ...]:
    """Return the first row; all rows are fetched, or the connection would stay busy with this result."""
    try:
        row: tuple[Any, ...] = connection.execute(query).fetchall()[0]
    except RuntimeError as error:
        if (
            str(error) == "Query interrupted"
        ):  # what DuckDB makes of an interrupt from the keyboard, or of a job
            raise KeyboardInterrupt from None
        raise
    return row


def text(value: str | Path) -> str:
    """Quote a text for SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + value.replace('"', '""') + '"'


def pattern(path: Path) -> str:
    """Quote the path of one file to be read, which DuckDB takes for a glob pattern."""
    return text("".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path)))


def table(path: Path, columns: int) -> str:
    """Name a Parquet file's columns ``c0, c1, …`` in a FROM clause: to DuckDB "a" and "A" are the same."""
    return f"read_parquet({pattern(path)}) AS t({', '.join(f'c{place}' for place in range(columns))})"
