"""Views of background jobs, and what an AutoML run writes into a job's log."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self, TextIO

from labstudio.automl import naming
from labstudio.automl.trial import Progress, Trial
from labstudio.display import wording
from labstudio.display.bundle import Block, Bundle, Facts, Heading, Line, State, Table
from labstudio.display.progress import Watch, settings_of

if TYPE_CHECKING:
    from labstudio.jobs import Job, LogPart

_STATES: dict[str, State] = {
    "queued": "run",
    "running": "run",
    "complete": "ok",
    "stopped": "warn",
    "interrupted": "bad",
    "failed": "bad",
}


class LogWatch(Watch):
    """Writes a line for each phase and each trial that ends: a log is read later, and as a whole."""

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        super().__init__(title)
        self._phase = ""

    def __call__(self, event: Trial | Progress) -> bool:
        if isinstance(event, Trial) and event.state != "running":
            self._write(f"trial {event.number}  {self._trial(event)}  {settings_of(event)}")
        elif isinstance(event, Progress) and event.phase != self.now.phase:
            self._shown = 0.0  # a turn is told at once, so that the lines stand in the order of events
        return super().__call__(event)

    def show(self) -> None:
        phase = self.line().partition("  ")[0]
        if phase != self._phase:
            self._phase = phase
            self._write(self.line() if phase == "Done" else phase)

    def __enter__(self) -> Self:
        self._write(self.title)
        return super().__enter__()

    def _trial(self, trial: Trial) -> str:
        if trial.state != "complete":
            return f"{naming.learner(trial.learner)} {trial.state}: {trial.message}"
        return f"{naming.learner(trial.learner)} {wording.score(trial.score, trial.error_bar)}"

    def _write(self, words: str) -> None:
        line = f"{wording.seconds(self.now.elapsed):>8}  {wording.name(words)}".rstrip()
        print(line, file=self.stream, flush=True)


def job(found: Job) -> Bundle:
    """Show a job: its state, what it made, when it ran."""
    blocks: list[Block] = [Heading(found.id, found.title, _STATES.get(found.state, ""), found.state)]
    if found.error:
        blocks.append(Line(found.error, "warn" if found.state == "stopped" else "bad"))
    if found.stop_requested and found.ended is None:
        blocks.append(Line("It is asked to stop."))
    made = {name: str(value) for name, value in found.result.items()}
    times = {"kind": found.kind, "created": wording.ago(found.created)}
    if found.started is not None and found.ended is not None:
        times["time"] = wording.seconds(found.ended - found.started)
    return Bundle(*blocks, Facts({**times, **made}))


def jobs(found: Sequence[Job]) -> Bundle:
    """List jobs, newest first."""
    if not found:
        return Bundle(Line("No background jobs yet."))
    rows = [
        [
            item.id,
            item.state,
            item.kind,
            item.title,
            ", ".join(map(str, item.result.values())) or "–",
            wording.ago(item.created),
        ]
        for item in found
    ]
    headers = ["job", "state", "kind", "what", "made", "created"]
    return Bundle(Heading("Jobs", str(len(rows))), Table(headers, rows, right=["created"]))


def log(found: LogPart) -> Bundle:
    """Show what a job has written."""
    lines = found.text.splitlines()
    return Bundle(*map(Line, lines)) if lines else Bundle(Line("Nothing is written yet."))
