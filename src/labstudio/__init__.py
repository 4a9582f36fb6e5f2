"""Labstudio: a machine-learning studio inside JupyterLab.

The face of the package. Nothing heavy is imported here: each name loads its part when first asked for.

Examples
--------
>>> import labstudio
>>> labstudio.Workspace.__module__
'labstudio.workspace'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labstudio import automl, onnx
    from labstudio.magics import load_ipython_extension
    from labstudio.workspace import Workspace

__version__: str
__all__ = ["Workspace", "automl", "load_ipython_extension", "onnx"]

_HOMES = {"Workspace": "labstudio.workspace", "load_ipython_extension": "labstudio.magics"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("labstudio")
    if name in ("automl", "onnx"):
        return import_module(f"labstudio.{name}")
    raise AttributeError(f"module 'labstudio' has no attribute {name!r}")
