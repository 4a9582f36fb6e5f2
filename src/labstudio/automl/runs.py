"""AutoML runs of a workspace: the engine with its data taken from the store and its results kept there.

The only part of `automl` that knows the store. A run belongs to the process that started it: whoever looks
finds out whether that process still lives, and says so.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from labstudio.automl.engine import export_trial, fit
from labstudio.automl.evaluation import WARM_MODULES
from labstudio.automl.metrics import Function, Metric
from labstudio.automl.result import AutoMLResult, finished
from labstudio.automl.run import Run
from labstudio.automl.settings import AutoMLRun
from labstudio.automl.trial import Listener, Progress, Trial
from labstudio.compute import LocalWorkers, ProcessMark
from labstudio.errors import Conflict, Invalid, LabstudioError, NotFound
from labstudio.store import who

if TYPE_CHECKING:
    from labstudio.data import Data
    from labstudio.onnx import CertifiedModel
    from labstudio.store import Store

_LOOK_SECONDS = 0.5  # how often a run looks whether it is to stop
_KILLED = "The process that ran it ended before it did; the trials it had finished are kept."


class AutoML:
    """The runs of a workspace.

    Parameters
    ----------
    store : Store
    data : Data
        Where a run's frame comes from.
    """

    def __init__(self, store: Store, data: Data) -> None:
        self._store = store
        self._data = data

    def run(
        self,
        settings: AutoMLRun,
        *,
        listener: Listener | None = None,
        metric: Function | Metric | None = None,
    ) -> Run:
        """Search for a model on an asset, and keep every trial, the model and its certificate.

        Parameters
        ----------
        settings : AutoMLRun
            Data, target and how to search.
        listener : callable, optional
            As for `labstudio.automl.fit`.
        metric : callable or Metric, optional
            As for `labstudio.automl.fit`.

        Returns
        -------
        Run
            Complete, or stopped by a person with what it had.

        Raises
        ------
        NotFound, Invalid, Conflict, Unavailable
            The run is kept as failed, with the same sentence.
        """
        from labstudio.automl import tables

        version = self._data.get(settings.data)
        settings = settings.model_copy(update={"data": version.ref})
        self.prepare()
        with self._store.write() as connection:
            row = {
                "data": version.ref,
                "settings": settings.model_dump(),
                "state": "running",
                "process": ProcessMark.current().to_dict(),
                "created_by": who(),
                "started": time.time(),
            }
            number = tables.insert_run(connection, row)
            self._store.record(connection, "automl.started", f"run:run-{number}", data=version.ref)
            self._store.link(connection, f"data:{version.ref}", f"run:run-{number}", "learned from")
        try:
            result = fit(
                version.frame(),
                settings.target,
                settings,
                executor=self._workers,
                listener=_Recorder(self._store, number, listener),
                metric=metric,
            )
            self._keep(number, result)
        except BaseException as error:
            self._fail(number, error)
            raise
        return self.get(f"run-{number}")

    def prepare(self) -> None:
        """Start the worker in the background, so that a run that comes soon need not wait for its imports.

        It stays for further runs and ends with this process.
        """
        self._workers  # noqa: B018 - made when first asked for

    @cached_property
    def _workers(self) -> LocalWorkers:
        workers = LocalWorkers(1)
        workers.warm(WARM_MODULES)
        weakref.finalize(self, workers.shutdown, wait=False, cancel_futures=True)
        return workers

    def get(self, run: str) -> Run:
        """Return a run by its id, such as ``"run-3"``."""
        return self._runs(_number(run))[0]

    def list(self) -> list[Run]:
        """Return all runs, newest first."""
        return list(self._runs(None))

    def stop(self, run: str) -> None:
        """Ask a run to stop and keep what it has, whichever process it lives in."""
        from labstudio.automl import tables

        if self.get(run).state != "running":
            raise Conflict(f"{run} is {self.get(run).state} already.")
        with self._store.write() as connection:
            tables.update_run(connection, _number(run), {"stop_requested": True}, only_if="running")
            self._store.record(connection, "automl.stop", f"run:{run}")

    def clean(self, run: str) -> None:
        """Forget a run that left no model, with its trials; one that left a model is kept."""
        from labstudio.automl import tables

        found = self.get(run)
        if found.state == "running":
            raise Conflict(f"{run} is running; stop it first.")
        if found._model is not None:
            raise Conflict(f"{run} left a model, which others may use; only runs without one can be cleaned.")
        with self._store.write() as connection:
            tables.delete_run(connection, _number(run))
            self._store.record(connection, "automl.cleaned", f"run:{run}")

    def export(self, run: str, trial: int) -> CertifiedModel:
        """Fit another trial of a run's leaderboard on all training rows, export and certify it."""
        found = self.get(run)
        wanted = finished(found.trials, trial)
        return export_trial(self._data.frame(found.data), found.target, found.settings, wanted)

    def _keep(self, number: int, result: AutoMLResult) -> None:
        """Files first, then one transaction that makes the run complete."""
        from labstudio.automl import tables

        files = self._store.files
        model = files.put_bytes(result.model.content)
        certificate = files.put_bytes(json.dumps(result.certificate.to_dict(), sort_keys=True).encode())
        outcome = {
            "task": result.task,
            "metric": result.metric,
            "greater_is_better": result.greater_is_better,
            "best": result.best.number,
            "holdout": result.holdout,
            "rows": result.rows,
            "notes": list(result.notes),
            "seconds": result.seconds,
        }
        state = "stopped" if result.stopped else "complete"
        with self._store.write() as connection:
            values = {
                "state": state,
                "outcome": outcome,
                "model_sha256": model,
                "certificate_sha256": certificate,
                "ended": time.time(),
            }
            tables.update_run(connection, number, values, only_if="running")
            self._store.link(connection, f"run:run-{number}", f"file:{model}", "made")
            self._store.record(connection, f"automl.{state}", f"run:run-{number}", model=model)

    def _fail(self, number: int, error: BaseException) -> None:
        from labstudio.automl import tables

        by_hand = isinstance(error, KeyboardInterrupt)
        sentence = "It was stopped before a first model was ready." if by_hand else str(error)
        if not by_hand and not isinstance(error, LabstudioError):
            sentence = f"{type(error).__name__}: {sentence}"
        state = "stopped" if by_hand else "failed"
        with self._store.write() as connection:
            values = {"state": state, "error": sentence, "ended": time.time()}
            tables.update_run(connection, number, values, only_if="running")
            self._store.record(connection, f"automl.{state}", f"run:run-{number}", error=sentence)

    def _runs(self, number: int | None) -> Sequence[Run]:
        from labstudio.automl import tables

        with self._store.read() as connection:
            rows = tables.select_runs(connection, number)
            trials = {row["number"]: tables.select_trials(connection, row["number"]) for row in rows}
        if number is not None and not rows:
            raise NotFound(f"There is no run-{number} in this workspace.")
        return [self._run(self._reconciled(row), trials[row["number"]]) for row in rows]

    def _reconciled(self, row: dict[str, Any]) -> dict[str, Any]:
        """A run whose process is gone has failed: whoever looks first writes it down."""
        from labstudio.automl import tables

        if row["state"] != "running" or ProcessMark.from_dict(row["process"]).alive():
            return row
        values = {"state": "failed", "error": _KILLED, "ended": time.time()}
        with self._store.write() as connection:
            if tables.update_run(connection, row["number"], values, only_if="running"):
                self._store.record(connection, "automl.failed", f"run:run-{row['number']}", error=_KILLED)
            return tables.select_runs(connection, row["number"])[0]

    def _run(self, row: dict[str, Any], trials: Sequence[Trial]) -> Run:
        if row["state"] != "running":  # a trial that ran when its process was killed has ended with it
            ended = {"state": "stopped", "message": "ended with its run"}
            trials = [Trial(**{**vars(one), **ended}) if one.state == "running" else one for one in trials]
        return Run(
            id=f"run-{row['number']}",
            state=row["state"],
            settings=AutoMLRun(**row["settings"]),
            trials=tuple(trials),
            error=row["error"] or "",
            started=row["started"],
            ended=row["ended"],
            created_by=row["created_by"],
            outcome=row["outcome"] or {},
            _model=row["model_sha256"],
            _certificate=row["certificate_sha256"],
            _files=self._store.files,
        )


class _Recorder:
    """Writes trials down as they begin and end, and looks whether the run is to stop."""

    def __init__(self, store: Store, number: int, listener: Listener | None) -> None:
        self._store, self._number, self._listener = store, number, listener
        self._looked = 0.0

    def __call__(self, event: Trial | Progress) -> bool:
        from labstudio.automl import tables

        stop = bool(self._listener(event)) if self._listener is not None else False
        if isinstance(event, Trial):
            with self._store.write() as connection:
                tables.save_trial(connection, self._number, event)
        if isinstance(event, Trial) or time.monotonic() - self._looked > _LOOK_SECONDS:
            self._looked = time.monotonic()
            with self._store.read() as connection:
                stop = tables.stop_requested(connection, self._number) or stop
        return stop


def _number(run: str) -> int:
    name, _, number = run.partition("-")
    if name != "run" or not number.isdecimal():
        raise Invalid(f"{run!r} is not the id of a run; they look like run-3.")
    return int(number)
