"""Recipes: the menu of operations, previews, runs, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from labstudio.data.recipes import Saved
    from labstudio.server.studio import Studio


def operations(studio: Studio, told: t.Nothing) -> list[a.Operation]:
    """List the operations of a recipe with their forms."""
    from labstudio.data.recipes.menu import menu

    return [a.Operation(**one) for one in menu()]


def functions(studio: Studio, told: t.Nothing) -> list[a.RecipeFunction]:
    """List the functions that expressions have."""
    from labstudio.data.recipes.menu import functions

    return [a.RecipeFunction(**one) for one in functions()]


def recipes(studio: Studio, told: t.Nothing) -> list[a.Recipe]:
    """List the saved recipes by name."""
    return [_saved(one) for one in studio.workspace.recipes.list()]


def recipe(studio: Studio, told: t.Nothing, name: str) -> a.Recipe:
    """Return a saved recipe."""
    return _saved(studio.workspace.recipes.get(name))


def save_recipe(studio: Studio, told: t.RecipeOf, name: str) -> a.Recipe:
    """Save a recipe under the name of the asset it makes."""
    return _saved(studio.workspace.recipes.save(name, told.input, told.steps))


def delete_recipe(studio: Studio, told: t.Nothing, name: str) -> a.Done:
    """Forget a saved recipe; what it made stays."""
    studio.workspace.recipes.delete(name)
    return a.Done(id=name)


def preview_recipe(studio: Studio, told: t.PreviewRecipe) -> a.RecipePreview:
    """Try a recipe on a sample; a step that cannot be done says why."""
    found = studio.workspace.recipes.preview(
        told.input, told.steps, step=told.step, rows=told.rows, sample=told.sample, ticket=told.ticket
    )
    return a.RecipePreview(
        step=found.step,
        total=found.total,
        sampled=found.sampled,
        columns=[a.RecipeColumn(name=name, kind=kind) for name, kind in found.columns.items()],
        values=found.values,
        steps=[a.StepPreview(**vars(one)) for one in found.steps],
    )


def cancel_preview(studio: Studio, told: t.CancelPreview) -> a.Done:
    """End a preview that nobody waits for any more."""
    studio.workspace.recipes.cancel(told.ticket)
    return a.Done(id=told.ticket)


def recipe_lineage(studio: Studio, told: t.Nothing, ref: str) -> a.RecipeLineage:
    """Say which columns of its inputs each column of a version comes from."""
    recipes, ref = studio.workspace.recipes, studio.workspace.data.get(ref).ref
    return a.RecipeLineage(
        ref=ref,
        columns=[
            a.ColumnLineage(name=name, sources=_sources(pairs))
            for name, pairs in recipes.columns_of(ref).items()
        ],
        rows=_sources(recipes.rows_of(ref)),
    )


def run_recipe(studio: Studio, told: t.RunRecipe) -> a.Added:
    """Run a recipe on all rows, as a job."""
    spec = studio.workspace.recipes.plan(told.name, told.input, told.steps)
    job = studio.workspace.jobs.start("recipe.run", f"prepare {told.name}", spec)
    return a.Added(asset=None, existed=False, job=job.id)


def recipe_code(studio: Studio, told: t.RecipeCode) -> a.RecipeCode:
    """Write a recipe as code."""
    text, notebook = studio.workspace.recipes.code(told.input, told.steps, told.kind, told.name)
    return a.RecipeCode(kind=told.kind, text=text, notebook=notebook)


def recipe_lines(studio: Studio, told: t.RecipeLines) -> a.RecipeLines:
    """Write steps as lines, or read lines as steps."""
    from labstudio.data.recipes.lines import read, write
    from labstudio.data.recipes.recipe import steps_of

    steps = read(told.text) if told.text is not None else steps_of(told.steps or [])
    return a.RecipeLines(text=write(steps), steps=[step.plain() for step in steps])


def _sources(pairs: list[tuple[str, str]]) -> list[a.ColumnSource]:
    return [a.ColumnSource(ref=ref, column=column) for ref, column in pairs]


def _saved(one: Saved) -> a.Recipe:
    return a.Recipe(**vars(one))
