"""Between pandas and Parquet: frames and Parquet files become tables of plain columns, tables become frames.

It knows Arrow and pandas; files it is handed, and no store.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.options import ImportOptions, check_columns
from labstudio.data.parts import Stored, opened
from labstudio.errors import Invalid
from labstudio.schema import LARGEST_EXACT_INTEGER, Schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Imported:
    """A Parquet file made of a source, and what was found out on the way."""

    path: Path
    rows: int
    found: dict[str, Any]


BATCH_ROWS = 65_536
SCHEMA_ROWS = 200_000  # up to here the schema is inferred from all rows


def table_of_frame(frame: pd.DataFrame) -> tuple[pa.Table, dict[str, str]]:
    """Turn a frame into an Arrow table of plain columns.

    Returns
    -------
    table : pyarrow.Table
    types : dict
        What the frame knows of its columns' meaning: categoricals.

    Raises
    ------
    Invalid
        A name occurs twice, or a column mixes kinds of values; the sentence names column and row.
    """
    import pandas as pd
    import pyarrow as pa

    frame = _with_meaningful_index(frame)
    if isinstance(frame.columns, pd.MultiIndex):
        raise Invalid("The frame's column names have several levels; join them into one first.")
    names = [str(name) for name in frame.columns]
    _once(names)
    arrays, types = [], {}
    for position, name in enumerate(names):
        values = frame.iloc[:, position]
        if isinstance(values.dtype, pd.CategoricalDtype):
            types[name] = "category"
        arrays.append(_array(name, values))
    fields = [pa.field(name, array.type) for name, array in zip(names, arrays, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields)), types


def table_sha256(table: pa.Table) -> str:
    """Hash the canonical Arrow stream of a table: one that depends on names, types and values alone.

    Batches have a fixed length, and what lies in memory under a missing value is set to nothing first.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    class Hash:
        closed = False

        def __init__(self) -> None:
            self.sha = hashlib.sha256()

        def write(self, chunk: Any) -> int:
            self.sha.update(chunk)
            return len(chunk)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    sink = Hash()
    columns, fields = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        valid = pc.is_valid(column)
        if column.null_count and not pa.types.is_null(field.type):
            column = pc.if_else(valid, column, _nothing(field.type))
        columns += [column, valid]
        fields += [pa.field(field.name, field.type), pa.field("valid", pa.bool_())]
    plain = pa.Table.from_arrays(columns, schema=pa.schema(fields)).combine_chunks()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), plain.schema) as stream:
        stream.write_table(plain, max_chunksize=BATCH_ROWS)
    return sink.sha.hexdigest()


def plain_table(table: pa.Table, *, keep_nothing: bool = False) -> pa.Table:
    """Return a table in the types that tables are kept in.

    With `keep_nothing` a column without any value stays one, for rows that are still to come.

    Raises
    ------
    Invalid
        A name occurs twice, or a column holds what cannot be kept.
    """
    import pyarrow as pa

    _once(table.column_names)
    plain = [
        pa.field(field.name, field.type)
        if keep_nothing and pa.types.is_null(field.type)
        else _plain_field(pa.field(field.name, field.type))
        for field in table.schema
    ]
    return _cast(table, pa.schema(plain))


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", row_group_size=122_880)


def from_parquet(
    source: Path, folder: Path, options: ImportOptions, known: Callable[[], bool]
) -> Imported | None:
    """Read a whole Parquet file; where its types are not plain, write it again in those that are.

    Reading all of it is the proof that it is whole. `known` as in ``from_csv``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if known():
        return None
    target = folder / "table"
    try:
        with pq.ParquetFile(source) as file:
            stored = file.schema_arrow.remove_metadata()
            # what pandas adds for an index that has no name
            kept = [name for name in stored.names if not name.startswith("__index_level_")]
            _once(kept)
            check_columns(kept, options.types, "types: ")
            check_columns(kept, options.columns or (), "columns: ")
            kept = options.columns or kept
            plain = pa.schema([_plain_field(stored.field(name)) for name in kept])
            found = {"format": "parquet"}
            batches = file.iter_batches(BATCH_ROWS, columns=kept)
            if plain.equals(pa.schema([field.remove_metadata() for field in stored])):
                rows = sum(batch.num_rows for batch in batches)
                return Imported(source, rows, found)
            with pq.ParquetWriter(target, plain, compression="zstd") as writer:
                for batch in batches:
                    writer.write_table(_cast(pa.Table.from_batches([batch]).select(kept), plain))
            return Imported(target, file.metadata.num_rows, found)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise Invalid(f"The Parquet file is damaged or of an unknown kind ({reason}).") from None


def read_frame(path: Stored, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table as pandas: integers and booleans with gaps in pandas' nullable types, never as floats."""
    with opened(path) as file:
        names = file.schema_arrow.names
        check_columns(names, columns or ())
        wanted = names if columns is None else list(columns)
        # asked for "a", pyarrow also brings a column "a.b", hence the selection afterwards
        return frame_of_table(file.read(columns=wanted).select(wanted))


def read_sample(path: Stored, rows: int) -> pd.DataFrame:
    """Read at most so many rows, a run of them from each of up to five places; the index says which."""
    import numpy as np
    import pyarrow as pa

    with opened(path, memory_map=True, pre_buffer=False) as file:  # pages that are not asked for stay
        if file.metadata.num_rows <= rows:
            return frame_of_table(file.read())
        lengths, chosen = _spread(file)
        size = max(1, rows // len(chosen))
        parts = [next(file.iter_batches(size, row_groups=[group])) for group in chosen]
    starts = [sum(lengths[:group]) for group in chosen]
    places = [start + np.arange(part.num_rows) for start, part in zip(starts, parts, strict=True)]
    return frame_of_table(pa.Table.from_batches(parts)).set_axis(np.concatenate(places), axis=0)


def schema_of_table(path: Stored, types: dict[str, str]) -> Schema:
    """Infer the schema of a table: from all rows, or of a long table from rows spread over it.

    Where such a sample cannot tell (the same everywhere? all different?) the whole column is looked at.
    """
    import pyarrow as pa

    with opened(path) as file:
        if file.metadata.num_rows <= SCHEMA_ROWS:
            return Schema.infer(frame_of_table(file.read()), types)
        parts = [next(file.iter_batches(2_000, row_groups=[group])) for group in _spread(file)[1]]
        sample = frame_of_table(pa.Table.from_batches(parts))
        columns = []
        for place, column in enumerate(Schema.infer(sample, types)):
            doubtful = column.semantic in ("constant", "id", "text") or (
                (column.physical == "integer" and (sample[column.name].is_unique or _beyond(file, place)))
                # numbers or dates kept as texts, as far as the sample goes
                or (column.feed != "string" and sample[column.name].dtype.kind == "O")
            )
            if doubtful and column.name not in types:
                whole = Schema.infer(frame_of_table(file.read(columns=[column.name]).select([column.name])))
                column = replace(
                    column, physical=whole.columns[0].physical, semantic=whole.columns[0].semantic
                )
            columns.append(column)
    return Schema(tuple(columns))


def _spread(file: Any) -> tuple[list[int], list[int]]:
    """Return the lengths of the row groups, and up to five that are spread over the rows.

    Over the rows and not over the groups, as rows that were appended may lie in many small ones.
    """
    lengths = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    if len(lengths) <= 5:
        return lengths, [*range(len(lengths))]
    ends = [*accumulate(lengths)]
    return lengths, sorted({bisect_right(ends, place * ends[-1] // 5) for place in range(5)})


def _beyond(file: Any, place: int) -> bool:
    """Whether a column of integers may hold some that a double cannot, as the file's own statistics say."""
    for group in range(file.num_row_groups):
        chunk = file.metadata.row_group(group).column(place)
        if not chunk.is_stats_set or not chunk.statistics.has_min_max:
            return True
        if max(abs(chunk.statistics.min), abs(chunk.statistics.max)) > LARGEST_EXACT_INTEGER:
            return True
    return False


def frame_of_table(table: pa.Table) -> pd.DataFrame:
    """Return a table as pandas: integers and booleans with gaps in pandas' nullable types."""
    import pandas as pd
    import pyarrow as pa

    nullable = {
        pa.bool_(): pd.BooleanDtype(),
        **{getattr(pa, dtype.name.lower())(): dtype for dtype in (
            pd.Int8Dtype(), pd.Int16Dtype(), pd.Int32Dtype(), pd.Int64Dtype(),
            pd.UInt8Dtype(), pd.UInt16Dtype(), pd.UInt32Dtype(), pd.UInt64Dtype())},
    }  # fmt: skip
    series = {
        name: column.to_pandas(types_mapper=nullable.get if column.null_count else None)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pd.DataFrame(
        series, index=pd.RangeIndex(table.num_rows), columns=pd.Index(table.column_names, dtype=str)
    )


def _with_meaningful_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Make columns of an index that says something: one with a name, or of anything but row numbers."""
    index = frame.index
    if any(name is not None for name in index.names):
        named = index.set_names([n if n is not None else f"index{i + 1}" for i, n in enumerate(index.names)])
        clash = [name for name in named.names if name in frame.columns]
        if clash:
            raise Invalid(f"The index and a column are both called {clash[0]!r}; rename one of them.")
        return frame.set_axis(named, axis=0).reset_index()
    if index.nlevels > 1 or index.dtype.kind not in "iu":
        if len(index) == 0:
            return frame
        names = ["index"] if index.nlevels == 1 else [f"index{i + 1}" for i in range(index.nlevels)]
        return _with_meaningful_index(frame.set_axis(index.set_names(names), axis=0))
    return frame


def _array(name: str, values: pd.Series) -> pa.ChunkedArray:
    import pandas as pd
    import pyarrow as pa

    if isinstance(values.dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        values = values.astype(str).where(values.notna(), None)
    if isinstance(values.dtype, pd.SparseDtype):
        values = values.sparse.to_dense()
    if values.dtype == object:
        _one_kind(name, values)
    try:
        array = pa.array(values.array if values.dtype == object else values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise Invalid(f"Column {name!r} cannot be kept ({' '.join(str(error).split())}).") from None
    column = pa.chunked_array([array]) if isinstance(array, pa.Array) else array
    field = _plain_field(pa.field(name, column.type))
    return _cast(pa.table({name: column}), pa.schema([field])).column(0)


def _one_kind(name: str, values: pd.Series) -> None:
    """Refuse an object column that mixes kinds of values, by the first row that differs from those before."""
    first: tuple[str, int] | None = None
    for row, (value, missing) in enumerate(zip(values, values.isna(), strict=True), start=1):
        if missing is True or value is None:
            continue
        kind = _kind(value)
        if first is None:
            first = (kind, row)
        if kind == "" or kind != first[0]:
            found = kind or f"a {type(value).__name__}"
            raise Invalid(
                f"Column {name!r}, row {row}: {found} ({str(value)[:60]!r})"
                + (
                    f" where row {first[1]} holds {first[0]}; "
                    if kind and kind != first[0]
                    else " cannot be kept; "
                )
                + f"make the column of one kind first, such as frame[{name!r}].astype(str)."
            )


def _kind(value: Any) -> str:
    import numpy as np

    if isinstance(value, (bool, np.bool_)):
        return "true or false"
    if isinstance(value, (int, float, np.integer, np.floating, Decimal)):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (date, np.datetime64)):
        return "a date"
    return ""


def _plain_field(field: pa.Field) -> pa.Field:
    """Return the field in the type tables are kept in."""
    import pyarrow as pa

    kind = field.type
    while pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        kind = kind.value_type
    is_text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)
    if is_text or pa.types.is_time(kind):
        kind = pa.string()
    elif pa.types.is_date(kind):
        kind = pa.timestamp("us")
    elif pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        kind = pa.float64()
    elif pa.types.is_duration(kind):
        raise Invalid(
            f"Column {field.name!r} holds durations; turn them into seconds first (.dt.total_seconds())."
        )
    elif not (pa.types.is_primitive(kind) or pa.types.is_string(kind)):
        raise Invalid(
            f"Column {field.name!r} holds {kind} values; numbers, texts, booleans and dates can be kept."
        )
    return pa.field(field.name, kind)


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column, field in zip(table.columns, schema, strict=True):
        try:
            if pa.types.is_dictionary(column.type) or pa.types.is_run_end_encoded(column.type):
                column = pc.cast(column, column.type.value_type)
            columns.append(column.cast(field.type, safe=not pa.types.is_floating(field.type)))
        except pa.ArrowException as error:
            raise Invalid(f"Column {field.name!r} cannot be kept as {field.type} ({error}).") from None
    return pa.Table.from_arrays(columns, schema=schema)


def _nothing(kind: pa.DataType) -> pa.Scalar:
    import pyarrow as pa

    if pa.types.is_string(kind):
        return pa.scalar("", kind)
    if pa.types.is_boolean(kind):
        return pa.scalar(False, kind)
    return pa.scalar(0, pa.int64()).cast(kind) if not pa.types.is_timestamp(kind) else pa.scalar(0, kind)


def _once(names: Sequence[str]) -> None:
    if not names:
        raise Invalid("The table has no columns.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Invalid(f"Two columns are called {name!r}; rename one of them.")
        if not name.isprintable() and any(0xD800 <= ord(sign) <= 0xDFFF for sign in name):
            raise Invalid(f"The column name {name!r} is not valid Unicode; rename it.")
        seen.add(name)
