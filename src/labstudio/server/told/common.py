"""What every route is told, and nothing."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """Base of what routes are told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Told):
    """No options."""
