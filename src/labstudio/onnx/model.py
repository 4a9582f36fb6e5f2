"""Using an ONNX file of the studio: from a user's frame to labels, probabilities or values.

Needs onnxruntime, numpy and pandas, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.errors import Invalid, NotFound
from labstudio.onnx.one_row import OneRow
from labstudio.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

MOST_THREADS = 4
ROWS_AT_ONCE = 1_000
"""Of more rows so many go through the graph at a time: what is computed on the way stays near the core."""


class OnnxModel:
    """A file that predicts; `load` makes one.

    Attributes
    ----------
    metadata : dict of str to str
        All that the file says of itself, such as ``labstudio.schema``.
    sha256 : str
        Of the file's bytes.
    schema : Schema
        The columns it wants; a frame may have more, in any order and of any dtypes.
    task : str
        "binary", "multiclass" or "regression".
    target : str or None
        Name of what is predicted.
    classes : array [K] or None
        In the order of the probabilities; None for regression.
    """

    def __init__(self, content: bytes, *, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        # A thread goes the whole way with its rows. Threads inside of operators would wait for each other
        # after every one of them, many times a row where trees are many, and longest where cores are busy.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
        try:
            self._session = onnxruntime.InferenceSession(
                content, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own exceptions share no base class
            raise Invalid(
                f"This is not an ONNX file that onnxruntime can load: {_first_line(error)}"
            ) from None
        # It looks every input up in a list of all, which takes longer than a model where they are thousands.
        # What is fed is made of the schema, and the native part of onnxruntime looks again.
        self._session._validate_input = lambda names: None
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self._content = content
        try:
            version = self.metadata["labstudio.format"]
            self.schema = Schema.from_dict(json.loads(self.metadata["labstudio.schema"]))
            self.task = self.metadata["labstudio.task"]
            classes = json.loads(self.metadata["labstudio.classes"])
        except (KeyError, ValueError, TypeError):
            raise Invalid(
                "This ONNX file does not say which columns it wants: it was not written by Labstudio; "
                "for a scikit-learn model use labstudio.onnx.from_sklearn."
            ) from None
        if version != "1":
            raise Invalid(f"This file is of format {version}, newer than this Labstudio; update Labstudio.")
        self.target = self.metadata.get("labstudio.target")
        kinds = {"string": object, "int64": np.int64, "bool": np.bool_}
        self.classes = classes and np.array(classes["values"], dtype=kinds[classes["type"]])
        self._one_row = OneRow(self._session, self.schema)

    @property
    def content(self) -> bytes:
        """The file's bytes."""
        return self._content

    @cached_property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return hashlib.sha256(self._content).hexdigest()

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict labels or values [N]."""
        return self.run(frame, "value" if self.classes is None else "label")[0]

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict probabilities [N, K], in the order of `classes`."""
        if self.classes is None:
            raise Invalid("This model predicts values and has no probabilities; use predict.")
        return self.run(frame, "probabilities")[0]

    def run(self, frame: pd.DataFrame, *outputs: str) -> list[np.ndarray]:
        """Return several of "label", "probabilities" and "value" in one pass."""
        found = self._one_row.run(frame, outputs) if _is_one_row(frame) else None
        return self.run_feed(self.schema.feed(frame), *outputs) if found is None else found

    def run_feed(self, feed: dict[str, np.ndarray], *outputs: str) -> list[np.ndarray]:
        """Do the same from arrays as `Schema.feed` gives them."""
        rows = len(next(iter(feed.values())))
        if not rows:
            return [self._nothing(name) for name in outputs]
        ends = np.linspace(0, rows, -(-rows // ROWS_AT_ONCE) + 1).astype(int).tolist()

        def some(start: int, end: int) -> list[np.ndarray]:
            part = {name: values[start:end] for name, values in feed.items()} if len(ends) > 2 else feed
            found: list[np.ndarray] = self._session.run(list(outputs), part)
            return found

        if len(ends) == 2:
            return some(0, rows)
        with ThreadPoolExecutor(min(self._threads, len(ends) - 1)) as threads:
            parts = list(threads.map(some, ends[:-1], ends[1:]))
        return [np.concatenate(found) for found in zip(*parts, strict=True)]

    def _nothing(self, output: str) -> np.ndarray:
        if self.classes is None or output == "label":
            return np.empty(0, dtype=np.float64 if self.classes is None else self.classes.dtype)
        return np.empty((0, len(self.classes)))

    def __repr__(self) -> str:
        what = f" of {self.target!r}" if self.target else ""
        return f"OnnxModel({self.task}{what} from {len(self.schema)} columns, {self.sha256[:12]})"


def load(source: str | os.PathLike[str] | bytes, *, threads: int | None = None) -> OnnxModel:
    """Load a model from a file or from bytes.

    Parameters
    ----------
    source : path or bytes
        The file, or its bytes.
    threads : int, optional
        Threads one prediction may use; at most four when not given.

    Raises
    ------
    NotFound
        There is no such file.
    Invalid
        It is not an ONNX file of the studio.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return OnnxModel(bytes(source), threads=threads)
    path = Path(source)
    if not path.is_file():
        raise NotFound(f"There is no file {str(path)!r}.")
    return OnnxModel(path.read_bytes(), threads=threads)


def _is_one_row(frame: Any) -> bool:
    import pandas as pd

    return isinstance(frame, pd.DataFrame) and len(frame) == 1


def _first_line(error: Any) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
