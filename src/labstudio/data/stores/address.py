"""Addresses of datastores: what kind each is, how it is kept, and that none holds a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from labstudio.errors import Invalid
from labstudio.options import nearest
from labstudio.store.secrets import FORMS

KINDS = {
    "file": "folder",
    "s3": "object",
    "abfs": "object",
    "gs": "object",
    "postgresql": "sql",
    "mysql": "sql",
    "sqlite": "sql",
    "mssql": "sql",
    "sc": "spark",
    "spark": "spark",
    "databricks": "spark",
}
_SAME = {
    "s3a": "s3",
    "s3n": "s3",
    "abfss": "abfs",
    "az": "abfs",
    "adl": "abfs",
    "gcs": "gs",
    "postgres": "postgresql",
    "mariadb": "mysql",
    "sqlserver": "mssql",
    "synapse": "mssql",
}
_SECRET_KEYS = (
    r"(?i)[?&;](pass\w*|pwd|\w*secret\w*|\w*token|sig|sas|\w*_?access_?key|account_?key|\w*api_?key|key|"
    r"ssl_?password|\w*credentials?|private_?key|connection_?string)="
)


@dataclass(frozen=True)
class Address:
    """Where a datastore is.

    Attributes
    ----------
    kind : str
        ``"folder"``, ``"object"``, ``"sql"``, ``"delta"`` or ``"spark"``.
    scheme : str
        Of a Delta table, that of the place where it lies.
    url : str
        As it is kept, without a secret; of a Delta table, that of the place where it lies.
    """

    kind: str
    scheme: str
    url: str

    @property
    def kept(self) -> str:
        """What stands in the database."""
        return f"delta+{self.url}" if self.kind == "delta" else self.url

    @property
    def path(self) -> str:
        """Local path of a folder or a SQLite file."""
        path = unquote(urlsplit(self.url).path)
        return path.removeprefix("/") if self.scheme == "sqlite" else path


def address(url: str) -> Address:
    """Read an address as people write it.

    Raises
    ------
    Invalid
        It holds a password or another secret, or it is of no kind that is known.

    Examples
    --------
    >>> address("postgres://ada@db.example.org/shop")
    Address(kind='sql', scheme='postgresql', url='postgresql://ada@db.example.org/shop')
    >>> address("delta+s3://lake/orders").kept
    'delta+s3://lake/orders'
    >>> address("postgresql://ada:secret@db.example.org/shop")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    labstudio.errors.Invalid: The address holds a password, which would be kept with it. ...
    """
    url = url.strip()
    if not url or not url.isprintable():
        raise Invalid("The address is empty or holds signs that no address has.")
    begin, found, rest = url.partition("://")
    scheme = begin.lower()
    if not found:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", url):
            raise Invalid("The address lacks // after its first colon, as in s3://bucket/folder.")
        return _folder(Path(url).expanduser())
    if scheme.startswith("delta+"):
        inner = address(url[len("delta+") :])
        if inner.kind not in ("folder", "object"):
            raise Invalid("A Delta table lies in a folder or an object store, as in delta+s3://bucket/table.")
        return Address("delta", inner.scheme, inner.url)
    scheme = scheme.partition("+")[0]
    scheme = _SAME.get(scheme, scheme)
    if scheme not in KINDS:
        near = nearest(scheme, [*KINDS, *_SAME])
        hint = (
            f"did you mean {near}://?" if near else "known are " + ", ".join(f"{s}://" for s in KINDS) + "."
        )
        raise Invalid(f"{begin[:40]}:// is no kind of datastore; {hint}")
    _refuse_secrets(scheme, rest)
    if scheme == "file":
        if urlsplit(url).netloc not in ("", "localhost"):
            raise Invalid("A folder of another machine is mounted first; name it by its path here, file:///…")
        return _folder(Path(unquote(urlsplit(url).path)))
    if scheme == "sqlite":
        return _sqlite(rest)
    place = urlsplit(f"{scheme}://{rest}")
    if not _host(place) and not (scheme == "postgresql" and (place.query or place.path.strip("/"))):
        raise Invalid(f"The address does not say where: {scheme}:// is followed by {_WHERE[KINDS[scheme]]}.")
    if KINDS[scheme] == "object" and (place.query or place.fragment):
        raise Invalid("An address of an object store ends with its folder; what follows ? or # has no place.")
    return Address(KINDS[scheme], scheme, f"{scheme}://{rest.rstrip('/')}")


_WHERE = {
    "object": "a bucket or container",
    "sql": "user@host/database",
    "spark": "a host, or local",
}


def _host(place: object) -> str:
    try:
        place.port  # type: ignore[attr-defined]  # noqa: B018 - raises where it is no number
    except ValueError:
        raise Invalid("The port of the address is no number.") from None
    return str(place.netloc).rpartition("@")[2]  # type: ignore[attr-defined]


def _folder(path: Path) -> Address:
    path = path.absolute()
    return Address("folder", "file", path.as_uri())


def _sqlite(rest: str) -> Address:
    path, _, query = rest.partition("?")
    if query:
        raise Invalid("The address of a SQLite file ends with its path; it is opened for reading only.")
    name = unquote(path).removeprefix("/")
    if not path.startswith("/") or name in ("", ":memory:"):
        raise Invalid(
            "A SQLite file is named as in sqlite:///shop.db, or sqlite:////data/shop.db from the root."
        )
    return Address("sql", "sqlite", "sqlite:///" + Path(name).expanduser().absolute().as_posix())


def _refuse_secrets(scheme: str, rest: str) -> None:
    user, at, _ = rest.partition("@")
    local = scheme in ("file", "sqlite")
    named = at and not local and KINDS[scheme] != "sql" and scheme != "abfs"
    if (at and not local and ":" in user) or named or re.search(_SECRET_KEYS, rest):
        raise Invalid(
            "The address holds a password, which would be kept with it. Leave it out and say where it is "
            f"found: secret='env:SHOP_PASSWORD' (or {FORMS})."
        )
