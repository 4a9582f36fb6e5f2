"""What of each annotator counts, how many votes an item has, whether it is still asked: kept up to date here.

All of it follows from the annotations; `count_again` makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

COUNTED = ("label", "import")  # the actions of a vote that is an answer; a skip is none


def count_again(
    connection: Connection, project: int, annotators: int, numbers: Iterable[int] | None = None
) -> None:
    """Count the votes of a project's items, or of some, and say which are open."""
    from labstudio.labeling import statements

    told: dict[str, Any] = {"annotators": annotators}
    if numbers is None:
        connection.execute(statements.COUNT_ALL, told | {"of_project": project})
        return
    listed = list(numbers)
    for begin in range(0, len(listed), 500):
        connection.execute(statements.COUNT_SOME, told | {"numbers": listed[begin : begin + 500]})


def set_vote(
    connection: Connection, project: int, item: int, annotator: str, annotation: int | None, action: str
) -> None:
    """Let an annotation be what counts of an annotator, or nothing."""
    from labstudio.labeling.tables import votes as t

    if annotation is None:
        connection.execute(t.delete().where(t.c.item == item, t.c.annotator == annotator))
        return
    row = {"item": item, "annotator": annotator, "project": project, "annotation": annotation}
    set_votes(connection, [row | {"action": action}])


def set_votes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Let annotations be what counts of their annotators: rows of the table of votes."""
    from labstudio.labeling import statements

    connection.execute(statements.SET_VOTES, rows)
