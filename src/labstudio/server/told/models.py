"""Registered models."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labstudio.edges import Told


class NewModel(Told):
    """A run whose model is to be registered, and the name."""

    run: str = Field(min_length=1, description="Id of the run, such as run-3.")
    name: str = Field(min_length=1, description="Name of the model.")


class Predict(Told):
    """Rows, each a map of column to value; a column that is left out is missing."""

    rows: list[dict[str, Any]] = Field(min_length=1, max_length=10_000, description="The rows.")


class PredictImages(Told):
    """Images, for a model that has learned from the labels of images."""

    uploads: list[str] = Field(min_length=1, max_length=100, description="Ids of uploads, an image each.")
