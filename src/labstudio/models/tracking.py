"""Writing to MLflow: its database is made, and a certified file becomes a registered model version there.

The only module that imports MLflow, and it does so in the background: that takes seconds, and making the
database a few more. It knows nothing of our own tables; what a version is beyond MLflow's columns travels in
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
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from labstudio.errors import Unavailable
from labstudio.models import registry_reader as reader
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
                os.environ.setdefault(name, value)  # read when MLflow is imported
            import mlflow.pyfunc  # noqa: F401 - publishing will need it
            from mlflow import MlflowClient

            with _quiet(), file_lock(self.path.with_name("mlflow.lock")):
                if self.path.exists():
                    self._upgrade()
                    reader.relocate(self.path, self._artifacts)
                else:
                    self._create()
                uri = reader.tracking_uri(self.path)
                client = MlflowClient(tracking_uri=uri, registry_uri=uri)
                for store in (client._tracking_client.store, client._get_registry_client().store):
                    self._tune(store.engine)
                self._experiment = self._our_experiment(client)
            self._client = client
        except Exception as error:
            self._error = error

    def _create(self) -> None:
        """Make the database under another name first: one cut short is never taken for a whole one."""
        for left in self.path.parent.glob("mlflow.new*"):
            left.unlink()
        making = self.path.with_name("mlflow.new")
        store = self._store(making)
        self._our_experiment(store)
        store.engine.dispose()
        if self._wal:
            import sqlite3

            with closing(sqlite3.connect(making)) as db:
                db.execute("PRAGMA journal_mode = wal")
        os.replace(making, self.path)

    def _upgrade(self) -> None:
        """Bring the database of an older MLflow up to this one, after a copy."""
        import sqlite3

        from alembic.util import CommandError
        from mlflow.store.db import utils

        with closing(sqlite3.connect(self.path)) as db:
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            query = "SELECT version_num FROM alembic_version"
            found = db.execute(query).fetchone()[0] if "alembic_version" in tables else ""
            if found == utils._get_latest_schema_revision():
                return
            folder = self.path.parent / "backups"
            folder.mkdir(exist_ok=True)
            copy = folder / f"mlflow-{found or 'empty'}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.db"
            with closing(sqlite3.connect(copy)) as target:
                db.backup(target)
        engine = utils.create_sqlalchemy_engine_with_retry(reader.tracking_uri(self.path))
        try:
            if found:
                utils._upgrade_db(engine)
            else:
                utils._initialize_tables(engine)
        except CommandError as error:
            raise Unavailable(
                f"MLflow's database {self.path} was written by a newer MLflow (schema {found}); "
                "update mlflow-skinny."
            ) from error
        finally:
            engine.dispose()

    def _store(self, path: Path) -> Any:
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        # the artifact root goes into the default experiment; MLflow's own choice is the current folder
        return SqlAlchemyStore(reader.tracking_uri(path), self._artifacts)

    def _our_experiment(self, client: Any) -> str:
        found = client.get_experiment_by_name(reader.EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        location = f"{self._artifacts}/{reader.EXPERIMENT}"
        return str(client.create_experiment(reader.EXPERIMENT, artifact_location=location))

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
