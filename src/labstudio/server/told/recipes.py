"""Recipes: input, steps, and what is wanted of them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from labstudio.edges import Told


class RecipeOf(Told):
    """A recipe; a step that is not finished yet is told as far as it is."""

    input: str = Field(min_length=1, max_length=120, description="Data asset that is prepared.")
    steps: list[dict[str, Any]] = Field([], max_length=200, description="The steps, in order.")


class PreviewRecipe(RecipeOf):
    """A recipe, and how much of its result is shown."""

    step: int | None = Field(None, ge=-1, description="Last step that is shown; -1 shows the input.")
    rows: int = Field(200, ge=1, le=1_000, description="Number of rows.")
    sample: int = Field(10_000, ge=1, le=100_000, description="Rows of the input it is tried on.")
    ticket: str = Field("", max_length=100, description="By what this preview can be cancelled.")


class CancelPreview(Told):
    """The preview that nobody waits for any more."""

    ticket: str = Field(min_length=1, max_length=100, description="The ticket it was asked for with.")


class RunRecipe(RecipeOf):
    """A recipe, and the data asset it makes."""

    name: str = Field(min_length=1, max_length=100, description="Data asset that gets the new version.")


class RecipeCode(RecipeOf):
    """A recipe, and the language it is written in."""

    kind: Literal["pandas", "polars", "sql", "cell"] = Field("pandas", description="Language.")
    name: str = Field("prepared", description="Data asset it makes.")


class RecipeLines(Told):
    """Steps to be written as lines, or lines to be read as steps."""

    steps: list[dict[str, Any]] | None = Field(None, description="Steps.")
    text: str | None = Field(None, max_length=100_000, description="Lines.")
