"""Quality rules: what is to hold, which failing rows, why a version is released."""

from __future__ import annotations

from pydantic import Field

from labstudio.data.quality.rules import Rule
from labstudio.edges import Told


class NewRules(Told):
    """All rules of a data asset, in the place of those it had."""

    rules: list[Rule] = Field(max_length=500, description="The rules.")


class FailingPage(Told):
    """Which failing rows of a version."""

    rule: int = Field(ge=0, description="Place of the rule in the newest check of the version, from 0.")
    offset: int = Field(0, ge=0, description="First row, counted among those that fail.")
    limit: int = Field(100, ge=1, le=1_000, description="Number of rows.")


class Release(Told):
    """Why a version that is held becomes one that is used."""

    reason: str = Field(min_length=1, max_length=500, description="Why it may be used all the same.")
