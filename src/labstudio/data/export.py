"""Tables as files that others read: CSV, Parquet, JSON lines, Excel; rows at a time, whole or not at all.

A text that a spreadsheet would run as a formula is made harmless in a CSV file; in an Excel workbook it is
marked as text, and stays as it is.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from labstudio.data.parts import Stored, opened, written
from labstudio.errors import Invalid, Unavailable
from labstudio.formulas import harmless

_BATCH = 50_000  # rows
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what a workbook cannot hold
_SHEET_ROWS, _SHEET_COLUMNS, _SHEET_CELL = 1_048_576, 16_384, 32_767

MEDIA = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportOptions(BaseModel):
    """How a table is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["csv", "parquet", "jsonl", "xlsx"] | None = Field(
        None, description="What kind of file; by the name's ending if not given."
    )
    formulas: bool = Field(
        False, description="Write texts that spreadsheets would run as formulas to a CSV file as they are."
    )


def format_of(path: Path, options: ExportOptions) -> str:
    """Return the format that is meant.

    Examples
    --------
    >>> format_of(Path("orders.CSV"), ExportOptions())
    'csv'
    """
    ending = path.suffix.lower().lstrip(".")
    found = options.format or {"pq": "parquet", "ndjson": "jsonl", "json": "jsonl"}.get(ending, ending)
    if found not in MEDIA:
        raise Invalid(f"{path.name} names no format; end it in {', '.join(f'.{one}' for one in MEDIA)}.")
    return found


def export_table(table: Stored, target: Path, options: ExportOptions) -> None:
    """Write a table as another kind of file; what was at `target` stays until all is written.

    Raises
    ------
    Invalid
        The format cannot hold the table.
    Unavailable
        The place cannot be written, or a library is missing.
    """
    write = {"csv": _csv, "parquet": _parquet, "jsonl": _jsonl, "xlsx": _xlsx}[format_of(target, options)]
    with _aside(target) as aside:
        write(table, aside, options)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    if target.is_dir():
        raise Invalid(f"{target} is a folder; name a file in it.")
    aside = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield aside
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{target} cannot be written ({error.strerror}); choose another place.") from None


def _parquet(table: Stored, target: Path, options: ExportOptions) -> None:
    if isinstance(table, Path):
        shutil.copyfile(table, target)
    else:
        written(table, target)


def _csv(table: Stored, target: Path, options: ExportOptions) -> None:
    import pyarrow as pa
    from pyarrow import csv

    with opened(table) as source:
        names = source.schema_arrow.names
        if not options.formulas:
            names = harmless(pa.array(names, pa.string())).to_pylist()
        writer = None
        try:
            for columns in _batches(source, flat=True):
                if not options.formulas:
                    columns = [harmless(one) if pa.types.is_string(one.type) else one for one in columns]
                batch = pa.RecordBatch.from_arrays(columns, names)
                writer = writer or csv.CSVWriter(target, batch.schema)
                writer.write_batch(batch)
        finally:
            if writer is not None:
                writer.close()


def _batches(source: Any, *, flat: bool) -> Iterator[list[Any]]:
    """Give the columns of some rows at a time, at least once; `flat`: what is no single value as text."""
    import pyarrow as pa

    empty = pa.RecordBatch.from_pylist([], schema=source.schema_arrow)
    batches = source.iter_batches(_BATCH) if source.metadata.num_rows else iter([empty])
    for batch in batches:
        yield [_flat(column) if flat else column for column in batch.columns]


def _flat(column: Any) -> Any:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _flat(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return column
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind):
        return column if not pa.types.is_duration(kind) else column.cast(pa.int64()).cast(pa.string())
    if pa.types.is_large_string(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    return pa.array([None if one is None else _text(one) for one in column.to_pylist()], pa.string())


def _jsonl(table: Stored, target: Path, options: ExportOptions) -> None:
    with opened(table) as source, target.open("w", encoding="utf-8") as out:
        names = source.schema_arrow.names
        for columns in _batches(source, flat=False):
            for row in zip(*(column.to_pylist() for column in columns), strict=True):
                pairs = {name: _plain(value) for name, value in zip(names, row, strict=True)}
                out.write(json.dumps(pairs, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    """A value as JSON has it; what is no number is missing."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _text(value: Any) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _xlsx(table: Stored, target: Path, options: ExportOptions) -> None:
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ModuleNotFoundError:
        raise Unavailable("Excel workbooks need openpyxl: pip install 'labstudio[excel]'.") from None

    with opened(table) as source:
        rows, names = source.metadata.num_rows, source.schema_arrow.names
        if rows >= _SHEET_ROWS or len(names) > _SHEET_COLUMNS:
            raise Invalid(
                f"A sheet holds {_SHEET_ROWS - 1:,} rows and {_SHEET_COLUMNS:,} columns; the table has "
                f"{rows:,} × {len(names):,}. Export it as csv or parquet."
            )
        book = Workbook(write_only=True)
        sheet = book.create_sheet("data")

        def cell(value: Any) -> Any:
            if value is None or isinstance(value, bool):
                return value
            if isinstance(value, (int, float)):
                exact = math.isfinite(value) and abs(value) < 2**53
                return value if exact else (None if value != value else str(value))
            if getattr(value, "year", 0) >= 1900 and getattr(value, "tzinfo", None) is None:
                return value
            plain = _ILLEGAL.sub("�", _text(value))
            if len(plain) > _SHEET_CELL:
                raise Invalid(
                    f"A cell holds {_SHEET_CELL:,} characters; a text of the table has {len(plain):,}. "
                    "Export it as csv or parquet."
                )
            text = WriteOnlyCell(sheet, value=plain)
            text.data_type = "s"  # never a formula
            return text

        sheet.append([cell(name) for name in names])
        for columns in _batches(source, flat=False):
            for row in zip(*(column.to_pylist() for column in columns), strict=True):
                sheet.append([cell(value) for value in row])
        book.save(target)
