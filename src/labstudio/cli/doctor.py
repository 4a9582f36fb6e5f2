"""labstudio doctor: is this machine and this workspace well, and if not, what to do."""

from __future__ import annotations

import ctypes
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Heading, State, Table
from labstudio.errors import LabstudioError
from labstudio.verbs import Answer, Command, Door, Nothing

LIBRARIES = ("numpy", "pandas", "scikit-learn", "lightgbm", "optuna", "onnx", "onnxruntime", "skl2onnx",
             "duckdb", "pyarrow", "sqlalchemy", "mlflow-skinny", "jupyterlab", "papermill")  # fmt: skip
# what reads each kind of datastore, by the extra that brings it
STORES = {
    "postgres": "psycopg", "sqlite": "adbc_driver_sqlite", "mysql": "pymysql", "mssql": "pyodbc",
    "s3": "s3fs", "azure": "adlfs", "gcs": "gcsfs", "delta": "deltalake", "keyring": "keyring",
    "spark": "pyspark", "databricks": "databricks.sql",
}  # fmt: skip
WAL_RESET_MENDED = (3, 51, 3)
LITTLE_DISK = 1e9  # bytes

Finding = tuple[str, State, str]  # what was looked at, how it is, what that means


def _doctor(door: Door, told: Nothing) -> Answer:
    found = [*_machine(), *_workspace(door)]
    words = {"ok": "ok", "warn": "warn", "bad": "fail"}
    rows = [[words[state], what, meaning] for what, state, meaning in found]
    failed = sum(state == "bad" for _, state, _ in found)
    verdict = f"{failed} of {len(found)} looks failed" if failed else "all is well enough to work"
    view = Bundle(Heading("Doctor", verdict), Table(["", "what", "how it is"], rows, width=200))
    plain = [{"what": what, "state": words[state], "meaning": meaning} for what, state, meaning in found]
    return Answer(view, plain, code=1 if failed else 0)


def _machine() -> Iterator[Finding]:
    fine = sys.version_info >= (3, 11)
    yield "Python", "ok" if fine else "bad", platform.python_version() + ("" if fine else "; 3.11 is needed")
    installed, missing = [], []
    for name in LIBRARIES:
        try:
            installed.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    yield "libraries", "ok", ", ".join(installed)
    if missing:
        yield "libraries", "bad", f"{', '.join(missing)} not installed; run pip install {' '.join(missing)}"
    yield "datastores", "ok", _stores()
    yield ("OpenMP", *_openmp())
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < WAL_RESET_MENDED:
        told = f"{version}, with the rare WAL-reset bug (mended in 3.51.3): one process at a time checkpoints"
        yield "SQLite", "warn", f"{told}, so nothing is to be done; a newer one is better"
    else:
        yield "SQLite", "ok", version


def _stores() -> str:
    """Say which kinds of datastores can be opened, and how the others are had."""
    there = [extra for extra, module in STORES.items() if _is_there(module)]
    lacking = [extra for extra in STORES if extra not in there]
    told = ", ".join(there) or "folders and SQLite"
    return told + (f"; pip install 'labstudio[{','.join(lacking)}]' brings the others" if lacking else "")


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:  # not even the package that it would be in
        return False


def _openmp() -> tuple[State, str]:
    """Load LightGBM's own library, which needs OpenMP's; importing the package would take seconds."""
    found = find_spec("lightgbm")
    places = [] if found is None else found.submodule_search_locations or []
    libraries = [file for place in places for file in Path(place).glob("*/lib_lightgbm.*")]
    try:
        for library in libraries:
            ctypes.CDLL(str(library))
    except OSError as error:
        return "bad", f"LightGBM does not load ({error}); on Debian and Ubuntu run apt-get install libgomp1"
    return (
        ("ok", "found") if libraries else ("bad", "LightGBM's library is missing; run pip install lightgbm")
    )


def _workspace(door: Door) -> Iterator[Finding]:
    from labstudio.workspace import find

    where = find(door.where)
    if isinstance(where, Path) and not where.is_dir():
        yield "workspace", "warn", f"none yet; the first command makes {where}"
        return
    try:
        store = door.workspace.store
        revision = store.revision()
    except LabstudioError as error:
        yield "workspace", "bad", str(error)
        return
    yield "workspace", "ok", f"{where if isinstance(where, Path) else 'PostgreSQL'}, revision {revision}"
    if store.journal == "delete":
        told = "rollback journal: the folder lies on a network file system, where WAL does not work"
        yield "journal", "warn", f"{told}; for more than a few writers use PostgreSQL"
    else:
        yield "journal", "ok", store.journal
    for what, look in (("writable", _writable), ("disk", _disk), ("MLflow", _mlflow)):
        yield (what, *look(store.root))
    freed = store.files.sweep()
    yield "leftovers", "ok", f"{wording.size(freed)} of killed processes removed" if freed else "none"


def _writable(root: Path) -> tuple[State, str]:
    try:
        with tempfile.TemporaryFile(dir=root):
            return "ok", "yes"
    except OSError as error:
        return (
            "bad",
            f"{root} cannot be written ({error.strerror}); ask its owner, or choose another workspace",
        )


def _disk(root: Path) -> tuple[State, str]:
    free = shutil.disk_usage(root).free
    little = free < LITTLE_DISK
    return "warn" if little else "ok", wording.size(free) + " free" + ("; make room" if little else "")


def _mlflow(root: Path) -> tuple[State, str]:
    file = root / "mlflow.db"
    if not file.exists():
        return "ok", "no registry yet; the first registered model makes it"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            count = database.execute("SELECT count(*) FROM model_versions").fetchone()[0]
            mode = database.execute("PRAGMA journal_mode").fetchone()[0]
    except sqlite3.Error as error:
        return "bad", f"{file} cannot be read ({error}); put back a copy of it"
    return "ok", f"{count} model {'version' if count == 1 else 'versions'}, journal {mode}"


DOCTOR = Command(Nothing, _doctor, "Say whether this machine and this workspace are well.")
