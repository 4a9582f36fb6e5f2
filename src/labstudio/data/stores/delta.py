"""Delta Lake tables, in a folder or an object store, as they are or as they were: a road to Spark's lakes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from labstudio.data.stores.entry import Datastore, Entry, inside, need, sentences
from labstudio.data.stores.files import Files, azure_place, keys
from labstudio.errors import Invalid, NotFound
from labstudio.store.secrets import Secret

if TYPE_CHECKING:
    import pyarrow as pa

_LOG = "_delta_log"
WHOLE = "."  # the path of the table where the datastore is one


class Delta:
    """The Delta tables below an address; the address may be that of one table."""

    def __init__(self, store: Datastore, secret: Secret | None) -> None:
        self._lake = need("deltalake", "A Delta table", "delta")
        self._store, self._secret = store, secret
        place = store.address
        inner = Datastore(store.name, "folder" if place.scheme == "file" else "object", place.url, None,
                          store.options)  # fmt: skip
        self._files = Files(inner, secret)
        self._root = place.url

    def test(self) -> str:
        """Look for tables."""
        entries = self.entries("")
        if [entry.path for entry in entries] == [WHOLE]:
            return f"one Delta table, version {self._table(WHOLE, '').version()}"
        count = sum(entry.kind == "table" for entry in entries)
        return f"{count:,} Delta {'table' if count == 1 else 'tables'} at the top"

    def entries(self, path: str) -> list[Entry]:
        """List the folders and tables of a folder."""
        here = inside(path)
        if not here and self._is_table(""):
            return [Entry(self._root.rpartition("/")[2], WHOLE, "table")]
        return [
            Entry(one.name, one.path, "table" if self._is_table(one.path) else "folder")
            for one in self._files.entries(here)
            if one.kind == "folder"
        ]

    def identity(self, path: str, as_of: str) -> tuple[int, str]:
        """Return the version that is meant, and what tells it from all others of all tables."""
        table = self._table(path, as_of)
        told = f"delta\n{table.metadata().id}\n{table.version()}"
        return table.version(), hashlib.sha256(told.encode()).hexdigest()

    @contextmanager
    def read(self, path: str, as_of: str = "") -> Iterator[Iterator[pa.RecordBatch]]:
        """Hand out the rows of a table as it is, or was at a version or a time."""
        yield self._batches(self._table(path, as_of), path)

    def _batches(self, table: Any, path: str) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        with self._sentences(f"{path} cannot be read"):
            reader = pa.RecordBatchReader.from_stream(table.scan())
            yield pa.RecordBatch.from_pylist([], reader.schema)
            yield from reader

    def _is_table(self, path: str) -> bool:
        return any(one.name == _LOG for one in self._files.entries(path) if one.kind == "folder")

    def _table(self, path: str, as_of: str) -> Any:
        here = inside(path)
        self._files.entries(here)  # a link that leads out of a folder is refused
        if not self._is_table(here):
            raise NotFound(f"There is no Delta table {path!r} in {self._store.name}.")
        url = f"{self._root}/{here}".rstrip("/")
        with self._sentences(f"{path} cannot be read"):
            table = self._lake.DeltaTable(url, storage_options=self._options())
            if as_of:
                table.load_as_version(moment(as_of))
        return table

    def _options(self) -> dict[str, str] | None:
        """Say place and credentials in the words of the library's object store."""
        store, secret, told = self._store, self._secret, self._store.settings
        options: dict[str, str | None] = {}
        if store.address.scheme == "s3":
            key, value = keys(store, secret)
            unsigned = "true" if told.anonymous else None
            options = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": value, "AWS_REGION": told.region,
                       "AWS_ENDPOINT_URL": told.endpoint, "AWS_SKIP_SIGNATURE": unsigned}  # fmt: skip
        elif store.address.scheme == "abfs":
            options = self._azure_options()
        elif store.address.scheme == "gs":
            options = {"GOOGLE_SERVICE_ACCOUNT_KEY": secret.text if secret is not None else None,
                       "GOOGLE_SKIP_SIGNATURE": (told.anonymous and "true") or None}  # fmt: skip
        if (told.endpoint or "").startswith("http://"):
            options["ALLOW_HTTP"] = "true"
        options["TIMEOUT"] = f"{max(told.timeout, 30)}s"
        return {name: value for name, value in options.items() if value}

    def _azure_options(self) -> dict[str, str | None]:
        secret, told = self._secret, self._store.settings
        options: dict[str, str | None] = {
            "AZURE_STORAGE_ACCOUNT_NAME": azure_place(self._store)[1],
            "AZURE_ENDPOINT": told.endpoint,
        }
        if secret is None:
            options["AZURE_SKIP_SIGNATURE"] = "true" if told.anonymous else None
        elif told.client:
            options |= {"AZURE_CLIENT_ID": told.client, "AZURE_TENANT_ID": told.tenant,
                        "AZURE_CLIENT_SECRET": secret.text}  # fmt: skip
        elif "sig=" in secret.text:
            options["AZURE_STORAGE_SAS_TOKEN"] = secret.text
        else:
            options["AZURE_STORAGE_ACCOUNT_KEY"] = secret.text
        return options

    def _sentences(self, what: str) -> Any:
        return sentences(f"{self._store.name}: {what}", self._secret)


def moment(told: str) -> int | datetime:
    """Read a version or a time, as people write them; a time without a zone is UTC.

    Examples
    --------
    >>> moment("3"), moment("2026-03-01").isoformat()
    (3, '2026-03-01T00:00:00+00:00')
    """
    if re.fullmatch(r"\d{1,18}", told):
        return int(told)
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        raise Invalid(
            f"{told[:60]!r} is neither a version nor a time; write as_of as 3 or as 2026-03-01T12:00."
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
