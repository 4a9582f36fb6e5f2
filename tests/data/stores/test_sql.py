"""Databases, read through ADBC and through SQLAlchemy: the same rows, for reading only."""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from lakes import PASSWORD

from labstudio import Workspace
from labstudio.data import ImportOptions
from labstudio.errors import Invalid, NotFound, Unavailable


@pytest.fixture
def connected(ws: Workspace, shop: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with the shop in it."""
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    ws.datastores.add("shop", shop, secret="env:SHOP_PASSWORD")
    return ws


@pytest.fixture
def by_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ADBC driver is installed."""
    monkeypatch.setattr("labstudio.data.stores.sql._ADBC", {})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite file."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (id INTEGER, city TEXT, price REAL)")
        database.executemany(
            "INSERT INTO orders VALUES (?, ?, ?)", [(i, f"City {i % 7}", i / 4) for i in range(1, 501)]
        )
    database.close()
    return path


def test_a_table_of_postgresql_becomes_a_version(connected: Workspace) -> None:
    version = connected.data.add("orders", "shop:public/orders")
    frame = version.frame()
    assert (version.rows, version.source, version.found["format"]) == (1000, "shop:public/orders", "table")
    assert frame["price"].tolist()[:2] == [1.25, 2.5]
    assert frame["day"].dt.strftime("%Y-%m-%d").iloc[0] == "2026-01-02"
    assert frame["at"].iloc[0].isoformat() == "2026-01-01T13:00:00+00:00"
    assert frame["code"].iloc[0] == "c4ca4238-a0b9-2382-0dcc-509a6f75849b"
    assert (frame["more"].iloc[1], frame["mood"].iloc[1]) == ('{"i": 2}', "good")
    assert frame["city"].isna().sum() == 200
    assert frame['Odd "name'].iloc[3] == 1.0


@pytest.mark.usefixtures("by_rows")
def test_without_adbc_the_same_rows_come_by_sqlalchemy(connected: Workspace) -> None:
    assert connected.datastores.test("shop").sentence.startswith(
        "shop answers: PostgreSQL, through SQLAlchemy"
    )
    slow = connected.datastores.frame("shop", "orders")
    connected.datastores.get("shop")
    columns = ["id", "price", "paid", "city", "day", "at", "code", "mood", 'Odd "name']
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labstudio.data.stores.sql._ADBC", {"postgresql": "adbc_driver_postgresql"})
        quick = connected.datastores.frame("shop", "orders")
    pd.testing.assert_frame_equal(quick[columns], slow[columns], check_dtype=False)
    assert (
        connected.data.add("orders", store="shop", query="SELECT city FROM orders WHERE city LIKE '%7'").rows
        > 0
    )


def test_a_query_is_read_again_and_only_what_has_changed_is_a_new_version(
    connected: Workspace, shop: str
) -> None:
    import psycopg

    query = "SELECT id, price FROM orders WHERE id <= 3 ORDER BY id;"
    first = connected.data.add("few", store="shop", query=query)
    assert first.origin == {
        "kind": "datastore", "store": "shop", "source": f"shop: {query}", "query": query
    }  # fmt: skip
    edges = [(edge.source, edge.relation) for edge in connected.lineage(first.subject)]
    assert edges == [("datastore:shop", "read")]
    assert first.refreshable
    assert connected.data.refresh("few").existed
    with psycopg.connect(shop, password=PASSWORD) as connection:
        connection.execute("UPDATE orders SET price = 100 WHERE id = 2")
    second = connected.data.refresh("few")
    assert (second.ref, second.existed, second.frame()["price"].tolist()) == (
        "few@2",
        False,
        [1.25, 100, 3.75],
    )


def test_types_and_columns_of_a_query_can_be_said(connected: Workspace) -> None:
    options = ImportOptions(columns=["city", "id"], types={"id": "category"})
    version = connected.data.add("some", store="shop", query="SELECT * FROM orders LIMIT 9", options=options)
    assert [(column.name, column.semantic) for column in version.schema][1] == ("id", "category")
    with pytest.raises(Invalid, match="no column 'citi'; did you mean 'city'"):
        connected.data.add(
            "some", store="shop", query="SELECT * FROM orders", options=ImportOptions(columns=["citi"])
        )


@pytest.mark.parametrize("adbc", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM orders",
        "DELETE FROM orders RETURNING id",
        "DROP TABLE orders",
        "SELECT 1; DROP TABLE orders",
        "WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone",
        "SELECT * FROM nowhere",
        "not a query at all",
        "SELECT 1) TO PROGRAM 'touch /tmp/escaped' --",
    ],
)
def test_no_query_changes_a_database(
    connected: Workspace, query: str, adbc: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not adbc:
        monkeypatch.setattr("labstudio.data.stores.sql._ADBC", {})
    with pytest.raises(Invalid, match=r"shop refused the query|gives no rows"):
        connected.data.add("bad", store="shop", query=query)
    assert len(connected.datastores.frame("shop", query="SELECT id FROM orders")) == 1000
    assert not Path("/tmp/escaped").exists()
    assert connected.data.list() == []


def test_what_is_in_a_database_can_be_browsed(connected: Workspace) -> None:
    browse = connected.datastores.browse
    assert [(entry.path, entry.kind) for entry in browse("shop")] == [
        ("audit", "folder"),
        ("public", "folder"),
    ]
    assert [entry.path for entry in browse("shop", "public")] == ["public/cheap", "public/orders"]
    with pytest.raises(NotFound, match="no schema 'nowhere'"):
        browse("shop", "nowhere")


def test_a_name_is_never_sql(connected: Workspace) -> None:
    for path in ("orders; DROP TABLE orders", 'orders" WHERE false --', "public/orders' --"):
        with pytest.raises(Invalid, match="does not exist"):
            connected.data.add("bad", store="shop", source=path)
    with pytest.raises(NotFound, match="no schema"):
        connected.datastores.browse("shop", "x' OR '1'='1")


@pytest.mark.parametrize("adbc", [True, False])
def test_a_look_at_a_huge_answer_is_short(
    connected: Workspace, adbc: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not adbc:
        monkeypatch.setattr("labstudio.data.stores.sql._ADBC", {})
    began = time.monotonic()
    look = connected.data.look(
        store="shop",
        query="SELECT a.id, b.city FROM orders a, orders b, orders c",  # 10⁹ rows
    )
    assert time.monotonic() - began < 10
    assert (look.rows, look.whole, look.format, look.values[0][:2]) == (100, False, "query", ["1", "1"])


def test_a_wrong_password_is_told_without_saying_it(
    connected: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "wrong-but-secret")
    tested = connected.datastores.test("shop")
    assert not tested.ok
    assert "shop cannot be reached" in tested.sentence
    assert "password authentication failed" in tested.sentence
    assert "wrong-but-secret" not in tested.sentence
    monkeypatch.delenv("SHOP_PASSWORD")
    assert "The variable SHOP_PASSWORD is not set" in connected.datastores.test("shop").sentence


def test_a_database_that_is_not_there_is_told(ws: Workspace) -> None:
    ws.datastores.add("gone", "postgresql://ada@127.0.0.1:1/shop", timeout=1)
    tested = ws.datastores.test("gone")
    assert not tested.ok
    assert tested.sentence.startswith("gone cannot be reached: ")
    with pytest.raises(Unavailable, match="gone cannot be reached"):
        ws.data.add("orders", "gone:orders")


def test_sqlite_is_read_and_never_written(
    ws: Workspace, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ws.datastores.add("shop", f"sqlite:///{file}")
    before = file.read_bytes()
    assert [(entry.name, entry.kind) for entry in ws.datastores.browse("shop")] == [("orders", "table")]
    assert ws.data.add("orders", "shop:orders").rows == 500
    for query in ("DELETE FROM orders", "ATTACH 'other.db' AS other", "PRAGMA user_version = 7"):
        with pytest.raises(Invalid):
            ws.data.add("bad", store="shop", query=query)
    assert file.read_bytes() == before
    assert not list(file.parent.glob("shop.db-*"))
    assert not list(tmp_path.rglob("other.db"))


def test_a_column_of_sqlite_may_grow_wider_on_the_way(ws: Workspace, file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE loose (n)")
        database.executemany("INSERT INTO loose VALUES (?)", [(i,) for i in range(70_000)] + [(0.5,)])
        database.execute("CREATE TABLE late (n, t)")
        database.executemany("INSERT INTO late VALUES (?, ?)", [(None, None)] * 70_000 + [(7, "seven")])
        database.execute("CREATE TABLE mixed (n)")
        database.executemany("INSERT INTO mixed VALUES (?)", [(1,), ("one",)])
    database.close()
    ws.datastores.add("shop", f"sqlite:///{file}")
    loose = ws.data.add("loose", "shop:loose").frame()["n"]
    assert (loose.dtype.kind, loose.iloc[0], loose.iloc[-1]) == ("f", 0, 0.5)
    late = ws.data.add("late", "shop:late").frame()
    assert (late["n"].iloc[-1], late["t"].iloc[-1], int(late["n"].isna().sum())) == (7, "seven", 70_000)
    for way in ({"sqlite": "adbc_driver_sqlite"}, {}):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("labstudio.data.stores.sql._ADBC", way)
            assert ws.datastores.frame("shop", "mixed")["n"].tolist() == ["1", "one"]


def test_a_database_file_that_is_not_there_is_named(ws: Workspace, tmp_path: Path) -> None:
    ws.datastores.add("shop", f"sqlite:///{tmp_path}/nothing.db")
    assert ws.datastores.test("shop").sentence == f"shop: there is no file {tmp_path}/nothing.db."
    assert not (tmp_path / "nothing.db").exists()


@pytest.mark.parametrize(
    ("url", "package", "extra"),
    [
        ("mysql://ada@127.0.0.1:1/shop", "pymysql", "mysql"),
        ("mssql://ada@127.0.0.1:1/shop", "pyodbc", "mssql"),
        ("postgresql://ada@127.0.0.1:1/shop", "psycopg", "postgres"),
    ],
)
@pytest.mark.usefixtures("by_rows")
def test_a_driver_that_is_not_installed_is_named(
    ws: Workspace, url: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws.datastores.add("shop", url, timeout=1)
    monkeypatch.setitem(sys.modules, package, None)
    sentence = ws.datastores.test("shop").sentence
    assert f"needs the package {package}; run pip install 'labstudio[{extra}]'." in sentence


def test_mysql_is_asked_through_its_driver(ws: Workspace) -> None:
    pytest.importorskip("pymysql", reason="the extra mysql is not installed")
    ws.datastores.add("shop", "mariadb://ada@127.0.0.1:1/shop", timeout=1)
    assert ws.datastores.get("shop").url == "mysql://ada@127.0.0.1:1/shop"
    assert "Can't connect to MySQL server" in ws.datastores.test("shop").sentence
