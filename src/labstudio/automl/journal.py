"""What a search has done so far, in a folder, so that one that was killed can be gone on with.

A trial is written whole or not at all, after its models have been. Whatever was begun with other data,
settings or versions is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labstudio.automl.evaluation import Outcome
from labstudio.automl.trial import Trial

Entry = tuple[Trial, Outcome | None, float]
"""A trial, what came of it, and the seconds that the run had taken by then."""


class Journal:
    """The trials of a run.

    Parameters
    ----------
    folder : Path
        Of this run alone; made if need be.
    facts : mapping of JSON values
        What the run depends on.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> journal = Journal(Path(mkdtemp()), {"seed": 0})
    >>> journal.write(Trial(0, "linear", state="failed"), None, 1.5)
    >>> [(trial.learner, elapsed) for trial, _, elapsed in Journal(journal.folder, {"seed": 0}).entries()]
    [('linear', 1.5)]
    >>> list(Journal(journal.folder, {"seed": 1}).entries())
    []
    """

    def __init__(self, folder: Path, facts: Mapping[str, Any]) -> None:
        self.folder = folder
        key = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
        about = folder / "about"
        if folder.exists() and (not about.exists() or about.read_text() != key):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        about.write_text(key)

    def write(self, trial: Trial, outcome: Outcome | None, elapsed: float) -> None:
        """Keep a trial that has ended."""
        place = self.folder / f"trial-{trial.number:06d}.pickle"
        part = place.with_suffix(".part")
        part.write_bytes(pickle.dumps((trial, outcome, elapsed), protocol=5))
        part.replace(place)

    def entries(self) -> Iterator[Entry]:
        """Yield what was kept, in the order of the trials."""
        for number, place in enumerate(sorted(self.folder.glob("trial-*.pickle"))):
            if place.name != f"trial-{number:06d}.pickle":
                return
            entry: Entry = pickle.loads(place.read_bytes())  # noqa: S301 - in this run's own folder
            yield entry
