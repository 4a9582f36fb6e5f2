"""Batches of rows of another system on their way to a Parquet file, a row group in memory at a time.

Types are those of the studio's tables. A column whose later rows need a wider type, as rows of SQLite or of a
driver without types may, gets it; nothing is guessed from the first rows alone.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.frames import plain_table, table_sha256
from labstudio.data.options import check_columns
from labstudio.errors import Invalid

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 122_880  # rows of a row group; the hash is of such pieces, however the rows came


@dataclass(frozen=True)
class Written:
    """A Parquet file of rows that came from elsewhere; `sha256` is of its values, not of its bytes."""

    path: Path
    rows: int
    sha256: str


class Larger(Exception):
    """There is more than a person should wait for."""


@dataclass
class Patience:
    """How much a person waits for: so many bytes of rows, so many seconds."""

    size: int
    seconds: float

    def __post_init__(self) -> None:
        self._began = time.monotonic()

    def spend(self, size: int) -> None:
        """Take note of rows that have come; `Larger` is raised where it is too much."""
        self.size -= size
        if self.size < 0 or time.monotonic() > self._began + self.seconds:
            raise Larger


def write_batches(
    batches: Iterable[pa.RecordBatch],
    folder: Path,
    *,
    columns: list[str] | None = None,
    most: int | None = None,
    patience: Patience | None = None,
) -> Written:
    """Write batches as a Parquet file in `folder`.

    Parameters
    ----------
    batches : iterable of RecordBatch
        At least one, so that there are columns.
    folder : Path
        Where the file goes.
    columns : list of str, optional
        Which to take, in this order.
    most : int, optional
        Number of rows that are enough.
    patience : Patience, optional
        Raises `Larger` where there is too much.

    Raises
    ------
    Invalid
        A column holds values that cannot be kept, or of kinds that do not go together.
    """
    import pyarrow as pa

    parts: list[_Part] = []
    rows = 0
    for batch in batches:
        table = pa.Table.from_batches([batch])
        if columns is not None:
            check_columns(table.column_names, columns, "columns: ")
            table = table.select(columns)
        table = plain_table(table, keep_nothing=True)
        if patience is not None:
            patience.spend(table.nbytes)
        if most is not None:
            table = table.slice(0, most - rows)
        rows += table.num_rows
        fitting = _fitted(table, parts[-1].schema) if parts else None
        if fitting is None:
            if parts:
                parts[-1].close()
            parts.append(_Part(folder / f"part-{len(parts)}", table.schema))
            fitting = table
        parts[-1].add(fitting)
        if most is not None and rows >= most:
            break
    if not parts:
        raise Invalid("There are no columns.")
    parts[-1].close()
    if len(parts) == 1 and not any(pa.types.is_null(kind) for kind in parts[0].schema.types):
        return Written(parts[0].path, rows, parts[0].sha256)
    return _joined(parts, folder, rows)


def table_of_batches(batches: Iterable[pa.RecordBatch], most: int | None = None) -> pa.Table:
    """Return batches as one table in memory, in the types that tables are kept in."""
    import pyarrow as pa

    tables: list[pa.Table] = []
    rows = 0
    for batch in batches:
        tables.append(plain_table(pa.Table.from_batches([batch]), keep_nothing=True))
        rows += batch.num_rows
        if most is not None and rows >= most:
            break
    wide = tables[0].schema
    for table in tables[1:]:
        wide = _wider(wide, table.schema)
    whole = pa.concat_tables([table.cast(wide, safe=False) for table in tables])
    return plain_table(whole if most is None else whole.slice(0, most))


def _joined(parts: list[_Part], folder: Path, rows: int) -> Written:
    """Write parts whose columns grew wider as one file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wide = parts[0].schema
    for part in parts[1:]:
        wide = _wider(wide, part.schema)
    texts = [field.with_type(pa.string()) if pa.types.is_null(field.type) else field for field in wide]
    whole = _Part(folder / "table", pa.schema(texts))
    for part in parts:
        with pq.ParquetFile(part.path) as file:
            for batch in file.iter_batches(GROUP):
                whole.add(pa.Table.from_batches([batch]).cast(whole.schema, safe=False))
        part.path.unlink()
    whole.close()
    return Written(whole.path, rows, whole.sha256)


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table | None:
    """Return the rows in a schema that is wide enough for them, or None."""
    import pyarrow as pa

    if table.schema.equals(schema):
        return table
    if table.column_names != schema.names:
        raise Invalid("The columns changed while the rows came; read it once more.")
    if not _wider(schema, table.schema).equals(schema):
        return None
    columns = [
        column if column.type == kind else column.cast(kind, safe=not pa.types.is_floating(kind))
        for column, kind in zip(table.columns, schema.types, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _wider(one: pa.Schema, other: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    fields = []
    for first, second in zip(one, other, strict=True):
        try:
            if {first.type, second.type} == {pa.int64(), pa.uint64()}:  # one of them would turn around
                raise pa.ArrowInvalid("no type holds both")
            merged = pa.unify_schemas([pa.schema([first]), pa.schema([second])], promote_options="permissive")
        except pa.ArrowException:
            raise Invalid(
                f"Column {first.name!r} holds {first.type} and {second.type} values; make them of one kind "
                f"in a query, as CAST({first.name} AS …)."
            ) from None
        fields.append(merged.field(0))
    return pa.schema(fields)


class _Part:
    """A Parquet file that is being written, rows of one schema."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.path, self.schema = path, schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._waiting: list[Any] = []
        self._rows = 0
        self._empty = True
        self._hash = hashlib.sha256(str(schema).encode())

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table)
        self._rows += table.num_rows
        while self._rows >= GROUP:
            self._flush(GROUP)

    def close(self) -> None:
        if self._rows or self._empty:
            self._flush(self._rows)
        self._writer.close()

    def _flush(self, rows: int) -> None:
        import pyarrow as pa

        whole = pa.concat_tables(self._waiting or [self.schema.empty_table()])
        group, rest = whole.slice(0, rows), whole.slice(rows)
        self._hash.update(bytes.fromhex(table_sha256(group)))
        self._writer.write_table(group, row_group_size=GROUP)
        self._empty = False
        self._waiting, self._rows = [rest] if rest.num_rows else [], rest.num_rows
