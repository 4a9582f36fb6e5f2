"""Spark, in a session of this machine where Java is there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from labstudio import Workspace
from labstudio.errors import Invalid


def test_a_query_of_a_local_session_becomes_a_version_and_nothing_else_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark", reason="the extra spark (500 MB) is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed, which Spark needs")
    monkeypatch.chdir(tmp_path)  # where Spark puts its warehouse
    ws = Workspace(tmp_path / "ws")
    ws.datastores.add("spark", "spark://local")
    query = "SELECT id, CAST(id AS DECIMAL(9, 2)) / 4 AS price, concat('City ', id) AS city FROM range(1000);"
    version = ws.data.add("orders", store="spark", query=query)
    assert (version.rows, version.frame()["price"].iloc[3]) == (1000, 0.75)
    assert ws.data.refresh("orders").existed
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    session.sql("SELECT 1 AS n").createOrReplaceTempView("view")
    assert "view" in [one.name for one in ws.datastores.browse("spark", "default")]
    assert ws.data.add("view", "spark:view").rows == 1
    for statement in (
        "DROP VIEW view",
        "SELECT 1) AS x; DROP VIEW view --",
        "CREATE TABLE t (n INT) USING csv",
    ):
        with pytest.raises(Invalid, match="spark refused the query"):
            ws.data.add("bad", store="spark", query=statement)
    assert session.catalog.tableExists("view")
    session.stop()
    ws.store.close()


@pytest.mark.parametrize(
    ("url", "module", "extra", "told"),
    [
        ("spark://local", "pyspark.sql", "spark", {}),
        ("sc://127.0.0.1:1", "pyspark.sql", "spark", {}),
        ("databricks://host", "databricks.sql", "databricks", {"http_path": "/sql/1", "secret": "env:TOKEN"}),
    ],
)
def test_without_the_library_the_extra_is_named(
    tmp_path: Path, url: str, module: str, extra: str, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "planted")
    ws = Workspace(tmp_path)
    ws.datastores.add("spark", url, **told)
    monkeypatch.setitem(sys.modules, module, None)
    assert f"run pip install 'labstudio[{extra}]'" in ws.datastores.test("spark").sentence
    ws.store.close()
