"""Data assets through the server: described, put away, taken up, deleted, checked and brought up to date."""

from __future__ import annotations

import pytest
from serving import Server


@pytest.fixture
def shop(server: Server, request: pytest.FixtureRequest) -> str:
    """An asset of a test's own, from a file of the server."""
    name = request.node.name.removeprefix("test_")[:60]
    (server.folder / f"{name}.csv").write_text(f"id,{name}\n1,Bern\n2,Oslo\n")
    server.post("data", name=name, path=f"{name}.csv")
    return name


def test_what_is_said_of_an_asset_is_kept_and_shown(server: Server, shop: str) -> None:
    said = server.ask(
        "PUT", f"data/{shop}", {"description": "From the shop.", "tags": ["eu"], "owner": "Ada"}
    )
    assert said == (200, {"ok": True, "sentence": f"What is said of {shop} is kept."})
    server.ask("PUT", f"data/{shop}", {"owner": "Grace"})
    asset = server.get(f"data/{shop}")
    assert (asset["description"], asset["tags"], asset["owner"]) == ("From the shop.", ["eu"], "Grace")
    status, refused = server.ask("PUT", f"data/{shop}", {"tags": ["x" * 101]})
    assert (status, refused["message"]) == (400, "The tag has 101 characters; 100 is the most.")


def test_what_is_put_away_leaves_the_list_and_comes_back(server: Server, shop: str) -> None:
    def put_away(**query: object) -> bool | None:
        found = {one["name"]: one["archived"] for one in server.get("data", **query)}
        return (found[shop] is not None) if shop in found else None

    assert server.post(f"data/{shop}/archive")["ok"]
    assert (put_away(), put_away(archived=True)) == (None, True)
    assert server.post(f"data/{shop}/restore")["ok"]
    assert (put_away(), put_away(archived=True)) == (False, False)


def test_a_source_that_changed_is_read_again(server: Server, shop: str) -> None:
    assert server.get(f"data/{shop}")["refreshable"]
    assert server.post(f"data/{shop}/refresh")["existed"]
    with (server.folder / f"{shop}.csv").open("a") as file:
        file.write("3,Rome\n")
    again = server.post(f"data/{shop}/refresh")
    assert (again["existed"], again["asset"]["ref"], again["asset"]["rows"]) == (False, f"{shop}@2", 3)


def test_a_version_is_deleted_once(server: Server, shop: str) -> None:
    assert server.ask("DELETE", f"data/{shop}@1")[1] == {"ok": True, "sentence": f"{shop}@1 is deleted."}
    status, refused = server.ask("DELETE", f"data/{shop}@1")
    assert status == 404
    assert "There is no data called" in refused["message"]


def test_stored_bytes_are_checked(server: Server, shop: str) -> None:
    assert server.post(f"data/{shop}/verify") == {"ok": True, "sentence": "Every stored byte is as it was."}
    (file,) = [
        path
        for path in (server.folder / ".labstudio" / "files").rglob("*")
        if path.is_file() and path.read_bytes().startswith(f"id,{shop}".encode())
    ]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"Oslo", b"Osio"))
    found = server.post(f"data/{shop}/verify")
    assert not found["ok"]
    assert f"The source of {shop}@1 has changed on the disk" in found["sentence"]


def test_a_name_that_nothing_has_is_refused_everywhere(server: Server) -> None:
    asked = [("PUT", "", {"owner": "x"}), ("DELETE", "", None), *(
        ("POST", f"/{verb}", {}) for verb in ("archive", "restore", "verify", "refresh")
    )]  # fmt: skip
    assert {server.ask(method, f"data/nowhere{rest}", body)[0] for method, rest, body in asked} == {404}
