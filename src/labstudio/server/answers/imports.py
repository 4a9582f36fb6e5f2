"""What a file would come to if it were imported."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.edges import Model


class LookField(Model):
    """One column as it would be read; `examples` and `missing` are of the rows that were looked at."""

    name: str
    physical: str
    semantic: str
    taken: bool
    examples: list[str]
    missing: int


class LookWarning(Model):
    """What a person may want to know; `fix` holds the options that `label` would set."""

    message: str
    label: str
    fix: dict[str, Any]


class LookError(Model):
    """Why the import would fail, and where, as far as that can be said."""

    message: str
    line: int | None
    column: int | None


class LookFile(Model):
    """A file in a folder."""

    path: str
    size: int


class LookContent(Model):
    """What is shown of something that is no table: a text, a small picture, or what lies in a folder."""

    media: str
    size: int
    text: str | None
    cut: bool
    picture: str | None
    files: int
    kinds: dict[str, int]
    named: list[LookFile]


class Look(Model):
    """The beginning of a file as it would be imported; `kind` says what it would be kept as.

    `options` are those in effect, `found` the names of those that nobody gave; `choices` lists the sheets or
    the members to choose from; `values` has one list of texts a column; `whole` says that all was looked at.
    """

    format: str
    options: dict[str, Any]
    found: list[str]
    choices: dict[str, list[str]]
    fields: list[LookField]
    values: list[list[str | None]]
    rows: int
    whole: bool
    warnings: list[LookWarning]
    error: LookError | None
    kind: Literal["table", "file", "folder"]
    content: LookContent | None
