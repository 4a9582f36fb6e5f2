"""Datastores through the server: connected, browsed, tested, read into assets, removed."""

from __future__ import annotations

import sqlite3

import pytest
from serving import Server


@pytest.fixture
def shop(server: Server, request: pytest.FixtureRequest) -> str:
    """A datastore of a test's own: a database of the server."""
    name = request.node.name.removeprefix("test_")[:60]
    file = server.folder / f"{name}.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE orders AS SELECT 1 AS id, 'Bern' AS city UNION SELECT 2, 'Oslo'")
    database.close()
    server.post("datastores", name=name, url=f"sqlite:///{file}", description="The shop's orders.")
    return name


def test_a_datastore_is_connected_tested_and_browsed(server: Server, shop: str) -> None:
    found = server.get(f"datastores/{shop}")
    assert (found["kind"], found["secret"], found["description"]) == ("sql", None, "The shop's orders.")
    assert shop in [one["name"] for one in server.get("datastores")]
    tested = server.post(f"datastores/{shop}/test")
    assert tested["ok"]
    assert tested["sentence"].startswith(f"{shop} answers: SQLite")
    listed = server.get(f"datastores/{shop}/browse")
    [entry] = listed["entries"]
    assert (entry["path"], entry["kind"], entry["size"], listed["total"]) == ("orders", "table", None, 1)
    assert server.get(f"datastores/{shop}/browse", filter="nothing")["total"] == 0


def test_a_table_and_a_query_are_looked_at_and_imported(server: Server, shop: str) -> None:
    look = server.post("imports/look", store=shop, path="orders")
    assert (look["format"], look["values"]) == ("table", [["1", "2"], ["Bern", "Oslo"]])
    query = "SELECT id FROM orders WHERE city = 'Oslo'"
    assert server.post("imports/look", store=shop, query=query)["values"] == [["2"]]
    added = server.post("data", name=f"{shop}-q", store=shop, query=query)
    assert (added["asset"]["rows"], added["asset"]["refreshable"]) == (1, True)
    nodes = {node["subject"] for node in server.get("lineage", subject=added["asset"]["subject"])["nodes"]}
    assert f"datastore:{shop}" in nodes
    assert server.post(f"data/{shop}-q/refresh")["existed"]
    status, refused = server.ask("DELETE", f"datastores/{shop}")
    assert (status, refused["error"]) == (409, "Conflict")
    assert f"{shop}-q@1 was read from it" in refused["message"]
    assert server.ask("DELETE", f"datastores/{shop}", force="true")[0] == 200
    assert server.ask("GET", f"datastores/{shop}")[0] == 404


def test_what_is_wrong_is_said_in_a_sentence_without_secrets(server: Server, shop: str) -> None:
    asked = [
        {"url": "postgresql://ada:hunter2@db/shop"},
        {"url": "s3://bucket", "secret": "hunter2"},
        {"url": "s3://bucket", "endpoint": "http://ada:hunter2@minio"},
        {"url": "s3://bucket", "password": "hunter2"},
        {"url": "s3://bucket", "secret": ["hunter2"]},
    ]
    for body in asked:
        status, refused = server.ask("POST", "datastores", {"name": "bad", **body})
        assert status == 400
        assert "hunter2" not in refused["message"], refused
    assert server.ask("POST", "datastores", {"name": "../x", "url": "s3://b"})[0] == 400
    assert server.ask("POST", "datastores", {"name": shop, "url": "s3://b"})[0] == 409
    for body in ({"query": "SELECT 1"}, {"store": shop}, {"store": shop, "path": "a", "query": "b"}):
        assert server.ask("POST", "imports/look", body)[0] == 400
    status, refused = server.ask("POST", "imports/look", {"store": shop, "query": "DROP TABLE orders"})
    assert (status, "refused the query" in refused["message"]) == (400, True)
    assert "hunter2" not in server.log.read_text()


def test_a_folder_of_a_store_is_looked_at_imported_and_added_to(server: Server, shop: str) -> None:
    lake = server.folder.parent / shop
    (lake / "notes").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (lake / "notes" / name).write_text(name)
    server.post("datastores", name=f"{shop}-lake", url=str(lake))
    look = server.post("imports/look", store=f"{shop}-lake", path="notes")
    assert (look["kind"], look["content"]["files"]) == ("folder", 2)
    assert (
        server.post("imports/look", store=f"{shop}-lake", path="notes/a.txt", kind="file")["kind"] == "file"
    )
    added = server.post("data", name=f"{shop}-notes", store=f"{shop}-lake", path="notes")["asset"]
    assert (added["kind"], added["rows"], added["refreshable"]) == ("folder", 2, True)
    (server.folder / f"{shop}.py").write_text("print(1)")
    look = server.post("imports/look", path=f"{shop}.py")
    assert (look["kind"], look["content"]["text"]) == ("file", "print(1)")
    more = server.post(f"data/{shop}-notes/append", path=f"{shop}.py")["asset"]
    assert (more["ref"], more["rows"]) == (f"{shop}-notes@2", 3)


def test_a_long_answer_is_read_by_a_job(server: Server, shop: str) -> None:
    many = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000) SELECT * FROM n"
    )
    added = server.post("data", name=f"{shop}-many", store=shop, query=many)
    assert added["asset"] is None
    assert server.ask("POST", f"jobs/{added['job']}/kill", {})[0] == 200


def test_only_who_may_execute_connects_a_datastore(server: Server) -> None:
    body = {"name": "guests", "url": "s3://bucket"}
    assert server.ask("POST", "datastores", body, token=server.guest)[0] == 403
    assert server.ask("GET", "datastores", token=server.guest)[0] == 403
