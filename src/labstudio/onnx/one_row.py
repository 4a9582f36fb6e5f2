"""One row through a session: for a row, taking a frame apart column by column costs more than a model does.

What is plain (numbers, texts, dates without a zone) is read in one pass, as `Schema.feed` would read it;
anything else is left to that. It knows a session and a schema, and nothing of what is inside a file.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.schema import MISSING_DATE, Schema

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = {float, int, bool, type(None)}


class OneRow:
    """A session that is asked for one row at a time.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        Of a file with these columns.
    schema : Schema
        Its columns.
    """

    def __init__(self, session: Any, schema: Schema) -> None:
        self._session = session
        kinds = ("double", "int64", "string")
        self._columns = {kind: [column for column in schema if column.feed == kind] for kind in kinds}
        self._texts_out = {one.name for one in session.get_outputs() if one.type == "tensor(string)"}
        self._known: tuple[list[Any], list[list[int]]] = ([], [])
        self._bound = threading.local()  # a binding holds one row: each thread has its own

    def run(self, frame: pd.DataFrame, outputs: Sequence[str]) -> list[np.ndarray] | None:
        """Return outputs for the only row of a frame, or None where its values are not all plain."""
        read = self._read(frame)
        if read is None:
            return None
        numbers, dates, texts = read
        if texts or self._texts_out & set(outputs):  # onnxruntime binds no texts, neither in nor out
            feed = {
                column.input: array[i : i + 1].reshape(1, 1)
                for kind, array in (("double", numbers), ("int64", dates))
                for i, column in enumerate(self._columns[kind])
            }
            for column, text in zip(self._columns["string"], texts, strict=True):
                feed[column.input] = np.array([[text]], dtype=object)
            found: list[np.ndarray] = self._session.run(list(outputs), feed)
            return found
        binding, bound_numbers, bound_dates = self._binding(tuple(outputs))
        bound_numbers[:], bound_dates[:] = numbers, dates
        self._session.run_with_iobinding(binding)
        return list(binding.copy_outputs_to_cpu())

    def _read(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, list[str]] | None:
        """Numbers, seconds and texts in the order of their columns."""
        try:
            places = self._places(frame.columns.tolist())
            cells = frame.to_numpy(dtype=object)[0]
            numbers, dates, texts = (cells[some].tolist() for some in places)
            if not set(map(type, numbers)) <= _NUMBERS:
                return None
            read = (
                np.array(numbers, dtype=np.float64),
                np.array([_seconds(value) for value in dates], dtype=np.int64),
                [_text(value) for value in texts],
            )
            "".join(read[2]).encode()
        except Exception:  # a column that is not even needed may raise whatever its type thinks of
            return None  # `Schema.feed` says what is wrong, or knows better
        return read

    def _places(self, labels: list[Any]) -> list[list[int]]:
        """Where numbers, dates and texts stand; looked up once for as long as frames look the same."""
        known, places = self._known  # one value, which other threads replace as a whole
        if labels != known or not places:
            place = {str(label): i for i, label in enumerate(labels)}
            if len(place) < len(labels):
                raise LookupError("two columns of one name")
            "".join(place).encode()
            places = [[place[column.name] for column in columns] for columns in self._columns.values()]
            self._known = labels, places
        return places

    def _binding(self, outputs: tuple[str, ...]) -> tuple[Any, np.ndarray, np.ndarray]:
        """Return inputs that are places in two arrays, bound once for all rows to come, and those arrays.

        To make a tensor of every number anew takes as long as many models do.
        """
        kept: dict[tuple[str, ...], Any] = self._bound.__dict__.setdefault("bindings", {})
        if outputs not in kept:
            binding = self._session.io_binding()
            arrays = [np.zeros(len(self._columns["double"])), np.zeros(len(self._columns["int64"]), np.int64)]
            for kind, array in zip(self._columns, arrays, strict=False):
                for i, column in enumerate(self._columns[kind]):
                    at = array[i:].ctypes.data
                    binding.bind_input(column.input, "cpu", 0, array.dtype.type, (1, 1), at)
            for output in outputs:
                binding.bind_output(output)
            kept[outputs] = binding, *arrays
        found: tuple[Any, np.ndarray, np.ndarray] = kept[outputs]
        return found


def _seconds(value: Any) -> int:
    import pandas as pd

    if value is pd.NaT:
        return MISSING_DATE
    if type(value) is not pd.Timestamp or value.tzinfo is not None:
        raise ValueError("not a plain date")
    return int(value.to_datetime64().astype("datetime64[s]").astype(np.int64))


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if value is None or (type(value) is float and value != value):
        return ""
    raise ValueError("not a plain text")
