"""What jobs are made of: plain values, and the seam through which a kind of work is plugged in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from labstudio.compute import ProcessMark

ACTIVE = ("queued", "running")  # the states that are not the last


@dataclass(frozen=True)
class Job:
    """One piece of background work as it was when it was looked at.

    Attributes
    ----------
    id : str
        Such as ``"job-3"``.
    kind : str
        Such as ``"automl"``.
    spec : dict
        What its kind is told.
    state : str
        ``"queued"``, ``"running"``, ``"complete"``, ``"failed"``, ``"stopped"``, or ``"interrupted"``:
        its processes are gone and left no word.
    error : str
        Why it did not complete, in a sentence; else empty.
    result : dict
        What it made, such as ``{"run": "run-7"}``.
    created, started, ended : float
        Unix time in seconds; None before it comes to that.
    stop_requested : bool
        Whether a person has asked it to end.
    process : ProcessMark
        Who answers for it.
    """

    id: str
    kind: str
    title: str
    spec: dict[str, Any]
    state: str
    error: str
    result: dict[str, Any]
    created: float
    started: float | None
    ended: float | None
    created_by: str
    stop_requested: bool
    process: ProcessMark = field(repr=False)

    @property
    def subject(self) -> str:
        """What events call it: ``"job:job-3"``."""
        return f"job:{self.id}"


@dataclass(frozen=True)
class LogPart:
    """A part of what a job has written.

    Attributes
    ----------
    offset : int
        Where the next part begins, in bytes.
    size : int
        How long the log is now, in bytes.
    done : bool
        Whether nothing more will come.
    """

    text: str
    offset: int
    size: int
    done: bool


@dataclass(frozen=True)
class Outcome:
    """How a job ended: its last state, a sentence where it is not complete, and what it made."""

    state: str = "complete"
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)


Watch = Callable[[str], AbstractContextManager[Any]]
"""Makes, from a title, the listener that writes progress into the log while it is entered."""


@dataclass(frozen=True)
class Kind:
    """A kind of work that can be a job.

    Attributes
    ----------
    run : callable (Job, Watch) → Outcome
        Does the work, in the job's own process; a KeyboardInterrupt asks it to end soon.
    renew : callable (spec) → spec
        Makes the spec of another job that does the same again.
    launched : callable (Job) → None
        Called by the starter as soon as the job has a process of its own.
    """

    run: Callable[[Job, Watch], Outcome]
    renew: Callable[[dict[str, Any]], dict[str, Any]] = dict
    launched: Callable[[Job], object] = id
