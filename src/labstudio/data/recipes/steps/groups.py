"""Steps over groups of rows: one row for each of them, or a number of it beside each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from labstudio.data.recipes import expressions as ex
from labstudio.data.recipes.grammar import Node
from labstudio.data.recipes.steps.rows import sorted_pandas, sorted_polars
from labstudio.data.recipes.steps.step import (
    PLACE,
    Columns,
    Given,
    Query,
    Sources,
    Step,
    equal,
    named,
    new,
    order_sql,
    sort_keys,
    value_of,
)
from labstudio.errors import Invalid

_NOT_NAN = "nullif({0}, CAST('nan' AS DOUBLE))"


@dataclass(frozen=True)
class Aggregate:
    """One number of a group: as SQL, by pandas' name, and as the end of a Polars expression.

    `around` is what SQL writes around the call, `numbers` whether it asks for numbers.
    """

    call: str
    pandas: str
    polars: str
    around: str = "{0}"
    numbers: bool = False

    def sql(self, of: str, over: str = "") -> str:
        """Write it, over a window where one is given."""
        return self.around.format(self.call.format(of) + over)


AGGREGATES = {
    "count": Aggregate("count({0})", "count", "count().cast(pl.Int64)"),
    "sum": Aggregate(
        "sum({0})", "sum", "sum().fill_nan(None)", _NOT_NAN.format("CAST(coalesce({0}, 0) AS DOUBLE)"), True
    ),
    "mean": Aggregate("avg({0})", "mean", "mean().fill_nan(None)", _NOT_NAN, True),
    "min": Aggregate("min({0})", "min", "min()"),
    "max": Aggregate("max({0})", "max", "max()"),
    "median": Aggregate(
        # the middle of the two middle values: interpolated between infinities it would not be a number
        "(quantile_disc({0}, 0.5) - quantile_disc(-{0}, 0.5)) / 2",
        "median",
        "quantile(0.5, 'midpoint').fill_nan(None)",
        _NOT_NAN,
        True,
    ),
    "distinct": Aggregate("count(DISTINCT {0})", "nunique", "drop_nulls().n_unique().cast(pl.Int64)"),
}
AggregateName = Literal["count", "sum", "mean", "min", "max", "median", "distinct"]


def kind_of_aggregate(function: str, column: str | None, given: Given) -> str:
    """Return the kind of a number of a group, or say why there is none."""
    if column is None:
        if function != "count":
            raise Invalid(f"{function} needs a column.")
        return "number"
    kind = given.kind(column)
    if AGGREGATES[function].numbers and kind != "number":
        raise Invalid(f"{function} needs numbers; {column!r} holds {kind}.")
    return kind if function in ("min", "max") else "number"


class Measure(BaseModel):
    """One number of a group."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    name: str = Field(min_length=1, description="New column.")
    function: AggregateName = Field(description="What is computed; count counts values that are there.")
    column: str | None = Field(
        None, description="Column; rows are counted when not given.", json_schema_extra={"choices": "columns"}
    )


class Group(Step):
    """One row for each group, with numbers of it."""

    op: Literal["group"] = "group"
    by: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    measures: list[Measure] = Field(min_length=1, description="What is said of a group.")
    title, group, orders = "Group and aggregate", "Tables", True
    example = "group by city: mean(amount) as mean_amount, count() as n"

    def columns(self, given: Given) -> Columns:
        given.check(self.by)
        new([one.name for one in self.measures], self.by)
        made = {one.name: kind_of_aggregate(one.function, one.column, given) for one in self.measures}
        return {**{name: given.columns[name] for name in self.by}, **made}

    def sources(self, given: Given) -> Sources:
        made: Sources = {one.name: {("", one.column)} if one.column else set() for one in self.measures}
        return {**{name: {("", name)} for name in self.by}, **made}

    def deciding(self, given: Given) -> set[str]:
        return set(self.by)

    def sql(self, q: Query) -> str:
        made = {name: q.at(name) for name in self.by}
        for one in self.measures:
            made[one.name] = AGGREGATES[one.function].sql(q.at(one.column) if one.column else "*")
        keys = ", ".join(q.at(name) for name in dict.fromkeys(self.by))
        return q.select(made, f"GROUP BY {keys}", place=f"min({PLACE})")

    def pandas(self, given: Given) -> list[str]:
        by = list(dict.fromkeys(self.by))
        said = ", ".join(
            f"{one.name!r}: ({one.column or by[0]!r}, "
            f"{AGGREGATES[one.function].pandas if one.column else 'size'!r})"
            for one in self.measures
        )
        return [f"df = df.groupby({by!r}, sort=False, dropna=False).agg(**{{{said}}}).reset_index()"]

    def polars(self, given: Given) -> list[str]:
        by = list(dict.fromkeys(self.by))
        said = ", ".join(
            (f"pl.col({one.column!r}).{AGGREGATES[one.function].polars}" if one.column
             else "pl.len().cast(pl.Int64)") + f".alias({one.name!r})"
            for one in self.measures
        )  # fmt: skip
        return [f"df = df.group_by({by!r}, maintain_order=True).agg({said})"]


class Pivot(Step):
    """One row for each group, and a column for each of some values with a number of the rows that have it."""

    op: Literal["pivot"] = "pivot"
    by: list[str] = Field(min_length=1, description="Columns.", json_schema_extra={"choices": "columns"})
    column: str = Field(
        description="Column whose values become columns.", json_schema_extra={"choices": "columns"}
    )
    values: list[str] = Field(
        min_length=1, max_length=200, description="The values that become columns; others are left out."
    )
    function: AggregateName = Field("count", description="What stands in the new columns.")
    of: str | None = Field(
        None, description="Column it is computed of.", json_schema_extra={"choices": "columns"}
    )
    prefix: str = Field("", max_length=100, description="What stands before a value in a column's name.")
    title, group, orders = "Pivot", "Tables", True
    example = "pivot city by state: sum(amount) for 'paid', 'open'"

    def columns(self, given: Given) -> Columns:
        given.check([*self.by, self.column])
        if given.kind(self.column) == "date":
            raise Invalid("Dates do not become columns; take a part of them first.")
        self._conditions(given)
        names = [self.prefix + value for value in self.values]
        new(names, self.by)
        kind = kind_of_aggregate(self.function, self.of, given)
        return {**{name: given.columns[name] for name in self.by}, **dict.fromkeys(names, kind)}

    def _conditions(self, given: Given) -> dict[str, Node]:
        """Return for each new column the condition of its rows."""
        kind = given.kind(self.column)
        return {
            self.prefix + value: ex.built(equal(self.column, value_of(value, kind)), given.columns)[0]
            for value in self.values
        }

    def sources(self, given: Given) -> Sources:
        pair = {("", self.column)} | ({("", self.of)} if self.of else set())
        made: Sources = {self.prefix + value: set(pair) for value in self.values}
        return {**{name: {("", name)} for name in self.by}, **made}

    def deciding(self, given: Given) -> set[str]:
        return set(self.by)

    def sql(self, q: Query) -> str:
        made, key = {name: q.at(name) for name in self.by}, q.at(self.column)
        for name, node in self._conditions(q.given).items():
            of = f"CASE WHEN {q.sql(node)} THEN {q.at(self.of) if self.of else key} END"
            made[name] = AGGREGATES[self.function].sql(of)
        keys = ", ".join(q.at(name) for name in dict.fromkeys(self.by))
        return q.select(made, f"GROUP BY {keys}", place=f"min({PLACE})")

    def pandas(self, given: Given) -> list[str]:
        by, of = list(dict.fromkeys(self.by)), self.of or self.column
        conditions = self._conditions(given)
        masked = ", ".join(
            f"{name!r}: df[{of!r}].where({ex.pandas(node)}.fillna(False))"
            for name, node in conditions.items()
        )
        said = ", ".join(f"{name!r}: ({name!r}, {AGGREGATES[self.function].pandas!r})" for name in conditions)
        return [
            f"df = df.assign(**{{{masked}}}).groupby({by!r}, sort=False, dropna=False)"
            f".agg(**{{{said}}}).reset_index()"
        ]

    def polars(self, given: Given) -> list[str]:
        by, of = list(dict.fromkeys(self.by)), self.of or self.column
        said = ", ".join(
            f"pl.col({of!r}).filter({ex.bare(ex.polars(node))}).{AGGREGATES[self.function].polars}.alias({name!r})"
            for name, node in self._conditions(given).items()
        )
        return [f"df = df.group_by({by!r}, maintain_order=True).agg({said})"]


class Window(Step):
    """A number of its group beside each row: its place, what stands before it, finite sums so far, shares."""

    op: Literal["window"] = "window"
    name: str = Field(min_length=1, description="New column.")
    function: Literal[
        "row_number", "rank", "dense_rank", "lag", "lead", "running_sum", "share", "sum", "mean", "min",
        "max", "count",
    ] = Field(description="What is computed.")  # fmt: skip
    column: str | None = Field(
        None, description="Column it is computed of.", json_schema_extra={"choices": "columns"}
    )
    by: list[str] = Field(
        [],
        description="Groups; all rows are one when none is named.",
        json_schema_extra={"choices": "columns"},
    )
    order: list[str] = Field(
        [],
        description="Order within a group, with - from the largest on; as the rows stand when none is named.",
        json_schema_extra={"choices": "order"},
    )
    offset: int = Field(1, ge=1, lt=10**6, description="How many rows before (lag) or after (lead).")
    title, group, orders = "Number of its group", "Tables", True
    example = "window place = rank() by city order -amount"

    def columns(self, given: Given) -> Columns:
        given.check(self.by)
        keys = sort_keys(self.order, given)
        if self.function in ("rank", "dense_rank") and not keys:
            raise Invalid(f"{self.function} needs an order.")
        if self.function in ("row_number", "rank", "dense_rank"):
            if self.column is not None:
                raise Invalid(f"{self.function} is of no column; give an order.")
            kind = "number"
        elif self.function in ("lag", "lead"):
            if self.column is None:
                raise Invalid(f"{self.function} needs a column.")
            kind = given.kind(self.column)
        else:
            like = {"share": "sum", "running_sum": "sum"}.get(self.function, self.function)
            if self.column is None and self.function != "count":
                raise Invalid(f"{self.function} needs a column.")
            kind = kind_of_aggregate(like, self.column, given)
        return {**given.columns, named(self.name): kind}

    def sources(self, given: Given) -> Sources:
        used = {*self.by, *sort_keys(self.order, given), *([self.column] if self.column else [])}
        return {**super().sources(given), self.name: {("", name) for name in used}}

    def writes(self, given: Given) -> set[str]:
        return {self.name}

    def sql(self, q: Query) -> str:
        keys, by = sort_keys(self.order, q.given), dict.fromkeys(self.by)
        groups = f"PARTITION BY {', '.join(q.at(name) for name in by)}" if by else ""
        ordered = order_sql(keys, q)
        order, ties = f"ORDER BY {ordered}", f"ORDER BY {ordered.rpartition(', ')[0]}"
        of = q.at(self.column) if self.column else "*"
        match self.function:
            case "row_number":
                said = f"row_number() OVER ({groups} {order})"
            case "rank" | "dense_rank":
                said = f"{self.function}() OVER ({groups} {ties})"
            case "lag" | "lead":
                said = f"{self.function}({of}, {self.offset}) OVER ({groups} {order})"
            case "running_sum":
                so_far = AGGREGATES["sum"].sql(of, f" OVER ({groups} {order} ROWS UNBOUNDED PRECEDING)")
                said = f"CASE WHEN abs({so_far}) < CAST('inf' AS DOUBLE) THEN {so_far} END"
            case "share":
                total = AGGREGATES["sum"].sql(of, f" OVER ({groups})")
                said = _NOT_NAN.format(f"{of} / nullif({total}, 0)")
            case _:
                said = AGGREGATES[self.function].sql(of, f" OVER ({groups})")
        return q.select({**q.kept(), self.name: said})

    def pandas(self, given: Given) -> list[str]:
        keys, by = sort_keys(self.order, given), list(dict.fromkeys(self.by))
        rows = sorted_pandas(keys) if keys else "df"
        grouped = f"groupby({by!r}" if by else "groupby(np.zeros(len(df))"
        lines = [f"groups = {rows}.{grouped}, sort=False, dropna=False)"]
        of, whole = f"groups[{self.column!r}]", ".astype('int64[pyarrow]')"
        match self.function:
            case "row_number":
                said = f"(groups.cumcount() + 1){whole}"
            case "rank" | "dense_rank":  # rows that tie have the number of the first of them
                ties = f"groupby([df[name] for name in {[*by, *keys]!r}], sort=False, dropna=False)"
                lines += ["counted = groups.cumcount() + 1", f"first = counted.{ties}.transform('min')"]
                said = f"first{whole}"
                if self.function == "dense_rank":
                    over = f"[df[name] for name in {by!r}]" if by else "np.zeros(len(df))"
                    said = f"(first == counted).groupby({over}, sort=False, dropna=False).cumsum(){whole}"
            case "lag" | "lead":
                said = f"{of}.shift({self.offset if self.function == 'lag' else -self.offset})"
            case "running_sum":
                filled = f"df.assign(**{{{self.column!r}: df[{self.column!r}].fillna(0)}})"
                lines = [f"groups = {rows.replace('df', filled, 1)}.{grouped}, sort=False, dropna=False)"]
                lines.append(f"total = {of}.cumsum()")
                said = (
                    "total.where(total.abs() < np.inf)"  # what comes behind an infinity is no sum in pandas
                )
            case "share":
                lines.append(f"total = {of}.transform('sum')")
                said = f"df[{self.column!r}] / total.where(total != 0)"
            case "count" if self.column is None:
                said = f"groups[{next(iter(given.columns))!r}].transform('size'){whole}"
            case _:
                said = f"{of}.transform({AGGREGATES[self.function].pandas!r})"
        return [*lines, f"df[{self.name!r}] = {said}"]

    def polars(self, given: Given) -> list[str]:
        keys, by = sort_keys(self.order, given), list(dict.fromkeys(self.by))
        row, n = given.free("row", [self.name]), given.free("number", [self.name])
        over, ties = f".over({by!r})" if by else "", f".over({[*by, *keys]!r})"
        of, number = f"pl.col({self.column!r})", f"pl.int_range(1, pl.len() + 1, dtype=pl.Int64){over}"
        before, after = list[str](), list[str]()
        match self.function:
            case "row_number":
                said = number
            case "rank" | "dense_rank":  # rows that tie have the number of the first of them
                before, after = [f"df = df.with_columns({number}.alias({n!r}))"], [f"df = df.drop({n!r})"]
                said = f"pl.col({n!r}).min(){ties}"
                if self.function == "dense_rank":
                    said = f"(pl.col({n!r}) == {said}).cast(pl.Int64).cum_sum(){over}"
            case "lag" | "lead":
                said = f"{of}.shift({self.offset if self.function == 'lag' else -self.offset}){over}"
            case "running_sum":
                so_far = f"{of}.fill_null(0).cum_sum(){over}"
                said = f"pl.when({so_far}.abs() < float('inf')).then({so_far})"
            case "share":
                total = f"{of}.sum(){over}"
                said = f"({of} / pl.when({total} != 0).then({total})).fill_nan(None)"
            case "count" if self.column is None:
                said = f"pl.len(){over}.cast(pl.Int64)"
            case _:
                said = f"{of}.{self.function}(){over}"
        made = f"df = df.with_columns({said}.alias({self.name!r}))"
        if keys:
            before = [f"df = df.with_row_index({row!r})", f"df = {sorted_polars(keys)}", *before]
            after = [*after, f"df = df.sort({row!r}).drop({row!r})"]
        return [*before, made, *after]
