"""CSV, JSONL and Parquet: a row an answer, whatever was asked; several answers are several rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from labstudio.errors import Invalid
from labstudio.formulas import as_it_was, harmless
from labstudio.labeling.formats.record import (
    FIELDS,
    Names,
    Read,
    Record,
    Writing,
    Written,
    decoded,
    dumped,
    label_names,
    named,
    number,
    only_file,
    parsed_lines,
)  # fmt: skip

OWN = ("key", "file", "text", "width", "height", *FIELDS, "attributes", "annotator", "score")
_AS_JSON = ("labels", "cells", "shapes", "spans", "attributes")


def write_csv(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``labels.csv``; lists are JSON in their cell, and what a spreadsheet would run is text."""
    writing = Writing(records)
    rows = [_row(record, Names(labels)) for record in writing.records]
    names, out = _columns(rows), io.StringIO()
    columns = [_harmless([_cell(row.get(name), name) for row in rows]) for name in names]
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_harmless(names))
    writer.writerows(zip(*columns, strict=True))
    return writing.done({"labels.csv": out.getvalue().encode()}, len(rows))


def read_csv(files: Mapping[str, bytes]) -> Read:
    """Read a CSV file with a column ``key`` (or ``file`` or ``text``) and columns named like ours."""
    name, data = only_file(files, ".csv")
    csv.field_size_limit(2**31 - 1)
    try:
        rows = list(csv.DictReader(io.StringIO(decoded(data, name), newline=""), restkey="", strict=True))
    except csv.Error as error:
        raise Invalid(f"{name} is no CSV file: {error}.") from None
    found = []
    for place, row in enumerate(rows, start=1):
        told = {as_it_was(one): as_it_was(cell) for one, cell in row.items() if one and cell}
        found.append(_record(told, f"Row {place} of {name}", place))
    return Read(tuple(found), label_names(found))


def write_jsonl(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``labels.jsonl``: an object a line."""
    writing = Writing(records)
    lines = [dumped(_row(record, Names(labels))) + "\n" for record in writing.records]
    return writing.done({"labels.jsonl": "".join(lines).encode()}, len(lines))


def read_jsonl(files: Mapping[str, bytes]) -> Read:
    """Read what `write_jsonl` writes."""
    name, data = only_file(files, ".jsonl", ".ndjson")
    rows = parsed_lines(data, name)
    found = [_record(row, f"Line {place} of {name}", place) for place, row in enumerate(rows, start=1)]
    return Read(tuple(found), label_names(found))


def write_parquet(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``labels.parquet``; shapes and spans are JSON in their column, labels a list of strings."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writing = Writing(records)
    rows = [_row(record, Names(labels)) for record in writing.records]
    kinds = {"width": pa.int64(), "height": pa.int64(), "number": pa.float64(), "score": pa.float64(),
             "labels": pa.list_(pa.string())}  # fmt: skip
    arrays = {}
    for name in _columns(rows):
        cells = [row.get(name) for row in rows]
        if name in _AS_JSON and name not in kinds:
            cells = [None if one is None else dumped(one) for one in cells]
        kind = kinds.get(name, pa.string() if name in OWN else None)
        try:
            arrays[name] = pa.array(cells, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of mixed values
            arrays[name] = pa.array([None if one is None else str(one) for one in cells])
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), out, compression="zstd")
    return writing.done({"labels.parquet": out.getvalue().to_pybytes()}, len(rows))


def read_parquet(files: Mapping[str, bytes]) -> Read:
    """Read what `write_parquet` writes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    name, data = only_file(files, ".parquet")
    try:
        rows = pq.read_table(pa.BufferReader(data)).to_pylist()
    except pa.ArrowException as error:
        raise Invalid(f"{name} is no Parquet file: {error}.") from None
    told = [{column: cell for column, cell in row.items() if cell is not None} for row in rows]
    found = [_record(row, f"Row {place} of {name}", place) for place, row in enumerate(told, start=1)]
    return Read(tuple(found), label_names(found))


def _row(record: Record, names: Names) -> dict[str, Any]:
    clash = sorted(set(record.row) & set(OWN))
    if clash:
        raise Invalid(
            f"The column {clash[0]!r} of the data is named like one of the export; rename it first."
        )
    told = {name: getattr(record, name) for name in ("key", "file", "text", "width", "height")}
    value = named(record.value, names) if record.value is not None else {}
    row = {**told, **record.row, **value, "annotator": record.annotator, "score": record.score}
    return {name: one for name, one in row.items() if one is not None}


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    there = dict.fromkeys(["key", *(name for row in rows for name in row)])
    others = [name for name in there if name not in OWN]
    before, after = OWN[:5], OWN[5:]
    return [name for name in (*before, *others, *after) if name in there]


def _harmless(cells: list[Any]) -> list[Any]:
    """Make the texts among cells harmless; what is missing stays so."""
    import pyarrow as pa

    texts = [one if isinstance(one, str) else None for one in cells]
    found = harmless(pa.array(texts, pa.string())).to_pylist()
    return [one if text is None else text for one, text in zip(cells, found, strict=True)]


def _cell(value: Any, name: str) -> Any:
    if value is None:
        return None
    if name in _AS_JSON or isinstance(value, (dict, list)):
        return dumped(value)
    return repr(value) if isinstance(value, float) else value


def _record(row: dict[str, Any], where: str, place: int) -> Record:
    value: dict[str, Any] = {}
    for name in (*FIELDS, "attributes"):
        if name not in row:
            continue
        told = row[name]
        if name in _AS_JSON and isinstance(told, str):
            try:
                told = json.loads(told)
            except json.JSONDecodeError:
                if name != "labels":
                    raise Invalid(f"{where}: {name} is no JSON.") from None
                told = [one.strip() for one in told.replace("|", ";").split(";") if one.strip()]
        if name == "number":
            told = number(told, f"{where}: the number")
        if name in _AS_JSON and not isinstance(told, dict if name == "attributes" else list):
            raise Invalid(f"{where}: {name} is no list.")
        value[name] = str(told) if name == "label" else told
    text = {name: str(row[name]) for name in ("key", "file", "text", "annotator") if name in row}
    size = {name: int(number(row[name], f"{where}: {name}")) for name in ("width", "height") if name in row}
    others = {name: one for name, one in row.items() if name not in OWN}
    score = number(row["score"], f"{where}: the score") if "score" in row else None
    key = text.pop("key", text.get("file", text.get("text", str(place))))
    return Record(key, value or None, row=others, score=score, **text, **size)  # type: ignore[arg-type]
