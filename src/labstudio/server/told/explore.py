"""Profiles, associations and comparisons; what is told of a chart is `labstudio.data.chart.Chart`."""

from __future__ import annotations

from pydantic import Field

from labstudio.edges import Told


class Profiled(Told):
    """What the columns are looked at for."""

    target: str | None = Field(None, description="Column that is to be predicted from the others.")


class Compared(Told):
    """What a version is compared with."""

    other: str = Field(min_length=1, description="The version after it, such as orders@2.")
    key: list[str] = Field(
        default_factory=list, description="Columns that name a row; rows are compared as wholes without."
    )
