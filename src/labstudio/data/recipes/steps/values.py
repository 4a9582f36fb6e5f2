"""Steps about values: missing ones, other ones in their place, parts of texts and dates, bins."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field

from labstudio.data.recipes.grammar import Call, Name, Node
from labstudio.data.recipes.grammar import Literal as Written
from labstudio.data.recipes.steps.step import Derived, Given, Value, equal, value_of
from labstudio.errors import Invalid


class Fill(Derived):
    """Put a value where one is missing."""

    op: Literal["fill"] = "fill"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    value: Value = Field(description="Value.")
    title, group = "Fill missing values", "Values"
    example = "fill amount, age with 0"

    def made(self, given: Given) -> dict[str, Node]:
        return {name: Call("coalesce", (Name(name), self._value(given.kind(name)))) for name in self.names}

    def _value(self, kind: str) -> Written:
        """Return the value; what a form sends as text is read as what the column holds."""
        if isinstance(self.value, str):
            return value_of(self.value, kind)
        if isinstance(self.value, float) and not abs(self.value) < 1.7e308:
            raise Invalid(f"{self.value!r} is more than a number can be.")
        return Written(self.value, "boolean" if isinstance(self.value, bool) else "number")


class Replace(Derived):
    """Put other values in the place of some; the others stay, or are missing where `only` is set."""

    op: Literal["replace"] = "replace"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    values: dict[str, str] = Field(min_length=1, max_length=200, description="Old value to new value.")
    only: bool = Field(False, description="Whether a value that is not named is missing.")
    into: str | None = Field(None, description="New column; the same one when not given.")
    title, group = "Replace or map values", "Values"
    example = "replace state: 'pd' to 'paid', 'op' to 'open'"

    def made(self, given: Given) -> dict[str, Node]:
        kind, name = given.kind(self.column), Name(self.column)
        if kind == "date":
            raise Invalid("Dates are not replaced one by one; make a new column with if(…).")
        parts: list[Node] = []
        for old, new in self.values.items():
            parts += [equal(self.column, value_of(old, kind)), value_of(new, kind)]
        rest = Written(None, kind) if self.only else name
        return {self.into or self.column: Call("choose", (*parts, rest))}


class ReplaceText(Derived):
    """Put another text in the place of a text, wherever it stands within the values."""

    op: Literal["replace_text"] = "replace_text"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    find: str = Field(min_length=1, description="Text that is looked for.")
    into: str = Field("", description="Text in its place; it is taken away when not given.")
    title, group = "Replace text", "Values"
    example = "replace_text price: '€' to ''"

    def made(self, given: Given) -> dict[str, Node]:
        pair = (Written(self.find, "text"), Written(self.into, "text"))
        return {name: Call("replace", (Name(name), *pair)) for name in self.names}


class SplitText(Derived):
    """Split a text at a separator into columns."""

    op: Literal["split_text"] = "split_text"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    separator: str = Field(min_length=1, description="Separator.")
    into: list[str] = Field(min_length=1, max_length=50, description="New columns.")
    title, group = "Split text", "Values"
    example = "split_text name at ' ' into first, last"

    def made(self, given: Given) -> dict[str, Node]:
        parts = (Name(self.column), Written(self.separator, "text"))
        return {
            name: Call("split_part", (*parts, Written(place, "number")))
            for place, name in enumerate(self.into, 1)
        }


class ExtractText(Derived):
    """Take what a pattern finds, or what its one group finds, into a column."""

    op: Literal["extract_text"] = "extract_text"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    pattern: str = Field(min_length=1, max_length=1_000, description="Pattern, such as ([0-9]+) kg.")
    into: str = Field(min_length=1, description="New column.")
    title, group = "Extract text", "Values"
    example = "extract_text size with '([0-9]+) kg' into kg"

    def made(self, given: Given) -> dict[str, Node]:
        return {self.into: Call("regex_extract", (Name(self.column), Written(self.pattern, "text")))}


class ParseDates(Derived):
    """Read dates by formats, each tried in turn; what fits none is missing."""

    op: Literal["parse_dates"] = "parse_dates"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    formats: list[str] = Field(
        [], max_length=20, description="Formats such as %d.%m.%Y; dates like 2026-11-23 when none is given."
    )
    title, group = "Read dates", "Values"
    example = "parse_dates day as '%d.%m.%Y', '%Y/%m/%d'"

    def made(self, given: Given) -> dict[str, Node]:
        formats = [Written(one, "text") for one in self.formats]
        return {name: Call("to_date", (Name(name), *formats)) for name in self.names}


class DateParts(Derived):
    """Make columns of the parts of a date."""

    op: Literal["date_parts"] = "date_parts"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    parts: list[
        Literal[
            "year", "quarter", "month", "week", "day", "day_of_year", "weekday", "hour", "minute", "second"
        ]
    ] = Field(min_length=1, description="Parts.")
    title, group = "Parts of a date", "Values"
    example = "date_parts day: year, month, weekday"

    def made(self, given: Given) -> dict[str, Node]:
        return {f"{self.column}_{part}": Call(part, (Name(self.column),)) for part in self.parts}


class Bin(Derived):
    """Put numbers into bins by fixed edges."""

    op: Literal["bin"] = "bin"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    edges: list[float] = Field(
        min_length=1, max_length=100, description="Edges; an edge belongs to the bin above it."
    )
    into: str = Field(min_length=1, description="New column.")
    labels: list[str] = Field(
        [], max_length=101, description="Names of the bins, one more than edges; made when not given."
    )
    title, group = "Bins", "Values"
    example = "bin age at 18, 65 into group: child, adult, senior"

    def made(self, given: Given) -> dict[str, Node]:
        edges, name = sorted(set(self.edges)), Name(self.column)
        if not all(abs(edge) < 1.7e308 for edge in edges):
            raise Invalid("An edge is a finite number.")
        labels = self.labels or [
            f"below {edges[0]:g}",
            *(f"{low:g} to {high:g}" for low, high in pairwise(edges)),
            f"{edges[-1]:g} or more",
        ]
        if len(labels) != len(edges) + 1:
            raise Invalid(
                f"{len(edges)} edges make {len(edges) + 1} bins, and there are {len(labels)} names."
            )
        parts: list[Node] = [Call("is missing", (name,)), Written(None, "text")]
        for edge, label in zip(edges, labels, strict=False):
            parts += [Call("<", (name, value_of(repr(edge), "number"))), Written(label, "text")]
        return {self.into: Call("choose", (*parts, Written(labels[-1], "text")))}
