"""How a model's score grows with the rows it learns from: whether more data would help.

One candidate is fitted to ever more rows of the first fold, and judged on those it learned from and on the
fold's validation rows.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from labstudio.automl.evaluation import Prepared
from labstudio.automl.learners import LEARNERS
from labstudio.automl.member import Candidate
from labstudio.automl.metrics import choose

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
_FEWEST = 20  # rows of a point


def learning_curve(path: Path, candidate: Candidate, metric: str, seconds: float) -> dict[str, Any]:
    """Fit a candidate to ever more rows.

    Parameters
    ----------
    path : Path
        Where `Training.save` wrote the data.
    candidate : Candidate
        With its parameters for a fit without validation rows.
    metric : str
        As in the settings.
    seconds : float
        What it may take, about; points that do not fit are left out.

    Returns
    -------
    dict
        ``learner``, ``metric``, ``rows``, ``train`` and ``validation`` (lists, a point each).
    """
    end = time.monotonic() + seconds
    prepared = Prepared.load(path)
    training = prepared.training
    judge = choose(metric, training.task, quantile=training.quantile)
    fold = prepared.fold(candidate, 0)
    order = np.random.default_rng(training.seed).permutation(len(fold.train))
    X, X_judge = fold.features()
    found: dict[str, Any] = {"learner": candidate.learner, "metric": judge.name}
    points: list[tuple[int, float, float]] = []
    took = 0.0
    for share in SHARES:
        some = np.sort(order[: int(share * len(order))])
        y = training.y[fold.train[some]]
        if len(some) < _FEWEST or (training.classes is not None and len(np.unique(y)) < 2):
            continue
        if time.monotonic() + 2 * took > end:  # the next point has about twice the rows
            break
        began = time.monotonic()
        how = prepared.fitting(candidate, fold.view, fold.train[some])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            learner = LEARNERS[candidate.learner]().fit(X[some], y, how)
            scores = [
                judge(truth, learner.predict(known), training.classes)
                for known, truth in ((X[some], y), (X_judge, training.y[fold.judge]))
            ]
        took = time.monotonic() - began
        if np.isfinite(scores).all():
            points.append((len(some), scores[0], scores[1]))
    for place, name in enumerate(("rows", "train", "validation")):
        found[name] = [point[place] for point in points]
    return found
