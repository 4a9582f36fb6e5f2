"""Spark: a session of this machine or of a cluster, Spark Connect, or a Databricks SQL warehouse.

Rows are handed over as Arrow. Spark has no transaction for reading only: a query is run as the inner part of
a SELECT, where Spark's grammar has no place for anything that changes data.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from labstudio.data.stores.entry import Datastore, Entry, inside, need, sentences
from labstudio.errors import Invalid, LabstudioError, Unavailable
from labstudio.store.secrets import Secret

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 65_536


class Spark:
    """The tables and queries of Spark."""

    def __init__(self, store: Datastore, secret: Secret | None) -> None:
        self._store, self._secret = store, secret
        self._place = urlsplit(store.address.url)
        self._databricks = store.address.scheme == "databricks"

    def test(self) -> str:
        """Ask for one row."""
        with self.read("SELECT 1 AS one") as batches:
            assert sum(batch.num_rows for batch in batches) == 1
        return "Databricks SQL" if self._databricks else "Spark"

    def entries(self, path: str) -> list[Entry]:
        """List schemas, or the tables and views of one."""
        schema = inside(path)
        if not schema:
            return [Entry(row[0], row[0], "folder") for row in self._rows("SHOW SCHEMAS")]
        rows = self._rows(f"SHOW TABLES IN {_quoted(schema)}")
        return [Entry(row[1], f"{schema}/{row[1]}", "table") for row in rows]

    def query_of(self, path: str) -> str:
        """Return the query that reads a table."""
        parts = inside(path).split("/")
        if not parts[0] or len(parts) > 3:
            raise Invalid(f"{path!r} is no table; name one as {self._store.name}:schema/table.")
        return "SELECT * FROM " + ".".join(map(_quoted, parts))

    @contextmanager
    def read(self, query: str) -> Iterator[Iterator[pa.RecordBatch]]:
        """Run a query and hand out what it gives, batch by batch."""
        inner = query.strip().rstrip(";")
        with self._run(f"SELECT * FROM ({inner}\n) AS labstudio") as batches:
            yield batches

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._run(statement) as batches:
            return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]

    @contextmanager
    def _run(self, statement: str) -> Iterator[Iterator[pa.RecordBatch]]:
        if self._databricks:
            with self._on_databricks(statement) as batches:
                yield batches
            return
        session = self._session()
        with self._sentences("refused the query", Invalid):
            table = session.sql(statement).toArrow()
        yield iter(table.to_batches(BATCH) or [_empty(table.schema)])

    def _session(self) -> Any:
        sql = need("pyspark.sql", "Spark", "spark")
        with self._sentences("cannot be reached", Unavailable):
            if self._place.scheme == "sc":
                token = f"/;token={self._secret.text}" if self._secret is not None else ""
                return sql.SparkSession.builder.remote(self._store.address.url + token).getOrCreate()
            local = self._place.netloc == "local"
            builder = sql.SparkSession.builder.master("local[*]" if local else self._store.address.url)
            if local:  # for this machine alone
                builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
                builder = builder.config("spark.driver.host", "127.0.0.1")
            return builder.appName("labstudio").config("spark.ui.enabled", "false").getOrCreate()

    @contextmanager
    def _on_databricks(self, statement: str) -> Iterator[Iterator[pa.RecordBatch]]:
        sql = need("databricks.sql", "Databricks", "databricks")
        told = self._store.settings
        if self._secret is None:
            raise Invalid(f"{self._store.name}: Databricks wants an access token; give a reference to it.")
        with self._sentences("cannot be reached", Unavailable):
            connection = sql.connect(
                server_hostname=self._place.netloc, http_path=told.http_path,
                access_token=self._secret.text, _socket_timeout=max(told.timeout, 60),
            )  # fmt: skip
        with closing(connection), closing(connection.cursor()) as cursor:
            with self._sentences("refused the query", Invalid):
                cursor.execute(statement)
            yield self._fetched(cursor)

    def _fetched(self, cursor: Any) -> Iterator[pa.RecordBatch]:
        first = True
        while True:
            with self._sentences("did not hand over its rows", Unavailable):
                table = cursor.fetchmany_arrow(BATCH)
            if not table.num_rows and not first:
                return
            first = False
            yield from table.to_batches() or [_empty(table.schema)]

    def _sentences(self, what: str, kind: type[LabstudioError]) -> Any:
        return sentences(f"{self._store.name} {what}", self._secret, kind)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema)
