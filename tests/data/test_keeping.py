"""Assets as wholes: more rows, the source read again, put away, deleted, checked byte by byte, held back."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labstudio.data.adding import Made
from labstudio.data.quality import Rule
from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core


@pytest.fixture
def ws(tmp_path: Path):
    workspace = Workspace(tmp_path / "ws")
    yield workspace
    workspace.store.close()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("id,city,price\n1,Bern,2\n2,Oslo,3\n")
    return path


def test_new_rows_stand_below_the_old_ones_in_a_new_version(ws, orders, tmp_path) -> None:
    ws.data.add("orders", orders)
    more = tmp_path / "more.csv"
    more.write_text("city,price,id\nRome,4.5,3\n")
    version = ws.data.append("orders", more)
    assert (version.ref, version.rows) == ("orders@2", 3)
    assert version.frame().to_dict("list") == {
        "id": [1, 2, 3], "city": ["Bern", "Oslo", "Rome"], "price": [2.0, 3.0, 4.5]
    }  # fmt: skip
    assert ws.data.get("orders@1").rows == 2
    assert ("data:orders@1", "appended") in [(e.source, e.relation) for e in ws.lineage(version.subject)]
    # the bytes of what was added are kept as they came
    assert ws.store.files.path(version.sha256).read_bytes() == more.read_bytes()


def test_the_same_rows_appended_to_the_same_version_are_the_same_version(ws, orders) -> None:
    ws.data.add("orders", orders)
    frame = pd.DataFrame({"id": [3], "city": ["Rome"], "price": [4]})
    first = ws.data.append("orders@1", frame)
    assert ws.data.append("orders@1", frame).existed
    assert ws.data.append("orders@2", frame).rows == first.rows + 1


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ({"id": [3], "city": ["Rome"]}, "'price' is missing"),
        ({"id": [3], "city": ["Rome"], "price": [1], "x": [1]}, "'x' is new"),
        ({"id": ["three"], "city": ["Rome"], "price": [1]}, "'id' holds int64 in the table"),
    ],
)
def test_rows_that_do_not_fit_are_refused_and_nothing_is_kept(ws, orders, frame, sentence) -> None:
    ws.data.add("orders", orders)
    with pytest.raises(Invalid, match=sentence):
        ws.data.append("orders", pd.DataFrame(frame))
    assert [one.ref for one in ws.data.versions("orders")] == ["orders@1"]


def test_a_source_that_changed_is_a_new_version_and_one_that_did_not_is_none(ws, orders) -> None:
    first = ws.data.add("orders", orders)
    assert first.refreshable
    assert ws.data.refresh("orders").existed
    orders.write_text(orders.read_text() + "3,Rome,4\n")
    assert (ws.data.refresh("orders").ref, ws.data.get("orders").rows) == ("orders@2", 3)
    orders.unlink()
    with pytest.raises(NotFound, match="There is no file"):
        ws.data.refresh("orders")
    assert ws.data.get("orders").ref == "orders@2"


def test_what_cannot_be_read_again_says_what_to_do_instead(ws) -> None:
    assert not ws.data.add("frame", pd.DataFrame({"a": [1]})).refreshable
    with pytest.raises(Invalid, match="cannot be read again from here; add the new data to frame instead"):
        ws.data.refresh("frame")


def test_what_is_put_away_is_not_listed_and_comes_back(ws, orders) -> None:
    ws.data.add("orders", orders)
    ws.data.archive("orders")
    assert ws.data.list() == []
    assert [one.ref for one in ws.data.list(archived=True)] == ["orders@1"]
    assert ws.data.get("orders").ref == "orders@1"
    ws.data.restore("orders")
    assert [one.ref for one in ws.data.list()] == ["orders@1"]


def test_what_is_said_of_an_asset_stays_until_something_else_is_said(ws, orders) -> None:
    ws.data.add("orders", orders)
    ws.data.describe("orders", description="From the shop.", tags=["shop", " shop ", ""], owner="Ada")
    about = ws.data.describe("orders", owner="Grace")
    assert (about.description, about.tags, about.owner) == ("From the shop.", ("shop",), "Grace")
    with pytest.raises(Invalid, match="50 tags; 51 were given"):
        ws.data.describe("orders", tags=[str(i) for i in range(51)])
    assert ws.data.about("orders") == about


def test_a_version_that_something_was_made_of_is_not_deleted(ws, orders) -> None:
    ws.data.add("orders", orders)
    ws.data.append("orders", pd.DataFrame({"id": [3], "city": ["Rome"], "price": [4]}))
    with pytest.raises(Conflict, match=r"orders@1 cannot be deleted: it is used by data:orders@2\. Archive"):
        ws.data.delete("orders@1")
    ws.data.delete("orders@2")
    assert ws.data.get("orders").ref == "orders@1"
    assert ws.data.verify() == []


def test_files_that_another_version_holds_survive_a_deletion(ws, orders) -> None:
    ws.data.add("orders", orders)
    other = ws.data.add("same", orders)
    ws.data.delete("orders@1")
    assert ws.data.verify() == []
    assert len(other.frame()) == 2
    ws.data.delete("same@1")
    assert not ws.store.files.has(other.table_sha256)
    assert ws.data.add("orders", orders).ref == "orders@2"


def test_adding_while_the_same_is_deleted_never_leaves_a_version_without_its_table(ws, orders) -> None:
    ws.data.add("orders", orders)

    def delete() -> None:
        for one in ws.data.versions("orders"):
            ws.data.delete(one.ref)

    for turn in range(8):
        thread = threading.Thread(target=delete)
        thread.start()
        with suppress(Conflict):  # deleted under its hands: to be added once more
            ws.data.add(f"other{turn}", orders)
        thread.join()
        assert ws.data.verify() == []
        for one in ws.data.list():
            ws.data.delete(one.ref)
        ws.data.add("orders", orders)


@pytest.mark.parametrize("what", ["table", "source"])
def test_one_flipped_byte_is_found_and_named(ws, orders, what) -> None:
    version = ws.data.add("orders", orders)
    sha = version.table_sha256 if what == "table" else version.sha256
    path = ws.store.files.path(sha)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (damage,) = ws.data.verify()
    assert (damage.ref, damage.what, damage.sha256) == ("orders@1", what, sha)
    assert f"The {what} of orders@1 has changed on the disk (file {sha[:12]}…)" in damage.sentence


def test_a_file_that_is_gone_is_named(ws, orders) -> None:
    version = ws.data.add("orders", orders)
    ws.store.files.remove(version.table_sha256)
    assert "is not there any more" in ws.data.verify("orders@1")[0].sentence


def test_a_version_that_fails_a_blocking_rule_is_never_the_newest(ws) -> None:
    good, bad = pd.DataFrame({"age": [31, 47]}), pd.DataFrame({"age": [31, -1]})
    ws.data.add("people", good)
    ws.quality.save("people", [Rule(kind="range", columns=["age"], minimum="0", severity="block")])
    seen = []
    real = ws.data.checks

    def looked(version):
        seen.append(ws.data.get("people").ref)  # what another reader takes while the rules are checked
        return real(version)

    ws.data.checks = looked
    held = ws.data.add("people", bad)
    assert seen == ["people@1"]
    assert "It fails" in held.held
    assert ws.data.get("people").ref == ws.data.get("people@latest").ref == "people@1"
    assert ws.data.get("people@2").held == held.held
    assert ws.data.list()[0].ref == "people@1"
    free = ws.data.add("people", pd.DataFrame({"age": [1, 2, 3]}))
    assert (free.ref, free.held, ws.data.get("people").ref) == ("people@3", None, "people@3")


def test_a_check_that_breaks_leaves_the_version_held(ws) -> None:
    ws.data.add("people", pd.DataFrame({"age": [31, 47]}))
    ws.quality.save("people", [Rule(kind="range", columns=["age"], minimum="0", severity="block")])

    def dies(version):
        raise KeyboardInterrupt

    real, ws.data.checks = ws.data.checks, dies
    with pytest.raises(KeyboardInterrupt):
        ws.data.add("people", pd.DataFrame({"age": [5]}))
    ws.data.checks = real
    assert ws.data.get("people").ref == "people@1"
    assert "have not been checked to the end" in ws.data.get("people@2").held
    assert ws.quality.check("people@2").held is None
    assert ws.data.get("people").ref == "people@2"


def test_a_table_made_elsewhere_is_kept_once(ws) -> None:
    frame = pd.DataFrame({"x": np.arange(3)})

    def put():
        with ws.data.scratch() as place:
            frame.to_parquet(place)
            made = Made(place, 3, "three numbers", {"format": "made"}, identity="made-1",
                        links=[("file:abc", "imported")])  # fmt: skip
            return ws.data.put("numbers", made, {"kind": "nowhere"})

    first = put()
    assert (first.ref, first.source, first.refreshable) == ("numbers@1", "three numbers", False)
    assert ws.data.same("numbers", "made-1").ref == "numbers@1"
    assert put().existed
    assert [(e.source, e.relation) for e in ws.lineage("data:numbers@1")] == [("file:abc", "imported")]


def test_what_made_a_table_can_make_it_again(ws) -> None:
    def made(name: str, origin: dict):
        with ws.data.scratch() as place:
            pd.DataFrame({"x": range(origin["rows"])}).to_parquet(place)
            return ws.data.put(name, Made(place, origin["rows"], "rows", {"format": "made"}), origin)

    ws.data.again["counted"] = made
    version = made("numbers", {"kind": "counted", "rows": 3})
    assert version.refreshable
    assert ws.data.refresh("numbers").existed
    assert ws.data.get("numbers@1").origin == {"kind": "counted", "rows": 3}
