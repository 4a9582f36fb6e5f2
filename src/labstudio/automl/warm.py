"""What a worker imports before its first candidate, in the order of need; imported by workers alone.

LightGBM loads all of scikit-learn for wrappers that nobody uses here. It is loaded without them, so that it
can begin while scikit-learn, then what exporting needs, are loaded beside it.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from importlib import import_module

import labstudio.automl.pipeline  # noqa: F401

_LATER = (
    "sklearn.ensemble",
    "sklearn.linear_model",
    "labstudio.onnx.certificate",
    "onnx",
    "onnxruntime",
    "labstudio.automl.finishing",
)


def _load_lightgbm() -> None:
    if "sklearn" in sys.modules or "lightgbm" in sys.modules:
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        import_module("lightgbm")
    finally:
        del sys.modules["sklearn"]


def _load_others() -> None:
    for name in _LATER:
        with suppress(Exception):  # whoever needs it will hear why it cannot be imported
            import_module(name)


_load_lightgbm()
threading.Thread(target=_load_others, daemon=True).start()
