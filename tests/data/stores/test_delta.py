"""Delta tables on a disk and on S3: as they are, and as they were."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from lakes import S3_KEY, S3_SECRET, s3_files

from labstudio import Workspace
from labstudio.errors import Invalid, NotFound

deltalake = pytest.importorskip("deltalake", reason="the extra delta is not installed")


def frame(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"id": range(rows), "price": [i / 4 for i in range(rows)]})


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a table, silver/orders, in two versions."""
    folder = str(tmp_path_factory.mktemp("lake"))
    write(folder, {})
    return folder


@pytest.fixture(scope="module")
def bucket(s3: str) -> str:
    """The same in an S3 bucket; its endpoint."""
    s3_files(s3).mkdir("delta")
    write("s3://delta", {
        "AWS_ACCESS_KEY_ID": S3_KEY, "AWS_SECRET_ACCESS_KEY": S3_SECRET, "AWS_ENDPOINT_URL": s3,
        "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1", "AWS_S3_ALLOW_UNSAFE_RENAME": "true",
    })  # fmt: skip
    return s3


def write(url: str, options: dict[str, str]) -> None:
    for rows in (3, 5):
        deltalake.write_deltalake(
            f"{url}/silver/orders", frame(rows), mode="overwrite", storage_options=options
        )


@pytest.fixture(params=["disk", "bucket"])
def lake(request: pytest.FixtureRequest, ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a lake that holds one table, silver/orders, in two versions."""
    place = request.getfixturevalue(request.param)
    if request.param == "disk":
        ws.datastores.add("lake", f"delta+file://{place}")
        return ws
    monkeypatch.setenv("LAKE_KEY", f"{S3_KEY}:{S3_SECRET}")
    ws.datastores.add("lake", "delta+s3://delta", secret="env:LAKE_KEY", endpoint=place, region="us-east-1")
    return ws


def test_a_table_is_read_as_it_is_and_as_it_was(lake: Workspace) -> None:
    newest = lake.data.add("orders", "lake:silver/orders")
    assert (newest.rows, newest.found) == (5, {"format": "delta", "delta_version": 1})
    assert sorted(newest.frame()["price"]) == [0, 0.25, 0.5, 0.75, 1]
    first = lake.data.add("orders", "lake:silver/orders", as_of="0")
    assert (first.ref, first.rows, first.source) == ("orders@2", 3, "lake:silver/orders as of 0")
    later = lake.data.add("orders", "silver/orders", store="lake", as_of="2999-01-01T00:00")
    assert (later.ref, later.existed) == ("orders@1", True)
    assert lake.data.look("lake:silver/orders").format == "delta"


def test_tables_are_found_among_folders(lake: Workspace) -> None:
    assert [(one.path, one.kind) for one in lake.datastores.browse("lake")] == [("silver", "folder")]
    assert [(one.path, one.kind) for one in lake.datastores.browse("lake", "silver")] == [
        ("silver/orders", "table")
    ]
    with pytest.raises(NotFound, match="no Delta table 'silver' in lake"):
        lake.data.add("orders", "lake:silver")
    with pytest.raises(Invalid, match="leads out of"):
        lake.data.add("orders", "lake:../silver/orders")


def test_a_version_that_never_was_is_told(lake: Workspace) -> None:
    with pytest.raises(Invalid, match="neither a version nor a time"):
        lake.data.add("orders", "silver/orders", store="lake", as_of="yesterday")
    with pytest.raises(Exception, match="lake: silver/orders cannot be read"):
        lake.data.add("orders", "silver/orders", store="lake", as_of="9")


def test_one_table_can_be_a_datastore_and_is_followed(ws: Workspace, tmp_path: Path) -> None:
    deltalake.write_deltalake(tmp_path / "orders", frame(3))
    ws.datastores.add("orders", f"delta+file://{tmp_path}/orders")
    [entry] = ws.datastores.browse("orders")
    assert (entry.name, entry.path, entry.kind) == ("orders", ".", "table")
    assert "one Delta table, version 0" in ws.datastores.test("orders").sentence
    assert ws.data.add("orders", "orders:.").rows == 3
    assert ws.data.refresh("orders").existed
    deltalake.write_deltalake(tmp_path / "orders", frame(2), mode="append")
    again = ws.data.refresh("orders")
    assert (again.ref, again.rows) == ("orders@2", 5)


def test_without_the_library_the_extra_is_named(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws.datastores.add("lake", f"delta+file://{tmp_path}")
    monkeypatch.setitem(sys.modules, "deltalake", None)
    assert "run pip install 'labstudio[delta]'" in ws.datastores.test("lake").sentence
