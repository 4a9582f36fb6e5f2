"""Excel workbooks: one sheet, its cells as the workbook last showed them.

A formula counts as the value that was stored with it. A merged range has its value in the first cell; the
others are missing. Rows without any value are left out. openpyxl reads the file, and is an extra.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from labstudio.data.frames import Imported
from labstudio.data.names import named
from labstudio.data.options import ImportOptions
from labstudio.data.reading import archives
from labstudio.data.reading.cells import Cells
from labstudio.errors import Invalid, Unavailable

SAMPLE_ROWS = 100
_ERRORS = {"#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"}


def from_excel(
    source: Path, folder: Path, options: ImportOptions, known: Callable[[], bool], most: int | None = None
) -> Imported | None:
    """Read a sheet into a Parquet file in `folder`, at most `most` rows; `known` as in ``from_csv``."""
    with _workbook(source) as book:
        sheet = _sheet(book, options.sheet)
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        rows = (
            (number, cells)
            for number, cells in enumerate(_rows(sheet), start=1)
            if number > options.skip_rows and any(cell is not None for cell in cells)
        )
        first = next(rows, None)
        if first is None:
            raise Invalid(f"The sheet {sheet.title!r} is empty.")
        ahead = list(islice(rows, SAMPLE_ROWS))
        header = options.header if options.header is not None else _is_header(first[1])
        # a header says how wide the table is: a cell far behind it is a slip, not thousands of columns
        width = max(len(_trimmed(cells)) for _, cells in ([first] if header else [first, *ahead]))
        written = [_name(cell) for cell in first[1][:width]] if header else []
        written += [""] * (width - len(written))
        names = named(written, f"row {first[0]}", options.repeated)
        cells = Cells(folder, options, set(options.missing) | _ERRORS)
        cells.declare(names)
        if not header:
            _add(cells, names, *first, options)
        for row in ahead:
            _add(cells, names, *row, options)
        for row in rows:
            if most is not None and cells.rows >= most:
                break
            _add(cells, names, *row, options)
        return cells.finish({"format": "excel", "sheet": sheet.title, "header": header}, known)


def sheets(source: Path) -> list[str]:
    """Name the sheets of a workbook."""
    with _workbook(source) as book:
        return [sheet.title for sheet in book.worksheets]


@contextmanager
def _workbook(source: Path) -> Iterator[Any]:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise Unavailable("Excel workbooks need openpyxl; install it with: pip install openpyxl") from None
    archives.check_members(source)
    try:
        with source.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that openpyxl does not know
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except (Invalid, Unavailable):
        raise
    except Exception as error:  # of zip, XML and openpyxl, of any kind
        reason = " ".join(str(error).split())[:200]
        raise Invalid(f"The Excel workbook is damaged or of an unknown kind ({reason}).") from None


def _sheet(book: Any, name: str | None) -> Any:
    known = {sheet.title: sheet for sheet in book.worksheets}
    if name is not None and name not in known:
        listed = ", ".join(repr(title) for title in list(known)[:10])
        raise Invalid(f"There is no sheet {name!r}; the workbook has {listed}.")
    if not known:
        raise Invalid("The workbook has no sheet of cells.")
    return known[name] if name is not None else book.worksheets[0]


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    for row in sheet.iter_rows(values_only=True):
        yield [_plain(cell) for cell in row]


def _plain(cell: Any) -> Any:
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, str) and not cell.strip():
        return None
    return cell


def _trimmed(cells: Sequence[Any]) -> Sequence[Any]:
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _is_header(first: Sequence[Any]) -> bool:
    """A header is text, or a year."""
    return all(
        cell is None or isinstance(cell, str) or (isinstance(cell, int) and 1000 <= cell < 3000)
        for cell in first
    )


def _name(cell: Any) -> str:
    return re.sub(r"\s+", " ", str(cell)).strip() if cell is not None else ""


def _add(cells: Cells, names: Sequence[str], number: int, row: Sequence[Any], options: ImportOptions) -> None:
    row = _trimmed(row)
    if len(row) > len(names):
        if options.ragged == "skip":
            cells.left_out += 1
            return
        raise Invalid(
            f"row {number}, column {len(names) + 1}: there is a value behind the last column of the table; "
            'give ragged="skip" to leave such rows out, or mend the row.'
        )
    cells.add(number, names, [*row, *[None] * (len(names) - len(row))])
