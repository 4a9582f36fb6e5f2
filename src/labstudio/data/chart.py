"""What a person says of a chart: a kind, columns, how they are put together. It knows no table."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["histogram", "bar", "box", "scatter", "line", "heatmap", "map"]
Aggregate = Literal["count", "sum", "mean", "median", "min", "max", "distinct"]
Interval = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]

_COLUMN: dict[str, Any] = {"choices": "columns"}


class Chart(BaseModel):
    """One chart of a table.

    Examples
    --------
    >>> Chart(kind="bar", x="region", y="amount", aggregate="mean").color is None
    True
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"first": ["kind", "x", "y", "color", "aggregate"]},
    )

    kind: Kind = Field("histogram", description="What is drawn.")
    x: str | None = Field(
        None, description="Column that goes to the right; of a map the longitude.", json_schema_extra=_COLUMN
    )
    y: str | None = Field(
        None,
        description="Column that goes up; of a map the latitude. Rows are counted where there is none.",
        json_schema_extra=_COLUMN,
    )
    color: str | None = Field(
        None,
        description="Column that divides the rows by colour; of a heat map the value of a field.",
        json_schema_extra=_COLUMN,
    )
    aggregate: Aggregate | None = Field(
        None,
        description="How the values of y are put together; mean where y is there, count where not.",
    )
    interval: Interval | None = Field(
        None, description="Step of a line over time; one that fits when not given."
    )
    bins: int = Field(30, ge=2, le=200, description="Bins of a histogram, fields of a heat map on a side.")
    limit: int = Field(20, ge=1, le=100, description="Most groups; the most frequent are drawn.")
    filter: str = Field(
        "", max_length=2_000, description="Rows that are drawn, such as: amount > 10 and region = south."
    )
    title: str = Field("", max_length=200, description="Title; one that says what is drawn when not given.")
