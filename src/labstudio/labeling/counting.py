"""What of each annotator counts, how many votes an item has, whether it is still asked: kept up to date here.

All of it follows from the annotations; `count_again` makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

COUNTED = ("label", "import")  # the actions of a vote that is an answer; a skip is none


def count_again(
    connection: Connection, project: int, annotators: int, numbers: Iterable[int] | None = None
) -> None:
    """Count the votes of a project's items, or of some, and say which are open."""
    from sqlalchemy import func, select

    from labstudio.labeling.tables import items, votes

    counted = (
        select(func.count())
        .where(votes.c.item == items.c.number, votes.c.action.in_(COUNTED))
        .scalar_subquery()
    )
    if numbers is None:
        wheres: list[ColumnElement[bool]] = [items.c.project == project]
    else:
        listed = list(numbers)
        pieces = [listed[begin : begin + 500] for begin in range(0, len(listed), 500)]
        wheres = [items.c.number.in_(piece) for piece in pieces]
    for where in wheres:
        connection.execute(items.update().where(where).values(votes=counted))
        connection.execute(items.update().where(where).values(open=is_open(annotators)))


def is_open(annotators: int) -> ColumnElement[bool]:
    """Whether an item is still to be given to annotators."""
    from sqlalchemy import and_, or_

    from labstudio.labeling.tables import items as t

    return and_(
        t.c.retired.is_(None),
        t.c.decided.is_(None),
        t.c.votes < annotators,
        or_(t.c.auto.is_(None), t.c.audit),
    )


def set_vote(
    connection: Connection, project: int, item: int, annotator: str, annotation: int | None, action: str
) -> None:
    """Let an annotation be what counts of an annotator, or nothing."""
    from labstudio.labeling.tables import votes as t

    connection.execute(t.delete().where(t.c.item == item, t.c.annotator == annotator))
    if annotation is not None:
        row: dict[str, Any] = {"annotation": annotation, "action": action, "project": project}
        connection.execute(t.insert().values(item=item, annotator=annotator, **row))
