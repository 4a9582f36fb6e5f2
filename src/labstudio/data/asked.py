"""The rows of a chart: its columns as x, y, colour and value, of the rows that match, asked in SQL.

Names, values and filters of a person never become part of the SQL: columns are known by their place, and the
filter comes as `labstudio.data.filters` reads it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.grid import field_of, order_of
from labstudio.data.options import check_columns
from labstudio.data.parts import Stored, stored_schema
from labstudio.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from labstudio.data.chart import Chart
    from labstudio.data.filters import Field
    from labstudio.schema import Schema

SERIES = 5  # with a colour of their own; the rest is one more
OTHER = "other or missing"
NAMED = 12  # columns that a sentence lists


class Asked:
    """What is asked of a table for one chart.

    Queries select from ``u``: ``x`` and ``y`` (finite numbers, moments or texts), ``v`` (a number that
    colours) and ``s`` (the number of the series).
    """

    def __init__(self, connection: Any, path: Stored, schema: Schema, chart: Chart) -> None:
        self._connection = connection
        stored = stored_schema(path).types
        self._fields = {
            column.name: field_of(place, column, kind)
            for place, (column, kind) in enumerate(zip(schema, stored, strict=True))
        }
        for role in ("x", "y", "color"):
            named = getattr(chart, role)
            if named is not None:
                check_columns(schema.names, [named], f"{role}: ")
        order = order_of(schema, stored, [], chart.filter)
        where, self._parameters = (order.where, order.parameters) if order else ("true", ())
        x, y, color = (self.field(name) for name in (chart.x, chart.y, chart.color))
        numbers = color is not None and color.kind == "number"
        self.measured = numbers and chart.kind in (
            "scatter",
            "map",
            "heatmap",
        )  # no series
        k = "NULL::VARCHAR" if color is None or self.measured else f"CAST({color.sql} AS VARCHAR)"
        self._with = (
            f"WITH t AS (SELECT {_value(x)} AS x, {_value(y)} AS y, {k} AS k,"
            f" {_value(color) if self.measured else 'NULL::DOUBLE'} AS v"
            f" FROM {engine.table(path, len(schema))} WHERE {where}),"
            " kinds AS (SELECT k, row_number() OVER (ORDER BY count(*) DESC, k) - 1 AS s"
            f" FROM t WHERE k IS NOT NULL GROUP BY k QUALIFY s < {SERIES}),"
        )
        self._with += (
            " u AS (SELECT x, y, v, 0 AS s FROM t)"
            if color is None or self.measured
            else f" u AS (SELECT x, y, v, coalesce(s, {SERIES}) AS s FROM t LEFT JOIN kinds USING (k))"
        )
        self._coloured = color is not None and not self.measured

    def field(self, name: str | None) -> Field | None:
        """What is known of a column."""
        return None if name is None else self._fields[name]

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query from ``u``."""
        import duckdb

        try:
            found: list[tuple[Any, ...]] = self._connection.execute(
                f"{self._with} {query}", list(self._parameters)
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).split("\n")[0]
            raise Unavailable(f"The chart could not be drawn ({reason}).") from None
        return found

    def one(self, query: str) -> tuple[Any, ...]:
        """Return the first row of a query from ``u``."""
        return self.all(query)[0]

    @cached_property
    def rows(self) -> int:
        """How many rows match the filter."""
        return int(self.one("SELECT count(*) FROM u")[0])

    @cached_property
    def series(self) -> list[str]:
        """Names of the series by their number; one without a name where nothing divides the rows."""
        if not self._coloured:
            return [""]
        names = [row[0] for row in self.all("SELECT k FROM kinds ORDER BY s")]
        return [*names, *[""] * (SERIES - len(names)), OTHER]

    def need(self, chart: Chart, role: str, *kinds: str) -> Field:
        """Return what is known of a column that a kind of chart cannot do without.

        Raises
        ------
        Invalid
            It is not told, or does not hold what is needed.
        """
        name = getattr(chart, role)
        if name is None:
            fit = [one for one, known in self._fields.items() if not kinds or known.kind in kinds]
            if not fit:
                raise Invalid(f"A {chart.kind} needs {role}, and no column here fits.")
            said = ", ".join(fit[:NAMED]) + (f" and {len(fit) - NAMED} more" if len(fit) > NAMED else "")
            raise Invalid(f"A {chart.kind} needs {role}; name a column: {said}.")
        found = self._fields[name]
        if kinds and found.kind not in kinds:
            wanted = " or ".join({"number": "numbers", "datetime": "dates"}[kind] for kind in kinds)
            raise Invalid(
                f"{role}: {name!r} holds {_HOLDS[found.kind]}; a {chart.kind} needs {wanted} there."
            )
        return found


_HOLDS = {"number": "numbers", "datetime": "dates", "boolean": "true and false", "string": "text"}


def _value(field: Field | None) -> str:
    """A column as charts see it: finite numbers, moments, and everything else as text."""
    if field is None:
        return "NULL::DOUBLE"
    if field.kind == "number":
        return f"CASE WHEN isfinite(CAST({field.sql} AS DOUBLE)) THEN CAST({field.sql} AS DOUBLE) END"
    return field.sql if field.kind == "datetime" else f"CAST({field.sql} AS VARCHAR)"
