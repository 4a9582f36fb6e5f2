"""Zip archives and gzip files: one table inside, and none of them believed."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile

import pytest

from labstudio.data.reading import archives
from labstudio.errors import Invalid

pytestmark = pytest.mark.core


def packed(*members, **more):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in [*members, *more.items()]:
            archive.writestr(name, text)
    return content.getvalue()


def test_the_one_table_inside_is_read(add):
    version = add(packed(("data/a.csv", "a\n1\n"), ("README.txt", "of the data"), ("__MACOSX/a.csv", "x")))
    assert version.frame()["a"].tolist() == [1]
    assert version.found["member"] == "data/a.csv"


def test_one_of_several_is_chosen_by_its_name(add):
    content = packed(("a.csv", "a\n1\n"), ("b.csv", "b\n2\n"))
    with pytest.raises(Invalid, match=r"several files; say which with member: it holds 'a\.csv', 'b\.csv'"):
        add(content)
    assert add(content, member="b.csv").schema.names == ("b",)
    with pytest.raises(Invalid, match=r"There is no 'c\.csv' in the zip archive"):
        add(content, member="c.csv")


def test_a_gzipped_table_and_json_lines_inside_are_read(add):
    assert add(packed(("a.csv.gz", gzip.compress(b"a\n1\n")))).frame()["a"].tolist() == [1]
    assert add(packed(("a.jsonl", '{"a": "x"}\n'))).found["format"] == "jsonl"


def test_an_archive_in_an_archive_in_an_archive_is_refused(add):
    content = b"a\n1\n"
    for _ in range(5):
        content = gzip.compress(content)
    with pytest.raises(Invalid, match="archive in an archive"):
        add(content)


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: packed(("a.csv", content))])
def test_a_bomb_is_refused_before_it_fills_the_disk(add, data, tmp_path, store, monkeypatch, pack):
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 4 << 20)
    monkeypatch.setattr(archives, "RATIO", 20)
    written = []
    real = archives._next
    monkeypatch.setattr(archives, "_next", lambda *a: written.append(r := real(*a)) or r)
    with pytest.raises(Invalid, match=r"unpacks to more than 4 MB.*zip bomb"):
        add(pack(bytes(60_000_000)))
    assert sum(map(len, written)) < 6 << 20
    assert not [path for path in store.files.folder.rglob("*") if path.is_file()]


def test_a_size_that_an_archive_declares_is_not_believed(add, monkeypatch):
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 1 << 20)
    content = bytearray(packed(("a.csv", bytes(30_000_000))))
    for sign in (b"PK\x01\x02", b"PK\x03\x04"):  # both of its headers now say 9 bytes
        at = content.index(sign) + (24 if sign == b"PK\x01\x02" else 22)
        content[at : at + 4] = (9).to_bytes(4, "little")
    with pytest.raises(Invalid):
        add(bytes(content))


def test_paths_inside_are_names_and_nothing_else(add, tmp_path):
    version = add(packed(("../../outside.csv", "a\n1\n")), member="../../outside.csv")
    assert version.rows == 1
    assert not (tmp_path.parent / "outside.csv").exists()
    assert not (tmp_path / "outside.csv").exists()


def test_a_link_inside_is_no_file(add):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        info = zipfile.ZipInfo("passwd.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(Invalid, match="holds no file"):
        add(content.getvalue())


def test_a_locked_and_a_damaged_archive_are_refused(add):
    content = bytearray(packed(("a.csv", "a\n1\n")))
    locked = bytearray(content)
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Invalid, match="locked by a password"):
        add(bytes(locked))
    with pytest.raises(Invalid, match="damaged"):
        add(bytes(content[:-20]))
