"""How good the model is on all items, how that grew, and how many labels more are worth the work.

Only items that were drawn at random are judged, each by a model that has not seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labstudio.labeling.suggest.learner import Kind, Model

_FOLDS = 5
FEWEST_JUDGED = 10
"""Items drawn at random that a score needs."""

_DRAWS = 200  # of the interval
_CLOSE = 0.01  # the plateau: so near to what any number of labels could reach


@dataclass(frozen=True)
class Score:
    """A share of right answers with its 95 % interval.

    Of numbers it is the share of variation explained, of parts of an item the F1 score.
    """

    value: float
    low: float
    high: float
    judged: int


@dataclass(frozen=True)
class Point:
    """A score after so many labels."""

    labels: int
    score: Score


@dataclass(frozen=True)
class Outlook:
    """What more labels would bring: `more` of them (from `low` to `high`) until `plateau` is nearly reached.

    `high` is None where the points do not say how many at most.
    """

    plateau: float
    more: int
    low: int
    high: int | None

    def sentence(self) -> str:
        """Say it as a person would."""
        if self.more == 0:
            return f"More labels will hardly help: the score stays at about {self.plateau:.0%}."
        most = "many more" if self.high is None else f"{self.high:,}"
        return (
            f"About {self.more:,} more labels to reach the plateau of {self.plateau:.0%} "
            f"(from {self.low:,} to {most})."
        )


def proportion(right: int, judged: int) -> Score:
    """Return a share with its 95 % interval (Wilson 1927).

    Examples
    --------
    >>> found = proportion(18, 20)
    >>> round(found.low, 2), round(found.high, 2)
    (0.7, 0.97)
    """
    if judged == 0:
        return Score(float("nan"), 0.0, 1.0, 0)
    z, share = 1.959964, right / judged
    middle = (share + z * z / (2 * judged)) / (1 + z * z / judged)
    half = z / (1 + z * z / judged) * np.sqrt(share * (1 - share) / judged + z * z / (4 * judged**2))
    low, high = max(0.0, float(middle - half)), min(1.0, float(middle + half))
    return Score(share, min(low, share), max(high, share), judged)


def held_out_score(
    vectors: np.ndarray,
    values: Sequence[Any],
    random_rows: np.ndarray,
    kind: Kind = "class",
    *,
    make: Callable[[], Model] | None = None,
    seed: int = 0,
) -> Score | None:
    """Score a model on the labeled items that were drawn at random, by folds; None where they are too few.

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        Of labeled items.
    values : sequence of N
        Their labels.
    random_rows : ndarray of int
        Which of them were drawn at random.
    kind : {"class", "multi", "number"}
        For several labels an item, an answer is right where all of them are.
    make : callable, optional
        Makes the model that is judged; the quick one when not given.
    seed : int
        Of what is random.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> vectors = random.normal(size=(60, 3))
    >>> score = held_out_score(vectors, ["+" if x > 0 else "-" for x in vectors[:, 0]], np.arange(40))
    >>> score.judged, score.low > 0.5
    (40, True)
    """
    if len(random_rows) < FEWEST_JUDGED:
        return None
    told = held_out(vectors, values, random_rows, kind, make=make, seed=seed)
    return _judge([values[row] for row in random_rows], told, kind, seed)


def held_out(
    vectors: np.ndarray,
    values: Sequence[Any],
    random_rows: np.ndarray,
    kind: Kind = "class",
    *,
    make: Callable[[], Model] | None = None,
    first: int | None = None,
    seed: int = 0,
) -> list[Any]:
    """Return what models answer for random rows that they have not learned from.

    Parameters
    ----------
    vectors, values, random_rows, kind, make, seed
        As in `held_out_score`.
    first : int, optional
        Learn from the first so many labels only.
    """
    random_rows, first = np.asarray(random_rows), len(values) if first is None else first
    fold = np.random.default_rng(seed).permutation(len(random_rows)) % _FOLDS
    told: list[Any] = [None] * len(random_rows)
    for part in range(_FOLDS):
        judged = np.flatnonzero(fold == part)
        train = np.setdiff1d(np.arange(first), random_rows[judged])
        learned = [values[row] for row in train]
        if not learned or (kind == "class" and len(set(learned)) < 2):
            answers = [learned[0] if learned else None] * len(judged)
        else:
            model = make() if make else Model(kind, seed=seed)
            answers = model.fit(vectors[train], learned).predict(vectors[random_rows[judged]])
        for place, answer in zip(judged, answers, strict=True):
            told[place] = answer
    return told


def _judge(truth: list[Any], told: list[Any], kind: Kind, seed: int) -> Score:
    if kind == "number":
        numbers = np.array(truth, dtype=float)
        guesses = np.array([numbers.mean() if one is None else one for one in told], dtype=float)
        return _explained(numbers, guesses, seed)
    if kind == "multi":
        truth, told = [set(one) for one in truth], [set(one or ()) for one in told]
    return proportion(sum(a == b for a, b in zip(truth, told, strict=True)), len(truth))


def progress_curve(
    vectors: np.ndarray,
    values: Sequence[Any],
    random_rows: np.ndarray,
    kind: Kind = "class",
    *,
    points: int = 7,
    seed: int = 0,
) -> list[Point]:
    """Score models that have learned from ever more of the labels, in the order in which they came.

    All points are judged on the same random items, so that they can be compared.

    Parameters
    ----------
    vectors, values, random_rows, kind
        As in `held_out_score`; the oldest label first.
    points : int
        How many, at most.
    seed : int
        Of what is random.
    """
    truth = [values[row] for row in random_rows]

    def score(first: int) -> Score:
        return _judge(truth, held_out(vectors, values, random_rows, kind, first=first, seed=seed), kind, seed)

    return curve(score, len(values), len(random_rows), points=points)


def curve(score: Callable[[int], Score], total: int, judged: int, *, points: int = 7) -> list[Point]:
    """Ask for the score after ever more of the labels; no point where too few items can be judged.

    Parameters
    ----------
    score : callable
        Takes a number of labels, the oldest first, and says how good a model is that knows no others.
    total, judged : int
        Labels there are, and items that were drawn at random among them.
    points : int
        How many, at most.
    """
    if total < 2 * FEWEST_JUDGED or judged < FEWEST_JUDGED:
        return []
    sizes = np.unique(np.geomspace(FEWEST_JUDGED, total, points).astype(int))
    return [Point(int(size), score(int(size))) for size in sizes]


def outlook(points: Sequence[Point], *, close: float = _CLOSE, seed: int = 0) -> Outlook | None:
    """Fit the error's power law, a·n^-b + c, and say when it is nearly over; None of fewer than 4 points.

    The interval is that of fits to points drawn anew within their own intervals.

    Examples
    --------
    >>> points = [Point(n, proportion(round(400 * (0.9 - n**-0.5)), 400)) for n in (10, 25, 60, 150, 400)]
    >>> found = outlook(points)
    >>> 0.85 < found.plateau < 0.95, found.low <= found.more
    (True, True)
    """
    if len(points) < 4:
        return None
    sizes = np.array([point.labels for point in points], dtype=float)
    scores = np.array([point.score.value for point in points])
    spread = np.array([max(point.score.high - point.score.low, 1e-3) / 3.92 for point in points])
    best = _power_law(sizes, 1 - scores, spread)
    now = float(sizes[-1])
    more, plateau = _labels_to_go(best, now, close)
    random = np.random.default_rng(seed)
    # all points are judged on the same items: their errors move together, and little against each other
    drawn = [
        _labels_to_go(_power_law(sizes, 1 - scores + random.normal(0, spread / 2), spread), now, close)[0]
        for _ in range(_DRAWS)
    ]
    low, high = np.quantile(drawn, [0.1, 0.9])
    most = None if high > 1e6 else int(max(np.ceil(high), more))
    return Outlook(plateau, int(min(more, 10**6)), int(min(low, more)), most)


def _power_law(sizes: np.ndarray, errors: np.ndarray, spread: np.ndarray) -> tuple[float, float, float]:
    """Weighted least squares of a·n^-b + c over a grid of b, with a and c not below 0."""
    best, found = np.inf, (0.0, 0.5, float(errors.mean()))
    for b in np.linspace(0.1, 1.5, 29):
        x, w = sizes**-b, 1 / spread**2
        mean_x, mean_y = np.average(x, weights=w), np.average(errors, weights=w)
        a = max(0.0, float(w @ ((x - mean_x) * (errors - mean_y)) / max(w @ (x - mean_x) ** 2, 1e-12)))
        c = float(mean_y - a * mean_x)
        if c < 0:
            c, a = 0.0, max(0.0, float(w @ (x * errors) / max(w @ x**2, 1e-12)))
        loss = float(w @ (errors - a * x - c) ** 2)
        if loss < best:
            best, found = loss, (a, float(b), c)
    return found


def _labels_to_go(law: tuple[float, float, float], now: float, close: float) -> tuple[float, float]:
    a, b, c = law
    needed = (a / close) ** (1 / b) if a > 0 else 0.0
    more = max(0.0, needed - now)
    return (0.0 if more < 0.02 * now else float(_two_digits(more))), 1 - c


def _two_digits(number: float) -> float:
    size = 10 ** max(0, int(np.floor(np.log10(max(number, 1)))) - 1)
    return round(number / size) * size


def _explained(truth: np.ndarray, told: np.ndarray, seed: int) -> Score:
    """R², and its interval by drawing the judged items anew."""

    def r2(rows: np.ndarray) -> float:
        total = float(((truth[rows] - truth[rows].mean()) ** 2).sum())
        return 1 - float(((truth[rows] - told[rows]) ** 2).sum()) / total if total > 0 else 0.0

    random, every = np.random.default_rng(seed), np.arange(len(truth))
    drawn = [r2(random.integers(0, len(truth), len(truth))) for _ in range(_DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = r2(every)
    return Score(value, min(float(low), value), max(float(high), value), len(truth))
