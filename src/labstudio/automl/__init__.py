"""AutoML: from a table to a good model as one certified ONNX file.

`fit` needs no workspace; `AutoML` keeps its runs in one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labstudio.automl.check import Check
    from labstudio.automl.engine import fit
    from labstudio.automl.estimators import AutoMLClassifier, AutoMLRegressor
    from labstudio.automl.guardrails import Guardrail
    from labstudio.automl.metrics import Metric
    from labstudio.automl.result import AutoMLResult
    from labstudio.automl.run import Run
    from labstudio.automl.runs import AutoML
    from labstudio.automl.settings import AutoMLRun, AutoMLSettings
    from labstudio.automl.trial import Progress, Trial

__all__ = [
    "AutoML",
    "AutoMLClassifier",
    "AutoMLRegressor",
    "AutoMLResult",
    "AutoMLRun",
    "AutoMLSettings",
    "Check",
    "Guardrail",
    "Metric",
    "Progress",
    "Run",
    "Trial",
    "fit",
]

_HOMES = {
    "AutoML": "runs",
    "AutoMLClassifier": "estimators",
    "AutoMLRegressor": "estimators",
    "AutoMLResult": "result",
    "AutoMLRun": "settings",
    "AutoMLSettings": "settings",
    "Check": "check",
    "Guardrail": "guardrails",
    "Metric": "metrics",
    "Progress": "trial",
    "Run": "run",
    "Trial": "trial",
    "fit": "engine",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"labstudio.automl.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'labstudio.automl' has no attribute {name!r}")
