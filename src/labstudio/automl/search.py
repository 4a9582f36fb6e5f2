"""The search: which candidate next, within the time there is, until time, trials or a person end it.

Engine-agnostic: it takes what is proposed, hands candidates to a `concurrent.futures.Executor` and tells the
results.
It knows no data and no file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from labstudio.automl.evaluation import Outcome
from labstudio.automl.journal import Journal
from labstudio.automl.learners import LEARNERS
from labstudio.automl.member import Candidate
from labstudio.automl.portfolio import Proposals
from labstudio.automl.trial import Listener, Progress, Trial

TICK_SECONDS = 0.25
RESTART_SECONDS = 5.0
"""What a fresh worker needs for its imports; a candidate that has to be killed costs that too."""
_EARLY = 4  # candidates that are worth more time than those after them
_MOST_FAILURES = 5  # in a row: then something is wrong that another try will not mend


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
        began: float | None = None
        last = time.monotonic() + max(seconds, self._clock.last_call - 1.0)
        try:
            while True:
                if began is None and future.running():
                    began = time.monotonic()
                end = last if began is None else min(last, began + seconds)
                try:
                    return future.result(timeout=max(0.0, min(TICK_SECONDS, end - time.monotonic())))
                except NotYet:
                    if future.done() and not future.cancelled():  # the task itself says it was too slow
                        raise
                if time.monotonic() >= end:
                    raise NotYet(f"took longer than the {seconds:.1f} s it was given")
                self.tick()
                if self.stopped and stoppable:
                    raise CancelledError
        except KeyboardInterrupt:
            if not stoppable:
                raise
            self.stopped = True
            raise CancelledError from None
        finally:
            future.cancel()


Evaluate = Callable[[int, Candidate, float | None, list[float] | None], Outcome]


class Search:
    """Runs candidates one after another and keeps what they gave.

    Parameters
    ----------
    evaluate : callable (trial number, candidate, seconds it may take or None, losses to beat) → Outcome
        Runs in the executor.
    at_once : callable, the same
        Runs here, for learners that take no time.
    score : callable (Outcome) → scores of the folds
    proposals : Proposals
        Which candidate next.
    least_seconds : mapping of learner to float
        What a trial of it needs to be worth anything.
    aside : float
        Seconds to leave for what comes after the search, beside the model.
    """

    def __init__(
        self,
        executor: Executor,
        evaluate: Evaluate,
        at_once: Evaluate,
        score: Callable[[Outcome], list[float]],
        proposals: Proposals,
        *,
        greater_is_better: bool,
        rows: int,
        folds: int,
        least_seconds: Mapping[str, float],
        trials: int | None,
        target_score: float | None,
        clock: Clock,
        ear: Ear,
        journal: Journal,
        aside: float = 0.0,
    ) -> None:
        self._executor, self._evaluate, self._at_once, self._score = executor, evaluate, at_once, score
        self._proposals, self._sign = proposals, 1.0 if greater_is_better else -1.0
        self._folds, self._least_seconds = folds, least_seconds
        # on few rows many configurations overfit the folds: better on them, worse on new rows
        self._trials = trials or 20 + rows // 20
        self._target_score = target_score
        self._aside = aside
        self._clock, self._ear, self._journal = clock, ear, journal
        self.trials: list[Trial] = []
        self.outcomes: dict[int, Outcome] = {}

    @property
    def found(self) -> list[Trial]:
        """All that ended well."""
        return [trial for trial in self.trials if trial.state == "complete"]

    @property
    def best(self) -> Trial | None:
        """The best trial that ended well; of equals the first."""
        return next(iter(self.ranked()), None)

    def ranked(self) -> list[Trial]:
        """All that ended well, best first."""
        return sorted(self.found, key=lambda one: -self._sign * (one.score or 0.0))

    def run(self) -> None:
        """Search until the time, the trials, the score that is wanted or a person end it."""
        self._recall()
        failures = 0
        while len(self.trials) < self._trials and failures < _MOST_FAILURES and not self._good_enough():
            if self._ear.stopped and self.trials:  # the baseline costs nothing: there is always one to keep
                break
            open_ = [name for name in self._proposals.learners if self._seconds_for(name) > self._least(name)]
            candidate = self._proposals.next(len(self.trials), self._merits(), open_)
            if candidate is None:
                break
            failures = 0 if self._try(candidate) else failures + 1

    def _recall(self) -> None:
        """Take over what an earlier process has done of this run."""
        spent = 0.0
        for trial, outcome, elapsed in self._journal.entries():
            spent = elapsed
            found = self._proposals.next(trial.number, self._merits(), self._proposals.learners)
            if found is None or (found.learner, found.params) != (trial.learner, trial.params):
                self._proposals.forget(trial.number)
            self._take(trial, outcome)
        self._clock.spend(spent)

    def _good_enough(self) -> bool:
        if self._target_score is None or self.best is None:
            return False
        return self._sign * (self.best.score or 0.0) >= self._sign * self._target_score

    def _merits(self) -> dict[str, float]:
        """What learners are worth: the best one's share is a half, the next one's a quarter, …"""
        names = list(dict.fromkeys(trial.learner for trial in self.ranked()))
        return {name: 0.5 ** (place + 1) for place, name in enumerate(names)}

    def reserve(self) -> float:
        """Seconds to keep back for making one model of the best, exporting and certifying it."""
        budget = self._clock.budget or 0.0
        again = 0.5 * sum(trial.seconds for trial in self.ranked()[:3])
        # where there is no time to fit the best once more with the held-out rows, none is kept for it
        return (
            self._aside + 0.02 * budget + 1.0 + (min(again, 0.15 * budget) if again <= 0.25 * budget else 0.0)
        )

    @property
    def learned(self) -> bool:
        """Whether there is more than the baseline."""
        return any(one.learner != "baseline" for one in self.found)

    def _least(self, learner: str) -> float:
        """The least time worth starting with."""
        took = [trial.seconds for trial in self.found if trial.learner == learner]
        return max(0.2, self._least_seconds[learner], 0.15 * min(took, default=0.0))

    def _seconds_for(self, learner: str) -> float:
        """What the next trial of a learner may take."""
        left = self._clock.left - self.reserve()
        if self._clock.budget is None or learner == "baseline":
            return max(left, 1.0)
        if LEARNERS[learner].stops_itself:
            if not self.learned:  # a first real model is worth the overrun; half the time at most
                return max(0.5 * left, min(self._clock.last_call - 1.5, 1.5))
            share = 0.5 if len(self.found) < _EARLY else 0.4
            return left if left < 0.1 * self._clock.budget else share * left
        return left - RESTART_SECONDS if self.learned else 0.3 * left

    def _try(self, candidate: Candidate) -> bool:
        learner = candidate.learner
        seconds = self._seconds_for(learner)
        trial = Trial(len(self.trials), learner, candidate.params)
        self.trials.append(trial)
        self._ear.running = trial
        self._ear.tell(trial)
        began = time.monotonic()
        limit = None if np.isinf(seconds) else seconds
        # a learner that stops itself is ended only when the run itself would be late
        patience = seconds
        if LEARNERS[learner].stops_itself:
            patience = max(seconds + 0.5, self._clock.last_call - 2.0)
        bars = self.outcomes[self.best.number].losses if self.best and self._proposals.tuning else None
        try:
            task = (trial.number, candidate, limit, bars)
            if LEARNERS[learner].instant:
                outcome = self._at_once(*task)
            else:
                outcome = self._ear.wait(self._executor.submit(self._evaluate, *task), patience)
            whole = len(outcome.predictions) == self._folds
            scores = self._score(outcome)
        except CancelledError:
            trial = replace(trial, state="stopped", message="stopped")
        except Exception as error:
            # whatever a learner, a worker or a person's metric raises costs this candidate only
            trial = replace(trial, state="failed", message=_sentence(error))
        else:
            trial = _scored(trial, scores, outcome)
            if not whole:
                trial = replace(
                    trial, state="pruned", message="clearly worse than the best on its first folds"
                )
        kept = outcome if trial.state == "complete" else None
        if kept is None:
            trial = replace(trial, seconds=time.monotonic() - began)
        self.trials.pop()
        self._take(trial, kept)
        if trial.state != "stopped":
            self._journal.write(trial, kept, self._clock.elapsed)
        return trial.state in ("complete", "pruned")

    def _take(self, trial: Trial, outcome: Outcome | None) -> None:
        """Note a trial that has ended."""
        self.trials.append(trial)
        if outcome is not None:
            self.outcomes[trial.number] = outcome
        self._proposals.tell(trial)
        self._ear.running, self._ear.trials, self._ear.best = None, len(self.trials), self.best
        self._ear.tell(trial)
        self._ear.tick()


def _scored(trial: Trial, scores: list[float], outcome: Outcome) -> Trial:
    """The trial with its mean over the folds, and that mean's standard error where there are folds.

    A fold on which the metric is not defined (one class only, say) does not count.
    """
    values = np.asarray(scores, dtype=np.float64)
    values = values[~np.isnan(values)]
    if len(values) == 0 or not np.isfinite(values).all():
        return replace(
            trial,
            state="failed",
            message="its score is not defined on the validation rows; are there too few of a class?",
        )
    with np.errstate(over="ignore"):
        spread = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return replace(
        trial,
        state="complete",
        score=float(values.mean()),
        error_bar=spread if spread is None or np.isfinite(spread) else None,
        seconds=outcome.seconds,
        refit=outcome.refit_params,
    )


def _sentence(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300]
