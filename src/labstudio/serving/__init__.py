"""Endpoints: a name under which applications ask a registered model, whichever version that is today."""

from __future__ import annotations

from labstudio.serving.endpoints import Endpoint, Endpoints

__all__ = ["Endpoint", "Endpoints"]
