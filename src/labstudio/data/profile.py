"""What a table's columns hold: gaps, different values, range, spread, shape. It knows a Parquet file only.

A profile is made when somebody first looks and then kept by the hash of the table: adding data stays as fast
as reading it, the second look costs nothing, and two assets with the same content share one profile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any

from labstudio.compute.machine import cores
from labstudio.data import engine
from labstudio.data.meanings import SAMPLE, meanings
from labstudio.data.numbers import numbers
from labstudio.data.parts import Stored, opened

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from labstudio.schema import Column, Schema

EXACT_ROWS = 200_000  # beyond it, different values are estimates (within about 2 %), but those of numbers
EXACT_DUPLICATES = 2_000_000  # beyond it, duplicated rows are counted among the rows of some hashes
TOP = 10
_FEW = 5_000  # so many different values are looked at one by one
_MANY = 100_000  # so many are not counted each: the most frequent of a sample are
_MOST_AT_ONCE = 8  # columns, each of which is in memory as a whole

VERSION = 4
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
        `distinct` of columns without numbers is an estimate.
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


def profile_table(path: Stored, schema: Schema, folder: Path) -> Profile:
    """Profile the table at `path`, whose columns are those of `schema` in order; spill to `folder`.

    As many columns are looked at at once as there are cores, each by a thread with an engine of its own.
    """
    with opened(path) as file:
        metadata, names = file.metadata, file.schema_arrow.names
    looks = _Looks(path, metadata, folder)
    repeated, columns = _Repeated(metadata.num_rows), []
    with ThreadPoolExecutor(min(cores(), _MOST_AT_ONCE)) as threads:
        try:
            for hashes, column in threads.map(looks.look, schema, names):
                repeated.add(hashes)
                columns.append(column)
        finally:
            threads.shutdown(cancel_futures=True)
            looks.close()
    rows = metadata.num_rows
    return Profile(rows, rows > EXACT_ROWS, tuple(columns), repeated.count(), rows > EXACT_DUPLICATES)


class _Looks:
    """Looks at columns, from several threads."""

    def __init__(self, path: Stored, metadata: Any, folder: Path) -> None:
        self._path, self._metadata, self._folder = path, metadata, folder
        self._engines = local()
        self._opened: list[Any] = []

    def look(self, column: Column, name: str) -> tuple[Any, ColumnProfile]:
        """Return the hashes of a column's values, and its profile."""
        with opened(self._path, metadata=self._metadata) as file:
            # one column at a time: for DuckDB "a" and "A" would be the same, and a wide table slow to bind
            table = file.read(columns=[name], use_threads=False).select([name]).rename_columns(["c"])
        values = table.column(0)
        kind = str(values.type)
        connection = self._engine()
        connection.register("t", table)
        value = "nullif(c, 'nan')" if kind in ("float", "double") else "c"
        hashes = connection.sql(f"SELECT hash({value}) AS h FROM t").fetchnumpy()["h"]
        if kind.startswith(("int", "uint", "float", "double")):
            said = numbers(values)
        else:
            said = _values(connection, kind == "string", len(values) > EXACT_ROWS)
        connection.unregister("t")
        said["meanings"] = meanings(column.name, column.semantic, _present(values))
        return hashes, ColumnProfile(column.name, column.physical, column.semantic, **said)

    def close(self) -> None:
        """Give back the engines."""
        for connection in self._opened:
            connection.close()

    def _engine(self) -> Any:
        if not hasattr(self._engines, "connection"):
            self._engines.connection = engine.connect(self._folder)
            self._engines.connection.execute("SET threads = 1")
            self._opened.append(self._engines.connection)
        return self._engines.connection


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


def _values(connection: Any, texts: bool, estimated: bool) -> dict[str, Any]:
    distinct = "approx_count_distinct(c)" if estimated else "count(DISTINCT c)"
    lengths = "min(length(c)), avg(length(c)), max(length(c))" if texts else "NULL, NULL, NULL"
    missing, different, low, high, short, mean, long = connection.execute(
        f"SELECT count(*) - count(c), {distinct}, min(c)::VARCHAR, max(c)::VARCHAR, {lengths} FROM t"
    ).fetchall()[0]
    among, few = "", different <= _FEW
    if estimated and different > _MANY:
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
        "distinct": different,
        "minimum": low,
        "maximum": high,
        "top": groups[:TOP],
        "variants": same,
        "length_min": short,
        "length_mean": mean,
        "length_max": long,
    }


def _top(column: ColumnProfile) -> str:
    return ", ".join(f"{value} ({count:,})" for value, count in column.top[:3])
