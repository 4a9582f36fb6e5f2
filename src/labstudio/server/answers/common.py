"""What every answer is, and the two that belong to no capability."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of what is answered: always whole, so that a client need not ask whether a field is there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Problem(Model):
    """What went wrong: a sentence a person can act on, and what kind of error it is."""

    error: Literal["NotFound", "Invalid", "Conflict", "Forbidden", "Unavailable", "Unexpected"]
    message: str


class Done(Model):
    """It is done."""

    id: str
