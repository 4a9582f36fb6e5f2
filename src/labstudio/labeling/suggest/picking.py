"""Which items to ask for next: diverse ones first, then those that are diverse and unsure; some at random.

The random ones tell how good the model is on all items; those that were chosen for being hard cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from labstudio.labeling.suggest.learner import Model
from labstudio.labeling.suggest.threads import one_thread

Why = Literal["diverse", "unsure", "random"]

CANDIDATES = 5
"""So many times as many items as are picked, the most doubtful, are looked at for being different."""

_SAMPLE = 2_000  # items that a diverse start chooses among


@dataclass(frozen=True)
class Picks:
    """Rows in the order in which to ask for them, and why each is asked for."""

    rows: np.ndarray
    why: tuple[Why, ...]


def pick(
    vectors: np.ndarray,
    open_rows: np.ndarray,
    count: int,
    model: Model | None = None,
    *,
    doubt: np.ndarray | None = None,
    random_share: float = 0.15,
    seed: int = 0,
) -> Picks:
    """Choose the next items.

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        Of all items.
    open_rows : ndarray of int
        Rows that may be asked for.
    count : int
        How many are wanted.
    model : Model, optional
        What was learned so far; without one the picks are diverse.
    doubt : ndarray, optional
        A model's doubt of each open row, where it is known already.
    random_share : float
        Of the picks, at least one when above 0; spread over the order.
    seed : int
        Another one for each round.

    Examples
    --------
    >>> vectors = np.random.default_rng(0).normal(size=(100, 4))
    >>> picks = pick(vectors, np.arange(50, 100), 10)
    >>> len(set(picks.rows.tolist())), picks.why.count("random"), int(picks.rows.min()) >= 50
    (10, 2, True)
    """
    random = np.random.default_rng(seed)
    open_rows = np.asarray(open_rows)
    count = min(count, len(open_rows))
    at_random = min(count, int(np.ceil(random_share * count))) if random_share > 0 else 0
    # drawn before anything is chosen, or they would be random among the easy ones only
    drawn = random.choice(len(open_rows), at_random, replace=False)
    rest = np.setdiff1d(np.arange(len(open_rows)), drawn)
    wanted = count - at_random
    asks = model is not None or doubt is not None
    if not asks:
        among = rest if len(rest) <= _SAMPLE else np.sort(random.choice(rest, _SAMPLE, replace=False))
        weights = None
    else:
        unsure = doubt if doubt is not None else model.doubt(vectors[open_rows])  # type: ignore[union-attr]
        many = min(len(rest), CANDIDATES * wanted)
        among = rest[np.argpartition(-unsure[rest], many - 1)[:many]] if many else rest
        among = among[np.argsort(-unsure[among], kind="stable")]
        weights = unsure[among]
    chosen = among[diverse(vectors[open_rows[among]], wanted, weights, seed=seed)]
    rows, why = list(open_rows[chosen]), ["unsure" if asks else "diverse"] * len(chosen)
    for place, row in zip(np.sort(random.integers(0, wanted + 1, at_random))[::-1], drawn, strict=True):
        rows.insert(int(place), open_rows[row])
        why.insert(int(place), "random")
    return Picks(np.array(rows, dtype=np.int64), tuple(why))  # type: ignore[arg-type]


def diverse(
    vectors: np.ndarray, count: int, weights: np.ndarray | None = None, *, seed: int = 0
) -> np.ndarray:
    """Choose rows that are far from each other: of each of `count` k-means clusters the most central one.

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        What is chosen from.
    count : int
        How many rows are returned, the largest cluster's first; all where there are no more.
    weights : ndarray of shape (N,), optional
        How much each counts in finding the clusters; then the order is that of the weights.
    seed : int
        Of what is random.
    """
    count = min(count, len(vectors))
    if count == len(vectors) or count == 0:
        return np.arange(count)
    from sklearn.cluster import KMeans

    weights = None if weights is None else np.maximum(weights, 1e-6)
    with one_thread():
        found = KMeans(count, n_init=1, max_iter=20, random_state=seed)
        far = found.fit(vectors, sample_weight=weights).transform(vectors)
    taken = np.zeros(len(vectors), dtype=bool)
    sizes = np.bincount(found.labels_, minlength=count)
    chosen = []
    for cluster in np.argsort(-sizes, kind="stable"):
        distances = np.where(taken, np.inf, far[:, cluster])  # where items repeat, a cluster may be empty
        nearest = int(distances.argmin())
        taken[nearest] = True
        chosen.append(nearest)
    rows = np.array(chosen)
    return rows if weights is None else rows[np.argsort(-weights[rows], kind="stable")]
