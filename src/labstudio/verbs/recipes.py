"""Preparation: recipes as short lines, tried, run, and written as code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from labstudio.data.recipes.lines import Line, read_lines, write
from labstudio.data.recipes.recipe import StepWrong, steps_of
from labstudio.data.recipes.steps import STEPS
from labstudio.display import recipes as views
from labstudio.errors import Invalid, NotFound, Unavailable
from labstudio.verbs import Answer, Command, Door, Nothing, Told
from labstudio.verbs.data import plain as plain_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from labstudio.data.recipes import Preview, Saved


class Steps(Told):
    """Data, and what is done to it."""

    data: str = Field(
        description="Data asset that is prepared, such as orders or orders@3.",
        json_schema_extra={"choices": "assets"},
    )
    steps: str = Field("", description="Steps, one a line; in a cell they stand below the first line.")
    file: str | None = Field(None, description="File that holds the steps.")


class Prepare(Steps):
    """Data, the steps, and the data asset that they make."""

    name: str = Field(min_length=1, description="Data asset that gets the new version.")


class Try(Steps):
    """Data, the steps, and how much is tried."""

    sample: int = Field(10_000, ge=1, le=100_000, description="Rows of the input they are tried on.")


class Recipe(Told):
    """One recipe."""

    name: str = Field(description="Recipe, by the name of the data asset it makes.")


class Again(Recipe):
    """A recipe, and what it is run on."""

    data: str | None = Field(
        None,
        description="Data asset it is run on; the newest version of its own when not given.",
        json_schema_extra={"choices": "assets"},
    )


class Code(Recipe):
    """A recipe, and the language it is written in."""

    kind: Literal["pandas", "polars", "sql", "cell"] = Field("pandas", description="Language.")
    out: str | None = Field(None, description="File to write, .ipynb for a notebook; shown when not given.")


def _prepare(door: Door, told: Prepare) -> Answer:
    recipes, lines = door.workspace.recipes, _lines(told)
    steps = [line.step.plain() for line in lines]
    ref = door.asset(told.data)

    def done() -> tuple[Preview, Any]:
        recipes.plan(told.name, ref, steps)
        recipes.save(told.name, ref, steps)
        version = recipes.run(told.name, ref, steps)
        return recipes.preview(ref, steps, rows=1), version

    tried, version = _in_lines(lines, done)
    view = views.prepared(version, door.workspace.data.get(ref), tried, [line.step for line in lines])
    return Answer(view, plain_version(version), version)


def _preview(door: Door, told: Try) -> Answer:
    recipes, lines = door.workspace.recipes, _lines(told)
    ref, steps = door.asset(told.data), [line.step.plain() for line in lines]
    _in_lines(lines, lambda: recipes.plan("preview", ref, steps))
    found = recipes.preview(ref, steps, rows=views.ROWS, sample=told.sample)
    view = views.preview(door.workspace.data.get(ref), found, [line.step for line in lines])
    return Answer(
        view, {"columns": found.columns, "rows": found.values, "steps": [vars(s) for s in found.steps]}
    )


def _list(door: Door, told: Nothing) -> Answer:
    found = door.workspace.recipes.list()
    return Answer(views.recipes(found), [plain(one) for one in found])


def _show(door: Door, told: Recipe) -> Answer:
    found = door.workspace.recipes.get(told.name)
    text = door.workspace.recipes.code(found.input, found.steps, "cell", found.name)[0]
    return Answer(views.recipe(found, text), plain(found), text)


def _run(door: Door, told: Again) -> Answer:
    recipes = door.workspace.recipes
    found = recipes.get(told.name)
    ref = door.asset(told.data) if told.data else found.input.partition("@")[0]
    version = recipes.run(found.name, ref, found.steps)
    tried = recipes.preview(ref, found.steps, rows=1)
    view = views.prepared(version, door.workspace.data.get(ref), tried, steps_of(found.steps))
    return Answer(view, plain_version(version), version)


def _code(door: Door, told: Code) -> Answer:
    import json

    found = door.workspace.recipes.get(told.name)
    text, notebook = door.workspace.recipes.code(found.input, found.steps, told.kind, found.name)
    if told.out is not None:
        path = Path(told.out).expanduser()
        if path.suffix == ".ipynb" and notebook is None:
            raise Invalid("A notebook is written of pandas or polars code.")
        content = json.dumps(notebook, indent=1) if path.suffix == ".ipynb" else text
        try:
            path.write_text(content, encoding="utf-8")
        except OSError as error:
            raise Unavailable(f"{path} cannot be written ({error.strerror}); choose another place.") from None
    return Answer(views.code(text, told.out), {"code": text}, text)


def _lines(told: Steps) -> list[Line]:
    """Read the steps of a cell, an option or a file."""
    if told.file is not None:
        path = Path(told.file).expanduser()
        try:
            return read_lines(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise NotFound(f"{path} cannot be read ({error.strerror}).") from None
    return read_lines(told.steps)


def _in_lines(lines: list[Line], work: Callable[[], Any]) -> Any:
    """Do what may find a step wrong, and then say in which line it stands."""
    try:
        return work()
    except StepWrong as wrong:
        raise lines[wrong.place].wrong(wrong.reason) from None


def plain(found: Saved) -> dict[str, Any]:
    """Say a recipe in plain values."""
    return {
        "name": found.name,
        "input": found.input,
        "steps": found.steps,
        "lines": write(steps_of(found.steps)),
    }


def operations() -> str:
    """List the operations, each with a line of it."""
    width = max(len(one.title) for one in STEPS.values())
    lines = [f"  {one.title:<{width}}  {one.example}" for one in STEPS.values()]
    return "\n".join(
        [
            "Steps, one a line; # begins a comment, off: a step that is switched off; `a name` in backticks:",
            *lines,
        ]
    )


PREPARE = {
    "": Command(
        Prepare, _prepare, "Prepare data by steps, into a version that never changes.", ("data", "name"),
        gives="the version", body="steps", notes=operations(), shown=True,
    ),
    "preview": Command(Try, _preview, "Try steps on the first rows.", ("data",), body="steps"),
    "list": Command(Nothing, _list, "List the recipes."),
    "show": Command(Recipe, _show, "Show a recipe as a cell.", ("name",), gives="the cell"),
    "run": Command(
        Again, _run, "Run a recipe again, on the newest version.", ("name",), gives="the version", shown=True
    ),
    "code": Command(Code, _code, "Write a recipe as code.", ("name",), gives="the code"),
}  # fmt: skip
