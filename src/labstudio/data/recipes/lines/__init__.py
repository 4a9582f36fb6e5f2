"""Steps as short lines, as ``%%prepare`` takes them: ``filter amount > 0``, ``keep a, b``, ``sort -amount``.

What has no short form is written as its operation and JSON. A comment is the note of the step below it;
``off:`` stands in front of a step that is switched off. The face of the package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from labstudio.data.recipes.grammar import Marked
from labstudio.data.recipes.lines.reading import WORDS, Values, value_of
from labstudio.data.recipes.lines.writing import quoted, short
from labstudio.data.recipes.recipe import step_of
from labstudio.data.recipes.steps import Step
from labstudio.errors import Invalid

__all__ = ["WORDS", "Line", "quoted", "read", "read_lines", "write"]


@dataclass(frozen=True)
class Line:
    """A step, and where it stands."""

    number: int
    text: str
    step: Step

    def wrong(self, error: Invalid) -> Invalid:
        """Say what is wrong in this line, with a caret under the place where it is known."""
        if isinstance(error, Marked) and (at := self.text.find(error.text)) >= 0:
            return Invalid(str(Marked(f"Line {self.number}: {error.sentence}", self.text, at + error.at)))
        return Invalid(f"Line {self.number}: {error}\n  {self.text}")


def read(text: str) -> list[Step]:
    """Read steps.

    Examples
    --------
    >>> [step.op for step in read("keep a, b\\nfilter a > 1\\noff: sort -a")]
    ['select', 'filter', 'sort']
    """
    return [line.step for line in read_lines(text)]


def read_lines(text: str) -> list[Line]:
    """Read steps, each with its line; Invalid tells the line, and the place in it."""
    found, notes = list[Line](), list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        if not said:
            continue
        if said.startswith("#"):
            notes.append(said[1:].strip())
            continue
        begin = len(said) - len(said.removeprefix("off:").lstrip()) if said.startswith("off:") else 0
        try:
            value = value_of(said, begin)
            value |= {"enabled": False} if begin else {}
            value |= {"note": "\n".join(notes)} if notes else {}
            found.append(Line(number, said, step_of(value)))
        except Marked as error:
            raise Invalid(str(Marked(f"Line {number}: {error.sentence}", error.text, error.at))) from None
        except Invalid as error:
            raise Invalid(f"Line {number}: {error}\n  {said[:200]}") from None
        notes = []
    return found


def write(steps: Sequence[Step]) -> str:
    """Write steps as lines that `read` takes."""
    lines = []
    for step in steps:
        lines += [f"# {line}".rstrip() for line in step.note.split("\n")] if step.note else []
        value = {key: one for key, one in step.plain().items() if key not in ("note", "enabled")}
        said = short(value)
        if said is None or not _means(said, value):
            said = f"{value.pop('op')} {json.dumps(value)}"
        lines.append(said if step.enabled else f"off: {said}")
    return "\n".join(lines)


def _means(said: str, value: Values) -> bool:
    """Whether a line is read as these values again."""
    try:
        return "\n" not in said and said == said.strip() and step_of(value_of(said, 0)) == step_of(value)
    except Invalid:
        return False
