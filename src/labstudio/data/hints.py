"""What would help with a file that is not read as it should be: each hint carries the options that do it.

It knows the beginning of the file, and what came of it; it reads nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from labstudio.data.options import ImportOptions

MOST_ABOVE = 100  # lines above a table
_SAMPLE_LINES = 500
_GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2}([,. '])\d{3}(\1\d{3})*([.,]\d+)?\s*")
_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
_BROKEN_VALUE = re.compile(r'column \d+ \("(.*)"\): "(.*)" is not ', re.DOTALL)


@dataclass(frozen=True)
class Hint:
    """A sentence, and a button: what it says (`label`) and the options it sets (`fix`)."""

    message: str
    label: str
    fix: dict[str, Any]


class _Field(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def physical(self) -> str: ...


def of_text(text: str, width: int, options: dict[str, Any]) -> list[Hint]:
    """Say what the text has that the table does not: lines above it, a fixed width, an encoding."""
    found = []
    if options.get("encoding") in ("cp1252", "latin-1") and not text.isascii():
        other = "latin-1" if options["encoding"] == "cp1252" else "cp1252"
        found.append(
            Hint(
                f"The text is not UTF-8 and is read as {options['encoding']}; look at its accents.",
                f"Read it as {other}",
                {"encoding": other},
            )
        )
    if width == 1:
        if above := _above(text, options):
            found.append(_skip(above))
        elif options.get("format") == "csv" and (columns := _fixed(text)) > 1:
            found.append(
                Hint(
                    f"The lines look like {columns} columns of a fixed width.",
                    "Read as fixed width",
                    {"format": "fixed"},
                )
            )
    if options.get("header") is False and not options.get("columns"):
        found.append(
            Hint("No line with names was found; the columns are numbered.", "The first line has the names",
                 {"header": True})
        )  # fmt: skip
    return found


def of_table(
    fields: Sequence[_Field], values: Sequence[Sequence[str | None]], options: dict[str, Any],
    found: Sequence[str],
) -> list[Hint]:  # fmt: skip
    """Say which texts look like numbers written otherwise."""
    made: list[Hint] = []
    for field, column in zip(fields, values, strict=True):
        texts = [text for text in column if text is not None]
        if field.physical != "string" or field.name in options.get("types", {}) or not texts:
            continue
        grouped = [_GROUPED.fullmatch(text) for text in texts]
        signs = Counter(match[1] for match in grouped if match)
        numbers = all(match or re.fullmatch(r"\s*[+-]?\d+([.,]\d+)?\s*", text)
                      for match, text in zip(grouped, texts, strict=True))  # fmt: skip
        if signs and numbers and "thousands" not in options:
            sign = signs.most_common(1)[0][0]
            made.append(
                Hint(
                    f"{field.name!r} looks like numbers with {sign!r} between thousands, such as {texts[0]}.",
                    "Read them as numbers",
                    {"thousands": sign},
                )
            )
        elif all(_COMMA.fullmatch(text) for text in texts) and options.get("decimal") != ",":
            made.append(
                Hint(
                    f"{field.name!r} looks like numbers with a decimal comma, such as {texts[0]}.",
                    "Read the comma as the decimal sign",
                    {"decimal": ","},
                )
            )
    return _different(made)


def of_choices(options: dict[str, Any], choices: dict[str, list[str]]) -> list[Hint]:
    """Say that there are other sheets."""
    sheets = choices.get("sheet", [])
    others = [sheet for sheet in sheets if sheet != options.get("sheet")]
    if not others or "sheet" not in options:
        return []
    return [
        Hint(
            f"The workbook has {len(sheets)} sheets; this is {options['sheet']!r}.",
            f"Take {others[0]!r}",
            {"sheet": others[0]},
        )
    ]


def of_error(sentence: str, text: str, options: dict[str, Any], choices: dict[str, list[str]]) -> list[Hint]:
    """Say what would help against what is wrong."""
    found: list[Hint] = []
    members = choices.get("member", [])
    if "which with member" in sentence or "in the zip archive;" in sentence:
        found += [
            Hint(f"{name} is in the archive.", f"Take {name}", {"member": name}) for name in members[:10]
        ]
    if " both called " in sentence:
        found.append(Hint("A column name occurs twice.", "Number the later ones", {"repeated": "number"}))
    lengths = re.search(r"has (\d+|other) values where the first has (\d+)|behind the last column", sentence)
    if lengths:
        if text and (above := _above(text, options)):
            found.append(_skip(above))
        if lengths[2] and lengths[1] != "other" and int(lengths[1]) < int(lengths[2]):
            found.append(
                Hint("A row is too short.", "Fill short rows with missing values", {"ragged": "pad"})
            )
        found.append(Hint("A row has another length.", "Leave such rows out", {"ragged": "skip"}))
    broken = _BROKEN_VALUE.search(sentence)
    if broken:
        name, value = broken[1], broken[2]
        types = {**options.get("types", {}), name: "string"}
        found.append(Hint(f"{name!r} mixes types.", "Keep the column as text", {"types": types}))
        if len(value) <= 60:
            missing = options.get("missing", ImportOptions().missing)
            found.append(
                Hint(f"{value!r} may mean that nothing is known.", f"Take {value!r} as missing",
                     {"missing": [*missing, value]})
            )  # fmt: skip
    if "as said" in sentence or "say which encoding" in sentence:
        given = "encoding" if "encoding" in sentence or "encoding" in options else "format"
        found.append(Hint(f"The {given} is not the right one.", "Have it found", {given: None}))
    return found


def raw(text: str, options: ImportOptions, rows: int) -> list[list[str]]:
    """Set the first rows apart, however many values they have."""
    delimiter = options.delimiter or _delimiter(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=options.quote)
        return [[value[:300] for value in row] for row, _ in zip(reader, range(rows), strict=False)]
    except csv.Error:
        return []


def _above(text: str, options: dict[str, Any]) -> int:
    """Count the lines above a table: comments, and lines that are shorter than all that follow."""
    lines = text.splitlines()[:_SAMPLE_LINES]
    delimiter = options.get("delimiter") or _delimiter(text)
    best, alike = 0, (0, 0)
    for sign in dict.fromkeys([delimiter, *",;\t|"]):
        rows = _rows(lines, sign)
        filled = [width for _, width in rows if width > 1]
        if not filled:
            continue
        usual, often = Counter(filled).most_common(1)[0]
        first = next(
            (i for i, (line, width) in enumerate(rows) if width == usual and lines[line][:1] not in "#%"), 0
        )
        above = rows[first][0]
        # of several signs the one that sets most rows apart alike: a decimal comma does so as well
        if (
            0 < above <= MOST_ABOVE
            and often >= 2
            and often * 2 > len(rows) - first
            and (often, usual) > alike
        ):
            best, alike = above, (often, usual)
    return best if best != options.get("skip_rows", 0) else 0


def _rows(lines: list[str], sign: str) -> list[tuple[int, int]]:
    """The line that each row begins in, and how many values it has; a value in quotes may go over lines."""
    reader, begins = csv.reader(lines, delimiter=sign), 0
    found = []
    try:
        for row in reader:
            found.append((begins, len(row)))
            begins = reader.line_num
    except csv.Error:
        return []
    return found


def _delimiter(text: str) -> str:
    lines = text.splitlines()[:_SAMPLE_LINES]
    return max(",;\t|", key=lambda sign: sum(sign in line for line in lines))


def _skip(above: int) -> Hint:
    lines = "The first line is" if above == 1 else f"The first {above} lines are"
    return Hint(
        f"{lines} no part of the table.", "Skip them" if above > 1 else "Skip it", {"skip_rows": above}
    )


def _fixed(text: str) -> int:
    """Count columns that are told apart by places that are blank in every line."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    width = max(map(len, lines), default=0)
    if len(lines) < 2 or width > 2_000 or len({len(line.rstrip()) for line in lines}) > len(lines) / 2 + 1:
        return 0
    filled = [any(not line[i : i + 1].isspace() and i < len(line) for line in lines) for i in range(width)]
    return sum(full and (i == 0 or not filled[i - 1]) for i, full in enumerate(filled))


def _different(found: list[Hint]) -> list[Hint]:
    """One hint for each fix."""
    return list({repr(hint.fix): hint for hint in reversed(found)}.values())[::-1]
