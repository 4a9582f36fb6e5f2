"""How a job ended, from the notes that its processes leave in its folder, and the one place that keeps it.

The child's last act is `outcome.json`, the wrapper's is `exit.json`. Whoever finds both processes gone reads
them: the wrapper itself, or any process that looks later.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.jobs.job import Outcome

if TYPE_CHECKING:
    from labstudio.store import Store

_INTERRUPTED = (
    "Its processes ended without a word: the machine or the container in which they ran was stopped, or they "
    "were killed. Run it again."
)


def folder(store: Store, number: int) -> Path:
    """Where a job's log and its notes lie."""
    return store.root / "jobs" / f"job-{number}"


def note_outcome(place: Path, outcome: Outcome) -> None:
    """Write the child's last words."""
    _write(place / "outcome.json", asdict(outcome))


def note_exit(place: Path, code: int) -> None:
    """Write how the child's process ended, as `subprocess` tells it: below zero a signal."""
    _write(place / "exit.json", {"code": code, "ended": time.time()})


def settle(store: Store, number: int, wish: str | None, *, only_if: Sequence[str]) -> None:
    """Write down how a job ended whose processes are gone; of several who do, one writes."""
    place = folder(store, number)
    outcome = _outcome(_read(place / "outcome.json"), _read(place / "exit.json"), wish)
    keep(store, number, outcome, only_if=only_if)


def keep(store: Store, number: int, outcome: Outcome, *, only_if: Sequence[str]) -> None:
    """Write an outcome and its event, if the job is still in one of the states `only_if`."""
    from labstudio.jobs import tables

    values = asdict(outcome) | {"ended": time.time()}
    detail = {"error": outcome.error} if outcome.error else outcome.result
    with store.write() as connection:
        if tables.update_job(connection, number, values, only_if=only_if):
            store.record(connection, f"jobs.{outcome.state}", f"job:job-{number}", **detail)


def _outcome(said: dict[str, Any] | None, left: dict[str, Any] | None, wish: str | None) -> Outcome:
    """Judge by the work's own words, else by how its process ended."""
    if said is not None:
        return Outcome(**said)
    if wish == "kill":
        return Outcome("stopped", "It was ended at once, as a person asked.")
    if left is None:
        return Outcome("interrupted", _INTERRUPTED)
    code = int(left["code"])
    if wish == "stop" and code in (130, -2):  # the interrupt came before the work had begun
        return Outcome("stopped", "It was stopped before it was done.")
    if code == -9:
        how = "was killed (by a person, or because memory ran out)"
    else:
        how = f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return Outcome("failed", f"Its process {how} before it was done; its log may say more.")


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """All or nothing, also where the power fails."""
    draft = path.with_suffix(".new")
    with draft.open("w") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return None
