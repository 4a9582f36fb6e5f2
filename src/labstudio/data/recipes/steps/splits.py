"""The step that says for each row which part it belongs to: training, validation, test."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labstudio.data.recipes.expressions import literal_sql
from labstudio.data.recipes.steps.drawing import SPAN, below_sql
from labstudio.data.recipes.steps.step import PLACE, Columns, Given, Query, Sources, Step, named
from labstudio.errors import Invalid

_PARTS = 10**6  # shares are told to a millionth


class Split(Step):
    """Say for each row, in a new column, which part it belongs to: the same one each time."""

    op: Literal["split"] = "split"
    parts: dict[str, float] = Field(min_length=1, max_length=10, description="Name of a part to its share.")
    how: Literal["random", "stratified", "group", "time"] = Field(
        "random",
        description="random; stratified with the same shares in each group of `by`; group with all rows of a "
        "group of `by` in one part; time with the earliest rows in the first part.",
    )
    by: list[str] = Field(
        [], description="Columns of groups, or of time.", json_schema_extra={"choices": "columns"}
    )
    seed: int = Field(0, ge=0, lt=10**6, description="Another seed gives other parts.")
    into: str = Field("split", min_length=1, description="New column.")
    title, group, orders, keeps_rows = "Split into parts", "Rows", True, True
    example = "split train=0.8, test=0.2 by stratified city seed 7"

    def columns(self, given: Given) -> Columns:
        if abs(sum(self.parts.values()) - 1) > 1e-6 or min(self.parts.values()) <= 0:
            raise Invalid("The shares of a split are above 0 and come to 1 together.")
        given.check(self.by)
        if (self.how == "random") == bool(self.by):
            raise Invalid(
                "A random split has no columns." if self.by else f"A split by {self.how} needs columns."
            )
        if self.how == "time" and (len(self.by) > 1 or given.kind(self.by[0]) not in ("date", "number")):
            raise Invalid("A split by time needs one column of dates or numbers.")
        return {**given.columns, named(self.into): "text"}

    def sources(self, given: Given) -> Sources:
        return {**super().sources(given), self.into: {("", name) for name in self.by}}

    def _edges(self, whole: int) -> list[int]:
        """Return where the parts end, but for the last, in parts of `whole`."""
        total, edges = 0.0, []
        for share in list(self.parts.values())[:-1]:
            total += share
            edges.append(min(whole, round(total * whole)))
        return edges

    def writes(self, given: Given) -> set[str]:
        return {self.into}

    def sql(self, q: Query) -> str:
        by = ", ".join(q.at(name) for name in dict.fromkeys(self.by))
        drawn = below_sql("i", self.seed)
        source = f"(SELECT *, {q.row_number()} AS i FROM {q.source})"
        place = drawn
        if self.how == "stratified":
            rank = f"row_number() OVER (PARTITION BY {by} ORDER BY {drawn}, i)"
            place = f"((2 * {rank} - 1) * {_PARTS // 2} // count(*) OVER (PARTITION BY {by}))"
        elif self.how == "group":
            first = f"(SELECT *, min({PLACE}) OVER (PARTITION BY {by}) AS first FROM {q.source})"
            source = f"(SELECT *, dense_rank() OVER (ORDER BY first) - 1 AS i FROM {first})"
        elif self.how == "time":
            rank = f"rank() OVER (ORDER BY {q.at(self.by[0])} NULLS FIRST)"
            place = f"(({rank} - 1) * {_PARTS} // count(*) OVER ())"
            source = q.source
        names, edges = list(self.parts), self._edges(self._whole)
        cases = " ".join(
            f"WHEN drawn < {edge} THEN {literal_sql(name)}" for name, edge in zip(names, edges, strict=False)
        )
        last = literal_sql(names[-1])
        said = f"CASE {cases} ELSE {last} END" if cases else last
        return q.select({**q.kept(), self.into: said}, source=f"(SELECT *, {place} AS drawn FROM {source})")

    @property
    def _whole(self) -> int:
        return SPAN if self.how in ("random", "group") else _PARTS

    def pandas(self, given: Given) -> list[str]:
        by = list(dict.fromkeys(self.by))
        grouped = f"groupby({by!r}, sort=False, dropna=False)"
        match self.how:
            case "random":
                lines = [f"places = drawn(len(df), {self.seed})"]
            case "stratified":
                lines = [
                    f"order = np.argsort(drawn(len(df), {self.seed}), kind='stable')",
                    f"groups = df.iloc[order].{grouped}",
                    f"sizes = groups[{by[0]!r}].transform('size').astype('int64')",
                    f"places = ((2 * groups.cumcount() + 1) * {_PARTS // 2} // sizes).sort_index()",
                ]
            case "group":
                lines = [f"places = drawn(df.{grouped}.ngroup(), {self.seed})"]
            case _:
                lines = [
                    f"rank = df[{by[0]!r}].rank(method='min', na_option='top').astype('int64')",
                    f"places = (rank - 1) * {_PARTS} // max(len(df), 1)",
                ]
        return [
            *lines,
            f"parts = np.searchsorted({self._edges(self._whole)!r}, places, side='right')",
            f"names = np.array({list(self.parts)!r}, dtype=object)",
            f"df[{self.into!r}] = pd.array(names[parts], dtype=pd.ArrowDtype(pa.string()))",
        ]

    def polars(self, given: Given) -> list[str]:
        by, place = list(dict.fromkeys(self.by)), given.free("place", [self.into])
        match self.how:
            case "random":
                lines = [f"places = drawn(df.height, {self.seed})"]
            case "stratified":
                lines = [
                    f"drawings = df.with_columns(pl.Series({place!r}, drawn(df.height, {self.seed})))",
                    f"rank = pl.col({place!r}).rank('ordinal').over({by!r}).cast(pl.Int64)",
                    f"sizes = pl.len().over({by!r}).cast(pl.Int64)",
                    f"places = drawings.select((2 * rank - 1) * {_PARTS // 2} // sizes).to_series()",
                ]
            case "group":
                lines = [
                    f"first = df.with_row_index({place!r}).select(pl.col({place!r}).min().over({by!r}))",
                    f"places = drawn(first.to_series().rank('dense').cast(pl.Int64) - 1, {self.seed})",
                ]
            case _:
                lines = [
                    f"time = df[{by[0]!r}]",
                    "rank = (time.rank('min').cast(pl.Int64) + time.null_count()).fill_null(1)",
                    f"places = (rank - 1) * {_PARTS} // max(df.height, 1)",
                ]
        return [
            *lines,
            f"parts = np.searchsorted({self._edges(self._whole)!r}, places, side='right')",
            f"names = np.array({list(self.parts)!r}, dtype=object)",
            f"df = df.with_columns(pl.Series({self.into!r}, names[parts], dtype=pl.String))",
        ]
