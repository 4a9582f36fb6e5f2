"""What a search tells of itself while it runs: trials and progress, plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ENSEMBLE = "ensemble"
"""In the place of a learner: several candidates that answer together."""


@dataclass(frozen=True)
class Trial:
    """One learner with one set of hyper-parameters, tried on the same folds as all others.

    Attributes
    ----------
    state : str
        ``"running"``, ``"complete"``, ``"pruned"`` (given up on its first folds), ``"failed"`` or
        ``"stopped"``.
    score : float or None
        Mean of the metric over the validation folds.
    error_bar : float or None
        Standard error of that mean; None for a single split.
    seconds : float
        What it took, in seconds.
    refit : dict
        Hyper-parameters to fit it with on all training rows: early stopping has found the number of rounds.
    """

    number: int
    learner: str
    params: dict[str, Any] = field(default_factory=dict)
    state: str = "running"
    score: float | None = None
    error_bar: float | None = None
    seconds: float = 0.0
    message: str = ""
    refit: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """Where a run is: its phase, its time, and the best so far.

    Attributes
    ----------
    phase : str
        ``"reading"``, ``"searching"``, ``"finishing"`` or ``"done"``.
    elapsed, budget : float
        Seconds since the call, and seconds it may take (None: no limit).
    metric : str
        What is optimised; empty while it is not yet known.
    """

    phase: str
    elapsed: float
    budget: float | None
    trials: int
    best: Trial | None = None
    running: Trial | None = None
    metric: str = ""
    greater_is_better: bool = True


Listener = Callable[[Trial | Progress], bool | None]
"""Hears every event; returning True asks the search to stop and keep what it has."""
