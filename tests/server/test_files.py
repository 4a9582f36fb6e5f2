"""Files and folders through the server: sent in parts and once, opened beside, never run by the browser."""

from __future__ import annotations

import io
import zipfile
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from serving import Server

EVIL = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.fixture(scope="module")
def pets(server: Server) -> str:
    folder = server.folder / "pets"
    for number, animal in enumerate(["cat", "dog"] * 2):
        (folder / animal).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (300 + number, 200), (60 * number, 0, 0)).save(folder / animal / f"{number}.png")
    (folder / "<img src=x onerror=alert(1)>.svg").write_text(EVIL)
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "notes.txt").write_text("".join(f"{i}\n" for i in range(1000)))
    (server.folder.parent / "secret.txt").write_text("hunter2")
    (folder / "stolen.txt").symlink_to(server.folder.parent / "secret.txt")
    assert server.post("data", name="pets", path="pets")["asset"]["ref"] == "pets@1"
    return "pets"


def fetch(server: Server, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(
        f"{server.url}/labstudio/api/{path}", headers={"Authorization": f"token {server.owner}", **headers}
    )
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, response.read(), dict(response.headers)
    except HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def test_a_name_that_no_file_can_have_is_not_there(server: Server) -> None:
    status, refused = server.ask("POST", "imports/look", {"path": "0" * 900})
    assert (status, "There is no file" in refused["message"]) == (404, True)


def test_a_folder_of_the_file_browser_is_added_and_listed(server: Server, pets: str) -> None:
    asset = server.get("data/pets")
    assert (asset["kind"], asset["rows"], asset["columns"], asset["found"]["links"]) == ("folder", 7, 0, 1)
    found = server.get("data/pets@1/files", kind="image", limit=3)
    assert (found["total"], [one["path"] for one in found["files"]]) == (
        4,
        ["cat/0.png", "cat/2.png", "dog/1.png"],
    )
    assert found["labels"] == {"": 3, "cat": 2, "dog": 2}
    assert server.get("data/pets@1/files", label="dog")["total"] == 2
    assert server.get("data/pets@1/files", filter="NOTES")["files"][0]["kind"] == "text"


def test_a_picture_is_sent_once(server: Server, pets: str) -> None:
    status, content, headers = fetch(server, "data/pets@1/file?path=cat/0.png")
    assert (status, content) == (200, (server.folder / "pets/cat/0.png").read_bytes())
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "immutable" in headers["Cache-Control"]
    status, content, _ = fetch(server, "data/pets@1/file?path=cat/0.png", If_None_Match=headers["Etag"])
    assert (status, content) == (304, b"")
    assert "immutable" not in fetch(server, "data/pets/file?path=cat/0.png")[2]["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "status", "wanted"),
    [("bytes=0-3", 206, slice(0, 4)), ("bytes=100-", 206, slice(100, None)),
     ("bytes=-5", 206, slice(-5, None)), ("bytes=3885-9999", 206, slice(3885, None)),
     ("bytes=4000-", 416, slice(0, 0)), ("lines=1-2", 200, slice(None))],
)  # fmt: skip
def test_a_part_is_sent_where_a_part_is_asked_for(server: Server, pets: str, asked, status, wanted) -> None:
    whole = (server.folder / "pets/notes.txt").read_bytes()
    found, content, headers = fetch(server, "data/pets@1/file?path=notes.txt", Range=asked)
    assert found == status
    if status != 416:
        assert content == whole[wanted]
    if status == 206:
        assert headers["Content-Range"].endswith(f"/{len(whole)}")


@pytest.mark.parametrize("name", ["%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E.svg", "page.html"])
def test_what_a_browser_would_run_is_sent_to_be_saved(server: Server, pets: str, name: str) -> None:
    _, _, headers = fetch(server, f"data/pets@1/file?path={name}")
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")
    assert "<" not in headers["Content-Disposition"]
    assert server.ask("GET", f"data/pets@1/thumbnail?path={name}")[0] == 400


def test_a_small_copy_of_a_picture(server: Server, pets: str) -> None:
    status, content, headers = fetch(server, "data/pets@1/thumbnail?path=dog/1.png&longest=64")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(content)).size == (64, 43)
    assert (
        fetch(server, "data/pets@1/thumbnail?path=dog/1.png&longest=64", If_None_Match=headers["Etag"])[0]
        == 304
    )
    assert server.ask("GET", "data/pets@1/thumbnail?path=dog/1.png&longest=9999")[0] == 400


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "/etc/passwd", "cat/../../secret.txt", "stolen.txt", "cat", "..%2fsecret.txt", "a%00b"],
)
@pytest.mark.parametrize("route", ["file", "thumbnail", "text", "download"])
def test_a_path_that_leads_elsewhere_leads_nowhere(server: Server, pets: str, route: str, path: str) -> None:
    status, found = server.ask("GET", f"data/pets@1/{route}?path={path}")
    assert status == 404
    assert "There is no file" in found["message"]
    assert "hunter2" not in str(found)


def test_the_whole_folder_is_sent_as_an_archive(server: Server, pets: str) -> None:
    _, content, headers = fetch(server, "data/pets@1/download")
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''pets-1.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("cat/0.png") == (server.folder / "pets/cat/0.png").read_bytes()
        assert len(archive.namelist()) == 7


def test_a_table_is_sent_as_it_came_and_in_other_formats(server: Server) -> None:
    (server.folder / "sums.csv").write_text('what,n\n"=1+1",2\n')
    server.post("data", name="sums", path="sums.csv")
    assert fetch(server, "data/sums/download")[1] == b'what,n\n"=1+1",2\n'
    assert fetch(server, "data/sums/download?format=csv")[1] == b'"what","n"\n"\'=1+1",2\n'
    assert fetch(server, "data/sums/download?format=csv&formulas=true")[1] == b'"what","n"\n"=1+1",2\n'
    assert fetch(server, "data/sums/download?format=jsonl")[1] == b'{"what": "=1+1", "n": 2}\n'
    assert fetch(server, "data/sums/download?format=parquet")[1][:4] == b"PAR1"


def test_a_script_is_added_shown_compared_and_opened_beside(server: Server) -> None:
    script = server.folder / "train.py"
    script.write_text("rate = 0.1\n")
    assert server.post("data", name="script", path="train.py")["asset"]["kind"] == "file"
    script.write_text("rate = 0.2\n")
    server.post("data/script/refresh")
    assert server.get("data/script@1/text") == {
        "path": "train.py", "media": "text/x-python", "text": "rate = 0.1\n", "cut": False
    }  # fmt: skip
    changes = server.get("data/script@2/changes", other="script@1")
    assert changes["diff"][-2:] == ["-rate = 0.1", "+rate = 0.2"]
    opened = server.post("data/script@1/open")["path"]
    assert opened == "versions/script@1/train.py"
    assert (server.folder / opened).read_text() == "rate = 0.1\n"
    assert server.post("data/script@1/open")["path"] == opened
    copy = server.folder / opened
    copy.chmod(0o644)
    copy.write_text("mine now")
    assert server.post("data/script@1/open")["path"] == "versions/script@1/train (2).py"
    assert copy.read_text() == "mine now"


def test_an_opened_copy_never_leads_out_of_the_folder(server: Server, pets: str) -> None:
    outside = server.folder.parent / "outside"
    outside.mkdir()
    (server.folder / "versions").mkdir(exist_ok=True)
    (server.folder / "versions" / "pets@1").symlink_to(outside, target_is_directory=True)
    status, found = server.ask("POST", "data/pets@1/open", {"path": "notes.txt"})
    assert (status, list(outside.iterdir())) == (400, [])
    assert "leads out of the folder" in found["message"]


def test_what_is_no_table_says_so_to_the_tables_routes(server: Server, pets: str) -> None:
    for route in ("rows", "profile", "plots", "associations"):
        status, found = server.ask("GET", f"data/pets@1/{route}")
        assert (status, "pets@1 is a folder, not a table" in found["message"]) == (400, True)
