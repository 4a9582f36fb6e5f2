"""Steps put together: read from values, written as a query or as a script, with what each column comes from.

It runs nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from labstudio.data import engine
from labstudio.data.parts import Parts, Stored, stored_schema
from labstudio.data.recipes.prelude import PANDAS, POLARS, with_prelude
from labstudio.data.recipes.steps import STEPS, Columns, Given, Query, Sort, Step, Table
from labstudio.data.recipes.steps.step import order_sql, sort_keys
from labstudio.errors import Invalid

ENGINE = 2  # another number where the same steps give other rows than before
_RESERVED = {"r", "i", "a", "b", "n", "part", "drawn", "first"}  # what queries call their own columns
_COMMENT = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")

# -- reading


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

    said = "\n".join([*tables, canonical(steps), f"recipes {ENGINE}, duckdb {duckdb.__version__}"])
    return hashlib.sha256(said.encode()).hexdigest()


def table(ref: str, path: Stored, name: str = "s0") -> Table:
    """Return what a recipe has to know of a table."""
    import pyarrow as pa

    columns, casts, doubles = Columns(), dict[str, str](), set[str]()
    for field in stored_schema(path):
        kind = field.type
        if pa.types.is_boolean(kind):
            columns[field.name], wanted, plain = "boolean", "BOOLEAN", True
        elif pa.types.is_integer(kind):
            columns[field.name], wanted, plain = "number", "BIGINT", kind == pa.int64()
        elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            columns[field.name], wanted, plain = "number", "DOUBLE", kind == pa.float64()
            doubles.add(field.name)
        elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            columns[field.name], wanted, plain = "date", "TIMESTAMP", kind == pa.timestamp("us")
        else:
            columns[field.name], wanted, plain = "text", "VARCHAR", kind == pa.string()
        if not plain:
            casts[field.name] = wanted
    return Table(ref, columns, name, path, casts, frozenset(doubles))


def names_for(refs: Sequence[str]) -> dict[str, str]:
    """Give other tables names that queries and code can have: of ``customers@3`` it is ``customers_3``.

    Examples
    --------
    >>> names_for(["customers@3", "2025-é@1"])
    {'customers@3': 'customers_3', '2025-é@1': 't_2025___1'}
    """
    found = dict[str, str]()
    for ref in refs:
        name = re.sub(r"[^A-Za-z0-9_]", "_", ref)
        name = name if name[0].isalpha() else f"t_{name}"
        while name.lower() in {one.lower() for one in found.values()}:
            name += "_"
        found[ref] = name
    return found


# -- what the steps come to


class StepWrong(Invalid):
    """A step that cannot be done: its place from 0, and why."""

    def __init__(self, place: int, step: Step, reason: Invalid) -> None:
        super().__init__(f"Step {place + 1}, {step.title}: {reason}")
        self.place, self.reason = place, reason


@dataclass(frozen=True)
class Done:
    """A step that is done, and what it finds."""

    step: Step
    given: Given
    after: Columns


def done(input: Table, steps: Sequence[Step], tables: Mapping[str, Table]) -> Iterator[Done]:
    """Go through the steps that are switched on; Invalid where one cannot be done."""
    columns = input.columns
    for place, step in enumerate(steps):
        if not step.enabled:
            continue
        given = Given(columns, tables)
        try:
            columns = step.columns(given)
        except Invalid as error:
            raise StepWrong(place, step, error) from None
        yield Done(step, given, columns)


def lineage(
    input: Table, steps: Sequence[Step], tables: Mapping[str, Table]
) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    """Return the columns of the inputs that each column comes from, and those that decide about rows."""
    found = {name: {(input.ref, name)} for name in input.columns}
    rows = set[tuple[str, str]]()
    for one in done(input, steps, tables):
        before = found

        def traced(
            pair: tuple[str, str], before: dict[str, set[tuple[str, str]]] = before
        ) -> set[tuple[str, str]]:
            return {pair} if pair[0] else before[pair[1]]

        rows |= {pair for name in one.step.deciding(one.given) for pair in before[name]}
        sources = one.step.sources(one.given)
        found = {name: set().union(*map(traced, sources.get(name, ()))) for name in one.after}
    return {name: sorted(pairs) for name, pairs in found.items()}, sorted(rows)


# -- writing


def with_tables(query: str, tables: Sequence[Table], *, spelled: bool = False) -> str:
    """Put other tables in front of a query."""
    if not tables:
        return query
    said = ", ".join(f"{one.name} AS NOT MATERIALIZED ({one.scan(spelled=spelled)})" for one in tables)
    return f"WITH {said} {query}"


def needed(step: Step, tables: Mapping[str, Table]) -> list[Table]:
    """Return the other tables of a step."""
    return [tables[ref] for ref in step.inputs()]


def sql(input: Table, steps: Sequence[Step], tables: Mapping[str, Table]) -> tuple[Columns, str]:
    """Return the columns after the steps, and one query for all of them as the engine runs it."""
    parts, columns = _parts(input, steps, tables, spelled=False)
    end = _end(columns, parts[-1][0], steps, spelled=False)
    found = [*done(input, steps, tables)]
    if found and isinstance(last := found[-1].step, Sort):
        # the rows are sorted once, and not first for their places and then by these
        parts.pop()
        source = parts[-1][0]
        keys = order_sql(sort_keys(last.by, found[-1].given), Query(found[-1].given, source))
        end = f"{_end(columns, source, [], spelled=False)} ORDER BY {keys}"
    said = ", ".join(f"{name} AS NOT MATERIALIZED ({query})" for name, query, _ in parts)
    return columns, f"WITH {said} {end}"


def sql_for_people(input: Table, steps: Sequence[Step], tables: Mapping[str, Table]) -> str:
    """Write the steps as SQL for DuckDB, with the names of columns wherever DuckDB can tell them apart."""
    found = [*done(input, steps, tables)]
    spelled = all(
        _can_be_spelled(one)
        for one in (input.columns, *(step.after for step in found), *(t.columns for t in tables.values()))
    )
    parts, columns = _parts(input, steps, tables, spelled=spelled)
    ctes = ",\n\n".join(
        "".join(f"-- {_comment(line)}\n" for line in comment) + f"{name} AS (\n  {query}\n)"
        for name, query, comment in parts
    )
    return f"WITH\n{ctes}\n\n{_end(columns, parts[-1][0], steps, spelled=spelled, people=True)};\n"


def _parts(
    input: Table, steps: Sequence[Step], tables: Mapping[str, Table], *, spelled: bool
) -> tuple[list[tuple[str, str, list[str]]], Columns]:
    """Return a name, a query and comments for each table and step, and the columns at the end."""
    placed = any(step.orders for step in steps if step.enabled)
    used = {ref for step in steps if step.enabled for ref in step.inputs()}
    parts = [(one.name, one.scan(spelled=spelled), [one.ref]) for ref, one in tables.items() if ref in used]
    parts.append(("s0", input.scan(placed=placed, spelled=spelled), [input.ref]))
    columns, dense, light = input.columns, True, True
    for number, one in enumerate(done(input, steps, tables), 1):
        query = one.step.sql(Query(one.given, f"s{number - 1}", placed, dense, spelled, light))
        parts.append((f"s{number}", query, [*one.step.note.splitlines(), f"{number}. {one.step.title}"]))
        columns, dense = one.after, dense and one.step.keeps_rows
        light = light and not one.step.orders
    return parts, columns


def _end(columns: Columns, source: str, steps: Sequence[Step], *, spelled: bool, people: bool = False) -> str:
    order = " ORDER BY r" if any(step.orders for step in steps if step.enabled) else ""
    if spelled:
        names = ", ".join(map(engine.name, columns))
    else:
        named = (f"c{n}" + (f" AS {engine.name(name)}" if people else "") for n, name in enumerate(columns))
        names = ", ".join(named)
    return f"SELECT {names} FROM {source}{order}"


def _can_be_spelled(columns: Columns) -> bool:
    return can_be_told_apart(columns) and not {name.casefold() for name in columns} & _RESERVED


def can_be_told_apart(columns: Columns) -> bool:
    """Whether the engine can have the columns under their own names.

    Examples
    --------
    >>> can_be_told_apart({"a": "number", "A": "number"})
    False
    """
    return len({name.casefold() for name in columns}) == len(columns) and all(map(str.strip, columns))


def pandas(input: Table, steps: Sequence[Step], tables: Mapping[str, Table]) -> str:
    """Write the steps as a pandas script that ends with the table in ``df``."""

    def read(table: Table, name: str) -> list[str]:
        lines = [f"{name} = pd.read_parquet({_paths(table)}, dtype_backend='pyarrow')"]
        types = {
            "BIGINT": "'int64[pyarrow]'", "DOUBLE": "'float64[pyarrow]'",
            "TIMESTAMP": "'timestamp[us][pyarrow]'", "VARCHAR": "pd.ArrowDtype(pa.string())",
        }  # fmt: skip
        if table.casts:
            casts = ", ".join(f"{column!r}: {types[kind]}" for column, kind in table.casts.items())
            lines.append(f"{name} = {name}.astype({{{casts}}})")
        for column in sorted(table.nans or ()):
            lines.append(f"{name}[{column!r}] = compute(pc.coalesce, {name}[{column!r}])")
        return lines

    return _script(input, steps, tables, read, lambda step, given: step.pandas(given), PANDAS)


def polars(input: Table, steps: Sequence[Step], tables: Mapping[str, Table]) -> str:
    """Write the steps as a Polars script that ends with the table in ``df``."""

    def read(table: Table, name: str) -> list[str]:
        lines = [f"{name} = pl.read_parquet({_paths(table)}, glob=False)"]
        types = {"BIGINT": "Int64", "DOUBLE": "Float64", "TIMESTAMP": "Datetime('us')", "VARCHAR": "String"}
        if table.casts:
            casts = ", ".join(f"{column!r}: pl.{types[kind]}" for column, kind in table.casts.items())
            lines.append(f"{name} = {name}.cast({{{casts}}})")
        if table.nans:
            lines.append(f"{name} = {name}.with_columns(pl.col({sorted(table.nans)!r}).fill_nan(None))")
        return lines

    return _script(input, steps, tables, read, lambda step, given: step.polars(given), POLARS)


def _paths(table: Table) -> str:
    """Spell where a table lies, in Python."""
    return repr([*map(str, table.path.paths)] if isinstance(table.path, Parts) else str(table.path))


def _script(
    input: Table,
    steps: Sequence[Step],
    tables: Mapping[str, Table],
    read: Callable[[Table, str], list[str]],
    write: Callable[[Step, Given], list[str]],
    prelude: dict[str, str],
) -> str:
    used = [ref for step in steps if step.enabled for ref in step.inputs()]
    lines = [f"# {_comment(input.ref)}", *read(input, "df")]
    for ref in dict.fromkeys(used):
        lines += read(tables[ref], tables[ref].name)
    found = done(input, steps, tables)
    for step in steps:
        if step.note:
            lines += [f"# {_comment(line)}" for line in step.note.splitlines()]
        if not step.enabled:
            lines.append(f"# switched off: {step.title}")
            continue
        one = next(found)
        lines += write(one.step, one.given)
    return with_prelude(lines, prelude)


def _comment(line: str) -> str:
    return _COMMENT.sub(" ", line)


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
