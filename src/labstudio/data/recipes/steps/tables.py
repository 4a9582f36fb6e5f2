"""Steps about the shape of a table, and those that take in others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Self

from pydantic import Field

from labstudio.data.engine import text
from labstudio.data.recipes.steps.step import PLACE, Columns, Given, Query, Sources, Step, Table, new
from labstudio.errors import Invalid


class Melt(Step):
    """Make rows of columns: each row becomes as many as there are columns, with name and value of each."""

    op: Literal["melt"] = "melt"
    names: list[str] = Field(
        min_length=1, description="Columns that become rows.", json_schema_extra={"choices": "columns"}
    )
    name: str = Field("name", min_length=1, description="New column for the names.")
    value: str = Field("value", min_length=1, description="New column for the values.")
    title, group, orders = "Columns to rows", "Tables", True
    example = "melt jan, feb, mar into month, amount"

    def _rest(self, given: Given) -> list[str]:
        return [name for name in given.columns if name not in self.names]

    def columns(self, given: Given) -> Columns:
        kinds = {given.kind(name) for name in self.names}
        if len(kinds) > 1:
            raise Invalid(
                f"The columns hold {' and '.join(sorted(kinds))}; change their types to one kind first."
            )
        new([self.name, self.value], given.columns)
        rest = {name: given.columns[name] for name in self._rest(given)}
        return {**rest, self.name: "text", self.value: kinds.pop()}

    def sources(self, given: Given) -> Sources:
        rest: Sources = {name: {("", name)} for name in self._rest(given)}
        return {**rest, self.name: set(), self.value: {("", name) for name in self.names}}

    def sql(self, q: Query) -> str:
        rest = {name: q.at(name) for name in self._rest(q.given)}
        parts = [
            q.select({**rest, self.name: text(name), self.value: q.at(name)}, also=f"{part} AS part")
            for part, name in enumerate(dict.fromkeys(self.names))
        ]
        names, body = q.names(self.columns(q.given)), " UNION ALL ".join(parts)
        return f"SELECT {names}, row_number() OVER (ORDER BY part, {PLACE}) AS {PLACE} FROM ({body})"

    def pandas(self, given: Given) -> list[str]:
        return [
            f"df = df.melt({self._rest(given)!r}, {list(dict.fromkeys(self.names))!r},"
            f" {self.name!r}, {self.value!r}).astype({{{self.name!r}: pd.ArrowDtype(pa.string())}})"
        ]

    def polars(self, given: Given) -> list[str]:
        return [
            f"df = df.unpivot({list(dict.fromkeys(self.names))!r}, index={self._rest(given)!r},"
            f" variable_name={self.name!r}, value_name={self.value!r})"
        ]


class _Other(Step):
    """Base of steps that take in one other table."""

    other: str = Field(
        min_length=1,
        max_length=120,
        description="Other data asset; orders@3 stays at that version.",
        json_schema_extra={"choices": "assets"},
    )
    orders = True

    def inputs(self) -> list[str]:
        return [self.other]

    def pinned(self, pin: Callable[[str], str]) -> Self:
        return self.model_copy(update={"other": pin(self.other)})

    def table(self, given: Given) -> Table:
        """Return the other table."""
        if self.other not in given.tables:
            raise Invalid(f"{self.other} has not been looked up.")
        return given.tables[self.other]


class Join(_Other):
    """Put columns of another table beside rows whose keys are equal; a missing key is equal to nothing."""

    op: Literal["join"] = "join"
    on: list[str] = Field(min_length=1, description="Keys.", json_schema_extra={"choices": "columns"})
    other_on: list[str] = Field([], description="Keys in the other table; the same names when not given.")
    how: Literal["left", "inner", "outer", "anti", "semi"] = Field(
        "left",
        description="left keeps all rows, inner those with a match, outer also the other's rows without one; "
        "anti only rows without a match, semi only rows with one, and no columns.",
    )
    names: list[str] = Field(
        [], description="Columns of the other table that are taken; all when none is named."
    )
    suffix: str = Field(
        "_2", min_length=1, max_length=50, description="Behind the name of a column that is there."
    )
    title, group = "Join", "Tables"
    example = "join customers on customer = id how left take name, since"

    def keys(self, given: Given) -> dict[str, str]:
        """Return the keys and what they are called in the other table."""
        table = self.table(given)
        there = self.other_on or self.on
        if len(there) != len(self.on):
            raise Invalid(f"There are {len(self.on)} keys, and {len(there)} in {table.ref}.")
        given.check(self.on)
        other = Given(table.columns)
        for name, key in zip(self.on, there, strict=True):
            try:
                kind = other.kind(key)
            except Invalid as error:
                raise Invalid(f"{table.ref}: {error}") from None
            if kind != given.kind(name):
                raise Invalid(f"{name!r} holds {given.kind(name)} and {key!r} of {table.ref} {kind}.")
        return dict(zip(self.on, there, strict=True))

    def taken(self, given: Given) -> dict[str, str]:
        """Return the columns of the other table that are taken, and their names here."""
        keys, table = self.keys(given), self.table(given)
        if self.how in ("anti", "semi"):
            return {}
        try:
            Given(table.columns).check(self.names)
        except Invalid as error:
            raise Invalid(f"{table.ref}: {error}") from None
        wanted = self.names or [name for name in table.columns if name not in keys.values()]
        named = {name: name + self.suffix if name in given.columns else name for name in wanted}
        new(named.values(), given.columns)
        return named

    def columns(self, given: Given) -> Columns:
        table = self.table(given)
        return {**given.columns, **{to: table.columns[name] for name, to in self.taken(given).items()}}

    def sources(self, given: Given) -> Sources:
        ref, found = self.table(given).ref, {name: {("", name)} for name in given.columns}
        if self.how == "outer":
            for name, key in self.keys(given).items():
                found[name].add((ref, key))
        return {**found, **{to: {(ref, name)} for name, to in self.taken(given).items()}}

    def deciding(self, given: Given) -> set[str]:
        return set(self.on)

    def matches(self, q: Query) -> str:
        """Write when a row ``a`` and a row ``b`` of the other table belong together."""
        table = self.table(q.given)
        pairs = self.keys(q.given).items()
        return " AND ".join(f"a.{q.at(name)} = b.{q.other(table, key)}" for name, key in pairs)

    def multiplied(self, q: Query) -> str:
        """Write the query of how many rows have more than one match, and the most that one has."""
        pairs = f"{q.source} AS a JOIN {self.table(q.given).name} AS b ON {self.matches(q)}"
        counted = f"SELECT count(*) AS n FROM {pairs} GROUP BY a.{PLACE} HAVING count(*) > 1"
        return f"SELECT count(*), max(n) FROM ({counted})"

    def sql(self, q: Query) -> str:
        table = self.table(q.given)
        made = {name: f"a.{q.at(name)}" for name in q.given.columns}
        kind = {"outer": "FULL"}.get(self.how, self.how.upper())
        source = f"{q.source} AS a {kind} JOIN {table.name} AS b ON {self.matches(q)}"
        if self.how in ("anti", "semi"):
            return q.select(made, source=source, place=f"a.{PLACE}")
        if self.how == "outer":
            for name, key in self.keys(q.given).items():
                made[name] = f"coalesce(a.{q.at(name)}, b.{q.other(table, key)})"
        made |= {to: f"b.{q.other(table, name)}" for name, to in self.taken(q.given).items()}
        place = f"row_number() OVER (ORDER BY a.{PLACE} NULLS LAST, b.{PLACE})"
        return q.select(made, source=source, place=place)

    def pandas(self, given: Given) -> list[str]:
        return self._lines(given)

    def polars(self, given: Given) -> list[str]:
        return self._lines(given)

    def _lines(self, given: Given) -> list[str]:
        taken = self.taken(given)
        said = "" if self.how in ("anti", "semi") else f", take={taken!r}"
        return [f"df = join(df, {self.table(given).name}, on={self.keys(given)!r}{said}, how={self.how!r})"]


class Union(_Other):
    """Put the rows of another table below, columns matched by name; what one lacks is missing there."""

    op: Literal["union"] = "union"
    title, group = "Add rows of another table", "Tables"
    example = "union orders_2025"

    def columns(self, given: Given) -> Columns:
        table = self.table(given)
        for name, kind in table.columns.items():
            if given.columns.get(name, kind) != kind:
                raise Invalid(
                    f"{name!r} holds {given.columns[name]}, and {kind} in {table.ref}; change its type first."
                )
        return {**given.columns, **{n: k for n, k in table.columns.items() if n not in given.columns}}

    def sources(self, given: Given) -> Sources:
        table = self.table(given)
        return {
            name: {pair for pair, there in ((("", name), given.columns), ((table.ref, name), table.columns))
                   if name in there}
            for name in self.columns(given)
        }  # fmt: skip

    def sql(self, q: Query) -> str:
        table, after = self.table(q.given), self.columns(q.given)
        above = {name: q.at(name) if name in q.given.columns else "NULL" for name in after}
        below = {name: q.other(table, name) if name in table.columns else "NULL" for name in after}
        parts = [
            q.select(made, source=source, also=f"{part} AS part")
            for part, (made, source) in enumerate(((above, q.source), (below, table.name)))
        ]
        body = " UNION ALL ".join(parts)
        return f"SELECT {q.names(after)}, row_number() OVER (ORDER BY part, {PLACE}) AS {PLACE} FROM ({body})"

    def pandas(self, given: Given) -> list[str]:
        return [f"df = pd.concat([df, {self.table(given).name}], ignore_index=True)"]

    def polars(self, given: Given) -> list[str]:
        return [f"df = pl.concat([df, {self.table(given).name}], how='diagonal_relaxed')"]
