"""Steps about columns: which there are, what they are called, of what kind they are, and new ones."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labstudio.data.recipes import expressions as ex
from labstudio.data.recipes.grammar import Call, Name, Node
from labstudio.data.recipes.steps.step import Columns, Derived, Given, Query, Sources, Step, named
from labstudio.errors import Invalid


class Select(Step):
    """Keep these columns, in this order."""

    op: Literal["select"] = "select"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    title, group, keeps_rows = "Keep columns", "Columns", True
    example = "keep city, amount"

    def columns(self, given: Given) -> Columns:
        given.check(self.names)
        return {name: given.columns[name] for name in self.names}

    def sql(self, q: Query) -> str:
        return q.select({name: q.at(name) for name in self.names})

    def pandas(self, given: Given) -> list[str]:
        return [f"df = df[{list(dict.fromkeys(self.names))!r}]"]

    def polars(self, given: Given) -> list[str]:
        return [f"df = df.select({list(dict.fromkeys(self.names))!r})"]


class Drop(Step):
    """Leave these columns out."""

    op: Literal["drop"] = "drop"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    title, group, keeps_rows = "Drop columns", "Columns", True
    example = "drop note, code"

    def columns(self, given: Given) -> Columns:
        given.check(self.names)
        left = {name: kind for name, kind in given.columns.items() if name not in self.names}
        if not left:
            raise Invalid("No column would be left.")
        return left

    def sql(self, q: Query) -> str:
        return q.select({name: q.at(name) for name in self.columns(q.given)})

    def pandas(self, given: Given) -> list[str]:
        return [f"df = df.drop(columns={self.names!r})"]

    def polars(self, given: Given) -> list[str]:
        return [f"df = df.drop({list(dict.fromkeys(self.names))!r})"]


class Rename(Step):
    """Give columns other names."""

    op: Literal["rename"] = "rename"
    names: dict[str, str] = Field(
        min_length=1, description="Old name to new name.", json_schema_extra={"keys": "columns"}
    )
    title, group, keeps_rows = "Rename columns", "Columns", True
    example = "rename amount as price"

    def _after(self, given: Given) -> dict[str, str]:
        """Return new names to old ones."""
        given.check(self.names)
        after = {named(self.names.get(name, name)): name for name in given.columns}
        if len(after) < len(given.columns):
            raise Invalid("Two columns would have the same name.")
        return after

    def columns(self, given: Given) -> Columns:
        return {name: given.columns[old] for name, old in self._after(given).items()}

    def sources(self, given: Given) -> Sources:
        return {name: {("", old)} for name, old in self._after(given).items()}

    def sql(self, q: Query) -> str:
        return q.select({name: q.at(old) for name, old in self._after(q.given).items()})

    def pandas(self, given: Given) -> list[str]:
        return [f"df = df.rename(columns={self.names!r})"]

    def polars(self, given: Given) -> list[str]:
        return [f"df = df.rename({self.names!r})"]


class Cast(Derived):
    """Turn a column into numbers, text or dates; what cannot be turned is missing."""

    op: Literal["cast"] = "cast"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    to: Literal["number", "text", "date"] = Field(description="Kind.")
    title, group = "Change the type", "Columns"
    example = "cast amount to number"

    def made(self, given: Given) -> dict[str, Node]:
        return {self.column: Call(f"to_{self.to}", (Name(self.column),))}


class Derive(Derived):
    """Make a column by an expression."""

    op: Literal["derive"] = "derive"
    name: str = Field(min_length=1, description="Name of the column.")
    value: str = Field(
        min_length=1,
        description="Expression, such as price * quantity.",
        json_schema_extra={"choices": "expression"},
    )
    title, group = "New column", "Columns"
    example = "derive total = price * quantity"

    def made(self, given: Given) -> dict[str, Node]:
        return {self.name: ex.checked(self.value, given.columns)[0]}
