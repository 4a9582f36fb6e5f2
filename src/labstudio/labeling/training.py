"""The trainer: learns from what people said, suggests, orders the queue, and labels the rest on demand.

It reads a project's items once and keeps their vectors; a round then takes the annotations as they are. One
trainer a project works in the background, in a process of its own.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.counting import count_again
from labstudio.labeling.standing import Standing
from labstudio.labeling.suggestions import (
    add_run,
    add_suggestions,
    ask_first,
    forget_older,
    set_order,
)

if TYPE_CHECKING:
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.projects import Project
    from labstudio.labeling.suggest.learner import Kind, Model
    from labstudio.labeling.suggest.progress import Point

PICKED = 50  # items a round puts in order
GRID = 100  # the surest open items of each label get a suggestion too
_MOST_SAID = 5_000
_CURVE_EVERY = 1.2  # so much more labels until the progress curve is drawn again
KINDS: dict[str, Kind] = {"class": "class", "multi": "multi", "number": "number"}


class DiskVectors:
    """Vectors in a folder that may be deleted at any time: files of hashes and of vectors, written once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, np.ndarray]] = {}

    def get(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Return those that are there, by the item's hash."""
        if fingerprint not in self._known:
            kept: dict[str, np.ndarray] = {}
            for path in sorted((self._folder / fingerprint[:32]).glob("*.npz")):
                try:
                    with np.load(path, allow_pickle=False) as file:
                        kept.update(zip(file["hashes"].tolist(), file["vectors"], strict=True))
                except (OSError, ValueError, KeyError):  # cut short by a full disk: it is made again
                    path.unlink(missing_ok=True)
            self._known[fingerprint] = kept
        known = self._known[fingerprint]
        return {one: known[one] for one in hashes if one in known}

    def put(self, fingerprint: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep some more."""
        if not vectors:
            return
        folder = self._folder / fingerprint[:32]
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f".{secrets.token_hex(8)}"
        with place.open("wb") as file:
            np.savez(file, hashes=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
        os.replace(place, folder / f"{time.time_ns()}-{place.name[1:9]}.npz")
        self._known.setdefault(fingerprint, {}).update(vectors)


class Trainer:
    """Learns for one project.

    Parameters
    ----------
    labeling : Labeling
        Where the project is.
    ref : str
        The project.

    Raises
    ------
    Invalid
        Its task is none that a model on vectors can learn.
    """

    def __init__(self, labeling: Labeling, ref: str) -> None:
        self._labeling = labeling
        self._store = labeling._store
        self.project = labeling.get(ref)
        if self.project.task not in KINDS:
            raise Invalid(
                f"Suggestions are made for {', '.join(KINDS)}; {self.project.task} are labeled by people."
            )
        self.kind = KINDS[self.project.task]
        self._curve: list[Point] = []
        self._loaded = 0  # the version whose items are known
        self._said: dict[str, Any] = {"judged": 0, "score": None, "curve": [], "outlook": None, "stop": None}
        self.learned = -1  # the newest annotation that was learned from

    def round(self) -> int | None:
        """Learn and suggest once; return the number of the model run, None where there are too few labels.

        Before that the queue is put in an order that shows much of the data early.
        """
        from labstudio.labeling.suggest.learner import FEWEST_CLASSES, FEWEST_LABELS, Model
        from labstudio.labeling.suggest.picking import pick
        from labstudio.labeling.tables import model_runs

        began = time.perf_counter()
        self._load()
        project, stands = self.project, self._standing()
        sequence = self._labeling.progress(project.id).sequence
        rows, values = self._labeled(stands)
        enough = len(values) >= FEWEST_LABELS
        if self.kind == "class":
            enough &= len(set(values)) >= FEWEST_CLASSES
        model = Model(self.kind, seed=sequence).fit(self.vectors[rows], values) if enough else None
        waiting = self._open()
        share = project.settings.random_share
        with self._store.read() as connection:
            people = _active(connection, project)
        picks = pick(
            self.vectors, waiting, PICKED * min(4, max(1, people)), model, random_share=share, seed=sequence
        )
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
                {"sequence": sequence, "encoder": self.encoder, "settings": {}, "outcome": outcome},
            )  # fmt: skip
            add_suggestions(connection, project, run, said)
            forget_older(connection, project, run)
            set_order(connection, project, self.numbers[picks.rows].tolist(), picks.why)
        self.learned = sequence
        # people have their suggestions; how good they are is said when it is known
        self._said = self._outcome(rows, values, stands)
        with self._store.write() as connection:
            connection.execute(
                model_runs.update().where(model_runs.c.number == run).values(outcome=outcome | self._said)
            )
        return run

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
        self._load()
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

        self._load()
        rows, values = self._labeled(self._standing())
        found = doubtful_labels(self.vectors[rows], values, self.kind, most=most)
        return [
            (int(self.numbers[rows[one.row]]), self._value(one.told), self._value(one.instead), one.quality)
            for one in found
            if one.told != one.instead
        ]

    def vectors_by_item(self) -> tuple[dict[int, np.ndarray], str]:
        """Return the vectors of all items that could be encoded, and the fingerprint of their encoder."""
        self._load()
        return {int(number): self.vectors[row] for number, row in self._row.items()}, self.encoder

    def _load(self) -> None:
        """Read the items of the newest version and make the vectors that are not there yet."""
        from sqlalchemy import select

        from labstudio.labeling.suggest.encoders import learn_encoder
        from labstudio.labeling.suggest.vectors import vectors_of
        from labstudio.labeling.tables import items as t

        self.project = project = self._labeling.get(self.project.id)
        if self._loaded == project.version:
            return
        query = (
            select(t.c.number, t.c.content, t.c.place, t.c.width)
            .where(t.c.project == project.number, t.c.version == project.version, t.c.retired.is_(None))
            .order_by(t.c.place)
        )
        with self._store.read() as connection:
            found = connection.execute(query).all()
        if not found:
            raise Invalid(f"{project.name} has no items to learn from.")
        numbers = np.array([row.number for row in found])
        places, hashes = [row.place for row in found], [row.content for row in found]
        version = self._labeling._data.get(project.ref)
        source = self._labeling._source(project)

        def load(rows: Sequence[int]) -> Any:
            return source.for_encoder(version, [places[row] for row in rows])

        # what is no image has no size, and teaches nothing
        readable = [row for row, one in enumerate(found) if project.item_kind != "image" or one.width]
        encoder = learn_encoder(project.settings.encoder, project.item_kind, load(readable))
        cache = DiskVectors(Path(self._store.root) / "vectors")
        vectors, self.refused = vectors_of(encoder, hashes, load, cache)
        whole = np.isfinite(vectors).all(axis=1)
        self.vectors, self.numbers, self.encoder = vectors[whole], numbers[whole], encoder.fingerprint
        self._row = {int(number): row for row, number in enumerate(self.numbers)}
        self._loaded = project.version

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
            (one for one in stands.values() if one.item in self._row), key=lambda one: one.annotation
        )
        field = {"class": "label", "multi": "labels", "number": "number"}[self.kind]
        return [self._row[one.item] for one in known], [one.value[field] for one in known]

    def _open(self) -> np.ndarray:
        from sqlalchemy import select

        from labstudio.labeling.tables import items as t

        query = select(t.c.number).where(t.c.project == self.project.number, t.c.open)
        with self._store.read() as connection:
            numbers = connection.execute(query).scalars().all()
        return np.array(sorted(self._row[one] for one in numbers if one in self._row), dtype=int)

    def _say(
        self, model: Model, waiting: np.ndarray, picked: np.ndarray
    ) -> list[tuple[int, dict[str, Any], float]]:
        """Say something of the items that come next, of those people have now, and of the surest."""
        from sqlalchemy import select

        from labstudio.labeling.tables import leases

        with self._store.read() as connection:
            held = connection.execute(
                select(leases.c.item).where(leases.c.project == self.project.number)
            ).scalars()
            leased = [self._row[one] for one in held if one in self._row]
        rows = dict.fromkeys([*picked.tolist(), *leased])
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

    def _outcome(
        self, rows: Sequence[int], values: Sequence[Any], stands: Mapping[int, Standing]
    ) -> dict[str, Any]:
        """Say how good the model is on items drawn at random, and what more labels would bring."""
        from labstudio.labeling.suggest.automatic import enough
        from labstudio.labeling.suggest.progress import held_out_score, outlook, progress_curve

        vectors = self.vectors[list(rows)]
        at_random = np.array(
            [place for place, row in enumerate(rows) if int(self.numbers[row]) in self._random], dtype=int
        )
        score = held_out_score(vectors, values, at_random, self.kind)
        if not self._curve or len(values) >= self._curve[-1].labels * _CURVE_EVERY:
            self._curve = progress_curve(vectors, values, at_random, self.kind)
        ahead = outlook(self._curve)
        stop = enough(score.low, None, ahead.more if ahead else None) if score else None
        return {
            "labels": len(values), "judged": len(at_random), "score": score and asdict(score),
            "curve": [{"labels": one.labels, **asdict(one.score)} for one in self._curve],
            "outlook": ahead and {**asdict(ahead), "sentence": ahead.sentence()}, "stop": stop,
        }  # fmt: skip

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


def _active(connection: Any, project: Project) -> int:
    from sqlalchemy import func, select

    from labstudio.labeling.tables import leases as t

    people = func.count(t.c.annotator.distinct())
    query = select(people).where(t.c.project == project.number, t.c.expires > time.time())
    return int(connection.execute(query).scalar_one())
