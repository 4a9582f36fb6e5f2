"""What several people together say: majority, Dawid and Skene's consensus, and how far they agree.

Arrays and plain values in and out; it knows no store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Vote = tuple[int, str, str]
"""Item, annotator, label."""

SMOOTHING = 0.01
_ROUNDS = 100


@dataclass(frozen=True)
class Consensus:
    """What is likely right.

    Attributes
    ----------
    labels : dict
        The likeliest label of each item, and how likely it is.
    accuracy : dict
        Of each annotator: the chance that they are right, as the votes let it be known.
    """

    labels: dict[int, tuple[str, float]]
    accuracy: dict[str, float]


def majority(votes: Sequence[Vote]) -> dict[int, tuple[str, float]]:
    """Return the label that most say of each item, and their share; the first of equals by name.

    Examples
    --------
    >>> majority([(1, "ada", "cat"), (1, "bob", "cat"), (1, "eve", "dog")])
    {1: ('cat', 0.6666666666666666)}
    """
    counts: dict[int, Counter[str]] = {}
    for item, _, label in votes:
        counts.setdefault(item, Counter())[label] += 1
    found = {}
    for item, count in counts.items():
        label = min(count, key=lambda one: (-count[one], one))
        found[item] = label, count[label] / count.total()
    return found


def dawid_skene(votes: Sequence[Vote], smoothing: float = SMOOTHING) -> Consensus:
    """Weigh annotators by how reliable their votes show them to be (Dawid and Skene 1979).

    Expectation and maximisation over one confusion matrix an annotator, begun with the majority.

    Parameters
    ----------
    votes : sequence of (item, annotator, label)
        One an item and annotator.
    smoothing : float
        Added to each count, so that nothing is ever impossible.

    Examples
    --------
    >>> good = [(item, who, "ab"[item % 2]) for item in range(20) for who in ("ada", "bob")]
    >>> spam = [(item, who, "a") for item in range(20) for who in ("x", "y", "z")]
    >>> found = dawid_skene(good + spam)
    >>> found.labels[1][0], majority(good + spam)[1][0]
    ('b', 'a')
    """
    if not votes:
        return Consensus({}, {})
    items = sorted({item for item, _, _ in votes})
    people = sorted({person for _, person, _ in votes})
    labels = sorted({label for _, _, label in votes})
    row = {item: place for place, item in enumerate(items)}
    who = {person: place for place, person in enumerate(people)}
    code = {label: place for place, label in enumerate(labels)}
    i = np.array([row[item] for item, _, _ in votes])
    a = np.array([who[person] for _, person, _ in votes])
    v = np.array([code[label] for _, _, label in votes])
    n, people_count, k = len(items), len(people), len(labels)
    chance = np.zeros((n, k))
    np.add.at(chance, (i, v), 1.0)
    chance /= chance.sum(axis=1, keepdims=True)
    for _ in range(_ROUNDS):
        prior = chance.sum(axis=0) + smoothing
        confusion = np.full((people_count, k, k), smoothing)  # annotator, truth, told
        for truth in range(k):
            np.add.at(confusion[:, truth, :], (a, v), chance[i, truth])
        confusion /= confusion.sum(axis=2, keepdims=True)
        logs = np.tile(np.log(prior / prior.sum()), (n, 1))
        np.add.at(logs, i, np.log(confusion[a, :, v]))
        logs -= logs.max(axis=1, keepdims=True)
        new = np.exp(logs)
        new /= new.sum(axis=1, keepdims=True)
        moved = float(np.abs(new - chance).max())
        chance = new
        if moved < 1e-6:
            break
    best = chance.argmax(axis=1)
    found = {item: (labels[best[place]], float(chance[place, best[place]])) for item, place in row.items()}
    share = chance.sum(axis=0) / n
    right = np.einsum("akk,k->a", confusion, share)
    return Consensus(found, {person: float(right[place]) for person, place in who.items()})


def nominal_alpha(votes: Sequence[tuple[Hashable, str, Hashable]]) -> float | None:
    """Return Krippendorff's alpha for values that are the same or not; None where nobody answered twice.

    1 is agreement, 0 what chance would give (Krippendorff 2011).

    Examples
    --------
    >>> nominal_alpha([(1, "ada", "a"), (1, "bob", "a"), (2, "ada", "b"), (2, "bob", "b")])
    1.0
    """
    units: dict[Hashable, Counter[Hashable]] = {}
    for item, _, value in votes:
        units.setdefault(item, Counter())[value] += 1
    shared = [count for count in units.values() if count.total() > 1]
    total = sum(count.total() for count in shared)
    if not total:
        return None
    observed = sum(
        (count.total() ** 2 - sum(n * n for n in count.values())) / (count.total() - 1) for count in shared
    )
    overall: Counter[Hashable] = sum(shared, Counter())
    expected = (total * total - sum(n * n for n in overall.values())) / (total - 1)
    return 1.0 if expected == 0 else 1 - observed / expected


def pairwise_agreement(
    votes: Sequence[tuple[Hashable, str, Hashable]],
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return for each two annotators how often they said the same, and of how many items.

    Examples
    --------
    >>> pairwise_agreement([(1, "ada", "a"), (1, "bob", "a"), (2, "ada", "b"), (2, "bob", "a")])
    {('ada', 'bob'): (1, 2)}
    """
    said: dict[Hashable, dict[str, Hashable]] = {}
    for item, person, value in votes:
        said.setdefault(item, {})[person] = value
    same: Counter[tuple[str, str]] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    for answers in said.values():
        people = sorted(answers)
        for place, one in enumerate(people):
            for other in people[place + 1 :]:
                both[one, other] += 1
                same[one, other] += answers[one] == answers[other]
    return {pair: (same[pair], count) for pair, count in sorted(both.items())}


def together(values: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], float]:
    """Return the value that most people gave, and their share: for shapes, spans, cells and several labels.

    Of numbers it is the median, and the share of those that are it.

    Examples
    --------
    >>> together([{"number": 3.0}, {"number": 5.0}, {"number": 4.0}])
    ({'number': 4.0}, 0.3333333333333333)
    """
    from labstudio.labeling.values import same_value

    if all("number" in value for value in values):
        middle = float(np.median([value["number"] for value in values]))
        return {"number": middle}, sum(value["number"] == middle for value in values) / len(values)
    counts = [sum(same_value(value, other) for other in values) for value in values]
    best = max(range(len(values)), key=lambda place: counts[place])
    return values[best], counts[best] / len(values)
