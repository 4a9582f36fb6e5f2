"""Review: a reviewer accepts, fixes, or sends back; and items whose answer is known.

A decision is an annotation of the reviewer. What is sent back is taken back from its annotators, who are
asked again; nothing of what was said is lost.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.labeling.annotating import _by_client, _item_rows
from labstudio.labeling.counting import count_again, set_vote
from labstudio.labeling.looking import Said
from labstudio.labeling.queue import Item
from labstudio.labeling.standing import Standing, stand
from labstudio.labeling.suggestions import ask_first
from labstudio.labeling.values import check_value, value_now
from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from labstudio.labeling.looking import Looking
    from labstudio.labeling.noting import Noting
    from labstudio.labeling.projects import Project
    from labstudio.labeling.queue import Queue
    from labstudio.labeling.standing import StandingValues

    class _Base(Looking, Noting, StandingValues, Queue): ...

else:
    _Base = object

Decision = Literal["accept", "fix", "send_back"]
Kind = Literal["all", "disputed", "flagged", "audit"]
LONGEST_NOTE = 10_000


@dataclass(frozen=True)
class ToReview:
    """An item before a reviewer: what was said, and what stands of it without them."""

    item: Item
    said: list[Said]
    standing: Standing | None


@dataclass(frozen=True)
class ReviewPage:
    """Some of the items to review, the most disputed first, and how many there are."""

    total: int
    offset: int
    items: list[ToReview]


class Reviewing(_Base):
    """Deciding."""

    def to_review(self, ref: str, kind: Kind = "all", *, offset: int = 0, limit: int = 20) -> ReviewPage:
        """Return items that have their answers and no decision, the least sure ones first.

        Parameters
        ----------
        ref : str
            The project.
        kind : str
            ``"disputed"``: people said different things; ``"flagged"``: somebody has flagged it; ``"audit"``:
            a person and a model have both spoken; ``"all"``.
        offset, limit : int
            Which of them.
        """
        from sqlalchemy import exists, select

        from labstudio.labeling.tables import items as t
        from labstudio.labeling.tables import notes

        if offset < 0 or not 1 <= limit <= 200:
            raise Invalid("A page begins at item 0 or later and has 1 to 200 items.")
        project = self.get(ref)
        where = [t.c.project == project.number, t.c.retired.is_(None), t.c.decided.is_(None)]
        flagged = exists().where(
            notes.c.item == t.c.number, notes.c.kind == "flag", notes.c.resolved.is_(None)
        )
        match kind:
            case "flagged":
                where.append(flagged)
            case "audit":
                where += [t.c.auto.is_not(None), t.c.votes > 0]
            case _:
                where.append((t.c.votes > 0) & ~t.c.open)
        with self._store.read() as connection:
            numbers = list(connection.execute(select(t.c.number).where(*where).order_by(t.c.rank)).scalars())
        stands = stand(project, self.replayed(project))
        if kind == "disputed":
            numbers = [number for number in numbers if number in stands and stands[number].disputed]
        numbers.sort(key=lambda number: stands[number].sure if number in stands else 2.0)
        page = numbers[offset : offset + limit]
        with self._store.read() as connection:
            rows = _item_rows(connection, project, page)
        found = []
        for item in self._items(project, rows, who()):
            said = [one for one in self.item(project.id, item.number)[1] if one.counts]
            found.append(ToReview(item, said, stands.get(item.number)))
        return ReviewPage(len(numbers), offset, found)

    def review(
        self,
        ref: str,
        item: int,
        decision: Decision,
        value: Any = None,
        *,
        note: str = "",
        client_id: str = "",
    ) -> int | None:
        """Decide on an item; return the number of the annotation that now stands, None where it is sent back.

        Parameters
        ----------
        ref : str
            The project.
        item : int
            Its number.
        decision : str
            ``"accept"`` what stands, or the `value` of one of its annotators; ``"fix"`` it to be `value`;
            ``"send_back"`` to those who labeled it.
        value : object, optional
            What it is.
        note : str
            Why; those it is sent back to read it.
        client_id : str
            Made by who sends it; sent again it changes nothing.

        Raises
        ------
        Conflict
            There is nothing to accept or to send back.
        """
        from labstudio.labeling.tables import annotations, items, reviews

        if decision not in ("accept", "fix", "send_back"):
            raise Invalid(f"A reviewer accepts, fixes or sends back (send_back), not {decision!r}.")
        if len(note) > LONGEST_NOTE:
            raise Invalid(f"A note has at most {LONGEST_NOTE:,} characters.")
        project = self.get(ref)
        with self._store.read() as connection:
            rows = _item_rows(connection, project, [item])
        if not rows:
            raise NotFound(f"{project.name} has no item {item}.")
        kept = None
        if decision != "send_back":
            if value is None and decision == "fix":
                raise Invalid("Say what the item is.")
            stands = None if value is not None else stand(project, self.replayed(project)).get(item)
            if value is None and stands is None:
                raise Conflict("Nobody has said anything of this item yet; fix it instead.")
            content = self._contents(project, rows)[item]
            asked = project.asked(content, rows[0]["width"], rows[0]["height"])
            told = value if stands is None else stands.value
            kept = check_value(told, asked, 1 if stands is not None else None)
        client_id = client_id or secrets.token_hex(16)
        with self._store.write() as connection:
            project = self._project(connection, project.id, lock=True)
            self._need(project, "reviewer")
            sent = _sent(connection, client_id)
            if sent is not None:
                return sent[0]
            number = None
            if kept is not None:
                row = {
                    "project": project.number, "item": item, "annotator": who(), "action": "review",
                    "value": kept, "schema_version": project.schema.version, "supersedes": rows[0]["decided"],
                    "late": False, "client_id": client_id, "created": time.time(),
                }  # fmt: skip
                made = connection.execute(annotations.insert().values(row)).inserted_primary_key
                assert made is not None
                number = int(made[0])
                connection.execute(items.update().where(items.c.number == item).values(decided=number))
            else:
                _send_back(connection, project, item, client_id)
            connection.execute(
                reviews.insert().values(
                    project=project.number, item=item, decision=decision, annotation=number, reviewer=who(),
                    note=note, client_id=client_id, created=time.time(),
                )
            )  # fmt: skip
            count_again(connection, project.number, project.settings.annotators_per_item, [item])
        if note.strip():
            self.note(project.id, item, note, client_id=f"{client_id}/note")
        return number

    def set_gold(self, ref: str, item: int, value: Any = None) -> dict[str, Any]:
        """Say that the answer to an item is known: everybody is asked it, and is measured by it.

        Parameters
        ----------
        ref : str
            The project.
        item : int
            Its number.
        value : object, optional
            The answer; what a reviewer has decided when not given.
        """
        from sqlalchemy import select

        from labstudio.labeling.tables import annotations
        from labstudio.labeling.tables import gold as t

        project = self.get(ref)
        with self._store.read() as connection:
            rows = _item_rows(connection, project, [item])
            if not rows:
                raise NotFound(f"{project.name} has no item {item}.")
            if value is None and rows[0]["decided"] is not None:
                query = select(annotations.c.value).where(annotations.c.number == rows[0]["decided"])
                value = value_now(connection.execute(query).scalar_one(), project.schema)
        if value is None:
            raise Invalid("Say what the answer is, or let a reviewer decide first.")
        content = self._contents(project, rows)[item]
        kept = check_value(value, project.asked(content, rows[0]["width"], rows[0]["height"]))
        with self._store.write() as connection:
            project = self._project(connection, project.id, lock=True)
            self._need(project, "reviewer")
            connection.execute(t.delete().where(t.c.item == item))
            connection.execute(
                t.insert().values(
                    item=item, project=project.number, value=kept, schema_version=project.schema.version,
                    set_by=who(), created=time.time(),
                )
            )  # fmt: skip
            self._store.record(connection, "labeling.gold", project.subject, item=item)
        return kept

    def unset_gold(self, ref: str, item: int) -> None:
        """Let an item be like any other again."""
        from labstudio.labeling.tables import gold as t

        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "reviewer")
            this = t.delete().where(t.c.item == item, t.c.project == project.number)
            if not connection.execute(this).rowcount:
                raise NotFound(f"The answer to item {item} was not known.")


def _sent(connection: Connection, client_id: str) -> tuple[int | None] | None:
    from sqlalchemy import select

    from labstudio.labeling.tables import reviews as t

    row = connection.execute(select(t.c.annotation).where(t.c.client_id == client_id)).first()
    if row is not None:
        return (row.annotation,)
    if _by_client(connection, [client_id]):
        raise Conflict("This client id was used for something else.")
    return None


def _send_back(connection: Connection, project: Project, item: int, client_id: str) -> None:
    """Take back what the annotators of an item said, and the decision on it, and ask them again first."""
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations, items, votes

    counting = connection.execute(select(votes).where(votes.c.item == item)).mappings().all()
    decided = connection.execute(select(items.c.decided).where(items.c.number == item)).scalar()
    if not counting and decided is None:
        raise Conflict("Nobody has said anything of this item yet; there is nothing to send back.")
    taken = [*(row["annotation"] for row in counting), *([decided] if decided else [])]
    for place, number in enumerate(taken):
        connection.execute(
            annotations.insert().values(
                project=project.number, item=item, annotator=who(), action="undo", supersedes=number,
                schema_version=project.schema.version, late=False, batch=client_id, created=time.time(),
                client_id=f"{client_id}/{place}",
            )
        )  # fmt: skip
    for row in counting:
        set_vote(connection, project.number, item, row["annotator"], None, "")
    connection.execute(items.update().where(items.c.number == item).values(decided=None))
    ask_first(connection, project, [item], "sent back")
