"""What a worker imports before its first candidate, in the order of need; imported by workers alone.

LightGBM loads all of scikit-learn and pandas for wrappers that nobody uses here. It is loaded without them,
so that it can begin at once. They, and what exporting needs, are loaded a little later, or as soon as it has
given a first model: they take a core from it.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from importlib import import_module

from labstudio.automl.evaluation import FIRST_ENDED

_HIDDEN = ("sklearn", "pandas")
_LATER = (
    "sklearn.ensemble",
    "sklearn.linear_model",
    "labstudio.onnx.certificate",
    "onnx",
    "onnxruntime",
    "labstudio.automl.finishing",
)
_PATIENCE_SECONDS = 0.6
"""No longer: where budgets are small, the candidates that come next have little time to wait for them."""


def _load_lightgbm() -> None:
    hidden = [name for name in _HIDDEN if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import_module("lightgbm")
    finally:
        for name in hidden:
            del sys.modules[name]


def _load_others() -> None:
    FIRST_ENDED.wait(_PATIENCE_SECONDS)
    for name in _LATER:
        with suppress(Exception):  # whoever needs it will hear why it cannot be imported
            import_module(name)


# whoever fits waits for the interpreter after each round: an import must not keep it for the usual 5 ms
sys.setswitchinterval(0.0002)
_load_lightgbm()
threading.Thread(target=_load_others, daemon=True).start()
