"""From a file of any known format to a Parquet file: one function that looks at the bytes, then at the name.

Each format has a module of its own. Archives are unpacked first, and what is in them is looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from labstudio.data.frames import Imported, from_parquet
from labstudio.data.options import ImportOptions
from labstudio.data.reading import archives
from labstudio.data.reading.json_lines import begins_with_object
from labstudio.errors import Invalid

_NAMES = {"jsonl": r"\.(jsonl|ndjson|json)$", "fixed": r"\.fwf$"}
_NESTED = 2  # a gzipped table in a zip archive, and no deeper


def read(
    source: Path, name: str, folder: Path, options: ImportOptions, known: Callable[[], bool]
) -> Imported | None:
    """Read a file into a Parquet file in `folder`.

    Parameters
    ----------
    source : Path
        The file.
    name : str
        What people call it; asked where the bytes do not tell the format.
    folder : Path
        Where the Parquet file and all that is unpacked goes.
    options : ImportOptions
        How to read it.
    known : callable
        As in ``from_csv``.

    Raises
    ------
    Invalid
        It is no table, or it is broken; the sentence says where.
    """
    plain, name, unpacked = unpack(source, name, folder, options)
    format = format_of(plain, name, options)
    made = reader(format)(plain, folder, options, known)
    return made and replace(made, found={**made.found, **unpacked})


def unpack(
    source: Path, name: str, folder: Path, options: ImportOptions, most: int | None = None
) -> tuple[Path, str, dict[str, Any]]:
    """Give the file itself, or what is in it where it is an archive: path, name, and what was found.

    With `most`, so many bytes of it are enough.
    """
    found: dict[str, Any] = {}
    for _ in range(_NESTED + 1):
        start = beginning(source)
        if start[:2] == b"\x1f\x8b":
            source = archives.gunzip(source, folder / f"{len(found)}-unpacked", most)
            name, found = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE), {**found, "packed": "gzip"}
        elif start == b"PK\x03\x04" and not archives.is_workbook(source):
            source, name = archives.unzip(source, folder / f"{len(found)}-member", options.member, most)
            found = {**found, "member": name}
        else:
            return source, name, found
    raise Invalid("This is an archive in an archive in an archive; unpack it first.")


def format_of(source: Path, name: str, options: ImportOptions) -> str:
    """Say the format of a file that is no archive."""
    start = beginning(source)
    if start == b"PAR1":
        return "parquet"
    if start == b"PK\x03\x04":
        return "excel"
    if start == b"\xd0\xcf\x11\xe0":
        raise Invalid("This is an Excel workbook of before 2007 (.xls), or protected; save it as .xlsx.")
    if options.format in ("parquet", "excel"):
        kind = "Parquet file" if options.format == "parquet" else "Excel workbook"
        raise Invalid(f"This is no {kind} as said; leave the format out to have it found.")
    if options.format is not None:
        return options.format
    if options.widths is not None:
        return "fixed"
    if begins_with_object(source):
        return "jsonl"
    named = (kind for kind, pattern in _NAMES.items() if re.search(pattern, name, re.IGNORECASE))
    return next(named, "csv")


def reader(format: str) -> Callable[..., Imported | None]:
    """Return what reads a format."""
    if format == "parquet":
        return from_parquet
    if format == "excel":
        from labstudio.data.reading.excel import from_excel

        return from_excel
    if format == "jsonl":
        from labstudio.data.reading.json_lines import from_json

        return from_json
    if format == "fixed":
        from labstudio.data.reading.fixed_width import from_fixed_width

        return from_fixed_width
    from labstudio.data.importing import from_csv

    return from_csv


def beginning(source: Path) -> bytes:
    """Return the first four bytes."""
    with source.open("rb") as file:
        return file.read(4)
