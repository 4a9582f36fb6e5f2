"""From a CSV file to a Parquet file, with every broken value named by line and column.

The types are decided on the first rows and the file is then read once, under guards: DuckDB would round 1.5
in a column of integers and drop the hours of a time zone without a word. Where a guard or a value objects,
the types are decided again on all rows; what then does not fit is a sentence. It knows files, and no store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from labstudio.data import engine
from labstudio.data.column_types import Kind, kinds, ungrouped
from labstudio.data.dialect import PlainText, dialect, line_at, plain_text, surprises
from labstudio.data.frames import Imported
from labstudio.data.mending import Mended, mended
from labstudio.data.options import ImportOptions, check_columns
from labstudio.errors import Invalid, Unavailable

SAMPLE_ROWS = 5_000
_NOWHERE = "\uffff\uffff"  # DuckDB wants one text that means missing; this stands in no file
_FORCED = {"number": "number", "integer": "integer", "boolean": "boolean", "datetime": "zoned",
           "string": "string", "category": "string", "text": "string"}  # fmt: skip
_READ_AS = {"number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "datetime": "TIMESTAMP",
            "zoned": "TIMESTAMPTZ", "string": "VARCHAR"}  # fmt: skip
_SPOKEN = {"number": "a number", "integer": "a whole number", "boolean": "true or false",
           "datetime": "a date such as 2026-11-23 or 2026-11-23 18:30:00",
           "zoned": "a date such as 2026-11-23 or 2026-11-23 18:30:00"}  # fmt: skip


def from_csv(
    source: Path, folder: Path, options: ImportOptions, known: Callable[[], bool]
) -> Imported | None:
    """Read delimited text into a Parquet file in `folder`.

    Before the long part begins `known` is asked; if it says True the file is not wanted, and None comes back.

    Raises
    ------
    Invalid
        The file is no table, or a value or a row is broken; the sentence names line and column.
    """
    return from_text(plain_text(source, folder, options.encoding), folder, options, known)


def from_text(
    text: PlainText, folder: Path, options: ImportOptions, known: Callable[[], bool]
) -> Imported | None:
    """Read delimited text that is UTF-8 already; as ``from_csv``."""
    with closing(engine.connect(folder)) as connection:
        return _Import(text, folder, options, connection).run(known)


class _Import:
    """One file on its way into one table."""

    def __init__(self, text: PlainText, folder: Path, options: ImportOptions, connection: Any) -> None:
        self.text, self.path = text, text.path
        self.folder, self.options, self.connection = folder, options, connection
        self.form = dialect(self.path, options)
        check_columns(self.form.names, options.types, "types: ")
        check_columns(self.form.names, options.columns or (), "columns: ")
        self.taken = [self.form.names.index(name) for name in options.columns or self.form.names]
        self.mended = Mended(self.path, 0, 0)
        if options.ragged != "refuse":
            self.mended = mended(self.path, folder / "mended", self.form, options.ragged)
            self.path = self.mended.path
        # in a file set apart by commas, "1,234" may as well be a thousand
        self.decimal = options.decimal or ("." if self.form.delimiter == "," else None)
        if options.thousands is not None and options.decimal is None:
            self.decimal = "," if options.thousands == "." else "."
        if options.thousands is not None and options.thousands == self.decimal:
            raise Invalid(f"thousands: {options.thousands!r} is the decimal sign already.")
        self.columns = range(len(self.form.names))

    def run(self, known: Callable[[], bool]) -> Imported | None:
        import duckdb

        try:
            with ThreadPoolExecutor(1) as pool:
                suspect = pool.submit(surprises, self.path, self.form)
                self.connection.execute(f"CREATE TEMP TABLE sample AS {self._texts()} LIMIT {SAMPLE_ROWS}")
                found = self._kinds("SELECT * FROM sample")
                certain = engine.one(self.connection, "SELECT count(*) FROM sample")[0] < SAMPLE_ROWS
            if known():
                return None
            # grouped numbers are cast by us, and a cast would round
            quick = self.options.thousands is None
            if quick and not certain and not suspect.result() and not any(kind.empty for kind in found):
                # a guard or a value that objects is no error yet: then the types are decided on all rows
                with suppress(duckdb.Error):
                    return self._imported(self._copy(self._wanted(found, False), guarded=True), found)
            if not certain:
                found = self._kinds(self._texts())
        except duckdb.Error as error:
            raise self._sentence([Kind("string")] * len(self.columns), error) from None
        wanted = self._wanted(found, True)
        try:
            return self._imported(self._copy(wanted, guarded=False), found)
        except duckdb.Error as error:
            raise self._sentence(wanted, error) from None

    def _imported(self, rows: int, found: list[Kind]) -> Imported:
        said: dict[str, Any] = {
            "format": "csv",
            "encoding": self.text.encoding,
            "delimiter": self.form.delimiter,
            "header": self.form.header,
            "decimal": self._decimal_of(self._wanted(found, False)),
        }
        if self.mended.padded:
            said["rows_padded"] = self.mended.padded
        if self.mended.left_out:
            said["rows_left_out"] = self.mended.left_out
        return Imported(self.folder / "table", rows, said)

    def _texts(self) -> str:
        return f"SELECT * FROM {self._reader(['VARCHAR'] * len(self.columns))}"

    def _kinds(self, source: str) -> list[Kind]:
        found = kinds(self.connection, source, len(self.columns), self.decimal, self.options.thousands)
        if any(kind.comma for kind in found) and any(k.type == "number" and not k.comma for k in found):
            # a file has one decimal sign: numbers with the other one stay text
            return [Kind("string") if kind.comma else kind for kind in found]
        return found

    def _wanted(self, found: list[Kind], certain: bool) -> list[Kind]:
        """Put what the person says of a column over what was found."""
        wanted = list(found)
        for i, name in enumerate(self.form.names):
            forced = _FORCED.get(self.options.types.get(name, ""))
            if forced is not None and not (forced == "zoned" and found[i].type == "datetime"):
                if forced == "integer" and certain and found[i].type != "integer":
                    self._only_whole_numbers(i)
                wanted[i] = replace(found[i], type=forced)
        left_out = set(self.columns).difference(self.taken)
        return [Kind("string") if i in left_out else kind for i, kind in enumerate(wanted)]

    def _only_whole_numbers(self, i: int) -> None:
        row = self.connection.execute(
            f"SELECT r, c{i} FROM (SELECT row_number() OVER () AS r, c{i} FROM ({self._texts()}))"
            f" WHERE NOT regexp_full_match({ungrouped(f'c{i}', self.options.thousands)},"
            " '\\s*[+-]?[0-9]+\\s*') LIMIT 1"
        ).fetchone()
        if row is not None:
            raise Invalid(
                f"row {row[0]}, column {i + 1} ({self._named(i)}): {_shown(row[1])} is not a whole number; "
                f'give types={{{self._named(i)}: "number"}}, or mend the row.'
            )

    def _decimal_of(self, wanted: list[Kind]) -> str:
        return self.options.decimal or ("," if any(kind.comma for kind in wanted) else ".")

    def _reader(self, types: Sequence[str], decimal: str = ".", more: str = "") -> str:
        columns = ", ".join(f"'c{i}': '{types[i]}'" for i in self.columns)
        missing = ", ".join(engine.text(value) for value in self.options.missing or [_NOWHERE])
        return (
            f"read_csv({engine.pattern(self.path)}, auto_detect = false, strict_mode = true,"
            f" delim = {engine.text(self.form.delimiter)}, quote = {engine.text(self.form.quote)},"
            f" escape = {engine.text(self.form.quote)}, header = {str(self.form.header).lower()},"
            f" skip = {self.form.blank_lines},"
            f" nullstr = [{missing}], decimal_separator = {engine.text(decimal)},"
            f" columns = {{{columns}}}{more})"
        )

    def _copy(self, wanted: list[Kind], *, guarded: bool) -> int:
        types, values = [], []
        for i, kind in enumerate(wanted):
            read_as, value = _READ_AS[kind.type], f"c{i}"
            if kind.type == "zoned":
                value = f"timezone('UTC', c{i})"
            elif self.options.thousands and kind.type in ("integer", "number"):
                # DuckDB's own option takes 1,2,3 for 123
                read_as, value = "VARCHAR", f"CAST({self._number(i, wanted)} AS {_READ_AS[kind.type]})"
            elif guarded and kind.type == "integer":
                read_as = "DOUBLE"  # as BIGINT, 1.5 would be read as 2
                whole = f"c{i} = trunc(c{i}) AND abs(c{i}) < 9007199254740992"
                value = f"CASE WHEN {whole} THEN c{i}::BIGINT WHEN c{i} IS NOT NULL"
                value += " THEN error('guard')::BIGINT END"
            types.append(read_as)
            values.append(value)
        reader = self._reader(types, self._decimal_of(wanted))
        target = self.folder / "table"
        names = [self.form.names[i] for i in self.taken]
        values = [values[i] for i in self.taken]
        if len({name.casefold() for name in names}) == len(names):
            named = ", ".join(
                f"{value} AS {engine.name(name)}" for value, name in zip(values, names, strict=True)
            )
            query = f"COPY (SELECT {named} FROM {reader}) TO {engine.text(target)} {engine.PARQUET}"
            return int(engine.one(self.connection, query)[0])
        # for DuckDB "a" and "A" are one name; Arrow can tell them apart, in twice the time
        import pyarrow.parquet as pq

        numbered = ", ".join(f"{value} AS c{i}" for i, value in enumerate(values))
        batches = self.connection.cursor().sql(f"SELECT {numbered} FROM {reader}").to_arrow_reader(100_000)
        schema = batches.schema
        for i, name in enumerate(names):
            schema = schema.set(i, schema.field(i).with_name(name))
        rows = 0
        try:
            with pq.ParquetWriter(target, schema, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch.rename_columns(names))
                    rows += batch.num_rows
        except OSError as error:
            raise engine.full(error, self.folder.parent) or error from None
        return rows

    def _sentence(self, wanted: list[Kind], error: Exception) -> Invalid | Unavailable:
        """Say what the first broken row is, by reading again with DuckDB's rejects table."""
        import duckdb

        full = engine.full(error, self.folder.parent)
        if full is not None:
            return full
        if self.options.thousands is not None and (misfit := self._ungroupable(wanted)) is not None:
            return misfit
        reader = self._reader(
            [_READ_AS[kind.type] for kind in wanted],
            self._decimal_of(wanted),
            ", store_rejects = true, rejects_limit = 100000",
        )
        try:
            everything = ", ".join(f"count(c{i})" for i in self.columns)  # or DuckDB would skip the columns
            self.connection.execute(f"SELECT {everything} FROM {reader}").fetchall()
            rejects = self.connection.execute(
                "SELECT line_byte_position, column_idx, error_type::VARCHAR, error_message FROM reject_errors"
                " ORDER BY byte_position LIMIT 1"
            ).fetchall()
        except duckdb.Error:
            rejects = []
        if not rejects and "invalid state" in str(error):
            return Invalid("The lines end partly in CR LF and partly in LF; save the file with one of them.")
        if not rejects:
            return Invalid(f"The file cannot be read: {str(error).splitlines()[0]}")
        position, column, fault, message = rejects[0]
        line = f"line {line_at(self.path, position)}"
        if fault == "CAST":
            i = column - 1
            value = re.search(r'Could not convert string "(.*?)(?:" to |$)', message, re.DOTALL)
            return Invalid(
                f"{line}, column {column} ({self._named(i)}): {_shown(value[1] if value else '')} is not "
                f"{_SPOKEN.get(wanted[i].type, 'a value')}, as others in the column are; "
                f'give types={{{self._named(i)}: "string"}} to keep the column as text, '
                "name the value in missing=[…] if it means that nothing is known, or mend the line."
            )
        if fault in ("TOO MANY COLUMNS", "MISSING COLUMNS"):
            width = re.search(r"Found: (\d+)", message)
            return Invalid(
                f"{line}, column {min(int(width[1]), len(self.columns)) if width else column}: the line has "
                f"{width[1] if width else 'other'} values where the first has {len(self.columns)}; "
                f"put quotes around values that hold the delimiter {self.form.delimiter!r}, mend the line, "
                "or "
                'give ragged="skip" to leave such rows out.'
            )
        if fault == "UNQUOTED VALUE":
            return Invalid(
                f"{line}, column {column}: a quote {self.form.quote} is opened and not closed, or text "
                "follows where it closes; double the quotes inside a value, or mend the line."
            )
        if fault == "LINE SIZE OVER MAXIMUM":
            return Invalid(f"{line} is longer than 2 MB; is a quote missing there?")
        return Invalid(f"{line}: the row cannot be read; are the line ends the same in the whole file?")

    def _ungroupable(self, wanted: list[Kind]) -> Invalid | None:
        """Find the first value that is no number even without the signs between thousands."""
        for i, kind in enumerate(wanted):
            if kind.type not in ("integer", "number"):
                continue
            row = self.connection.execute(
                f"SELECT r, c{i} FROM (SELECT row_number() OVER () AS r, c{i} FROM ({self._texts()}))"
                f" WHERE c{i} IS NOT NULL AND TRY_CAST({self._number(i, wanted)} AS DOUBLE) IS NULL LIMIT 1"
            ).fetchone()
            if row is not None:
                return Invalid(
                    f"row {row[0]}, column {i + 1} ({self._named(i)}): {_shown(row[1])} is not "
                    f"{_SPOKEN[kind.type]}, as others in the column are; "
                    f'give types={{{self._named(i)}: "string"}} to keep the column as text, or mend the row.'
                )
        return None

    def _number(self, i: int, wanted: list[Kind]) -> str:
        number = ungrouped(f"c{i}", self.options.thousands)
        return number if self._decimal_of(wanted) == "." else f"replace({number}, ',', '.')"

    def _named(self, i: int) -> str:
        return '"' + self.form.names[i] + '"'


def _shown(value: str) -> str:
    return '"' + (value if len(value) <= 60 else value[:60] + "…") + '"'
