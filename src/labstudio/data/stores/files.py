"""Datastores that hold files: folders, local or mounted, and object stores, both through fsspec."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from labstudio.data.folders.scanning import Listing, lone, scan, some_files
from labstudio.data.stores.entry import Datastore, Entry, inside, need, sentences
from labstudio.data.stores.folders import changed_at, listed
from labstudio.errors import Invalid, NotFound
from labstudio.store.secrets import Secret

_PIECE = 1 << 20


class Files:
    """The files below the root of a folder or an object store."""

    def __init__(self, store: Datastore, secret: Secret | None) -> None:
        self._store = store
        self._secret = secret
        self._local = Path(store.address.path) if store.kind == "folder" else None
        with self._sentences("cannot be reached"):
            self._files, self._root = filesystem(store, secret)

    def test(self) -> str:
        """Look at the root; say what is there."""
        count = len(self.entries(""))
        return f"{count:,} {'entry' if count == 1 else 'entries'} at the top"

    def entries(self, path: str) -> list[Entry]:
        """List a folder: folders first, then files; names that begin with a dot are left out."""
        here = inside(path)
        with self._sentences(f"{path or 'its root'} cannot be listed"):
            if self._local is not None and not Path(self._place(here)).is_dir():
                raise NotFound(f"There is no folder {self._place(here)}.")
            found = self._files.ls(self._place(here), detail=True)
        entries = [entry for one in found if (entry := self._entry(here, one)) is not None]
        return sorted(entries, key=lambda entry: (entry.kind != "folder", entry.name))

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder; `NotFound` where there is nothing of this name."""
        return bool(self._info(path)["type"] == "directory")

    def size(self, path: str) -> int:
        """Return the bytes of a file.

        Raises
        ------
        NotFound
            There is none.
        """
        if not inside(path):
            raise Invalid(f"Name a file of {self._store.name}, as {self._store.name}:folder/orders.csv.")
        found = self._info(path)
        if found["type"] == "directory":
            raise Invalid(f"{path} of {self._store.name} is a folder; name one file in it.")
        return int(found.get("size") or 0)

    def listing(self, path: str) -> Listing:
        """List all files of a folder and of the folders in it; of a file, itself.

        Raises
        ------
        Invalid
            There is no file in it.
        """
        is_folder, place = self.is_folder(path), self._place(inside(path))
        if self._local is not None:
            return scan(Path(place)) if is_folder else lone(Path(place), Path(place).name)
        root = place if is_folder else place.rpartition("/")[0]
        tree = listed(self._files, place, root, lambda: self._sentences(f"{path} cannot be read"))
        some_files(tree, f"{path} of {self._store.name}")
        return tree

    def fetch(self, path: str, target: Path, most: int | None = None) -> None:
        """Write a file, or its first bytes, to a local one, piece by piece."""
        self.size(path)
        with self.open(path) as source, target.open("wb") as file:
            left = most
            while piece := source.read(_PIECE if left is None else min(_PIECE, left)):
                file.write(piece)
                left = None if left is None else left - len(piece)

    @contextmanager
    def open(self, path: str) -> Iterator[Any]:
        """Open a file for reading from any place in it."""
        with (
            self._sentences(f"{path} cannot be read"),
            self._files.open(self._place(inside(path)), "rb") as file,
        ):
            yield file

    def _info(self, path: str) -> dict[str, Any]:
        here = inside(path)
        if not here:
            return {"type": "directory"}
        with self._sentences(f"{path} cannot be read"):
            try:
                found: dict[str, Any] = self._files.info(self._place(here))
            except FileNotFoundError:
                raise NotFound(f"There is no file {path} in {self._store.name}.") from None
        return found

    def _place(self, here: str) -> str:
        """Return where fsspec finds it; a link that leads out of a folder is refused."""
        place = f"{self._root}/{here}".rstrip("/") or "/"
        if self._local is not None and not self._is_inside(place):
            raise Invalid(f"{here} leads out of {self._store.name}.")
        return place

    def _is_inside(self, place: str) -> bool:
        assert self._local is not None
        return Path(os.path.realpath(place)).is_relative_to(os.path.realpath(self._local))

    def _entry(self, here: str, found: dict[str, Any]) -> Entry | None:
        name = str(found["name"]).rstrip("/").rpartition("/")[2]
        is_folder = found["type"] == "directory"
        itself = str(found["name"]).strip("/") == self._place(here).strip("/")  # how S3 marks an empty folder
        if not name or name.startswith(".") or itself:
            return None
        if self._local is not None:
            if not self._is_inside(found["name"]) or not os.path.exists(found["name"]):
                return None
            is_folder = os.path.isdir(found["name"])
        path = f"{here}/{name}" if here else name
        if is_folder:
            return Entry(name, path, "folder")
        return Entry(name, path, "file", int(found.get("size") or 0), changed_at(found))

    def _sentences(self, what: str) -> Any:
        return sentences(f"{self._store.name}: {what}", self._secret)


def filesystem(store: Datastore, secret: Secret | None) -> tuple[Any, str]:
    """Make the fsspec file system of a datastore, and say where its root is."""
    if store.address.scheme == "file":
        from fsspec.implementations.local import LocalFileSystem

        return LocalFileSystem(), store.address.path.rstrip("/")
    make = {"s3": _s3, "abfs": _azure, "gs": _google}[store.address.scheme]
    return make(store, secret)


# a listing that is kept would hide what others add, and an instance that is shared would keep a secret
_FRESH = {"skip_instance_cache": True, "use_listings_cache": False}


def _s3(store: Datastore, secret: Secret | None) -> tuple[Any, str]:
    s3fs, told = need("s3fs", "An S3 store", "s3"), store.settings
    place = urlsplit(store.address.url)
    key, value = keys(store, secret)
    client = {"endpoint_url": told.endpoint, "region_name": told.region}
    files = s3fs.S3FileSystem(
        key=key, secret=value, anon=told.anonymous,
        client_kwargs={name: value for name, value in client.items() if value},
        config_kwargs={"connect_timeout": told.timeout, "retries": {"max_attempts": 2}},
        **_FRESH,
    )  # fmt: skip
    files.retries = 1
    return files, f"{place.netloc}{place.path}".rstrip("/")


def keys(store: Datastore, secret: Secret | None) -> tuple[str | None, str | None]:
    """Return access key id and secret access key of S3; None leaves it to the machine's own credentials."""
    if secret is None:
        return None, None
    if store.settings.key_id:
        return store.settings.key_id, secret.text
    key, found, value = secret.text.partition(":")
    if not found:
        raise Invalid(
            f"{store.name}: say the access key id too, as key_id=…, or have the secret hold both, as ID:KEY."
        )
    return key, value


def _azure(store: Datastore, secret: Secret | None) -> tuple[Any, str]:
    adlfs = need("adlfs", "An Azure store", "azure")
    container, account, path = azure_place(store)
    told = store.settings
    how: dict[str, Any]
    if told.endpoint or secret is None or "AccountName=" in secret.text or "BlobEndpoint=" in secret.text:
        if secret is not None:
            how = {"connection_string": _connection(store, account, secret)}
        elif told.endpoint:
            how = {"connection_string": f"BlobEndpoint={told.endpoint};", "anon": True}
        else:  # the machine's own credentials, as azure-identity finds them
            how = {"account_name": account, "anon": told.anonymous}
    elif told.client:
        how = {"account_name": account, "tenant_id": told.tenant, "client_id": told.client,
               "client_secret": secret.text}  # fmt: skip
    elif "sig=" in secret.text:
        how = {"account_name": account, "sas_token": secret.text.removeprefix("?")}
    else:
        how = {"account_name": account, "account_key": secret.text}
    files = adlfs.AzureBlobFileSystem(**how, connection_timeout=told.timeout, **_FRESH)
    return files, f"{container}/{path}".rstrip("/")


def azure_place(store: Datastore) -> tuple[str, str, str]:
    """Return container, account and folder of ``abfs://container@account.dfs.core.windows.net/folder``."""
    place = urlsplit(store.address.url)
    container, _, host = place.netloc.rpartition("@")
    account = host.partition(".")[0] if container else store.settings.account
    if not account:
        raise Invalid(
            f"{store.name}: say the storage account, as abfs://container@account.dfs.core.windows.net/folder "
            "or by the option account."
        )
    return container or place.netloc, account, place.path.strip("/")


def _connection(store: Datastore, account: str, secret: Secret) -> str:
    if "BlobEndpoint=" in secret.text or "AccountName=" in secret.text:
        return secret.text
    told = store.settings
    how = "SharedAccessSignature=" + secret.text.removeprefix("?") if "sig=" in secret.text else (
        f"AccountName={account};AccountKey={secret.text}"
    )  # fmt: skip
    return f"{how};BlobEndpoint={told.endpoint};"


def _google(store: Datastore, secret: Secret | None) -> tuple[Any, str]:
    gcsfs, told = need("gcsfs", "A Google Cloud store", "gcs"), store.settings
    place = urlsplit(store.address.url)
    # elsewhere than at Google nothing answers the gRPC by which it asks for the kind of bucket, for minutes
    make = gcsfs.core.GCSFileSystem if told.endpoint else gcsfs.GCSFileSystem
    files = make(
        project=told.project or "", token=_google_token(store, secret),
        endpoint_url=told.endpoint, timeout=told.timeout, **_FRESH,
    )  # fmt: skip
    return files, f"{place.netloc}{place.path}".rstrip("/")


def _google_token(store: Datastore, secret: Secret | None) -> Any:
    if secret is None:
        return "anon" if store.settings.anonymous else "google_default"
    try:
        return json.loads(secret.text)
    except ValueError:
        raise Invalid(
            f"{store.name}: the secret of a Google Cloud store is the JSON of a service account's key."
        ) from None
