"""What a table's columns hold: gaps, different values, range, spread, shape. It knows a Parquet file only.

A profile is made when somebody first looks and then kept by the hash of the table: adding data stays as fast
as reading it, the second look costs nothing, and two assets with the same content share one profile.
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.meanings import SAMPLE, meanings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from labstudio.schema import Schema

EXACT_ROWS = 200_000  # beyond it, different values are estimates (within about 2 %)
EXACT_QUANTILES = 20_000_000  # rows of a column that are sorted in memory; beyond it quantiles are estimates
EXACT_DUPLICATES = 2_000_000  # beyond it, duplicated rows are counted among the rows of some hashes
BINS = 20
TOP = 10
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FAR = 3.0  # times the middle half's width beyond it: far outside, in Tukey's words
_FEW = 5_000  # so many different values are looked at one by one
_MANY = 100_000  # so many are not counted each: the most frequent of a sample are

VERSION = 3
"""Of what a profile says: one that was kept by an older version is made again."""


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
    meanings: list[tuple[str, float]] = field(default_factory=list)  # "email" and the share that looks so
    skew: float | None = None
    zeros: int | None = None
    negative: int | None = None
    infinite: int | None = None
    outliers: int | None = None  # far outside the middle half
    length_min: int | None = None  # characters of a text
    length_mean: float | None = None
    length_max: int | None = None
    variants: int = 0  # values that differ from another only by upper and lower case or blanks


@dataclass(frozen=True)
class Profile:
    """All columns of one table.

    Attributes
    ----------
    estimated : bool
        `distinct` is an estimate; so are the quantiles of very long tables.
    duplicates : int
        Rows that stood before, exactly so.
    duplicates_estimated : bool
        They are counted among a share of the rows.
    """

    rows: int
    estimated: bool
    columns: tuple[ColumnProfile, ...]
    duplicates: int = 0
    duplicates_estimated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Profile:
        """Read what `to_dict` wrote."""
        pairs = ("top", "meanings")
        columns = tuple(
            ColumnProfile(
                **column | {name: [(value, share) for value, share in column[name]] for name in pairs}
            )
            for column in content["columns"]
        )
        return cls(**content | {"columns": columns})

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
        repeated = _Repeated(rows)
        for column, stored in zip(schema, file.schema_arrow, strict=True):
            # one column at a time: for DuckDB "a" and "A" would be the same, and a wide table slow to bind
            table = file.read(columns=[stored.name]).select([stored.name]).rename_columns(["c"])
            connection.register("t", table)
            kind = str(stored.type)
            numeric = kind.startswith(("int", "uint", "float", "double"))
            shape = _numbers if numeric else _texts if kind == "string" else _values
            value = "nullif(c, 'nan')" if kind in ("float", "double") else "c"
            repeated.add(connection.sql(f"SELECT hash({value}) AS h FROM t").fetchnumpy()["h"])
            said = shape(connection, table.column(0), estimated)
            said["meanings"] = meanings(column.name, column.semantic, _present(table.column(0)))
            columns.append(ColumnProfile(column.name, column.physical, column.semantic, **said))
            connection.unregister("t")
    return Profile(rows, estimated, tuple(columns), repeated.count(), rows > EXACT_DUPLICATES)


class _Repeated:
    """Counts rows that stood before, from the hashes of their values as column after column comes."""

    def __init__(self, rows: int) -> None:
        import numpy as np

        self._rows = rows
        self._hashes = np.zeros(rows, np.uint64)

    def add(self, hashes: Any) -> None:
        import numpy as np

        # times an odd number, so that (a, b) differs from (b, a); overflow is what a hash is made of
        self._hashes *= np.uint64(0x9E3779B97F4A7C15)
        self._hashes ^= self._hashes >> np.uint64(29)
        self._hashes += hashes

    def count(self) -> int:
        import numpy as np

        share = max(1, -(-self._rows // EXACT_DUPLICATES))
        # equal rows have equal hashes: those of every share-th hash hold whole families of rows
        kept = self._hashes if share == 1 else self._hashes[self._hashes % np.uint64(share) == 0]
        kept.sort()  # many times faster than numpy's unique
        return int(np.count_nonzero(kept[1:] == kept[:-1])) * share


def _present(column: pa.ChunkedArray) -> list[Any]:
    """Some values, spread over a column."""
    step = max(1, len(column) // SAMPLE)
    return [value for place in range(0, len(column), step) if (value := column[place].as_py()) is not None]


def _distinct(estimated: bool) -> str:
    return "approx_count_distinct(c)" if estimated else "count(DISTINCT c)"


def _numbers(connection: Any, column: pa.ChunkedArray, estimated: bool) -> dict[str, Any]:
    quantile = "approx_quantile" if len(column) > EXACT_QUANTILES else "quantile_cont"
    shares = ", ".join(str(share) for share in QUANTILES)
    # NaN is missing here as everywhere; infinities count as values but have no place in means and bins
    present = "c IS NOT NULL AND NOT isnan(c::DOUBLE)"
    finite = "isfinite(c::DOUBLE)"
    row = engine.one(
        connection,
        f"SELECT count(*) FILTER (NOT ({present})), {_distinct(estimated)} FILTER ({present}),"
        f" count(*) FILTER (c = 0), count(*) FILTER (c < 0), count(*) FILTER (isinf(c::DOUBLE)),"
        f" min(c) FILTER ({present}), max(c) FILTER ({present}),"
        f" min(c) FILTER ({finite}), max(c) FILTER ({finite}),"
        f" {quantile}(c::DOUBLE, [{shares}]) FILTER ({finite}) FROM t",
    )
    missing, distinct, zeros, negative, infinite, low, high, inner_low, inner_high, quantiles = row
    moments = _Moments(column, max(abs(float(inner_low)), abs(float(inner_high)))) if quantiles else None
    found = {
        "missing": missing,
        "distinct": distinct,
        "zeros": zeros,
        "negative": negative,
        "infinite": infinite,
        "minimum": _plain(low),
        "maximum": _plain(high),
    }
    if moments is None:
        return found
    found |= {
        "mean": moments.mean,
        "std": moments.std,
        "quantiles": dict(zip(map(str, QUANTILES), quantiles, strict=True)),
    }
    width = float(inner_high) / BINS - float(inner_low) / BINS
    if not 0 < width < float("inf"):
        inside = engine.one(connection, f"SELECT count(*) FROM t WHERE {finite}")[0]
        return found | {"edges": [float(inner_low), float(inner_high)], "counts": [inside], "outliers": 0}
    # each divided for itself: the difference of two doubles may be infinite
    step = f"floor(c::DOUBLE / {width!r}::DOUBLE - {inner_low / width!r}::DOUBLE)"
    place = f"greatest(0, least({step}, {BINS - 1}))::INTEGER"
    quarter, three_quarters = quantiles[1], quantiles[3]
    reach = FAR * (three_quarters - quarter)
    # without a middle half there is no outside: of 96 % zeros the rest is not an error
    far = "false"
    if 0 < reach < float("inf"):
        far = f"c < '{quarter - reach!r}'::DOUBLE OR c > '{three_quarters + reach!r}'::DOUBLE"
    bins = connection.execute(
        f"SELECT {place}, count(*), count(*) FILTER ({far}) FROM t WHERE {finite} GROUP BY 1"
    ).fetchall()
    counts = {number: count for number, count, _ in bins}
    edges = [float(inner_low) + width * i for i in range(BINS)] + [float(inner_high)]
    return found | {
        "edges": edges,
        "counts": [counts.get(i, 0) for i in range(BINS)],
        "skew": moments.skew,
        "outliers": sum(count for _, _, count in bins),
    }


class _Moments:
    """Mean, deviation and skewness of the finite values of a column, the same to the last digit each time.

    DuckDB's threads add in whatever order they come. Here the parts of a column are summed one by one, in two
    passes: around the mean nothing is lost to large numbers.
    """

    mean: float
    std: float | None = None
    skew: float | None = None

    def __init__(self, column: pa.ChunkedArray, largest: float) -> None:
        # a power of two, so that scaling rounds nothing: sums and cubes of large numbers stay finite
        unit = math.ldexp(1.0, math.frexp(largest)[1] - 1)
        parts = [self._finite(part) / unit for part in column.chunks]
        rows = sum(map(len, parts))
        mean = math.fsum(float(part.sum()) for part in parts) / rows
        self.mean = mean * unit
        squares, cubes = [], []
        for part in parts:
            part -= mean
            square = part * part
            squares.append(float(square.sum()))
            cubes.append(float((square * part).sum()))
        if rows < 2:
            return
        deviation = math.sqrt(math.fsum(squares) / (rows - 1))
        if math.isfinite(deviation * unit):
            self.std = deviation * unit
        if rows > 2 and deviation**3 > 0:
            # Fisher and Pearson's, without bias
            self.skew = math.fsum(cubes) / deviation**3 * rows / ((rows - 1) * (rows - 2))

    @staticmethod
    def _finite(part: pa.Array) -> Any:
        import numpy as np

        values = part.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        return values[np.isfinite(values)]


def _texts(connection: Any, column: pa.ChunkedArray, estimated: bool) -> dict[str, Any]:
    found = _values(connection, column, estimated)
    short, mean, long = engine.one(connection, "SELECT min(length(c)), avg(length(c)), max(length(c)) FROM t")
    return found | {"length_min": short, "length_mean": mean, "length_max": long}


def _values(connection: Any, column: pa.ChunkedArray, estimated: bool) -> dict[str, Any]:
    missing, distinct, low, high = engine.one(
        connection,
        f"SELECT count(*) - count(c), {_distinct(estimated)}, min(c)::VARCHAR, max(c)::VARCHAR FROM t",
    )
    among, few = "", distinct <= _FEW
    if estimated and distinct > _MANY:
        among = (
            " AND c IN (SELECT c FROM (FROM t USING SAMPLE reservoir(100000 ROWS) REPEATABLE (1))"
            f" WHERE c IS NOT NULL GROUP BY c ORDER BY count(*) DESC, c LIMIT {TOP})"
        )
    groups = connection.execute(
        f"SELECT c::VARCHAR, count(*) AS n FROM t WHERE c IS NOT NULL{among}"
        f" GROUP BY c ORDER BY n DESC, c{'' if few else f' LIMIT {TOP}'}"
    ).fetchall()
    same = len(groups) - len({" ".join(value.lower().split()) for value, _ in groups}) if few else 0
    return {
        "missing": missing,
        "distinct": distinct,
        "minimum": low,
        "maximum": high,
        "top": groups[:TOP],
        "variants": same,
    }


def _plain(value: Any) -> Any:
    """Infinities have no JSON of their own."""
    return str(value) if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _top(column: ColumnProfile) -> str:
    return ", ".join(f"{value} ({count:,})" for value, count in column.top[:3])
