"""Which candidates are blended, and with what weights, by their out-of-fold predictions.

Weights are not negative and sum to one: every way gives the same kind of blend, a mean. It knows no learners.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from labstudio.automl.metrics import Metric

ROWS = 20_000
"""Of more rows a sample chooses the weights."""
LEAST = 0.04
"""A member of less weight than this costs more than it brings."""
_PATIENCE = 10  # rounds without a better blend
_LEADERS, _LOOK_AROUND = 12, 5
"""Of many candidates those are tried again that did well; every so many rounds all are."""
_PARTS = 5
_STEPS, _NEWTON_STEPS = 1_000, 8

Weigh = Callable[[Sequence[np.ndarray], "Judged"], np.ndarray]


@dataclass(frozen=True)
class Judged:
    """The rows by which candidates are judged.

    Attributes
    ----------
    y : ndarray of shape (N,)
        Class codes or values.
    metric : Metric
    classes : ndarray of shape (K,) or None
    weights : ndarray of shape (N,), optional
        How much each row counts.
    """

    y: np.ndarray
    metric: Metric
    classes: np.ndarray | None = None
    weights: np.ndarray | None = None

    def at(self, rows: np.ndarray) -> Judged:
        """Only these rows."""
        weights = None if self.weights is None else self.weights[rows]
        return Judged(self.y[rows], self.metric, self.classes, weights)

    def goodness(self) -> Callable[[np.ndarray], float]:
        """Return a function that scores predictions, more being better; not finite is the worst."""
        score = self.metric.prepared(self.y, self.classes, self.weights)
        sign = 1.0 if self.metric.greater_is_better else -1.0

        def good(prediction: np.ndarray) -> float:
            found = sign * score(prediction)
            return found if np.isfinite(found) else -np.inf

        return good


@dataclass(frozen=True)
class Blend:
    """Weights of candidates, and what they are worth.

    Attributes
    ----------
    weights : ndarray of shape (M,)
        Not negative, summing to one.
    kind : str
        How they were found: ``"single"``, ``"greedy"`` or ``"linear"``.
    scores : list of float
        By the metric, on each part of the rows, of weights found on the other parts.
    """

    weights: np.ndarray
    kind: str
    scores: list[float]

    @property
    def score(self) -> float:
        """The mean of the scores; NaN where the metric is not defined on any part."""
        return float(np.mean(self.scores)) if self.scores else np.nan


def best_blend(
    predictions: Sequence[np.ndarray],
    judged: Judged,
    folds: Sequence[np.ndarray] = (),
    *,
    deadline: float | None = None,
    seed: int = 0,
) -> Blend:
    """Return the best of one candidate alone, a greedy blend and a linear one, by their cross-fitted scores.

    Parameters
    ----------
    predictions : sequence of M ndarrays of shape (N, K) or (N,)
        Out of fold.
    judged : Judged
        The same N rows.
    folds : sequence of integer ndarrays
        Rows of each fold; five parts by lot when there are fewer than two.
    deadline : float, optional
        Unix time by which to be done; what takes longer is left out.
    seed : int
        Of parts and samples.

    Examples
    --------
    >>> from labstudio.automl.metrics import choose
    >>> random = np.random.default_rng(0)
    >>> y = random.normal(size=500)
    >>> views = [y + random.normal(size=500) for _ in range(3)]
    >>> blend = best_blend(views, Judged(y, choose("rmse", "regression")))
    >>> blend.kind, blend.weights.round(2).tolist(), round(blend.score, 2)
    ('linear', [0.37, 0.34, 0.29], 0.59)
    """
    share = None if deadline is None else max(0.0, deadline - time.time()) / (_PARTS + 3)

    def in_time(found: Sequence[np.ndarray], rows: Judged) -> np.ndarray:
        return greedy(found, rows, deadline=None if share is None else time.time() + share, seed=seed)

    ways: dict[str, Weigh] = {
        "greedy": in_time,
        "linear": lambda found, rows: linear_stack(found, rows, seed=seed),
    }
    alone = cross_fitted(single, predictions, judged, folds, seed=seed)
    best = Blend(single(predictions, judged), "single", alone)
    for kind, weigh in ways.items():
        if len(predictions) < 2 or (deadline is not None and time.time() > deadline):
            break
        scores = cross_fitted(weigh, predictions, judged, folds, seed=seed)
        if scores and judged.metric.better(float(np.mean(scores)), best.score):
            best = Blend(weigh(predictions, judged), kind, scores)
    return best


def with_room(predictions: Sequence[np.ndarray], judged: Judged, shares: np.ndarray, seed: int) -> list[int]:
    """Leave candidates out until those that a blend takes of the others have room.

    `shares` [M, R] say how much of each of R kinds of room a candidate takes. Who brings least for its size
    goes first: left to the end, one large member would push many small ones out of the file.
    """
    pool = list(range(len(shares)))
    while len(pool) > 1:
        weights = linear_stack([predictions[i] for i in pool], judged, seed=seed)
        taken = [place for place in range(len(pool)) if weights[place] > 0]
        if (shares[[pool[place] for place in taken]].sum(axis=0) <= 1.0).all():
            break
        pool.pop(max(taken, key=lambda place: shares[pool[place]].max() / weights[place]))
    return pool


def single(predictions: Sequence[np.ndarray], judged: Judged) -> np.ndarray:
    """Give all weight to the best candidate, the first one where several are."""
    good = judged.goodness()
    weights = np.zeros(len(predictions))
    weights[int(np.argmax([good(prediction) for prediction in predictions]))] = 1.0
    return weights


def greedy(
    predictions: Sequence[np.ndarray],
    judged: Judged,
    *,
    rounds: int = 30,
    deadline: float | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Begin with the best candidate and add, time and again, the one that makes the mean best.

    A candidate may be added several times; that is its weight. From Caruana et al. (2004), Ensemble
    Selection from Libraries of Models.

    Parameters
    ----------
    predictions : sequence of M ndarrays of shape (N, K) or (N,)
        Out of fold.
    judged : Judged
        The same N rows.
    rounds : int
        How often a candidate is added, at most.
    deadline : float, optional
        Unix time by which to be done with what there is; without one the same weights come every time.
    seed : int
        Of the sample where there are more than `ROWS` rows.

    Returns
    -------
    ndarray of shape (M,)
    """
    predictions, judged = _sampled(predictions, judged, seed)
    good = judged.goodness()
    alone = [good(prediction) for prediction in predictions]
    chosen = [int(np.argmax(alone))]
    total, best, kept = predictions[chosen[0]].copy(), max(alone), 1
    buffer = np.empty_like(total)
    tried = everyone = np.flatnonzero(np.isfinite(alone))
    for turn in range(rounds - 1):
        scores = np.full(len(predictions), -np.inf)
        for m in map(int, everyone if turn % _LOOK_AROUND == 0 else tried):
            if deadline is not None and time.time() > deadline:
                return _weights(chosen[:kept], len(predictions))
            np.add(total, predictions[m], out=buffer)
            buffer /= len(chosen) + 1
            scores[m] = good(buffer)
        tried = np.sort(np.argsort(-scores, kind="stable")[: min(_LEADERS, len(everyone))])
        added = int(np.argmax(scores))
        chosen.append(added)
        total += predictions[added]
        if scores[added] > best:
            best, kept = scores[added], len(chosen)
        elif len(chosen) - kept >= _PATIENCE:
            break
    return _weights(chosen[:kept], len(predictions))


def linear_stack(predictions: Sequence[np.ndarray], judged: Judged, *, seed: int = 0) -> np.ndarray:
    """Find the mean of least log loss, or of least squared error, whatever the metric.

    Squared error: descent on the simplex by multiplicative steps from equal weights (Kivinen and Warmuth
    1997). Log loss: the same, time and again, as Newton's method.

    Parameters
    ----------
    predictions : sequence of M ndarrays of shape (N, K) or (N,)
        Out of fold; one that is not finite gets no weight.
    judged : Judged
        The same N rows.
    seed : int
        Of the sample where there are more than `ROWS` rows.

    Returns
    -------
    ndarray of shape (M,)
    """
    predictions, judged = _sampled(predictions, judged, seed)
    usable = np.array([bool(np.isfinite(prediction).all()) for prediction in predictions])
    if not usable.any():
        return single(predictions, judged)
    count = np.ones(len(judged.y)) if judged.weights is None else judged.weights
    share = count / count.sum()
    found = [prediction for prediction, fine in zip(predictions, usable, strict=True) if fine]
    if judged.classes is None:
        weights = _least_squares(np.stack([prediction - judged.y for prediction in found]), share)
    else:
        rows = np.arange(len(judged.y))
        weights = _least_log_loss(np.stack([prediction[rows, judged.y] for prediction in found]), share)
    whole = np.zeros(len(predictions))
    whole[usable] = weights
    return _pruned(whole)


def cross_fitted(
    weigh: Weigh,
    predictions: Sequence[np.ndarray],
    judged: Judged,
    folds: Sequence[np.ndarray] = (),
    *,
    seed: int = 0,
) -> list[float]:
    """Score a way of blending honestly: on each fold with the weights that it finds on the others.

    A fold on which the metric is not defined (one class only, say) does not count.
    """
    if len(folds) < 2:
        folds = np.array_split(np.random.default_rng(seed).permutation(len(judged.y)), _PARTS)
    scores = []
    for fold in folds:
        rest = np.concatenate([other for other in folds if other is not fold])
        weights = weigh([prediction[rest] for prediction in predictions], judged.at(rest))
        held = judged.at(fold)
        mixed = mix([prediction[fold] for prediction in predictions], weights)
        scores.append(judged.metric(held.y, mixed, held.classes, held.weights))
    return [score for score in scores if np.isfinite(score)]


def mix(predictions: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Return the weighted mean; who has no weight is not looked at."""
    total = np.zeros(predictions[0].shape)
    for prediction, weight in zip(predictions, weights, strict=True):
        if weight:
            total += weight * prediction
    return total


def _least_log_loss(likelihoods: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Weights [M] of the probabilities [M, N] that the true classes were given.

    Newton's method: about a mixture p of likelihoods l, the log loss is to the second order half the squared
    error of l / p as a prediction of 2.
    """
    likelihoods = np.maximum(likelihoods, 1e-15)

    def mixed(weights: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.einsum("m,mn->n", weights, likelihoods)
        return found

    def loss(weights: np.ndarray) -> float:
        return -float((share * np.log(mixed(weights))).sum())

    weights = np.full(len(likelihoods), 1 / len(likelihoods))
    least = loss(weights)
    for _ in range(_NEWTON_STEPS):
        aim = _least_squares(likelihoods / mixed(weights) - 2.0, share)
        length = 1.0
        while (found := loss(moved := weights + length * (aim - weights))) > least and length > 0.01:
            length /= 2
        if found > least - 1e-7:
            break
        weights, least = moved, found
    return weights


def _least_squares(errors: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Weights [M] of errors [M, N] whose mean has the least square, by steps that keep to the simplex."""
    errors = errors / (float(np.abs(errors).max()) or 1.0)
    products = np.einsum("mn,pn->mp", errors * share, errors)
    products -= products.min()  # what all share adds the same, whatever the weights
    step = 1.0 / max(float(products.max()), 1e-300)
    weights = np.full(len(errors), 1 / len(errors))
    for _ in range(_STEPS):
        slope = products @ weights
        moved = weights * np.exp(-step * (slope - weights @ slope))
        moved /= moved.sum()
        done = np.abs(moved - weights).max() < 1e-6
        weights = moved
        if done:
            break
    return weights


def _sampled(
    predictions: Sequence[np.ndarray], judged: Judged, seed: int
) -> tuple[Sequence[np.ndarray], Judged]:
    if len(judged.y) <= ROWS:
        return predictions, judged
    rows = np.sort(np.random.default_rng(seed).choice(len(judged.y), ROWS, replace=False))
    return [prediction[rows] for prediction in predictions], judged.at(rows)


def _weights(chosen: Sequence[int], count: int) -> np.ndarray:
    return _pruned(np.bincount(chosen, minlength=count) / len(chosen))


def _pruned(weights: np.ndarray) -> np.ndarray:
    """Drop what is lighter than `LEAST`; of many that are all light the heaviest stay."""
    kept = np.where(weights >= min(LEAST, weights.max()), weights, 0.0)
    pruned: np.ndarray = kept / kept.sum()
    return pruned
