"""Logs of jobs."""

from __future__ import annotations

from pydantic import Field

from labstudio.edges import Told


class LogFrom(Told):
    """Where in a log to go on."""

    offset: int = Field(0, ge=0, description="Bytes that were read already; negative is not allowed.")
    limit: int = Field(65_536, ge=1, le=1_048_576, description="Bytes to read at most.")
