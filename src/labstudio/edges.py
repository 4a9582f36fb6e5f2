"""What stands at the edges, whatever the door: the bases of what is told, and of what is answered."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """Base of what a door is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Told):
    """No options."""


class Model(BaseModel):
    """Base of what is answered: always whole, so that a client need not ask whether a field is there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Done(Model):
    """It is done."""

    id: str
