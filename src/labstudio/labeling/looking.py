"""Looking at items: a page of those that a filter lets through, and all that was ever said of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.alike import Kind, groups_of, members_of
from labstudio.labeling.annotating import _item_rows
from labstudio.labeling.queue import Item, Proposed, newest_suggestions
from labstudio.labeling.values import value_now
from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from labstudio.labeling.projects import Project
    from labstudio.labeling.queue import Queue

    class _Base(Queue): ...

else:
    _Base = object

State = Literal[
    "all", "open", "labeled", "skipped", "flagged", "auto", "decided", "retired", "mine", "disputed"
]
MOST_ROWS = 500
_LONGEST = 100_000  # items that are labeled in one stroke


@dataclass(frozen=True)
class Which:
    """Which items are meant.

    Attributes
    ----------
    filter : str
        On the columns of the data, as above a grid; see `labstudio.data.filters`.
    state : str
        How far they are.
    label : str
        Id or name of a label that somebody, or a model, has given them.
    suggested : str
        Id or name of the label that is suggested for them.
    annotator : str
        Who has answered them.
    cluster : int, optional
        The cluster that they are in; see `labstudio.labeling.alike`.
    duplicates : int, optional
        They are nearly the same as each other; the number of the group.
    least : float
        How sure the suggestion must be, at least.
    """

    filter: str = ""
    state: State = "all"
    label: str = ""
    suggested: str = ""
    annotator: str = ""
    cluster: int | None = None
    duplicates: int | None = None
    least: float = 0.0


@dataclass(frozen=True)
class Said:
    """One annotation, read with the labels of today."""

    number: int
    annotator: str
    action: str
    value: dict[str, Any] | None
    schema_version: int
    milliseconds: int | None
    suggestion: int | None
    supersedes: int | None
    run: int | None
    late: bool
    created: float
    counts: bool  # it is what counts of its annotator now


@dataclass(frozen=True)
class Listed:
    """An item in a list: how far it is, and what stands now; `by` says whose word that is."""

    number: int
    key: str
    place: int
    state: str
    votes: int
    value: dict[str, Any] | None
    by: str
    flagged: bool
    suggestion: Proposed | None
    row: dict[str, Any]
    text: str | None
    alike: int  # others that are nearly the same


@dataclass(frozen=True)
class Page:
    """A page of items, and how many there are."""

    total: int
    offset: int
    items: list[Listed]


@dataclass(frozen=True)
class Matching:
    """Places in the data, and numbers of items, that are meant; None where all are."""

    places: set[int] | None
    numbers: set[int] | None


class Looking(_Base):
    """Finding items."""

    def items(self, ref: str, which: Which | None = None, *, offset: int = 0, limit: int = 100) -> Page:
        """Return a page of the items that are meant, in the order of the data.

        Raises
        ------
        Invalid
            The page or the filter cannot be.
        """
        from sqlalchemy import func, select

        from labstudio.labeling.tables import items as t

        if offset < 0 or not 1 <= limit <= MOST_ROWS:
            raise Invalid(f"A page begins at item 0 or later and has 1 to {MOST_ROWS} items.")
        project = self.get(ref)
        matching = self._matching(project, which)
        with self._store.read() as connection:
            where = _where(project, which or Which())
            if matching is None:
                total = connection.execute(select(func.count()).select_from(t).where(*where)).scalar_one()
                query = select(t).where(*where).order_by(t.c.place, t.c.number).offset(offset).limit(limit)
                rows = [dict(row) for row in connection.execute(query).mappings()]
            else:
                numbers = _those(connection, where, matching)
                total, rows = len(numbers), _item_rows(connection, project, numbers[offset : offset + limit])
        return Page(total, offset, self._listed(project, rows))

    def listed(self, ref: str, numbers: Sequence[int]) -> list[Listed]:
        """Return these items as a list shows them, in this order."""
        project = self.get(ref)
        with self._store.read() as connection:
            rows = _item_rows(connection, project, numbers)
        return self._listed(project, rows)

    def item(self, ref: str, number: int, *, annotator: str | None = None) -> tuple[Item, list[Said]]:
        """Return an item and everything that was ever said of it, oldest first.

        Raises
        ------
        NotFound
            The project has no such item.
        """
        from sqlalchemy import select

        from labstudio.labeling.tables import annotations as t
        from labstudio.labeling.tables import votes

        project = self.get(ref)
        with self._store.read() as connection:
            rows = _item_rows(connection, project, [number])
            if not rows:
                raise NotFound(f"{project.name} has no item {number}.")
            counting = set(
                connection.execute(select(votes.c.annotation).where(votes.c.item == number)).scalars()
            )
            said = (
                connection.execute(select(t).where(t.c.item == number).order_by(t.c.number)).mappings().all()
            )
        counting |= {rows[0]["decided"], rows[0]["auto"]}
        [item] = self._items(project, rows, annotator or who())
        return item, [_said(project, dict(row), row["number"] in counting) for row in said]

    def which(self, project: Project, told: Which) -> list[int]:
        """Return the numbers of the items that are meant.

        Raises
        ------
        Invalid
            They are too many to be dealt with in one stroke.
        """
        from sqlalchemy import select

        from labstudio.labeling.tables import items as t

        matching = self._matching(project, told)
        with self._store.read() as connection:
            where = _where(project, told)
            if matching is None:
                query = select(t.c.number).where(*where).order_by(t.c.place)
                found = list(connection.execute(query.limit(_LONGEST + 1)).scalars())
            else:
                found = _those(connection, where, matching)
        if len(found) > _LONGEST:
            raise Invalid(f"More than {_LONGEST:,} items are meant; choose fewer by a filter.")
        return found

    def _matching(self, project: Project, told: Which | None) -> Matching | None:
        """Say which items are meant by what no table knows; None where that is nothing."""
        if told is None:
            return None
        places = None
        if told.filter.strip():
            places = {int(row) for row in self._data.matching(project.ref, told.filter)}
        asked: tuple[tuple[Kind, int | None], ...] = (
            ("clusters", told.cluster),
            ("duplicates", told.duplicates),
        )
        groups = [members_of(self._store, project, kind, one) for kind, one in asked if one is not None]
        numbers = set.intersection(*groups) if groups else None
        return None if places is None and numbers is None else Matching(places, numbers)

    def _listed(self, project: Project, rows: list[dict[str, Any]]) -> list[Listed]:
        numbers = [row["number"] for row in rows]
        contents = self._contents(project, rows)
        with self._store.read() as connection:
            standing = _standing_values(connection, project, rows)
            proposed = newest_suggestions(connection, numbers)
            flagged = _flagged(connection, numbers)
        groups = groups_of(self._store, project)
        found = []
        for row in rows:
            value, by = standing.get(row["number"], (None, ""))
            content = contents[row["number"]]
            found.append(
                Listed(
                    row["number"], row["key"], row["place"], _state(row), row["votes"], value, by,
                    row["number"] in flagged, proposed.get(row["number"]), content.row,
                    content.text if content.text is not None else content.image,
                    len(groups.duplicates(row["number"])) if groups else 0,
                )
            )  # fmt: skip
        return found


def _state(row: Mapping[str, Any]) -> str:
    if row["retired"] is not None:
        return "retired"
    if row["decided"] is not None:
        return "decided"
    if row["votes"]:
        return "open" if row["open"] else "labeled"
    return "auto" if row["auto"] is not None else "open"


def _where(project: Project, told: Which) -> list[ColumnElement[bool]]:
    from sqlalchemy import exists, func, or_, select

    from labstudio.labeling.tables import annotations, notes, suggestions, votes
    from labstudio.labeling.tables import items as t

    where: list[ColumnElement[bool]] = [t.c.project == project.number]
    if told.state != "retired":
        where.append(t.c.retired.is_(None))
    counting = votes.c.item == t.c.number
    match told.state:
        case "open":
            where.append(t.c.open)
        case "labeled":
            where.append(or_(t.c.votes > 0, t.c.decided.is_not(None)))
        case "skipped":
            where.append(exists().where(counting, votes.c.action == "skip"))
        case "flagged":
            open_flag = (notes.c.kind == "flag") & notes.c.resolved.is_(None)
            where.append(exists().where(notes.c.item == t.c.number, open_flag))
        case "auto":
            where += [t.c.auto.is_not(None), t.c.decided.is_(None), t.c.votes == 0]
        case "decided":
            where.append(t.c.decided.is_not(None))
        case "retired":
            where.append(t.c.retired.is_not(None))
        case "mine":
            where.append(exists().where(counting, votes.c.annotator == who(), votes.c.action == "label"))
        case "disputed":
            different = (
                select(func.count(annotations.c.value.cast(_text()).distinct()))
                .join_from(votes, annotations, annotations.c.number == votes.c.annotation)
                .where(counting, votes.c.action != "skip")
                .scalar_subquery()
            )
            where += [t.c.decided.is_(None), t.c.votes > 1, different > 1]
    if told.annotator:
        where.append(exists().where(counting, votes.c.annotator == told.annotator))
    if told.label:
        # a label is found by its id in what counts now, with those that were merged into it
        schema = project.schema
        chosen = schema.now(told.label).id
        ids = [label.id for label in schema if schema.now(label.id).id == chosen]
        texts = annotations.c.value.cast(_text())
        gives = or_(*(texts.contains(f'"{one}"', autoescape=True) for one in ids))
        by_vote = exists().where(counting, annotations.c.number == votes.c.annotation, gives)
        standing = exists().where(annotations.c.number == func.coalesce(t.c.decided, t.c.auto), gives)
        where.append(or_(by_vote, standing))
    if told.suggested:
        label = project.schema.now(told.suggested).id
        where.append(exists().where(suggestions.c.item == t.c.number, suggestions.c.label == label))
    if told.least > 0:
        where.append(exists().where(suggestions.c.item == t.c.number, suggestions.c.score >= told.least))
    return where


def _text() -> Any:
    from sqlalchemy import Text

    return Text


def _those(connection: Connection, where: list[ColumnElement[bool]], matching: Matching) -> list[int]:
    from sqlalchemy import select

    from labstudio.labeling.tables import items as t

    query = select(t.c.number, t.c.place).where(*where).order_by(t.c.place)
    return [
        row.number
        for row in connection.execute(query)
        if (matching.places is None or row.place in matching.places)
        and (matching.numbers is None or row.number in matching.numbers)
    ]


def _standing_values(
    connection: Connection, project: Project, rows: list[dict[str, Any]]
) -> dict[int, tuple[dict[str, Any], str]]:
    """What stands of each item: a reviewer's word, else the votes' (the newest), else a model's."""
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations as t
    from labstudio.labeling.tables import votes

    found: dict[int, tuple[dict[str, Any], str]] = {}
    numbers = [row["number"] for row in rows]
    said = {row["auto"]: "model" for row in rows if row["auto"]}
    voted = (
        select(votes.c.item, t.c.value, votes.c.annotator)
        .join(t, t.c.number == votes.c.annotation)
        .where(votes.c.item.in_(numbers), votes.c.action != "skip")
        .order_by(t.c.number)
    )
    decided = {row["decided"]: "review" for row in rows if row["decided"]}
    for which in (said, None, decided):
        if which is None:
            for row in connection.execute(voted):
                found[row.item] = value_now(row.value, project.schema), row.annotator
        elif which:
            query = select(t.c.number, t.c.item, t.c.value).where(t.c.number.in_(list(which)))
            for row in connection.execute(query):
                found[row.item] = value_now(row.value, project.schema), which[row.number]
    return found


def _flagged(connection: Connection, numbers: list[int]) -> set[int]:
    from sqlalchemy import select

    from labstudio.labeling.tables import notes as t

    query = select(t.c.item).where(t.c.item.in_(numbers), t.c.kind == "flag", t.c.resolved.is_(None))
    return set(connection.execute(query).scalars())


def _said(project: Project, row: Mapping[str, Any], counts: bool) -> Said:
    kept = ("number", "annotator", "action", "schema_version", "milliseconds", "suggestion", "supersedes",
            "run", "late", "created")  # fmt: skip
    value = None if row["value"] is None else value_now(row["value"], project.schema)
    return Said(**{name: row[name] for name in kept}, value=value, counts=counts)
