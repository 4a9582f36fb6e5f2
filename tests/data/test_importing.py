"""CSV files as people have them: what is found, what is kept exactly, what is refused and how."""

from __future__ import annotations

import csv
import gzip
import io
import math
import random

import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.data import Data, ImportOptions, adding
from labstudio.errors import Invalid, Unavailable
from labstudio.store import Store

pytestmark = pytest.mark.core

FULL = r"cannot be written \(File too large\); make room there"
LONG = 6_000  # more rows than are looked at before the types are decided


def kinds(version):
    return [column.physical for column in version.schema]


def values(version, column):
    return version.frame()[column].tolist()


def written(rows, **form):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **form).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(add, delimiter):
    version = add(written([["a", "b, c"], [1, "x;y"], [2, "z"]], delimiter=delimiter))
    assert version.schema.names == ("a", "b, c")
    assert values(version, "b, c") == ["x;y", "z"]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("latin-1", "cp1252"),
    ],
)
def test_the_encoding_is_found(add, encoding, found):
    version = add("größe,ort\n1,Köln\n2,Malmö\n".encode(encoding))
    assert version.schema.names == ("größe", "ort")
    assert values(version, "ort") == ["Köln", "Malmö"]
    assert version.found["encoding"] == found


def test_a_sign_of_windows_is_read_and_bytes_it_does_not_know_are_latin_1(add):
    assert values(add("a\n5 €\n".encode("cp1252")), "a") == ["5 €"]
    assert values(add(b"a\nx\x81\xe9\n"), "a") == ["x\x81é"]


def test_an_accent_far_down_does_not_break_a_plain_file(add):
    version = add(("a\n" + "x\n" * 600_000 + "é\n").encode("latin-1"))
    assert values(version, "a")[-1] == "é"


def test_a_given_encoding_is_used_and_a_wrong_one_refused(add):
    assert values(add("a\nж\n".encode("cp1251"), encoding="cp1251"), "a") == ["ж"]
    with pytest.raises(Invalid, match="not utf-8 as said"):
        add("a\né\n".encode("latin-1"), encoding="utf-8")
    with pytest.raises(Invalid, match="not ascii"):
        add("a\né\n".encode("latin-1"), encoding="ascii")


def test_a_gzipped_file_is_read_and_its_own_bytes_are_kept(add, store):
    packed = gzip.compress(b"a,b\n1,x\n", mtime=0)
    version = add(packed)
    assert values(version, "a") == [1]
    assert store.files.read(version.sha256) == packed


def test_a_file_without_a_header_gets_numbered_names(add):
    assert add("1,2\n3,4\n").schema.names == ("column1", "column2")
    assert add("5.1,3.5,setosa\n4.9,3.0,setosa\n").schema.names == ("column1", "column2", "column3")
    assert add("a,b\nx,y\n", header=False).rows == 2


def test_years_and_words_are_headers(add):
    assert add("country,2019,2020\nde,1,2\nfr,3,4\n").schema.names == ("country", "2019", "2020")
    assert add("name,city\nbob,rome\n").schema.names == ("name", "city")


def test_a_header_alone_is_a_table_without_rows(add):
    version = add("a,b\n")
    assert (version.rows, version.schema.names) == (0, ("a", "b"))
    assert version.frame().shape == (0, 2)
    assert version.profile.rows == 0


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \n"])
def test_an_empty_file_is_refused(add, content):
    with pytest.raises(Invalid, match=r"table\.csv: The file is empty"):
        add(content)


def test_blank_lines_before_the_header_are_left_out(add):
    assert values(add("\n\na,b\n1,2\n"), "a") == [1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do_and_the_last_may_be_missing(add, end):
    assert values(add(end.join(["a,b", "1,x", "2,y"])), "a") == [1, 2]


def test_line_ends_and_quotes_inside_quotes_belong_to_the_value(add):
    version = add('a,b\n"one\ntwo","he said ""hi"", then"\nx,y\n')
    assert values(version, "a") == ["one\ntwo", "x"]
    assert values(version, "b") == ['he said "hi", then', "y"]


HOSTILE = ['q"uote', "it's", "new\nline", "$x", "{y}", "%z", "#", "a.b", "a", "A", " ", "n" * 300, "é",
           "e\u0301", "select", "c0", "C0", "c1", "ß", "ss", "--", "\\", "🦆"]  # fmt: skip


def test_hostile_names_come_back_exactly(add):
    version = add(written([HOSTILE, range(len(HOSTILE)), range(len(HOSTILE))]))
    frame = version.frame()
    assert list(frame.columns) == HOSTILE == list(version.schema.names)
    assert frame.iloc[0].tolist() == list(range(len(HOSTILE)))
    assert [column.name for column in version.profile.columns] == HOSTILE
    assert version.frame(["a"]).columns.tolist() == ["a"]


def test_hostile_names_without_twins_come_back_exactly(add):
    names = [name for name in HOSTILE if name not in ("A", "C0", "ss")]
    version = add(written([names, range(len(names))]))
    assert list(version.frame().columns) == names


def test_a_name_that_occurs_twice_is_refused(add):
    with pytest.raises(Invalid, match=r"line 1: columns 1 and 3 are both called 'a'"):
        add("a,b,a\n1,2,3\n")


def test_an_index_without_a_name_gets_one(add):
    assert add(",b\n0,x\n1,y\n").schema.names == ("column1", "b")


def test_codes_keep_their_zeros_and_their_digits(add):
    version = add(
        "zip,account,phone,n\n00701,12345678901234567890,+491701234567,0\n12345,1,+15551234567,10\n"
    )
    assert kinds(version) == ["string", "string", "string", "integer"]
    assert values(version, "zip") == ["00701", "12345"]
    assert values(version, "account") == ["12345678901234567890", "1"]


def test_a_code_far_down_makes_the_whole_column_text(add):
    version = add("a,b\n" + "1,2\n" * LONG + "007,3\n")
    assert kinds(version) == ["string", "integer"]
    assert values(version, "a")[-1] == "007"


def test_a_fraction_far_down_makes_the_whole_column_numbers_and_none_is_rounded(add):
    version = add("a\n" + "1\n" * LONG + "1.5\n")
    assert kinds(version) == ["number"]
    assert values(version, "a")[-1] == 1.5


def test_a_number_below_a_long_gap_is_a_number(add):
    version = add("a,b\n" + "1,\n" * LONG + "1,7\n")
    assert kinds(version) == ["integer", "integer"]
    assert version.frame()["b"].dropna().tolist() == [7]


@pytest.mark.parametrize("rows", [3, LONG])
def test_integers_beyond_doubles_stay_exact(add, rows):
    version = add("a\n" + "1\n" * rows + "9007199254740993\nNA\n")
    frame = version.frame()
    assert frame["a"].dtype == "Int64"
    assert frame["a"].iloc[-2] == 9007199254740993
    assert frame["a"].isna().sum() == 1


def test_numbers_are_numbers(add):
    version = add("a,b,c,d\n1.000,1e3,-5, 7\n2,.5,+5,8 \n3,inf,0,9\n")
    assert kinds(version) == ["number", "number", "integer", "integer"]
    assert values(version, "b") == [1000.0, 0.5, math.inf]
    assert values(version, "d") == [7, 8, 9]


def test_a_decimal_comma_is_found_where_it_cannot_be_a_thousand(add):
    assert values(add("a;b\n1,5;2\n2;3\n"), "a") == [1.5, 2.0]
    assert kinds(add('a,b\n"1,234",2\n')) == ["string", "integer"]
    assert values(add('a,b\n"1,5",2\n', decimal=","), "a") == [1.5]


def test_missing_values_of_many_spellings_leave_the_type(add):
    version = add("a,b,c\n1,true,x\nNA,,\n,NaN,N/A\n4,false,null\n")
    assert kinds(version) == ["integer", "boolean", "string"]
    frame = version.frame()
    assert [str(frame[name].dtype) for name in "ab"] == ["Int64", "boolean"]
    assert frame.isna().sum().tolist() == [2, 2, 3]


def test_dates_are_dates_in_utc_and_ambiguous_ones_stay_text(add):
    version = add(
        "a,b,c\n2020-01-31,2020-01-01T10:00:00+02:00,01/02/2020\n2020-02-01,2020-01-02,03/04/2020\n"
    )
    assert kinds(version) == ["datetime", "datetime", "string"]
    assert values(version, "b") == [pd.Timestamp("2020-01-01 08:00"), pd.Timestamp("2020-01-02")]


def test_a_time_zone_far_down_is_not_dropped(add):
    version = add("a\n" + "2020-01-01 10:00:00\n" * LONG + "2020-01-01 10:00:00+02:00\n")
    assert values(version, "a")[-1] == pd.Timestamp("2020-01-01 08:00")


def test_given_types_win(add):
    text = "a,b,c\n1,2,2020-01-01\n3,4,2020-01-02\n"
    version = add(text, types={"a": "string", "b": "number", "c": "string"})
    assert kinds(version) == ["string", "number", "string"]
    assert values(version, "a") == ["1", "3"]
    assert add(text, types={"a": "id"}).schema["a"].semantic == "id"
    with pytest.raises(Invalid, match="there is no column 'bb'; did you mean 'b'"):
        add(text, types={"bb": "string"})
    with pytest.raises(Invalid, match=r'row 2, column 1 \("a"\): "1.5" is not a whole number'):
        add("a\n1\n1.5\n", types={"a": "integer"})


def table(rows, **changed):
    lines = [f"{i},{20 + i % 50},x{i % 3}" for i in range(rows)]
    for line, text in changed.items():
        lines[int(line[4:]) - 2] = text
    return "id,age,city\n" + "\n".join(lines) + "\n"


BROKEN = [
    (
        table(100, line57="55,abc,x"),
        r'line 57, column 2 \("age"\): "abc" is not a whole number.*types=\{"age": "string"\}',
    ),
    (table(LONG, line5900="55,abc,x"), r'line 5900, column 2 \("age"\): "abc" is not a whole number'),
    (table(100, line57='55,"1\n2",x'), r'line 57, column 2 \("age"\)'),
    (table(100, line30='30,30,"two\nlines"', line57="55,abc,x"), r'line 58, column 2 \("age"\): "abc"'),
    (table(100, line57="1,2,3,4"), r"line 57, column 3: the line has 4 values where the first has 3"),
    (table(LONG, line5900="1,2"), r"line 5900, column 2: the line has 2 values where the first has 3"),
    (table(100, line57='55,30,"open'), r"line 57, column 3: a quote \" is opened and not closed"),
    (table(100).replace("\n", "\r\n", 50), r"end partly in CR LF and partly in LF"),
    (gzip.compress(table(100, line57="55,abc,x").encode()), r'line 57, column 2 \("age"\): "abc"'),
    (gzip.compress(table(5000).encode())[:2000], r"gzip file is damaged"),
    (table(100, line57="55,abc,é").encode("utf-16"), r'line 57, column 2 \("age"\): "abc"'),
    (b"PK\x03\x04 and so on", "zip archive or an Excel workbook"),
    (b"\x7fELF\x02\x01\x01" + bytes(9) + b"binary" * 500, "no text: byte 8 is zero"),
    (b"PAR1 but no table" * 10, "Parquet file is damaged"),
    ("a,b\n1," + "x" * 3_000_000 + "\n", "line 2 is longer than 2 MB"),
]


@pytest.mark.parametrize(("content", "sentence"), BROKEN, ids=[sentence[:30] for _, sentence in BROKEN])
def test_a_broken_file_is_named_by_line_and_column_and_nothing_is_kept(store, add, content, sentence):
    before = store.revision()
    with pytest.raises(Invalid, match=rf"(?s)^table\.csv: .*{sentence}"):
        add(content)
    assert store.revision() == before
    assert not [path for path in store.files.folder.rglob("*") if path.is_file()]


def test_a_word_that_means_missing_can_be_named(add):
    assert kinds(add(table(100, line57="55,?,x"), missing=["", "?"])) == ["integer", "integer", "string"]


def test_a_column_of_codes_that_are_mostly_numbers_is_text_not_an_error(add):
    rows = "".join(f"{250 + i % 300}\n" for i in range(980)) + "".join(f"V{i}\n" for i in range(20))
    assert kinds(add("diagnosis\n" + rows)) == ["string"]


def test_a_single_column_of_prose_is_one_column(add):
    version = add('comment\nnice\n"good, but dear"\nso; so\nwell\n')
    assert version.schema.names == ("comment",)
    assert values(version, "comment")[1] == "good, but dear"


def test_a_wide_table_is_read(add):
    names = [f"x{i}" for i in range(1500)]
    version = add(written([names, range(1500), range(1500)]))
    assert len(version.schema) == 1500


def test_a_folder_whose_name_looks_like_a_pattern_will_do(tmp_path):
    store = Store.open(tmp_path / "data [a-z]*? it's" / ".labstudio")
    path = tmp_path / "f.csv"
    path.write_text("a\n1\n")
    version = Data(store).add("x", path)
    assert version.frame()["a"].tolist() == [1]
    assert version.profile.columns[0].maximum == 1
    store.close()


def test_options_are_refused_with_what_is_allowed():
    with pytest.raises(ValueError, match="choose one of number, integer"):
        ImportOptions(types={"a": "float"})
    with pytest.raises(ValueError, match="one ASCII character"):
        ImportOptions(delimiter=",,")
    with pytest.raises(ValueError, match="'klingon' is not known"):
        ImportOptions(encoding="klingon")
    assert ImportOptions(delimiter="\\t").delimiter == "\t"


def test_lines_above_a_table_with_line_breaks_in_its_values_are_counted():
    from labstudio.data.hints import of_text

    rows = [f'{i};"two\nlines";{i},5' for i in range(9)]
    for found in ({}, {"delimiter": "\t"}):  # a sign that was taken for lack of a better one
        [hint] = of_text("\n".join(["Report", "of May", "", "id;note;price", *rows]), 1, found)
        assert hint.fix == {"skip_rows": 3}


@pytest.mark.parametrize(
    ("names", "copied"),
    [(["a", "b"], False), (["a", "b"], True), (["a", "A"], True)],
    ids=["as it is copied", "by the engine", "by Arrow"],
)
def test_a_full_disk_gets_a_sentence_and_nothing_half_written_stays(tmp_path, names, copied, monkeypatch):
    resource = pytest.importorskip("resource", reason="Windows limits no sizes of files")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(*_):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # bytes of one file

    numbers = random.Random(1)
    file = tmp_path / "noise.csv"
    file.write_text(written([names, *([numbers.random(), numbers.random()] for _ in range(20_000))]))
    ws = Workspace(tmp_path / "ws")
    assert ws.data.list() == []
    before = {file for file in ws.root.rglob("*") if file.is_file()}
    if copied:
        copy = adding.copied
        monkeypatch.setattr(adding, "copied", lambda path, place: fill(copy(path, place)))
    else:
        fill()
    try:
        with pytest.raises(Unavailable, match=FULL):
            ws.data.add("noise", file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {file for file in ws.root.rglob("*") if file.is_file()} == before
    assert ws.data.list() == []
    monkeypatch.undo()
    assert ws.data.add("noise", file).ref == "noise@1"
    ws.store.close()
