"""Model runs and what they say of items: kept apart from annotations, and taken back by the run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, NotFound
from labstudio.labeling.counting import count_again
from labstudio.store.identity import who

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from labstudio.labeling.projects import Project, Projects

    class _Base(Projects): ...

else:
    _Base = object

FIRST = 1e6
"""Priority of what people chose to be asked, before anything that a model wants to know."""

_PIECE = 2_000


@dataclass(frozen=True)
class ModelRun:
    """One time that a model has learned and spoken.

    Attributes
    ----------
    kind : str
        ``"live"`` (suggestions while people work), ``"auto"`` (labels given by it alone) or ``"import"``.
    sequence : int
        The newest annotation that it knew.
    outcome : dict
        Number of labels, score with its interval, curve, thresholds, counts: what its kind has to say.
    """

    number: int
    kind: str
    state: str
    sequence: int
    schema_version: int
    encoder: str
    settings: dict[str, Any]
    outcome: dict[str, Any]
    created_by: str
    created: float
    ended: float | None
    reverted: float | None
    reverted_by: str | None


class Suggestions(_Base):
    """Model runs of projects."""

    def runs(self, ref: str, kind: str = "") -> list[ModelRun]:
        """Return the model runs of a project, newest first."""
        from sqlalchemy import select

        from labstudio.labeling.tables import model_runs as t

        project = self.get(ref)
        query = select(t).where(t.c.project == project.number).order_by(t.c.number.desc())
        if kind:
            query = query.where(t.c.kind == kind)
        with self._store.read() as connection:
            return [_run(dict(row)) for row in connection.execute(query).mappings()]

    def revert(self, ref: str, run: int) -> int:
        """Take back everything that a run has said; return how many labels that were.

        Labels that people gave stay, also where they had accepted what the run said.

        Raises
        ------
        Conflict
            It has been taken back already.
        """
        from sqlalchemy import select

        from labstudio.labeling.tables import annotations, items, priorities
        from labstudio.labeling.tables import model_runs as t

        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            self._need(project, "reviewer")
            this = (t.c.number == run) & (t.c.project == project.number)
            row = connection.execute(select(t).where(this)).mappings().first()
            if row is None:
                raise NotFound(f"{project.name} has no model run {run}.")
            if row["reverted"] is not None:
                raise Conflict(f"Model run {run} was taken back already.")
            connection.execute(
                t.update().where(this).values(reverted=time.time(), reverted_by=who(), state="reverted")
            )
            standing = (
                select(annotations.c.number, annotations.c.item)
                .join(items, items.c.auto == annotations.c.number)
                .where(annotations.c.run == run)
            )
            given = [(found.number, found.item) for found in connection.execute(standing)]
            now = time.time()
            rows = [
                {
                    "project": project.number, "item": item, "annotator": who(), "action": "undo",
                    "schema_version": project.schema.version, "supersedes": number, "run": run, "late": False,
                    "client_id": f"revert-{number}", "created": now,
                }
                for number, item in given
            ]  # fmt: skip
            numbers = [item for _, item in given]
            for begin in range(0, len(rows), _PIECE):
                piece = numbers[begin : begin + 500 * 4]
                connection.execute(annotations.insert(), rows[begin : begin + _PIECE])
                for at in range(0, len(piece), 500):
                    some = piece[at : at + 500]
                    connection.execute(
                        items.update().where(items.c.number.in_(some)).values(auto=None, audit=False)
                    )
                    connection.execute(
                        priorities.delete().where(priorities.c.item.in_(some), priorities.c.reason == "audit")
                    )
            count_again(connection, project.number, project.settings.annotators_per_item, numbers)
            self._store.record(connection, "labeling.reverted", project.subject, run=run, labels=len(given))
        return len(given)

    def choose(self, ref: str, items: Sequence[int], reason: str = "chosen") -> int:
        """Let items be asked before all others, in this order; return how many of them are open."""
        from sqlalchemy import func, select

        from labstudio.labeling.tables import items as t

        with self._store.write() as connection:
            project = self._project(connection, ref, lock=True)
            ask_first(connection, project, items, reason)
            self._store.record(connection, "labeling.chosen", project.subject, items=len(items), why=reason)
            found = 0
            for begin in range(0, len(items), 500):
                piece = list(items[begin : begin + 500])
                query = select(func.count()).select_from(t).where(t.c.number.in_(piece), t.c.open)
                found += connection.execute(query).scalar_one()
        return found


def ask_first(connection: Connection, project: Project, items: Sequence[int], reason: str) -> None:
    """Put items at the head of the queue, in this order, inside the caller's transaction."""
    from labstudio.labeling.tables import priorities as t

    for begin in range(0, len(items), 500):
        connection.execute(t.delete().where(t.c.item.in_(list(items[begin : begin + 500]))))
    rows = [
        {"item": item, "project": project.number, "priority": FIRST + len(items) - place, "reason": reason}
        for place, item in enumerate(dict.fromkeys(items))
    ]
    if rows:
        connection.execute(t.insert(), rows)


def set_order(connection: Connection, project: Project, items: Sequence[int], reasons: Sequence[str]) -> None:
    """Let a model's order be that of the queue; what people chose stays before it."""
    from sqlalchemy import select

    from labstudio.labeling.tables import priorities as t

    mine = t.c.project == project.number
    connection.execute(t.delete().where(mine, t.c.priority < FIRST))
    taken = set(connection.execute(select(t.c.item).where(mine)).scalars())
    rows = [
        {"item": item, "project": project.number, "priority": float(len(items) - place), "reason": reason}
        for place, (item, reason) in enumerate(zip(items, reasons, strict=True))
        if item not in taken
    ]
    if rows:
        connection.execute(t.insert(), rows)


def add_run(connection: Connection, project: Project, kind: str, values: Mapping[str, Any]) -> int:
    """Write that a model has learned; return the run's number."""
    from labstudio.labeling.tables import model_runs as t

    row = {
        "project": project.number, "kind": kind, "state": "complete", "created_by": who(),
        "schema_version": project.schema.version, "created": time.time(), "ended": time.time(),
    }  # fmt: skip
    made = connection.execute(t.insert().values(row | dict(values))).inserted_primary_key
    assert made is not None
    return int(made[0])


def add_suggestions(
    connection: Connection,
    project: Project,
    run: int,
    said: Sequence[tuple[int, Mapping[str, Any], float | None]],
) -> None:
    """Write what a run says: item, value and how sure it is."""
    from labstudio.labeling.tables import suggestions as t

    rows = [
        {
            "run": run, "project": project.number, "item": item, "value": dict(value), "score": score,
            "label": value.get("label"),
        }
        for item, value, score in said
    ]  # fmt: skip
    for begin in range(0, len(rows), _PIECE):
        connection.execute(t.insert(), rows[begin : begin + _PIECE])


def forget_older(connection: Connection, project: Project, run: int) -> None:
    """Drop what earlier live runs said, but for what an annotation refers to."""
    from sqlalchemy import exists, select

    from labstudio.labeling.tables import annotations
    from labstudio.labeling.tables import model_runs as m
    from labstudio.labeling.tables import suggestions as t

    older = select(m.c.number).where(m.c.project == project.number, m.c.kind == "live", m.c.number < run)
    used = select(annotations.c.suggestion).where(
        annotations.c.project == project.number, annotations.c.suggestion.is_not(None)
    )
    connection.execute(t.delete().where(t.c.run.in_(older), t.c.number.not_in(used)))
    empty = ~exists().where(t.c.run == m.c.number)
    connection.execute(
        m.delete().where(m.c.project == project.number, m.c.kind == "live", m.c.number < run, empty)
    )


def _run(row: Mapping[str, Any]) -> ModelRun:
    return ModelRun(**{name: row[name] for name in ModelRun.__dataclass_fields__})
