"""What went wrong: the answer that belongs to no capability."""

from __future__ import annotations

from typing import Literal

from labstudio.edges import Model


class Problem(Model):
    """What went wrong: a sentence a person can act on, and what kind of error it is."""

    error: Literal["NotFound", "Invalid", "Conflict", "Forbidden", "Unavailable", "Unexpected"]
    message: str
