"""A version's table as rules see it: SQL that reads it as columns ``c0, c1, …`` and ``n``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from labstudio.data import engine
from labstudio.data.options import check_columns
from labstudio.data.parts import Stored, stored_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from labstudio.data.filters import Field
    from labstudio.schema import Schema


@dataclass(frozen=True)
class Table:
    """The table at `path`, whose columns are those of `schema` in order."""

    path: Stored
    schema: Schema

    @cached_property
    def stored(self) -> Sequence[pa.DataType]:
        """How the columns are kept."""
        types: Sequence[pa.DataType] = stored_schema(self.path).types
        return types

    @cached_property
    def fields(self) -> list[Field]:
        """The columns as a filter sees them."""
        from labstudio.data.grid import field_of

        both = zip(self.schema, self.stored, strict=True)
        return [field_of(place, column, stored) for place, (column, stored) in enumerate(both)]

    @cached_property
    def sql(self) -> str:
        """What to select from; columns go by place, as "a" and "A" would be the same for DuckDB."""
        names = ", ".join(f"c{place}" for place in range(len(self.schema)))
        return f"{engine.numbered(self.path)} AS t({names}, n)"

    def place(self, name: str, where: str = "") -> int:
        """Find a column, or raise `Invalid` with a sentence that says what is there."""
        check_columns(self.schema.names, [name], where)
        return self.schema.names.index(name)

    def value(self, place: int) -> str:
        """SQL of a value as it is kept; NaN is missing here as everywhere."""
        import pyarrow as pa

        if not pa.types.is_floating(self.stored[place]):
            return f"c{place}"
        return f"CASE WHEN NOT isnan(c{place}) THEN c{place} END"
