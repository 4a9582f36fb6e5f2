"""Registered models of a workspace.

A version stands in two places that no transaction spans: MLflow's registry, for every MLflow client, and our
own tables, with lineage and certificate. MLflow comes first; a version is there for us once our row is, and
`repair` completes or takes back what a killed process has left between the two.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.models import registry_reader as reader
from labstudio.models.tracking import RECORD, Publication, Tracking
from labstudio.models.version import ModelVersion, checked_name, parse_ref
from labstudio.store import who
from labstudio.store.lock import file_lock

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.onnx import CertifiedModel, OnnxModel
    from labstudio.store import Store

_LONGEST_PARAM = 6000  # MLflow's own limit
_Versions = list[ModelVersion]  # inside the class, `list` is the method
_Sentences = list[str]


class Models:
    """The registered models of a workspace.

    Parameters
    ----------
    store : Store
        With PostgreSQL, MLflow's database still is a SQLite file in the store's folder.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tracking = Tracking(store.root, wal=store.journal != "delete")
        reader.relocate(self._tracking.path, reader.artifacts_uri(store.root))

    @property
    def environment(self) -> dict[str, str]:
        """Variables for processes whose MLflow clients shall work on this workspace."""
        return self._tracking.environment

    def prepare(self) -> None:
        """Load MLflow and make its database in the background; `register` waits for it."""
        self._tracking.prepare()

    def register(self, source: Any, name: str, *, frame: pd.DataFrame | None = None) -> ModelVersion:
        """Register a certified model under a name.

        Parameters
        ----------
        source : Run, AutoMLResult, CertifiedModel or fitted scikit-learn estimator
            What to register. An estimator is converted and certified first.
        name : str
            Of the model, such as ``"life-expectancy"``.
        frame : DataFrame, optional
            For an estimator: rows as it takes them, on which it is certified.

        Returns
        -------
        ModelVersion
            The next version of the name, or the one that holds this very file already (`existed`).

        Raises
        ------
        Conflict
            The certificate says that the file does not give what Python gives.
        Invalid
            The name cannot name a model, or the source is none.
        """
        name = checked_name(name)
        self.prepare()  # loads while the model is read, or converted
        candidate = _candidate(source, frame)
        if not candidate.model.certificate.passed:
            raise Conflict(f"This model is not registered: {candidate.model.certificate.sentence()}")
        row = self._stored(candidate, name)
        with file_lock(self._store.root / "models.lock"):
            self._repair()
            for known in self._versions(name):
                if known.sha256 == row["file_sha256"]:
                    return replace(known, existed=True)
            self._refuse_lost_numbers(name)
            version, run = self._tracking.publish(_publication(candidate, row))
            row.update(version=version, mlflow_run=run)
            self._keep(row)
        return self.get(f"{name}@{version}")

    def get(self, ref: str) -> ModelVersion:
        """Return a version: ``"name"`` is the newest, ``"name@2"`` a number, ``"name@champion"`` an alias."""
        name, which = parse_ref(ref)
        there = self._versions()
        found = [one for one in there if one.name == name]
        if not found:
            raise NotFound(f"There is no model {name!r}{_near(name, {one.name for one in there})}.")
        for one in found:
            if which is None or which == one.version or which in one.aliases:
                return one
        known = ", ".join([*(str(one.version) for one in found), *(a for one in found for a in one.aliases)])
        raise NotFound(f"Model {name!r} has no version or alias {which!r}; it has {known}.")

    def list(self) -> _Versions:
        """Return all versions, by name and then newest first."""
        return self._versions()

    def load(self, ref: str) -> OnnxModel:
        """Load a version for predicting; see `get` for how to call one.

        Raises
        ------
        Unavailable
            The stored file is not the one that was registered.
        """
        from labstudio.onnx import load

        version = self.get(ref)
        content = self._store.files.read(version.sha256)
        if hashlib.sha256(content).hexdigest() != version.sha256:
            raise Unavailable(f"The file of {version.ref} has changed on disk; restore it from a copy.")
        return load(content)

    def repair(self) -> _Sentences:
        """Bring MLflow's registry and ours together again; return a sentence for everything that was done."""
        with file_lock(self._store.root / "models.lock"):
            return self._repair()

    def _versions(self, name: str | None = None) -> _Versions:
        from labstudio.models import tables

        # ours first: what has a row was in MLflow before it
        with self._store.read() as connection:
            rows = tables.select_versions(connection)
        theirs = {(one.name, one.version): one for one in reader.versions(self._tracking.path)}
        runs = reader.runs(self._tracking.path) if rows else {}
        found = []
        for row in rows:
            registered = theirs.get((row["name"], row["version"]))
            if name not in (None, row["name"]) or _deleted(row, registered, runs):
                continue
            found.append(self._version(row, registered.aliases if registered else ()))
        return found

    def _version(self, row: Mapping[str, Any], aliases: tuple[str, ...]) -> ModelVersion:
        return ModelVersion(
            name=row["name"],
            version=row["version"],
            sha256=row["file_sha256"],
            task=row["task"],
            target=row["target"],
            metrics=row["metrics"],
            source=row["source"],
            by=row["created_by"],
            created=row["created"],
            aliases=aliases,
            _certificate=row["certificate_sha256"],
            _files=self._store.files,
        )

    def _stored(self, candidate: _Candidate, name: str) -> dict[str, Any]:
        """Put the files into the store; return our row, but for what MLflow will give."""
        files = self._store.files
        sha256 = files.put_bytes(candidate.model.content)
        if sha256 != candidate.model.certificate.file_sha256:
            raise Conflict("The certificate belongs to another file than this one; certify this file again.")
        return {
            "name": name,
            "file_sha256": sha256,
            "certificate_sha256": files.put_bytes(_json(candidate.model.certificate.to_dict())),
            "task": candidate.model.task,
            "target": candidate.target,
            "metrics": {key: value for key, value in candidate.metrics.items() if math.isfinite(value)},
            "source": candidate.subject or f"file:{sha256}",
            "created_by": who(),
            "created": time.time(),
        }

    def _keep(self, row: Mapping[str, Any], **detail: Any) -> None:
        """Our side of a version, in one transaction."""
        from labstudio.models import tables

        subject, file = f"model:{row['name']}@{row['version']}", f"file:{row['file_sha256']}"
        with self._store.write() as connection:
            tables.insert_version(connection, row)
            self._store.link(connection, file, subject, "file")
            if row["source"] != file:
                self._store.link(connection, row["source"], subject, "registered")
            self._store.record(
                connection,
                "models.registered",
                subject,
                source=row["source"],
                file=row["file_sha256"],
                **detail,
            )

    def _refuse_lost_numbers(self, name: str) -> None:
        """MLflow counts on from what it has: were that less than ours, a number would be given twice."""
        ours = max((one.version for one in self._versions(name)), default=0)
        theirs = max(
            (one.version for one in reader.versions(self._tracking.path) if one.name == name), default=0
        )
        if theirs < ours:
            raise Conflict(
                f"MLflow's database {self._tracking.path} has lost versions of {name!r}; restore it from a "
                "copy, or register under another name."
            )

    def _repair(self) -> _Sentences:
        from labstudio.models import tables

        path = self._tracking.path
        theirs = {(one.name, one.version): one for one in reader.versions(path)}
        runs = reader.runs(path)
        done = []
        with self._store.read() as connection:
            rows = {(row["name"], row["version"]): row for row in tables.select_versions(connection)}
        for key, row in tuple(rows.items()):
            if _deleted(row, theirs.get(key), runs):
                subject = f"model:{row['name']}@{row['version']}"
                with self._store.write() as connection:
                    tables.delete_version(connection, *key)
                    self._store.record(connection, "models.deleted", subject, file=row["file_sha256"])
                done.append(f"{row['name']}@{row['version']} was deleted in MLflow, and now is here too.")
                del rows[key]
        for key, registered in theirs.items():
            if key not in rows and RECORD in registered.tags:
                record = json.loads(registered.tags[RECORD])
                ref = f"{registered.name}@{registered.version}"
                if self._store.files.has(record["file_sha256"]):
                    new = {
                        "name": registered.name,
                        "version": registered.version,
                        "mlflow_run": registered.run,
                    }
                    self._keep({**record, **new}, repaired=True)
                    done.append(f"The registration of {ref} had been cut short, and now is complete.")
                else:
                    self._tracking.withdraw(registered.run, registered.name, registered.version)
                    runs.pop(registered.run, None)
                    done.append(f"{ref} stood in MLflow without its file, and was taken back.")
        published = {one.run for one in theirs.values()}
        for run, status in runs.items():
            if status == "RUNNING" and run in published:
                self._tracking.close_run(run)
            elif status == "RUNNING":
                self._tracking.withdraw(run)
                done.append("A registration that had been cut short was taken back.")
        return done


@dataclass(frozen=True)
class _Candidate:
    """A source in one form."""

    model: CertifiedModel
    metrics: dict[str, float]
    params: dict[str, str]
    target: str | None = None
    subject: str = ""  # of a stored run


def _candidate(source: Any, frame: pd.DataFrame | None) -> _Candidate:
    from labstudio.onnx import CertifiedModel

    if isinstance(source, CertifiedModel):
        return _Candidate(source, {}, {}, source.load().target)
    if hasattr(source, "holdout") and hasattr(
        source, "model"
    ):  # a Run, or an AutoMLResult that no store knows
        best = source.best
        params = {"learner": best.learner, **{f"{best.learner}.{k}": v for k, v in best.params.items()}}
        if hasattr(source, "settings"):
            params.update(source.settings.model_dump(exclude_none=True))
        texts = {key: str(value)[:_LONGEST_PARAM] for key, value in params.items()}
        return _Candidate(source.model, source.holdout, texts, source.target, getattr(source, "subject", ""))
    if not hasattr(source, "predict"):
        raise Invalid(
            f"A {type(source).__name__} cannot be registered; give a run, a result, a certified model "
            "or a fitted scikit-learn model."
        )
    if frame is None:
        raise Invalid(
            "A scikit-learn model is certified on rows as it takes them: give some, with the target, "
            "as frame= (in a cell: --data)."
        )
    from labstudio.onnx import from_sklearn  # brings skl2onnx

    return _Candidate(from_sklearn(source, frame), {}, {"estimator": str(source)[:_LONGEST_PARAM]})


def _publication(candidate: _Candidate, row: Mapping[str, Any]) -> Publication:
    return Publication(
        name=row["name"],
        title=row["source"].removeprefix("run:") if candidate.subject else row["name"],
        model=candidate.model.content,
        certificate=_json(candidate.model.certificate.to_dict()),
        schema=candidate.model.schema,
        description=candidate.model.certificate.sentence(),
        metrics=row["metrics"],
        params=candidate.params,
        tags={RECORD: _json(dict(row)).decode(), "labstudio.source": row["source"]},
    )


def _deleted(row: Mapping[str, Any], registered: reader.Registered | None, runs: Mapping[str, str]) -> bool:
    """Whether a person has deleted this version in MLflow: then its run is still there.

    Where the run is gone too, MLflow's database was lost or put back to an older state; our version stays.
    """
    return (registered is None or registered.run != row["mlflow_run"]) and row["mlflow_run"] in runs


def _near(name: str, names: set[str]) -> str:
    near = get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(sorted(names)[:10])}" if names else ": none is registered yet"


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True).encode()
