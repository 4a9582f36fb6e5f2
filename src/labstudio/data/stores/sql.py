"""Databases: through ADBC, where there is a driver that hands over columns, and through SQLAlchemy otherwise.

What is read is read in a transaction for reading only where the engine has one, and never committed. What an
account may do is for the database to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from labstudio.data.stores.entry import Datastore, Entry, inside, need, reason, sentences
from labstudio.errors import Invalid, NotFound, Unavailable
from labstudio.store.secrets import Secret

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL

BATCH = 65_536
_ADBC = {"postgresql": "adbc_driver_postgresql", "sqlite": "adbc_driver_sqlite"}
_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mssql": "pyodbc", "sqlite": "pysqlite"}
_EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "mssql": "mssql"}
_ODBC = "ODBC Driver 18 for SQL Server"
# in the words of each engine: no row is changed, whatever the query says
_READ_ONLY = {"mysql": "SET TRANSACTION READ ONLY"}
_OWN_SCHEMAS = ("information_schema", "pg_catalog", "pg_toast", "sys", "guest", "INFORMATION_SCHEMA")
_SCHEMAS = f"""SELECT DISTINCT table_schema AS s FROM information_schema.tables
    WHERE table_schema NOT IN ({", ".join(f"'{name}'" for name in _OWN_SCHEMAS)}) ORDER BY 1"""
_PLAIN = (str, int, float, bool, Decimal, date, datetime, clock, bytes, type(None))


class Mixed(Exception):
    """A column changes its type on the way, which this way of reading cannot follow."""


class Sql:
    """The tables and queries of a database."""

    def __init__(self, store: Datastore, secret: Secret | None) -> None:
        self._store, self._secret = store, secret
        self._scheme = store.address.scheme
        if self._scheme == "sqlite" and not Path(store.address.path).is_file():
            raise NotFound(f"{store.name}: there is no file {store.address.path}.")
        with sentences(f"{store.name}: its address cannot be used", secret, Invalid):
            self._url = _url(store, secret)

    def test(self) -> str:
        """Ask for one row; say through what it came."""
        with self.read("SELECT 1 AS one") as batches:
            assert sum(batch.num_rows for batch in batches) == 1
        return f"{_NAMES[self._scheme]}, through {'ADBC' if self.has_adbc else 'SQLAlchemy'}"

    def entries(self, path: str) -> list[Entry]:
        """List schemas, or the tables and views of one."""
        schema = inside(path)
        if not schema and self._scheme in ("postgresql", "mssql"):
            return [Entry(name, name, "folder") for (name,) in self._rows(_SCHEMAS)]
        where = "DATABASE()" if self._scheme == "mysql" else _text(schema)
        query = (
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite#_%' "
            "ESCAPE '#' ORDER BY 1"
            if self._scheme == "sqlite"
            else f"SELECT table_name FROM information_schema.tables WHERE table_schema = {where} ORDER BY 1"
        )
        found = self._rows(query)
        if schema and not found:
            raise NotFound(f"There is no schema {schema!r} in {self._store.name}.")
        return [Entry(name, f"{schema}/{name}" if schema else name, "table") for (name,) in found]

    def query_of(self, path: str) -> str:
        """Return the query that reads a table, its name quoted as the engine does it."""
        parts = inside(path).split("/")
        if not parts[0] or len(parts) > 2:
            raise Invalid(
                f"{path!r} is no table; name one as {self._store.name}:schema/table, or just its name."
            )
        quoted = self._url.get_dialect()().identifier_preparer.quote_identifier
        return "SELECT * FROM " + ".".join(map(quoted, parts))

    @property
    def has_adbc(self) -> bool:
        """Whether it is read through ADBC."""
        module = _ADBC.get(self._scheme)
        return module is not None and find_spec(module) is not None

    @contextmanager
    def read(self, query: str, *, by_rows: bool = False) -> Iterator[Iterator[pa.RecordBatch]]:
        """Run a query and hand out what it gives, batch by batch.

        Parameters
        ----------
        query : str
            One statement, in the engine's own language.
        by_rows : bool
            Through SQLAlchemy, whatever there is: it can follow a column that changes its type.

        Raises
        ------
        Unavailable
            The database cannot be reached, or its driver is not installed.
        Invalid
            It refused the query.
        Mixed
            SQLite alone: a column changes its type; `by_rows` reads it.
        """
        with (self._by_rows if by_rows or not self.has_adbc else self._by_columns)(query) as batches:
            yield batches

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.read(query) as batches:
            return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]

    # -- ADBC

    @contextmanager
    def _by_columns(self, query: str) -> Iterator[Iterator[pa.RecordBatch]]:
        driver = need(f"{_ADBC[self._scheme]}.dbapi", "This database", _EXTRAS.get(self._scheme, "sqlite"))
        with self._reaching():
            connection = driver.connect(self._adbc_uri())
        with closing(connection), closing(connection.cursor()) as cursor:
            with self._asking():
                if self._scheme == "postgresql":
                    cursor.execute("SET TRANSACTION READ ONLY")
                    query = _plain_columns(cursor.adbc_execute_schema(query), query)
                else:
                    self._only_reads(query)
                    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH)})
                cursor.execute(query)
                reader = cursor.fetch_record_batch()
            yield self._columns(reader)

    def _columns(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        if not reader.schema.names:
            raise Invalid(f"{self._store.name}: the query gives no rows; ask for some, as SELECT does.")
        yield pa.RecordBatch.from_pylist([], reader.schema)
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                return
            except Exception as error:
                if self._scheme == "sqlite":
                    raise Mixed from None
                raise Invalid(self._refused(error)) from None
            yield batch

    def _adbc_uri(self) -> str:
        if self._scheme == "sqlite":
            return f"{Path(self._store.address.path).as_uri()}?mode=ro"
        # written by hand: SQLAlchemy leaves blanks of a password as they are, which libpq refuses
        url, part = self._url, partial(quote, safe="")
        who = part(url.username or "") + (f":{part(str(url.password))}" if url.password is not None else "")
        where = (f"{who}@" if who else "") + (url.host or "") + (f":{url.port}" if url.port else "")
        told = {"connect_timeout": self._store.settings.timeout, "application_name": "labstudio", **url.query}
        return (
            f"postgresql://{where}/{part(url.database or '')}?{urlencode(told, doseq=True, quote_via=quote)}"
        )

    def _only_reads(self, query: str) -> None:
        """Let SQLite itself say whether a query does nothing but read: ATTACH would make a file."""
        import sqlite3

        names = ("SQLITE_SELECT", "SQLITE_READ", "SQLITE_FUNCTION", "SQLITE_RECURSIVE")
        reads = {getattr(sqlite3, name) for name in names}
        with closing(sqlite3.connect(self._adbc_uri(), uri=True)) as connection:
            connection.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in reads else sqlite3.SQLITE_DENY
            )
            connection.execute(f"EXPLAIN {query}")

    # -- SQLAlchemy

    @contextmanager
    def _by_rows(self, query: str) -> Iterator[Iterator[pa.RecordBatch]]:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        if self._scheme != "sqlite":
            need(_DRIVERS[self._scheme], _NAMES[self._scheme], _EXTRAS[self._scheme])
        with self._reaching():
            engine = create_engine(self._url, poolclass=NullPool, connect_args=self._connect_args())
            connection = engine.connect()
        result = None
        try:
            with self._asking():
                if self._scheme in _READ_ONLY:
                    connection.exec_driver_sql(_READ_ONLY[self._scheme])
                if self._scheme == "sqlite":
                    self._only_reads(query)
                # without parameters, so that a % in the query is a %
                how = {"stream_results": True, "no_parameters": True}
                result = connection.execution_options(**how).exec_driver_sql(query)
            if not result.returns_rows:
                raise Invalid(f"{self._store.name}: the query gives no rows; ask for some, as SELECT does.")
            yield self._in_batches(result)
        finally:
            # what was not read is not waited for, and nothing that a query may have changed is kept
            if self._scheme == "mysql" and result is not None:
                _left_unread(result)
            connection.invalidate()
            connection.close()
            engine.dispose()

    def _in_batches(self, result: Any) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no dict
        yield pa.RecordBatch.from_arrays([pa.nulls(0)] * len(names), names=names)
        while True:
            with self._asking():
                rows = result.fetchmany(BATCH)
            if not rows:
                return
            columns = [
                _array(name, list(column))
                for name, column in zip(names, zip(*rows, strict=True), strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, names=names)

    def _connect_args(self) -> dict[str, Any]:
        timeout = self._store.settings.timeout
        if self._scheme == "postgresql":
            return {"connect_timeout": timeout, "options": "-c default_transaction_read_only=on"}
        told: dict[str, dict[str, Any]] = {
            "mysql": {"connect_timeout": timeout},
            "mssql": {"timeout": timeout},
            "sqlite": {"uri": True},
        }
        return told[self._scheme]

    # -- sentences

    def _reaching(self) -> Any:
        return sentences(f"{self._store.name} cannot be reached", self._secret, Unavailable)

    def _asking(self) -> Any:
        return sentences(f"{self._store.name} refused the query", self._secret, Invalid)

    def _refused(self, error: BaseException) -> str:
        return f"{self._store.name} refused the query: {reason(error, self._secret)}."


_NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite", "mssql": "SQL Server"}


def _url(store: Datastore, secret: Secret | None) -> URL:
    from sqlalchemy import URL, make_url

    where = store.address
    if where.scheme == "sqlite":
        file = Path(where.path).as_uri()
        return URL.create("sqlite+pysqlite", database=file, query={"mode": "ro", "uri": "true"})
    found = make_url(where.url).set(drivername=f"{where.scheme}+{_DRIVERS[where.scheme]}")
    if where.scheme == "mssql" and "driver" not in found.query:
        found = found.update_query_dict({"driver": store.settings.driver or _ODBC})
    return found if secret is None else found.set(password=secret.text)


def _left_unread(result: Any) -> None:
    """Have PyMySQL not read the rest of a stream, which it would do when its connection is closed already."""
    stream = getattr(result.cursor, "_result", None)
    if stream is not None:
        stream.unbuffered_active = False


def _text(value: str) -> str:
    """Write a text as SQL does."""
    return "'" + value.replace("'", "''") + "'"


def _plain_columns(schema: pa.Schema, query: str) -> str:
    """Have PostgreSQL itself make numbers of numerics, and texts of what Arrow has no plain type for."""
    import pyarrow as pa

    chosen, other = [], False
    for field in schema:
        quoted = '"' + field.name.replace('"', '""') + '"'
        kind = (field.metadata or {}).get(b"ADBC:postgresql:typname", b"")
        odd = (
            isinstance(field.type, pa.BaseExtensionType)
            or pa.types.is_nested(field.type)
            or pa.types.is_interval(field.type)
        )
        if kind == b"numeric" or odd:
            other = True
            quoted += f"::{'double precision' if kind == b'numeric' else 'text'} AS {quoted}"
        chosen.append(quoted)
    if not other or len(set(schema.names)) < len(schema.names):
        return query
    return f"SELECT {', '.join(chosen)} FROM ({query.strip().rstrip(';')}\n) AS labstudio"


def _array(name: str, values: list[Any]) -> pa.Array:
    """Make a column of the values of a driver: what Arrow has no plain type for becomes text."""
    import pyarrow as pa

    if any(isinstance(value, memoryview) for value in values):
        values = [bytes(value) if isinstance(value, memoryview) else value for value in values]
    values = [value if isinstance(value, _PLAIN) else _as_text(value) for value in values]
    try:
        array = pa.array(values)
        if pa.types.is_decimal(array.type):
            return array.cast(pa.float64(), safe=False)
        if pa.types.is_timestamp(array.type) and array.type.tz is not None:
            return array.cast(pa.timestamp("us", "UTC"))
        return array
    except (pa.ArrowException, OverflowError, TypeError):
        kinds = {type(value).__name__ for value in values if value is not None}
        if kinds == {"int"} and all(value is None or 0 <= value < 1 << 64 for value in values):
            return pa.array(values, pa.uint64())  # an id without sign, which a float would round
        if kinds <= {"int", "float", "Decimal", "bool"}:
            return pa.array([None if value is None else float(value) for value in values], pa.float64())
        if kinds <= {"int", "float", "str"}:  # SQLite's columns may hold both: as ADBC does it
            return pa.array([None if value is None else str(value) for value in values])
        raise Invalid(
            f"Column {name!r} holds values of several kinds ({', '.join(sorted(kinds))}); make them of one "
            f"kind in a query, as CAST({name} AS …)."
        ) from None


def _as_text(value: Any) -> str:
    if isinstance(value, timedelta):  # how MySQL's driver hands out a time of day, which may be over 24 hours
        whole = abs(value)
        minutes, seconds = divmod(whole.days * 86_400 + whole.seconds, 60)
        part = f".{whole.microseconds:06}" if whole.microseconds else ""
        return f"{'-' if value < whole else ''}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{part}"
    return json.dumps(value, default=str) if isinstance(value, dict | list | tuple) else str(value)
