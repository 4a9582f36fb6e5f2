"""Recipes tried on the first rows of their input; what was made for the same first steps is used again.

A preview takes no more than a few seconds, and can be cancelled from another thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.recipes import recipe as r
from labstudio.data.recipes.steps import Columns, Given, Join, Query, Step, Table
from labstudio.data.recipes.steps.step import PLACE, alias
from labstudio.errors import Conflict, Invalid, LabstudioError, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

LONGEST = 20.0  # seconds of one preview
KEPT = 100  # tables of samples


@dataclass(frozen=True)
class Tried:
    """What one step did to the sample.

    `changed` are the columns of which a value or the kind is another one.
    """

    op: str
    enabled: bool
    before: int | None = None
    after: int | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    error: str | None = None
    warning: str | None = None


@dataclass(frozen=True)
class Preview:
    """Rows of the sample after a step, and what each step did.

    Attributes
    ----------
    step : int
        Place of the step whose rows these are; -1 is the input.
    total : int
        How many rows of the sample are left after it.
    sampled : int
        How many rows of the input were tried.
    """

    step: int
    total: int
    columns: Columns
    values: list[list[Any]]
    steps: list[Tried]
    sampled: int = 0


class Previews:
    """Previews of one workspace; one at a time.

    Parameters
    ----------
    folder : Path
        Where what does not fit into memory goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock, self._made = Lock(), dict[str, int]()
        self._others: dict[tuple[str, str], set[str]] = {}
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._ticket, self._cancelled = "", ""

    def cancel(self, ticket: str) -> bool:
        """End the preview that has this ticket; whether there was one."""
        connection = self._connection
        if not ticket or ticket != self._ticket or connection is None:
            return False
        self._cancelled = ticket
        connection.interrupt()
        return True

    def preview(
        self,
        input: Table,
        hashes: Sequence[str],
        steps: Sequence[Mapping[str, Any]],
        look_up: Callable[[Step], tuple[Step, dict[str, Table], list[str]]],
        *,
        step: int | None,
        rows: int,
        sample: int,
        ticket: str = "",
    ) -> Preview:
        """Try steps on the first rows of a table.

        Parameters
        ----------
        input : Table
            The table.
        hashes : sequence of str
            What its rows depend on.
        steps : sequence of mapping
            Steps as they were told, finished or not.
        look_up : callable
            Pins the other tables of a step; returns it, these tables, and what their rows depend on.
        step : int, optional
            The last step that is shown; -1 is the input.
        rows, sample : int
            How many rows are shown, and of the input tried.
        ticket : str
            By what it can be cancelled.
        """
        import duckdb

        with self._lock:
            con = self._connection = self._connection or engine.connect(self._folder)
            self._forget()
            self._ticket, self._cancelled = ticket, ""
            timer = Timer(LONGEST, con.interrupt)
            timer.daemon = True
            timer.start()
            try:
                root = [*hashes, str(sample)]
                return self._tried(input, root, steps, look_up, step, rows, sample)
            except duckdb.InterruptException:
                raise self._interrupted() from None
            except duckdb.Error as error:
                raise Invalid(sentence(error)) from None
            finally:
                timer.cancel()
                self._ticket = ""

    def _tried(
        self,
        input: Table,
        root: list[str],
        steps: Sequence[Mapping[str, Any]],
        look_up: Callable[[Step], tuple[Step, dict[str, Table], list[str]]],
        last: int | None,
        rows: int,
        sample: int,
    ) -> Preview:
        import duckdb

        last = len(steps) - 1 if last is None else last
        key = self._keep(root, [], input.scan(limit=sample))
        sampled = self._made[key]
        columns, finished, tried, dense = input.columns, list[Step](), list[Tried](), True
        shown = (-1, key, columns)
        broken = False
        for place, value in enumerate(steps):
            op, enabled = str(value.get("op")), value.get("enabled") is not False
            if broken or not enabled:
                tried.append(Tried(op, enabled))
            else:
                before, last_key = self._made[key], key
                try:
                    one, tables, more = look_up(r.step_of(value))
                    given = Given(columns, tables)
                    after = one.columns(given)
                    query = Query(given, f'"{key}"', dense=dense)
                    finished, root = [*finished, one], [*root, *more]
                    made = r.with_tables(one.sql(query), r.needed(one, tables))
                    key = self._keep(root, finished, made + (" ORDER BY r" if one.orders else ""))
                    warning = self._warning(one, query, tables)
                    other = self._other_values(one, given, after, last_key, key)
                except duckdb.InterruptException:
                    raise
                except (LabstudioError, duckdb.Error) as error:
                    broken = True
                    tried.append(Tried(op, enabled, before, error=sentence(error)))
                    continue
                tried.append(replace(_what_changed(op, columns, after, other), before=before,
                                     after=self._made[key], warning=warning))  # fmt: skip
                columns, dense = after, dense and one.keeps_rows
            if place <= last and not broken:
                shown = (place, key, columns)
        place, key, columns = shown
        assert self._connection is not None
        names = ", ".join(f"c{number}" for number in range(len(columns)))
        query_rows = f'SELECT {names} FROM "{key}" ORDER BY r LIMIT {int(rows)}'
        found = self._connection.execute(query_rows).fetchall()
        values = [[_json(value) for value in row] for row in found]
        return Preview(place, self._made[key], columns, values, tried, sampled)

    def _keep(self, root: Sequence[str], finished: Sequence[Step], query: str) -> str:
        """Make the table of these first steps, unless it is there; its name is its key."""
        key = r.identity(root, finished)
        if key not in self._made:
            assert self._connection is not None
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{key}" AS {query}')
            self._made[key] = engine.one(self._connection, f'SELECT count(*) FROM "{key}"')[0]
        return key

    def _other_values(self, step: Step, given: Given, after: Columns, old: str, new: str) -> set[str]:
        """Name the columns in which the step has put another value at least once."""
        written = step.writes(given)
        same = [name for name, kind in after.items() if name in written and given.columns.get(name) == kind]
        if not same or old == new:
            return set()
        if (old, new) in self._others:
            return self._others[old, new]
        assert self._connection is not None
        asked = ", ".join(
            f"bool_or(o.{alias(given.columns, name, False)} IS DISTINCT FROM n.{alias(after, name, False)})"
            for name in same
        )
        query = f'SELECT {asked} FROM "{old}" AS o JOIN "{new}" AS n USING ({PLACE})'
        found = engine.one(self._connection, query)
        others = {name for name, other in zip(same, found, strict=True) if other}
        self._others[old, new] = others
        return others

    def _warning(self, step: Step, query: Query, tables: Mapping[str, Table]) -> str | None:
        """Say where a join makes more rows of one."""
        if not isinstance(step, Join) or step.how in ("anti", "semi"):
            return None
        assert self._connection is not None
        counted = r.with_tables(step.multiplied(query), r.needed(step, tables))
        rows, most = engine.one(self._connection, counted)
        if not rows:
            return None
        return f"Rows multiply: {rows:,} have more than one match in {step.other}, up to {most:,}."

    def _forget(self) -> None:
        if len(self._made) > KEPT:
            assert self._connection is not None
            for key in self._made:
                self._connection.execute(f'DROP TABLE IF EXISTS "{key}"')
            self._made.clear()
            self._others.clear()

    def _interrupted(self) -> LabstudioError:
        if self._cancelled:
            return Conflict("The preview was cancelled.")
        return Unavailable(f"The preview took more than {LONGEST:g} seconds; try it on fewer rows.")


def _what_changed(op: str, before: Columns, after: Columns, other: set[str]) -> Tried:
    return Tried(
        op, True,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(
            name for name in after if name in other or before.get(name, after[name]) != after[name]
        ),
    )  # fmt: skip


def sentence(error: Exception) -> str:
    """Say what went wrong, without a library's traceback."""
    if isinstance(error, LabstudioError):
        return str(error)
    said = str(error).partition("\n")[0][:300]
    if "Overflow" in said or "out of range" in said.lower():
        return (
            f"A whole number becomes larger than 64 bits can hold; change the column's type first. ({said})"
        )
    return f"The values cannot be computed: {said}"


def _json(value: Any) -> Any:
    from decimal import Decimal
    from math import isfinite

    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
