"""The recommended blend: which candidates answer together, from what they said of rows they had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labstudio.automl.calibration import Temperature, Threshold
from labstudio.automl.evaluation import Outcome
from labstudio.automl.finishing import Blend, Part
from labstudio.automl.member import Candidate
from labstudio.automl.metrics import Metric
from labstudio.automl.room import Room
from labstudio.automl.selection import Judged, best_blend, mix, with_room
from labstudio.automl.training import Training
from labstudio.automl.trial import ENSEMBLE, Trial

_MOST_CANDIDATES = 20
_FOLDS = 2
"""So many folds' models of each member are to find room in the file: the mean of two is worth its place."""


def blended(
    ranked: Sequence[Trial],
    outcomes: Sequence[Outcome],
    training: Training,
    metric: Metric,
    *,
    number: int,
    room: Room | None = None,
    to_beat: float | None = None,
    deadline: float | None = None,
) -> tuple[Trial, Blend] | None:
    """Join the best candidates, where that is better than the best one alone.

    Parameters
    ----------
    ranked : sequence of Trial
        Those that ended well, best first.
    outcomes : sequence of Outcome
        Theirs.
    training, metric
        What they were tried on, and how they are judged.
    number : int
        Of the trial that the blend will be on the leaderboard.
    room : Room
        What its members may take together; whatever they want when not given.
    to_beat : float, optional
        Score of the candidate that is recommended alone if there is no blend. It may have had no room.
    deadline : float, optional
        Unix time by which to be done.

    Returns
    -------
    trial, blend
        The blend's line on the leaderboard, scored with weights that other folds have found; None where one
        candidate is as good.
    """
    ranked, outcomes = ranked[:_MOST_CANDIDATES], outcomes[:_MOST_CANDIDATES]
    rows = _judged(training)
    y, weights = training.y[rows], None if training.weights is None else training.weights[rows]
    judged = Judged(y, metric, training.classes, weights)
    predictions = [np.concatenate(outcome.predictions) for outcome in outcomes]
    borders = np.cumsum([len(judge) for _, judge in training.folds])[:-1]
    room, models = room or Room(), min(_FOLDS, len(training.folds))
    shares = np.array([room.shares(models * outcome.cost) for outcome in outcomes])
    pool = with_room(predictions, judged, shares, training.seed)
    found = best_blend(
        [predictions[i] for i in pool],
        judged,
        np.split(np.arange(len(rows)), borders),
        deadline=deadline,
        seed=training.seed,
    )
    if len(pool) < len(ranked) and to_beat is not None and not metric.better(found.score, to_beat):
        return None
    ranked, outcomes = [ranked[i] for i in pool], [outcomes[i] for i in pool]
    predictions = [predictions[i] for i in pool]
    members = [i for i in np.argsort(-found.weights, kind="stable") if found.weights[i] > 0]
    if len(members) < 2:
        return None
    total = mix(predictions, found.weights)
    parts = [_part(ranked[i], outcomes[i], float(found.weights[i])) for i in members]
    trial = Trial(
        number,
        ENSEMBLE,
        {"members": {str(part.trial): round(part.weight, 3) for part in parts}},
        state="complete",
        score=found.score,
        error_bar=_standard_error(found.scores),
        seconds=sum(part.seconds for part in parts),
    )
    blend = Blend(tuple(parts))
    return trial, _answering(blend, total, y, weights, training, metric, deadline)


def alone_blend(
    trial: Trial,
    outcome: Outcome,
    training: Training,
    metric: Metric,
    deadline: float | None = None,
) -> Blend:
    """One candidate as a blend of itself."""
    rows = _judged(training)
    y, weights = training.y[rows], None if training.weights is None else training.weights[rows]
    prediction = np.concatenate(outcome.predictions)
    blend = Blend((_part(trial, outcome, 1.0),))
    return _answering(blend, prediction, y, weights, training, metric, deadline)


def _answering(
    blend: Blend,
    prediction: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray | None,
    training: Training,
    metric: Metric,
    deadline: float | None,
) -> Blend:
    """Calibrate a blend's probabilities and decide for labels, where that is of use."""
    if training.classes is None:
        return blend
    doubt = 1.0 / (len(y) + len(training.classes))
    temperature = replace(Temperature.fit(prediction, y, weights), doubt=doubt)
    if not metric.decides:
        return replace(blend, temperature=temperature)
    calibrated = temperature.apply(prediction)
    threshold = Threshold.fit(calibrated, y, metric, training.classes, weights, deadline=deadline)
    return replace(blend, temperature=temperature, threshold=threshold)


def _part(trial: Trial, outcome: Outcome, weight: float) -> Part:
    return Part(
        trial.number, Candidate(trial.learner, trial.params), weight, outcome.refit_params, trial.seconds
    )


def _judged(training: Training) -> np.ndarray:
    return np.concatenate([judge for _, judge in training.folds])


def _standard_error(scores: Sequence[float]) -> float | None:
    """Of a mean; a fold on which the metric is not defined does not count."""
    known = np.array(scores)[np.isfinite(scores)]
    return float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else None
