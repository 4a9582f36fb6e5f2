"""The search: which candidate next, within the time there is, until time, trials or a person end it.

Engine-agnostic: it asks Optuna, hands candidates to a `concurrent.futures.Executor` and tells the results.
It knows no data and no file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.automl.evaluation import Outcome
from labstudio.automl.learners import LEARNERS
from labstudio.automl.training import Candidate
from labstudio.automl.trial import Listener, Progress, Trial

if TYPE_CHECKING:
    import optuna

TICK_SECONDS = 0.25
RESTART_SECONDS = 5.0
"""What a fresh worker needs for its imports; a candidate that has to be killed costs that too."""
_FIRST_TRIES = 3  # of each learner, before the best one gets most of the turns
_MOST_FAILURES = 5  # in a row: then something is wrong that another try will not mend


@dataclass(frozen=True)
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


class Search:
    """Runs candidates one after another and keeps what they gave.

    Parameters
    ----------
    evaluate : callable (candidate, seconds it may take or None) → Outcome
        Runs in the executor.
    score : callable (Outcome) → scores of the folds
    """

    def __init__(
        self,
        executor: Executor,
        evaluate: Callable[[Candidate, float | None], Outcome],
        score: Callable[[Outcome], list[float]],
        *,
        greater_is_better: bool,
        learners: list[str],
        task: str,
        rows: int,
        folds: int,
        trials: int | None,
        seed: int,
        clock: Clock,
        ear: Ear,
    ) -> None:
        self._executor, self._evaluate, self._score = executor, evaluate, score
        self._sign = 1.0 if greater_is_better else -1.0
        self._task, self._rows, self._folds = task, rows, folds
        # on few rows many configurations overfit the folds: better on them, worse on new rows
        self._trials = trials or 20 + rows // 20
        self._clock, self._ear, self._seed = clock, ear, seed
        self._learners = learners or list(LEARNERS)
        self._studies: dict[str, optuna.Study] = {}
        self.trials: list[Trial] = []
        self.found: list[Trial] = []

    @property
    def best(self) -> Trial | None:
        """The best trial that ended well; of equals the first."""
        return max(self.found, key=lambda one: self._sign * (one.score or 0.0), default=None)

    def ranked(self) -> list[Trial]:
        """All that ended well, best first."""
        return sorted(self.found, key=lambda one: -self._sign * (one.score or 0.0))

    def run(self) -> None:
        """Search until the time, the trials or a person end it."""
        failures = 0
        while len(self.trials) < self._trials and failures < _MOST_FAILURES:
            if self._ear.stopped and self.trials:  # the baseline costs nothing: there is always one to keep
                break
            learner = self._next_learner()
            if learner is None:
                break
            failures = 0 if self._try(learner) else failures + 1

    def reserve(self) -> float:
        """Seconds to keep back for fitting the best so far on all rows, exporting and certifying it."""
        budget = self._clock.budget or 0.0
        fitting = self.best.refit_seconds(self._folds) if self.best else 0.0
        return 0.05 * budget + 0.5 + 1.5 * fitting

    def _learned(self) -> bool:
        return any(one.learner != "baseline" for one in self.found)

    def _next_learner(self) -> str | None:
        """Whose turn it is: each learner's default first, then mostly the best one's; None: time is over."""
        tries = {name: sum(trial.learner == name for trial in self.trials) for name in self._learners}
        open_ = [name for name in self._learners if tries[name] == 0 or LEARNERS[name].searchable]
        open_ = [name for name in open_ if self._seconds_for(name) > self._least(name)]
        if not open_:
            return None
        # of equals the one that keeps to its deadline: ending another costs its worker too
        fewest = min(open_, key=lambda name: (tries[name], not LEARNERS[name].stops_itself))
        if tries[fewest] < _FIRST_TRIES or len(self.trials) % 5 == 0:
            return fewest
        leaders = [one.learner for one in self.ranked() if one.learner in open_]
        return leaders[0] if leaders else fewest

    def _least(self, learner: str) -> float:
        """The least time worth starting with: half of what its quickest trial took."""
        took = [
            trial.seconds for trial in self.trials if trial.learner == learner and trial.state == "complete"
        ]
        return 0.5 * min(took, default=0.2)

    def _seconds_for(self, learner: str) -> float:
        """What the next trial of a learner may take."""
        left = self._clock.left - self.reserve()
        if self._clock.budget is None or learner == "baseline":
            return max(left, 1.0)
        if LEARNERS[learner].stops_itself:
            if not self._learned():  # a first real model is worth the overrun; half the time at most
                return max(0.5 * left, min(self._clock.last_call - 1.5, 1.5))
            # a fold of k costs its share of the trial; the refit on all rows must still fit behind it
            return left * self._folds / (self._folds + 1.5)
        return left - RESTART_SECONDS if self._learned() else 0.3 * left

    def _try(self, learner: str) -> bool:
        seconds = self._seconds_for(learner)
        asked, params = self._ask(learner)
        trial = Trial(len(self.trials), learner, params)
        self.trials.append(trial)
        self._ear.running = trial
        self._ear.tell(trial)
        began = time.monotonic()
        limit = None if np.isinf(seconds) else seconds
        # a learner that stops itself is ended only when the run itself would be late
        patience = seconds
        if LEARNERS[learner].stops_itself:
            fitting = self.best.refit_seconds(self._folds) if self.best else 0.0
            patience = max(seconds + 0.5, self._clock.last_call - 1.5 - 1.5 * fitting)
        candidate = Candidate(learner, params)
        try:
            if LEARNERS[learner].instant:
                outcome = self._evaluate(candidate, None)
            else:
                outcome = self._ear.wait(self._executor.submit(self._evaluate, candidate, limit), patience)
            scores = self._score(outcome)
        except CancelledError:
            trial = replace(trial, state="stopped", message="stopped")
        except Exception as error:
            # whatever a learner, a worker or a person's metric raises costs this candidate only
            trial = replace(trial, state="failed", message=_sentence(error))
        else:
            trial = _scored(trial, scores, outcome)
        if trial.state == "complete":
            self.found.append(trial)
        else:
            trial = replace(trial, seconds=time.monotonic() - began)
        self.trials[-1] = trial
        if asked is not None:
            self._answer(learner, asked, trial)
        self._ear.running, self._ear.trials, self._ear.best = None, len(self.trials), self.best
        self._ear.tell(trial)
        self._ear.tick()
        return trial.state == "complete"

    def _ask(self, learner: str) -> tuple[optuna.Trial | None, dict[str, Any]]:
        """What to try next of a learner: first its defaults, then what its own study proposes."""
        if all(trial.learner != learner for trial in self.trials):
            return None, LEARNERS[learner].defaults(self._task, self._rows)
        import optuna

        if learner not in self._studies:
            optuna.logging.set_verbosity(optuna.logging.ERROR)
            self._studies[learner] = optuna.create_study(
                sampler=optuna.samplers.TPESampler(seed=self._seed, n_startup_trials=5),
                direction="maximize" if self._sign > 0 else "minimize",
            )
        asked = self._studies[learner].ask()
        return asked, LEARNERS[learner].suggest(asked, self._task, self._rows)

    def _answer(self, learner: str, asked: optuna.Trial, trial: Trial) -> None:
        import optuna

        if trial.state == "complete":
            self._studies[learner].tell(asked, trial.score)
        else:
            self._studies[learner].tell(asked, state=optuna.trial.TrialState.FAIL)


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
