"""The notebook's side of the verbs: its variables, and how a line becomes a call.

Only a whole value ``{name}`` is taken from the notebook's names, so a column's own braces, quotes or ``$``
never run anything. Knows no particular verb.
"""

from __future__ import annotations

import keyword
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, create_model

from labstudio.display.progress import NotebookWatch
from labstudio.errors import Invalid, LabstudioError
from labstudio.verbs import Answer, Command, Door, pick

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from labstudio.workspace import Workspace


class Cell(Door):
    """The door of one notebook.

    Parameters
    ----------
    shell : InteractiveShell
        Whose names `{name}`, ``--as`` and bare variables mean.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(None, "cell")
        self.shell = shell
        self._tracking: str | None = None

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace in use; MLflow in this kernel logs into it, unless the user said where it should."""
        from labstudio.workspace import Workspace

        found = Workspace(self.where, door=self.name)
        if os.environ.get("MLFLOW_TRACKING_URI") == self._tracking:
            os.environ.update(found.models.environment)
            self._tracking = os.environ["MLFLOW_TRACKING_URI"]
        return found

    def variable(self, name: str) -> Any:
        """Return what a variable of the notebook holds, or None."""
        return self.shell.user_ns.get(name) if name.isidentifier() else None

    def watch(self, title: str) -> NotebookWatch:
        """Make the listener; MLflow takes seconds to load, and registering often comes right after a run."""
        return NotebookWatch(title, meanwhile=self.workspace.models.prepare)

    def source(self, name: str) -> str | pd.DataFrame:
        """Return a DataFrame variable or what was told; what is added is mostly learned from soon."""
        self.workspace.automl.prepare()
        return super().source(name)

    def call(self, name: str, commands: Mapping[str, Command], line: str, cell: str | None) -> Any:
        """Run one magic as it was written; what is wrong fails the cell with its sentence alone."""
        try:
            command, tokens = pick(commands, split(line, name), f"%{name}")
            return command.run(self, command.told(tokens, cell, self._lookup))
        except LabstudioError as error:
            sentence = str(error)
            # IPython asks the exception how to show itself: the sentence, and no traceback under it
            setattr(error, "_render_traceback_", lambda: [sentence])  # noqa: B010
            raise error from None

    def _lookup(self, value: str) -> Any:
        """Take `{name}` from the notebook; what no option can hold (a frame, a run) stays a name."""
        match = re.fullmatch(r"\{([^\W\d]\w*)\}", value)
        if match is None:
            return value
        if match[1] not in self.shell.user_ns:
            raise Invalid(f"There is no variable named {match[1]}.")
        found = self.shell.user_ns[match[1]]
        if isinstance(found, os.PathLike):
            return str(found)
        return found if isinstance(found, str | int | float | list | tuple | set | dict) else match[1]


def in_cells(command: Command) -> Command:
    """Make the form a verb has in cells: it shows its answer or is the cell's value, and has ``--as``."""
    model, fields = command.model, {}
    if command.gives:
        description = f"Variable that gets {command.gives}."
        fields["as_"] = (
            Annotated[str | None, AfterValidator(_variable)],
            Field(None, alias="as", description=description),
        )
    told_in_cells: Any = create_model(model.__name__, __base__=model, __doc__=model.__doc__, **fields)  # type: ignore[call-overload]

    def run(door: Cell, told: Any) -> Any:
        given = told.model_dump(include=set(model.model_fields), exclude_unset=True)
        answer: Answer = command.run(door, model(**given))
        name = getattr(told, "as_", None)
        if name is None:
            seen = command.gives and not command.shown and _has_view(door.shell, answer.value)
            return answer.value if seen else answer.view
        from IPython.display import display

        door.shell.user_ns[name] = answer.value
        display(answer.view)
        return None

    return replace(command, model=told_in_cells, run=run)


def _has_view(shell: InteractiveShell, value: Any) -> bool:
    """Whether a notebook shows it by more than its text; a list of rules, say, it does not."""
    if hasattr(value, "_repr_html_"):
        return True
    try:
        shell.display_formatter.mimebundle_formatter.lookup(value)
    except KeyError:
        return False
    return True


def _variable(name: str | None) -> str | None:
    if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
        raise ValueError(f"{name!r} cannot be the name of a variable")
    return name


def split(line: str, name: str) -> list[str]:
    """Cut a line into words; quotes hold words together, a backslash is only a backslash."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        raise Invalid(
            f"A quote in this line is not closed; names that hold quotes are told in the %%{name} form, "
            'one "option: value" a line.'
        ) from None
