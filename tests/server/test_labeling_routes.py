"""Labeling through the server: a browser's outbox, the grid, images, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from serving import Server

PATHS = {
    "ok.png": 1,
    "turned.jpg": 1,
    "notes.svg": 0,
    "page.html": 0,
    "cut.jpg": 0,
    "huge.png": 0,
    "link.png": 0,
    "../secret.png": 0,
    "gone.png": 0,
}


@pytest.fixture(scope="module")
def reviews(server: Server) -> str:
    lines = [f"text {i},{i % 5}" for i in range(120)]
    (server.folder / "reviews.csv").write_text("\n".join(["text,stars", *lines]))
    server.post("data", name="reviews", path="reviews.csv")
    made = server.post("labeling", data="reviews", text="text", labels=["good", "bad"])
    assert (made["id"], made["me"], made["role"]) == (made["id"], "owner", "owner")
    assert [(label["id"], label["key"]) for label in made["labels"]["labels"]] == [("l1", "1"), ("l2", "2")]
    return str(made["id"])


def test_a_browser_labels_loses_its_line_sends_again_and_undoes(server: Server, reviews: str) -> None:
    batch = server.post(f"labeling/{reviews}/next", limit=10)
    assert [item["text"] for item in batch["items"]] == [f"text {i}" for i in range(10)]
    answers = [
        {"client_id": f"c{i}", "item": item["number"], "value": {"label": "l1"}, "milliseconds": 700}
        for i, item in enumerate(batch["items"][:3])
    ]
    first = server.post(f"labeling/{reviews}/submit", answers=answers)
    again = server.post(f"labeling/{reviews}/submit", answers=answers)
    assert [one["annotation"] for one in again["receipts"]] == [
        one["annotation"] for one in first["receipts"]
    ]
    assert all(one["replayed"] for one in again["receipts"])
    assert again["progress"]["mine"] == 3
    undone = server.post(f"labeling/{reviews}/undo", client_id="u0")
    assert undone["items"][0]["number"] == batch["items"][2]["number"]
    detail = server.get(f"labeling/{reviews}/items/{batch['items'][2]['number']}")
    assert [(said["annotator"], said["action"]) for said in detail["history"]] == [
        ("owner", "label"),
        ("owner", "undo"),
    ]


def test_a_grid_and_a_filter_are_one_call_each(server: Server, reviews: str) -> None:
    numbers = [item["number"] for item in server.post(f"labeling/{reviews}/next", limit=50)["items"]]
    grid = server.post(
        f"labeling/{reviews}/accept", client_id="g", items=numbers, marked=numbers[:5], value={"label": "l2"}
    )
    assert (grid["changed"], grid["left_out"]) == (45, 5)
    bulk = server.post(
        f"labeling/{reviews}/bulk", client_id="b", filter="stars = 4", state="open", value={"label": "l1"}
    )
    assert bulk["left_out"] == 0
    page = server.get(f"labeling/{reviews}/items", filter="stars = 4", label="good", limit=5)
    assert len(page["items"]) == 5
    assert page["total"] >= bulk["changed"]


def test_labels_and_settings_change_while_people_work(server: Server, reviews: str) -> None:
    changed = server.post(f"labeling/{reviews}/labels", changes=[{"op": "add", "name": "mixed", "key": "m"}])
    assert [label["name"] for label in changed["labels"]] == ["good", "bad", "mixed"]
    status, found = server.ask("PUT", f"labeling/{reviews}", {"instructions": "**Be fair.**"})
    assert (status, found["settings"]["instructions"]) == (200, "**Be fair.**")
    assert server.post(f"labeling/{reviews}/next")["schema_version"] == changed["version"]


def sent(server: Server, name: str, content: bytes) -> str:
    upload = server.post("uploads", filename=name, size=len(content))
    server.ask("PUT", f"uploads/{upload['id']}", content, offset=0)
    return str(upload["id"])


def test_labels_come_in_and_scored_ones_are_suggestions_that_can_be_taken_back(server, reviews) -> None:
    made = server.post("labeling", name="taken", data="reviews", text="text", labels=["good", "bad"])
    project = f"labeling/{made['id']}"
    lines = b'{"text": "text 1", "label": "bad", "score": 0.75}\n{"text": "nowhere", "label": "bad"}\n'
    upload = sent(server, "said.jsonl", lines)
    found = server.post(f"{project}/import", uploads=[upload])
    assert (found["records"], found["taken"], found["suggestions"], found["labels"]) == (2, 1, 1, [])
    assert found["dropped"] == {"no item has its key, file or text": 1}
    assert server.ask("GET", f"uploads/{upload}")[0] == 404  # it is needed no longer
    assert server.get(project)["progress"]["sequence"] == 0  # nothing is labeled by that
    [run] = server.get(f"{project}/models")["auto"]
    assert (run["number"], run["kind"]) == (found["run"], "import")

    def suggested() -> list[float]:
        items = server.get(f"{project}/items", limit=200)["items"]
        return [one["suggestion"]["score"] for one in items if one["suggestion"]]

    assert suggested() == [0.75]
    server.post(f"{project}/models/{run['number']}/revert")
    assert suggested() == []
    found = server.post(
        f"{project}/import",
        uploads=[sent(server, "said.csv", b"text,label\ntext 2,good\n")],
        suggestions=True,
    )
    assert (found["taken"], found["suggestions"]) == (1, 1)
    found = server.post(f"{project}/import", uploads=[sent(server, "said.csv", b"text,label\ntext 2,good\n")])
    assert (found["taken"], found["suggestions"], found["run"]) == (1, 0, None)
    assert server.get(project)["progress"]["labeled"] == 1


@pytest.mark.parametrize(
    ("name", "content", "format", "status", "sentence"),
    [
        ("said.zip", b"PK\x03\x04 cut", "", 400, "said.zip cannot be unpacked"),
        ("said.json", b"{", "", 400, "is no JSON"),
        ("said.exe", b"x", "", 400, "The format cannot be told by the files' names"),
        ("said.csv", b"text,label\ntext 1,good\n", "tfrecord", 400, "There is no format 'tfrecord'"),
    ],
)
def test_what_cannot_come_in_gets_a_sentence(
    server, reviews, name, content, format, status, sentence
) -> None:
    body = {"uploads": [sent(server, name, content)], "format": format}
    found = server.ask("POST", f"labeling/{reviews}/import", body)
    assert found[0] == status, found
    assert sentence in found[1]["message"]
    status, refused = server.ask("POST", f"labeling/{reviews}/import", {"uploads": ["nothing"]})
    assert status == 404, refused


def test_a_project_leaves_a_cell_that_opens_it(server: Server, reviews: str) -> None:
    cell = server.post("cells", magic="label", verb="open", options={"project": "reviews"})
    assert cell["source"] == "%label open reviews"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("GET", "labeling/nowhere", None, 404, "no labeling project"),
        ("POST", "labeling/{}/labels", {"changes": [{"op": "add", "name": "good"}]}, 409, "already"),
        ("POST", "labeling/{}/labels", {"changes": [{"op": "burn"}]}, 400, "changes"),
        ("POST", "labeling/{}/next", {"limit": 1000}, 400, "limit must be at most 200"),
        ("GET", "labeling/{}/items/x", None, 404, "no item"),
        ("GET", "labeling/{}/media/1", None, 404, "no"),
        ("POST", "labeling/{}/bulk", {"client_id": "x", "filter": "starz = 1"}, 400, "starz"),
        ("POST", "labeling/{}/bulk", {"client_id": "x", "filter": "'; DROP TABLE x"}, 400, ""),
    ],
)
def test_what_cannot_be_gets_a_sentence(server, reviews, method, path, body, status, sentence) -> None:
    found = server.ask(method, path.format(reviews), body)
    assert found[0] == status, found
    assert sentence in found[1]["message"]


@pytest.fixture(scope="module")
def pictures(server: Server) -> str:
    from PIL import Image

    folder = server.folder
    (folder.parent / "secret.png").write_bytes(b"\x89PNG")
    Image.new("RGB", (80, 40), "red").save(folder / "ok.png")
    turned = Image.new("RGB", (80, 40), "blue")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(folder / "turned.jpg", exif=exif)
    (folder / "notes.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    )
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "huge.png").write_bytes(huge())
    (folder / "link.png").symlink_to("../secret.png")
    (folder / "cut.jpg").write_bytes((folder / "turned.jpg").read_bytes()[:300])
    (folder / "pictures.csv").write_text("\n".join(["path", *PATHS]))
    server.post("data", name="pictures", path="pictures.csv")
    return str(server.post("labeling", data="pictures", image="path", task="boxes", labels=["thing"])["id"])


def huge() -> bytes:
    """A PNG of 20,000 × 20,000 pixels in some hundred bytes, as it says of itself."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "PNG")
    content = out.getvalue()
    head = b"IHDR" + struct.pack(">II", 20_000, 20_000) + content[24:29]
    return content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:]


def media(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = Request(
        f"{server.url}/labstudio/api/{path}", headers={"Authorization": f"token {server.owner}", **headers}
    )
    try:
        with urlopen(request, timeout=30) as response:
            return response.status, dict(response.headers), response.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_images_are_shown_and_nothing_else_is(server: Server, pictures: str) -> None:
    items = server.post(f"labeling/{pictures}/next", limit=20)["items"]
    assert [item["caption"] for item in items] == list(PATHS)
    for item in items:
        for size in ("?size=32", ""):
            status, headers, content = media(server, item["media"] + size)
            if size or item["caption"] != "cut.jpg":  # as it is, a browser shows what there is of it
                assert (status == 200) == bool(PATHS[item["caption"]]), (item["caption"], status, content)
            if status == 200:
                assert headers["Content-Type"].startswith("image/")
                assert "sandbox" in headers["Content-Security-Policy"]
                assert headers["X-Content-Type-Options"] == "nosniff"
            else:
                assert b"message" in content
    assert [(item["width"], item["height"]) for item in items[:2]] == [(80, 40), (40, 80)]


def test_images_are_kept_by_the_browser_and_sent_in_parts(server: Server, pictures: str) -> None:
    [item, *_] = server.post(f"labeling/{pictures}/next", limit=1)["items"]
    whole = (server.folder / "ok.png").read_bytes()
    status, headers, content = media(server, item["media"])
    assert (status, content, headers["Accept-Ranges"]) == (200, whole, "bytes")
    assert media(server, item["media"], **{"If-None-Match": headers["Etag"]})[0] == 304
    status, part, content = media(server, item["media"], Range="bytes=8-15")
    assert (status, content, part["Content-Range"]) == (206, whole[8:16], f"bytes 8-15/{len(whole)}")
    assert media(server, item["media"], Range=f"bytes={len(whole)}-")[0] == 416


def test_boxes_are_held_against_the_image(server: Server, pictures: str) -> None:
    [item, *_] = server.post(f"labeling/{pictures}/next", limit=1)["items"]
    box = {"id": "b1", "kind": "box", "label": "thing", "x": 10, "y": 5, "w": 30, "h": 80}
    answers = [{"client_id": "box", "item": item["number"], "value": {"shapes": [box]}}]
    [receipt] = server.post(f"labeling/{pictures}/submit", answers=answers)["receipts"]
    assert receipt["error"] == "Box 1 does not lie in the image of 80 × 40 pixels."
    answers[0]["value"] = {"shapes": [box | {"h": 30}]}
    [receipt] = server.post(f"labeling/{pictures}/submit", answers=answers)["receipts"]
    assert receipt["annotation"]
