"""The trainer: learns from what people said, suggests, and orders the queue.

A round takes the annotations as they are; the items' vectors are known by then. One trainer a project works
in the background, in a process of its own. What a model is depends on the task: see `label_training` and
`part_training`.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.labeling.item_vectors import ItemVectors
from labstudio.labeling.standing import Standing
from labstudio.labeling.suggestions import add_run, add_suggestions, forget_older, set_order
from labstudio.labeling.values import FIELDS

if TYPE_CHECKING:
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.projects import Project
    from labstudio.labeling.suggest.picking import Picks
    from labstudio.labeling.suggest.progress import Point, Score

_CURVE_EVERY = 1.2  # so much more labels until the progress curve is drawn again

Said = list[tuple[int, dict[str, Any], float]]
"""Suggestions: item, value, and how sure the model is."""


class Trainer(ItemVectors):
    """Learns for one project.

    Attributes
    ----------
    learned : int
        The newest annotation that was learned from.
    measure : str
        What the score is.
    costly : bool
        Whether judging takes so long that it is done only when the progress curve is drawn again.
    """

    measure = "accuracy"
    costly = False
    picked = 50  # items a round puts in order

    def __init__(self, labeling: Labeling, ref: str) -> None:
        super().__init__(labeling, ref)
        self._curve: list[Point] = []
        self._said: dict[str, Any] = {"judged": 0, "score": None, "curve": [], "outlook": None, "stop": None}
        self.learned = -1

    def round(self) -> int | None:
        """Learn and suggest once; return the number of the model run, None where there are too few labels.

        Before that the queue is put in an order that shows much of the data early.
        """
        from labstudio.labeling.tables import model_runs

        began = time.perf_counter()
        self.load()
        project, stands = self.project, self._standing()
        sequence = self._labeling.progress(project.id).sequence
        rows, values = self._labeled(stands)
        model = self._learned(rows, values, sequence)
        waiting = self._open()
        with self._store.read() as connection:
            people = _active(connection, project)
        picks = self._picks(model, waiting, self.picked * min(4, max(1, people)), sequence)
        if model is None:
            with self._store.write() as connection:
                project = self._labeling._project(connection, project.id, lock=True)
                set_order(connection, project, self.numbers[picks.rows].tolist(), picks.why)
            self.learned = sequence
            return None
        said = self._say(model, waiting, picks.rows)
        seconds = round(time.perf_counter() - began, 3)
        outcome = {**self._said, "labels": len(values), "seconds": seconds}
        with self._store.write() as connection:
            project = self._labeling._project(connection, project.id, lock=True)
            run = add_run(
                connection, project, "live",
                {"sequence": sequence, "encoder": self.encoder, "settings": self._settings(),
                 "outcome": outcome},
            )  # fmt: skip
            add_suggestions(connection, project, run, said)
            forget_older(connection, project, run)
            set_order(connection, project, self.numbers[picks.rows].tolist(), picks.why)
        self.learned = sequence
        # people have their suggestions; how good they are is said when it is known
        self._said = self._outcome(model, rows, values)
        with self._store.write() as connection:
            connection.execute(
                model_runs.update().where(model_runs.c.number == run).values(outcome=outcome | self._said)
            )
        return run

    @abstractmethod
    def _learned(self, rows: Sequence[int], values: Sequence[Any], seed: int) -> Any:
        """A model of what was labeled, the oldest first; None where that is too little."""

    @abstractmethod
    def _picks(self, model: Any, waiting: np.ndarray, count: int, seed: int) -> Picks:
        """Say what to ask for next."""

    @abstractmethod
    def _say(self, model: Any, waiting: np.ndarray, picked: np.ndarray) -> Said:
        """Suggest something for the items that come next, and for others that are looked at."""

    @abstractmethod
    def _score(
        self, model: Any, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> Score | None:
        """Say how good models are on labeled items drawn at random that they have not seen."""

    @abstractmethod
    def _points(
        self, model: Any, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> list[Point]:
        """Say how that grew with the labels."""

    def _settings(self) -> dict[str, Any]:
        """Say what a run was made with beside the labels."""
        return {}

    def _standing(self) -> dict[int, Standing]:
        """What people, imports and reviewers say; a model does not learn from models."""
        from labstudio.labeling.standing import stand

        replayed = self._labeling.replayed(self.project)
        self._random = {
            item
            for item, by in replayed.votes.items()
            if any(row["reason"] == "random" for row in by.values())
        }
        return stand(self.project, replayed, models=False)

    def _labeled(self, stands: Mapping[int, Standing]) -> tuple[list[int], list[Any]]:
        """Rows and values of what was labeled, the oldest first."""
        known = sorted(
            (one for one in stands.values() if one.item in self.row), key=lambda one: one.annotation
        )
        field = FIELDS[self.project.task]
        return [self.row[one.item] for one in known], [one.value[field] for one in known]

    def _open(self) -> np.ndarray:
        from sqlalchemy import select

        from labstudio.labeling.tables import items as t

        query = select(t.c.number).where(t.c.project == self.project.number, t.c.open)
        with self._store.read() as connection:
            numbers = connection.execute(query).scalars().all()
        return np.array(sorted(self.row[one] for one in numbers if one in self.row), dtype=int)

    def _leased(self) -> list[int]:
        """Rows of the items that people have now."""
        from sqlalchemy import select

        from labstudio.labeling.tables import leases as t

        query = select(t.c.item).where(t.c.project == self.project.number)
        with self._store.read() as connection:
            held = connection.execute(query).scalars().all()
        return [self.row[one] for one in held if one in self.row]

    def _outcome(self, model: Any, rows: Sequence[int], values: Sequence[Any]) -> dict[str, Any]:
        """Say how good the model is on items drawn at random, and what more labels would bring."""
        from labstudio.labeling.suggest.automatic import enough
        from labstudio.labeling.suggest.progress import outlook

        at_random = np.array(
            [place for place, row in enumerate(rows) if int(self.numbers[row]) in self._random], dtype=int
        )
        if not self._curve or len(values) >= self._curve[-1].labels * _CURVE_EVERY:
            self._curve = self._points(model, rows, values, at_random)
        if self._curve and self.costly:
            score: Score | None = self._curve[-1].score
        else:
            score = self._score(model, rows, values, at_random)
        ahead = outlook(self._curve)
        stop = enough(score.low, None, ahead.more if ahead else None) if score else None
        return {
            "labels": len(values), "judged": len(at_random), "measure": self.measure,
            "score": score and asdict(score),
            "curve": [{"labels": one.labels, **asdict(one.score)} for one in self._curve],
            "outlook": ahead and {**asdict(ahead), "sentence": ahead.sentence()}, "stop": stop,
        }  # fmt: skip


def _active(connection: Any, project: Project) -> int:
    from sqlalchemy import func, select

    from labstudio.labeling.tables import leases as t

    people = func.count(t.c.annotator.distinct())
    query = select(people).where(t.c.project == project.number, t.c.expires > time.time())
    return int(connection.execute(query).scalar_one())
