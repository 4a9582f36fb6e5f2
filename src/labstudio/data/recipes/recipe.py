"""Steps put together: read from values, written as one SQL query or as a pandas script. It runs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labstudio.data import engine
from labstudio.data.recipes.steps import STEPS, Columns, Step
from labstudio.errors import Invalid

PRELUDE = '''\
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def read(path):
    """Read a table with exact missing values; whole numbers of 64 bits, dates in microseconds."""
    table, made = pq.read_table(path), {}
    for name, column in zip(table.column_names, table.columns):
        kind = column.type
        if pa.types.is_integer(kind):
            made[name] = column.cast(pa.int64())
        elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            column = column.cast(pa.float64())
            made[name] = pc.if_else(pc.is_nan(column), None, column)
        elif pa.types.is_boolean(kind):
            made[name] = column
        elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            made[name] = column.cast(pa.timestamp("us"))
        else:
            made[name] = column.cast(pa.string())
    return pa.table(made).to_pandas(types_mapper=pd.ArrowDtype)


def constant(df, value):
    kind = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}.get(type(value))
    kind = pa.timestamp("us") if isinstance(value, pd.Timestamp) else kind
    return pd.Series(pd.array([value] * len(df), dtype=pd.ArrowDtype(kind or pa.null())), index=df.index)


def compute(function, *columns, **options):
    """Call a function of pyarrow on whole columns; what is no number is missing."""
    made = function(*map(pa.array, columns), **options)
    if pa.types.is_floating(made.type):
        made = pc.if_else(pc.is_nan(made), None, made)
    return pd.Series(pd.array(made, dtype=pd.ArrowDtype(made.type)), index=columns[0].index)


def extract(pattern, text):
    found = re.search(pattern, text, re.ASCII)
    return (found[min(1, found.re.groups)] or None) if found else None


def to_number(column):
    if column.dtype != pd.ArrowDtype(pa.string()):
        return column.astype("float64[pyarrow]")
    plain = column.where(column.str.fullmatch(r"NUMBER|true|false")).replace({"true": "1", "false": "0"})
    return plain.map(float, na_action="ignore").astype("float64[pyarrow]")


def to_text(column):
    text = pa.array(column).cast(pa.string())
    return pd.Series(pd.array(text, dtype=pd.ArrowDtype(pa.string())), index=column.index)


def to_date(column):
    if column.dtype != pd.ArrowDtype(pa.string()):
        return column
    plain = column.where(column.str.fullmatch(r"DATE"))
    return pd.to_datetime(plain, format="ISO8601", errors="coerce").astype("timestamp[us][pyarrow]")
'''


def steps_of(values: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Read steps; Invalid names the one that cannot be.

    Examples
    --------
    >>> steps_of([{"op": "filter", "where": "a > 1"}])[0].where
    'a > 1'
    """
    made = []
    for place, value in enumerate(values, 1):
        try:
            made.append(step_of(value))
        except Invalid as error:
            raise Invalid(f"Step {place}: {error}") from None
    return made


def step_of(value: Mapping[str, Any]) -> Step:
    """Read one step."""
    op = value.get("op")
    if not isinstance(op, str) or op not in STEPS:
        raise Invalid(f"There is no operation {str(op)[:50]!r}; there is {', '.join(STEPS)}.")
    try:
        return STEPS[op].model_validate(dict(value))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"{op}: {where}: {first['msg']}.") from None


def canonical(steps: Sequence[Step]) -> str:
    """Write what the steps do, and nothing of notes or of what is switched off."""
    done = [{k: v for k, v in step.plain().items() if k != "note"} for step in steps if step.enabled]
    return json.dumps(done, sort_keys=True, separators=(",", ":"))


def identity(tables: Sequence[str], steps: Sequence[Step]) -> str:
    """Return the sha256 of the input tables, the recipe and the engine."""
    import duckdb

    said = "\n".join([*tables, canonical(steps), f"duckdb {duckdb.__version__}"])
    return hashlib.sha256(said.encode()).hexdigest()


def kind_of(type_name: str) -> str:
    """Return the kind of a DuckDB type."""
    if type_name == "BOOLEAN":
        return "boolean"
    if type_name == "DATE" or type_name.startswith("TIMESTAMP"):
        return "date"
    numbers = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")
    return (
        "number" if type_name.startswith(numbers) and not type_name.startswith(("UUID", "UNION")) else "text"
    )


def load(connection: Any, path: Path, names: Sequence[str], limit: int | None = None) -> tuple[Columns, str]:
    """Return the columns of a table and the query that reads it."""
    aliases = ", ".join([*(f"c{n}" for n in range(len(names))), "r"])
    source = f"read_parquet({engine.pattern(path)}, file_row_number = true) AS t({aliases})"
    types = [row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()][
        : len(names)
    ]
    columns, made = {}, []
    for number, (name, kind) in enumerate(zip(names, types, strict=True)):
        columns[name] = kind_of(kind)
        said = {
            "number": "BIGINT" if "INT" in kind else "DOUBLE",
            "date": "TIMESTAMP",
            "text": "VARCHAR",
        }.get(columns[name], "BOOLEAN")
        plain = f"CAST(c{number} AS {said})" if kind != said else f"c{number}"
        if said == "DOUBLE":
            plain = f"nullif({plain}, CAST('nan' AS DOUBLE))"
        made.append(f"{plain} AS c{number}")
    cut = f" LIMIT {limit}" if limit is not None else ""
    return columns, f"SELECT {', '.join([*made, 'r'])} FROM {source}{cut}"


def sql(columns: Columns, source: str, steps: Sequence[Step]) -> tuple[Columns, str]:
    """Return the columns after the steps, and one query for all of them."""
    parts, ordered = [f"s0 AS ({source})"], False
    for step in (step for step in steps if step.enabled):
        after = step.columns(columns)
        parts.append(f"s{len(parts)} AS ({step.sql(columns, f's{len(parts) - 1}')})")
        columns, ordered = after, ordered or step.orders
    names = ", ".join(f"c{number}" for number in range(len(columns)))
    end = " ORDER BY r" if ordered else ""
    return columns, f"WITH {', '.join(parts)} SELECT {names} FROM s{len(parts) - 1}{end}"


def pandas(columns: Columns, path: str, steps: Sequence[Step]) -> str:
    """Write the steps as a pandas script that ends with the table in ``df``."""
    from labstudio.data.recipes.functions import DATE, NUMBER

    lines = [
        PRELUDE.replace('r"NUMBER|', f'r"{NUMBER}|').replace('r"DATE"', f'r"{DATE}"'),
        "",
        f"df = read({path!r})",
    ]
    for step in steps:
        if step.note:
            lines += [f"# {line}" for line in step.note.splitlines()]
        if not step.enabled:
            lines.append(f"# switched off: {step.title}")
            continue
        after = step.columns(columns)
        lines += step.pandas(columns)
        columns = after
    return "\n".join(lines) + "\n"


def notebook(code: str, title: str) -> dict[str, Any]:
    """Return a notebook of one text and one code cell."""
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {title}"},
        {
            "cell_type": "code",
            "id": "code",
            "metadata": {},
            "source": code,
            "outputs": [],
            "execution_count": None,
        },
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
