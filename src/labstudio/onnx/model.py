"""Using an ONNX file of the studio: from a user's frame to labels, probabilities or values.

Needs onnxruntime, numpy and pandas, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.errors import Invalid, NotFound
from labstudio.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

MOST_THREADS = 4


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
        options.intra_op_num_threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        # waiting threads sleep: other models and the notebook want the cores too
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                content, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own exceptions share no base class
            raise Invalid(
                f"This is not an ONNX file that onnxruntime can load: {_first_line(error)}"
            ) from None
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
        return self.run_feed(self.schema.feed(frame), *outputs)

    def run_feed(self, feed: dict[str, np.ndarray], *outputs: str) -> list[np.ndarray]:
        """Do the same from arrays as `Schema.feed` gives them."""
        if not len(next(iter(feed.values()))):
            return [self._nothing(name) for name in outputs]
        found: list[np.ndarray] = self._session.run(list(outputs), feed)
        return found

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


def _first_line(error: Any) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
