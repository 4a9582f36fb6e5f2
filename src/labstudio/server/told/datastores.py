"""Datastores: a folder of one, and whether one goes although it is in use. To add one: `NewDatastore`."""

from __future__ import annotations

from pydantic import Field

from labstudio.edges import Told


class Browse(Told):
    """Which folder of a datastore."""

    path: str = Field("", max_length=2_000, description="Folder or schema in it; the top when not given.")
    filter: str = Field("", max_length=500, description="Part of the name.")
    offset: int = Field(0, ge=0, description="First entry, counted among those that match.")
    limit: int = Field(1_000, ge=1, le=5_000, description="Number of entries.")


class RemoveDatastore(Told):
    """Whether a datastore goes although versions were read from it."""

    force: bool = Field(False, description="Also where versions were read from it.")
