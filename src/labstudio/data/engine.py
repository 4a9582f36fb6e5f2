"""DuckDB as this package uses it: a connection of one's own, nothing downloaded, names and paths quoted."""

from __future__ import annotations

import errno
import os
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any

from labstudio.data.parts import Parts, Stored
from labstudio.errors import Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 10000)"
"""How tables are written: level 1 takes a third less time than the usual one, for a seventh more bytes; a
column of many values is not tried as a dictionary for long."""


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
    """Return the first row; all rows are fetched, or the connection would stay busy with this result.

    An interrupt (a job's stop, Ctrl-C) ends the query: this thread only waits for another that runs it, for
    inside DuckDB it would hear of the interrupt when a piece of work is done, which may take minutes.
    """
    answer: Future[tuple[Any, ...]] = Future()
    Thread(target=_run, args=(connection, query, answer), name="labstudio-query", daemon=True).start()
    try:
        return answer.result()
    except KeyboardInterrupt:
        connection.interrupt()
        answer.exception()  # not before the query has ended may the connection be closed
        raise


def _run(connection: Any, query: str, answer: Future[tuple[Any, ...]]) -> None:
    try:
        answer.set_result(connection.execute(query).fetchall()[0])
    except Exception as error:
        answer.set_exception(error)


def text(value: str | Path) -> str:
    """Quote a text for SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + value.replace('"', '""') + '"'


def pattern(path: Stored) -> str:
    """Quote the path of one file to be read, which DuckDB takes for a glob pattern; of several, a list."""
    if isinstance(path, Parts):
        return f"[{', '.join(map(pattern, path.paths))}]"
    return text("".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path)))


def numbered(path: Stored) -> str:
    """What to select a table from, its row numbers as the last column ``file_row_number``.

    DuckDB counts the rows of each file, and not those of several files one below the other.
    """
    if not isinstance(path, Parts):
        return f"read_parquet({pattern(path)}, file_row_number = true)"
    parts = [
        f"SELECT * REPLACE (file_row_number + {start} AS file_row_number) FROM {numbered(one)}"
        for one, start in zip(path.paths, path.starts, strict=True)
    ]
    return f"({' UNION ALL '.join(parts)})"


def table(path: Stored, columns: int) -> str:
    """Name a Parquet file's columns ``c0, c1, …`` in a FROM clause: to DuckDB "a" and "A" are the same."""
    return f"read_parquet({pattern(path)}) AS t({', '.join(f'c{place}' for place in range(columns))})"


def full(error: Exception, place: Path) -> Unavailable | None:
    """Return the sentence for a disk that takes no more, where that is what the engine or Arrow met.

    Examples
    --------
    >>> str(full(OSError(28, "No space left on device"), Path("/data")))
    '/data cannot be written (No space left on device); make room there and try again.'
    >>> full(ValueError("not a number"), Path("/data")) is None
    True
    """
    said = str(error)
    for code in _FULL:
        if getattr(error, "errno", None) == code or os.strerror(code) in said:
            return Unavailable(
                f"{place} cannot be written ({os.strerror(code)}); make room there and try again."
            )
    return None
