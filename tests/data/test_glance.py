"""Whatever is no table is shown as what it is before it is added, and added as a file or a folder."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from labstudio.data import ImportOptions
from labstudio.display import imports as views
from labstudio.errors import NotFound
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory):
    workspace = Workspace(tmp_path_factory.mktemp("ws"))
    yield workspace
    workspace.store.close()


def test_a_script_and_a_notebook_are_shown_as_text_and_kept_as_files(ws, tmp_path) -> None:
    (tmp_path / "train.py").write_text("print('hello')\n")
    look = ws.data.look(tmp_path / "train.py")
    assert (look.kind, look.content.media, look.content.text) == ("file", "text/x-python", "print('hello')\n")
    assert "print('hello')" in views.look(look, "train.py").text
    assert ws.data.add("train", tmp_path / "train.py").kind == "file"
    notebook = {"cells": [{"cell_type": "code", "source": ["x = 1"]}], "nbformat": 4}
    (tmp_path / "train.ipynb").write_text(json.dumps(notebook))
    assert ws.data.look(tmp_path / "train.ipynb").content.text == "# %%\nx = 1\n"


def test_a_picture_is_shown_small_and_what_only_claims_to_be_one_is_a_file(ws, tmp_path) -> None:
    Image.new("RGB", (2_000, 1_000)).save(tmp_path / "large.png")
    shown = ws.data.look(tmp_path / "large.png").content.picture
    head, _, content = shown.partition(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(content))).size == (480, 240)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG and nothing more")
    broken = ws.data.look(tmp_path / "broken.png")
    assert (broken.kind, broken.content.picture, broken.error) == ("file", None, None)


def test_a_folder_and_an_archive_of_texts_are_shown_by_their_files(ws, tmp_path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text("word " * number)
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
        archive.writestr("x.png", b"no picture")
    for path, files in ((folder, 3), (tmp_path / "texts.zip", 4)):
        if path.suffix:
            assert ws.data.look(path, ImportOptions(kind="folder")).kind == "folder"
        look = ws.data.look(path)
        assert (look.kind, look.content.files, look.content.named[1].path) == ("folder", files, "1.txt")
        assert ws.data.add(f"texts{path.suffix.replace('.', '-')}", path).rows == files


def test_what_is_said_counts_and_what_cannot_be_read_can_be_kept_as_a_file(ws, tmp_path) -> None:
    table = tmp_path / "orders.csv"
    table.write_text("a,b\n1,2\n")
    assert ws.data.look(table).kind == "table"
    assert ws.data.look(table, ImportOptions(kind="file")).content.text == "a,b\n1,2\n"
    (tmp_path / "letter.txt").write_text('Dear "friend,\nthis is no table, is it?\n\nYours, x, y, z\n')
    look = ws.data.look(tmp_path / "letter.txt")
    assert look.error is not None
    assert look.warnings[-1].fix == {"kind": "file"}
    assert ws.data.look(tmp_path / "letter.txt", ImportOptions(**look.warnings[-1].fix)).kind == "file"
    refused = ws.data.look(table, ImportOptions(kind="folder"))
    assert "This is no zip archive and no folder" in refused.error.message
    with pytest.raises(NotFound, match="There is no file"):
        ws.data.look(Path("nowhere.py"))
