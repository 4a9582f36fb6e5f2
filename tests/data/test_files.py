"""Notebooks, scripts and other files as data: kept as they are, given back, told apart line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labstudio.data import ImportOptions
from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core


@pytest.fixture
def ws(tmp_path: Path):
    workspace = Workspace(tmp_path / "ws")
    yield workspace
    workspace.store.close()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text("import sys\nrate = 0.1\nprint(rate)\n")
    return path


def test_a_script_is_kept_as_it_is_in_versions(ws, script, tmp_path) -> None:
    first = ws.data.add("train-script", script)
    assert (first.kind, first.rows, first.size, first.sha256) == (
        "file",
        1,
        script.stat().st_size,
        first.identity,
    )
    script.write_text(script.read_text().replace("0.1", "0.2"))
    assert ws.data.refresh("train-script").ref == "train-script@2"
    assert ws.data.add("train-script", script).existed
    assert b"0.1" in ws.data.read_file("train-script@1")
    assert ws.data.open_file("train-script@2", "train.py").read() == script.read_bytes()
    place = ws.data.path("train-script@1")
    assert (place.name, "0.1" in place.read_text()) == ("train.py", True)


def test_a_version_is_written_to_a_new_place_only(ws, script, tmp_path) -> None:
    ws.data.add("train-script", script)
    (tmp_path / "old").mkdir()
    assert ws.data.download("train-script", tmp_path / "old") == tmp_path / "old" / "train.py"
    with pytest.raises(Conflict, match="is there already"):
        ws.data.download("train-script", script)
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["train.py"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.py", "file"), ("a.ipynb", "file"), ("a.R", "file"), ("a.sql", "file"), ("a.pdf", "file"),
     ("a.onnx", "file"), ("a.png", "file"), ("a.csv", "table"), ("a.tsv", "table"), ("iris.data", "table")],
)  # fmt: skip
def test_what_a_path_becomes_is_found_by_its_name(ws, tmp_path, name, kind) -> None:
    (tmp_path / name).write_text("x,y\n1,2\n")
    assert ws.data.add("asset", tmp_path / name).kind == kind


def test_a_person_may_say_what_it_is_to_be(ws, tmp_path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "a.log").write_text("x,y\n1,2\n")
    assert ws.data.add("raw", tmp_path / "a.csv", kind="file").kind == "file"
    assert ws.data.add("raw", tmp_path / "a.csv", ImportOptions(kind="file")).existed
    assert ws.data.add("log", tmp_path / "a.log", ImportOptions(delimiter=",")).kind == "table"
    assert ws.data.add("log", tmp_path / "a.log", kind="table").version == 2
    with pytest.raises(Conflict, match="raw holds a file, not a table"):
        ws.data.add("raw", tmp_path / "a.csv")
    with pytest.raises(NotFound, match="There is no file"):
        ws.data.add("x", tmp_path / "nowhere.py")
    with pytest.raises(Invalid, match="no zip archive and no folder"):
        ws.data.add("x", tmp_path / "a.csv", kind="folder")


def notebook(*cells: str) -> str:
    made = [
        {"cell_type": "code", "source": cell.splitlines(True), "outputs": [], "metadata": {}}
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_two_versions_of_a_text_are_compared_line_by_line(ws, tmp_path) -> None:
    path = tmp_path / "train.ipynb"
    path.write_text(notebook("import a", "x = 1\ny = 2"))
    ws.data.add("book", path)
    path.write_text(notebook("import a", "x = 1\ny = 3"))
    ws.data.add("book", path)
    assert ws.data.text("book@1").text == "# %%\nimport a\n\n# %%\nx = 1\ny = 2\n"
    changes = ws.data.changes("book@1", "book@2")
    assert [line for line in changes.diff if line[0] in "+-" and line[:2] not in ("++", "--")] == [
        "-y = 2",
        "+y = 3",
    ]
    assert changes.changed == ["train.ipynb"]
    assert ws.data.changes("book@1", "book@1").diff == []


def test_two_folders_are_compared_by_file(ws, tmp_path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("kept", "changed", "gone", "moved"):
        (folder / f"{name}.txt").write_text(f"{name}\nline\n")
    ws.data.add("texts", folder)
    (folder / "changed.txt").write_text("changed\nother line\n")
    (folder / "gone.txt").unlink()
    (folder / "moved.txt").rename(folder / "there.txt")
    (folder / "new.txt").write_text("new\n")
    ws.data.add("texts", folder)
    changes = ws.data.changes("texts@1", "texts@2")
    assert (changes.added, changes.removed, changes.changed) == (["new.txt"], ["gone.txt"], ["changed.txt"])
    assert changes.moved == [("moved.txt", "there.txt")]
    assert changes.counts["unchanged"] == 1
    assert ws.data.changes("texts@1", "texts@2", "changed.txt").diff[-2:] == ["-line", "+other line"]


@pytest.mark.parametrize(
    ("content", "shown"),
    [(b"caf\xc3\xa9", "café"), (b"caf\xe9", "café"), ("\ufeffhi".encode(), "hi"),
     ("hi".encode("utf-16"), "hi"), (b"\x00\x01\x02", None), (b"", "")],
)  # fmt: skip
def test_a_text_is_shown_in_whatever_encoding(ws, tmp_path, content, shown) -> None:
    (tmp_path / "a.md").write_bytes(content)
    ws.data.add("note", tmp_path / "a.md")
    text = ws.data.text("note")
    assert (text.text if text else None) == shown


def test_a_long_text_is_cut_and_says_so(ws, tmp_path) -> None:
    (tmp_path / "long.md").write_text("ä" * 300_000)
    ws.data.add("long", tmp_path / "long.md")
    text = ws.data.text("long")
    assert text.cut
    assert set(text.text) == {"ä"}
