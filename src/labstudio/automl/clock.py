"""The time a run has, and how what takes long is waited for: told four times a second, ended when late.

It knows no candidates.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labstudio.automl.trial import Listener, Progress, Trial

TICK_SECONDS = 0.25


@dataclass
class Clock:
    """The time a run has.

    A run may take its budget and 10 % + 2 s: what goes beyond the budget is kept for the unforeseen, and
    for the first model that has learned something where even that does not fit.
    """

    budget: float | None
    start: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    def spend(self, seconds: float) -> None:
        """Count time that an earlier process has spent on this run."""
        self.start -= seconds

    @property
    def left(self) -> float:
        """Seconds of the budget that are left; infinite without a budget."""
        return np.inf if self.budget is None else self.budget - self.elapsed

    @property
    def last_call(self) -> float:
        """Seconds left when the overrun that is allowed is used up as well."""
        return np.inf if self.budget is None else self.left + 0.1 * self.budget + 2.0


class Ear:
    """Tells the listener, four times a second while there is something to wait for, and hears stop."""

    def __init__(self, listener: Listener | None, clock: Clock) -> None:
        self._listener = listener
        self._clock = clock
        self.phase = "reading"
        self.best: Trial | None = None
        self.running: Trial | None = None
        self.trials = 0
        self.stopped = False
        self.metric, self.greater_is_better = "", True

    def tell(self, event: Trial | Progress) -> None:
        """Pass an event on."""
        if self._listener is not None and self._listener(event):
            self.stopped = True

    def enter(self, phase: str) -> None:
        """Begin a phase."""
        self.phase = phase
        self.tick()

    def tick(self) -> None:
        """Say where the run is."""
        self.tell(
            Progress(
                self.phase,
                self._clock.elapsed,
                self._clock.budget,
                self.trials,
                self.best,
                self.running,
                self.metric,
                self.greater_is_better,
            )
        )

    def wait(self, future: Future[Any], seconds: float, *, stoppable: bool = True) -> Any:
        """Wait for a result, ticking; beyond `seconds` or on stop, the task is cancelled.

        The seconds count from when the task begins: a worker may still be busy with its imports. What is
        left of the run counts in any case.

        Raises
        ------
        TimeoutError, CancelledError
            It took too long; a person stopped it. A keyboard interrupt counts as such a stop.
        """
        try:
            self.first([Waited(future, seconds, self._clock)], stoppable=stoppable)
            return future.result(timeout=0)
        except NotYet:
            if future.done() and not future.cancelled():  # the task itself says it was too slow
                raise
            raise NotYet(f"took longer than the {seconds:.1f} s it was given") from None
        finally:
            future.cancel()

    def first(self, waiting: Sequence[Waited], *, stoppable: bool = True) -> int:
        """Wait, ticking, until one has ended or is late, and return its place.

        Raises
        ------
        CancelledError
            A person stopped the run. A keyboard interrupt counts as that.
        """
        try:
            while True:
                for place, one in enumerate(waiting):
                    if one.future.done() or one.late():
                        return place
                ends = min(one.end() for one in waiting) - time.monotonic()
                futures = [one.future for one in waiting]
                if wait(futures, max(0.0, min(TICK_SECONDS, ends)), return_when=FIRST_COMPLETED).done:
                    continue
                self.tick()
                if self.stopped and stoppable:
                    raise CancelledError
        except KeyboardInterrupt:
            if not stoppable:
                raise
            self.stopped = True
            raise CancelledError from None


class Waited:
    """A task, and how long it is waited for: see `Ear.wait`."""

    def __init__(self, future: Future[Any], seconds: float, clock: Clock) -> None:
        self.future, self.seconds = future, seconds
        self._last = time.monotonic() + max(seconds, clock.last_call - 1.0)
        self._began: float | None = None

    def end(self) -> float:
        """When it is late, by the monotonic clock."""
        if self._began is None and self.future.running():
            self._began = time.monotonic()
        return self._last if self._began is None else min(self._last, self._began + self.seconds)

    def late(self) -> bool:
        """Whether it has taken longer than it may."""
        return time.monotonic() >= self.end()
