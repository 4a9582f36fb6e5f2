"""Endpoints."""

from __future__ import annotations

from labstudio.edges import Model


class Endpoint(Model):
    """A name under which a version of a model answers, and since when."""

    name: str
    subject: str
    model: str
    by: str
    created: float
    changed: float
