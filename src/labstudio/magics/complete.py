"""Tab in a magic: options, their choices, and the names of what is in the workspace.

Everything is read from the settings models; completion never makes a workspace.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from labstudio.errors import LabstudioError, NotFound
from labstudio.options import Option, options
from labstudio.verbs import Command

if TYPE_CHECKING:
    from labstudio.magics.door import Cell

_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"?|'[^']*'?)*$""")  # what is being written: quotes hold it together


class Completer:
    """A matcher for IPython's completion (matcher API 2).

    Parameters
    ----------
    door : Cell
    magics : mapping of magic name to its commands
    """

    matcher_api_version = 2
    matcher_identifier = "labstudio"

    def __init__(self, door: Cell, magics: Mapping[str, Mapping[str, Command]]) -> None:
        self.door = door
        self.magics = magics
        self.__qualname__ = "labstudio"  # IPython looks for it even where there is an identifier

    def __call__(self, context: Any) -> dict[str, Any]:
        """Answer with the completions of the word before the cursor."""
        from IPython.core.completer import SimpleCompletion

        fragment, found = "", list[str]()
        with suppress(LabstudioError):  # what is named on the way to here may not be there
            fragment, found = self.complete(context.full_text, context.cursor_line, context.cursor_position)
        completions = [SimpleCompletion(text=text, type="magic") for text in found]
        return {
            "completions": completions,
            "suppress": bool(found),
            "matched_fragment": fragment,
            "ordered": True,
        }

    def complete(self, text: str, line_number: int, position: int) -> tuple[str, list[str]]:
        """Return the fragment that is being written and what it may become."""
        lines = text.split("\n")
        line = lines[line_number][:position]
        cell = re.match(r"\s*%%(\w+)[ \t]*(.*)", text)
        if cell is not None and cell[1] in self.magics and line_number > 0:
            command, words = self._command(cell[1], cell[2])
            if command is None:
                return "", []
            if command.body:
                return self._in_steps(line, command, words)
            told = dict(re.findall(r"^\s*(?:--)?([\w-]+):\s+(.*?)\s*$", "\n".join(lines[1:]), re.MULTILINE))
            return self._in_lines(command, line, {**_told(words), **told})
        called = re.match(r"\s*(?:[\w\s,]+=\s*)?%%?(\w+)\s+(.*)$", line, re.DOTALL)
        if called is None or called[1] not in self.magics:
            return "", []
        return self._in_tokens(called[1], called[2], lines[line_number])

    def _command(self, magic: str, rest: str) -> tuple[Command | None, list[str]]:
        commands, words = self.magics[magic], rest.split()
        if words and words[0] in commands:
            return commands[words[0]], words[1:]
        return commands.get(""), words

    def _in_tokens(self, magic: str, rest: str, whole: str) -> tuple[str, list[str]]:
        fragment = _WORD.search(rest)[0]  # type: ignore[index]
        before = rest[: len(rest) - len(fragment)]
        verbs = [verb for verb in self.magics[magic] if verb] if not before.strip() else []
        command, words = self._command(magic, before)
        if command is None:
            return fragment, _starting(verbs, fragment)
        known = {option.flag: option for option in options(command.model)}
        last = words[-1] if words else ""
        told = _told(whole.split())
        if last in known and known[last].kind != "flag":
            return self._value(known[last], fragment, told, shlex.quote)
        if fragment.startswith("-"):
            return fragment, _starting((flag for flag in known if flag not in words), fragment)
        alone = [
            word for i, word in enumerate(words) if not word.startswith("-") and words[i - 1] not in known
        ]
        places = [known["--" + name] for name in command.positional[len(alone) : len(alone) + 1]]
        values = self._value(places[0], fragment, told, shlex.quote)[1] if places else []
        flags = [] if fragment else [flag for flag in known if flag not in words]
        return fragment, [*_starting(verbs, fragment), *values, *flags]

    def _in_lines(self, command: Command, line: str, told: Mapping[str, str]) -> tuple[str, list[str]]:
        known = {option.name: option for option in options(command.model)}
        name, colon, value = line.lstrip().partition(":")
        if not colon:
            return name, _starting((f"{option}: " for option in known if option not in told), name)
        option = known.get(name.removeprefix("--").replace("-", "_"))
        return self._value(option, value.lstrip(), told, _line_value) if option is not None else ("", [])

    def _in_steps(self, line: str, command: Command, words: list[str]) -> tuple[str, list[str]]:
        """Complete a step of a recipe: its first word, then columns and functions."""
        from labstudio.data.recipes.functions import FUNCTIONS
        from labstudio.data.recipes.lines import WORDS, quoted

        fragment = re.search(r"(?:`[^`]*|[^\W\d]\w*)?$", line)[0]  # type: ignore[index]
        if not line[: len(line) - len(fragment)].strip().removeprefix("off:"):
            return fragment, _starting((f"{word} " for word in WORDS), fragment)
        told = {command.positional[0]: words[0]} if words else {}
        found = [quoted(name) for name in self._names("columns(data)", told)]
        functions = [f"{name}(" for name, one in FUNCTIONS.items() if one.typed] if fragment else []
        return fragment, _starting([*found, *functions], fragment)

    def _value(
        self, option: Option, fragment: str, told: Mapping[str, str], quote: Any
    ) -> tuple[str, list[str]]:
        """Complete a value; of a list told by commas, its last item."""
        if option.kind == "list" and "," in fragment:
            fragment = fragment.rpartition(",")[2]
        names = [*option.choices, *self._names(option.source, told)]
        return fragment, [quote(name) for name in names if name.startswith(fragment.strip("\"'"))]

    def _names(self, source: str, told: Mapping[str, str]) -> list[str]:
        names = self.door.shell.user_ns
        frames = [name for name in names if not name.startswith("_") and self.door.frame(name) is not None]
        if source == "assets":
            with suppress(NotFound):
                return [*frames, *(version.name for version in self._workspace.data.list())]
            return frames
        if source.startswith("columns"):
            data = told.get("data", "").strip("\"'{}")
            frame = self.door.frame(data)
            return list(
                map(str, frame.columns if frame is not None else self._workspace.data.get(data).schema.names)
            )
        if source == "runs":
            held = [n for n, v in names.items() if not n.startswith("_") and hasattr(v, "leaderboard")]
            return [*held, *(run.id for run in self._workspace.automl.list())]
        if source == "models":
            return [version.ref for version in self._workspace.models.list()]
        if source == "labeling":
            return [project.name for project in self._workspace.labeling.list()]
        if source == "jobs":
            return [job.id for job in self._workspace.jobs.list()]
        return []

    @property
    def _workspace(self) -> Any:
        from labstudio.workspace import find

        where = find(self.door.where)
        if not isinstance(where, str) and not where.is_dir():
            raise NotFound("There is no workspace yet, and looking makes none.")
        return self.door.workspace


def _told(words: Sequence[str]) -> dict[str, str]:
    """Read ``--option value`` pairs out of an unfinished line."""
    return {word.lstrip("-"): value for word, value in pairwise([*words, ""]) if word.startswith("--")}


def _starting(words: Iterable[str], fragment: str) -> list[str]:
    return [word for word in words if word.startswith(fragment)]


def _line_value(name: str) -> str:
    plain = name == name.strip() and name.isprintable() and name[:1] not in ('"', "[", "{")
    return name if plain else json.dumps(name)
