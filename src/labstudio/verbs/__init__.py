"""What a person can do, declared once: cells and shell offer the same verbs with the same options.

A verb is a flat model of what it is told, and a function that calls one method of the workspace and answers
with a view. This module has what the verbs share; it knows no notebook and no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.edges import Nothing as Nothing  # a verb finds here what it is made of
from labstudio.edges import Told as Told
from labstudio.errors import Invalid, Unavailable
from labstudio.options import Lookup, from_lines, from_tokens, help_text, nearest, options

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel

    from labstudio.display.bundle import Bundle
    from labstudio.display.progress import Watch
    from labstudio.workspace import Workspace


@dataclass(frozen=True)
class Answer:
    """What a verb answers.

    Attributes
    ----------
    view : Bundle
        For a person.
    data : object
        The same as plain values, for a script.
    value : object, optional
        For code that goes on from there.
    code : int
        Exit code of the shell.
    """

    view: Bundle
    data: Any
    value: Any = None
    code: int = 0


@dataclass(frozen=True)
class Command:
    """One verb of a door: what it is told (`model`), and what it then does with it.

    `run` gets the door's own context and an instance of `model`; the names in `positional` need no flag;
    `gives` says what code can go on with, where there is something. `body` names the option that is all of a
    ``%%`` cell below its first line, `notes` is what its help says at the end; `shown` says
    that a cell ends with the view even where there is something to go on with.
    """

    model: type[BaseModel]
    run: Callable[[Any, Any], Any]
    summary: str
    positional: tuple[str, ...] = ()
    gives: str = ""
    body: str = ""
    notes: str = ""
    shown: bool = False

    def help(self, name: str) -> str:
        known = options(self.model)
        needed = [o for o in known if o.required and o.name not in self.positional]
        parts = [name, *map(str.upper, self.positional), *(f"{o.flag} {o.name.upper()}" for o in needed)]
        parts += ["[options]"] if len(known) > len(parts) - 1 else []
        text = help_text(self.model, " ".join(parts), self.summary)
        return f"{text}\n\n{self.notes}" if self.notes else text

    def told(self, tokens: Sequence[str], cell: str | None = None, lookup: Lookup | None = None) -> BaseModel:
        """Read what a line says, and a cell below it."""
        places = self.positional
        if cell is None or self.body:
            told = from_tokens(
                self.model, [token for token in tokens if token != "->" or not self.body],
                positional=places, lookup=lookup,
            )  # fmt: skip
            return told if cell is None else told.model_copy(update={self.body: cell})
        return from_lines(self.model, cell, tokens, positional=places, lookup=lookup)


def pick(commands: Mapping[str, Command], tokens: Sequence[str], door: str) -> tuple[Command, list[str]]:
    """Find the command that the first token names ("" is the one that needs no name), and what is left."""
    if tokens and tokens[0] in commands:
        return commands[tokens[0]], list(tokens[1:])
    if "" in commands and (not tokens or tokens[0].startswith("-") or commands[""].positional):
        return commands[""], list(tokens)
    verbs = [verb for verb in commands if verb]
    if not tokens:
        raise Invalid(f"{door} is followed by {' or '.join(verbs)}.")
    near = nearest(tokens[0], verbs)
    advice = f"did you mean {near}?" if near else f"there is {', '.join(verbs)}."
    raise Invalid(f"There is no {door} {tokens[0]}; {advice}")


def save_text(path: str, text: str) -> None:
    """Write a file that a person has named.

    Raises
    ------
    Unavailable
        It cannot be written there.
    """
    place = Path(path).expanduser()
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{place} cannot be written ({error.strerror}); choose another place.") from None


class Door:
    """Through what a verb reaches the workspace, the names a person may use, and the place to show progress.

    Parameters
    ----------
    where : str, optional
        As for `Workspace`.
    name : str
        What events say they came through.
    """

    def __init__(self, where: str | None, name: str) -> None:
        self.where = where
        self.name = name

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace in use, found or made when first needed."""
        from labstudio.workspace import Workspace

        return Workspace(self.where, door=self.name)

    def watch(self, title: str) -> Watch:
        """Make the listener that shows a run's progress."""
        from labstudio.display.progress import TerminalWatch

        return TerminalWatch(title)

    def variable(self, name: str) -> Any:
        """Return what a variable of that name holds, or None; a shell has none."""
        return None

    def frame(self, name: str) -> pd.DataFrame | None:
        """Return the DataFrame that a variable holds, or None."""
        value = self.variable(name)
        return value if hasattr(value, "iloc") and hasattr(value, "columns") else None

    def asset(self, name: str) -> str:
        """Return the reference of a data asset; a DataFrame variable is first added under its name."""
        frame = self.frame(name)
        return name if frame is None else self.workspace.data.add(name, frame).ref

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a DataFrame variable or of a data asset."""
        frame = self.frame(name)
        return self.workspace.data.frame(name) if frame is None else frame

    def source(self, name: str) -> str | pd.DataFrame:
        """Return a DataFrame variable, or else what was told: a path, or a place in a datastore."""
        frame = self.frame(name)
        return name if frame is None else frame

    def run(self, name: str) -> Any:
        """Return what a variable holds (a run, a result, a model), or the run of that id."""
        value = self.variable(name)
        return self.workspace.automl.get(name) if value is None else value
