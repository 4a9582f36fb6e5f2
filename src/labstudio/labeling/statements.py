"""The statements of every answer, built once: building them costs more than running them."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, Update, and_, bindparam, func, or_, select, text

from labstudio.labeling.counting import COUNTED
from labstudio.labeling.tables import annotations as said
from labstudio.labeling.tables import items, leases, members, projects, schemas, votes

_NUMBERS: BindParameter[int] = bindparam("numbers", expanding=True)
_PERSON: BindParameter[str] = bindparam("person")

PROJECT = (
    select(projects, schemas.c.labels)
    .join(
        schemas, (schemas.c.project == projects.c.number) & (schemas.c.version == projects.c.schema_version)
    )
    .where(projects.c.number == bindparam("number"))
)
PEOPLE = (
    select(members.c.person, members.c.role)
    .where(members.c.project == bindparam("number"))
    .order_by(members.c.person)
)
LOCK_PROJECT = (
    select(projects.c.schema_version, projects.c.version, projects.c.settings)
    .where(projects.c.number == bindparam("number"))
    .with_for_update()
)

ITEMS = select(items).where(items.c.project == bindparam("of_project"), items.c.number.in_(_NUMBERS))
SENT_BEFORE = select(said.c.client_id, said.c.number, said.c.late).where(
    said.c.client_id.in_(bindparam("ids", expanding=True))
)
BEFORE_ANSWER = (
    select(items.c.number, items.c.open, votes.c.annotation, leases.c.expires, leases.c.reason)
    .select_from(
        items.outerjoin(votes, (votes.c.item == items.c.number) & (votes.c.annotator == _PERSON)).outerjoin(
            leases, (leases.c.item == items.c.number) & (leases.c.annotator == _PERSON)
        )
    )
    .where(items.c.number.in_(_NUMBERS))
)
"""What is known of items before a person answers: open, what counts of them, their lease."""

ADD_ANNOTATIONS = said.insert().returning(said.c.number, sort_by_parameter_order=True)
GIVE_BACK = leases.delete().where(leases.c.item.in_(_NUMBERS), leases.c.annotator == _PERSON)
SET_VOTES = text(
    "INSERT INTO labeling_votes (item, annotator, project, annotation, action) "
    "VALUES (:item, :annotator, :project, :annotation, :action) "
    "ON CONFLICT (item, annotator) DO UPDATE SET annotation = excluded.annotation, action = excluded.action"
)


def _count(where: ColumnElement[bool]) -> Update:
    """Count the votes of items and say whether they are still to be given to annotators."""
    counted = (
        select(func.count())
        .where(votes.c.item == items.c.number, votes.c.action.in_(COUNTED))
        .correlate(items)
        .scalar_subquery()
    )
    is_open = and_(
        items.c.retired.is_(None),
        items.c.decided.is_(None),
        counted < bindparam("annotators"),
        or_(items.c.auto.is_(None), items.c.audit),
    )
    return items.update().where(where).values(votes=counted, open=is_open)


COUNT_ALL = _count(items.c.project == bindparam("of_project"))
COUNT_SOME = _count(items.c.number.in_(_NUMBERS))
