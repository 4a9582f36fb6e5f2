"""AutoML runs of a workspace: the engine with its data taken from the store and its results kept there.

The only part of `automl` that knows the store. A run belongs to the process that started it: whoever looks
finds out whether that process still lives, and says so.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from labstudio.automl.engine import export_trial, fit
from labstudio.automl.evaluation import WARM_MODULES
from labstudio.automl.metrics import Function, Metric
from labstudio.automl.preparation import worker_count
from labstudio.automl.result import AutoMLResult, finished
from labstudio.automl.run import Run
from labstudio.automl.settings import AutoMLRun
from labstudio.automl.trial import Listener, Progress, Trial
from labstudio.compute import LocalWorkers, ProcessMark
from labstudio.data.options import check_columns
from labstudio.errors import Conflict, Invalid, LabstudioError, NotFound
from labstudio.store import who

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.automl.check import Check
    from labstudio.data import Data, Version
    from labstudio.onnx import CertifiedModel
    from labstudio.store import Store

ENCODED = "encoded"
"""How the file of an encoder is linked with the data that holds its vectors."""

_LOOK_SECONDS = 0.5  # how often a run says where it is, and looks whether it is to stop
_ACTIVE = ("queued", "running")
_ROLES = {"data": "learned from", "validation": "validated by", "test": "judged by"}
"""Settings that name data, and what the data are to a run."""
_KINDS = {
    "number": "numbers", "integer": "numbers", "boolean": "numbers", "datetime": "dates", "string": "texts"
}  # fmt: skip
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
            Where it had begun, the run is kept as failed, with the same sentence.
        """
        return self.execute(self.begin(settings).id, listener=listener, metric=metric)

    def check(self, settings: AutoMLRun) -> Check:
        """Look at the data as a run would, in a moment, and without starting one.

        Raises
        ------
        NotFound, Invalid
            A run would be refused, with the same sentence.
        """
        from labstudio.automl.check import ROWS, check

        settings = self._pinned(settings)
        version = self._data.get(settings.data)
        if version.rows <= ROWS:
            return check(version.frame(), settings.target, settings)
        # what a sample cannot tell (an identifier? constant?) was found out when the data were added
        types = {column.name: column.semantic for column in version.schema if column.name != settings.target}
        settings = settings.model_copy(update={"types": types | settings.types})
        whole = version.frame([settings.target])[settings.target]
        return check(self._data.sample(version, ROWS), settings.target, settings, whole=whole)

    def begin(self, settings: AutoMLRun) -> Run:
        """Keep a run that `execute` shall do soon, here or in the process it is handed to.

        Raises
        ------
        NotFound, Invalid
            There is no such data, or it has no such target.
        """
        from labstudio.automl import tables

        settings = self._pinned(settings)
        row = {
            "data": settings.data,
            "settings": settings.model_dump(),
            "state": "queued",
            "process": ProcessMark.current().to_dict(),
            "created_by": who(),
            "started": time.time(),
        }
        with self._store.write() as connection:
            number = tables.insert_run(connection, row)
            for option, ref in _data_of(settings).items():
                self._store.link(connection, f"data:{ref}", f"run:run-{number}", _ROLES[option])
        return self.get(f"run-{number}")

    def _pinned(self, settings: AutoMLRun) -> AutoMLRun:
        """Return the settings with data at versions, all of which have the columns that are learned from."""
        version = self._data.get(settings.data)
        check_columns(version.schema.names, [settings.target], f"In {version.ref} ")
        needed = [name for name in version.schema.names if name not in settings.exclude]
        pinned = {"data": version.ref}
        for option, ref in _data_of(settings).items():
            if option != "data":
                own = self._data.get(ref)
                check_columns(own.schema.names, needed, f"{option}: in {own.ref} ")
                _check_alike(version, own, needed, option)
                pinned[option] = own.ref
        return settings.model_copy(update=pinned)

    def _frames(self, settings: AutoMLRun) -> dict[str, pd.DataFrame]:
        """The tables that a run reads, by the option that names them."""
        return {option: self._data.frame(ref) for option, ref in _data_of(settings).items()}

    def hand(self, run: str, process: ProcessMark, *, job: str | None = None) -> None:
        """Let another process answer for a queued run, and say which job will run it."""
        from labstudio.automl import tables

        number = _number(run)
        with self._store.write() as connection:
            tables.update_run(connection, number, {"process": process.to_dict()}, only_if="queued")
            tables.update_run(connection, number, {"job": job}, only_if=None)  # it may run already

    def execute(
        self,
        run: str,
        *,
        listener: Listener | None = None,
        metric: Function | Metric | None = None,
    ) -> Run:
        """Do a queued run in this process; parameters and errors are those of `run`.

        Raises
        ------
        Conflict
            It is not queued: it runs already, or has ended.
        """
        from labstudio.automl import tables

        number = _number(run)
        settings = self.get(run).settings
        began = {"state": "running", "process": ProcessMark.current().to_dict(), "started": time.time()}
        self.prepare()
        with self._store.write() as connection:
            queued = tables.update_run(connection, number, began, only_if="queued")
            if queued:
                self._store.record(connection, "automl.started", f"run:{run}", data=settings.data)
        if not queued:
            raise Conflict(f"{run} is {self.get(run).state} already; only a queued run can be begun.")
        try:
            frames = self._frames(settings)
            result = fit(
                frames["data"],
                settings.target,
                settings,
                validation=frames.get("validation"),
                test=frames.get("test"),
                executor=self._workers if worker_count(settings) == 1 else None,
                listener=_Recorder(self._store, number, listener),
                metric=metric,
                folder=self._folder(number),
                encoder=self._encoder(settings.data),
            )
            self._keep(number, result)
        except BaseException as error:
            self._fail(number, error)
            raise
        finally:  # but for a process that is killed, which may be gone on with
            rmtree(self._folder(number), ignore_errors=True)
        return self.get(run)

    def resume(
        self,
        run: str,
        *,
        listener: Listener | None = None,
        metric: Function | Metric | None = None,
    ) -> Run:
        """Go on with a run whose process was killed, from the trials that it had finished.

        The time it had taken counts. Parameters and errors are those of `run`.

        Raises
        ------
        Conflict
            Nothing of it was kept, or it has not failed.
        """
        self.take_up(run)
        return self.execute(run, listener=listener, metric=metric)

    def take_up(self, run: str) -> None:
        """Queue a run that was killed once more, for `execute`; see `resume`."""
        from labstudio.automl import tables

        found, number = self.get(run), _number(run)
        if not self.can_resume(run):
            raise Conflict(
                f"{run} is {found.state} and cannot be gone on with; only a run whose process was killed can."
            )
        again = {
            "state": "queued",
            "process": ProcessMark.current().to_dict(),
            "error": None,
            "ended": None,
            "stop_requested": False,
        }
        with self._store.write() as connection:
            if not tables.update_run(connection, number, again, only_if="failed"):
                raise Conflict(f"Somebody else has just gone on with {run}.")
            self._store.record(connection, "automl.resumed", f"run:{run}")

    def can_resume(self, run: str) -> bool:
        """Whether something of a failed run was kept to go on with."""
        return self.get(run).state == "failed" and (self._folder(_number(run)) / "about").exists()

    def _folder(self, number: int) -> Path:
        return self._store.root / "runs" / f"run-{number}"

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

        found, number = self.get(run), _number(run)
        if found.state not in _ACTIVE:
            raise Conflict(f"{run} is {found.state} already.")
        ended = {"state": "stopped", "error": "It was stopped before it began.", "ended": time.time()}
        with self._store.write() as connection:
            self._store.record(connection, "automl.stop", f"run:{run}")
            if tables.update_run(connection, number, ended, only_if="queued"):
                self._store.record(connection, "automl.stopped", f"run:{run}", error=ended["error"])
            else:
                tables.update_run(connection, number, {"stop_requested": True}, only_if="running")

    def clean(self, run: str) -> None:
        """Forget a run that left no model, with its trials; one that left a model is kept."""
        from labstudio.automl import tables

        found = self.get(run)
        if found.state in _ACTIVE:
            raise Conflict(f"{run} is {found.state}; stop it first.")
        if found._model is not None:
            raise Conflict(f"{run} left a model, which others may use; only runs without one can be cleaned.")
        rmtree(self._folder(_number(run)), ignore_errors=True)
        with self._store.write() as connection:
            tables.delete_run(connection, _number(run))
            self._store.record(connection, "automl.cleaned", f"run:{run}")

    def export(self, run: str, trial: int) -> CertifiedModel:
        """Fit another trial of a run's leaderboard on all training rows, export and certify it."""
        found = self.get(run)
        wanted = finished(found.trials, trial)
        if wanted == found.best:
            return found.model
        frames = self._frames(found.settings)
        return export_trial(
            frames["data"],
            found.target,
            found.settings,
            wanted,
            found.trials,
            validation=frames.get("validation"),
            test=frames.get("test"),
            encoder=self._encoder(found.data),
        )

    def _encoder(self, data: str) -> str | None:
        """Return the hash of the encoder whose vectors a version holds; None where it holds none."""
        subject = f"data:{data}"
        edges = self._store.lineage(subject)
        made = [one.source for one in edges if (one.target, one.relation) == (subject, ENCODED)]
        return made[0].partition(":")[2] if made else None

    def _keep(self, number: int, result: AutoMLResult) -> None:
        """Files first, then one transaction that makes the run complete."""
        from labstudio.automl import tables

        files = self._store.files
        model = files.put_bytes(result.model.content)
        certificate = files.put_bytes(json.dumps(result.certificate.to_dict(), sort_keys=True).encode())
        charts = files.put_bytes(json.dumps(result.charts, allow_nan=False).encode())
        outcome = {
            "task": result.task,
            "metric": result.metric,
            "greater_is_better": result.greater_is_better,
            "best": result.best.number,
            "holdout": result.holdout,
            "interval": result.interval,
            "rows": result.rows,
            "notes": list(result.notes),
            "seconds": result.seconds,
            "guardrails": [asdict(one) for one in result.guardrails],
            "diagram": result.diagram,
            "charts": charts,
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

        by_hand = isinstance(error, KeyboardInterrupt | Conflict)  # the engine's only Conflict is a stop
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

        if row["state"] not in _ACTIVE or ProcessMark.from_dict(row["process"]).alive():
            return row
        values = {"state": "failed", "error": _KILLED, "ended": time.time()}
        with self._store.write() as connection:
            # in the state it was seen in: one that has been handed on and begun is not to be written off
            if tables.update_run(connection, row["number"], values, only_if=row["state"]):
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
            job=row["job"],
            progress=row["progress"] or {},
            _model=row["model_sha256"],
            _certificate=row["certificate_sha256"],
            _files=self._store.files,
        )


class _Recorder:
    """Writes down trials as they begin and end, and where the run is; looks whether it is to stop."""

    def __init__(self, store: Store, number: int, listener: Listener | None) -> None:
        self._store, self._number, self._listener = store, number, listener
        self._told, self._phase = 0.0, ""

    def __call__(self, event: Trial | Progress) -> bool:
        from labstudio.automl import tables

        stop = bool(self._listener(event)) if self._listener is not None else False
        if isinstance(event, Progress):
            if event.phase == self._phase and time.monotonic() - self._told < _LOOK_SECONDS:
                return stop
            self._told, self._phase = time.monotonic(), event.phase
        with self._store.write() as connection:
            if isinstance(event, Trial):
                tables.save_trial(connection, self._number, event)
            else:
                names = ("phase", "elapsed", "budget", "trials", "metric", "greater_is_better")
                told = {name: getattr(event, name) for name in names}
                values = {"progress": told | {"at": time.time()}}
                tables.update_run(connection, self._number, values, only_if="running")
            return tables.stop_requested(connection, self._number) or stop


def _check_alike(version: Version, own: Version, names: Sequence[str], option: str) -> None:
    """Refuse rows of one's own with texts where the others have numbers: joined, all would be texts."""
    for name in names:
        here, there = version.schema[name], own.schema[name]
        kinds = {_KINDS[one.physical] for one in (here, there) if one.semantic != "constant"}
        if len(kinds) > 1:
            raise Invalid(
                f"{option}: {name!r} holds {_KINDS[there.physical]} in {own.ref} and "
                f"{_KINDS[here.physical]} in {version.ref}; give it the same type in both."
            )


def _data_of(settings: AutoMLRun) -> dict[str, str]:
    """Which data a run reads, by the option that names them."""
    told = {option: getattr(settings, option) for option in _ROLES}
    return {option: ref for option, ref in told.items() if ref}


def _number(run: str) -> int:
    name, _, number = run.partition("-")
    if name != "run" or not number.isdecimal():
        raise Invalid(f"{run!r} is not the id of a run; they look like run-3.")
    return int(number)
