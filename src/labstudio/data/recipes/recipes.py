"""The recipes of a workspace: saved, tried on a sample, run into a new version.

A run writes its table in a scratch folder; the version, its event and its lineage appear in one transaction.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.recipes import recipe as r
from labstudio.errors import Invalid, NotFound
from labstudio.store.identity import who

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from labstudio.data.assets import Data, Version
    from labstudio.data.recipes.steps import Columns
    from labstudio.store import Store

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Saved:
    """A recipe as it was last saved, under the name of the asset it makes."""

    name: str
    input: str
    steps: builtins.list[dict[str, Any]]
    changed: float
    by: str


@dataclass(frozen=True)
class Tried:
    """What one step did to the sample."""

    op: str
    enabled: bool
    before: int | None = None
    after: int | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Preview:
    """Rows of the sample after a step, and what each step did."""

    step: int
    total: int
    columns: Columns
    values: builtins.list[builtins.list[Any]]
    steps: builtins.list[Tried]


class Recipes:
    """The recipes of one workspace."""

    def __init__(self, store: Store, data: Data) -> None:
        self._store, self._data = store, data
        self._lock, self._made = Lock(), dict[str, int]()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def save(self, name: str, input: str, steps: Steps) -> Saved:
        """Save a recipe, finished or not."""
        from labstudio.data.adding import asset_name
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
        self, input: str, steps: Steps, *, step: int | None = None, rows: int = 200, sample: int = 10_000
    ) -> Preview:
        """Try the steps on the first rows of the input; a step that cannot be done says why.

        What was made for the same first steps is used again.
        """
        import duckdb

        version = self._data.get(input)
        with self._lock:
            if self._connection is None:
                self._connection = engine.connect(self._store.root / "cache")
            con = self._connection
            if len(self._made) > 100:
                for key in self._made:
                    con.execute(f'DROP TABLE IF EXISTS "{key}"')
                self._made.clear()
            columns, source = r.load(con, self._path(version), version.schema.names, sample)
            key = self._keep(f"{version.table_sha256} {sample}", [], source)
            shown, shown_key, shown_columns, done, tried = -1, key, columns, [], list[Tried]()
            broken = False
            last = len(steps) - 1 if step is None else step
            for place, value in enumerate(steps):
                op, enabled = str(value.get("op")), value.get("enabled") is not False
                if broken or not enabled:
                    tried.append(Tried(op, enabled))
                else:
                    before = self._made[key]
                    try:
                        one = r.step_of(value)
                        after = one.columns(columns)
                        done.append(one)
                        query = one.sql(columns, f'"{key}"') + (" ORDER BY r" if one.orders else "")
                        key = self._keep(f"{version.table_sha256} {sample}", done, query)
                    except (Invalid, duckdb.Error) as error:
                        broken = True
                        said = str(error) if isinstance(error, Invalid) else _sentence(error)
                        tried.append(Tried(op, enabled, before, error=said))
                        continue
                    tried.append(
                        Tried(
                            op, enabled, before, self._made[key],
                            tuple(n for n in after if n not in columns),
                            tuple(n for n in columns if n not in after),
                            tuple(n for n in after if columns.get(n, after[n]) != after[n]),
                        )
                    )  # fmt: skip
                    columns = after
                if place <= last and not broken:
                    shown, shown_key, shown_columns = place, key, columns
            names = ", ".join(f"c{number}" for number in range(len(shown_columns)))
            found = con.execute(f'SELECT {names} FROM "{shown_key}" ORDER BY r LIMIT {int(rows)}').fetchall()
            total = self._made[shown_key]
        return Preview(shown, total, shown_columns, [[_json(v) for v in row] for row in found], tried)

    def plan(self, name: str, input: str, steps: Steps) -> dict[str, Any]:
        """Check a recipe against its input and pin it; return what a job is told."""
        version = self._data.get(input)
        con = engine.connect(self._store.root / "cache")
        try:
            columns, source = r.load(con, self._path(version), version.schema.names)
            r.sql(columns, source, r.steps_of(steps))
        finally:
            con.close()
        return {"name": name, "input": version.ref, "steps": [dict(step) for step in steps]}

    def run(self, name: str, input: str, steps: Steps) -> Version:
        """Run a recipe on all rows, into the next version of the asset `name`."""
        import duckdb
        import pyarrow.parquet as pq

        from labstudio.data.adding import _schema, asset_name
        from labstudio.data.options import ImportOptions

        name, version, made = asset_name(name), self._data.get(input), r.steps_of(steps)
        identity, options = r.identity([version.table_sha256], made), ImportOptions()
        origin = {"kind": "recipe", "input": version.ref, "steps": [step.plain() for step in made]}
        source = f"recipe over {version.ref}"
        there = self._data._there(name, identity)
        if there is not None:
            return self._data._append(name, options, source, there)
        with self._store.files.scratch() as place:
            con = engine.connect(place.parent)
            try:
                given, query = r.load(con, self._path(version), version.schema.names)
                columns, query = r.sql(given, query, made)
                reader = con.execute(query).to_arrow_reader(122_880)
                schema = _renamed(reader.schema, list(columns))
                with pq.ParquetWriter(place, schema, compression="zstd") as writer:
                    rows = 0
                    for batch in reader:
                        writer.write_batch(batch.rename_columns(list(columns)))
                        rows += batch.num_rows
            except duckdb.Error as error:
                raise Invalid(_sentence(error)) from None
            finally:
                con.close()
            size, found = (
                place.stat().st_size,
                {"format": "recipe", "columns": {"before": list(given), "after": list(columns)}},
            )
            table_schema = _schema(place, options)
            sha = self._store.files.adopt(place)
        made_version = self._data._append(
            name, options, source,
            {"identity": identity, "sha256": sha, "table_sha256": sha, "rows": rows, "size": size,
             "schema": table_schema.to_dict(), "found": found, "origin": origin},
        )  # fmt: skip
        if not made_version.existed:
            with self._store.write() as connection:
                self._store.link(connection, version.subject, made_version.subject, "prepared")
        return made_version

    def code(self, input: str, steps: Steps, kind: str, name: str) -> tuple[str, dict[str, Any] | None]:
        """Write a recipe as code: ``"pandas"`` (also a notebook), ``"sql"`` or ``"cell"``."""
        from labstudio.data.recipes.lines import write

        version, made = self._data.get(input), r.steps_of(steps)
        if kind == "cell":
            return f"%%prepare {version.ref} -> {name}\n{write(made)}", None
        con = engine.connect(self._store.root / "cache")
        try:
            path = self._path(version)
            columns, source = r.load(con, path, version.schema.names)
        finally:
            con.close()
        if kind == "sql":
            after, query = r.sql(columns, source, made)
            names = ", ".join(f"c{n} AS {engine.name(name)}" for n, name in enumerate(after))
            body = query.replace("), s", "),\n     s")
            return f"SELECT {names}\nFROM ({body});\n", None
        code = r.pandas(columns, str(path), made)
        return code, r.notebook(code, f"{version.ref} → {name}")

    def _keep(self, root: str, done: Sequence[Any], query: str) -> str:
        """Make the table of these first steps, unless it is there; its name is its key."""
        key = r.identity([root], done)
        if key not in self._made:
            assert self._connection is not None
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{key}" AS {query}')
            self._made[key] = engine.one(self._connection, f'SELECT count(*) FROM "{key}"')[0]
        return key

    def _path(self, version: Version) -> Path:
        return self._data.table(version)


def _renamed(schema: Any, names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])


def _json(value: Any) -> Any:
    from decimal import Decimal
    from math import isfinite

    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _sentence(error: Exception) -> str:
    return f"The values cannot be computed: {str(error).partition(chr(10))[0][:300]}"
