"""Suggestions while people work, and labels given by a model alone.

The background trainer is one process a project. Whoever answers wakes it; many wakes are one round.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from labstudio.errors import Invalid, NotFound, Unavailable
from labstudio.labeling.values import same_value, value_now

if TYPE_CHECKING:
    from labstudio.labeling.alike import Alike
    from labstudio.labeling.label_training import LabelTrainer
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.projects import Project
    from labstudio.labeling.standing import StandingValues
    from labstudio.labeling.suggest.automatic import Verdict
    from labstudio.labeling.suggestions import ModelRun, Suggestions
    from labstudio.labeling.training import Trainer

    class _Base(Alike, Suggestions, StandingValues): ...

else:
    _Base = object

LEARNED = ("class", "multi", "number", "spans", "boxes", "polygons")
"""Tasks for which there are models."""

IDLE_SECONDS = 600.0  # without a new annotation, after which a trainer ends
LOOK_SECONDS = 0.3
WAKE_SECONDS = 5.0  # between two looks whether a trainer is there


@dataclass(frozen=True)
class DoubtfulLabel:
    """A label that may be wrong: what stands, what a model would say, and how good it looks (0 to 1)."""

    item: int
    value: dict[str, Any]
    instead: dict[str, Any]
    quality: float


class Suggesting(_Base):
    """Learning from what people said."""

    begin_trainer: Callable[[str], object] | None = None
    """Starts a trainer for the project of an id, in a process of its own; none where it is None."""

    _woken: dict[str, float]

    def suggest(self, ref: str) -> ModelRun | None:
        """Learn and suggest once, here and now; None where there are too few labels to learn from.

        From then on the queue asks for what the model is unsure of, and some at random.
        """
        number = self._trainer(ref).round()
        # a trainer in the background may have been faster still
        return None if number is None else self.runs(ref, "live")[0]

    def label_rest(self, ref: str, *, precision: float = 0.95, audit: int = 50) -> ModelRun:
        """Label what is left, as far as the promised precision reaches; what is unsure stays for people.

        Parameters
        ----------
        ref : str
            The project.
        precision : float
            The share of right labels that is promised of each label given.
        audit : int
            So many of them are asked of people all the same, first of all: see `audit`.
        """
        with self._store.read() as connection:
            self._need(self._project(connection, ref), "reviewer")
        return self._one(ref, self._label_trainer(ref).automatic(precision, audit))

    def audit(self, ref: str, run: int) -> Verdict:
        """Say whether the promise of an automatic run holds, by what people said of its audit sample."""
        from labstudio.labeling.suggest.automatic import audited

        project, found = self.get(ref), self._one(ref, run)
        replayed = self.replayed(project)
        right = looked = 0
        for item, row in replayed.auto.items():
            by = replayed.votes.get(item, {})
            said = [one for one in by.values() if one["action"] == "label"]
            if row["run"] == run and said:
                looked += 1
                told = [value_now(one["value"], project.schema) for one in said]
                right += same_value(told[-1], value_now(row["value"], project.schema))
        return audited(right, looked, found.settings["precision"])

    def doubtful(self, ref: str, most: int = 100) -> list[DoubtfulLabel]:
        """Return labels that are likely wrong, the likeliest first: for a second look, not a verdict."""
        return [DoubtfulLabel(*one) for one in self._label_trainer(ref).doubtful(most)]

    def wake(self, ref: str) -> None:
        """See to it that a trainer is at work for a project that has enough labels."""
        project = self.get(ref)
        if self.begin_trainer is None or not project.settings.suggest or project.task not in LEARNED:
            return
        now = time.monotonic()
        if now - self._woken.get(project.id, -WAKE_SECONDS) < WAKE_SECONDS:
            return
        self._woken[project.id] = now
        if not self._trained(project):
            self.begin_trainer(project.id)

    def train_until_idle(self, ref: str, *, idle: float = IDLE_SECONDS) -> int:
        """Be the trainer of a project: a round whenever there is news, until there is none for long.

        Returns
        -------
        int
            How many rounds were made; 0 where another trainer is at work already.
        """
        from labstudio.store.lock import file_lock

        project = self.get(ref)
        rounds = 0
        try:
            with file_lock(self._lock_of(project), wait=0):
                trainer, last = self._trainer(ref), time.monotonic()
                while time.monotonic() - last < idle:
                    project = self.get(project.id)
                    if project.archived is not None or not project.settings.suggest:
                        break
                    if self._newest(project) != trainer.learned:
                        trainer.round()
                        self.keep_groups(trainer)
                        rounds, last = rounds + 1, time.monotonic()
                    time.sleep(LOOK_SECONDS)
        except Unavailable:
            if rounds:
                raise
        return rounds

    def _trainer(self, ref: str) -> Trainer:
        task, labeling = self.get(ref).task, cast("Labeling", self)
        if task not in LEARNED:
            raise Invalid(f"Suggestions are made for {', '.join(LEARNED)}; {task} are labeled by people.")
        if task in ("spans", "boxes", "polygons"):
            from labstudio.labeling.part_training import ShapeTrainer, SpanTrainer

            return SpanTrainer(labeling, ref) if task == "spans" else ShapeTrainer(labeling, ref)
        from labstudio.labeling.label_training import LabelTrainer

        return LabelTrainer(labeling, ref)

    def _label_trainer(self, ref: str) -> LabelTrainer:
        from labstudio.labeling.label_training import LabelTrainer

        trainer = self._trainer(ref)
        if not isinstance(trainer, LabelTrainer):
            raise Invalid(
                "A model labels alone, and doubts labels, where items have labels or numbers; "
                f"{trainer.project.name} asks for {trainer.project.task}."
            )
        return trainer

    def _trained(self, project: Project) -> bool:
        from labstudio.store.lock import file_lock

        try:
            with file_lock(self._lock_of(project), wait=0):
                return False
        except Unavailable:
            return True

    def _lock_of(self, project: Project) -> Path:
        return Path(self._store.root) / f"trainer-{project.number}.lock"

    def _newest(self, project: Project) -> int:
        from sqlalchemy import func, select

        from labstudio.labeling.tables import annotations as t

        with self._store.read() as connection:
            query = select(func.max(t.c.number)).where(t.c.project == project.number)
            return connection.execute(query).scalar() or 0

    def _one(self, ref: str, number: int) -> ModelRun:
        for run in self.runs(ref):
            if run.number == number:
                return run
        raise NotFound(f"{self.get(ref).name} has no model run {number}.")
