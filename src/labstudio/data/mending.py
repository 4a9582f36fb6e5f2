"""Rows of the wrong length in delimited text, filled up or left out where a person asked for that.

The text is copied line for line, so that a line has the same number before and after.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labstudio.data.dialect import Dialect
from labstudio.errors import Invalid

LONGEST_VALUE = 2 << 20


@dataclass(frozen=True)
class Mended:
    """A text whose rows are of one length, and how many were not."""

    path: Path
    padded: int
    left_out: int


def mended(path: Path, target: Path, form: Dialect, ragged: str) -> Mended:
    """Copy a text, short rows filled up (``"pad"``) or rows of another length left out (``"skip"``)."""
    width, padded, left_out = len(form.names), 0, 0
    taken: list[str] = []

    def lines(file: Iterator[str]) -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    before = csv.field_size_limit(LONGEST_VALUE)
    try:
        with (
            path.open(encoding="utf-8", newline="") as file,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            for _ in range(form.blank_lines):
                out.write(file.readline())
            number = form.blank_lines
            for record in csv.reader(lines(file), delimiter=form.delimiter, quotechar=form.quote):
                text, ends = "".join(taken), len(taken)
                number += ends
                taken.clear()
                if not record or len(record) == width:
                    out.write(text)
                elif ragged == "pad" and len(record) < width:
                    bare = text.rstrip("\r\n")
                    out.write(bare + form.delimiter * (width - len(record)) + text[len(bare) :])
                    padded += 1
                elif ragged == "skip":
                    out.write("\n" * ends if width > 1 else "")
                    left_out += 1
                else:
                    raise Invalid(
                        f"line {number}, column {width + 1}: the line has {len(record)} values where the "
                        "first "
                        f'has {width}; only short rows can be filled up; give ragged="skip" to leave it out.'
                    )
    except csv.Error as error:
        raise Invalid(f"line {number + 1}: the row cannot be read ({error}).") from None
    finally:
        csv.field_size_limit(before)
    return Mended(target, padded, left_out)
