"""Training where parts of items are marked: spans of texts, boxes and polygons of images.

Looking at an item costs more here than comparing vectors, so that a round looks at some that are drawn at
random and asks for those that it is least sure of.
"""

from __future__ import annotations

import secrets
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.errors import LabstudioError
from labstudio.labeling.training import Said, Trainer
from labstudio.labeling.values import FIELDS, Asked, check_value

if TYPE_CHECKING:
    from labstudio.labeling.suggest.detector import Detector
    from labstudio.labeling.suggest.picking import Picks
    from labstudio.labeling.suggest.progress import Point, Score
    from labstudio.labeling.suggest.shapes import Proposer
    from labstudio.labeling.suggest.spans import SpanTagger

Part = Mapping[str, Any]

FEWEST_PARTS, FEWEST_ITEMS = 10, 3
"""Suggestions begin with so many marked parts in so many items."""

_LONGEST = 20_000  # code points of a text that are looked at
_MOST_TEXTS = 2_000  # that are learned from: the newest
_MOST_JUDGED = 40  # images; looking at one takes about a tenth of a second
_TRIED = 12  # labeled images by which the least likeness is chosen: the newest
_POINTS = 5
_FOLDS = 3


class PartTrainer(Trainer):
    """What spans and shapes have in common."""

    costly = True
    looked_at: int  # items drawn at random that a round looks at, at least

    def __init__(self, labeling: Any, ref: str) -> None:
        super().__init__(labeling, ref)
        self._seen: dict[int, tuple[list[dict[str, Any]], float]] = {}

    @abstractmethod
    def _look(self, model: Any, rows: Sequence[int]) -> list[tuple[list[dict[str, Any]], float] | None]:
        """Parts of items, and how sure the model is; None where an item cannot be looked at."""

    def _picks(self, model: Any, waiting: np.ndarray, count: int, seed: int) -> Picks:
        from labstudio.labeling.suggest.picking import pick

        doubt, self._seen = None, {}
        if model is not None and len(waiting):
            many = min(len(waiting), max(self.looked_at, 2 * count))
            places = np.random.default_rng(seed).choice(len(waiting), many, replace=False)
            told = self._look(model, waiting[places].tolist())
            # what was not looked at is asked for where nothing else is left
            doubt = np.full(len(waiting), -1.0)
            doubt[places] = [0.0 if one is None else 1 - one[1] for one in told]
            self._seen = {
                int(waiting[place]): one for place, one in zip(places, told, strict=True) if one is not None
            }
        share = self.project.settings.random_share
        return pick(self.vectors, waiting, count, doubt=doubt, random_share=share, seed=seed)

    def _say(self, model: Any, waiting: np.ndarray, picked: np.ndarray) -> Said:
        wanted = dict.fromkeys([*picked.tolist(), *self._leased()])
        new = [row for row in wanted if row not in self._seen]
        told = {row: one for row, one in zip(new, self._look(model, new), strict=True) if one is not None}
        field = FIELDS[self.project.task]
        return [
            (int(self.numbers[row]), {field: parts}, sure)
            for row, (parts, sure) in (self._seen | told).items()
            if parts or field == "spans"  # a tagger says that there is nothing; a search has found nothing
        ]

    def _offered(self, values: Sequence[Sequence[Part]]) -> list[list[Part]]:
        """Parts whose labels are still offered."""
        known = {label.id for label in self.project.schema.offered}
        return [[part for part in one if part["label"] in known] for one in values]

    def _fit(self, parts: Sequence[Part], asked: Asked) -> list[dict[str, Any]]:
        """Parts as they are kept, each with its id and score; what could not be an answer is left out."""
        field, found = FIELDS[self.project.task], []
        for part in parts:
            told = {name: value for name, value in part.items() if name != "score"}
            try:
                [kept] = check_value({field: [told | {"id": secrets.token_hex(8)}]}, asked)[field]
            except LabstudioError:
                continue
            found.append(kept | {"score": round(float(part["score"]), 4)})
        return found


class SpanTrainer(PartTrainer):
    """Learns spans of texts by a tagger of tokens."""

    measure = "F1 of spans"
    looked_at = 400

    def _learned(self, rows: Sequence[int], values: Sequence[Any], seed: int) -> SpanTagger | None:
        if not _enough(self._offered(values)):
            return None
        return self._tagger(rows[-_MOST_TEXTS:], values[-_MOST_TEXTS:])

    def _tagger(self, rows: Sequence[int], values: Sequence[Any]) -> SpanTagger:
        from labstudio.labeling.suggest.spans import SpanTagger

        marked = self._offered(values)
        inside = [[span for span in one if span["end"] <= _LONGEST] for one in marked]
        return SpanTagger().fit(self._texts(rows), inside)

    def _texts(self, rows: Sequence[int]) -> list[str]:
        return [text[:_LONGEST] for text in self.contents(rows)]

    def _look(
        self, model: SpanTagger, rows: Sequence[int]
    ) -> list[tuple[list[dict[str, Any]], float] | None]:
        texts = self._texts(rows)
        asked = [Asked("spans", self.project.schema, text=text) for text in texts]
        return [
            (self._fit(spans, one), sure) for (spans, sure), one in zip(model.read(texts), asked, strict=True)
        ]

    def _score(
        self, model: Any, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> Score | None:
        from labstudio.labeling.suggest.progress import FEWEST_JUDGED

        return None if len(at_random) < FEWEST_JUDGED else self._judged(rows, values, at_random, len(rows))

    def _points(
        self, model: Any, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> list[Point]:
        from labstudio.labeling.suggest.progress import curve

        return curve(
            lambda first: self._judged(rows, values, at_random, first),
            len(rows), len(at_random), points=_POINTS,
        )  # fmt: skip

    def _judged(self, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray, first: int) -> Score:
        """The score on texts drawn at random, by taggers that know the first labels but not those texts."""
        from labstudio.labeling.suggest.part_scores import f1, same_span

        told: dict[int, list[dict[str, Any]]] = {}
        fold = np.random.default_rng(0).permutation(len(at_random)) % _FOLDS
        for part in range(_FOLDS):
            judged = at_random[fold == part]
            train = np.setdiff1d(np.arange(first), judged)[-_MOST_TEXTS:]
            learned = [values[place] for place in train]
            if any(self._offered(learned)):
                tagger = self._tagger([rows[place] for place in train], learned)
                found = tagger.suggest(self._texts([rows[place] for place in judged]))
            else:
                found = [[] for _ in judged]
            told.update(zip(judged.tolist(), found, strict=True))
        truth = self._offered([values[place] for place in at_random])
        return f1([told[place] for place in at_random.tolist()], truth, same_span)


@dataclass(frozen=True)
class ShapeModel:
    """What is known of shapes: those of labeled images, and a detector that somebody brought."""

    proposer: Proposer | None
    least: float
    detector: Detector | None
    labels: Mapping[str, str]  # of the project, by the names of the detector's classes


class ShapeTrainer(PartTrainer):
    """Proposes shapes by similar labeled images; boxes also by a detector where one is attached."""

    measure = "F1 of shapes that share half of their area"
    picked = 20
    looked_at = 40

    def _settings(self) -> dict[str, Any]:
        found = self.project.detector
        return {"detector": {name: found[name] for name in ("name", "sha256")}} if found else {}

    def _learned(self, rows: Sequence[int], values: Sequence[Any], seed: int) -> ShapeModel | None:
        from labstudio.labeling.detecting import detector_of
        from labstudio.labeling.suggest.part_scores import best_least, same_shape

        detector, labels = detector_of(self._store, self.project)
        drawn = self._offered(values)
        if not _enough(drawn):
            return ShapeModel(None, 0.0, detector, labels) if detector else None
        proposer = self._proposer(rows, drawn)
        tried = [place for place, shapes in enumerate(drawn) if shapes][-_TRIED:]
        told = [self._by_others(proposer, rows, place, len(rows)) for place in tried]
        least = best_least(told, [drawn[place] for place in tried], same_shape)
        return ShapeModel(proposer, least, detector, labels)

    def _proposer(self, rows: Sequence[int], drawn: Sequence[Sequence[Part]]) -> Proposer:
        from labstudio.labeling.suggest.shapes import Proposer

        return Proposer(lambda place: self.contents([rows[place]])[0], drawn, self.vectors[list(rows)])

    def _by_others(
        self, proposer: Proposer, rows: Sequence[int], place: int, first: int
    ) -> list[dict[str, Any]]:
        """What the first labeled images propose for one of them, or a later one, that they do not know."""
        others = np.array([one for one in range(first) if one != place], dtype=int)
        try:
            return proposer.propose(self.contents([rows[place]])[0], self.vectors[rows[place]], among=others)
        except LabstudioError:  # its file is gone
            return []

    def _look(
        self, model: ShapeModel, rows: Sequence[int]
    ) -> list[tuple[list[dict[str, Any]], float] | None]:
        return [self._look_at(model, row) for row in rows]

    def _look_at(self, model: ShapeModel, row: int) -> tuple[list[dict[str, Any]], float] | None:
        from labstudio.labeling.suggest.shapes import without_doubles

        try:
            found = []
            if model.proposer is not None:
                found = model.proposer.propose(self.contents([row])[0], self.vectors[row])
                found = [one for one in found if one["score"] >= model.least]
            found += self._detected(model, row)
        except LabstudioError:  # the image is gone or damaged: people are told when they come to it
            return None
        wide, high = self.sizes[row]
        asked = Asked(self.project.task, self.project.schema, width=wide, height=high)
        shapes = self._fit(without_doubles(found), asked)
        return shapes, min((one["score"] for one in shapes), default=0.5)

    def _detected(self, model: ShapeModel, row: int) -> list[dict[str, Any]]:
        """What the detector finds of the project's labels; nothing where there is none."""
        if model.detector is None:
            return []
        told = model.detector.detect(self.contents([row])[0])
        return [one | {"label": model.labels[one["label"]]} for one in told if one["label"] in model.labels]

    def _score(
        self, model: ShapeModel, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> Score | None:
        from labstudio.labeling.suggest.progress import FEWEST_JUDGED

        if len(at_random) < FEWEST_JUDGED:
            return None
        return self._judged(model, rows, values, at_random[-_MOST_JUDGED:], len(rows), {})

    def _points(
        self, model: ShapeModel, rows: Sequence[int], values: Sequence[Any], at_random: np.ndarray
    ) -> list[Point]:
        from labstudio.labeling.suggest.progress import curve

        judged, detected = at_random[-_MOST_JUDGED:], dict[int, list[dict[str, Any]]]()
        return curve(
            lambda first: self._judged(model, rows, values, judged, first, detected),
            len(rows), len(judged), points=_POINTS,
        )  # fmt: skip

    def _judged(
        self,
        model: ShapeModel,
        rows: Sequence[int],
        values: Sequence[Any],
        judged: np.ndarray,
        first: int,
        detected: dict[int, list[dict[str, Any]]],
    ) -> Score:
        """The score on images drawn at random: no proposal is made by the image itself.

        `detected` remembers what the detector finds, which does not depend on the labels.
        """
        from labstudio.labeling.suggest.part_scores import cut_by_others, f1, same_shape
        from labstudio.labeling.suggest.shapes import without_doubles

        truth = self._offered([values[place] for place in judged])
        told: list[list[dict[str, Any]]] = [[] for _ in judged]
        if model.proposer is not None:
            told = [self._by_others(model.proposer, rows, int(place), first) for place in judged]
        shown = []
        for proposed, place in zip(cut_by_others(told, truth, same_shape), judged.tolist(), strict=True):
            if place not in detected:
                try:
                    detected[place] = self._detected(model, rows[place])
                except LabstudioError:  # its file is gone
                    detected[place] = []
            shown.append(without_doubles([*map(dict, proposed), *detected[place]]))
        return f1(shown, truth, same_shape)


def _enough(marked: Sequence[Sequence[Part]]) -> bool:
    return sum(map(len, marked)) >= FEWEST_PARTS and sum(map(bool, marked)) >= FEWEST_ITEMS
