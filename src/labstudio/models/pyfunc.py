"""How a plain MLflow client loads a registered version: MLflow calls `_load_pyfunc` by this module's name.

It needs what `labstudio.onnx.load` needs, and knows neither store nor registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from labstudio.onnx import OnnxModel


class PythonFunction:
    """An ONNX file as MLflow wants to call it."""

    def __init__(self, model: OnnxModel) -> None:
        self._model = model

    def predict(self, frame: pd.DataFrame, params: dict[str, Any] | None = None) -> np.ndarray:
        """Labels or values of shape (N,); with ``params={"probabilities": True}`` those of shape (N, K)."""
        if params and params.get("probabilities"):
            return self._model.predict_proba(frame)
        return self._model.predict(frame)


def _load_pyfunc(path: str) -> PythonFunction:
    from labstudio.onnx import load

    return PythonFunction(load(path))
