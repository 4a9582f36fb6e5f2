"""Folders as data: the same files are the same version, bytes are shared, nothing outside is read."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from labstudio.data.folders import packing
from labstudio.data.folders.scanning import SKIPPED
from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core


@pytest.fixture
def ws(tmp_path: Path):
    workspace = Workspace(tmp_path / "ws")
    yield workspace
    workspace.store.close()


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Six pictures in two sub-folders, and a text; all of them old enough to be remembered."""
    folder = tmp_path / "pets"
    for number, animal in enumerate(["cat", "dog"] * 3):
        (folder / animal).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20 + number, 10), (40 * number, 0, 0)).save(folder / animal / f"{number}.png")
    (folder / "README.md").write_text("Pets of the office.\n")
    age(folder)
    return folder


def age(folder: Path, seconds: float = 60) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (time.time() - seconds,) * 2)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored(ws: Workspace) -> set[str]:
    return {path.name for path in ws.store.files.folder.glob("??/??/*")}


def test_a_folder_is_a_version_with_its_files_by_path(ws, pets) -> None:
    version = ws.data.add("pets", pets)
    assert (version.ref, version.kind, version.rows) == ("pets@1", "folder", 7)
    assert version.size == sum(path.stat().st_size for path in pets.rglob("*") if path.is_file())
    assert version.found["labels"] == {"": 1, "cat": 3, "dog": 3}
    assert version.found["kinds"] == {"image": 6, "text": 1}
    files = ws.data.files("pets@1")
    assert [file.path for file in files] == sorted(file.path for file in files)
    for file in files:
        content = (pets / file.path).read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert ws.data.read_file("pets", file.path) == content


def test_items_say_class_kind_and_upright_size(ws, pets) -> None:
    turned = Image.new("RGB", (30, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    turned.save(pets / "cat" / "turned.jpg", exif=exif)
    (pets / "dog" / "broken.png").write_bytes(b"\x89PNG and nothing more")
    ws.data.add("pets", pets)
    items = {item.path: item for item in ws.data.items("pets")}
    assert (items["cat/turned.jpg"].width, items["cat/turned.jpg"].height) == (10, 30)
    assert (items["cat/0.png"].label, items["cat/0.png"].media, items["cat/0.png"].width) == (
        "cat",
        "image/png",
        20,
    )
    assert (items["README.md"].label, items["README.md"].media, items["README.md"].width) == (
        "",
        "text/markdown",
        None,
    )
    assert items["dog/broken.png"].width is None


def test_the_same_folder_again_is_the_same_version_and_nothing_is_read(ws, pets, monkeypatch) -> None:
    from labstudio.data.folders.scanning import Tree

    first = ws.data.add("pets", pets)
    before, revision = stored(ws), ws.revision
    monkeypatch.setattr(Tree, "open", lambda *_: pytest.fail("a file was read again"))
    again = ws.data.add("pets", pets)
    assert (again.existed, again) == (True, first)
    assert (stored(ws), ws.revision) == (before, revision)
    other = ws.data.add("animals", pets)
    assert (other.ref, other.existed, stored(ws)) == ("animals@1", False, before)


def test_a_changed_file_alone_is_read_and_stored(ws, pets, monkeypatch) -> None:
    from labstudio.data.folders.scanning import Tree

    ws.data.add("pets", pets)
    before = stored(ws)
    (pets / "README.md").write_text("Pets of the house..\n")  # of the same size
    (pets / "cat" / "new.txt").write_text("a cat")
    (pets / "dog" / "1.png").rename(pets / "dog" / "one.png")
    read, real = [], Tree.open
    monkeypatch.setattr(Tree, "open", lambda tree, seen: read.append(seen.path) or real(tree, seen))
    second = ws.data.add("pets", pets)
    assert second.ref == "pets@2"
    assert sorted(read) == ["README.md", "cat/new.txt", "dog/one.png"]
    assert ws.data.read_file("pets@1", "README.md") == b"Pets of the office.\n"
    assert ws.data.read_file("pets@2", "README.md") == b"Pets of the house..\n"
    # a pack with the two new contents, a manifest and a layout: the moved file shares its bytes
    new = stored(ws) - before
    assert len(new) == 3
    sizes = sorted(ws.store.files.path(sha).stat().st_size for sha in new)
    assert sizes[0] == len("Pets of the house..\n") + len("a cat")


def test_a_file_written_twice_within_the_clock_s_precision_is_read_again(ws, pets) -> None:
    readme = pets / "README.md"
    readme.write_text("one")
    ws.data.add("pets", pets)
    seen = readme.stat()
    with readme.open("r+") as file:
        file.write("two")
    os.utime(readme, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # as if the clock had not ticked
    assert ws.data.add("pets", pets).ref == "pets@2"
    assert ws.data.read_file("pets", "README.md") == b"two"


def test_without_its_cache_a_folder_is_read_again_and_is_the_same(ws, pets) -> None:
    ws.data.add("pets", pets)
    for path in (ws.root / "cache").glob("folder-*"):
        path.write_text("{damaged")
    assert ws.data.add("pets", pets).existed
    assert ws.data.add("pets", pets).existed


def test_large_files_lie_by_themselves_and_are_stored_once(ws, tmp_path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    large = os.urandom(packing.SMALL + 5)
    for name in ("a.onnx", "b.onnx"):
        (folder / name).write_bytes(large)
    (folder / "exactly.bin").write_bytes(large[: packing.SMALL])
    (folder / "empty").touch()
    ws.data.add("models", folder)
    sha = hashlib.sha256(large).hexdigest()
    assert sha in stored(ws)
    assert len(stored(ws)) == 4  # that, a pack, the manifest, the layout
    for path in folder.iterdir():
        assert ws.data.read_file("models", path.name) == path.read_bytes()


def test_packs_are_filled_one_after_the_other(ws, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(packing, "PACK", 1000)
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(50):
        (folder / f"{i:02}.txt").write_text(f"{i} " * 40)
    ws.data.add("many", folder)
    assert 4 <= len(stored(ws)) - 2 <= 12
    assert ws.data.read_file("many", "49.txt") == b"49 " * 40
    assert ws.data.verify() == []


def test_links_are_not_followed_and_pipes_are_not_opened(ws, pets) -> None:
    (pets.parent / "secret.txt").write_text("hunter2")
    (pets / "stolen.txt").symlink_to(pets.parent / "secret.txt")
    (pets / "up").symlink_to(pets.parent, target_is_directory=True)
    os.mkfifo(pets / "pipe")
    version = ws.data.add("pets", pets)
    assert version.found["links"] == 2
    assert not {"stolen.txt", "pipe"} & {file.path for file in ws.data.files(version)}
    assert not any(b"hunter2" in ws.store.files.read(sha) for sha in stored(ws))


def test_a_file_that_became_a_link_under_our_hands_is_not_followed(ws, pets) -> None:
    from labstudio.data.folders.scanning import scan
    from labstudio.errors import Unavailable

    tree = scan(pets)
    seen = next(seen for seen in tree.files if seen.path == "README.md")
    (pets / "README.md").unlink()
    (pets / "README.md").symlink_to("/etc/passwd")
    with pytest.raises(Unavailable, match=r"README.md cannot be read"):
        tree.open(seen)


def test_a_folder_that_will_not_do_gets_a_sentence(ws, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Invalid, match="There is no file in "):
        ws.data.add("x", tmp_path / "empty")
    with pytest.raises(NotFound, match="There is no "):
        ws.data.add("x", tmp_path / "nowhere", kind="folder")
    named = tmp_path / "named"
    named.mkdir()
    (named / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    with pytest.raises(Invalid, match=r"'caf\\udce9.txt' is not UTF-8; rename the file"):
        ws.data.add("x", named)
    assert ws.data.list() == []


def test_what_is_a_table_stays_one_and_what_is_a_folder_is_no_table(ws, pets) -> None:
    ws.data.add("pets", pets)
    with pytest.raises(Invalid, match=r"pets@1 is a folder, not a table"):
        ws.data.frame("pets")
    with pytest.raises(Invalid, match=r"pets@1 is a folder, not a table"):
        ws.data.profile("pets")
    with pytest.raises(Invalid, match=r"pets@1 is a folder, not a table"):
        ws.data.rows("pets")
    with pytest.raises(Conflict, match=r"pets holds a folder, not a table"):
        ws.data.add("pets", pd.DataFrame({"a": [1]}))
    ws.data.add("table", pd.DataFrame({"a": [1]}))
    with pytest.raises(Conflict, match=r"table holds a table, not a folder"):
        ws.data.add("table", pets)
    with pytest.raises(Invalid, match=r"table@1 is a table, not a folder or a file"):
        ws.data.files("table")


def test_more_files_come_beside_those_there_are(ws, pets, tmp_path) -> None:
    ws.data.add("pets", pets)
    more = tmp_path / "more"
    (more / "bird").mkdir(parents=True)
    (more / "bird" / "1.txt").write_text("a bird")
    (more / "README.md").write_text("Birds too.\n")
    version = ws.data.append("pets", more)
    assert (version.ref, version.rows) == ("pets@2", 8)
    assert ws.data.read_file(version, "README.md") == b"Birds too.\n"
    assert ws.data.read_file(version, "cat/0.png") == (pets / "cat/0.png").read_bytes()
    assert ("data:pets@1", "appended") in [(e.source, e.relation) for e in ws.lineage(version.subject)]


def test_one_more_file_lies_beside_the_others(ws, pets, tmp_path) -> None:
    ws.data.add("pets", pets)
    (tmp_path / "upload").write_text("a bird")
    version = ws.data.append("pets", tmp_path / "upload", origin="bird.txt")
    assert (version.rows, version.source) == (8, "pets@1 and 1 file of bird.txt")
    assert ws.data.read_file(version, "bird.txt") == b"a bird"


def test_a_folder_that_changed_is_read_again_on_request(ws, pets) -> None:
    assert ws.data.add("pets", pets).refreshable
    assert ws.data.refresh("pets").existed
    (pets / "cat" / "0.png").unlink()
    assert (ws.data.refresh("pets").ref, ws.data.get("pets").rows) == ("pets@2", 6)


def test_a_folder_comes_back_as_it_was(ws, pets, tmp_path) -> None:
    ws.data.add("pets", pets)
    wanted = contents(pets)
    place = ws.data.path("pets@1")
    assert contents(place) == wanted
    assert not (place / "README.md").stat().st_mode & stat.S_IWUSR
    assert ws.data.path("pets@1") == place
    assert ws.data.path("pets@1", "cat/0.png").read_bytes() == wanted["cat/0.png"]
    target = ws.data.download("pets@1", tmp_path / "copies" / "pets")
    assert contents(target) == wanted
    with pytest.raises(Conflict, match="is there already; choose another place"):
        ws.data.download("pets@1", target)


def test_a_path_that_is_not_there_gets_the_nearest_one(ws, pets) -> None:
    ws.data.add("pets", pets)
    with pytest.raises(NotFound, match=r"no file 'cat/0.pgn' in pets@1; did you mean cat/0.png"):
        ws.data.open_file("pets", "cat/0.pgn")
    for path in ("../secret", "/etc/passwd", "cat/../../x", "", "cat"):
        with pytest.raises(NotFound, match="There is no file"):
            ws.data.open_file("pets", path)


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_an_archive_of_pictures_is_a_folder(ws, pets, tmp_path) -> None:
    version = ws.data.add("pets", archive(tmp_path / "pets.zip", **contents(pets), **{"__MACOSX/._x": b"no"}))
    assert (version.kind, version.rows) == ("folder", 7)
    assert ws.data.add("pets", pets).existed  # the same files, however they came


@pytest.mark.parametrize(
    "name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "C:\\evil.png", "..\\evil.png"]
)
def test_an_archive_whose_names_lead_out_is_refused_as_a_whole(ws, tmp_path, name) -> None:
    path = archive(tmp_path / "evil.zip", **{"good.png": b"x", name: b"evil"})
    with pytest.raises(Invalid, match=r"leads out of its folder; nothing was added"):
        ws.data.add("evil", path, kind="folder")
    assert ws.data.list() == []
    assert not list(tmp_path.rglob("evil.png"))


def test_a_link_in_an_archive_is_left_out(ws, tmp_path) -> None:
    path = archive(tmp_path / "links.zip", **{"a.png": b"x", "b.png": b"y"})
    link = zipfile.ZipInfo("passwd.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    assert [file.path for file in ws.data.files(ws.data.add("links", path))] == ["a.png", "b.png"]


def test_an_archive_that_unpacks_to_far_too_much_is_refused(ws, tmp_path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("a.png", "b.png"):
            file.writestr(name, bytes(40 << 20))
    with pytest.raises(Invalid, match="is it a zip bomb"):
        ws.data.add("bomb", path)
    assert ws.data.list() == []
    assert stored(ws) <= {hashlib.sha256(bytes(40 << 20)).hexdigest()}


def test_a_flipped_byte_is_found_and_the_file_named(ws, pets) -> None:
    version = ws.data.add("pets", pets)
    stretch = ws.data.file_stretch(version, "dog/3.png")
    stretch.path.chmod(0o644)
    content = bytearray(stretch.path.read_bytes())
    content[stretch.offset + 20] ^= 1
    stretch.path.write_bytes(content)
    (damage,) = ws.data.verify()
    assert "The file dog/3.png of pets@1 has changed on the disk" in damage.sentence


def test_a_pack_that_is_gone_is_named(ws, pets) -> None:
    version = ws.data.add("pets", pets)
    ws.store.files.remove(ws.data.file_stretch(version, "README.md").path.name)
    (damage,) = ws.data.verify("pets")
    assert "7 files of pets@1" in damage.sentence
    # and adding the folder again puts it right
    for path in (ws.root / "cache").glob("folder-*"):
        path.unlink()


def test_deleting_a_version_keeps_the_bytes_of_the_others(ws, pets) -> None:
    ws.data.add("pets", pets)
    (pets / "README.md").write_text("Other pets.\n")
    ws.data.add("pets", pets)
    ws.data.delete("pets@1")
    assert ws.data.verify() == []
    assert ws.data.read_file("pets@2", "cat/0.png") == (pets / "cat/0.png").read_bytes()
    ws.data.delete("pets@2")
    assert stored(ws) == set()
    age(pets)
    assert ws.data.add("pets", pets).ref == "pets@3"
    assert ws.data.verify() == []


characters = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
names = st.text(characters, min_size=1, max_size=20).filter(
    lambda name: name not in {".", "..", *SKIPPED} and not (name[1:2] == ":" and name[0].isalpha())
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(names, st.binary(max_size=200), min_size=1, max_size=8))
def test_whatever_goes_in_comes_out(ws, tmp_path_factory, files) -> None:
    folder = tmp_path_factory.mktemp("any")
    kept = {}
    for name, content in files.items():
        with suppress(OSError):  # a name that this file system does not take
            (folder / name).write_bytes(content)
            kept[name] = content
    assume(kept)
    version = ws.data.add(folder.name, folder)
    assert {file.path: ws.data.read_file(version, file.path) for file in ws.data.files(version)} == kept


def test_a_picture_is_shown_small_and_upright(ws, pets) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.new("RGB", (400, 100), (200, 0, 0)).save(pets / "tall.jpg", exif=exif)
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(pets / "clear.png")
    Image.new("I;16", (50, 40), 40_000).save(pets / "deep.png")
    ws.data.add("pets", pets)

    def shown(path: str) -> tuple[tuple[int, int], str]:
        content, media = ws.data.thumbnail("pets", path, 128)
        return Image.open(io.BytesIO(content)).size, media

    assert shown("tall.jpg") == ((32, 128), "image/jpeg")
    assert shown("clear.png") == ((128, 128), "image/png")
    assert shown("deep.png") == ((50, 40), "image/jpeg")
    with pytest.raises(Invalid, match="This is no picture that can be shown"):
        ws.data.thumbnail("pets", "README.md")


def png(width: int, height: int) -> bytes:
    """Write the head of a picture that claims a size and has nothing more."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100)))


@pytest.mark.parametrize(
    ("width", "sentence"), [(11_000, "11,000 × 11,000 pixels"), (100_000, "too many pixels")]
)
def test_a_picture_that_claims_to_be_huge_is_not_decoded(ws, pets, width, sentence) -> None:
    (pets / "huge.png").write_bytes(png(width, width))
    ws.data.add("pets", pets)
    with pytest.raises(Invalid, match=sentence):
        ws.data.thumbnail("pets", "huge.png")


def test_a_picture_that_ends_too_early_is_told_to_be_damaged(ws, pets) -> None:
    (pets / "cut.png").write_bytes(png(100, 100))
    ws.data.add("pets", pets)
    with pytest.raises(Invalid, match="The picture is damaged"):
        ws.data.thumbnail("pets", "cut.png")
