"""Steps about rows: which are kept, and in which order."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labstudio.data.recipes import expressions as ex
from labstudio.data.recipes.grammar import Node, names
from labstudio.data.recipes.steps.drawing import below, below_sql
from labstudio.data.recipes.steps.step import PLACE, Columns, Given, Query, Step, order_sql, sort_keys
from labstudio.errors import Invalid


class Filter(Step):
    """Keep the rows for which a condition is true."""

    op: Literal["filter"] = "filter"
    where: str = Field(
        min_length=1,
        description="Condition, such as amount > 0.",
        json_schema_extra={"choices": "expression"},
    )
    title, group = "Filter rows", "Rows"
    example = "filter amount > 0 and city is not missing"

    def _node(self, given: Given) -> Node:
        node, kind = ex.checked(self.where, given.columns)
        if kind != "boolean":
            raise Invalid(f"A filter is a condition such as amount > 0; this is a {kind}.")
        return node

    def columns(self, given: Given) -> Columns:
        self._node(given)
        return dict(given.columns)

    def deciding(self, given: Given) -> set[str]:
        return names(self._node(given))

    def sql(self, q: Query) -> str:
        return q.select(q.kept(), f"WHERE {ex.bare(q.sql(self._node(q.given)), escapes=False)}")

    def pandas(self, given: Given) -> list[str]:
        condition = ex.pandas(self._node(given))
        return [f"df = df[{condition}.fillna(False)].reset_index(drop=True)"]

    def polars(self, given: Given) -> list[str]:
        return [f"df = df.filter({ex.bare(ex.polars(self._node(given)))})"]


class Sort(Step):
    """Order the rows; missing values come last, and what is alike stays as it was."""

    op: Literal["sort"] = "sort"
    by: list[str] = Field(
        min_length=1,
        description="Columns; with - in front from the largest on.",
        json_schema_extra={"choices": "order"},
    )
    title, group, orders = "Sort rows", "Rows", True
    example = "sort -amount, city"

    def columns(self, given: Given) -> Columns:
        sort_keys(self.by, given)
        return dict(given.columns)

    def deciding(self, given: Given) -> set[str]:
        return set(sort_keys(self.by, given))

    def sql(self, q: Query) -> str:
        keys = order_sql(sort_keys(self.by, q.given), q)
        return q.select(q.kept(), place=f"row_number() OVER (ORDER BY {keys})")

    def pandas(self, given: Given) -> list[str]:
        return [f"df = {sorted_pandas(sort_keys(self.by, given), 'ignore_index=True')}"]

    def polars(self, given: Given) -> list[str]:
        return [f"df = {sorted_polars(sort_keys(self.by, given))}"]


class Distinct(Step):
    """Of rows that are alike, keep the first or the last, by the order of columns or as they stand."""

    op: Literal["distinct"] = "distinct"
    names: list[str] = Field(
        [],
        description="Columns that are compared; all when none is named.",
        json_schema_extra={"choices": "columns"},
    )
    keep: Literal["first", "last"] = Field("first", description="Which one is kept.")
    by: list[str] = Field(
        [],
        description="Order in which it is the first or last, with - from the largest on; "
        "as the rows stand when none is named.",
        json_schema_extra={"choices": "order"},
    )
    title, group, orders = "Remove duplicates", "Rows", True
    example = "distinct customer keep last by day"

    def columns(self, given: Given) -> Columns:
        given.check(self.names)
        sort_keys(self.by, given)
        return dict(given.columns)

    def deciding(self, given: Given) -> set[str]:
        return {*(self.names or given.columns), *sort_keys(self.by, given)}

    def sql(self, q: Query) -> str:
        keys = sort_keys(self.by, q.given)
        alike = ", ".join(q.at(name) for name in dict.fromkeys(self.names or q.given.columns))
        if self.keep == "first":
            order = order_sql(keys, q)
        else:  # the last in an order is the first in the opposite one
            said = [f"{q.at(name)}{' DESC' if up else ''} NULLS FIRST" for name, up in keys.items()]
            order = ", ".join([*said, f"{PLACE} DESC"])
        rank = f"row_number() OVER (PARTITION BY {alike} ORDER BY {order})"
        if q.spelled or not q.light:
            return q.select(q.kept(), f"QUALIFY {rank} = 1")
        if self.names and not keys:
            end = "min" if self.keep == "first" else "max"
            places = f"SELECT {end}({PLACE}) FROM {q.source} GROUP BY {alike}"
            return q.select(q.kept(), f"WHERE {PLACE} IN ({places})")
        # whole rows are seldom alike, and only those whose hash another one has go through the window
        hashes = f"SELECT hash({alike}) AS h FROM {q.source}"
        doubtful = f"hash({alike}) IN (SELECT h FROM ({hashes}) GROUP BY h HAVING count(*) > 1)"
        gone = f"SELECT {PLACE} FROM {q.source} WHERE {doubtful} QUALIFY {rank} > 1"
        return q.select(q.kept(), f"WHERE {PLACE} NOT IN ({gone})")

    def pandas(self, given: Given) -> list[str]:
        keys = sort_keys(self.by, given)
        alike = f"{self.names!r}, " if self.names else ""
        if not keys:
            return [f"df = df.drop_duplicates({alike}keep={self.keep!r}, ignore_index=True)"]
        kept = f"drop_duplicates({alike}keep={self.keep!r})"
        return [f"df = {sorted_pandas(keys)}.{kept}.sort_index().reset_index(drop=True)"]

    def polars(self, given: Given) -> list[str]:
        keys = sort_keys(self.by, given)
        alike = repr(list(dict.fromkeys(self.names or given.columns)))
        unique = f"unique({alike}, keep={self.keep!r}, maintain_order=True)"
        if not keys:
            return [f"df = df.{unique}"]
        row = given.free("row")
        return [
            f"df = df.with_row_index({row!r})",
            f"df = {sorted_polars(keys)}.{unique}.sort({row!r}).drop({row!r})",
        ]


class Sample(Step):
    """Keep a share or a number of the rows, the same ones each time."""

    op: Literal["sample"] = "sample"
    share: float | None = Field(None, gt=0, le=1, description="Share of the rows.")
    rows: int | None = Field(None, ge=1, description="Number of rows, in the place of a share.")
    seed: int = Field(0, ge=0, lt=10**6, description="Another seed gives other rows.")
    title, group, orders = "Sample", "Rows", True
    example = "sample 0.1 seed 7"

    def columns(self, given: Given) -> Columns:
        if (self.share is None) == (self.rows is None):
            raise Invalid("A sample has either a share or a number of rows.")
        return dict(given.columns)

    def sql(self, q: Query) -> str:
        drawn = below_sql("i", self.seed)
        source = f"(SELECT *, {q.row_number()} AS i FROM {q.source})"
        if self.rows is not None:
            rank = f"row_number() OVER (ORDER BY {drawn}, i)"
            return q.select(q.kept(), f"QUALIFY {rank} <= {self.rows}", source=source)
        return q.select(q.kept(), f"WHERE {drawn} < {below(self.share or 0)}", source=source)

    def pandas(self, given: Given) -> list[str]:
        drawn = f"drawn(len(df), {self.seed})"
        if self.rows is not None:
            return [
                f"chosen = np.sort(np.argsort({drawn}, kind='stable')[:{self.rows}])",
                "df = df.iloc[chosen].reset_index(drop=True)",
            ]
        return [f"df = df[{drawn} < {below(self.share or 0)}].reset_index(drop=True)"]

    def polars(self, given: Given) -> list[str]:
        drawn = f"drawn(df.height, {self.seed})"
        if self.rows is not None:
            return [f"df = df[np.sort(np.argsort({drawn}, kind='stable')[:{self.rows}])]"]
        return [f"df = df.filter({drawn} < {below(self.share or 0)})"]


def sorted_pandas(keys: dict[str, bool], more: str = "", frame: str = "df") -> str:
    """Write the sorting of a frame."""
    up = list(keys.values())
    said = "" if all(up) else ", ascending=False" if not any(up) else f", ascending={up!r}"
    return f"{frame}.sort_values({list(keys)!r}{said}, kind='stable'{', ' + more if more else ''})"


def sorted_polars(keys: dict[str, bool]) -> str:
    """Write the sorting of a frame for Polars."""
    falling = [not up for up in keys.values()]
    said = f", descending={falling!r}" if any(falling) else ""
    return f"df.sort({list(keys)!r}{said}, nulls_last=True, maintain_order=True)"
