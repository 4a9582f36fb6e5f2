"""The steps of a recipe, a class each: what it is told, what it makes, and how three languages say it."""

from labstudio.data.recipes.steps.columns import Cast, Derive, Drop, Rename, Select
from labstudio.data.recipes.steps.groups import Group, Pivot, Window
from labstudio.data.recipes.steps.rows import Distinct, Filter, Sample, Sort
from labstudio.data.recipes.steps.splits import Split
from labstudio.data.recipes.steps.step import Columns, Given, Query, Step, Table
from labstudio.data.recipes.steps.tables import Join, Melt, Union
from labstudio.data.recipes.steps.values import (
    Bin,
    DateParts,
    ExtractText,
    Fill,
    ParseDates,
    Replace,
    ReplaceText,
    SplitText,
)

STEPS: dict[str, type[Step]] = {
    str(one.model_fields["op"].default): one
    for one in (
        Select, Drop, Rename, Cast, Derive,
        Filter, Sort, Distinct, Sample, Split,
        Fill, Replace, ReplaceText, SplitText, ExtractText, ParseDates, DateParts, Bin,
        Group, Window, Pivot, Melt, Join, Union,
    )
}  # fmt: skip

__all__ = ["STEPS", "Columns", "Given", "Join", "Query", "Sort", "Step", "Table"]
