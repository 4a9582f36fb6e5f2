"""Fixed width text: columns told apart by where they stand in the line.

The text is written again with a delimiter, line for line, and then read as any other: a value that does not
fit is named by the line and the column of the file itself.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from labstudio.data.dialect import PlainText, plain_text
from labstudio.data.frames import Imported
from labstudio.data.importing import from_text
from labstudio.data.options import ImportOptions
from labstudio.errors import Invalid

SAMPLE_LINES = 1_000
LONGEST_LINE = 1 << 20
DELIMITER = "\x1f"  # the separator of units, which ASCII has for this


def from_fixed_width(
    source: Path, folder: Path, options: ImportOptions, known: Callable[[], bool]
) -> Imported | None:
    """Read a fixed width file into a Parquet file in `folder`; `known` as in ``from_csv``."""
    text = plain_text(source, folder, options.encoding)
    widths = options.widths or find_widths(text.path, options.skip_rows)
    lined = PlainText(_delimited(text.path, folder / "delimited", widths, options), text.encoding)
    made = from_text(
        lined,
        folder,
        options.model_copy(update={"delimiter": DELIMITER, "quote": '"'}),
        known,
    )
    if made is None:
        return None
    found = {name: value for name, value in made.found.items() if name != "delimiter"}
    return replace(made, found={**found, "format": "fixed", "widths": list(widths)})


def find_widths(path: Path, skip: int = 0) -> list[int]:
    """Find the columns: a new one begins where a sign follows a place that is blank in every line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("id name   age\\n 1 Ada     36\\n 2 Grace   85\\n")
    >>> find_widths(path)
    [3, 7, 3]
    """
    filled: list[bool] = []
    for line in _lines(path)[skip:]:
        filled.extend([False] * (len(line) - len(filled)))
        for place, sign in enumerate(line):
            filled[place] |= not sign.isspace()
    starts = [i for i, full in enumerate(filled) if full and (i == 0 or not filled[i - 1])]
    if not starts:
        raise Invalid("The file is empty: it has no line with the names of its columns.")
    starts[0] = 0
    return [end - start for start, end in zip(starts, [*starts[1:], len(filled)], strict=True)]


def _lines(path: Path) -> list[str]:
    lines: list[str] = []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while len(lines) < SAMPLE_LINES and (line := file.readline(LONGEST_LINE)):
            if len(line) == LONGEST_LINE:
                raise Invalid("A line is longer than 1 MB; is this a table?")
            lines.append(line.rstrip("\r\n"))
    return lines


def _delimited(path: Path, target: Path, widths: Sequence[int], options: ImportOptions) -> Path:
    ends = [sum(widths[:i]) for i in range(len(widths) + 1)]
    spans = [slice(start, end) for start, end in pairwise(ends)]
    with (
        path.open("rb") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, delimiter=DELIMITER, lineterminator="\n")
        for number, raw in enumerate(file, start=1):
            bare = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            line = bare.decode().rstrip("\r\n")
            if number <= options.skip_rows or not line.strip():
                out.write("\n")
                continue
            if line[ends[-1] :].strip():
                raise Invalid(
                    f"line {number}, column {len(widths)}: the line goes on behind character {ends[-1]}, "
                    "where the last column ends; give wider widths, or mend the line."
                )
            writer.writerow([line[span].strip() for span in spans])
    return target
