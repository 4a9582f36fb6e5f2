"""One exact ONNX file for a whole pipeline: building it, certifying it, using it.

`load` needs only onnxruntime, numpy and pandas; each other name loads its part when first asked for.
It knows frames, schemas and bytes, and neither the store nor how models are searched.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labstudio.onnx.certificate import (
        Certificate,
        CertifiedModel,
        Reference,
        certified,
        certify,
        seal,
    )
    from labstudio.onnx.comparison import Check, Tolerance
    from labstudio.onnx.foreign import from_sklearn
    from labstudio.onnx.graph import Graph
    from labstudio.onnx.model import OnnxModel, load

_HOMES = {
    "Certificate": "certificate",
    "CertifiedModel": "certificate",
    "Check": "comparison",
    "Reference": "certificate",
    "Tolerance": "comparison",
    "certified": "certificate",
    "certify": "certificate",
    "seal": "certificate",
    "from_sklearn": "foreign",
    "Graph": "graph",
    "OnnxModel": "model",
    "load": "model",
}

__all__ = [
    "Certificate",
    "CertifiedModel",
    "Check",
    "Graph",
    "OnnxModel",
    "Reference",
    "Tolerance",
    "certified",
    "certify",
    "from_sklearn",
    "load",
    "seal",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"labstudio.onnx.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'labstudio.onnx' has no attribute {name!r}")
