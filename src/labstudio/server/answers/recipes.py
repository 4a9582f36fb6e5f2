"""Recipes, what a step does, and what a preview shows."""

from __future__ import annotations

from typing import Any

from labstudio.edges import Model


class Operation(Model):
    """One operation of the menu: `form` is the JSON schema of what it is told, `example` a line in a cell."""

    op: str
    title: str
    group: str
    help: str
    example: str
    form: dict[str, Any]


class RecipeFunction(Model):
    """A function of expressions: `takes` says what it is given, `gives` the kind of what comes out."""

    name: str
    takes: list[str]
    gives: str
    call: str
    help: str


class Recipe(Model):
    """A saved recipe; its name is that of the asset it makes."""

    name: str
    input: str
    steps: list[dict[str, Any]]
    changed: float
    by: str


class RecipeColumn(Model):
    """A column: `kind` is number, text, boolean or date."""

    name: str
    kind: str


class StepPreview(Model):
    """What one step did to the sample, or the sentence that says why it could not."""

    op: str
    enabled: bool
    before: int | None
    after: int | None
    added: list[str]
    removed: list[str]
    changed: list[str]
    error: str | None
    warning: str | None


class RecipePreview(Model):
    """Rows after the step that was asked for, or after the last one that works, of `sampled` rows tried."""

    step: int
    total: int
    sampled: int
    columns: list[RecipeColumn]
    values: list[list[Any]]
    steps: list[StepPreview]


class RecipeCode(Model):
    """A recipe as code, and as a notebook where the language has one."""

    kind: str
    text: str
    notebook: dict[str, Any] | None


class ColumnSource(Model):
    """A column of an input."""

    ref: str
    column: str


class ColumnLineage(Model):
    """A column, and the columns of the inputs that it comes from."""

    name: str
    sources: list[ColumnSource]


class RecipeLineage(Model):
    """Where the columns of a version come from; `rows` are the columns that decide which rows it has."""

    ref: str
    columns: list[ColumnLineage]
    rows: list[ColumnSource]


class RecipeLines(Model):
    """The same steps as lines and as values."""

    text: str
    steps: list[dict[str, Any]]
