"""The queue: which items an annotator is given next, and for how long they are theirs.

Items are chosen and leased in one writing transaction, so that no item ever goes to more people than are to
label it. A lease that has ended frees the item; an answer that comes late counts all the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid
from labstudio.labeling.alike import groups_of
from labstudio.labeling.values import value_now
from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from labstudio.labeling.projects import Project, Projects
    from labstudio.labeling.sources import Content

    class _Base(Projects): ...

else:
    _Base = object

MOST_ITEMS = 200  # given at once: a grid of 100, and some in reserve


@dataclass(frozen=True)
class Proposed:
    """What a model, or an import, says of an item."""

    number: int
    run: int
    value: dict[str, Any]
    score: float | None


@dataclass(frozen=True)
class Note:
    """What a person said about an item: a flag, or a comment."""

    number: int
    person: str
    kind: str
    text: str
    shape: str | None
    created: float
    resolved: float | None


@dataclass(frozen=True)
class Item:
    """One item as an annotator gets it.

    Attributes
    ----------
    value : dict or None
        What this annotator has said of it before.
    reason : str
        Why it is asked now: ``"order"`` (an item whose answer is known looks like it), ``"random"``,
        ``"unsure"``, ``"diverse"``, ``"audit"``, ``"sent back"`` or ``"chosen"``.
    alike : int
        How many others are nearly the same.
    """

    number: int
    key: str
    content: Content
    content_hash: str
    width: int | None = None
    height: int | None = None
    group: str | None = None
    split: str | None = None
    expires: float | None = None
    reason: str = "order"
    value: dict[str, Any] | None = None
    suggestion: Proposed | None = None
    notes: list[Note] = field(default_factory=list)
    alike: int = 0


class Queue(_Base):
    """Giving items to annotators."""

    def next(
        self,
        ref: str,
        limit: int = 10,
        *,
        annotator: str | None = None,
        holding: Sequence[int] = (),
        label: str | None = None,
    ) -> list[Item]:
        """Give an annotator the next items and lease them.

        What was given before and not answered comes again, so that a reloaded page goes on where it was.

        Parameters
        ----------
        ref : str
            The project.
        limit : int
            How many at most.
        annotator : str, optional
            Who; whoever runs this when not given.
        holding : sequence of int
            Items that they have already and do not want again.
        label : str, optional
            Only items for which this label is suggested, the surest first: for a grid.

        Raises
        ------
        Invalid
            So many are not given at once.
        """
        if not 1 <= limit <= MOST_ITEMS:
            raise Invalid(f"Between 1 and {MOST_ITEMS} items are given at once, not {limit}.")
        person = annotator or who()
        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            if project.archived is not None:
                raise Invalid(f"{project.name} is put away; restore it to go on labeling.")
            rows = _choose(connection, project, person, limit, list(holding), label)
            expires = time.time() + project.settings.lease_seconds
            for row in rows:
                row["reason"] = row.get("reason") or (
                    "random" if project.settings.order == "random" else "order"
                )
            _lease(connection, project, person, rows, expires)
        return self._items(project, rows, person, expires)

    def release(self, ref: str, *, annotator: str | None = None, items: Sequence[int] | None = None) -> int:
        """Give back leases, all of an annotator or some; return how many they were."""
        from labstudio.labeling.tables import leases as t

        with self._store.write() as connection:
            project = self._project(connection, ref)
            mine = t.delete().where(t.c.project == project.number, t.c.annotator == (annotator or who()))
            if items is not None:
                mine = mine.where(t.c.item.in_(list(items)[:MOST_ITEMS]))
            return connection.execute(mine).rowcount

    def _items(
        self, project: Project, rows: Sequence[dict[str, Any]], person: str, expires: float | None = None
    ) -> list[Item]:
        """Read what is shown of items, with what was said of them so far."""
        numbers = [row["number"] for row in rows]
        contents = self._contents(project, rows)
        with self._store.read() as connection:
            mine = _said_by(connection, numbers, person)
            proposed = newest_suggestions(connection, numbers)
            notes = notes_of(connection, numbers)
        schema, groups = project.schema, groups_of(self._store, project)
        return [
            Item(
                row["number"], row["key"], contents[row["number"]], row["content"], row["width"],
                row["height"], row["group"], row["split"], expires, row.get("reason") or "order",
                value_now(mine[row["number"]], schema) if row["number"] in mine else None,
                proposed.get(row["number"]), notes.get(row["number"], []),
                len(groups.duplicates(row["number"])) if groups else 0,
            )
            for row in rows
        ]  # fmt: skip

    def _contents(self, project: Project, rows: Sequence[dict[str, Any]]) -> dict[int, Content]:
        """Read what is shown of items; what the newest version has lost is read from the one before."""
        from labstudio.errors import LabstudioError
        from labstudio.labeling.sources import Content

        source, found = self._source(project), {}
        for version in sorted({row["version"] for row in rows}):
            these = [row for row in rows if row["version"] == version]
            try:
                asset = self._data.get(f"{project.data}@{version}")
                contents = source.read(asset, [row["place"] for row in these])
            except LabstudioError as error:  # the version was deleted: its items say so, the others go on
                contents = [Content(error=str(error))] * len(these)
            found.update({row["number"]: content for row, content in zip(these, contents, strict=True)})
        return found


def _choose(
    connection: Connection, project: Project, person: str, limit: int, holding: list[int], label: str | None
) -> list[dict[str, Any]]:
    """Choose items: what a model wants to know, then in turn; among them some that are known."""
    from sqlalchemy import func, select

    from labstudio.labeling.tables import items, priorities, suggestions

    k = project.settings.annotators_per_item
    free = _free_for(project, person, k, holding)
    if label is not None:
        chosen = project.schema.now(label).id
        newest = (
            select(suggestions.c.item, func.max(suggestions.c.run).label("run"))
            .where(suggestions.c.project == project.number)
            .group_by(suggestions.c.item)
            .subquery()
        )
        query = (
            free.join(newest, newest.c.item == items.c.number)
            .join(
                suggestions,
                (suggestions.c.item == newest.c.item) & (suggestions.c.run == newest.c.run),
            )
            .where(suggestions.c.label == chosen)
            .order_by(suggestions.c.score.desc(), items.c.rank)
        )
        return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
    rows = _gold(connection, project, person, limit, holding)
    taken = {row["number"] for row in rows}
    first = (
        free.add_columns(priorities.c.reason)
        .join(priorities, priorities.c.item == items.c.number)
        .order_by(priorities.c.priority.desc(), items.c.rank)
    )
    in_turn = free.order_by(items.c.rank, items.c.number)
    for query in (first, in_turn):
        if len(rows) < limit:
            found = connection.execute(query.limit(limit + len(taken))).mappings()
            new = [dict(row) for row in found if row["number"] not in taken][: limit - len(rows)]
            taken.update(row["number"] for row in new)
            rows += new
    return rows


def _free_for(project: Project, person: str, k: int, holding: list[int]) -> Select[Any]:
    """Items that this person may be given: not answered by them, and not given to enough others already."""
    from sqlalchemy import exists, func, select

    from labstudio.labeling.tables import items, leases, votes

    others = (
        select(func.count())
        .where(leases.c.item == items.c.number, leases.c.annotator != person, leases.c.expires > time.time())
        .scalar_subquery()
    )
    answered = exists().where(votes.c.item == items.c.number, votes.c.annotator == person)
    query = select(items).where(
        items.c.project == project.number, items.c.open, ~answered, items.c.votes + others < k
    )
    return query.where(items.c.number.not_in(holding)) if holding else query


def _gold(
    connection: Connection, project: Project, person: str, limit: int, holding: list[int]
) -> list[dict[str, Any]]:
    """Items whose answer is known, which everybody is asked whatever others said; few of them at a time."""
    from sqlalchemy import exists, func, select

    from labstudio.labeling.tables import gold, items, leases, votes

    share = project.settings.gold_share
    if (
        not share
        or connection.execute(select(gold.c.item).where(gold.c.project == project.number).limit(1)).first()
        is None
    ):
        return []
    # as many as are due after what this person has done, so that small batches come to the share as well
    done = select(func.count()).where(votes.c.project == project.number, votes.c.annotator == person)
    answered = connection.execute(done).scalar_one()
    seen = connection.execute(done.where(votes.c.item.in_(select(gold.c.item)))).scalar_one()
    leased = select(func.count()).where(
        leases.c.project == project.number,
        leases.c.annotator == person,
        leases.c.item.in_(select(gold.c.item)),
    )
    due = int((answered + limit) * share) - seen - (connection.execute(leased).scalar_one() if holding else 0)
    if due <= 0:
        return []
    mine = exists().where(votes.c.item == items.c.number, votes.c.annotator == person)
    query = (
        select(items)
        .join(gold, gold.c.item == items.c.number)
        .where(items.c.project == project.number, items.c.retired.is_(None), ~mine)
        .order_by(items.c.rank)
    )
    if holding:
        query = query.where(items.c.number.not_in(holding))
    return [dict(row) for row in connection.execute(query.limit(min(due, limit))).mappings()]


def _lease(
    connection: Connection, project: Project, person: str, rows: Sequence[dict[str, Any]], expires: float
) -> None:
    from sqlalchemy import or_

    from labstudio.labeling.tables import leases as t

    old = t.delete().where(t.c.project == project.number)
    mine = (t.c.annotator == person) & t.c.item.in_([row["number"] for row in rows])
    connection.execute(old.where(or_(t.c.expires <= time.time(), mine)))
    if rows:
        same = {"annotator": person, "project": project.number, "expires": expires}
        connection.execute(
            t.insert(), [{"item": row["number"], "reason": row["reason"], **same} for row in rows]
        )


def _said_by(connection: Connection, numbers: Sequence[int], person: str) -> dict[int, dict[str, Any]]:
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations, votes

    query = (
        select(votes.c.item, annotations.c.value)
        .join(annotations, annotations.c.number == votes.c.annotation)
        .where(votes.c.item.in_(numbers), votes.c.annotator == person, votes.c.action == "label")
    )
    return {row.item: row.value for row in connection.execute(query)}


def newest_suggestions(connection: Connection, numbers: Sequence[int]) -> dict[int, Proposed]:
    """Return what the newest run that is not taken back says of these items."""
    from sqlalchemy import select

    from labstudio.labeling.tables import model_runs
    from labstudio.labeling.tables import suggestions as t

    columns = (t.c.item, t.c.number, t.c.run, t.c.value, t.c.score)
    query = (
        select(*columns)
        .join(model_runs, model_runs.c.number == t.c.run)
        .where(t.c.item.in_(numbers), model_runs.c.reverted.is_(None))
        .order_by(t.c.run)
    )
    return {
        row.item: Proposed(row.number, row.run, row.value, row.score) for row in connection.execute(query)
    }


def notes_of(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Note]]:
    """Return flags and comments of these items, oldest first."""
    from sqlalchemy import select

    from labstudio.labeling.tables import notes as t

    found: dict[int, list[Note]] = {}
    query = select(t).where(t.c.item.in_(numbers)).order_by(t.c.number)
    for row in connection.execute(query).mappings():
        kept = ("number", "person", "kind", "text", "shape", "created", "resolved")
        found.setdefault(row["item"], []).append(Note(**{name: row[name] for name in kept}))
    return found
