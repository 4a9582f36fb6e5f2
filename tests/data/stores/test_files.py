"""Folders, S3, Azure and Google Cloud: the same files, listed and read, and no way out of their root."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from lakes import ACCOUNT, ACCOUNT_KEY, S3_KEY, S3_SECRET, s3_files

from labstudio import Workspace
from labstudio.data import ImportOptions
from labstudio.data.folders.scanning import Tree
from labstudio.data.stores.folders import Objects
from labstudio.errors import Conflict, Invalid, NotFound


@pytest.fixture
def folder(ws: Workspace, tmp_path: Path, files: dict[str, bytes]) -> Workspace:
    """A workspace with a folder as `lake`."""
    for path, content in files.items():
        file = tmp_path / "shared" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    ws.datastores.add("lake", str(tmp_path / "shared" / "root"))
    return ws


@pytest.fixture
def bucket(ws: Workspace, s3: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a folder of an S3 bucket as `lake`."""
    monkeypatch.setenv("LAKE_KEY", S3_SECRET)
    told = {"key_id": S3_KEY, "endpoint": s3, "region": "us-east-1"}
    ws.datastores.add("lake", "s3://lake/root", secret="env:LAKE_KEY", **told)
    return ws


@pytest.fixture
def container(ws: Workspace, azure: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a folder of an Azure container as `lake`."""
    monkeypatch.setenv("LAKE_KEY", ACCOUNT_KEY)
    url = f"abfs://lake@{ACCOUNT}.dfs.core.windows.net/root"
    ws.datastores.add("lake", url, secret="env:LAKE_KEY", endpoint=azure)
    return ws


@pytest.fixture
def google_bucket(ws: Workspace, gcs: str) -> Workspace:
    """A workspace with a folder of a Google Cloud bucket as `lake`."""
    ws.datastores.add("lake", "gs://lake/root", endpoint=gcs, anonymous=True)
    return ws


@pytest.fixture(params=["folder", "bucket", "container", "google_bucket"])
def lake(request: pytest.FixtureRequest) -> Workspace:
    """The same files in each kind of store."""
    return request.getfixturevalue(request.param)


def test_what_lies_in_it_is_listed_folders_first(lake: Workspace) -> None:
    browse = lake.datastores.browse
    assert [(one.path, one.kind) for one in browse("lake")] == [("sales", "folder"), ("readme.txt", "file")]
    assert [one.path for one in browse("lake", "sales")] == ["sales/2026", "sales/cities.parquet"]
    [orders] = browse("lake", "sales/2026/")
    assert (orders.name, orders.size) == ("orders.csv", 19)
    assert orders.modified is not None
    assert orders.modified > 1.7e9
    assert lake.datastores.test("lake").sentence.startswith("lake answers: 2 entries at the top")


def test_a_file_becomes_a_version_that_can_be_read_again(lake: Workspace) -> None:
    version = lake.data.add("orders", "lake:sales/2026/orders.csv")
    assert version.frame()["price"].tolist() == [9.5, 3]
    assert version.source == "lake:sales/2026/orders.csv"
    edges = {(edge.source, edge.relation) for edge in lake.lineage(version.subject)}
    assert ("datastore:lake", "read") in edges
    assert lake.data.refresh("orders").existed
    assert lake.data.add("cities", "sales/cities.parquet", store="lake").rows == 1_000
    with pytest.raises(Conflict, match=r"lake is not removed: cities@1, orders@1 were read from it"):
        lake.datastores.remove("lake")
    lake.datastores.remove("lake", force=True)
    assert lake.datastores.list() == []
    with pytest.raises(NotFound, match="no datastore 'lake'"):
        lake.data.refresh("orders")


def test_a_folder_becomes_a_version_and_only_what_changed_is_fetched_again(
    lake: Workspace, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    opened = lake.datastores._open(lake.datastores.get("lake"))
    place = f"{opened._root}/pets-{abs(hash(request.node.name))}"  # stores are shared by the tests
    large = b"large" * 300_000
    wanted = {"cat/0.txt": b"tom", "cat/[x]*.txt": b"odd", "dog/0.txt": b"rex", "dog/empty": b"", "l": large}

    def put(files: dict[str, bytes]) -> None:
        for path, content in files.items():
            if opened._local is not None:
                Path(place, path).parent.mkdir(parents=True, exist_ok=True)
            opened._files.pipe_file(f"{place}/{path}", content)

    put({**wanted, ".git/config": b"of a program"})
    path = place.rpartition("/")[2]
    look = lake.data.look(f"lake:{path}")
    assert (look.kind, look.content.files, look.content.named[0].path) == ("folder", 5, "cat/0.txt")
    first = lake.data.add("pets", f"lake:{path}")
    assert (first.kind, first.rows, first.source) == ("folder", 5, f"lake:{path}")
    assert {file.path: lake.data.read_file(first, file.path) for file in lake.data.files(first)} == wanted
    edges = {(edge.source, edge.relation) for edge in lake.lineage(first.subject)}
    assert ("datastore:lake", "read") in edges
    if opened._local is not None:
        time.sleep(0.12)  # a file that was just written might change within the clock's precision
    fetched: list[str] = []
    for kind in (Tree, Objects):
        real = kind.opened
        monkeypatch.setattr(
            kind, "opened",
            lambda tree, seen, real=real: real(tree, [fetched.append(one.path) or one for one in seen]),
        )  # fmt: skip
    if opened._local is not None:
        lake.data.refresh("pets")
        fetched.clear()
    assert lake.data.refresh("pets").existed
    assert fetched == []
    put({"dog/0.txt": b"max"})
    second = lake.data.refresh("pets")
    assert (second.ref, fetched) == ("pets@2", ["dog/0.txt"])
    assert lake.data.read_file("pets@1", "dog/0.txt") == b"rex"
    assert lake.data.read_file("pets@2", "dog/0.txt") == b"max"
    more = lake.data.append("pets", f"lake:{path}/cat")
    assert (more.rows, more.source) == (7, f"pets@2 and 2 files of lake:{path}/cat")
    with pytest.raises(NotFound, match="There is no file"):
        lake.data.add("nothing", f"lake:{path}/nothing", kind="folder")


def test_a_file_is_kept_as_it_is_where_that_is_said_and_rows_are_added_below(lake: Workspace) -> None:
    kept = lake.data.add("as-it-is", "lake:sales/2026/orders.csv", kind="file")
    assert (kept.kind, lake.data.read_file(kept)) == ("file", b"id;price\n1;9,5\n2;3\n")
    assert lake.data.refresh("as-it-is").existed
    look = lake.data.look("lake:sales/2026/orders.csv", ImportOptions(kind="file"))
    assert (look.kind, look.content.text) == ("file", "id;price\n1;9,5\n2;3\n")
    lake.data.add("orders", "lake:sales/2026/orders.csv")
    more = lake.data.append("orders", "sales/2026/orders.csv", store="lake")
    assert (more.rows, more.source) == (4, "orders@1 and 2 rows of lake:sales/2026/orders.csv")


def test_a_long_folder_is_listed_page_by_page(folder: Workspace, tmp_path: Path) -> None:
    many = tmp_path / "shared" / "root" / "many"
    many.mkdir()
    for number in range(25):
        (many / f"part-{number:02}.csv").touch()
    page = folder.datastores.page("lake", "many", limit=10)
    assert (page.total, [entry.name for entry in page.entries][::9]) == (25, ["part-00.csv", "part-09.csv"])
    (many / "part-99.csv").touch()  # a next page is of the same listing
    last = folder.datastores.page("lake", "many", offset=20, limit=10)
    assert (last.total, len(last.entries)) == (25, 5)
    assert folder.datastores.page("lake", "many", filter="T-1").total == 10
    assert folder.datastores.page("lake", "many").total == 26


def test_the_beginning_is_looked_at_with_the_options_of_an_import(lake: Workspace) -> None:
    look = lake.data.look("lake:sales/2026/orders.csv")
    assert (look.format, look.options["delimiter"], look.values) == ("csv", ";", [["1", "2"], ["9.5", "3"]])
    as_text = lake.data.look("lake:sales/2026/orders.csv", ImportOptions(types={"price": "string"}))
    assert as_text.values[1] == ["9,5", "3"]
    cities = lake.data.look("lake:sales/cities.parquet")
    assert (cities.rows, cities.whole, cities.values[1][1]) == (100, False, "City 1")


def test_no_path_leads_out_of_it(lake: Workspace) -> None:
    up = [
        "../secret.csv",
        "sales/../../secret.csv",
        "/etc/passwd",
        "..",
        "sales/..",
        "a\0b",
        "\\\\host\\x",
        "a\nb",
    ]
    for path in up:
        with pytest.raises(Invalid, match="leads out of"):
            lake.datastores.browse("lake", path)
        with pytest.raises(Invalid, match="leads out of"):
            lake.data.add("stolen", path, store="lake")
        with pytest.raises(Invalid, match="leads out of"):
            lake.data.look(path, store="lake")


def test_what_is_not_there_is_named(lake: Workspace) -> None:
    with pytest.raises(NotFound, match=r"There is no file sales/nothing.csv in lake"):
        lake.data.add("nothing", "lake:sales/nothing.csv")
    with pytest.raises(Invalid, match="sales of lake is a folder; name one file in it"):
        lake.data.add("nothing", "lake:sales", kind="table")
    with pytest.raises(Invalid, match="no database and takes no query"):
        lake.data.add("nothing", store="lake", query="SELECT 1")
    with pytest.raises(NotFound, match="no datastore 'laek'; did you mean lake"):
        lake.datastores.browse("laek")


def test_links_that_lead_out_of_a_folder_are_neither_shown_nor_followed(
    folder: Workspace, tmp_path: Path
) -> None:
    root = tmp_path / "shared" / "root"
    (root / "out.csv").symlink_to(tmp_path / "shared" / "secret.csv")
    (root / "up").symlink_to(tmp_path / "shared")
    (root / "in.csv").symlink_to(root / "readme.txt")
    assert [one.name for one in folder.datastores.browse("lake")] == ["sales", "in.csv", "readme.txt"]
    for path in ("out.csv", "up/secret.csv"):
        with pytest.raises(Invalid, match="leads out of lake"):
            folder.data.add("stolen", f"lake:{path}")
    with pytest.raises(Invalid, match="leads out of lake"):
        folder.datastores.browse("lake", "up")
    assert folder.data.add("fine", "lake:in.csv").rows == 1


def test_a_large_file_is_not_fetched_to_be_looked_at(bucket: Workspace, s3: str) -> None:
    owned = s3_files(s3)
    lines = b"".join(b"%d,City %d\n" % (i, i % 9) for i in range(200_000))
    owned.pipe("lake/root/large.csv", b"id,city\n" + lines)
    with pytest.MonkeyPatch.context() as patch:
        taken: list[int] = []
        from labstudio.data.stores.files import Files

        fetch = Files.fetch
        patch.setattr(Files, "fetch", lambda self, path, target, most=None: (
            fetch(self, path, target, most), taken.append(target.stat().st_size)))  # fmt: skip
        look = bucket.data.look("lake:large.csv")
    assert (look.rows > 100, look.whole, look.values[0][:2]) == (True, False, ["0", "1"])
    assert max(taken) < 300_000
    owned.rm("lake/root/large.csv")


def test_credentials_that_are_refused_are_told_without_the_secret(
    container: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = ACCOUNT_KEY.replace("Eby8", "AAAA")
    monkeypatch.setenv("LAKE_KEY", wrong)
    tested = container.datastores.test("lake")
    assert not tested.ok
    assert tested.sentence.startswith("lake: its root cannot be listed: ")
    assert wrong not in tested.sentence


def test_a_shared_access_signature_opens_a_container(
    container: Workspace, azure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime, timedelta

    from azure.storage.blob import ContainerSasPermissions, generate_container_sas

    sas = generate_container_sas(
        ACCOUNT, "lake", account_key=ACCOUNT_KEY, permission=ContainerSasPermissions(read=True, list=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    monkeypatch.setenv("LAKE_SAS", sas)
    told = {"account": ACCOUNT, "endpoint": azure, "secret": "env:LAKE_SAS"}
    container.datastores.add("sas", "abfs://lake/root", **told)
    assert container.data.add("orders", "sas:sales/2026/orders.csv").rows == 2


def test_a_store_that_does_not_answer_is_told(ws: Workspace) -> None:
    ws.datastores.add("gone", "s3://gone", endpoint="http://127.0.0.1:1", anonymous=True, timeout=1)
    assert ws.datastores.test("gone").sentence.startswith("gone: its root cannot be listed: ")


@pytest.mark.parametrize(
    ("url", "package", "extra"),
    [
        ("s3://b", "s3fs", "s3"),
        ("abfs://c@a.dfs.core.windows.net", "adlfs", "azure"),
        ("gs://b", "gcsfs", "gcs"),
    ],
)
def test_a_library_that_is_not_installed_is_named(
    ws: Workspace, url: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws.datastores.add("lake", url)
    monkeypatch.setitem(sys.modules, package, None)
    told = f"needs the package {package}; run pip install 'labstudio[{extra}]'."
    assert told in ws.datastores.test("lake").sentence


def test_google_cloud_wants_the_key_of_a_service_account(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKE_KEY", "no json at all")
    ws.datastores.add("lake", "gs://bucket", secret="env:LAKE_KEY")
    assert "the JSON of a service account's key" in ws.datastores.test("lake").sentence


async def _at_once(seconds: float) -> None:
    """Wait for nothing."""


def test_a_key_that_google_cloud_refuses_is_told_without_it(
    ws: Workspace, gcs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = {
        "type": "service_account", "client_email": "lab@planted-project.example", "token_uri": f"{gcs}/token",
        "private_key_id": "planted-key-id", "private_key": key.decode(),
    }  # fmt: skip
    monkeypatch.setenv("LAKE_KEY", json.dumps(told))
    monkeypatch.setattr("gcsfs.retry.asyncio", SimpleNamespace(sleep=_at_once))  # it tries for half a minute
    ws.datastores.add("lake", "gs://lake/root", secret="env:LAKE_KEY", endpoint=gcs)
    tested = ws.datastores.test("lake")
    assert not tested.ok
    assert tested.sentence.startswith("lake: its root cannot be listed: Invalid Credentials")
    written = tested.sentence.encode() + b"".join(
        file.read_bytes() for file in ws.root.rglob("*") if file.is_file()
    )
    for line in (*key.splitlines()[1:-1], b"planted-key-id"):
        assert line not in written
