"""The recipes of a workspace: saved, tried on a sample, run into a new version.

A run writes its table in a scratch folder; the version, its event and its lineage appear in one transaction.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.adding import Made, asset_name
from labstudio.data.recipes import recipe as r
from labstudio.data.recipes.previews import Preview, Previews, sentence
from labstudio.data.recipes.steps import Columns, Step, Table
from labstudio.errors import Invalid, NotFound
from labstudio.store.identity import who

if TYPE_CHECKING:
    from pathlib import Path

    from labstudio.data.assets import Data, Version
    from labstudio.store import Store

EVERY = 2.0  # seconds between two words about progress
Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Saved:
    """A recipe as it was last saved, under the name of the asset it makes."""

    name: str
    input: str
    steps: builtins.list[dict[str, Any]]
    changed: float
    by: str


class Recipes:
    """The recipes of one workspace."""

    def __init__(self, store: Store, data: Data) -> None:
        self._store, self._data = store, data
        self._previews = Previews(store.root / "cache")

    def save(self, name: str, input: str, steps: Steps) -> Saved:
        """Save a recipe, finished or not."""
        from labstudio.data.tables import recipes as t

        name = asset_name(name)
        row = {
            "content": {"input": input, "steps": [dict(step) for step in steps]},
            "changed_by": who(), "changed": time.time(),
        }  # fmt: skip
        with self._store.write() as connection:
            if not connection.execute(t.update().where(t.c.name == name).values(row)).rowcount:
                connection.execute(t.insert().values(name=name, **row))
            self._store.record(connection, "recipe.saved", f"recipe:{name}", steps=len(steps))
        return self.get(name)

    def delete(self, name: str) -> None:
        """Forget a saved recipe; the versions it made stay, and each knows its steps."""
        from labstudio.data.tables import recipes as t

        with self._store.write() as connection:
            if not connection.execute(t.delete().where(t.c.name == name)).rowcount:
                raise NotFound(f"There is no recipe called {name!r}.")
            self._store.record(connection, "recipe.deleted", f"recipe:{name}")

    def get(self, name: str) -> Saved:
        """Return a saved recipe."""
        found = [one for one in self.list() if one.name == name]
        if not found:
            raise NotFound(f"There is no recipe called {name!r}.")
        return found[0]

    def list(self) -> builtins.list[Saved]:
        """Return the saved recipes by name."""
        from sqlalchemy import select

        from labstudio.data.tables import recipes as t

        with self._store.read() as connection:
            rows = connection.execute(select(t).order_by(t.c.name)).all()
        return [
            Saved(row.name, row.content["input"], row.content["steps"], row.changed, row.changed_by)
            for row in rows
        ]

    def preview(
        self,
        input: str,
        steps: Steps,
        *,
        step: int | None = None,
        rows: int = 200,
        sample: int = 10_000,
        ticket: str = "",
    ) -> Preview:
        """Try the steps on the first rows of the input; a step that cannot be done says why.

        What was made for the same first steps is used again; `cancel` ends it by its `ticket`.
        """
        version = self._data.get(input)
        table = self._table(version)

        def look_up(step: Step) -> tuple[Step, dict[str, Table], builtins.list[str]]:
            pinned, versions = self._pinned([step])
            return pinned[0], self._tables(versions), [one.table_sha256 for one in versions]

        return self._previews.preview(
            table, [version.table_sha256], steps, look_up, step=step, rows=rows, sample=sample, ticket=ticket
        )

    def cancel(self, ticket: str) -> bool:
        """End the preview that has this ticket; whether there was one."""
        return self._previews.cancel(ticket)

    def plan(self, name: str, input: str, steps: Steps) -> dict[str, Any]:
        """Check a recipe against its inputs and pin them; return what a job is told."""
        ready = self._ready(input, steps)
        list(r.done(ready.table, ready.steps, ready.tables))
        return {
            "name": asset_name(name), "input": ready.version.ref, "steps": [dict(step) for step in steps],
        }  # fmt: skip

    def run(
        self, name: str, input: str, steps: Steps, progress: Callable[[str], object] | None = None
    ) -> Version:
        """Run a recipe on all rows, into the next version of the asset `name`.

        Parameters
        ----------
        name : str
            The asset.
        input : str
            What is prepared: an asset, at its newest version, or a version.
        steps : sequence of mapping
            The steps; those switched off are kept with the version and not done.
        progress : callable, optional
            Hears, now and then, how far it is.
        """
        name, ready = asset_name(name), self._ready(input, steps)
        versions = [ready.version, *ready.others]
        identity = r.identity([one.table_sha256 for one in versions], ready.steps)
        there = self._data.same(name, identity)
        if there is not None:
            return replace(there, existed=True)
        columns, rows_from = r.lineage(ready.table, ready.steps, ready.tables)
        with self._data.scratch() as place:
            rows = self._write(ready, place, progress or (lambda said: None))
            source = f"recipe over {', '.join(one.ref for one in versions)}"
            found = {
                "format": "recipe",
                "inputs": [one.ref for one in versions],
                "columns_from": columns,
                "rows_from": rows_from,
            }
            links = [
                (ready.version.subject, "prepared"),
                *((one.subject, "prepared") for one in ready.others),
            ]
            origin = {"kind": "recipe", "input": ready.version.ref, "steps": [dict(step) for step in steps]}
            return self._data.put(
                name, Made(place, rows, source, found, identity=identity, links=links), origin
            )

    def columns_of(self, ref: str) -> dict[str, builtins.list[tuple[str, str]]]:
        """Return, for each column of a version that a recipe made, the columns of its inputs it comes from.

        Of any other version nothing is known: there are no columns then.
        """
        found = self._data.get(ref).found.get("columns_from", {})
        return {name: [(ref, column) for ref, column in pairs] for name, pairs in found.items()}

    def rows_of(self, ref: str) -> builtins.list[tuple[str, str]]:
        """Return the columns of the inputs that decide which rows a version has."""
        return [(ref, column) for ref, column in self._data.get(ref).found.get("rows_from", [])]

    def code(self, input: str, steps: Steps, kind: str, name: str) -> tuple[str, dict[str, Any] | None]:
        """Write a recipe as code: ``"pandas"`` or ``"polars"`` (also a notebook), ``"sql"`` or ``"cell"``."""
        from labstudio.data.recipes.lines import write

        name = asset_name(name)
        if kind == "cell":
            version = self._data.get(input)
            return f"%%prepare {version.ref} -> {name}\n{write(r.steps_of(steps))}", None
        ready = self._ready(input, steps)
        table = self._without_nans(ready.table)
        tables = {ref: self._without_nans(one) for ref, one in ready.tables.items()}
        if kind == "sql":
            return r.sql_for_people(table, ready.steps, tables), None
        writer = {"pandas": r.pandas, "polars": r.polars}.get(kind)
        if writer is None:
            raise Invalid(f"There is no code of the kind {kind!r}; there is pandas, polars, sql and cell.")
        code = writer(table, ready.steps, tables)
        return code, r.notebook(code, f"{ready.version.ref} → {name}")

    # -- how it is done

    def _ready(self, input: str, steps: Steps) -> _Ready:
        version = self._data.get(input)
        pinned, others = self._pinned(r.steps_of(steps))
        return _Ready(version, self._table(version), pinned, others, self._tables(others))

    def _pinned(self, steps: Sequence[Step]) -> tuple[builtins.list[Step], builtins.list[Version]]:
        """Return the steps with other tables at versions, and these, each once."""
        versions: dict[str, Version] = {}

        def pin(ref: str) -> str:
            version = self._data.get(ref)
            versions[version.ref] = version
            return version.ref

        pinned = [step.pinned(pin) if step.enabled else step for step in steps]
        return pinned, [*versions.values()]

    def _table(self, version: Version, name: str = "s0") -> Table:
        if version.kind == "file" or version.kind == "folder":
            raise Invalid(f"{version.ref} is a {version.kind}; recipes prepare tables.")
        return r.table(version.ref, self._data.stored(version), name)

    def _tables(self, versions: Sequence[Version]) -> dict[str, Table]:
        names = r.names_for([one.ref for one in versions])
        return {one.ref: self._table(one, names[one.ref]) for one in versions}

    def _without_nans(self, table: Table) -> Table:
        """Look which columns hold what is not a number, so that code need not care about the others."""
        doubles = sorted(table.doubles)
        if not doubles:
            return replace(table, nans=frozenset())
        asked = ", ".join(f"bool_or(isnan({engine.name(name)}))" for name in doubles)
        if len({name.casefold() for name in table.columns}) < len(table.columns):
            return replace(table, nans=table.doubles)
        con = engine.connect(self._store.root / "cache")
        try:
            found = engine.one(con, f"SELECT {asked} FROM read_parquet({engine.pattern(table.path)})")
        finally:
            con.close()
        return replace(table, nans=frozenset(name for name, yes in zip(doubles, found, strict=True) if yes))

    def _write(self, ready: _Ready, place: Path, progress: Callable[[str], object]) -> int:
        """Run the query into a Parquet file; return its number of rows."""
        import duckdb

        columns, query = r.sql(ready.table, ready.steps, ready.tables)
        con = engine.connect(place.parent)
        try:
            if r.can_be_told_apart(columns):
                rows = _copied(con, columns, query, place, progress)
            else:
                rows = _carried(con, columns, query, place, progress)
        except (duckdb.Error, OSError) as error:
            raise engine.full(error, self._store.files.folder) or Invalid(sentence(error)) from None
        finally:
            con.close()
        progress(f"{rows:,} rows written of {ready.version.rows:,} read")
        return rows


def _copied(con: Any, columns: Columns, query: str, place: Path, progress: Callable[[str], object]) -> int:
    """Let the engine write, with all its threads."""
    named = ", ".join(f"c{number} AS {engine.name(name)}" for number, name in enumerate(columns))
    con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    ended = Event()

    def tell() -> None:
        while not ended.wait(EVERY):
            if (percent := con.query_progress()) > 0:
                progress(f"{percent:.0f} % done")

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        written = f"COPY (SELECT {named} FROM ({query})) TO {engine.text(place)} {engine.PARQUET}"
        return int(engine.one(con, written)[0])
    finally:
        ended.set()
        teller.join()


def _carried(con: Any, columns: Columns, query: str, place: Path, progress: Callable[[str], object]) -> int:
    """Write batch by batch: for DuckDB "a" and "A" are one name, and Arrow can tell them apart."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    told = time.monotonic()
    reader = con.sql(query).to_arrow_reader(122_880)
    fields = [field.with_name(name) for field, name in zip(reader.schema, columns, strict=True)]
    rows = 0
    with pq.ParquetWriter(place, pa.schema(fields), compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch.rename_columns(list(columns)))
            rows += batch.num_rows
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                progress(f"{rows:,} rows written")
    return rows


@dataclass(frozen=True)
class _Ready:
    """A recipe over versions: its steps pinned, its tables looked up."""

    version: Version
    table: Table
    steps: list[Step]
    others: list[Version]
    tables: dict[str, Table]
