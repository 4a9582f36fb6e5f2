"""What a model may take: of its file, and of the time for its answers. Both are planned from estimates.

It knows learners by what they say of themselves, and nothing of how they are chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from labstudio.automl.learners import Learner

_QUICK = 0.75
"""What a byte of a learner that answers quickly counts, where a file's size is planned."""


@dataclass(frozen=True)
class Cost:
    """What one model takes, or several.

    Attributes
    ----------
    bytes : float
        In a file.
    seconds : float
        Of one core, for 10,000 rows.
    """

    bytes: float = 0.0
    seconds: float = 0.0

    @classmethod
    def planned(cls, learner: Learner) -> Cost:
        """What a learner will take, about."""
        return cls(learner.size() * (_QUICK if learner.quick else 1.0), learner.inference_seconds())

    def __rmul__(self, times: float) -> Cost:
        return Cost(times * self.bytes, times * self.seconds)

    @classmethod
    def sum(cls, costs: Iterable[Cost]) -> Cost:
        """What several take together."""
        every = list(costs)
        return cls(sum(cost.bytes for cost in every), sum(cost.seconds for cost in every))


TOO_MUCH = Cost(np.inf, np.inf)


@dataclass(frozen=True)
class Room:
    """What there is for all models together.

    Examples
    --------
    >>> Room(bytes=1e6, seconds=2.0).shares(Cost(bytes=5e5, seconds=0.2))
    (0.5, 0.1)
    """

    bytes: float = np.inf
    seconds: float = np.inf

    def has(self, cost: Cost) -> bool:
        """Whether a cost has room."""
        return max(self.shares(cost)) <= 1.0

    def shares(self, cost: Cost) -> tuple[float, float]:
        """How much of the bytes, and of the seconds, a cost takes."""
        return cost.bytes / self.bytes, cost.seconds / self.seconds
