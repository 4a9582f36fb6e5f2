"""A window onto a table of any size, sorted and filtered, for a grid that shows a few rows at a time.

As the table stands, a page is decoded from Parquet. Sorting or filtering scans the columns it asks for once
and keeps the numbers of the rows, in order, as plain int64; a page then takes its rows from an uncompressed
Arrow copy of the table that is mapped into memory, of which only the touched places are read. Orders and
copies lie in the cache and are made where the caller says. It knows files, and no store.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.filters import Field, condition
from labstudio.data.options import check_columns
from labstudio.data.parts import opened
from labstudio.errors import Invalid, Unavailable
from labstudio.schema import LARGEST_EXACT_INTEGER

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from labstudio.data.cache import Cache
    from labstudio.data.parts import Stored
    from labstudio.schema import Column, Schema

MOST_ROWS = 10_000  # of one page
BATCH_ROWS = 65_536
DECODED_VALUES = 2_000_000  # beyond it (some 50 ms), decoding a page from Parquet is too slow

Make = Callable[..., None]  # Make(key, function, *args) runs a scan, wherever that is


@dataclass(frozen=True)
class Rows:
    """A page of rows.

    Attributes
    ----------
    total : int
        How many rows the table has, or how many the filter lets through.
    offset : int
        Place of the page's first row among them.
    table : pyarrow.Table
        The rows.
    """

    total: int
    offset: int
    table: pa.Table

    def to_json(self) -> list[list[Any]]:
        """Return a list of plain JSON values for each column.

        Missing is None, dates are ISO texts; infinities and integers that a double cannot hold are texts.
        """
        return [_json(column) for column in self.table.columns]

    def to_arrow(self) -> bytes:
        """Return the rows as an Arrow stream."""
        import pyarrow as pa

        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, self.table.schema) as stream:
            stream.write_table(self.table)
        return sink.getvalue()


@dataclass(frozen=True)
class Order:
    """Which rows in which order: SQL over columns ``c0, c1, …`` and the row number ``n``."""

    where: str
    parameters: tuple[Any, ...]
    by: str
    columns: tuple[int, ...]  # that it reads

    def key(self, table_sha256: str) -> str:
        """Name the order of one table, the same in every process."""
        said = repr((table_sha256, self.where, self.parameters, self.by))
        return hashlib.sha256(said.encode()).hexdigest()


def read_rows(
    path: Stored,
    table_sha256: str,
    schema: Schema,
    cache: Cache,
    make: Make,
    *,
    offset: int = 0,
    limit: int = 200,
    sort: Sequence[str] = (),
    filter: str = "",
    columns: range | None = None,
) -> Rows:
    """Read one page of the table at `path`, whose columns are those of `schema` in order.

    Parameters
    ----------
    path, table_sha256, schema
        The table.
    cache : Cache
        Where orders and copies are kept.
    make : callable
        ``make(key, function, *args)`` runs a scan of the whole table and returns when it is done.
    offset, limit : int
        Place of the first row and number of rows.
    sort : sequence of str
        Names of columns; ``"-name"`` for descending (and ``"+name"`` where a name begins with a sign).
        Missing values come last, equal rows keep the table's order.
    filter : str
        As in `labstudio.data.filters`.
    columns : range, optional
        Places of the columns to read, one after the other.

    Raises
    ------
    Invalid
        The page, a column or the filter cannot be.
    """
    import numpy as np

    if offset < 0 or not 0 <= limit <= MOST_ROWS:
        raise Invalid(f"A page begins at row 0 or later and has at most {MOST_ROWS:,} rows.")
    places = range(len(schema))
    if columns is not None:
        places = range(max(columns.start, 0), min(columns.stop, len(schema)))
    with opened(path, memory_map=True) as file:
        order = order_of(schema, file.schema_arrow.types, sort, filter)
        total = file.metadata.num_rows
        page = range(total)[offset : offset + limit]
        if order is None and _decoded(file, page) * len(places) <= DECODED_VALUES:
            return _named(total, offset, _decode(file, page, places), schema, places)
    for _ in range(3):
        copy = _cached(cache, f"{table_sha256}.arrow", make, write_copy, path)
        try:
            if order is None:
                return _named(total, offset, _take(copy, page, places), schema, places)
            kept = _cached(cache, f"{order.key(table_sha256)}.rows", make, write_order, path, order)
            numbers = np.fromfile(kept, np.int64, count=limit, offset=offset * 8)
            total = kept.stat().st_size // 8
            return _named(total, offset, _take(copy, numbers, places), schema, places)
        except FileNotFoundError:  # swept between two steps
            continue
    raise Unavailable(f"{cache.folder} is being emptied all the time; try again in a moment.")


def read_numbered(
    path: Stored, table_sha256: str, schema: Schema, cache: Cache, make: Make, numbers: Sequence[int]
) -> Rows:
    """Read the rows of these numbers, in this order; as in `read_rows`."""
    places = range(len(schema))
    for _ in range(3):
        copy = _cached(cache, f"{table_sha256}.arrow", make, write_copy, path)
        try:
            return _named(len(numbers), 0, _take(copy, numbers, places), schema, places)
        except FileNotFoundError:  # swept between two steps
            continue
    raise Unavailable(f"{cache.folder} is being emptied all the time; try again in a moment.")


def matching(
    path: Stored, table_sha256: str, schema: Schema, cache: Cache, make: Make, filter: str
) -> np.ndarray:
    """Return the numbers of the rows that a filter lets through; as in `read_rows`."""
    import numpy as np

    with opened(path, memory_map=True) as file:
        order = order_of(schema, file.schema_arrow.types, [], filter)
        if order is None:
            return np.arange(file.metadata.num_rows)
    for _ in range(3):
        try:
            kept = _cached(cache, f"{order.key(table_sha256)}.rows", make, write_order, path, order)
            return np.fromfile(kept, np.int64)
        except FileNotFoundError:
            continue
    raise Unavailable(f"{cache.folder} is being emptied all the time; try again in a moment.")


def order_of(schema: Schema, stored: Sequence[pa.DataType], sort: Sequence[str], filter: str) -> Order | None:
    """Turn sort and filter into SQL; None where the table stays as it is."""
    if not sort and not filter.strip():
        return None
    fields = [field_of(place, *both) for place, both in enumerate(zip(schema, stored, strict=True))]
    place_of = {field.name: place for place, field in enumerate(fields)}
    where, parameters, read = "true", (), set[int]()
    if filter.strip():
        wanted = condition(filter, fields)
        where, parameters = wanted.sql, wanted.parameters
        read = {place_of[name] for name in wanted.columns}
    by = []
    for item in sort:
        signed = item[:1] in ("-", "+") and item[1:] in place_of
        name = item[1:] if signed else item
        check_columns(schema.names, [name], "The sort: ")
        by.append(fields[place_of[name]].sql + (" DESC" if signed and item[0] == "-" else "") + " NULLS LAST")
        read.add(place_of[name])
    return Order(where, parameters, ", ".join([*by, "n"]), tuple(sorted(read)))


def write_order(cache: Cache, name: str, path: Stored, order: Order) -> None:
    """Scan the columns that the order reads and keep the numbers of its rows."""
    import duckdb
    import pyarrow as pa

    with (
        cache.making(name) as place,
        closing(engine.connect(place.parent)) as connection,
        opened(path, memory_map=True) as file,
        place.open("wb") as kept,
    ):
        connection.register("t", _numbered(file, order.columns))
        query = f"SELECT n FROM t WHERE {order.where} ORDER BY {order.by}"
        try:
            rows = connection.sql(query, params=list(order.parameters))
            for batch in rows.to_arrow_reader(BATCH_ROWS):
                kept.write(batch.column(0).to_numpy())
        except (duckdb.Error, pa.ArrowException) as error:
            reason = str(error).split("\n")[0]
            raise Unavailable(f"The rows could not be sorted and filtered ({reason}).") from None


def write_copy(cache: Cache, name: str, path: Stored) -> None:
    """Write the whole table uncompressed, so that any row of it can be read alone."""
    import pyarrow as pa

    with (
        cache.making(name) as place,
        opened(path, memory_map=True) as file,
        pa.OSFile(str(place), "wb") as sink,
        pa.ipc.new_file(sink, file.schema_arrow) as kept,
    ):
        for batch in file.iter_batches(BATCH_ROWS):
            kept.write_batch(batch)


def _cached(cache: Cache, name: str, make: Make, write: Callable[..., None], *args: Any) -> Path:
    if (path := cache.find(name)) is None:
        make(name, write, cache, name, *args)
    return path or cache.folder / name


def _numbered(file: Any, places: Sequence[int]) -> pa.RecordBatchReader:
    """Stream columns beside the row number ``n``, as ``c0, c1, …``: for DuckDB "a" and "A" are the same."""
    import numpy as np
    import pyarrow as pa

    stored = [file.schema_arrow.field(place) for place in places]
    names = [field.name for field in stored]
    schema = pa.schema(
        [("n", pa.int64()), *((f"c{p}", field.type) for p, field in zip(places, stored, strict=True))]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        row = 0
        for batch in file.iter_batches(BATCH_ROWS, columns=names):
            numbers = pa.array(np.arange(row, row + batch.num_rows))
            # asked for "a", pyarrow also brings a column "a.b", hence the selection
            yield pa.RecordBatch.from_arrays([numbers, *batch.select(names).columns], schema=schema)
            row += batch.num_rows

    return pa.RecordBatchReader.from_batches(schema, batches())


def _groups(file: Any, page: range) -> tuple[list[int], int, int]:
    """Return the row groups of a page, the row they begin with, and the rows from there to the page's end."""
    groups, first, row = list[int](), 0, 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if row < page.stop and row + rows > page.start:
            first = first if groups else row
            groups.append(group)
        row += rows
    return groups, first, max(0, page.stop - first)


def _decoded(file: Any, page: range) -> int:
    """How many rows must be decoded to read a page."""
    return _groups(file, page)[2] if page else 0


def _decode(file: Any, page: range, places: range) -> pa.Table:
    import pyarrow as pa

    names = [file.schema_arrow.field(place).name for place in places]
    groups, row, _ = _groups(file, page)
    parts = []
    for batch in file.iter_batches(8_192, row_groups=groups, columns=names) if page and names else ():
        parts.append(
            batch.slice(max(0, page.start - row), max(0, page.stop - max(row, page.start))).select(names)
        )
        row += batch.num_rows
        if row >= page.stop:
            break
    schema = pa.schema([file.schema_arrow.field(place) for place in places])
    return pa.Table.from_batches(parts, schema)


def _take(copy: Path, numbers: Sequence[int] | np.ndarray, places: range) -> pa.Table:
    """Read rows by their numbers; batch by batch, as taking from chunks would first join all texts."""
    import numpy as np
    import pyarrow as pa

    with pa.memory_map(str(copy)) as mapped:
        reader = pa.ipc.open_file(mapped)  # not with included_fields, which would read what is only mapped
        batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
        ends = np.cumsum([batch.num_rows for batch in batches], dtype=np.int64)
        wanted = np.asarray(numbers, dtype=np.int64)
        batch_of = np.searchsorted(ends, wanted, side="right")
        by_batch = np.argsort(batch_of, kind="stable")
        parts = []
        for number in np.unique(batch_of):
            batch = batches[number].select(list(places))
            rows = wanted[by_batch][batch_of[by_batch] == number] - (ends[number] - batch.num_rows)
            parts.append(batch.take(pa.array(rows)))
        schema = pa.schema([reader.schema.field(place) for place in places], reader.schema.metadata)
        table = pa.Table.from_batches(parts, schema)
        return table.combine_chunks().take(pa.array(np.argsort(by_batch)))


def _named(total: int, offset: int, table: pa.Table, schema: Schema, places: range) -> Rows:
    return Rows(total, offset, table.rename_columns([schema.columns[place].name for place in places]))


def field_of(place: int, column: Column, stored: pa.DataType) -> Field:
    """Say what a filter sees of a column: as it is kept, and texts also as what they are said to be."""
    import pyarrow as pa

    value = f"c{place}"
    if pa.types.is_floating(stored):
        single = pa.types.is_float32(stored)
        return Field(
            column.name, "number", f"nullif({value}, 'nan'::{'FLOAT' if single else 'DOUBLE'})", single
        )
    if pa.types.is_integer(stored):
        return Field(column.name, "number", value)
    if pa.types.is_boolean(stored):
        return Field(column.name, "boolean", value)
    if pa.types.is_timestamp(stored):
        return Field(column.name, "datetime", f"TRY_CAST({value} AS TIMESTAMP)")
    if column.semantic == "number":
        return Field(column.name, "number", f"nullif(TRY_CAST({value} AS DOUBLE), 'nan'::DOUBLE)")
    if column.semantic == "datetime":
        return Field(column.name, "datetime", f"TRY_CAST({value} AS TIMESTAMP)")
    if column.semantic == "boolean":
        return Field(column.name, "boolean", f"TRY_CAST({value} AS BOOLEAN)")
    return Field(column.name, "string", value)


def _json(column: pa.ChunkedArray) -> list[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind):
        zone = "Z" if kind.tz else ""
        texts = column.cast(pa.timestamp(kind.unit)).cast(pa.string()).to_pylist()
        return [text and _iso(text) + zone for text in texts]
    if pa.types.is_float32(kind):  # 0.1 of single precision is 0.1, not 0.10000000149011612
        column = column.cast(pa.string()).cast(pa.float64())
    return [_plain(value) for value in column.to_pylist()]


def _iso(text: str) -> str:
    whole, _, fraction = text.replace(" ", "T").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _plain(value: Any) -> Any:
    """Return what JSON can hold and JavaScript reads back the same."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, int) and abs(value) > LARGEST_EXACT_INTEGER:
        return str(value)
    return value
