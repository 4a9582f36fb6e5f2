"""The dashboard: what was labeled, by whom, how fast, how well, and where people disagree."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from labstudio.labeling.consensus import majority, nominal_alpha, pairwise_agreement
from labstudio.labeling.counting import COUNTED
from labstudio.labeling.progress import Progress
from labstudio.labeling.standing import class_votes, consensus_of, stand
from labstudio.labeling.values import labels_of, plain_value, same_value, value_now

if TYPE_CHECKING:
    from labstudio.labeling.progress import Progressing
    from labstudio.labeling.standing import StandingValues

    class _Base(Progressing, StandingValues): ...

else:
    _Base = object

HARDEST = 20
_IDLE_SECONDS = 300.0  # a longer pause between two answers is no work


@dataclass(frozen=True)
class LabelCount:
    """How often a label stands: by the word of people, and of a model alone."""

    label: str
    people: int
    model: int


@dataclass(frozen=True)
class Person:
    """How an annotator is doing.

    Attributes
    ----------
    labeled, skipped : int
        What counts of theirs.
    seconds : float or None
        The median time that an item took them.
    per_hour : float or None
        Labels in an hour of work.
    gold_right, gold_seen : int
        Items whose answer is known.
    agreement : float or None
        The share of items in which they say what stands in the end, of those that others answered too.
    accuracy : float or None
        By Dawid and Skene: the chance that they are right.
    last : float
        When they were here last.
    """

    person: str
    labeled: int
    skipped: int
    seconds: float | None
    per_hour: float | None
    gold_right: int
    gold_seen: int
    agreement: float | None
    accuracy: float | None
    last: float


@dataclass(frozen=True)
class Hard:
    """An item on which people disagree: how sure its consensus is, and how many have spoken."""

    item: int
    key: str
    sure: float
    votes: int


@dataclass(frozen=True)
class Pair:
    """How often two annotators said the same."""

    one: str
    other: str
    same: int
    both: int


@dataclass(frozen=True)
class Dashboard:
    """All of it.

    Attributes
    ----------
    alpha : float or None
        Krippendorff's, for values that are the same or not; None where nobody answered twice.
    majority_differs : int
        Items in which the majority says something else than the consensus.
    days : list of (float, int)
        Labels a day: when it began (UTC), and how many.
    """

    progress: Progress
    labels: list[LabelCount]
    people: list[Person]
    alpha: float | None
    pairs: list[Pair]
    hardest: list[Hard]
    disputed: int
    majority_differs: int
    days: list[tuple[float, int]]


class Dashboards(_Base):
    """Counting what was said."""

    def dashboard(self, ref: str) -> Dashboard:
        """Return the numbers of a project; models' words count in none but the distribution."""
        from sqlalchemy import select

        from labstudio.labeling.tables import gold, items

        project = self.get(ref)
        replayed = self.replayed(project)
        stands = stand(project, replayed)
        with self._store.read() as connection:
            known = {
                row.item: value_now(row.value, project.schema)
                for row in connection.execute(
                    select(gold.c.item, gold.c.value).where(gold.c.project == project.number)
                )
            }
            query = select(items.c.number, items.c.key)
            query = query.where(items.c.project == project.number, items.c.retired.is_(None))
            live = {row.number: row.key for row in connection.execute(query)}
        consensus = consensus_of(project, replayed)
        values = [
            (item, person, json.dumps(plain_value(value_now(row["value"], project.schema)), sort_keys=True))
            for item, by in replayed.votes.items()
            for person, row in by.items()
            if row["action"] in COUNTED
        ]
        distribution: dict[str, Counter[str]] = {"people": Counter(), "model": Counter()}
        for one in stands.values():
            if one.item in live:
                distribution["model" if one.source == "model" else "people"].update(labels_of(one.value))
        hard = sorted(
            (one for one in stands.values() if one.disputed and one.item in live and one.source != "review"),
            key=lambda one: (one.sure, one.item),
        )
        differs = 0
        if consensus.accuracy:
            by_majority = majority(class_votes(project, replayed))
            differs = sum(by_majority[item][0] != label for item, (label, _) in consensus.labels.items())
        everybody = [row for by in replayed.votes.values() for row in by.values()]
        days = Counter(row["created"] // 86_400 * 86_400.0 for row in everybody if row["action"] in COUNTED)
        return Dashboard(
            progress=self.progress(project.id),
            labels=[
                LabelCount(label.id, distribution["people"][label.id], distribution["model"][label.id])
                for label in project.schema
                if label.merged is None
            ],
            people=_people(everybody, known, stands, consensus.accuracy, project.schema),
            alpha=nominal_alpha(values),
            pairs=[Pair(*pair, *count) for pair, count in pairwise_agreement(values).items()],
            hardest=[Hard(one.item, live[one.item], one.sure, one.votes) for one in hard[:HARDEST]],
            disputed=len(hard),
            majority_differs=differs,
            days=sorted(days.items()),
        )


def _people(
    rows: list[Any], known: dict[int, Any], stands: dict[int, Any], accuracy: dict[str, float], schema: Any
) -> list[Person]:
    by_person: dict[str, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row["annotator"], []).append(row)
    found = []
    for person, mine in by_person.items():
        labeled = [row for row in mine if row["action"] in COUNTED]
        values = {row["item"]: value_now(row["value"], schema) for row in labeled}
        taken = [row["milliseconds"] / 1000 for row in labeled if row["milliseconds"]]
        judged = [item for item in values if item in known]
        shared = [item for item in values if stands[item].votes > 1 or stands[item].source == "review"]
        agreed = sum(same_value(values[item], stands[item].value) for item in shared)
        found.append(
            Person(
                person, len(labeled), len(mine) - len(labeled),
                statistics.median(taken) if taken else None, _per_hour([row["created"] for row in labeled]),
                sum(same_value(values[item], known[item]) for item in judged), len(judged),
                agreed / len(shared) if shared else None, accuracy.get(person),
                max(row["created"] for row in mine),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.labeled, one.person))


def _per_hour(moments: list[float]) -> float | None:
    """Labels an hour, pauses left out."""
    moments = sorted(moments)
    gaps = [later - before for before, later in pairwise(moments)]
    worked = sum(gap for gap in gaps if gap <= _IDLE_SECONDS)
    counted = sum(gap <= _IDLE_SECONDS for gap in gaps)
    return counted / worked * 3600 if worked > 0 else None
