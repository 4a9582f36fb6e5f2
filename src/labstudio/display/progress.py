"""Progress of a run: one view, updated at most four times a second, and quiet where nobody watches.

A listener for the events of a search. In a notebook it updates one display; on a terminal one line; in a
log (papermill, a pipe) it writes whole lines, sparsely. While it watches, the first interrupt (Jupyter's
Stop, Ctrl-C) asks the search to stop and keep what it has; a second one interrupts as usual.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any, Self, TextIO

from labstudio.automl import naming
from labstudio.automl.trial import Progress, Trial
from labstudio.display import wording
from labstudio.display.bundle import Bar, Bundle, Facts, Heading, State

EVERY = 0.25  # seconds between two updates of a view that somebody watches
_PHASES = {
    "reading": "Reading the data",
    "searching": "Searching",
    "finishing": "Finishing: fitting on all training rows, certifying the ONNX file",
    "done": "Done",
}


class Watch:
    """Gathers events into what is shown now, and says when it is time to show it again.

    Parameters
    ----------
    title : str
        What is running, such as "gapminder → lifeExp".
    every : float
        Least number of seconds between two updates.
    meanwhile : callable, optional
        Called once, when a first model has been learned: before, the machine has no time for anything else.
    """

    def __init__(self, title: str, every: float = EVERY, meanwhile: Callable[[], None] | None = None) -> None:
        self.title = title
        self.every = every
        self._meanwhile = meanwhile
        self.now = Progress(phase="reading", elapsed=0.0, budget=None, trials=0)
        self.stopping = False
        self.failed = False
        self._shown = 0.0
        self._handler: Any = None

    def __call__(self, event: Trial | Progress) -> bool:
        """Hear one event of the search; True asks it to stop and keep."""
        turned = isinstance(event, Progress) and event.phase != self.now.phase
        if isinstance(event, Progress):
            self.now = event
        elif event.number > 0 and event.state == "complete" and self._meanwhile is not None:
            self._meanwhile()
            self._meanwhile = None
        moment = time.monotonic()
        if moment - self._shown >= (EVERY if turned else self.every):
            self._shown = moment
            self.show()
        return self.stopping

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupted)
        self._shown = time.monotonic()
        self.show()
        return self

    def __exit__(self, *problem: object) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        self.close(failed=problem[0] is not None)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            raise KeyboardInterrupt
        self.stopping = True

    def show(self) -> None:
        """Show the state of now."""
        raise NotImplementedError

    def close(self, *, failed: bool) -> None:
        """Show the last state once more; what failed keeps the phase it failed in."""
        if not failed and self.now.phase != "done":
            self.now = replace(self.now, phase="done")
        self.failed = failed
        self.show()

    @property
    def share(self) -> float:
        """Share of the budget that is used, 0 where there is no budget."""
        if self.now.phase == "done":
            return 1.0
        return min(0.99, self.now.elapsed / self.now.budget) if self.now.budget else 0.0

    def line(self) -> str:
        """Say the state in one line."""
        now = self.now
        of = f" of {wording.seconds(now.budget)}" if now.budget and now.phase != "done" else ""
        word = "Failed" if self.failed else _PHASES.get(now.phase, now.phase)
        parts = [f"{word}  {wording.seconds(now.elapsed)}{of}"]
        if now.trials:
            parts.append(f"{now.trials} {'trial' if now.trials == 1 else 'trials'}")
        if now.best is not None:
            parts.append(f"best {_scored(now.best)}")
        return " · ".join(parts)

    def bundle(self) -> Bundle:
        """Say the state as a view."""
        now = self.now
        done = now.phase == "done"
        facts = {"elapsed": wording.seconds(now.elapsed)}
        if now.budget and not done:
            facts["budget"] = wording.seconds(now.budget)
        facts["trials"] = str(now.trials)
        if now.best is not None:
            facts["best"] = _scored(now.best)
        if now.running is not None and not done:
            facts["trying"] = f"{naming.learner(now.running.learner)} {settings_of(now.running)}".strip()
        word = _PHASES.get(now.phase, now.phase)
        state: State = "bad" if self.failed else "ok" if done else "run"
        if self.failed:
            word = f"Failed while {word[0].lower()}{word[1:]}"
        elif self.stopping and not done:
            word = "Stopping, what is found is kept"
        heading = Heading(self.title, "", state, word)
        bar = () if done or self.failed or not now.budget else (Bar(self.share),)
        return Bundle(heading, *bar, Facts(facts))


class NotebookWatch(Watch):
    """Updates one display of the notebook."""

    def __init__(self, title: str, every: float = EVERY, meanwhile: Callable[[], None] | None = None) -> None:
        super().__init__(title, every, meanwhile)
        self._handle: Any = None

    def show(self) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(self.bundle(), display_id=True)
        else:
            self._handle.update(self.bundle())


class TerminalWatch(Watch):
    """Rewrites one line on a terminal; elsewhere writes a whole line at each turn and now and then."""

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        super().__init__(title, EVERY if self.live else 15.0)
        self._last = ""

    def show(self) -> None:
        line = f"{wording.name(self.title)}  {self.line()}"
        if self.live:
            self.stream.write(f"\r\x1b[2K{Bar(self.share).text()} {line}")
        elif line != self._last:
            self.stream.write(line + "\n")
        self._last = line
        self.stream.flush()

    def close(self, *, failed: bool) -> None:
        super().close(failed=failed)
        if self.live:
            self.stream.write("\n")


def _scored(trial: Trial) -> str:
    return f"{wording.score(trial.score, trial.error_bar)} ({naming.learner(trial.learner)})"


def settings_of(trial: Trial, trials: Sequence[Trial] = ()) -> str:
    """Write what a trial is made of on one line: its hyper-parameters, or the members of an ensemble.

    Examples
    --------
    >>> settings_of(Trial(0, "lightgbm", {"rounds": 80, "features": {"view": "encoded"}}))
    'rounds 80, means of the target'
    >>> tried = [Trial(0, "mlp"), Trial(1, "tree")]
    >>> settings_of(Trial(2, "ensemble", {"members": {"0": 0.6, "1": 0.4}}), tried)
    '60 % Neural network (0), 40 % Decision tree (1)'
    """
    members = naming.members(trial, trials)
    if members:
        return ", ".join(f"{100 * weight:.0f} % {name} ({number})" for number, name, weight in members)
    told = {key: value for key, value in trial.params.items() if not isinstance(value, dict)}
    made = naming.features(trial.params.get("features", {}))
    words = [f"{key} {wording.number(value, 3)}" for key, value in told.items()]
    return ", ".join([*words, *([made] if made else [])])
