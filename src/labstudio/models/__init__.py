"""Registered model versions: certified ONNX files under a name, in MLflow's registry and in our lineage."""

from __future__ import annotations

from labstudio.models.registry import Models
from labstudio.models.version import ModelVersion

__all__ = ["ModelVersion", "Models"]
