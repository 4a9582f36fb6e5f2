"""What a file would come to if it were imported: its beginning is read as the whole would be.

Nothing is kept, and broken content is no failure here but an answer: the sentence an import would end with,
the rows as far as they can be shown, and the options that would help.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labstudio.data import hints
from labstudio.data.dialect import plain_text
from labstudio.data.frames import Imported, from_parquet, schema_of_table
from labstudio.data.options import ImportOptions
from labstudio.data.reading import archives, beginning, format_of, reader, unpack
from labstudio.data.reading.cells import text_of
from labstudio.errors import Invalid, LabstudioError, NotFound, Unavailable

ROWS = 100
BEGINNING = 256 << 10  # bytes of the file that are read
EXAMPLES = 3
MOST_CHOICES = 1_000
SHOWN_COLUMNS = 2_000
_LONGEST_TEXT = 300
_WHERE = re.compile(r"(?:line|row) (\d+)(?:, column (\d+))?")


@dataclass(frozen=True)
class LookField:
    """One column: what it would be, some of its values, and how many are missing among those looked at."""

    name: str
    physical: str
    semantic: str
    taken: bool
    examples: list[str]
    missing: int


@dataclass(frozen=True)
class LookError:
    """Why the import would fail, and where."""

    message: str
    line: int | None
    column: int | None


@dataclass(frozen=True)
class LookFile:
    """A file in a folder."""

    path: str
    size: int


@dataclass(frozen=True)
class LookContent:
    """What is shown of something that is no table.

    Attributes
    ----------
    media : str
        What kind of file it is, by its name; ``""`` of a folder.
    text : str or None
        The beginning of a text; `cut` where there is more.
    picture : str or None
        A small copy as a ``data:`` address.
    files, kinds, named
        Of a folder: how many files, how many of each kind, and the first of them.
    """

    media: str
    size: int
    text: str | None = None
    cut: bool = False
    picture: str | None = None
    files: int = 1
    kinds: dict[str, int] = field(default_factory=dict)
    named: list[LookFile] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """The beginning of a file as it would be imported.

    Attributes
    ----------
    kind : str
        What it would be kept as: ``"table"``, ``"file"`` or ``"folder"``; the latter have a `content` and
        nothing else.
    options : dict
        Options in effect; `found` has the names of those that nobody gave.
    choices : dict
        Sheets or members to choose from.
    values : list
        One list of texts a column, None for missing.
    rows : int
        How many were looked at.
    whole : bool
        Whether that is the whole file.
    warnings : list of Hint
        Each with options that would help.
    """

    format: str
    options: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    fields: list[LookField] = field(default_factory=list)
    values: list[list[str | None]] = field(default_factory=list)
    rows: int = 0
    whole: bool = True
    warnings: list[hints.Hint] = field(default_factory=list)
    error: LookError | None = None
    kind: str = "table"
    content: LookContent | None = None


def look(path: Path, name: str, folder: Path, options: ImportOptions) -> Look:
    """Look at the beginning of a file; only a file that is not there is an error.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What people call it.
    folder : Path
        Empty, for what is made on the way.
    options : ImportOptions
        What the person knows already.
    """
    if not path.exists():
        raise NotFound(f"There is no file {path}.")
    if not path.is_file():
        raise Invalid(f"{path} is no file; name one.")
    sight = _Sight(path, name, folder, options)
    try:
        sight.open()
        return sight.read()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror}).") from None
    except LabstudioError as error:
        return sight.failed(str(error))


class _Sight:
    """What is known of a file so far, which is an answer even where the next step fails."""

    def __init__(self, path: Path, name: str, folder: Path, options: ImportOptions) -> None:
        self.path, self.name, self.folder, self.options = path, name, folder, options
        self.format, self.whole = "", True
        self.found: dict[str, Any] = {}
        self.choices: dict[str, list[str]] = {}

    def open(self) -> None:
        """Unpack, tell the format, and cut the beginning off."""
        source, name = self.path, self.name
        if beginning(source) == b"PK\x03\x04" and not archives.is_workbook(source):
            self.choices["member"] = archives.members(source)[:MOST_CHOICES]
        self.path, name, self.found = unpack(source, name, self.folder, self.options, BEGINNING + 1)
        if self.path != source and beginning(self.path) in (
            b"PK\x03\x04",
            b"PAR1",
        ):  # these are read from behind
            self.path, name, self.found = unpack(source, name, self.folder, self.options)
        self.format = format_of(self.path, name, self.options)
        if self.format == "excel":
            from labstudio.data.reading.excel import sheets

            self.choices["sheet"] = sheets(self.path)[:MOST_CHOICES]
        elif self.format != "parquet":
            self._cut()

    def read(self) -> Look:
        """Read the beginning as the whole would be read."""
        try:  # columns that are left out are shown too, unless they are what is broken
            made = self._made("all", self.options.model_copy(update={"columns": None}))
        except Invalid:
            if self.options.columns is None:
                raise
            made = self._made("taken", self.options)
        fields, values = self._shown(made)
        options, found = self._in_effect(made.found)
        warnings = hints.of_table(fields, values, options, found) + hints.of_choices(options, self.choices)
        if self.format in ("csv", "fixed"):
            warnings = hints.of_text(self._text(), len(fields), options) + warnings
        return Look(
            self.format, options, found, self.choices, fields, values, made.rows, self.whole, warnings
        )

    def failed(self, sentence: str) -> Look:
        """Show what can be shown, and say what is wrong."""
        options, found = self._in_effect({"format": self.format} if self.format else {})
        place = _WHERE.search(sentence)
        line, column = (int(part) if part else None for part in place.groups()) if place else (None, None)
        shown = hints.raw(self._text(), self.options, ROWS) if self.format in ("csv", "fixed") else []
        width = min(max(map(len, shown), default=0), SHOWN_COLUMNS)
        columns = [[row[i] if i < len(row) else None for row in shown] for i in range(width)]
        fields = [
            LookField(f"column{i + 1}", "string", "category", True, _examples(values), values.count(None))
            for i, values in enumerate(columns)
        ]
        warnings = hints.of_error(sentence, self._text() if shown else "", options, self.choices)
        error = LookError(f"{self.name}: {sentence}", line, column)
        return Look(
            self.format,
            options,
            found,
            self.choices,
            fields,
            columns,
            len(shown),
            self.whole,
            warnings,
            error,
        )

    def _cut(self) -> None:
        """Keep the first rows of a text, whole ones."""
        with self.path.open("rb") as file:
            text = file.read(BEGINNING + 1)
        self.whole = len(text) <= BEGINNING
        if not self.whole:
            text = text[: _end_of_rows(text[:BEGINNING], self.options.quote.encode())]
        self.path = self.folder / "beginning"
        self.path.write_bytes(text)

    def _made(self, place: str, options: ImportOptions) -> Imported:
        folder = self.folder / place
        folder.mkdir()
        made: Imported | None
        if self.format == "excel":
            from labstudio.data.reading.excel import from_excel

            made = from_excel(self.path, folder, options, _never, most=2 * ROWS)
            self.whole = made is not None and made.rows < 2 * ROWS
        elif self.format == "jsonl":
            from labstudio.data.reading.json_lines import from_json

            made = from_json(self.path, folder, options, _never, whole=self.whole)
        elif self.format == "parquet":
            made = from_parquet(self._first_of_parquet(folder), folder, options, _never)
        else:
            made = reader(self.format)(self.path, folder, options, _never)
        assert made is not None  # only what is known is not made
        return made

    def _first_of_parquet(self, folder: Path) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        target = folder / "first"
        try:
            with pq.ParquetFile(self.path) as file:
                rows = pa.Table.from_batches(
                    [batch for batch, _ in zip(file.iter_batches(ROWS), range(1), strict=False)],
                    file.schema_arrow,
                )
                self.whole = file.metadata.num_rows <= ROWS
        except (pa.ArrowException, OSError) as error:
            reason = " ".join(str(error).split())
            raise Invalid(f"The Parquet file is damaged or of an unknown kind ({reason}).") from None
        pq.write_table(rows, target)
        return target

    def _shown(self, made: Imported) -> tuple[list[LookField], list[list[str | None]]]:
        import pyarrow.parquet as pq

        table = pq.read_table(made.path, partitioning=None)
        known = set(table.column_names)
        types = {name: kind for name, kind in self.options.types.items() if name in known}
        schema = schema_of_table(
            made.path, {name: kind for name, kind in types.items() if kind not in ("string", "integer")}
        )
        taken = set(self.options.columns or known)
        fields, values = [], []
        for column in list(schema)[:SHOWN_COLUMNS]:
            stored = table[column.name]
            texts = [
                None if value is None else _cut_off(text_of(value))
                for value in stored.slice(0, ROWS).to_pylist()
            ]
            physical = "string" if types.get(column.name) == "string" else column.physical
            fields.append(
                LookField(
                    column.name, physical, column.semantic, column.name in taken, _examples(texts),
                    stored.null_count,
                )
            )  # fmt: skip
            values.append(texts)
        return fields, values

    def _in_effect(self, read: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        given = self.options.model_dump(exclude_defaults=True)
        seen = {**self.found, **read}
        found = {name: value for name, value in seen.items() if name in ImportOptions.model_fields}
        return {**found, **given}, sorted(found.keys() - given.keys())

    def _text(self) -> str:
        try:
            return plain_text(self.path, self.folder, self.options.encoding).path.read_text(
                "utf-8-sig", errors="replace"
            )
        except Invalid:
            return self.path.read_bytes()[:BEGINNING].decode("latin-1")


def _end_of_rows(text: bytes, quote: bytes) -> int:
    """Say where the last whole row ends: at a line end that is not inside quotes, as far as one is near."""
    wide = 4 if text[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") else 2 if b"\0" in text[:4096] else 1
    sign = b"\n" if b"\n" in text else b"\r"
    last = end = text.rfind(sign)
    quotes = text.count(quote, 0, end + 1)
    while wide == 1 and quotes % 2 and end > len(text) // 2:
        before = text.rfind(sign, 0, end)
        quotes -= text.count(quote, before + 1, end + 1)
        end = before
    end = last if quotes % 2 else end  # a quote is missing further up
    return len(text) if end < 0 else (end // wide + 1) * wide


def _never() -> bool:
    return False


def _examples(texts: list[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text is not None))[:EXAMPLES]


def _cut_off(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
