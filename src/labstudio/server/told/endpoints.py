"""Endpoints."""

from __future__ import annotations

from pydantic import Field

from labstudio.edges import Told


class Answering(Told):
    """Which version of a model is to answer."""

    model: str = Field(min_length=1, description="Registered model, such as churn@2 or churn@champion.")


class NewEndpoint(Answering):
    """A name, and which version of a model is to answer under it."""

    name: str = Field(min_length=1, description="Small letters, digits and '-'.")
