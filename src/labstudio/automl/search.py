"""The search: which candidate next, within the time there is, until time, trials or a person end it.

Engine-agnostic: it takes what is proposed, hands candidates to a `concurrent.futures.Executor` and tells the
results.
It knows no data and no file.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace

import numpy as np

from labstudio.automl.clock import Clock, Ear, Waited
from labstudio.automl.evaluation import Outcome
from labstudio.automl.journal import Journal
from labstudio.automl.learners import LEARNERS
from labstudio.automl.member import Candidate
from labstudio.automl.portfolio import Proposals
from labstudio.automl.trial import Trial

RESTART_SECONDS = 5.0
"""What a fresh worker needs for its imports; a candidate that has to be killed costs that too."""
_EARLY = 4  # candidates that are worth more time than those after them
_MOST_FAILURES = 5  # in a row: then something is wrong that another try will not mend
_GRACE_SECONDS, _GRACE = 2.0, 0.75
"""What a learner that stops itself may be late, at least and as a share of its time, before it is ended."""
_HANGS = 3600.0
"""Without a budget: seconds after which a candidate hangs, or twenty times the longest of the others."""


Evaluate = Callable[[int, Candidate, float | None, list[float] | None], Outcome]


class Search:
    """Runs candidates, one after another or several at once, and keeps what they gave.

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
    workers : int
        Candidates at once.
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
        workers: int = 1,
    ) -> None:
        self._executor, self._evaluate, self._at_once, self._score = executor, evaluate, at_once, score
        self._proposals, self._sign = proposals, 1.0 if greater_is_better else -1.0
        self._folds, self._least_seconds = folds, least_seconds
        # on few rows many configurations overfit the folds: better on them, worse on new rows
        self._trials = trials or 20 + rows // 20
        self._target_score = target_score
        self._aside, self._workers = aside, workers
        self._clock, self._ear, self._journal = clock, ear, journal
        self._began: list[_Begun] = []
        self._hung: Counter[str] = Counter()
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
        failures, tried = 0, True
        try:
            while tried or self._began:
                tried = failures < _MOST_FAILURES and self._begin_next()
                while self._began and (not tried or len(self._began) >= self._workers):
                    failures = 0 if self._end_one() else failures + 1
                    tried = True
        finally:
            for one in self._began:
                one.waited.future.cancel()

    def _begin_next(self) -> bool:
        """Begin with the next candidate; False where there is none to begin with."""
        if len(self.trials) >= self._trials or self._good_enough():
            return False
        if self._ear.stopped and self.trials:  # the baseline costs nothing: there is always one to keep
            return False
        open_ = [name for name in self._proposals.learners if self._is_open(name)]
        candidate = self._proposals.next(len(self.trials), self._merits(), open_)
        if candidate is None:
            return False
        self._begin(candidate)
        return True

    def _is_open(self, learner: str) -> bool:
        """Whether there is time for one more of a learner, and it does not hang."""
        ended = sum(trial.learner == learner for trial in self.found)
        return self._hung[learner] <= ended and self._seconds_for(learner) > self._least(learner)

    def _recall(self) -> None:
        """Take over what an earlier process has done of this run."""
        spent = 0.0
        for trial, outcome, elapsed in self._journal.entries():
            spent = elapsed
            found = self._proposals.next(trial.number, self._merits(), self._proposals.learners)
            if found is None or (found.learner, found.params) != (trial.learner, trial.params):
                self._proposals.forget(trial.number)
            self.trials.append(trial)
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

    def _patience(self, learner: str, seconds: float) -> float:
        """Seconds after which a candidate that may take so many is ended with its process."""
        if np.isinf(seconds):
            return max(_HANGS, 20.0 * max((trial.seconds for trial in self.found), default=0.0))
        if LEARNERS[learner].stops_itself:
            seconds += max(_GRACE_SECONDS, _GRACE * seconds)
        return seconds

    def _begin(self, candidate: Candidate) -> None:
        """Hand a candidate to a worker; one that takes no time is done here and at once."""
        learner = candidate.learner
        seconds = self._seconds_for(learner)
        trial = Trial(len(self.trials), learner, candidate.params)
        self.trials.append(trial)
        self._ear.running = trial
        self._ear.tell(trial)
        began = time.monotonic()
        limit = None if np.isinf(seconds) else seconds
        bars = self.outcomes[self.best.number].losses if self.best and self._proposals.tuning else None
        task = (trial.number, candidate, limit, bars)
        future: Future[Outcome]
        if LEARNERS[learner].instant:
            future = Future()
            try:
                future.set_result(self._at_once(*task))
            except Exception as error:
                future.set_exception(error)
        else:
            try:
                future = self._executor.submit(self._evaluate, *task)
            except Exception as error:  # workers that have been shut down, say
                future = Future()
                future.set_exception(error)
        self._began.append(
            _Begun(trial, Waited(future, self._patience(learner, seconds), self._clock), began)
        )

    def _end_one(self) -> bool:
        """Wait for the next candidate to end, and note it; whether it ended well.

        Where the number of trials is the limit, they are noted in their order: then all is as the last time.
        """
        waiting = self._began[:1] if self._clock.budget is None else self._began
        place, outcome = 0, None
        try:
            place = self._ear.first([one.waited for one in waiting])
            outcome = waiting[place].outcome()
            whole = len(outcome.predictions) == self._folds
            trial = _scored(waiting[place].trial, self._score(outcome), outcome)
            if not whole:
                trial = replace(
                    trial, state="pruned", message="clearly worse than the best on its first folds"
                )
        except CancelledError:
            trial = replace(waiting[place].trial, state="stopped", message="stopped")
        except Exception as error:
            # whatever a learner, a worker or a person's metric raises costs this candidate only
            trial = replace(waiting[place].trial, state="failed", message=_sentence(error))
        done = self._began.pop(place)
        if done.waited.late() and outcome is None:
            self._hung[trial.learner] += 1
        done.waited.future.cancel()
        kept = outcome if trial.state == "complete" else None
        if kept is None:
            trial = replace(trial, seconds=time.monotonic() - done.began)
        self._take(trial, kept)
        if trial.state != "stopped":
            self._journal.write(trial, kept, self._clock.elapsed)
        return trial.state in ("complete", "pruned")

    def _take(self, trial: Trial, outcome: Outcome | None) -> None:
        """Note a trial that has ended."""
        self.trials[trial.number] = trial
        if outcome is not None:
            self.outcomes[trial.number] = outcome
        self._proposals.tell(trial)
        self._ear.running = self._began[-1].trial if self._began else None
        self._ear.trials, self._ear.best = len(self.trials), self.best
        self._ear.tell(trial)
        self._ear.tick()


@dataclass(frozen=True)
class _Begun:
    """A candidate that a worker works on."""

    trial: Trial
    waited: Waited
    began: float

    def outcome(self) -> Outcome:
        """What came of it; an error where it is late."""
        try:
            found: Outcome = self.waited.future.result(timeout=0)
        except NotYet as error:
            if self.waited.future.done():  # the task itself says so
                raise
            raise NotYet(f"took longer than the {self.waited.seconds:.1f} s it was given") from error
        return found


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
    if isinstance(error, MemoryError):
        why = f": {error}" if str(error) else ""
        return f"it wanted more memory than there is for it{why}"[:300]
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300]
