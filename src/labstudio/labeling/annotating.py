"""Answers: taken once each however often they are sent, never refused for being late, undone without limit.

An annotation is a row that is added and never changed. An undo is one more; what counts of each annotator is
brought up to date in the same transaction.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, LabstudioError, NotFound
from labstudio.labeling.counting import count_again, set_vote, set_votes
from labstudio.labeling.queue import MOST_ITEMS, Item
from labstudio.labeling.values import check_value
from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from labstudio.labeling.looking import Which
    from labstudio.labeling.projects import Project
    from labstudio.labeling.queue import Queue
    from labstudio.labeling.sources import Content

    class _Base(Queue):
        def which(self, project: Project, told: Which) -> list[int]: ...

else:
    _Base = object

LONGEST_ID = 100
MOST_ANSWERS = 500
_MOST_MILLISECONDS = 86_400_000


@dataclass(frozen=True)
class Answer:
    """What an annotator says of one item.

    Attributes
    ----------
    item : int
        Its number.
    value : object, optional
        As `labstudio.labeling.values.read_value` takes it; nothing for a skip.
    action : str
        ``"label"`` or ``"skip"``.
    milliseconds : int, optional
        That the person worked on it, while the page was in sight.
    suggestion : int, optional
        The number of the suggestion they saw.
    schema_version : int, optional
        The version of the labels they saw.
    client_id : str
        Made by who sends it; sent again it changes nothing.
    """

    item: int
    value: Any = None
    action: str = "label"
    milliseconds: int | None = None
    suggestion: int | None = None
    schema_version: int | None = None
    client_id: str = ""


@dataclass(frozen=True)
class Receipt:
    """What became of an answer: the number of its annotation, or the sentence that says why there is none.

    `replayed` says that it had been taken before; `late` that it is one vote more than was asked for, as the
    lease had ended and others had answered. Nothing of it is thrown away.
    """

    client_id: str
    item: int
    annotation: int | None
    replayed: bool = False
    late: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Undone:
    """What was taken back: the items as they stand now, newest first."""

    annotations: list[int]
    items: list[Item]


@dataclass(frozen=True)
class Bulk:
    """What was done in one stroke; an undo takes back all of it."""

    batch: str
    changed: int
    left_out: int


class Annotating(_Base):
    """Taking answers and taking them back."""

    def submit(
        self, ref: str, answers: Sequence[Answer | Mapping[str, Any]], *, annotator: str | None = None
    ) -> list[Receipt]:
        """Keep answers; each gets its receipt, and one that cannot be kept does not stop the others.

        Parameters
        ----------
        ref : str
            The project.
        answers : sequence of Answer or dict
            What was said.
        annotator : str, optional
            By whom; whoever runs this when not given.
        """
        given = [one if isinstance(one, Answer) else Answer(**one) for one in answers]
        if len(given) > MOST_ANSWERS:
            raise Invalid(f"At most {MOST_ANSWERS} answers are sent at once, not {len(given)}.")
        person = annotator or who()
        with self._store.read() as connection:
            project = self._project(connection, ref)
            rows = _item_rows(connection, project, {one.item for one in given})
        checked, refused = self._checked(project, given, rows)
        with self._store.write() as connection:
            project = self._again(connection, project)
            receipts = keep(connection, project, person, checked)
        return [refused.get(place) or receipts[place] for place in range(len(given))]

    def label(self, ref: str, item: int, value: Any, *, annotator: str | None = None) -> Receipt:
        """Label one item.

        Raises
        ------
        Invalid
            The value is no answer to what the project asks.
        """
        return self._single(ref, Answer(item, value), annotator)

    def skip(self, ref: str, item: int, *, annotator: str | None = None) -> Receipt:
        """Pass over an item; it is left to others."""
        return self._single(ref, Answer(item, action="skip"), annotator)

    def undo(
        self, ref: str, *, annotator: str | None = None, client_id: str = "", item: int | None = None
    ) -> Undone:
        """Take back the last thing an annotator did that is not taken back yet, or the last on one item.

        What was done in one stroke is taken back in one. Called again, it goes one step further back.
        """
        person = annotator or who()
        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            known = _by_client(connection, [client_id]) if client_id else {}
            if known:  # sent again
                rows = _undone_by(connection, client_id)
            else:
                rows = _last(connection, project, person, item)
                _undo(connection, project, person, rows, client_id or secrets.token_hex(8))
            numbers = [row["item"] for row in rows]
            found = _item_rows(connection, project, numbers[:MOST_ITEMS])
        return Undone([row["number"] for row in rows], self._items(project, found, person))

    def accept(
        self,
        ref: str,
        items: Sequence[int],
        *,
        marked: Sequence[int] = (),
        value: Any = None,
        client_id: str = "",
        milliseconds: int | None = None,
        annotator: str | None = None,
    ) -> Bulk:
        """Take a grid as it is but for the marked items, which stay open: each gets what is suggested for it.

        Parameters
        ----------
        ref : str
            The project.
        items : sequence of int
            All items of the grid.
        marked : sequence of int
            Those that are wrong.
        value : object, optional
            What all of them get instead of their suggestion.
        client_id : str
            Made by who sends it; sent again it changes nothing.
        milliseconds : int, optional
            That the person looked at the grid; divided among its items.
        annotator : str, optional
            By whom; whoever runs this when not given.
        """
        left = set(marked)
        chosen = [number for number in dict.fromkeys(items) if number not in left]
        if len(chosen) > MOST_ANSWERS:
            raise Invalid(f"A grid has at most {MOST_ANSWERS} items.")
        project = self.get(ref)
        return self._stroke(project, chosen, value, client_id, milliseconds, annotator or who(), len(left))

    def bulk(
        self,
        ref: str,
        which: Which,
        value: Any,
        *,
        without: Sequence[int] = (),
        client_id: str = "",
        annotator: str | None = None,
    ) -> Bulk:
        """Give all items that are meant the same label, or their suggestions where no value is told.

        Parameters
        ----------
        ref : str
            The project.
        which : Which
            Which items are meant.
        value : object
            What they get; their suggestions where it is None.
        without : sequence of int
            Items that do not belong to the others; they stay as they are.
        client_id : str
            Made by who sends it; sent again it changes nothing.
        annotator : str, optional
            By whom; whoever runs this when not given.
        """
        project, left = self.get(ref), set(without)
        meant = self.which(project, which)
        chosen = [number for number in meant if number not in left]
        person, left_out = annotator or who(), len(meant) - len(chosen)
        return self._stroke(project, chosen, value, client_id, None, person, left_out)

    def _stroke(
        self, project: Project, numbers: list[int], value: Any, client_id: str, milliseconds: int | None,
        person: str, left_out: int,
    ) -> Bulk:  # fmt: skip
        batch = client_id or secrets.token_hex(8)
        each = None if milliseconds is None else milliseconds // max(1, len(numbers))
        from labstudio.labeling.queue import newest_suggestions

        answers, without = [], 0
        for begin in range(0, len(numbers), MOST_ANSWERS):
            piece = numbers[begin : begin + MOST_ANSWERS]
            with self._store.read() as connection:
                proposed = newest_suggestions(connection, piece)
            for number in piece:
                found = proposed.get(number)
                if value is None and found is None:
                    without += 1
                    continue
                answers.append(
                    Answer(
                        number, found.value if value is None and found else value, "label", each,
                        found.number if found else None, None, f"{batch}/{number}"[-LONGEST_ID:],
                    )
                )  # fmt: skip
        with self._store.read() as connection:
            rows = _item_rows(connection, project, {one.item for one in answers})
        checked, refused = self._checked(project, answers, rows)
        if refused and not checked:
            raise Invalid(next(iter(refused.values())).error or "None of the items can be so labeled.")
        with self._store.write() as connection:
            project = self._again(connection, project)
            receipts = keep(connection, project, person, checked, batch=batch)
            changed = sum(one.annotation is not None for one in receipts.values())
            self._store.record(connection, "labeling.bulk", project.subject, items=changed)
        return Bulk(batch, changed, left_out + without + len(answers) - changed)

    def _single(self, ref: str, answer: Answer, annotator: str | None) -> Receipt:
        [receipt] = self.submit(ref, [answer], annotator=annotator)
        if receipt.error is not None:
            raise Invalid(receipt.error)
        return receipt

    def _checked(
        self, project: Project, answers: Sequence[Answer], found: Sequence[dict[str, Any]]
    ) -> tuple[dict[int, tuple[Answer, dict[str, Any] | None]], dict[int, Receipt]]:
        """Hold answers against what was asked, before a transaction begins; by their places."""
        contents: dict[int, Content] = {}
        rows = {row["number"]: row for row in found}
        if project.task in ("spans", "cells"):
            contents = self._contents(project, list(rows.values()))
        checked, refused = {}, {}
        for place, answer in enumerate(answers):
            try:
                if answer.item not in rows:
                    raise NotFound(f"{project.name} has no item {answer.item}.")
                checked[place] = answer, _value(project, answer, rows[answer.item], contents)
            except LabstudioError as error:
                refused[place] = Receipt(answer.client_id, answer.item, None, error=str(error))
        return checked, refused


def _value(
    project: Project, answer: Answer, row: Mapping[str, Any], contents: Mapping[int, Content]
) -> dict[str, Any] | None:
    if answer.action not in ("label", "skip"):
        raise Invalid(f"An answer labels or skips an item, it does not {answer.action!r} it.")
    if len(answer.client_id) > LONGEST_ID:
        raise Invalid(f"A client id has at most {LONGEST_ID} characters.")
    if answer.action == "skip":
        return None
    asked = project.asked(contents.get(answer.item), row["width"], row["height"])
    return check_value(answer.value, asked, answer.schema_version)


def keep(
    connection: Connection,
    project: Project,
    person: str,
    checked: Mapping[int, tuple[Answer, dict[str, Any] | None]],
    *,
    batch: str | None = None,
) -> dict[int, Receipt]:
    """Append annotations in the caller's transaction; say by place what became of each."""
    from labstudio.labeling import statements

    numbers = list({answer.item for answer, _ in checked.values()})
    known = _by_client(connection, [answer.client_id for answer, _ in checked.values() if answer.client_id])
    counting: dict[int, int] = {}
    expected: set[int] = set()  # still asked, or theirs for a while yet
    reasons: dict[int, str | None] = {}
    now = time.time()
    for piece in _pieces(numbers):
        for found in connection.execute(statements.BEFORE_ANSWER, {"numbers": piece, "person": person}):
            reasons[found.number] = found.reason
            if found.annotation is not None:
                counting[found.number] = found.annotation
            if found.open or (found.expires or 0) > now:
                expected.add(found.number)
    receipts: dict[int, Receipt] = {}
    waiting: dict[int, dict[str, Any]] = {}  # by place; written together
    among: set[int | str] = set()  # their items and client ids

    def write() -> None:
        made = connection.execute(statements.ADD_ANNOTATIONS, list(waiting.values())).scalars().all()
        votes = []
        for (place, row), number in zip(waiting.items(), made, strict=True):
            known[row["client_id"]] = number, row["late"]
            counting[row["item"]] = number
            receipts[place] = Receipt(row["client_id"], row["item"], number, False, row["late"])
            same = {name: row[name] for name in ("item", "annotator", "project", "action")}
            votes.append(same | {"annotation": number})
        set_votes(connection, votes)
        waiting.clear()
        among.clear()

    for place, (answer, value) in checked.items():
        client_id = answer.client_id or secrets.token_hex(16)
        if answer.item in among or client_id in among:
            write()  # it comes after what is said of the same item, whose number it needs
        if client_id in known:
            number, late = known[client_id]
            receipts[place] = Receipt(client_id, answer.item, number, True, late)
            continue
        late = answer.item not in expected and answer.item not in counting
        waiting[place] = {
            "project": project.number, "item": answer.item, "annotator": person, "action": answer.action,
            "value": value, "schema_version": answer.schema_version or project.schema.version,
            "milliseconds": _bounded(answer.milliseconds), "suggestion": answer.suggestion,
            "supersedes": counting.get(answer.item), "batch": batch, "late": late,
            "reason": reasons.get(answer.item), "client_id": client_id,
            "created": now,
        }  # fmt: skip
        among |= {answer.item, client_id}
    if waiting:
        write()
    for piece in _pieces(numbers):
        connection.execute(statements.GIVE_BACK, {"numbers": piece, "person": person})
    count_again(connection, project.number, project.settings.annotators_per_item, numbers)
    return receipts


def _undo(
    connection: Connection, project: Project, person: str, rows: Sequence[Mapping[str, Any]], client_id: str
) -> None:
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations as t

    now = time.time()
    for place, row in enumerate(rows):
        connection.execute(
            t.insert().values(
                project=project.number, item=row["item"], annotator=person, action="undo", value=None,
                schema_version=project.schema.version, supersedes=row["number"], late=False, created=now,
                client_id=client_id if place == 0 else f"{client_id}/{place}", batch=client_id,
            )
        )  # fmt: skip
        before = _standing(connection, row["supersedes"])
        action = before and connection.execute(select(t.c.action).where(t.c.number == before)).scalar()
        set_vote(connection, project.number, row["item"], person, before, action or "")
    count_again(
        connection, project.number, project.settings.annotators_per_item, {row["item"] for row in rows}
    )


def _standing(connection: Connection, number: int | None) -> int | None:
    """Return the annotation, or the newest before it that has not been taken back."""
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations as t

    while number is not None:
        undone = select(t.c.number).where(t.c.supersedes == number, t.c.action == "undo")
        if connection.execute(undone).first() is None:
            return number
        number = connection.execute(select(t.c.supersedes).where(t.c.number == number)).scalar()
    return None


def _last(connection: Connection, project: Project, person: str, item: int | None) -> list[dict[str, Any]]:
    from sqlalchemy import exists, select

    from labstudio.labeling.tables import annotations as t

    undo = t.alias()
    taken_back = exists().where(undo.c.supersedes == t.c.number, undo.c.action == "undo")
    query = select(t).where(
        t.c.project == project.number, t.c.annotator == person, t.c.action.in_(("label", "skip")), ~taken_back
    )
    if item is not None:
        query = query.where(t.c.item == item)
    row = connection.execute(query.order_by(t.c.number.desc()).limit(1)).mappings().first()
    if row is None:
        raise Invalid("There is nothing left to undo.")
    if row["batch"] is None or item is not None:
        return [dict(row)]
    stroke = query.where(t.c.batch == row["batch"]).order_by(t.c.number.desc())
    return [dict(one) for one in connection.execute(stroke).mappings()]


def _undone_by(connection: Connection, client_id: str) -> list[dict[str, Any]]:
    """Return what an undo that is sent again took back."""
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations as t

    numbers = select(t.c.supersedes).where(t.c.batch == client_id, t.c.action == "undo")
    query = select(t).where(t.c.number.in_(numbers)).order_by(t.c.number.desc())
    return [dict(row) for row in connection.execute(query).mappings()]


def _by_client(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, bool]]:
    from labstudio.labeling import statements

    found: dict[str, tuple[int, bool]] = {}
    for piece in _pieces(ids):
        rows = connection.execute(statements.SENT_BEFORE, {"ids": piece})
        found.update({row.client_id: (row.number, row.late) for row in rows})
    return found


def _item_rows(connection: Connection, project: Project, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Return the rows of these items of a project, in this order."""
    from labstudio.labeling import statements

    wanted = list(dict.fromkeys(numbers))
    found: dict[int, dict[str, Any]] = {}
    for piece in _pieces(wanted):
        rows = connection.execute(statements.ITEMS, {"of_project": project.number, "numbers": piece})
        found.update({row["number"]: dict(row) for row in rows.mappings()})
    return [found[number] for number in wanted if number in found]


def _pieces(values: Sequence[Any], length: int = 500) -> list[Sequence[Any]]:
    return [values[begin : begin + length] for begin in range(0, len(values), length)]


def _bounded(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else min(max(int(milliseconds), 0), _MOST_MILLISECONDS)
