"""How a delimited text file is written: encoding, delimiter, header. It knows text, not types."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labstudio.data.names import named
from labstudio.data.options import ImportOptions
from labstudio.errors import Invalid

SAMPLE_BYTES = 256 * 1024
SAMPLE_RECORDS = 500
CHUNK_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
_YEAR = re.compile(r"[12]\d{3}")


@dataclass(frozen=True)
class PlainText:
    """A file of UTF-8 text, and the encoding of the file it was made of."""

    path: Path
    encoding: str


@dataclass(frozen=True)
class Dialect:
    """How the values of a plain text file are set apart, and the names of its columns."""

    delimiter: str
    quote: str
    header: bool
    names: tuple[str, ...]
    blank_lines: int  # before the first record, those that are skipped among them


def plain_text(source: Path, folder: Path, encoding: str | None) -> PlainText:
    """Give the text of `source` as UTF-8: the file itself where it is that, else a new file in `folder`.

    Raises
    ------
    Invalid
        It is no text, or not in that encoding.
    """
    with source.open("rb") as file:
        start = file.read(4096)
    found = encoding or next((name for bom, name in _BOMS if start.startswith(bom)), None)
    if found is None and b"\0" in start:
        found = _utf16_without_mark(start)
    if found is None or codecs.lookup(found).name in ("utf-8", "utf-8-sig"):
        if _is_utf8(source):
            return PlainText(source, found or "utf-8")
        if found is not None:
            raise Invalid(f"The text is not {found} as said; leave the encoding out to have it found.")
        found = "cp1252"  # what Windows calls ANSI: latin-1 and a few signs more
        try:
            target = _decoded(source, folder / "text", found)
        except UnicodeDecodeError:
            found = "latin-1"
            target = _decoded(source, folder / "text", found)
    else:
        try:
            target = _decoded(source, folder / "text", found)
        except UnicodeError as error:
            raise Invalid(f"The text is not {found} ({error}); say which encoding it has.") from None
    return PlainText(target, found)


def dialect(path: Path, options: ImportOptions) -> Dialect:
    """Find delimiter, header and names of a UTF-8 text file.

    Raises
    ------
    Invalid
        The file is empty, or two columns have the same name.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    whole = len(sample) < SAMPLE_BYTES
    text = sample.decode("utf-8-sig", errors="ignore")
    if not text.strip():
        raise Invalid("The file is empty: it has no line with the names of its columns.")
    text, blank = _below(text, options.skip_rows)
    delimiter = options.delimiter or max(",;\t|", key=lambda sign: _fitness(text, sign, options.quote, whole))
    records = _records(text, delimiter, options.quote, whole)
    if not records:
        raise Invalid("The first line does not end within 256 kB; is this a table?")
    first, rest = records[0], records[1:]
    header = options.header if options.header is not None else _has_header(first, rest)
    if not header:
        names = tuple(f"column{i + 1}" for i in range(len(first)))
        return Dialect(delimiter, options.quote, False, names, blank)
    names = named(first, f"line {blank + 1}", options.repeated)
    return Dialect(delimiter, options.quote, True, names, blank)


def _below(text: str, skip: int) -> tuple[str, int]:
    """Return what follows the first `skip` lines and the blank ones behind them, and how many these are."""
    lines = text.splitlines(keepends=True) if skip else []
    if skip > len(lines):
        raise Invalid(f"skip_rows: there are fewer than {skip} lines.")
    text = "".join(lines[skip:]) if skip else text
    body = text.lstrip("\r\n")
    if not body.strip():
        raise Invalid("The file is empty: it has no line with the names of its columns.")
    head = text[: len(text) - len(body)]
    return body, skip + (head.count("\n") or head.count("\r"))


def line_at(path: Path, position: int) -> int:
    """Return the number of the line, from 1, of the first row at or after the byte at `position`."""
    line = 1
    with path.open("rb") as file:
        while position > 0 and (chunk := file.read(min(CHUNK_BYTES, position))):
            line += chunk.count(b"\n") or chunk.count(b"\r")
            position -= len(chunk)
        while file.readline() in (b"\n", b"\r\n"):  # to DuckDB a row begins with the empty lines before it
            line += 1
    return line


def surprises(path: Path, form: Dialect) -> bool:
    """Whether a value may start with 0 and a digit, as codes do, or a time end in a zone, as ``:00+02`` does.

    Neither could be seen any more once DuckDB has read the file as numbers and dates. Every byte is looked
    at, in as few passes as will do; a false alarm costs time only.
    """
    delimiter, starts = ord(form.delimiter), (ord(form.quote), 10, 13)
    block = np.empty(CHUNK_BYTES // 4 + 3, np.uint8)  # stays in the processor's cache
    block[:3] = 10
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block.data[3:]):
            signs = block[: count + 3]
            codes = signs[:-2] == delimiter
            for start in starts:
                codes |= signs[:-2] == start
            codes &= signs[1:-1] == 48
            codes &= signs[2:] - 48 < 10
            zones = (signs[:-3] == 58) & ((signs[3:] == 43) | (signs[3:] == 45))
            if codes.any() or zones.any():
                return True
            block[:3] = signs[-3:].copy()
    return False


def _records(text: str, delimiter: str, quote: str, whole: bool) -> list[list[str]]:
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    try:
        for record in reader:
            records.append(record)
            if len(records) == SAMPLE_RECORDS:
                break
        else:
            if not whole:
                records.pop()  # cut through
    except csv.Error:  # a value of more than 128 kB: what stands before it is enough
        pass
    return [record for record in records if record]


def _fitness(text: str, delimiter: str, quote: str, whole: bool) -> tuple[bool, float, int]:
    records = _records(text, delimiter, quote, whole)
    if not records:
        return False, 0.0, 0
    width = len(records[0])
    share = sum(len(record) == width for record in records) / len(records)
    return width > 1 and share >= 0.5, share if width == 1 else round(share, 1), width


def _has_header(first: list[str], rest: list[list[str]]) -> bool:
    """Numbers above numbers speak against a header, unless they are years; a word above numbers, for one."""
    against = False
    for position, name in enumerate(first):
        below = [record[position] for record in rest if len(record) > position and record[position].strip()]
        if below and all(_NUMBER.fullmatch(value) for value in below):
            if name.strip() and not _NUMBER.fullmatch(name):
                return True
            against |= bool(name.strip()) and not _YEAR.fullmatch(name.strip())
    return not against


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _decoded(source: Path, target: Path, encoding: str) -> Path:
    with (
        source.open(encoding=encoding, newline="") as text,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        while chunk := text.read(CHUNK_BYTES):
            out.write(chunk)
    return target


def _utf16_without_mark(start: bytes) -> str:
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) > 0.4 * len(zeros):
            return name
    raise Invalid(
        f"This is no text: byte {start.index(0) + 1} is zero. CSV, Excel, JSON lines and Parquet can be read."
    )
