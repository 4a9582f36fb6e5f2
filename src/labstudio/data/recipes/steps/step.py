"""What all steps have in common, what they are given, and how they write a query.

Steps know columns by name and kind. The engine names them ``c0, c1, …`` in order, since to DuckDB "a" and "A"
are the same; SQL for people has the names themselves. ``r`` is the place of a row, so that the order of rows
means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from labstudio.data import engine
from labstudio.data.options import check_columns
from labstudio.data.parts import Stored
from labstudio.data.recipes import expressions as ex
from labstudio.data.recipes.grammar import Call, Name, Node, names
from labstudio.data.recipes.grammar import Literal as Written
from labstudio.errors import Invalid

Columns = dict[str, str]
"""Names to kinds: number, text, boolean or date."""

Value = bool | int | float | str
Sources = dict[str, set[tuple[str, str]]]
"""Where columns come from: pairs of a table ("" is the one that is prepared) and a column of it."""

PLACE = "r"


@dataclass(frozen=True)
class Table:
    """A table that a recipe reads.

    Attributes
    ----------
    ref : str
        The version it is of.
    columns : dict
        Its columns and their kinds.
    name : str
        What queries and code call it.
    path : Path or Parts
        Where it lies.
    casts : dict
        The columns that are kept in another type than the engine computes in, and that type.
    nans : set, optional
        The columns in which something may be not a number, which is missing here; None where nobody looked.
    """

    ref: str
    columns: Columns
    name: str
    path: Stored
    casts: dict[str, str] = field(default_factory=dict)
    doubles: frozenset[str] = frozenset()
    nans: frozenset[str] | None = None

    def scan(self, *, placed: bool = True, spelled: bool = False, limit: int | None = None) -> str:
        """Write the query that reads it."""
        made = []
        for number, name in enumerate(self.columns):
            plain = engine.name(name) if spelled else f"c{number}"
            said = f"CAST({plain} AS {self.casts[name]})" if name in self.casts else plain
            if name in (self.doubles if self.nans is None else self.nans):
                said = f"nullif({said}, CAST('nan' AS DOUBLE))"
            made.append(said if said == plain else f"{said} AS {plain}")
        place = [PLACE] if placed else []
        source = engine.numbered(self.path) if placed else f"read_parquet({engine.pattern(self.path)})"
        aliases = ", ".join([*(f"c{number}" for number in range(len(self.columns))), *place])
        read = source if spelled else f"{source} AS t({aliases})"
        made += [f"file_row_number AS {PLACE}"] if placed and spelled else place
        cut = f" LIMIT {limit}" if limit is not None else ""
        return f"SELECT {', '.join(made)} FROM {read}{cut}"


@dataclass(frozen=True)
class Given:
    """What a step finds: the columns before it, and the other tables by their references."""

    columns: Columns
    tables: Mapping[str, Table] = field(default_factory=dict)

    def check(self, wanted: Iterable[str]) -> None:
        """Refuse names of columns that are not there."""
        check_columns(list(self.columns), wanted)

    def kind(self, name: str) -> str:
        """Return a column's kind."""
        self.check([name])
        return self.columns[name]

    def free(self, name: str, taken: Iterable[str] = ()) -> str:
        """Return a name that no column has."""
        used = {*self.columns, *taken}
        while name in used:
            name += "_"
        return name


@dataclass(frozen=True)
class Query:
    """Writes the SELECT of a step over `source`.

    `placed` says whether rows carry their place, `dense` whether places count up from 0 without a gap,
    `spelled` whether columns have their own names, and `light` whether reading the source twice costs little.
    """

    given: Given
    source: str
    placed: bool = True
    dense: bool = False
    spelled: bool = False
    light: bool = False

    def at(self, name: str) -> str:
        """Return a column's name in SQL."""
        return alias(self.given.columns, name, self.spelled)

    def other(self, table: Table, name: str) -> str:
        """Return the name of a column of another table."""
        return alias(table.columns, name, self.spelled)

    def kept(self) -> dict[str, str]:
        """Return each column as it is."""
        return {name: self.at(name) for name in self.given.columns}

    def sql(self, node: Node) -> str:
        """Write a checked expression."""
        return ex.sql(node, self.at)

    def row_number(self) -> str:
        """Count the rows from 0, in their order."""
        return PLACE if self.dense else f"row_number() OVER (ORDER BY {PLACE}) - 1"

    def names(self, columns: Iterable[str]) -> str:
        """List columns."""
        return ", ".join(alias(columns, name, self.spelled) for name in columns)

    def select(
        self, made: Mapping[str, str], rest: str = "", *, place: str = PLACE, source: str = "", also: str = ""
    ) -> str:
        """Write a SELECT of these columns."""
        names = list(made)
        parts = [
            sql
            if sql == (to := alias(names, name, self.spelled))
            else f"{ex.bare(sql, escapes=False)} AS {to}"
            for name, sql in made.items()
        ]
        parts += [also] if also else []
        if self.placed:
            parts.append(PLACE if place == PLACE else f"{place} AS {PLACE}")
        return f"SELECT {', '.join(parts)} FROM {source or self.source} {rest}".rstrip()


def alias(columns: Iterable[str], name: str, spelled: bool) -> str:
    """Return what a query calls a column."""
    return engine.name(name) if spelled else f"c{list(columns).index(name)}"


class Step(BaseModel):
    """Base of all steps."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    title: ClassVar[str]
    group: ClassVar[str]
    example: ClassVar[str]  # as a line of a cell
    orders: ClassVar[bool] = False  # it asks for the order of rows, or changes it
    keeps_rows: ClassVar[bool] = False  # the same rows in the same order come out
    enabled: bool = Field(True, description="Whether the step is done.")
    note: str = Field("", max_length=1_000, description="A comment.")

    def inputs(self) -> list[str]:
        """Name the other tables that are taken in."""
        return []

    def pinned(self, pin: Callable[[str], str]) -> Step:
        """Return the step with other tables at the versions that `pin` gives."""
        return self

    def columns(self, given: Given) -> Columns:
        """Return the columns after the step; Invalid where it cannot be done."""
        raise NotImplementedError

    def sources(self, given: Given) -> Sources:
        """Say where each column after the step comes from."""
        return {name: {("", name)} if name in given.columns else set() for name in self.columns(given)}

    def deciding(self, given: Given) -> set[str]:
        """Name the columns that decide which rows there are, and in which order."""
        return set()

    def writes(self, given: Given) -> set[str]:
        """Name the columns whose values it makes, of rows that stay where they are."""
        return set()

    def sql(self, q: Query) -> str:
        """Write the query."""
        raise NotImplementedError

    def pandas(self, given: Given) -> list[str]:
        """Write the lines over ``df``."""
        raise NotImplementedError

    def polars(self, given: Given) -> list[str]:
        """Write the lines over ``df`` for Polars."""
        raise NotImplementedError

    def plain(self) -> dict[str, Any]:
        """Return the step as values, without what is at its default."""
        return {"op": self.op, **self.model_dump(mode="json", exclude_defaults=True)}  # type: ignore[attr-defined]


class Derived(Step):
    """Base of steps that make columns by expressions."""

    keeps_rows = True

    def made(self, given: Given) -> dict[str, Node]:
        """Return the columns that are made, by name."""
        raise NotImplementedError

    def _built(self, given: Given) -> dict[str, tuple[Node, str]]:
        return {named(name): ex.built(node, given.columns) for name, node in self.made(given).items()}

    def columns(self, given: Given) -> Columns:
        return {**given.columns, **{name: kind for name, (_, kind) in self._built(given).items()}}

    def writes(self, given: Given) -> set[str]:
        return set(self.made(given))

    def sources(self, given: Given) -> Sources:
        made = {name: {("", one) for one in names(node)} for name, node in self.made(given).items()}
        return {**super().sources(given), **made}

    def sql(self, q: Query) -> str:
        made = {name: q.sql(node) for name, (node, _) in self._built(q.given).items()}
        return q.select({**q.kept(), **made})

    def pandas(self, given: Given) -> list[str]:
        made = {name: ex.bare(ex.pandas(node)) for name, (node, _) in self._built(given).items()}
        if len(made) == 1 or not set(made) & {
            one for node in self.made(given).values() for one in names(node)
        }:
            return [f"df[{name!r}] = {code}" for name, code in made.items()]
        return ["df = df.assign(**{" + ", ".join(f"{name!r}: {code}" for name, code in made.items()) + "})"]

    def polars(self, given: Given) -> list[str]:
        made = [f"{ex.polars(node)}.alias({name!r})" for name, (node, _) in self._built(given).items()]
        return [f"df = df.with_columns({', '.join(made)})"]


def named(name: str) -> str:
    """Return the name of a new column, or refuse it."""
    if not name or len(name) > 200 or "\0" in name or any(0xD800 <= ord(sign) <= 0xDFFF for sign in name):
        raise Invalid(f"{name[:50]!r} cannot be the name of a column.")
    return name


def new(names: Iterable[str], columns: Iterable[str]) -> None:
    """Refuse names that are taken."""
    taken = set(columns)
    for name in names:
        if name in taken:
            raise Invalid(f"Two columns would be called {name!r}.")
        taken.add(named(name))


def sort_keys(by: Iterable[str], given: Given) -> dict[str, bool]:
    """Read columns to sort by, with - in front from the largest on: name to whether it goes up."""
    keys = {}
    for name in by:
        falling = name.startswith("-") and name not in given.columns
        keys[name[1:] if falling else name] = not falling
    given.check(keys)
    return keys


def order_sql(keys: Mapping[str, bool], q: Query) -> str:
    """Write what ORDER BY says: missing values last, ties as they stand."""
    said = [f"{q.at(name)}{'' if up else ' DESC'} NULLS LAST" for name, up in keys.items()]
    return ", ".join([*said, PLACE])


def value_of(text: str, kind: str) -> Written:
    """Read what stands in a form as a value of a kind."""
    if kind == "number":
        try:
            number = float(text)
        except ValueError:
            raise Invalid(f"{text!r} is not a number, which the column holds.") from None
        if number != number:
            raise Invalid(f"{text!r} is not a number, which the column holds.")
        whole = number.is_integer() and abs(number) < 2**53
        return Written(int(number) if whole else number, "number")
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Invalid(f"{text!r} is neither true nor false, which the column holds.")
        return Written(text == "true", "boolean")
    return Written(text, "text")


def equal(name: str, value: Written) -> Node:
    """Compare a column with a value."""
    return Call("=", (Name(name), value))
