"""One AutoML run as the store has it; offers what an `AutoMLResult` offers.

It reads files and decides nothing; `runs` makes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.automl.guardrails import Guardrail
from labstudio.automl.result import finished, leaderboard
from labstudio.automl.settings import AutoMLRun
from labstudio.automl.trial import Trial
from labstudio.errors import Conflict

if TYPE_CHECKING:
    from labstudio.onnx import Certificate, CertifiedModel, OnnxModel
    from labstudio.schema import Schema
    from labstudio.store import FileStore


@dataclass(frozen=True)
class Run:
    """One run as the store has it; offers what an `AutoMLResult` offers.

    Attributes
    ----------
    id : str
        Such as ``"run-3"``.
    state : str
        ``"queued"``, ``"running"``, ``"complete"``, ``"stopped"`` or ``"failed"``.
    error : str
        Why it failed, in a sentence; empty otherwise.
    started, ended : float
        Unix time in seconds; `ended` is None while it runs.
    job : str or None
        Such as ``"job-3"``, where a background job runs it.
    progress : dict
        What it last told of itself: phase, elapsed and budget in seconds, trials, metric, greater_is_better,
        and the Unix time of that (at); empty before it begins.
    """

    id: str
    state: str
    settings: AutoMLRun
    trials: tuple[Trial, ...]
    error: str
    started: float
    ended: float | None
    created_by: str
    outcome: dict[str, Any]
    job: str | None
    progress: dict[str, Any]
    _model: str | None = field(repr=False)
    _certificate: str | None = field(repr=False)
    _files: FileStore = field(repr=False)

    @property
    def subject(self) -> str:
        """What the run is called in events and lineage."""
        return f"run:{self.id}"

    @property
    def data(self) -> str:
        """The version it learned from, such as ``"churn@3"``."""
        return self.settings.data

    @property
    def target(self) -> str:
        """The column it predicts."""
        return self.settings.target

    @property
    def task(self) -> str:
        """``"binary"``, ``"multiclass"`` or ``"regression"``."""
        return str(self._known("task"))

    @property
    def metric(self) -> str:
        """What was optimised."""
        return str(self._known("metric"))

    @property
    def holdout(self) -> dict[str, float]:
        """Scores of the recommended model on the rows that nothing before has seen."""
        return dict(self._known("holdout"))

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % confidence interval of the first of them; None where it is not known."""
        known = self.outcome.get("interval")
        return (known[0], known[1]) if known else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or done, a sentence each."""
        return tuple(self._known("notes"))

    @property
    def guardrails(self) -> tuple[Guardrail, ...]:
        """What to know of the table before trusting the model."""
        return tuple(Guardrail(**one) for one in self.outcome.get("guardrails", ()))

    @property
    def diagram(self) -> dict[str, Any]:
        """How the recommended model works: columns, steps, members, answer."""
        return dict(self._known("diagram"))

    def diagram_of(self, trial: int) -> dict[str, Any]:
        """How one candidate works, by its number on the leaderboard; empty where it was not finished."""
        if self.outcome and trial == self.outcome["best"]:
            return self.diagram
        return dict(self.charts.get("diagrams", {}).get(str(trial), {}))

    @cached_property
    def charts(self) -> dict[str, Any]:
        """What the held-out rows say of the recommended model; empty while there is none."""
        kept = self.outcome.get("charts")
        return json.loads(self._files.read(kept)) if kept else {}

    @property
    def best(self) -> Trial:
        """The recommended trial."""
        return finished(self.trials, int(self._known("best")))

    @property
    def leaderboard(self) -> pd.DataFrame:
        """All trials that ended well, best first; while it runs, those so far."""
        known = self.progress | self.outcome
        return leaderboard(self.trials, known.get("metric") or "score", known.get("greater_is_better", True))

    @cached_property
    def certificate(self) -> Certificate:
        """How exactly the ONNX file gives what Python gives."""
        from labstudio.onnx import Certificate

        return Certificate.from_dict(json.loads(self._files.read(self._kept(self._certificate))))

    @cached_property
    def model(self) -> CertifiedModel:
        """The recommended model's file with its certificate."""
        from labstudio.onnx import CertifiedModel

        return CertifiedModel(self._files.read(self._kept(self._model)), self.certificate)

    @property
    def path(self) -> Path:
        """Where the ONNX file lies."""
        return self._files.path(self._kept(self._model))

    @cached_property
    def _onnx(self) -> OnnxModel:
        return self.model.load()

    @property
    def classes(self) -> np.ndarray | None:
        """Labels in the order of `predict_proba`'s columns; None for a regression."""
        return self._onnx.classes

    @property
    def schema(self) -> Schema:
        """The columns that a prediction needs."""
        return self._onnx.schema

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict by the ONNX file: labels or values of shape (N,) for N rows."""
        return self._onnx.predict(frame)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict probabilities of shape (N, K), columns in the order of `classes`."""
        return self._onnx.predict_proba(frame)

    def save_onnx(self, path: str | Path) -> Path:
        """Write the ONNX file of the recommended model."""
        return self.model.save(path)

    def _known(self, name: str) -> Any:
        if name not in self.outcome:
            raise Conflict(f"{self.id} is {self.state} and has no {name}. {self.error}".strip())
        return self.outcome[name]

    def _kept(self, sha256: str | None) -> str:
        if sha256 is None:
            raise Conflict(f"{self.id} is {self.state} and has no model. {self.error}".strip())
        return sha256
