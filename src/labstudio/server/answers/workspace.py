"""The workspace: what is in it, what happened, forms and cells."""

from __future__ import annotations

from typing import Any

from labstudio.edges import Model


class Status(Model):
    """Whether the studio is well, said at once."""

    version: str
    root: str
    revision: int


class Overview(Model):
    """The workspace and what is in it."""

    name: str
    root: str
    version: str
    user: str
    data: int
    runs: int
    models: int
    jobs: int
    running: int
    governance: str


class Event(Model):
    """Who did what to which thing, when, by which door."""

    number: int
    created: float
    who: str
    door: str
    verb: str
    subject: str
    detail: dict[str, Any]


class Node(Model):
    """One thing in a lineage; `subject` is such as data:churn@3, `label` is for people.

    `place` is where a source lies; `here` says whether it is still in the workspace.
    """

    subject: str
    kind: str
    label: str
    facts: str
    place: str
    here: bool


class Edge(Model):
    """`target` was made from `source`."""

    source: str
    target: str
    relation: str


class Lineage(Model):
    """What something was made from, and what was made from it, sources first.

    `cut` says that there is more than is told.
    """

    subject: str
    nodes: list[Node]
    edges: list[Edge]
    cut: bool


class Group(Model):
    """Fields of a form that belong together."""

    title: str
    fields: list[str]


class Form(Model):
    """A form: JSON schema for FormComponent, its ui schema, and the fields that come first.

    A property's `choices` says what fills it in at run time: assets, columns(data), runs or models. The
    fields that do not come first stand in `groups`.
    """

    name: str
    form: dict[str, Any]
    ui: dict[str, Any]
    first: list[str]
    groups: list[Group]


class Cell(Model):
    """The cell that does what the form is set to do; `setup` has to have run before it in the notebook."""

    setup: str
    source: str
