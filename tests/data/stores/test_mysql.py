"""MySQL and MariaDB, read through their driver from a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from lakes import PASSWORD

from labstudio import Workspace
from labstudio.data import ImportOptions
from labstudio.errors import Invalid

TAKEN = ["id", "price", "day", "at", "paid", "city", "more", "took", "Odd `name"]


@pytest.fixture
def connected(ws: Workspace, mysql_shop: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with the shop in it."""
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    ws.datastores.add("shop", mysql_shop, secret="env:SHOP_PASSWORD")
    return ws


def test_a_table_becomes_a_version_with_its_types(connected: Workspace) -> None:
    assert connected.datastores.test("shop").sentence.startswith("shop answers: MySQL, through SQLAlchemy")
    assert [entry.path for entry in connected.datastores.browse("shop")] == ["cheap", "orders"]
    with pytest.raises(Invalid, match="Column 'raw' holds binary values"):
        connected.data.add("orders", "shop:orders")
    version = connected.data.add("orders", "shop:orders", options=ImportOptions(columns=TAKEN))
    frame = version.frame()
    assert (version.rows, version.source) == (1001, "shop:orders")
    assert (int(frame["id"].iloc[0]), int(frame["id"].iloc[-1])) == (1, 18446744073709551615)
    assert frame["price"].tolist()[:2] == [1.25, 2.5]
    assert frame["day"].dt.strftime("%Y-%m-%d").iloc[0] == "2026-01-02"
    assert frame["at"].iloc[0].isoformat() == "2026-01-01T13:00:00.250000"
    assert frame["paid"].tolist()[:3] == [0, 0, 1]
    assert (frame["city"].iloc[0], int(frame["city"].isna().sum())) == ("Zürich 🎈 1", 201)
    assert frame["more"].iloc[1] == '{"i": 2}'
    assert frame["took"].tolist()[:2] == ["00:00:01", "00:00:02"]
    times = "SELECT TIME '838:59:58.5' AS t UNION ALL SELECT TIME '-00:01:00'"
    assert connected.datastores.frame("shop", query=times)["t"].tolist() == ["838:59:58.500000", "-00:01:00"]
    assert frame["Odd `name"].iloc[3] == 1.0
    assert frame.drop(columns="id").iloc[-1].isna().all()
    raw = connected.datastores.frame("shop", query="SELECT HEX(raw) AS raw FROM orders WHERE id IN (1, 26)")
    assert raw["raw"].tolist() == ["00FF0001", "00FF001A"]


def test_no_large_number_without_sign_turns_around(connected: Workspace) -> None:
    small = "SELECT seq AS id FROM shop.seq_1_to_70000"
    with pytest.raises(Invalid, match=r"'id' holds int64 and uint64 values; .* CAST\(id AS"):
        connected.datastores.frame("shop", query=f"{small} UNION ALL SELECT 18446744073709551615")


def test_a_query_is_read_again_and_only_looks(connected: Workspace) -> None:
    query = "SELECT id, city FROM orders WHERE city LIKE '%7' ORDER BY id;"
    first = connected.data.add("few", store="shop", query=query)
    assert (first.rows, first.frame()["city"].iloc[0]) == (100, "Zürich 🎈 7")
    assert connected.data.refresh("few").existed
    look = connected.data.look(store="shop", query="SELECT a.id FROM orders a, orders b, orders c")  # 10⁹
    assert (look.rows, look.whole, look.format) == (100, False, "query")
    for bad in ("DELETE FROM orders", "UPDATE orders SET price = 0", "SELECT 1; DELETE FROM orders", "no"):
        with pytest.raises(Invalid, match=r"shop refused the query|gives no rows"):
            connected.data.add("bad", store="shop", query=bad)
    for path in ("orders; DELETE FROM orders", "orders` WHERE false -- "):
        with pytest.raises(Invalid, match=r"doesn't exist|Incorrect table name"):
            connected.data.add("bad", store="shop", source=path)
    assert len(connected.datastores.frame("shop", query="SELECT id FROM orders")) == 1001


def test_the_password_is_nowhere_and_a_wrong_one_is_told_without_it(
    connected: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.data.add("cheap", store="shop", query="SELECT id, city FROM cheap")
    monkeypatch.setenv("SHOP_PASSWORD", "wrong-but-secret")
    tested = connected.datastores.test("shop")
    assert not tested.ok
    assert tested.sentence.startswith("shop cannot be reached: ")
    assert "Access denied for user 'lab'" in tested.sentence
    assert "wrong-but-secret" not in tested.sentence
    written = [file for file in Path(connected.root).rglob("*") if file.is_file()]
    assert len(written) > 2
    for file in written:
        content = file.read_bytes()
        assert PASSWORD.encode() not in content
        assert b"wrong-but-secret" not in content
