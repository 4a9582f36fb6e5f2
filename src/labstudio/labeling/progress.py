"""How far a project is: a few numbers that are cheap enough to be asked with every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labstudio.labeling.counting import COUNTED
from labstudio.store.identity import who

if TYPE_CHECKING:
    from labstudio.labeling.projects import Projects

    class _Base(Projects): ...

else:
    _Base = object


@dataclass(frozen=True)
class Progress:
    """How far a project is.

    Attributes
    ----------
    items : int
        Items of the newest version.
    labeled : int
        Those that as many people have labeled as are to, or a reviewer has decided.
    auto : int
        Those that have a label of a model alone.
    open : int
        Those still to be given to annotators.
    mine, skipped : int
        Items that this annotator has labeled, and passed over.
    left : int
        Open items that this annotator has not answered.
    sequence : int
        The newest annotation.
    """

    items: int
    labeled: int
    auto: int
    open: int
    mine: int
    skipped: int
    left: int
    sequence: int


class Progressing(_Base):
    """Counting."""

    def progress(self, ref: str, *, annotator: str | None = None) -> Progress:
        """Say how far a project is, and how far an annotator."""
        from sqlalchemy import case, func, select

        from labstudio.labeling.tables import annotations, votes
        from labstudio.labeling.tables import items as t

        person = annotator or who()
        with self._store.read() as connection:
            project = self._project(connection, ref)
            k = project.settings.annotators_per_item
            done = t.c.decided.is_not(None) | (t.c.votes >= k)
            auto = t.c.auto.is_not(None) & (t.c.votes == 0) & t.c.decided.is_(None)
            counts = [func.sum(case((one, 1), else_=0)) for one in (done, auto, t.c.open)]
            live = (t.c.project == project.number) & t.c.retired.is_(None)
            total, labeled, by_model, still = connection.execute(
                select(func.count(), *counts).select_from(t).where(live)
            ).one()
            mine = (votes.c.project == project.number) & (votes.c.annotator == person)
            by_action = select(votes.c.action, func.count().label("n")).where(mine).group_by(votes.c.action)
            own = {row.action: row.n for row in connection.execute(by_action)}
            answered = connection.execute(
                select(func.count())
                .select_from(votes.join(t, t.c.number == votes.c.item))
                .where(mine, t.c.open)
            ).scalar_one()
            newest = connection.execute(
                select(func.max(annotations.c.number)).where(annotations.c.project == project.number)
            ).scalar()
        return Progress(
            total, labeled or 0, by_model or 0, still or 0, sum(own.get(one, 0) for one in COUNTED),
            own.get("skip", 0), (still or 0) - answered, newest or 0,
        )  # fmt: skip
