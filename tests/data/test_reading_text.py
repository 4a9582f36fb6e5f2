"""Messy delimited text, and what a person can say about it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from labstudio.data import ImportOptions
from labstudio.data.frames import read_frame
from labstudio.data.importing import from_csv
from labstudio.errors import Invalid

pytestmark = pytest.mark.core


def test_lines_above_the_table_are_skipped(add):
    version = add('made by "me\nunits: kg; m\n\na,b\n1,2\n', skip_rows=2)
    assert version.frame().to_dict("list") == {"a": [1], "b": [2]}
    with pytest.raises(Invalid, match="fewer than 9 lines"):
        add("a\n1\n", skip_rows=9)


def test_a_broken_value_below_skipped_lines_has_the_line_of_the_file(add):
    with pytest.raises(Invalid, match=r'line 33, column 1 \("a"\): "x"'):
        add("note\na,b\n" + "1,2\n" * 30 + "x,2\n", skip_rows=1)


RAGGED = 'a,b,c\n1,x,3\n4,"y\nz"\n5,u,6,7\n8,w,9\n'


def test_ragged_rows_are_refused_unless_they_are_said_to_be_left_out(add):
    with pytest.raises(Invalid, match=r"line 3, column 2.*ragged=\"skip\""):
        add(RAGGED)
    version = add(RAGGED, ragged="skip")
    assert version.frame()["a"].tolist() == [1, 8]
    assert version.found["rows_left_out"] == 2


def test_short_rows_are_filled_up_and_long_ones_still_refused(add):
    with pytest.raises(Invalid, match="line 5, column 4: the line has 4 values where the first has 3"):
        add(RAGGED, ragged="pad")
    version = add("a,b,c\n1,x,3\n4\n", ragged="pad")
    assert version.frame()["c"].isna().tolist() == [False, True]
    assert version.found["rows_padded"] == 1


def test_a_broken_value_below_a_row_that_was_left_out_has_the_line_of_the_file(add):
    text = "a,b\n" + "1,2\n" * 30 + '1,"2\n3",4\n' + "x,2\n"
    with pytest.raises(Invalid, match=r'line 34, column 1 \("a"\): "x"'):
        add(text, ragged="skip")


def test_names_that_occur_twice_are_numbered_when_asked(add):
    assert add("a,a,,a_2\n1,2,3,4\n", repeated="number").schema.names == ("a", "a_3", "column3", "a_2")


def test_columns_are_taken_in_the_order_they_are_named(add):
    version = add("a,b,c\n1,2,3\n4,5,6\n", columns=["c", "a"])
    assert version.frame().to_dict("list") == {"c": [3, 6], "a": [1, 4]}
    with pytest.raises(Invalid, match="columns: there is no column 'bb'; did you mean 'b'"):
        add("a,b\n1,2\n", columns=["bb"])


def test_a_broken_value_in_a_column_that_is_left_out_is_no_harm(add):
    assert add("a,b\n" + "1,2\n" * 50 + "x,2\n", columns=["b"]).rows == 51


@pytest.mark.parametrize(
    ("text", "sign", "values"),
    [
        ('a,b\n"1,234",x\n"-2,000,000.5",y\n7,z\n', ",", [1234, -2000000.5, 7]),
        ("a;b\n1.234,5;x\n12;y\n", ".", [1234.5, 12]),
        ("a;b\n1 234;x\n2 000;y\n", " ", [1234, 2000]),
        ("a;b\n1'234.5;x\n2;y\n", "'", [1234.5, 2]),
    ],
)
def test_a_sign_between_thousands_is_taken_out_where_it_stands_in_threes(add, text, sign, values):
    assert add(text, thousands=sign).frame()["a"].tolist() == values


def test_what_only_looks_like_thousands_stays_text(add):
    version = add('a,b\n"1,2,3","1,234"\n"1,234","x"\n', thousands=",")
    assert version.frame()["a"].tolist() == ["1,2,3", "1,234"]
    assert version.frame()["b"].tolist() == ["1,234", "x"]


def test_a_slip_among_thousands_is_named(add):
    text = "a;b\n" + "1,234;2\n" * 40 + "none at all;3\n"
    with pytest.raises(Invalid, match=r'row 41, column 1 \("a"\): "none at all" is not a whole number'):
        add(text, thousands=",")


def test_a_fraction_far_down_is_not_rounded_among_thousands(add):
    text = "a;b\n" + "1,234;2\n" * 6_000 + "0.5;3\n"
    assert add(text, thousands=",").frame()["a"].tolist()[-1] == 0.5


def test_the_sign_between_thousands_is_not_the_decimal_one(add):
    with pytest.raises(Invalid, match="is the decimal sign already"):
        add("a\n1\n", thousands=",", decimal=",")


def test_a_header_of_five_million_columns_is_refused_at_once(add, data, tmp_path):
    content = ",".join(map(str, range(5_000_000))) + "\n"
    with pytest.raises(Invalid, match="first line does not end within 256 kB"):
        add(content)
    assert "256 kB" in data.look(tmp_path / "table.csv").error.message


def test_options_at_their_defaults_are_no_other_identity(add):
    assert ImportOptions(skip_rows=0, ragged="refuse").canonical() == ImportOptions().canonical() == "{}"
    assert add("a\n1\n", ragged="refuse", columns=None).ref == add("a\n1\n").ref
    assert not add("a\n1\n", skip_rows=1, header=False).existed


@pytest.mark.parametrize(
    "wrong",
    [{"columns": []}, {"columns": ["a", "a"]}, {"widths": [0]}, {"widths": []}, {"thousands": "xx"},
     {"skip_rows": -1}, {"ragged": "mend"}, {"format": "exe"}],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        ImportOptions(**wrong)


def imported(path, options):
    made = from_csv(path, path.parent, options, lambda: False)
    return read_frame(made.path)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12
)  # a carriage return is a line end


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_texts_come_back_exactly_however_they_are_written(rows, delimiter, quoting, end, encoding):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([["a", "b", "c"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        options = ImportOptions(
            delimiter=delimiter, header=True, missing=[], types=dict.fromkeys("abc", "string")
        )
        frame = imported(path, options)
    assert frame.to_numpy().tolist() == rows


@settings(deadline=None, max_examples=25)
@given(
    rows=st.lists(
        st.tuples(st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=1,
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_numbers_come_back_exactly(rows, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["whole", "real"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(text.getvalue(), newline="")
        frame = imported(path, ImportOptions(types={"real": "number"}))
    assert frame["whole"].tolist() == [whole for whole, _ in rows]
    assert frame["real"].tolist() == [real for _, real in rows]
