"""How well suggested parts of items, spans or shapes, are those that people marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from labstudio.labeling.suggest.progress import Score, proportion
from labstudio.labeling.suggest.shapes import shared

Part = Mapping[str, Any]
Parts = Sequence[Sequence[Part]]  # of items
Same = Callable[[Part, Part], float]

_DRAWS = 200
_CUTS = 20  # scores that are tried
_HALF = 0.5  # of the union, from which on two shapes are of the same thing


def same_span(told: Part, truth: Part) -> float:
    """Return 1 for a span with the same edges, else 0."""
    return float(told["start"] == truth["start"] and told["end"] == truth["end"])


def same_shape(told: Part, truth: Part) -> float:
    """Return the share of their union that two shapes have in common; 0 below a half of it."""
    found = shared(told, truth)
    return found if found >= _HALF else 0.0


def hits(told: Sequence[Part], truth: Sequence[Part], same: Same) -> int:
    """Count suggested parts that are right: each finds one that was marked, of its label, and no part two.

    The surest comes first.

    Examples
    --------
    >>> marked = [{"start": 0, "end": 3, "label": "PLACE"}]
    >>> hits([marked[0] | {"score": 0.9}, marked[0] | {"score": 0.8}], marked, same_span)
    1
    """
    left, found = list(truth), 0
    for one in sorted(told, key=lambda part: -part.get("score", 1.0)):
        alike = [
            (same(one, other), place) for place, other in enumerate(left) if one["label"] == other["label"]
        ]
        best, place = max(alike, default=(0.0, -1))
        if best > 0:
            del left[place]
            found += 1
    return found


def f1(
    told: Sequence[Sequence[Part]], truth: Sequence[Sequence[Part]], same: Same, *, seed: int = 0
) -> Score:
    """Return the F1 score of suggested parts over items, and its 95 % interval.

    The interval is that of drawing the items anew, and not narrower than that of a share of so many items: a
    few items without an error do not show that there are none. Where nothing is marked and nothing suggested
    the score is 1.

    Examples
    --------
    >>> marked = [[{"start": 0, "end": 3, "label": "PLACE"}], [{"start": 4, "end": 9, "label": "PLACE"}]]
    >>> f1([marked[0], []], marked, same_span).value.__round__(2)
    0.67
    """
    counts = np.array(
        [(hits(one, other, same), len(one), len(other)) for one, other in zip(told, truth, strict=True)]
    ).reshape(-1, 3)

    def of(rows: np.ndarray) -> float:
        right, given, wanted = counts[rows].sum(axis=0)
        return float(2 * right / (given + wanted)) if given + wanted else 1.0

    every = np.arange(len(counts))
    if not len(counts):
        return Score(float("nan"), 0.0, 1.0, 0)
    random = np.random.default_rng(seed)
    drawn = [of(random.integers(0, len(counts), len(counts))) for _ in range(_DRAWS)]
    low, high = (float(one) for one in np.quantile(drawn, [0.025, 0.975]))
    value = of(every)
    share = proportion(round(value * len(counts)), len(counts))
    return Score(value, min(low, share.low, value), max(high, share.high, value), len(counts))


def best_least(told: Parts, truth: Parts, same: Same) -> float:
    """Return the score from which on suggested parts are worth showing, that of the best F1; 0 of none.

    Examples
    --------
    >>> marked = [[{"start": 0, "end": 3, "label": "PLACE"}]]
    >>> told = [[marked[0][0] | {"score": 0.8}, {"start": 5, "end": 6, "label": "PLACE", "score": 0.3}]]
    >>> best_least(told, marked, same_span)
    0.8
    """
    scores = sorted({part["score"] for one in told for part in one})
    if len(scores) > _CUTS:
        scores = [float(one) for one in np.quantile(scores, np.linspace(0, 1, _CUTS), method="lower")]
    wanted = sum(map(len, truth))
    best, found = -1.0, 0.0
    for least in scores:
        shown = above(told, least)
        right = sum(hits(one, other, same) for one, other in zip(shown, truth, strict=True))
        reached = 2 * right / max(sum(map(len, shown)) + wanted, 1)
        if reached > best:
            best, found = reached, least
    return found


def above(told: Parts, least: float) -> list[list[Part]]:
    """Leave out parts of a lower score."""
    return [[part for part in one if part["score"] >= least] for one in told]


def cut_by_others(told: Parts, truth: Parts, same: Same) -> list[list[Part]]:
    """Leave out parts of each half of the items below the score that is best for the other half.

    So that what is judged by the truth was not chosen by it.
    """
    found: list[list[Part]] = [[] for _ in told]
    for half in (0, 1):
        mine, theirs = range(half, len(told), 2), range(1 - half, len(told), 2)
        least = best_least([told[row] for row in theirs], [truth[row] for row in theirs], same)
        for row in mine:
            found[row] = above([told[row]], least)[0]
    return found
