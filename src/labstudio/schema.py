"""What a table's columns are, and the one canonicaliser of their values.

Training, prediction, the ONNX feed and serving all turn a user's frame into arrays here and nowhere else,
so that a value means the same wherever it enters: whatever dtype it came in (object, category, pandas
``str``, Arrow-backed, nullable, int where float was) and in whatever order its columns stand.

It knows numpy and pandas, and nothing else of the studio but its errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd

MISSING_DATE = int(np.iinfo(np.int64).min)
"""What stands for a missing date among int64 epoch seconds."""

LARGEST_EXACT_INTEGER = 2**53
"""Beyond it a double no longer holds every integer; such columns enter as strings."""

OUTPUT_NAMES = ("label", "probabilities", "value")
"""Names the graph's outputs have; a column called so gets another input name."""

SEMANTIC_TYPES = ("number", "boolean", "category", "text", "datetime", "id", "constant")

_TEXT_WORDS = 3.0  # a column of mostly distinct strings with that many words each is prose, not categories
_LONG_TEXT_WORDS = 8.0  # so many words are prose even where the same text occurs a few times
_FEW_ROWS = 20  # below it "all values differ" says nothing
_COUNTED_AS_THEY_ARE = 1_000_000  # values; more texts are told apart by their hashes
_HASHED_AT_ONCE = 100_000
_FEW_NUMBERS = 12  # so many different numbers written as text are rather codes
_NUMBER = r"\s*[+-]?(0|[1-9]\d{0,14}|(?=\.))(\.\d*)?([eE][+-]?\d{1,3})?\s*"  # 007 and 20 digits are codes
_DATE = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
_FORCED_PHYSICAL = {
    "number": "number",
    "boolean": "boolean",
    "datetime": "datetime",
    "category": "string",
    "text": "string",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, how its values are stored, what they mean, and how they enter a graph."""

    name: str
    physical: str
    semantic: str
    input: str

    @property
    def feed(self) -> str:
        """Element type of the graph input: ``"double"``, ``"string"`` or ``"int64"``."""
        return {"string": "string", "datetime": "int64"}.get(self.physical, "double")


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"age": [31, None, 47], "city": ["Oslo", "Rome", None]})
    >>> schema = Schema.infer(frame)
    >>> [(column.name, column.semantic) for column in schema]
    [('age', 'number'), ('city', 'category')]
    >>> {name: values.tolist() for name, values in schema.canonical(frame).items()}
    {'age': [31.0, nan, 47.0], 'city': ['Oslo', 'Rome', '']}
    """

    columns: tuple[Column, ...]

    @classmethod
    def infer(cls, frame: pd.DataFrame, types: Mapping[str, str] | None = None) -> Schema:
        """Find the type of every column.

        Parameters
        ----------
        frame : DataFrame
            The table, of any number of rows.
        types : mapping of column name to semantic type, optional
            What the person knows better than the data shows.

        Raises
        ------
        Invalid
            Two columns share a name, a column holds what is not a value, or `types` names what is not there.
        """
        wanted = dict(types or {})
        series = named_columns(frame)
        for name, semantic in wanted.items():
            if name not in series:
                raise Invalid(f"types: there is no column {name!r}{_nearest(name, series)}.")
            if semantic not in SEMANTIC_TYPES:
                raise Invalid(
                    f"types: {semantic!r} is not a type for column {name!r}; "
                    f"choose one of {', '.join(SEMANTIC_TYPES)}."
                )
        columns: list[Column] = []
        taken = set(OUTPUT_NAMES)
        for name, values in series.items():
            forced = wanted.get(name)
            physical = _FORCED_PHYSICAL.get(forced or "") or _physical(name, values)
            semantic = forced or _semantic(name, values, physical)
            label = name or "column"
            while label in taken:
                label += " (input)"
            taken.add(label)
            columns.append(Column(name, physical, semantic, label))
        return cls(tuple(columns))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise Invalid(f"There is no column {name!r}{_nearest(name, self.names)}.")

    def select(self, names: Iterable[str]) -> Schema:
        """Return the named columns only, in the order given."""
        return Schema(tuple(self[name] for name in names))

    def without(self, names: Iterable[str]) -> Schema:
        """Return all columns but the named ones."""
        left_out = set(names)
        return Schema(tuple(column for column in self.columns if column.name not in left_out))

    def canonical(self, frame: pd.DataFrame, names: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Turn a frame's columns into canonical arrays.

        Parameters
        ----------
        frame : DataFrame of N rows
            Any dtypes, any column order; columns the schema does not name are ignored.
        names : sequence of str, optional
            Only these columns of the schema.

        Returns
        -------
        dict of column name to array of shape (N,)
            float64 with NaN for missing (numbers, integers, booleans), object array of ``str`` with ``""``
            for missing, int64 seconds since 1970 UTC with `MISSING_DATE` for missing.

        Raises
        ------
        Invalid
            A column is missing, or a value is not what the schema says, named by column and row.
        """
        series = named_columns(frame)
        wanted = self.columns if names is None else self.select(names).columns
        absent = [column.name for column in wanted if column.name not in series]
        if absent:
            shown = ", ".join(repr(name) for name in absent[:5]) + (" …" if len(absent) > 5 else "")
            raise Invalid(
                f"The table lacks {len(absent)} needed column(s): {shown}{_nearest(absent[0], series)}."
            )
        return {column.name: canonical_values(series[column.name], column) for column in wanted}

    def feed(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Turn a frame of N rows into what a graph is fed: input name → array of shape (N, 1)."""
        arrays = self.canonical(frame)
        return {column.input: arrays[column.name].reshape(-1, 1) for column in self.columns}

    def to_dict(self) -> list[dict[str, str]]:
        """Return the columns as plain JSON values."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_dict(cls, columns: list[dict[str, str]]) -> Schema:
        """Read what `to_dict` wrote."""
        return cls(tuple(Column(**column) for column in columns))


def named_columns(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Return a frame's columns by their name as text, each name once.

    Raises
    ------
    Invalid
        It is no frame, a name occurs twice, or a name is not valid Unicode.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise Invalid(f"A pandas DataFrame is needed, not a {type(frame).__name__}.")
    named: dict[str, pd.Series] = {}
    for position, (label, values) in enumerate(frame.items()):
        name = str(label)
        if name in named:
            raise Invalid(f"Two columns are called {name!r}; rename one of them.")
        if not _is_unicode(name):
            raise Invalid(f"The name of column {position + 1}, {name!r}, is not valid Unicode; rename it.")
        named[name] = values
    return named


def canonical_values(values: pd.Series, column: Column) -> np.ndarray:
    """Canonical array of one column: the same as `Schema.canonical` gives for it."""
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype if not values.isna().any() else object)
    if column.physical == "string":
        return _as_text(values, column.name)
    if column.physical == "datetime":
        return _as_seconds(values, column.name)
    return _as_numbers(values, column)


def _physical(name: str, values: pd.Series) -> str:
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        return "string"
    if isinstance(values.dtype, pd.StringDtype):
        return _physical_of_texts(values.dropna())
    kind = values.dtype.kind  # numpy's letter; pandas' nullable and Arrow-backed types have it too
    if kind == "b":
        return "boolean"
    if kind in "iu":
        present = values.dropna()
        beyond = len(present) > 0 and (
            int(present.max()) > LARGEST_EXACT_INTEGER or int(present.min()) < -LARGEST_EXACT_INTEGER
        )
        return "string" if beyond else "integer"
    if kind in "fm":
        return "number"
    if kind == "M":
        return "datetime"
    return _physical_of_objects(name, values)


def _physical_of_objects(name: str, values: pd.Series) -> str:
    """Look at the values themselves; a mixture of text and anything else is text."""
    present = values.dropna().astype(object)
    kinds = {type(value) for value in present}
    for kind in kinds:
        if not issubclass(kind, (str, bool, np.bool_, Number, Decimal, date, np.datetime64, timedelta)):
            row = next(i for i, value in enumerate(values) if type(value) is kind)
            raise Invalid(
                f"Column {name!r} holds a {kind.__name__} in row {row + 1}; "
                "a table's values are numbers, texts, booleans and dates."
            )
        if issubclass(kind, (complex, np.complexfloating)):
            raise Invalid(
                f"Column {name!r} holds complex numbers; split them into two columns of real numbers."
            )
    if not kinds:
        return "number"
    if all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return "boolean"
    if all(issubclass(kind, (Number, Decimal, timedelta)) for kind in kinds):
        whole = all(issubclass(kind, (int, np.integer)) for kind in kinds)
        if whole and any(abs(int(value)) > LARGEST_EXACT_INTEGER for value in present):
            return "string"
        return "integer" if whole else "number"
    if all(issubclass(kind, (date, np.datetime64)) for kind in kinds):
        return "datetime"
    return _physical_of_texts(present) if kinds == {str} else "string"


def _physical_of_texts(texts: pd.Series) -> str:
    """Tell numbers and ISO dates that are kept as texts, all of them, from texts."""
    import pandas as pd

    texts = texts[texts != ""]
    for physical, pattern in (("number", _NUMBER), ("datetime", _DATE)):
        if texts.iloc[:50].str.fullmatch(pattern).all() and texts.str.fullmatch(pattern).all():
            if physical == "number":
                return "number" if texts.nunique() > _FEW_NUMBERS else "string"
            dates = pd.to_datetime(texts.astype(object), errors="coerce", utc=True, format="ISO8601")
            return "datetime" if dates.notna().all() else "string"
    return "string"


def _semantic(name: str, values: pd.Series, physical: str) -> str:
    present = values.dropna()
    if len(present) == 0:
        return "constant"
    # counting different values takes most of the time that a schema does: only where something hangs on it
    if present.dtype.kind in "biufM":
        distinct, same = None, bool((present == present.iloc[0]).all())
    else:
        distinct = _distinct(present)
        same = distinct == 1
    if same and len(present) == len(values):
        return "constant"
    if physical in ("boolean", "datetime", "number"):
        return physical
    if physical == "integer":
        called_id = name.lower() == "id" or name.lower().endswith(("_id", " id"))
        counts_up = int(present.max()) - int(present.min()) == len(present) - 1
        may_be = (counts_up or called_id) and len(present) >= _FEW_ROWS
        return "id" if may_be and present.is_unique else "number"
    distinct = _distinct(present) if distinct is None else distinct
    every_one_differs = distinct == len(present) >= _FEW_ROWS
    words = present.iloc[:2_000].astype(str).str.split().str.len().mean()
    for fewest, share in ((_TEXT_WORDS, 0.5), (_LONG_TEXT_WORDS, 0.05)):
        if words >= fewest and distinct > max(_FEW_ROWS, share * len(present)):
            return "text"
    return "id" if every_one_differs else "category"


def _distinct(values: pd.Series) -> int:
    """Count different values; very many texts by their hashes, which take a tenth of the memory."""
    import pandas as pd

    if len(values) <= _COUNTED_AS_THEY_ARE or not isinstance(values.dtype, pd.StringDtype):
        return int(values.nunique())
    hashes = np.empty(len(values), np.uint64)
    for begin in range(0, len(values), _HASHED_AT_ONCE):
        piece = slice(begin, begin + _HASHED_AT_ONCE)
        hashes[piece] = pd.util.hash_array(values.iloc[piece].to_numpy(object), categorize=False)
    hashes.sort()
    return int(np.count_nonzero(hashes[1:] != hashes[:-1])) + 1


def _as_numbers(values: pd.Series, column: Column) -> np.ndarray:
    kind = values.dtype.kind
    if kind == "m":
        return values.dt.total_seconds().to_numpy(dtype=np.float64, na_value=np.nan)
    if kind == "M" and values.notna().any():
        raise Invalid(f"Column {column.name!r} holds dates, but numbers are expected.")
    if kind in "biuf":
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    present = ~values.isna().to_numpy()
    objects = values.to_numpy(dtype=object)
    if column.physical == "number" and {type(value) for value in objects[present]} == {str}:
        try:
            found = objects[present].astype(np.float64)  # as `float` does it, only faster
        except ValueError:
            pass  # the slow way says where
        else:
            numbers = np.full(len(objects), np.nan)
            numbers[present] = found
            return numbers
    numbers = np.full(len(objects), np.nan)
    for row in np.flatnonzero(present):
        numbers[row] = _number(objects[row], column, int(row))
    return numbers


def _number(value: Any, column: Column, row: int) -> float:
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ("", "nan"):
            return float("nan")
        if column.physical == "boolean" and text in ("true", "false"):
            return float(text == "true")
    elif isinstance(value, timedelta):
        return value.total_seconds()
    elif isinstance(value, (date, np.datetime64)):
        raise Invalid(
            f"Column {column.name!r}, row {row + 1}: {value!s} is a date, but numbers are expected."
        )
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"Column {column.name!r}, row {row + 1}: {_shown(value)} is not a number.") from None


def _as_text(values: pd.Series, name: str) -> np.ndarray:

    texts = values.to_numpy(dtype=object, copy=True)
    texts[values.isna().to_numpy()] = ""
    for row, value in enumerate(texts):
        if type(value) is not str:
            texts[row] = _text(value, name, row)
    if not _is_unicode("".join(texts)):
        row = next(i for i, text in enumerate(texts) if not _is_unicode(text))
        raise Invalid(f"Column {name!r}, row {row + 1}: {texts[row]!r} is not valid Unicode.")
    return texts


def _text(value: Any, name: str, row: int) -> str:
    if isinstance(value, (str, bool, np.bool_, date, timedelta)):
        return str(value)
    if isinstance(value, np.datetime64):
        import pandas as pd

        return str(pd.Timestamp(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating, Decimal)):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    raise Invalid(f"Column {name!r}, row {row + 1}: {_shown(value)} is not a text.")


def _as_seconds(values: pd.Series, name: str) -> np.ndarray:
    import pandas as pd

    if values.dtype.kind in "biufm" and values.notna().any():
        raise Invalid(f"Column {name!r} holds numbers, but dates are expected.")
    dates = values
    if values.dtype.kind != "M":
        dates = pd.to_datetime(values.astype(object), errors="coerce", utc=True, format="ISO8601")
        unread = np.flatnonzero((dates.isna() & values.notna() & (values != "")).to_numpy())
        # pandas 2 counts nanoseconds there and knows no year before 1678 or after 2261: one at a time it does
        far = {row: _far_seconds(values.iloc[row]) for row in unread.tolist()}
        bad = [row for row, found in far.items() if found is None]
        if bad:
            raise Invalid(
                f"Column {name!r}, row {bad[0] + 1}: {_shown(values.iloc[bad[0]])} is not a date; "
                "write it as 2026-11-23 or 2026-11-23T18:30:00."
            )
        if far:
            found = _as_seconds(dates, name)
            found[list(far)] = list(far.values())
            return found
    if isinstance(dates.dtype, pd.ArrowDtype):
        zone = getattr(dates.dtype.pyarrow_dtype, "tz", None)
        dates = dates.astype(f"datetime64[us, {zone}]" if zone else "datetime64[us]")
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
    return dates.to_numpy().astype("datetime64[s]").astype(np.int64)


def _far_seconds(value: Any) -> int | None:
    """Epoch seconds of one date, however far; None where it is none."""
    import pandas as pd

    if isinstance(value, str) and not re.fullmatch(_DATE, value):
        return None
    if not isinstance(value, (str, date, np.datetime64)):
        return None
    try:
        moment = pd.Timestamp(value)
    except (ValueError, OverflowError):
        return None
    moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    return None if pd.isna(moment) else int(moment.to_datetime64().astype("datetime64[s]").astype(np.int64))


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
