"""Training where an item has a label, several, or a number: one model on the items' vectors for all of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.counting import count_again
from labstudio.labeling.suggestions import add_run, add_suggestions, ask_first
from labstudio.labeling.training import Said, Trainer

if TYPE_CHECKING:
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.projects import Project
    from labstudio.labeling.suggest.learner import Kind, Model
    from labstudio.labeling.suggest.picking import Picks
    from labstudio.labeling.suggest.progress import Point, Score

GRID = 100  # the surest open items of each label get a suggestion too
_MOST_SAID = 5_000


class LabelTrainer(Trainer):
    """Learns labels and numbers; labels the rest on demand.

    Parameters
    ----------
    labeling : Labeling
        Where the project is.
    ref : str
        The project.
    """

    def __init__(self, labeling: Labeling, ref: str) -> None:
        super().__init__(labeling, ref)
        self.kind: Kind = self.project.task  # type: ignore[assignment]
        if self.kind == "number":
            self.measure = "R²"

    def automatic(self, precision: float, audit: int) -> int:
        """Label what is left above thresholds that keep a promise; return the number of the model run.

        Raises
        ------
        Invalid
            There are too few labels of items drawn at random, or the promise cannot be kept.
        """
        from labstudio.labeling.suggest.automatic import audit_sample, plan_labels
        from labstudio.labeling.suggest.learner import Model

        if self.kind != "class":
            raise Invalid("Labels are given automatically where each item has one label.")
        self.load()
        project, stands = self.project, self._standing()
        sequence = self._labeling.progress(project.id).sequence
        rows, values = self._labeled(stands)
        at_random = [place for place, row in enumerate(rows) if self.numbers[row] in self._random]
        classes, chances = self._held_out(rows, values, at_random)
        plan = plan_labels(chances, [values[place] for place in at_random], classes, precision)
        if not plan.thresholds:
            why = " ".join(f"{project.schema.now(one).name}: {said}" for one, said in plan.left.items())
            raise Invalid(f"No label can be promised to be right in {precision:.0%}. {why}")
        model = Model("class", strong=True).fit(self.vectors[rows], values)
        answered = set(stands)
        waiting = np.array([row for row in self._open() if self.numbers[row] not in answered], dtype=int)
        codes, sure = np.full(len(waiting), -1), np.zeros(len(waiting))
        if len(waiting):
            chance = _in_order(model, self.vectors[waiting], plan.classes)
            codes, sure = plan.labels(chance)
        looked = set(self.numbers[waiting[audit_sample(codes, audit)]].tolist()) if audit else set()
        given = [
            (int(self.numbers[row]), plan.classes[code], float(one))
            for row, code, one in zip(waiting, codes, sure, strict=True)
            if code >= 0
        ]
        outcome = {
            "labels": len(values), "judged": len(at_random), "precision": precision,
            "confidence": plan.confidence, "given": len(given), "left": len(waiting) - len(given),
            "audit": len(looked),
            "thresholds": [asdict(one) for one in plan.thresholds.values()],
            "not_given": dict(plan.left),
        }  # fmt: skip
        settings = {"precision": precision, "audit": audit}
        return self._give(project, sequence, settings, outcome, given, looked)

    def doubtful(self, most: int) -> list[tuple[int, dict[str, Any], dict[str, Any], float]]:
        """Return labels that are likely wrong: item, what stands, what may be right, how good it looks."""
        from labstudio.labeling.suggest.mistakes import doubtful_labels

        self.load()
        rows, values = self._labeled(self._standing())
        found = doubtful_labels(self.vectors[rows], values, self.kind, most=most)
        return [
            (int(self.numbers[rows[one.row]]), self._value(one.told), self._value(one.instead), one.quality)
            for one in found
            if one.told != one.instead
        ]

    def _learned(self, rows: Sequence[int], values: Sequence[Any], seed: int) -> Model | None:
        from labstudio.labeling.suggest.learner import FEWEST_CLASSES, FEWEST_LABELS, Model

        enough = len(values) >= FEWEST_LABELS
        if self.kind == "class":
            enough &= len(set(values)) >= FEWEST_CLASSES
        return Model(self.kind, seed=seed).fit(self.vectors[rows], values) if enough else None

    def _picks(self, model: Model | None, waiting: np.ndarray, count: int, seed: int) -> Picks:
        from labstudio.labeling.suggest.picking import pick

        share = self.project.settings.random_share
        return pick(self.vectors, waiting, count, model, random_share=share, seed=seed)

    def _say(self, model: Model, waiting: np.ndarray, picked: np.ndarray) -> Said:
        """Say something of the items that come next, of those people have now, and of the surest."""
        rows = dict.fromkeys([*picked.tolist(), *self._leased()])
        if self.kind == "class" and len(waiting):
            chance = model.probabilities(self.vectors[waiting])
            best, sure = chance.argmax(axis=1), chance.max(axis=1)
            for code in range(len(model.classes)):
                these = np.flatnonzero(best == code)
                surest = these[np.argsort(-sure[these], kind="stable")[:GRID]]
                rows |= dict.fromkeys(waiting[surest].tolist())
        chosen = np.array(list(rows)[:_MOST_SAID], dtype=int)
        if not len(chosen):
            return []
        values = model.predict(self.vectors[chosen])
        if self.kind == "number":
            spread = model.numbers(self.vectors[chosen])[1]
            scores = np.exp(-spread / max(float(np.median(spread)), 1e-12))
        elif self.kind == "class":
            scores = model.probabilities(self.vectors[chosen]).max(axis=1)
        else:
            found = model.probabilities(self.vectors[chosen])
            scores = np.maximum(found, 1 - found).prod(axis=1) if found.shape[1] else np.ones(len(chosen))
        told = zip(chosen, values, scores, strict=True)
        return [(int(self.numbers[row]), self._value(value), float(score)) for row, value, score in told]

    def _value(self, told: Any) -> dict[str, Any]:
        if self.kind == "class":
            return {"label": str(told)}
        if self.kind == "multi":
            given = {str(one) for one in told}
            return {"labels": [label.id for label in self.project.schema if label.id in given]}
        low, high = self.project.settings.minimum, self.project.settings.maximum
        number = float(told) if low is None else max(float(told), low)
        return {"number": round(number if high is None else min(number, high), 6)}

    def _score(
        self, model: Model, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> Score | None:
        from labstudio.labeling.suggest.progress import held_out_score

        return held_out_score(self.vectors[list(rows)], values, at_random, self.kind)

    def _points(
        self, model: Model, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> list[Point]:
        from labstudio.labeling.suggest.progress import progress_curve

        return progress_curve(self.vectors[list(rows)], values, at_random, self.kind)

    def _held_out(
        self, rows: Sequence[int], values: Sequence[str], at_random: Sequence[int]
    ) -> tuple[list[str], np.ndarray]:
        """Probabilities of the items drawn at random, by models that have not seen them."""
        from labstudio.labeling.suggest.learner import Model

        classes = sorted(set(values))
        found = np.zeros((len(at_random), len(classes)))
        fold = np.random.default_rng(0).permutation(len(at_random)) % 5
        every = np.arange(len(values))
        for part in range(5):
            judged = np.flatnonzero(fold == part)
            train = np.setdiff1d(every, np.array(at_random, dtype=int)[judged])
            learned = [values[place] for place in train]
            if len(judged) and len(set(learned)) > 1:
                model = Model("class", strong=True).fit(self.vectors[np.array(rows)[train]], learned)
                held = self.vectors[np.array(rows)[np.array(at_random)[judged]]]
                found[judged] = _in_order(model, held, classes)
        return classes, np.clip(found, 1e-9, 1)

    def _give(
        self, project: Project, sequence: int, settings: dict[str, Any], outcome: dict[str, Any],
        given: Sequence[tuple[int, str, float]], looked: set[int],
    ) -> int:  # fmt: skip
        """Write automatic labels: all of them or none."""
        from sqlalchemy import bindparam, select

        from labstudio.labeling.tables import annotations
        from labstudio.labeling.tables import items as t

        with self._store.write() as connection:
            project = self._labeling._project(connection, project.id, lock=True)
            run = add_run(
                connection, project, "auto",
                {"sequence": sequence, "encoder": self.encoder, "settings": settings, "outcome": outcome},
            )  # fmt: skip
            add_suggestions(
                connection, project, run, [(item, {"label": label}, sure) for item, label, sure in given]
            )
            now = time.time()
            rows = [
                {
                    "project": project.number, "item": item, "annotator": "model", "action": "auto",
                    "value": {"label": label}, "schema_version": project.schema.version, "run": run,
                    "late": False, "client_id": f"auto-{run}-{item}", "created": now,
                }
                for item, label, _ in given
            ]  # fmt: skip
            for begin in range(0, len(rows), 5_000):
                connection.execute(annotations.insert(), rows[begin : begin + 5_000])
            made = connection.execute(
                select(annotations.c.number, annotations.c.item).where(annotations.c.run == run)
            ).all()
            if made:
                connection.execute(
                    t.update()
                    .where(t.c.number == bindparam("_item"))
                    .values(auto=bindparam("_auto"), audit=bindparam("_audit")),
                    [{"_item": row.item, "_auto": row.number, "_audit": row.item in looked} for row in made],
                )
            ask_first(connection, project, sorted(looked), "audit")
            count_again(
                connection, project.number, project.settings.annotators_per_item,
                [item for item, _, _ in given],
            )  # fmt: skip
            self._store.record(connection, "labeling.automatic", project.subject, run=run, labels=len(given))
        return run


def _in_order(model: Model, vectors: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Probabilities in the order of `classes`; of one that the model does not know nearly none."""
    found = np.full((len(vectors), len(classes)), 1e-9)
    place = {name: code for code, name in enumerate(classes)}
    found[:, [place[name] for name in model.classes]] = model.probabilities(vectors)
    return np.asarray(found / found.sum(axis=1, keepdims=True))
