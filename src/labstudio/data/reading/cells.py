"""Rows of Python values, as Excel and JSON give them, on their way into a Parquet file.

Values come with types of their own, and these are believed: the text "007" stays text. A column that mixes
types becomes text; where it is plainly one type with a slip in it, the slip is named instead. Rows are laid
down in portions, each in the types it has, and brought to one type a column at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.column_types import FEW_VALUES, REGULAR, SLIPS
from labstudio.data.frames import Imported
from labstudio.data.options import ImportOptions, check_columns
from labstudio.errors import Invalid
from labstudio.schema import LARGEST_EXACT_INTEGER

if TYPE_CHECKING:
    import pyarrow as pa

PORTION = 50_000  # rows
_FORCED = {"number": "number", "integer": "integer", "boolean": "boolean", "datetime": "datetime",
           "string": "string", "category": "string", "text": "string"}  # fmt: skip
_SPOKEN = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "datetime": "a date",
}


class Cells:
    """A table that grows by rows.

    Parameters
    ----------
    folder : Path
        Where the portions and the table are put.
    options : ImportOptions
        Types, and which columns to take.
    missing : set of str
        Texts that mean that nothing is known.
    place : str
        What the numbers of rows count: ``"line"`` or ``"row"``.
    """

    def __init__(
        self, folder: Path, options: ImportOptions, missing: AbstractSet[str], place: str = "row"
    ) -> None:
        self._folder, self._options, self._missing, self._place = folder, options, missing, place
        self._names: dict[str, int] = {}
        self._columns: list[list[Any]] = []
        self._places: list[int] = []
        self._portions: list[Path] = []
        self._counts: list[dict[str, int]] = []
        self._slips: list[dict[str, tuple[int, str]]] = []  # kind → first place and value
        self._texts: list[set[str]] = []
        self.rows = 0
        self.left_out = 0

    @property
    def width(self) -> int:
        """Columns so far."""
        return len(self._names)

    def declare(self, names: Sequence[str]) -> None:
        """Name columns in their order, before any row has them."""
        for name in names:
            if name not in self._names:
                self._names[name] = len(self._names)
                self._columns.append([None] * len(self._places))
                self._counts.append({})
                self._slips.append({})
                self._texts.append(set())

    def add(self, place: int, names: Sequence[str], values: Sequence[Any]) -> None:
        """Add a row; columns it does not name are missing in it."""
        self.declare(names)
        for column in self._columns:
            column.append(None)
        for name, value in zip(names, values, strict=True):
            if value is None or (isinstance(value, str) and value in self._missing):
                continue
            i, kind = self._names[name], _kind(value)
            counts = self._counts[i]
            counts[kind] = counts.get(kind, 0) + 1
            if kind not in self._slips[i]:
                self._slips[i][kind] = (place, text_of(value))
            if kind == "string" and len(self._texts[i]) <= SLIPS:
                self._texts[i].add(value)
            self._columns[i][-1] = value
        self._places.append(place)
        self.rows += 1
        if len(self._places) == PORTION:
            self._lay_down()

    def finish(self, found: dict[str, Any], known: Callable[[], bool]) -> Imported | None:
        """Write the table.

        Raises
        ------
        Invalid
            A value is not of its column's type; the sentence says where.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        if known():
            return None
        if not self._names:
            raise Invalid("The file is empty: it has no columns.")
        check_columns(list(self._names), self._options.types, "types: ")
        taken = self._options.columns or list(self._names)
        check_columns(list(self._names), taken, "columns: ")
        kinds = {name: self._wanted(name) for name in taken}
        self._lay_down()
        target = self._folder / "table"
        schema = pa.schema([(name, _arrow(kind)) for name, kind in kinds.items()])
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for portion in self._portions:
                part = pq.read_table(portion, partitioning=None)
                writer.write_table(self._unified(part, kinds, schema))
                portion.unlink()
        mixed = [
            name for name in taken if kinds[name] == "string" and len(self._counts[self._names[name]]) > 1
        ]
        if mixed:
            found = {**found, "mixed": mixed}
        if self.left_out:
            found = {**found, "rows_left_out": self.left_out}
        return Imported(target, self.rows, found)

    def _wanted(self, name: str) -> str:
        i = self._names[name]
        forced = _FORCED.get(self._options.types.get(name, ""))
        if forced is not None:
            return forced
        counts = self._counts[i]
        kind = _joint(counts)
        rest = {k: n for k, n in counts.items() if k != "string"}
        n = sum(counts.values())
        if kind == "string" and rest and n >= FEW_VALUES and counts["string"] <= (1 - REGULAR) * n:
            meant = _joint(rest)
            if meant != "string" and len(self._texts[i]) <= SLIPS:
                raise self._misfit(name, *self._slips[i]["string"], meant)
        return kind

    def _misfit(self, name: str, place: int, value: str, meant: str) -> Invalid:
        shown = value if len(value) <= 60 else value[:60] + "…"
        return Invalid(
            f'{self._place} {place}, column {self._names[name] + 1} ("{name}"): "{shown}" is not '
            f"{_SPOKEN[meant]}, as others in the column are; "
            f'give types={{"{name}": "string"}} to keep the column as text, name the value in missing=[…] if '
            f"it means that nothing is known, or mend the {self._place}."
        )

    def _lay_down(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._places:
            return
        arrays = [pa.array(self._places, pa.int64()), *map(_array, self._columns)]
        names = ["p", *(f"c{i}" for i in range(len(self._columns)))]
        portion = self._folder / f"portion-{len(self._portions)}"
        pq.write_table(pa.Table.from_arrays(arrays, names), portion, compression="zstd")
        self._portions.append(portion)
        self._places = []
        self._columns = [[] for _ in self._columns]

    def _unified(self, part: pa.Table, kinds: dict[str, str], schema: pa.Schema) -> pa.Table:
        import pyarrow as pa

        columns = []
        for name, kind in kinds.items():
            label = f"c{self._names[name]}"
            if label not in part.column_names:
                columns.append(pa.nulls(part.num_rows, _arrow(kind)))
                continue
            column = part[label]
            if column.type == _arrow(kind):
                columns.append(column)
            elif pa.types.is_null(column.type):
                columns.append(pa.nulls(part.num_rows, _arrow(kind)))
            else:
                columns.append(self._cast(name, kind, part["p"].to_pylist(), column.to_pylist()))
        return pa.Table.from_arrays(columns, schema=schema)

    def _cast(self, name: str, kind: str, places: list[int], values: list[Any]) -> pa.Array:
        import pyarrow as pa

        made = []
        for place, value in zip(places, values, strict=True):
            try:
                made.append(None if value is None else _as(kind, value))
            except (ValueError, OverflowError):
                raise self._misfit(name, place, text_of(value), kind) from None
        return pa.array(made, _arrow(kind))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        if abs(value) <= LARGEST_EXACT_INTEGER:
            return "integer"
        return "long" if abs(value) < 2**63 else "string"
    if isinstance(value, float):
        return "number"
    if isinstance(value, date):  # a datetime is one
        return "datetime"
    return "string"


def _joint(counts: dict[str, int]) -> str:
    """Return the type that values of all these kinds can be kept in unchanged."""
    kinds = set(counts)
    if kinds <= {"integer", "long"}:
        return "integer" if kinds else "string"
    if kinds <= {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "string"


def _array(values: list[Any]) -> pa.Array:
    """Lay values down in the type they have, as text where they have several."""
    import pyarrow as pa

    kind = _joint(dict.fromkeys((_kind(value) for value in values if value is not None), 1))
    if all(value is None for value in values):
        return pa.nulls(len(values))
    return pa.array([None if value is None else _as(kind, value) for value in values], _arrow(kind))


def _as(kind: str, value: Any) -> Any:
    """Bring a value to a kind without changing what it says, or raise ValueError."""
    if kind == "string":
        return text_of(value)
    if kind == "boolean":
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(text_of(value).lower()) if _spells_boolean(value) else _no()
    if kind == "datetime":
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        if not isinstance(value, date):
            return _no()
        if not isinstance(value, datetime):
            return datetime.combine(value, time())
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, (bool, date)):
        return _no()
    if kind == "number":
        return float(value)
    whole = int(value)  # a text such as "1.5" raises
    if isinstance(value, float) and whole != value:
        return _no()
    return whole if abs(whole) < 2**63 else _no()


def _spells_boolean(value: Any) -> bool:
    return text_of(value).lower() in ("true", "false")


def _no() -> Any:
    raise ValueError


def text_of(value: Any) -> str:
    """Write a value as text; a number that is whole has no point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, (datetime, time)):
        text = value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        return text.removesuffix(" 00:00:00")
    return value.isoformat() if isinstance(value, date) else str(value)


def _arrow(kind: str) -> pa.DataType:
    import pyarrow as pa

    return {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
            "datetime": pa.timestamp("us"), "string": pa.string()}[kind]  # fmt: skip
