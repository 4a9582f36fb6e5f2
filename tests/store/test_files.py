"""Bytes by their hash: stored once, whole or not at all, read-only, here and at a remote place."""

from __future__ import annotations

import hashlib
import os
import stat

import pytest

from labstudio.errors import NotFound, Unavailable
from labstudio.store import FileStore

pytestmark = pytest.mark.core


@pytest.fixture
def files(tmp_path):
    return FileStore(tmp_path / "files")


def test_bytes_come_back_under_their_hash(files):
    sha = files.put_bytes(b"hello")
    assert sha == hashlib.sha256(b"hello").hexdigest()
    assert files.read(sha) == b"hello"
    assert files.path(sha).relative_to(files.folder).parts == (sha[:2], sha[2:4], sha)


def test_a_file_is_copied_and_the_original_stays(files, tmp_path):
    original = tmp_path / "a.csv"
    original.write_bytes(b"a,b\n")
    sha = files.put_file(original)
    assert files.read(sha) == original.read_bytes()


def test_the_same_content_is_stored_once(files):
    sha = files.put_bytes(b"hello")
    before = files.path(sha).stat().st_ino
    assert files.put_bytes(b"hello") == sha
    assert files.path(sha).stat().st_ino == before
    assert sum(path.is_file() for path in files.folder.rglob("*")) == 1


def test_stored_files_are_read_only(files):
    mode = files.path(files.put_bytes(b"hello")).stat().st_mode
    assert not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_a_changed_file_is_found_out(files):
    sha = files.put_bytes(b"hello")
    assert files.verify(sha)
    os.chmod(files.path(sha), 0o644)
    files.path(sha).write_bytes(b"hullo")
    assert not files.verify(sha)


def test_an_absent_file_is_named(files):
    with pytest.raises(NotFound, match="abcabcabcabc… is gone"):
        files.read("abc" * 21 + "a")


def test_an_error_on_the_way_leaves_nothing(files):
    def fails_half_way() -> None:
        with files.scratch() as place:
            place.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert list(files.folder.rglob("*")) == []


def test_a_remote_place_serves_another_machine(tmp_path):
    remote = f"file://{tmp_path}/shared"
    here, there = FileStore(tmp_path / "here", remote), FileStore(tmp_path / "there", remote)
    sha = here.put_bytes(b"hello")
    assert there.has(sha)
    assert there.read(sha) == b"hello"
    assert (there.folder / sha[:2] / sha[2:4] / sha).exists()


def test_a_remote_file_that_is_not_what_its_name_says_is_refused(tmp_path):
    remote = f"file://{tmp_path}/shared"
    sha = FileStore(tmp_path / "here", remote).put_bytes(b"hello")
    (tmp_path / "shared" / sha[:2] / sha[2:4] / sha).chmod(0o644)
    (tmp_path / "shared" / sha[:2] / sha[2:4] / sha).write_bytes(b"hullo")
    with pytest.raises(Unavailable, match="is not the file it is named after"):
        FileStore(tmp_path / "there", remote).read(sha)
