"""The one database of a workspace, opened by any number of processes at once.

SQLite beside the files by default, PostgreSQL by URL. This module knows connections, transactions, the
revision and how a database comes to its present form; it knows no capability's tables. Opening an existing
SQLite workspace costs one SELECT through the standard library: SQLAlchemy is loaded with the first read or
write, Alembic only to migrate.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, Invalid, Unavailable
from labstudio.store import events, lineage
from labstudio.store.files import FileStore
from labstudio.store.lock import file_lock
from labstudio.store.turn import turn

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30.0
_ALEMBIC = threading.Lock()  # it keeps what it works on in module globals
CHECKPOINT_BYTES = 4 * 2**20  # of write-ahead log, as SQLite's own default of 1,000 pages
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "glusterfs",
                        "fuse.glusterfs", "lustre", "gpfs", "beegfs", "ceph", "afs")  # fmt: skip


class Store:
    """Database and files of one workspace. Made by `open`.

    Attributes
    ----------
    root : Path
        The ``.labstudio`` folder (with PostgreSQL: the local folder of this workspace).
    files : FileStore
        Bytes by their sha256.
    door : str
        What events say they came through.
    journal : str
        ``"wal"``, ``"delete"`` on a network file system, or ``"postgresql"``.
    """

    def __init__(
        self,
        root: Path,
        files: FileStore,
        door: str,
        url: str | None,
        journal: str,
        patience: float = BUSY_SECONDS,
    ) -> None:
        self.root = root
        self.files = files
        self.door = door
        self.journal = journal
        self._url = url
        self._patience = patience
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._engine_process = 0

    @classmethod
    def open(
        cls,
        location: Path | str,
        files: str | None = None,
        *,
        door: str = "python",
        patience: float = BUSY_SECONDS,
    ) -> Store:
        """Open the workspace at `location`, making it when it is not there.

        Parameters
        ----------
        location : Path or str
            The ``.labstudio`` folder, or a URL ``postgresql://user@host/database``.
        files : str, optional
            Where the bytes are kept: a folder or an fsspec URL. By default ``files`` in the folder;
            PostgreSQL has no default.
        door : str
            What events say they came through.
        patience : float
            Seconds to wait for another writer (SQLite) before saying that the database is busy.

        Raises
        ------
        Conflict
            A newer Labstudio has already migrated the database.
        Unavailable
            The database or the folder cannot be read or written.

        Examples
        --------
        >>> import tempfile
        >>> store = Store.open(tempfile.mkdtemp())
        >>> with store.write() as connection:
        ...     store.record(connection, "greeted", "world", how="loudly")
        >>> store.events()[0].detail
        {'how': 'loudly'}
        >>> store.close()
        """
        remote = files if files and "://" in files else None
        if str(location).startswith("postgresql"):
            if not files:
                raise Invalid(
                    "With PostgreSQL say where files are kept: "
                    "files='/shared/folder' or files='s3://bucket/folder'."
                )
            key = hashlib.sha256(str(location).encode()).hexdigest()[:16]
            root = Path.home() / ".cache" / "labstudio" / key if remote else Path(files).absolute()
            _make(root)
            url = "postgresql+psycopg://" + str(location).split("://", 1)[1]
            store = cls(root, FileStore(root / "files", remote), door, url, "postgresql")
            store._bring_up_to_date()
            return store
        root = Path(location).absolute()
        folder = Path(files).absolute() if files and not remote else root / "files"
        network = _network_file_system(root)
        if network:
            warnings.warn(
                f"{root} lies on a network file system ({network}), where SQLite cannot use its write-ahead "
                "log: writing is slower and only a few people should share it; PostgreSQL is made for more.",
                stacklevel=2,
            )
        journal = "delete" if network else "wal"
        store = cls(root, FileStore(folder, remote), door, None, journal, patience)
        if store._sqlite_version() != _head():
            store._bring_up_to_date()
        return store

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; everything read through it is from one moment."""
        with _sentences(self._name), self._connect().connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes appear at the end with a new revision, all of them or none."""
        with _sentences(self._name), self._connect().connect() as connection, self._in_turn():
            connection = connection.execution_options(labstudio_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection
                if self._url is None:
                    connection.exec_driver_sql("UPDATE revision SET number = number + 1")
                else:
                    # a shared row would make every writer wait for the one before; a notice does not
                    connection.exec_driver_sql("SELECT pg_notify('labstudio', '')")
        if self.journal == "wal":
            self._checkpoint()

    def revision(self) -> int:
        """Return a number that grows whenever a write has become visible."""
        # PostgreSQL: the number of transactions finished so far, as a snapshot sees it
        query = "SELECT number FROM revision" if self._url is None else (
            "SELECT pg_snapshot_xmax(s)::text::bigint - (SELECT count(*) FROM pg_snapshot_xip(s))"
            " FROM (SELECT pg_current_snapshot() AS s) AS now"
        )  # fmt: skip
        with self.read() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())

    def record(self, connection: Connection, verb: str, subject: str, **detail: Any) -> None:
        """Write an event into the caller's transaction: who did `verb` to `subject`, when, by which door."""
        events.append(connection, self.door, verb, subject, detail)

    def link(self, connection: Connection, source: str, target: str, relation: str) -> None:
        """Write into the caller's transaction that `target` was made from `source`."""
        lineage.link(connection, source, target, relation)

    def events(self, limit: int = 100) -> list[events.Event]:
        """Return the newest events, newest first."""
        with self.read() as connection:
            return events.newest(connection, limit)

    def lineage(self, subject: str, most: int | None = None) -> list[lineage.Edge]:
        """Return the edges that lead to `subject` and from it, `most` each way, the nearest ones."""
        with self.read() as connection:
            return lineage.around(connection, subject, most)

    def close(self) -> None:
        """Close the connections of this process; the next use opens new ones."""
        with self._lock:
            if self._engine is not None:
                # connections of a parent process are forgotten, never closed: they are still in use there
                self._engine.dispose(close=self._engine_process == os.getpid())
                self._engine = None

    @property
    def _file(self) -> Path:
        return self.root / "labstudio.db"

    @property
    def _name(self) -> str:
        return f"The database {self._file}" if self._url is None else "The PostgreSQL database"

    def _in_turn(self) -> AbstractContextManager[None]:
        """Stand in line with those who write; PostgreSQL has one of its own for each row."""
        return nullcontext() if self._url is not None else turn(self.root / "turn.lock", self._patience)

    def _connect(self) -> Engine:
        if self._engine is not None and self._engine_process != os.getpid():
            self.close()
        with self._lock:
            if self._engine is None:
                self._engine, self._engine_process = self._new_engine(), os.getpid()
            return self._engine

    def _new_engine(self) -> Engine:
        from sqlalchemy import URL, create_engine, event

        if self._url is not None:
            try:
                return create_engine(self._url, pool_pre_ping=True)
            except ModuleNotFoundError:
                raise Unavailable(
                    "PostgreSQL needs the package psycopg: pip install 'labstudio[postgres]'."
                ) from None
        engine = create_engine(
            URL.create("sqlite", database=str(self._file)), connect_args={"timeout": self._patience}
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _: object) -> None:
            connection.isolation_level = None  # Python would begin by itself, and too late
            connection.execute(f"PRAGMA journal_mode = {self.journal}")
            connection.execute(f"PRAGMA synchronous = {'normal' if self.journal == 'wal' else 'full'}")
            connection.execute("PRAGMA foreign_keys = on")
            connection.execute("PRAGMA wal_autocheckpoint = 0")  # see _checkpoint

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get("labstudio_begin", "BEGIN"))

        return engine

    def _checkpoint(self) -> None:
        """Fold a grown write-ahead log back into the database.

        Before 3.51.3 SQLite has a rare bug: a checkpoint in one process while a writer in another starts
        the log afresh can lose that write. So no connection checkpoints by itself; one process does, under a
        file lock, in the mode that also holds the writers' lock. (The checkpoint when the last connection
        closes has the database to itself anyway.)
        """
        try:
            due = self._file.with_name("labstudio.db-wal").stat().st_size > CHECKPOINT_BYTES
        except FileNotFoundError:
            return
        if not due:
            return
        # where somebody else is at it, or all are busy, the next write will do
        with (
            suppress(Unavailable, sqlite3.OperationalError),
            file_lock(self.root / "checkpoint.lock", wait=0),
            closing(self._plain_connection(2.0)) as connection,
        ):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _plain_connection(self, wait: float) -> sqlite3.Connection:
        # mode=rw: a database that is gone is not made anew, empty
        return sqlite3.connect(f"{self._file.as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None)

    def _sqlite_version(self) -> str | None:
        """Return the revision of the schema, None where there is none yet."""
        if not self._file.exists():
            return None
        try:
            with closing(self._plain_connection(BUSY_SECONDS)) as connection:
                row = connection.execute("SELECT version_num FROM labstudio_version").fetchone()
        except sqlite3.DatabaseError as error:
            if "no such table" in str(error):  # its making was cut short: it is empty
                return None
            raise Unavailable(
                f"The database {self._file} cannot be read ({error}); put back a copy of it "
                "(migrations leave some in 'backups'), or move it away to start afresh."
            ) from None
        return str(row[0]) if row else None

    def _bring_up_to_date(self) -> None:
        """Make or migrate the database; of several processes one does it and the others find it done."""
        if self._url is None:
            _make(self.root)
            if not (self.root / ".gitignore").exists():  # a workspace inside a repository is not part of it
                (self.root / ".gitignore").write_text("*\n")
            with file_lock(self.root / "migration.lock"):
                version = self._sqlite_version()
                if self._needs_migration(version):
                    if version is not None:
                        self._back_up(version)
                    with _sentences(self._name), self._connect().connect() as connection:
                        connection = connection.execution_options(labstudio_begin="BEGIN IMMEDIATE")
                        with connection.begin():
                            _migrate(connection)
        else:
            with _sentences(self._name), self._connect().begin() as connection:
                there = connection.exec_driver_sql("SELECT to_regclass('labstudio_version')").scalar()
                query = "SELECT version_num FROM labstudio_version"
                version = connection.exec_driver_sql(query).scalar() if there else None
                if self._needs_migration(version):
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1818321523)")
                    _migrate(connection)  # Alembic reads the version again, now under the lock

    def _needs_migration(self, version: str | None) -> bool:
        if version is not None and version > _head():
            raise Conflict(
                f"{self._name} is of a newer Labstudio (schema {version}, this one knows {_head()}); "
                "update Labstudio to open it."
            )
        return version != _head()

    def _back_up(self, version: str) -> None:
        folder = self.root / "backups"
        folder.mkdir(exist_ok=True)
        copy = folder / f"labstudio-{version}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.db"
        with (
            closing(self._plain_connection(BUSY_SECONDS)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)


def _head() -> str:
    """Return the newest revision: migrations are numbered and stand in one line."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _ALEMBIC:
        command.upgrade(config, "head")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The workspace folder {folder} cannot be made ({error.strerror}); choose another place."
        ) from None


def _network_file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Return the kind of network file system `folder` lies on, None for a local disk."""
    if not mounts.exists():
        return None
    best, kind = "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        _, point, file_system, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if len(point) >= len(best) and (point == "/" or (str(folder) + "/").startswith(point + "/")):
            best, kind = point, file_system
    return kind if kind in NETWORK_FILE_SYSTEMS else None


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    """Turn what a driver says of a locked, broken or absent database into a sentence."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):  # a broken rule or a mistake of ours
            raise
        reason = " ".join(str(error.orig).split())
        if "locked" in reason:
            raise Unavailable(
                f"{name} is busy with another writer ({reason}); try again in a moment."
            ) from None
        raise Unavailable(f"{name} cannot be used now ({reason}).") from None
