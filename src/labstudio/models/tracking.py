"""Writing to MLflow: a certified file becomes a registered model version there.

MLflow is imported in the background, for that takes seconds; a worker process makes its database meanwhile.
This module knows nothing of our own tables; what a version is beyond MLflow's columns travels in
a tag of it.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from labstudio.compute import LocalWorkers
from labstudio.errors import Unavailable
from labstudio.models import registry_reader as reader
from labstudio.models import tracking_database as made
from labstudio.store.lock import file_lock

if TYPE_CHECKING:
    from labstudio.schema import Schema

RECORD = "labstudio.record"  # the tag that holds our row of a version, as JSON
_OFFLINE = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
}
# what predicting needs; named, because MLflow would else import the model to find out
_REQUIREMENTS = ["labstudio>=0.1", "onnxruntime>=1.22", "numpy>=1.26", "pandas>=2.2", "mlflow-skinny>=3.1"]


@dataclass(frozen=True)
class Publication:
    """What MLflow is to know of a version."""

    name: str
    title: str  # of the run
    model: bytes
    certificate: bytes
    schema: Schema
    description: str
    metrics: dict[str, float]
    params: dict[str, str]
    tags: dict[str, str]


class Tracking:
    """MLflow's database and artifacts of one workspace.

    Parameters
    ----------
    root
        The ``.labstudio`` folder.
    wal
        Whether SQLite may use its write-ahead log there.
    """

    def __init__(self, root: Path, *, wal: bool) -> None:
        self.path = reader.database(root)
        self._artifacts = reader.artifacts_uri(root)
        self._wal = wal
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._experiment = ""
        self._error: Exception | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Variables for MLflow clients that shall work on this workspace and leave no files elsewhere."""
        return {
            "MLFLOW_TRACKING_URI": reader.tracking_uri(self.path),
            "_MLFLOW_SERVER_ARTIFACT_ROOT": self._artifacts,  # where new experiments put their artifacts
            **_OFFLINE,
        }

    def prepare(self) -> None:
        """Begin to load MLflow and make its database, in the background."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._prepare, name="labstudio-mlflow", daemon=True)
                self._thread.start()

    def publish(self, publication: Publication) -> tuple[int, str]:
        """Register a model version; return its number and the id of its run.

        The version is made last but for closing the run, so a process killed on the way leaves an open run.
        """
        client = self._ready()
        with _quiet():
            from mlflow.entities import LoggedModelOutput, Metric, Param
            from mlflow.exceptions import MlflowException

            now = int(time.time() * 1000)
            run = client.create_run(self._experiment, run_name=publication.title, tags=publication.tags)
            run_id = run.info.run_id
            client.log_batch(
                run_id,
                metrics=[Metric(k, v, now, 0) for k, v in publication.metrics.items()],
                params=[Param(key, value) for key, value in publication.params.items()],
            )
            logged = client.create_logged_model(
                self._experiment,
                name=publication.name.replace(".", "-"),  # a dot is allowed in registered names only
                source_run_id=run_id,
                model_type="onnx",
            )
            _write(_folder(logged.artifact_location), publication, run_id, logged.model_id)
            client.finalize_logged_model(logged.model_id, "READY")
            client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, 0)])
            try:
                client.create_registered_model(publication.name)
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
            made = client.create_model_version(
                publication.name,
                logged.artifact_location,  # "models:/<id>" would be looked up at the global tracking URI
                run_id,
                tags=publication.tags,
                description=publication.description,
                model_id=logged.model_id,
            )
            client.set_terminated(run_id)
        return int(made.version), run_id

    def close_run(self, run: str) -> None:
        """Mark a run as finished that its process could not."""
        client = self._ready()
        with _quiet():
            client.set_terminated(run)

    def withdraw(self, run: str, name: str | None = None, version: int | None = None) -> None:
        """Take back what a registration that was cut short has left."""
        client = self._ready()
        with _quiet():
            if name is not None:
                client.delete_model_version(name, str(version))
            for logged in client.search_logged_models(
                [self._experiment], filter_string=f"source_run_id = '{run}'"
            ):
                shutil.rmtree(_folder(logged.artifact_location), ignore_errors=True)
                client.delete_logged_model(logged.model_id)
            client.delete_run(run)

    def _ready(self) -> Any:
        self.prepare()
        assert self._thread is not None
        self._thread.join()
        if self._error is not None:
            error, self._error, self._thread = self._error, None, None  # the next call tries again
            if isinstance(error, Unavailable):
                raise error
            raise Unavailable(
                f"MLflow's registry {self.path} cannot be opened: {_first_line(error)}"
            ) from error
        return self._client

    def _prepare(self) -> None:
        try:
            for name, value in _OFFLINE.items():
                os.environ.setdefault(name, value)  # read when MLflow is imported, here and in the worker
            with file_lock(self.path.with_name("mlflow.lock")):
                self._make_ready()
        except Exception as error:
            self._error = error

    def _make_ready(self) -> None:
        with LocalWorkers() as workers:  # starts none unless asked
            making = None
            if not self.path.exists():
                making = workers.submit(made.make, self.path, self._artifacts, self._wal)
            import mlflow.pyfunc  # noqa: F401 - publishing will need it
            from mlflow import MlflowClient

            if making is not None:
                making.result()
            elif not made.is_current(self.path):
                workers.submit(made.upgrade, self.path).result()
        reader.relocate(self.path, self._artifacts)
        with _quiet():
            uri = reader.tracking_uri(self.path)
            client = MlflowClient(tracking_uri=uri, registry_uri=uri)
            for store in (client._tracking_client.store, client._get_registry_client().store):
                self._tune(store.engine)
            self._experiment = made.our_experiment(client, self._artifacts)
        self._client = client

    def _tune(self, engine: Any) -> None:
        from sqlalchemy import event

        def tune(connection: Any, _: object) -> None:
            connection.execute("PRAGMA busy_timeout = 30000")
            if self._wal:
                connection.execute("PRAGMA journal_mode = wal")
                connection.execute("PRAGMA synchronous = normal")

        event.listen(engine, "connect", tune)
        engine.dispose()  # connections from before know nothing of it


def _write(folder: Path, publication: Publication, run: str, model: str) -> None:
    """Write the artifact: the file behind two flavors, its certificate beside it."""
    import mlflow.pyfunc
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec
    from mlflow.types import Schema as Columns
    from mlflow.types.schema import AnyType

    # MLflow's types know no missing values and refuse an integer for a double; our own canonicaliser judges
    # the values, so MLflow is told the names alone
    inputs = Columns([ColSpec(AnyType(), name, required=False) for name in publication.schema.names])
    probabilities = ParamSchema([ParamSpec("probabilities", DataType.boolean, False)])
    signature = ModelSignature(inputs=inputs, params=probabilities)
    description = Model(run_id=run, model_id=model, signature=signature)
    description.add_flavor(
        "onnx",
        onnx_version=version("onnx"),
        data="data/model.onnx",
        providers=["CPUExecutionProvider"],
        onnx_session_options=None,
        save_as_external_data=False,
        code=None,
    )
    data = folder.with_name("model.onnx")
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(publication.model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to give an input example
        mlflow.pyfunc.save_model(
            str(folder),
            loader_module="labstudio.models.pyfunc",
            data_path=str(data),
            mlflow_model=description,
            signature=signature,
            pip_requirements=_REQUIREMENTS,
        )
    data.unlink()
    (folder / "certificate.json").write_bytes(publication.certificate)


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow's notices are for people who call it themselves; its errors become ours."""
    from mlflow.exceptions import MlflowException

    logger = logging.getLogger("mlflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    except MlflowException as error:
        raise Unavailable(f"MLflow's registry refused: {_first_line(error)}") from error
    finally:
        logger.setLevel(level)


def _folder(location: str) -> Path:
    return Path(unquote(urlparse(location).path))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
