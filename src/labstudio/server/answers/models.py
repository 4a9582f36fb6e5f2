"""Registered models."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model
from labstudio.server.answers.automl import Certificate


class RegisteredModel(Model):
    """One version of a registered model, in a line."""

    name: str
    version: int
    ref: str
    subject: str
    task: str
    target: str | None
    metrics: dict[str, float]
    aliases: list[str]
    source: str
    data: str
    created: float
    by: str
    passed: bool
    size: int
    max_difference: float | None
    existed: bool


class Input(Model):
    """One field of the try-it form: what the column may hold, and a usual value to begin with."""

    name: str
    kind: Literal["number", "integer", "boolean", "choice", "text", "date"]
    usual: Any
    minimum: float | None
    maximum: float | None
    choices: list[str]


class Measure(Model):
    """How a metric is written, and which way is up; nobody knows where a person brought it."""

    title: str
    greater_is_better: bool | None


class ModelDetail(RegisteredModel):
    """One version of a model, whole; `versions` are all of the name, newest first.

    `measures` has the metrics of all of them.
    """

    sha256: str
    mlflow_uri: str
    certificate: Certificate
    inputs: list[Input]
    classes: list[Any] | None
    versions: list[RegisteredModel]
    measures: dict[str, Measure]


class Predictions(Model):
    """Predictions for the rows sent, in their order; probabilities have one entry a class."""

    ref: str
    predictions: list[Any]
    classes: list[Any] | None
    probabilities: list[list[float]] | None
    seconds: float
