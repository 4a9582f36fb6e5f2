"""The steps of a recipe: what each is told, the columns it makes, and how SQL and pandas say it.

Steps know columns by name and kind. In SQL the columns are ``c0, c1, …`` in order, since to DuckDB "a" and
"A" are the same, and ``r`` is the place of a row, so that the order of rows means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from labstudio.data.options import check_columns
from labstudio.data.recipes import expressions as ex
from labstudio.errors import Invalid

Columns = dict[str, str]
Kinds = Literal["number", "text", "boolean", "date"]
Value = bool | int | float | str

HASH = "((({0}) * 2654435761 + {1} * 40503 + 12345) % 4294967296)"


class Step(BaseModel):
    """Base of all steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: ClassVar[str]
    group: ClassVar[str]
    orders: ClassVar[bool] = False  # rows may come in another order: the places of rows then say it
    enabled: bool = Field(True, description="Whether the step is done.")
    note: str = Field("", max_length=1_000, description="A comment.")

    def columns(self, given: Columns) -> Columns:
        """Return the columns after the step; Invalid where it cannot be done."""
        raise NotImplementedError

    def sql(self, given: Columns, source: str) -> str:
        """Write the query over `source`."""
        raise NotImplementedError

    def pandas(self, given: Columns) -> list[str]:
        """Write the lines over ``df``."""
        raise NotImplementedError

    def plain(self) -> dict[str, Any]:
        """Return the step as values, without what is at its default."""
        return {"op": self.op, **self.model_dump(mode="json", exclude_defaults=True)}  # type: ignore[attr-defined]


def at(given: Columns, name: str) -> str:
    """Return a column's name in SQL."""
    return f"c{list(given).index(name)}"


def query(made: Mapping[str, str], source: str, rest: str = "", place: str = "r") -> str:
    """Write a SELECT of these columns."""
    parts = [f"{sql} AS c{number}" for number, sql in enumerate(made.values())]
    return f"SELECT {', '.join([*parts, f'{place} AS r'])} FROM {source} {rest}".rstrip()


def kept(given: Columns) -> dict[str, str]:
    """Return each column as it is."""
    return {name: at(given, name) for name in given}


class _Derived(Step):
    """A step that makes columns by expressions."""

    def made(self, given: Columns) -> dict[str, ex.Node]:
        raise NotImplementedError

    def columns(self, given: Columns) -> Columns:
        after = dict(given)
        for name, node in self.made(given).items():
            after[_named(name)] = _kind(node, given)
        return after

    def sql(self, given: Columns, source: str) -> str:
        made = {
            name: ex.sql(_checked(node, given), lambda n: at(given, n))
            for name, node in self.made(given).items()
        }
        return query({**kept(given), **made}, source)

    def pandas(self, given: Columns) -> list[str]:
        made = {name: ex.pandas(_checked(node, given)) for name, node in self.made(given).items()}
        if len(made) == 1:
            return [f"df[{name!r}] = {code}" for name, code in made.items()]
        return ["df = df.assign(**{" + ", ".join(f"{name!r}: {code}" for name, code in made.items()) + "})"]


def _checked(node: ex.Node, given: Columns) -> ex.Node:
    try:
        return ex.check(node, given)[0]
    except ex._Wrong as wrong:
        raise Invalid(str(wrong)) from None


def _kind(node: ex.Node, given: Columns) -> str:
    try:
        return ex.check(node, given)[1]
    except ex._Wrong as wrong:
        raise Invalid(str(wrong)) from None


def _named(name: str) -> str:
    if not name or len(name) > 200 or "\0" in name:
        raise Invalid(f"{name[:50]!r} cannot be the name of a column.")
    return name


def _value(value: Value) -> ex.Literal:
    kind = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    return ex.Literal(value, kind)


class Select(Step):
    """Keep these columns, in this order."""

    op: Literal["select"] = "select"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    title, group = "Keep columns", "Columns"

    def columns(self, given: Columns) -> Columns:
        check_columns(list(given), self.names)
        return {name: given[name] for name in self.names}

    def sql(self, given: Columns, source: str) -> str:
        return query({name: at(given, name) for name in self.names}, source)

    def pandas(self, given: Columns) -> list[str]:
        return [f"df = df[{list(dict.fromkeys(self.names))!r}]"]


class Drop(Step):
    """Leave these columns out."""

    op: Literal["drop"] = "drop"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    title, group = "Drop columns", "Columns"

    def columns(self, given: Columns) -> Columns:
        check_columns(list(given), self.names)
        left = {name: kind for name, kind in given.items() if name not in self.names}
        if not left:
            raise Invalid("No column would be left.")
        return left

    def sql(self, given: Columns, source: str) -> str:
        return query({name: at(given, name) for name in self.columns(given)}, source)

    def pandas(self, given: Columns) -> list[str]:
        return [f"df = df.drop(columns={self.names!r})"]


class Rename(Step):
    """Give columns other names."""

    op: Literal["rename"] = "rename"
    names: dict[str, str] = Field(
        min_length=1, description="Old name to new name.", json_schema_extra={"keys": "columns"}
    )
    title, group = "Rename columns", "Columns"

    def columns(self, given: Columns) -> Columns:
        check_columns(list(given), self.names)
        after = {_named(self.names.get(name, name)): kind for name, kind in given.items()}
        if len(after) < len(given):
            raise Invalid("Two columns would have the same name.")
        return after

    def sql(self, given: Columns, source: str) -> str:
        return query(kept(given), source)

    def pandas(self, given: Columns) -> list[str]:
        return [f"df = df.rename(columns={self.names!r})"]


class Cast(_Derived):
    """Turn a column into numbers, text or dates; what cannot be turned is missing."""

    op: Literal["cast"] = "cast"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    to: Literal["number", "text", "date"] = Field(description="Kind.")
    title, group = "Change the type", "Columns"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        return {self.column: ex.Call(f"to_{self.to}", (ex.Name(self.column),))}


class Filter(Step):
    """Keep the rows for which a condition is true."""

    op: Literal["filter"] = "filter"
    where: str = Field(
        min_length=1,
        description="Condition, such as amount > 0.",
        json_schema_extra={"choices": "expression"},
    )
    title, group = "Filter rows", "Rows"

    def columns(self, given: Columns) -> Columns:
        kind = ex.checked(self.where, given)[1]
        if kind != "boolean":
            raise Invalid(f"A filter is a condition such as amount > 0; this is a {kind}.")
        return dict(given)

    def sql(self, given: Columns, source: str) -> str:
        node = ex.checked(self.where, given)[0]
        return query(kept(given), source, f"WHERE {ex.sql(node, lambda n: at(given, n))}")

    def pandas(self, given: Columns) -> list[str]:
        return [
            f"df = df[{ex.pandas(ex.checked(self.where, given)[0])}.fillna(False)].reset_index(drop=True)"
        ]


class Sort(Step):
    """Order the rows; missing values come last."""

    op: Literal["sort"] = "sort"
    by: list[str] = Field(
        min_length=1,
        description="Columns; with - in front from the largest on.",
        json_schema_extra={"choices": "order"},
    )
    title, group, orders = "Sort rows", "Rows", True

    def _keys(self, given: Columns) -> dict[str, bool]:
        keys = {}
        for name in self.by:
            falling = name.startswith("-") and name not in given
            keys[name[1:] if falling else name] = not falling
        check_columns(list(given), keys)
        return keys

    def columns(self, given: Columns) -> Columns:
        self._keys(given)
        return dict(given)

    def sql(self, given: Columns, source: str) -> str:
        keys = [f"{at(given, n)} {'ASC' if up else 'DESC'} NULLS LAST" for n, up in self._keys(given).items()]
        return query(kept(given), source, place=f"row_number() OVER (ORDER BY {', '.join([*keys, 'r'])})")

    def pandas(self, given: Columns) -> list[str]:
        keys = self._keys(given)
        return [
            f"df = df.sort_values({list(keys)!r}, ascending={list(keys.values())!r},"
            " kind='stable', ignore_index=True)"
        ]


class Derive(_Derived):
    """Make a column by an expression."""

    op: Literal["derive"] = "derive"
    name: str = Field(min_length=1, description="Name of the column.")
    value: str = Field(
        min_length=1,
        description="Expression, such as price * quantity.",
        json_schema_extra={"choices": "expression"},
    )
    title, group = "New column", "Columns"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        return {self.name: ex.checked(self.value, given)[0]}


class Fill(_Derived):
    """Put a value where one is missing."""

    op: Literal["fill"] = "fill"
    names: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    value: Value = Field(description="Value.")
    title, group = "Fill missing values", "Values"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        return {name: ex.Call("coalesce", (ex.Name(name), _value(self.value))) for name in self.names}


class Replace(_Derived):
    """Put other values in the place of some; the others stay, or are missing where `only` is set."""

    op: Literal["replace"] = "replace"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    values: dict[str, str] = Field(min_length=1, max_length=200, description="Old value to new value.")
    only: bool = Field(False, description="Whether a value that is not named is missing.")
    title, group = "Replace values", "Values"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        check_columns(list(given), [self.column])
        number = given[self.column] == "number"
        name = ex.Name(self.column)
        node: ex.Node = ex.Literal(None, given[self.column]) if self.only else name
        for old, new in reversed(self.values.items()):
            pair = [_number(one) if number else ex.Literal(one, "text") for one in (old, new)]
            node = ex.Call("if", (ex.Call("=", (name, pair[0])), pair[1], node))
        return {self.column: node}


def _number(text: str) -> ex.Literal:
    try:
        return ex.Literal(float(text), "number")
    except ValueError:
        raise Invalid(f"{text!r} is not a number, which the column holds.") from None


class SplitText(_Derived):
    """Split a text at a separator into columns."""

    op: Literal["split_text"] = "split_text"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    separator: str = Field(min_length=1, description="Separator.")
    into: list[str] = Field(min_length=1, max_length=50, description="New columns.")
    title, group = "Split text", "Values"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        parts = (ex.Name(self.column), ex.Literal(self.separator, "text"))
        return {
            n: ex.Call("split_part", (*parts, ex.Literal(i, "number"))) for i, n in enumerate(self.into, 1)
        }


class DateParts(_Derived):
    """Make columns of the parts of a date."""

    op: Literal["date_parts"] = "date_parts"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    parts: list[Literal["year", "month", "day", "hour", "weekday"]] = Field(
        min_length=1, description="Parts."
    )
    title, group = "Parts of a date", "Values"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        return {f"{self.column}_{part}": ex.Call(part, (ex.Name(self.column),)) for part in self.parts}


class Bin(_Derived):
    """Put numbers into bins by fixed edges."""

    op: Literal["bin"] = "bin"
    column: str = Field(description="Column.", json_schema_extra={"choices": "columns"})
    edges: list[float] = Field(
        min_length=1, max_length=100, description="Edges; an edge belongs to the bin above it."
    )
    into: str = Field(min_length=1, description="New column.")
    title, group = "Bins", "Values"

    def made(self, given: Columns) -> dict[str, ex.Node]:
        edges, name = sorted(set(self.edges)), ex.Name(self.column)
        node: ex.Node = ex.Literal(f"{edges[-1]:g} or more", "text")
        for low, high in reversed([*zip([None, *edges], edges, strict=False)]):
            label = f"below {high:g}" if low is None else f"{low:g} to {high:g}"
            node = ex.Call(
                "if", (ex.Call("<", (name, ex.Literal(high, "number"))), ex.Literal(label, "text"), node)
            )
        missing = ex.Call("is missing", (name,))
        return {self.into: ex.Call("if", (missing, ex.Literal(None, "text"), node))}


AGGREGATES = {  # name: SQL, pandas
    "count": ("count({0})", "count"), "sum": ("CAST(coalesce(sum({0}), 0) AS DOUBLE)", "sum"),
    "mean": ("avg({0})", "mean"),
    "min": ("min({0})", "min"), "max": ("max({0})", "max"), "median": ("median({0})", "median"),
    "distinct": ("count(DISTINCT {0})", "nunique"),
}  # fmt: skip


class Measure(BaseModel):
    """One number of a group."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    function: Literal["count", "sum", "mean", "min", "max", "median", "distinct"]
    column: str | None = Field(None, json_schema_extra={"choices": "columns"})


class Group(Step):
    """One row for each group, with numbers of it."""

    op: Literal["group"] = "group"
    by: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    measures: list[Measure] = Field(min_length=1, description="What is said of a group.")
    title, group, orders = "Group and aggregate", "Tables", True

    def columns(self, given: Columns) -> Columns:
        check_columns(list(given), [*self.by, *(m.column for m in self.measures if m.column)])
        after = {name: given[name] for name in self.by}
        for one in self.measures:
            if one.column is None and one.function != "count":
                raise Invalid(f"{one.function} needs a column.")
            if one.function in ("sum", "mean", "median") and given[one.column or ""] != "number":
                raise Invalid(
                    f"{one.function} needs numbers; {one.column!r} holds {given[one.column or '']}."
                )
            if one.name in after:
                raise Invalid(f"Two columns would be called {one.name!r}.")
            after[_named(one.name)] = (
                given[one.column] if one.function in ("min", "max") and one.column else "number"
            )
        return after

    def sql(self, given: Columns, source: str) -> str:
        made = {name: at(given, name) for name in dict.fromkeys(self.by)}
        for one in self.measures:
            said = AGGREGATES[one.function][0].format(at(given, one.column) if one.column else "*")
            made[one.name] = said
        keys = ", ".join(at(given, name) for name in self.by)
        return query(made, source, f"GROUP BY {keys}", "min(r)")

    def pandas(self, given: Columns) -> list[str]:
        by = list(dict.fromkeys(self.by))
        said = {
            one.name: (one.column, AGGREGATES[one.function][1]) if one.column else ("#", "size")
            for one in self.measures
        }
        return [
            f"df = df.assign(**{{'#': 1}}).groupby({by!r}, sort=False, dropna=False)"
            f".agg(**{said!r}).reset_index()"
        ]


class Distinct(Step):
    """Keep the first of rows that are alike."""

    op: Literal["distinct"] = "distinct"
    names: list[str] = Field(
        [],
        description="Columns that are compared; all when none is named.",
        json_schema_extra={"choices": "columns"},
    )
    title, group, orders = "Remove duplicates", "Rows", True

    def columns(self, given: Columns) -> Columns:
        check_columns(list(given), self.names)
        return dict(given)

    def sql(self, given: Columns, source: str) -> str:
        keys = ", ".join(at(given, name) for name in self.names or given)
        return query(kept(given), source, f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY r) = 1")

    def pandas(self, given: Columns) -> list[str]:
        return [f"df = df.drop_duplicates({self.names or None!r}, ignore_index=True)"]


class Sample(Step):
    """Keep a share of the rows, the same ones each time."""

    op: Literal["sample"] = "sample"
    share: float = Field(gt=0, le=1, description="Share of the rows.")
    seed: int = Field(0, ge=0, lt=10**6, description="Another seed gives other rows.")
    title, group, orders = "Sample", "Rows", True

    def columns(self, given: Columns) -> Columns:
        return dict(given)

    def sql(self, given: Columns, source: str) -> str:
        hashed = HASH.format("row_number() OVER (ORDER BY r) - 1", self.seed)
        return query(kept(given), source, f"QUALIFY {hashed} < {int(self.share * 2**32)}")

    def pandas(self, given: Columns) -> list[str]:
        hashed = HASH.format("np.arange(len(df))", self.seed)
        return [f"df = df[{hashed} < {int(self.share * 2**32)}].reset_index(drop=True)"]


class Split(Step):
    """Say for each row, in a column `split`, which part it belongs to."""

    op: Literal["split"] = "split"
    parts: dict[str, float] = Field(min_length=1, max_length=10, description="Name of a part to its share.")
    seed: int = Field(0, ge=0, lt=10**6, description="Another seed gives other parts.")
    title, group, orders = "Split into parts", "Rows", True

    def columns(self, given: Columns) -> Columns:
        if abs(sum(self.parts.values()) - 1) > 1e-6 or min(self.parts.values()) <= 0:
            raise Invalid("The shares of a split are above 0 and come to 1 together.")
        return {**given, "split": "text"}

    def _edges(self) -> list[tuple[str, int]]:
        total, edges = 0.0, []
        for name, share in self.parts.items():
            total += share
            edges.append((name, min(2**32, round(total * 2**32))))
        return edges

    def sql(self, given: Columns, source: str) -> str:
        hashed = HASH.format("row_number() OVER (ORDER BY r) - 1", self.seed)
        cases = " ".join(f"WHEN {hashed} < {edge} THEN {ex.literal_sql(n)}" for n, edge in self._edges()[:-1])
        last = ex.literal_sql(self._edges()[-1][0])
        return query({**kept(given), "split": f"CASE {cases} ELSE {last} END" if cases else last}, source)

    def pandas(self, given: Columns) -> list[str]:
        names, edges = zip(*self._edges(), strict=True)
        hashed = HASH.format("np.arange(len(df))", self.seed)
        return [
            f"parts = np.searchsorted({list(edges[:-1])!r}, {hashed}, side='right')",
            f"named = np.array({list(names)!r}, dtype=object)[parts]",
            "df['split'] = pd.array(named, dtype=pd.ArrowDtype(pa.string()))",
        ]


STEPS: dict[str, type[Step]] = {
    str(one.model_fields["op"].default): one
    for one in (Select, Drop, Rename, Cast, Derive, Filter, Sort, Distinct, Sample, Split,
                Fill, Replace, SplitText, DateParts, Bin, Group)
}  # fmt: skip
