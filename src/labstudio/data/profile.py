"""What a table's columns hold: gaps, different values, range, spread, shape. It knows a Parquet file only.

A profile is made when somebody first looks and then kept by the hash of the table: adding data stays as fast
as reading it, the second look costs nothing, and two assets with the same content share one profile.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data import engine

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.schema import Schema

EXACT_ROWS = 200_000  # beyond it, different values and quantiles are estimates (within about 2 %)
BINS = 20
TOP = 10
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class ColumnProfile:
    """One column. Dates are ISO texts, a missing figure is None."""

    name: str
    physical: str
    semantic: str
    missing: int
    distinct: int
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    std: float | None = None
    quantiles: dict[str, float] = field(default_factory=dict)  # "0.5" → median
    top: list[tuple[str, int]] = field(default_factory=list)  # most frequent values and how often
    edges: list[float] = field(default_factory=list)  # of the histogram's bins
    counts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Profile:
    """All columns of one table; `estimated` says that `distinct` and quantiles are estimates."""

    rows: int
    estimated: bool
    columns: tuple[ColumnProfile, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Profile:
        """Read what `to_dict` wrote."""
        columns = tuple(
            ColumnProfile(**{**column, "top": [(value, count) for value, count in column["top"]]})
            for column in content["columns"]
        )
        return cls(content["rows"], content["estimated"], columns)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a column, to be shown."""
        import pandas as pd

        shown = ("name", "semantic", "missing", "distinct", "minimum", "maximum", "mean", "std")
        rows = [
            {**{key: getattr(column, key) for key in shown}, "top": _top(column)} for column in self.columns
        ]
        return pd.DataFrame(rows, columns=[*shown, "top"])


def profile_table(path: Path, schema: Schema, folder: Path) -> Profile:
    """Profile the Parquet file at `path`, whose columns are those of `schema` in order; spill to `folder`."""
    import pyarrow.parquet as pq

    columns = []
    with closing(engine.connect(folder)) as connection, pq.ParquetFile(path) as file:
        rows = file.metadata.num_rows
        estimated = rows > EXACT_ROWS
        for column, stored in zip(schema, file.schema_arrow, strict=True):
            # one column at a time: for DuckDB "a" and "A" would be the same, and a wide table slow to bind
            connection.register(
                "t", file.read(columns=[stored.name]).select([stored.name]).rename_columns(["c"])
            )
            kind = str(stored.type)
            shape = _numbers if kind.startswith(("int", "uint", "float", "double")) else _values
            columns.append(
                ColumnProfile(column.name, column.physical, column.semantic, **shape(connection, estimated))
            )
    return Profile(rows, estimated, tuple(columns))


def _distinct(estimated: bool) -> str:
    return "approx_count_distinct(c)" if estimated else "count(DISTINCT c)"


def _numbers(connection: Any, estimated: bool) -> dict[str, Any]:
    quantile = "approx_quantile" if estimated else "quantile_cont"
    shares = ", ".join(str(share) for share in QUANTILES)
    # NaN is missing here as everywhere; infinities count as values but have no place in means and bins
    present = "c IS NOT NULL AND NOT isnan(c::DOUBLE)"
    finite = "isfinite(c::DOUBLE)"
    missing, distinct, low, high, inner_low, inner_high, mean, std, quantiles = engine.one(
        connection,
        f"SELECT count(*) FILTER (NOT ({present})), {_distinct(estimated)} FILTER ({present}),"
        f" min(c) FILTER ({present}), max(c) FILTER ({present}),"
        f" min(c) FILTER ({finite}), max(c) FILTER ({finite}),"
        f" avg(c::DOUBLE) FILTER ({finite}), stddev_samp(c::DOUBLE / 1e154) FILTER ({finite}) * 1e154,"
        f" {quantile}(c::DOUBLE, [{shares}]) FILTER ({finite}) FROM t",
    )
    found = {
        "missing": missing,
        "distinct": distinct,
        "minimum": _plain(low),
        "maximum": _plain(high),
        "mean": mean,
        "std": std,
        "quantiles": dict(zip(map(str, QUANTILES), quantiles, strict=True)) if quantiles else {},
    }
    if inner_low is None:
        return found
    width = float(inner_high) / BINS - float(inner_low) / BINS
    if not 0 < width < float("inf"):
        inside = engine.one(connection, f"SELECT count(*) FROM t WHERE {finite}")[0]
        return found | {"edges": [float(inner_low), float(inner_high)], "counts": [inside]}
    # each divided for itself: the difference of two doubles may be infinite
    step = f"floor(c::DOUBLE / {width!r}::DOUBLE - {inner_low / width!r}::DOUBLE)"
    place = f"greatest(0, least({step}, {BINS - 1}))::INTEGER"
    counts = dict(connection.execute(f"SELECT {place}, count(*) FROM t WHERE {finite} GROUP BY 1").fetchall())
    edges = [float(inner_low) + width * i for i in range(BINS)] + [float(inner_high)]
    return found | {"edges": edges, "counts": [counts.get(i, 0) for i in range(BINS)]}


def _values(connection: Any, estimated: bool) -> dict[str, Any]:
    missing, distinct, low, high = engine.one(
        connection,
        f"SELECT count(*) - count(c), {_distinct(estimated)}, min(c)::VARCHAR, max(c)::VARCHAR FROM t",
    )
    top = connection.execute(
        f"SELECT c::VARCHAR, count(*) AS n FROM t WHERE c IS NOT NULL"
        f" GROUP BY c ORDER BY n DESC, c LIMIT {TOP}"
    ).fetchall()
    return {"missing": missing, "distinct": distinct, "minimum": low, "maximum": high, "top": top}


def _plain(value: Any) -> Any:
    """Infinities have no JSON of their own."""
    return str(value) if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _top(column: ColumnProfile) -> str:
    return ", ".join(f"{value} ({count:,})" for value, count in column.top[:3])
