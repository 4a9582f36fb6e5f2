"""An upload goes on where it stopped, holds exactly what was sent, and keeps neither disk nor memory busy."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.server import uploads as module
from labstudio.server.uploads import Uploads

CONTENT = b"age,city\n31,Oslo\n"


@pytest.fixture
def uploads(tmp_path) -> Uploads:
    return Uploads(tmp_path / ".labstudio")


def test_pieces_become_the_file(uploads):
    upload = uploads.begin("people.csv", len(CONTENT))
    assert (upload.filename, upload.size, upload.offset) == ("people.csv", 17, 0)
    assert uploads.append(upload.id, 0, [CONTENT[:4], b"", CONTENT[4:10]]).offset == 10
    assert uploads.get(upload.id).offset == 10
    with pytest.raises(Invalid, match=r"people\.csv: 10 of 17 bytes have arrived; send the rest first"):
        uploads.path(upload.id)
    uploads.append(upload.id, 10, iter([CONTENT[10:]]))
    assert uploads.path(upload.id).read_bytes() == CONTENT
    assert uploads.path(upload.id).name == "people.csv"  # what errors of the import will call it


def test_an_empty_file_is_whole_at_once(uploads):
    assert uploads.path(uploads.begin("empty.csv", 0).id).read_bytes() == b""


def test_another_server_goes_on_where_the_first_was_killed(uploads, tmp_path):
    upload = uploads.begin("people.csv", len(CONTENT))
    with pytest.raises(ConnectionError):
        uploads.append(upload.id, 0, broken_line())
    fresh = Uploads(tmp_path / ".labstudio")
    with pytest.raises(Conflict, match=r"people\.csv continues at byte 9, not at byte 0"):
        fresh.append(upload.id, 0, [CONTENT])
    assert fresh.append(upload.id, 9, [CONTENT[9:]]).offset == 17
    assert fresh.path(upload.id).read_bytes() == CONTENT


def broken_line() -> Iterator[bytes]:
    yield CONTENT[:9]
    raise ConnectionError


def test_two_requests_do_not_write_at_once(uploads):
    upload = uploads.begin("people.csv", len(CONTENT))
    seen = []

    def chunks() -> Iterator[bytes]:
        yield CONTENT[:9]
        with pytest.raises(Conflict, match="being sent by another request") as told:
            uploads.append(upload.id, 9, [b"x"])
        seen.append(told)
        yield CONTENT[9:]

    uploads.append(upload.id, 0, chunks())
    assert seen
    assert uploads.path(upload.id).read_bytes() == CONTENT


def test_more_than_was_announced_is_refused(uploads):
    upload = uploads.begin("people.csv", 5)
    with pytest.raises(Invalid, match="more bytes came than the 5 that were announced"):
        uploads.append(upload.id, 0, [b"1234", b"56"])
    assert uploads.get(upload.id).offset == 4


def test_damage_on_the_way_is_noticed(uploads):
    for sha256, good in ((hashlib.sha256(CONTENT).hexdigest().upper(), True), ("0" * 64, False)):
        upload = uploads.begin("people.csv", len(CONTENT), sha256)
        uploads.append(upload.id, 0, [CONTENT])
        if good:
            assert uploads.path(upload.id).exists()
        else:
            with pytest.raises(Invalid, match="was damaged on its way; upload it again"):
                uploads.path(upload.id)


def test_too_large_files_and_full_disks_are_told_before_a_byte_is_sent(tmp_path, monkeypatch):
    uploads = Uploads(tmp_path, largest=2_500_000_000)
    with pytest.raises(Invalid, match=r"big\.csv has 5\.0 GB; at most 2\.5 GB can be uploaded here"):
        uploads.begin("big.csv", 5_000_000_000)
    with pytest.raises(Invalid, match="cannot have -1 bytes"):
        uploads.begin("odd.csv", -1)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9e9, 8e9, 1e9))
    with pytest.raises(Conflict, match=r"needs 2\.2 GB of room, the server's disk has 1\.0 GB left"):
        uploads.begin("big.csv", 2_000_000_000)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_disk_that_fills_up_keeps_what_arrived(uploads):
    upload = uploads.begin("people.csv", len(CONTENT))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))  # no file may become longer
    try:
        with pytest.raises(
            Unavailable, match=r"disk is full; people\.csv goes on at byte 10 when there is room"
        ):
            uploads.append(upload.id, 0, [CONTENT])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert uploads.append(upload.id, 10, [CONTENT[10:]]).offset == 17
    assert uploads.path(upload.id).read_bytes() == CONTENT


@pytest.mark.parametrize("id", ["", "..", "../../etc", "0" * 32, "0" * 31 + "/", "0" * 32 + "\n", "\x00"])
def test_ids_that_are_none_are_not_found(uploads, tmp_path, id):
    kept = uploads.begin("people.csv", 1)
    for call in (uploads.get, uploads.path, lambda id: uploads.append(id, 0, [b"x"])):
        with pytest.raises(NotFound, match="This upload is not known"):
            call(id)
    uploads.discard(id)
    assert uploads.get(kept.id) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\people.csv", "people.csv"),
        ("..", "file"),
        ("a/", "file"),
        ("", "file"),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b\n\u202e.csv", "ab.csv"),
        ("größe 数据.csv", "größe 数据.csv"),
        ("\ud800x.csv", "x.csv"),
    ],
)
def test_a_name_is_for_display_and_no_path(uploads, tmp_path, said, kept):
    upload = uploads.begin(said, 0)
    assert upload.filename == kept
    assert uploads.path(upload.id).resolve().is_relative_to(tmp_path / ".labstudio" / "uploads" / upload.id)


def test_a_name_without_end_keeps_its_end(uploads):
    upload = uploads.begin("ü" * 5_000 + ".csv", 0)
    assert upload.filename.endswith("ü.csv")
    assert uploads.path(upload.id).exists()


def test_what_is_done_or_left_behind_goes(uploads, tmp_path):
    left, going_on, done = (uploads.begin("people.csv", 9) for _ in range(3))
    folder = tmp_path / ".labstudio" / "uploads"
    for upload in (left, going_on):
        for path in (folder / upload.id, *(folder / upload.id).rglob("*")):
            os.utime(path, (time.time() - 7_200,) * 2)
    uploads.append(going_on.id, 0, [b"x"])
    uploads.discard(done.id)
    uploads.sweep(older_than=3_600)
    assert [path.name for path in folder.iterdir()] == [going_on.id]


def test_a_large_file_flows_through_little_memory(uploads):
    count = 300
    upload = uploads.begin("large.csv", count << 20)
    tracemalloc.start()
    try:
        assert uploads.append(upload.id, 0, (bytes(1 << 20) for _ in range(count))).offset == count << 20
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    uploads.discard(upload.id)
