"""Excel workbooks as people have them."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date, datetime, time

import openpyxl
import pandas as pd
import pytest

from labstudio.data import ImportOptions
from labstudio.errors import Invalid, Unavailable


@pytest.fixture
def workbook(tmp_path, data):
    """Write rows as a workbook, then add it."""

    def workbook(rows, more=None, change=None, **options):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "first"
        for row in rows:
            sheet.append(row)
        for title, others in (more or {}).items():
            other = book.create_sheet(title)
            for row in others:
                other.append(row)
        if change:
            change(sheet)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return data.add("book", path, ImportOptions(**options))

    return workbook


def test_cells_keep_their_types(workbook):
    version = workbook(
        [
            ["id", "price", "when", "day", "at", "yes", "code"],
            [1, 1.5, datetime(2020, 1, 1, 12, 30), date(2020, 1, 2), time(8, 15), True, "007"],
            [2, 2, datetime(2020, 1, 2), date(2021, 5, 6), time(23, 59), False, "12"],
        ]
    )
    assert [c.physical for c in version.schema][:4] == ["integer", "number", "datetime", "datetime"]
    frame = version.frame()
    assert frame["when"].tolist() == [pd.Timestamp("2020-01-01 12:30"), pd.Timestamp("2020-01-02")]
    assert frame["day"][0] == pd.Timestamp("2020-01-02")
    assert frame["at"].tolist() == ["08:15:00", "23:59:00"]
    assert frame["yes"].tolist() == [True, False]
    assert frame["code"].tolist() == ["007", "12"]
    assert version.found["sheet"] == "first"


def test_a_sheet_is_chosen_by_its_name_and_the_first_is_taken_otherwise(workbook):
    more = {"other": [["b"], [2]]}
    assert workbook([["a"], [1]], more).schema.names == ("a",)
    assert workbook([["a"], [1]], more, sheet="other").schema.names == ("b",)
    with pytest.raises(Invalid, match="no sheet 'third'; the workbook has 'first', 'other'"):
        workbook([["a"], [1]], more, sheet="third")


def test_empty_rows_and_empty_columns_behind_the_table_are_left_out(workbook):
    version = workbook([[None], ["a", "b", None], [1, 2, None], [None, None], [3, None]])
    assert version.frame()["a"].tolist() == [1, 3]
    assert version.schema.names == ("a", "b")
    assert version.frame()["b"].isna().tolist() == [False, True]


def test_titles_above_the_table_are_skipped_when_asked(workbook):
    rows = [["Sales of 2020"], ["by region"], ["region", "sum"], ["north", 1]]
    assert workbook(rows, skip_rows=2).frame().to_dict("list") == {"region": ["north"], "sum": [1]}


def test_a_merged_range_has_its_value_once(workbook):
    version = workbook([["a", "b"], ["x", 1], [None, 2]], change=lambda sheet: sheet.merge_cells("A2:A3"))
    assert version.frame()["a"].isna().tolist() == [False, True]


def test_a_formula_counts_as_the_value_that_was_stored_with_it(tmp_path, data, workbook):
    # openpyxl writes no stored values: put one in by hand, as Excel would
    workbook([["a", "twice"], [2, "=A2*2"]])
    path = tmp_path / "book.xlsx"
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            text = old.read(name).replace(b"<f>A2*2</f><v/>", b"<f>A2*2</f><v>4</v>")
            text = text.replace(b"<f>A2*2</f><v />", b"<f>A2*2</f><v>4</v>")
            new.writestr(name, text)
    path.write_bytes(content.getvalue())
    assert data.add("stored", path).frame()["twice"].tolist() == [4]


def test_a_column_of_numbers_and_words_is_text_and_said_to_be_mixed(workbook):
    version = workbook([["a"], [1], [2.5], ["x"], [True]])
    assert version.frame()["a"].tolist() == ["1", "2.5", "x", "true"]
    assert version.found["mixed"] == ["a"]


def test_a_slip_among_numbers_is_named_by_its_row(workbook):
    rows = [["id", "age"], *[[i, i] for i in range(40)], [41, "unknown"]]
    with pytest.raises(Invalid, match=r'row 42, column 2 \("age"\): "unknown" is not a whole number'):
        workbook(rows)
    assert workbook(rows, types={"age": "string"}).frame()["age"].tolist()[-1] == "unknown"
    assert workbook(rows, missing=["unknown"]).frame()["age"].isna().sum() == 1


def test_a_given_type_that_a_cell_does_not_have_is_refused_by_its_row(workbook):
    with pytest.raises(Invalid, match=r'row 3, column 1 \("a"\): "1.5" is not a whole number'):
        workbook([["a"], [1], [1.5]], types={"a": "integer"})
    assert workbook([["a"], ["1"], ["2"]], types={"a": "integer"}).frame()["a"].tolist() == [1, 2]


def test_columns_are_taken_in_the_order_they_are_named(workbook):
    version = workbook([["a", "b", "c"], [1, 2, 3]], columns=["c", "a"])
    assert version.schema.names == ("c", "a")


def test_a_value_behind_the_table_is_refused_or_left_out(workbook):
    rows = [["a"], *[[i] for i in range(150)], [1, "note"]]
    with pytest.raises(Invalid, match="row 152, column 2: there is a value behind the last column"):
        workbook(rows)
    version = workbook(rows, ragged="skip")
    assert (version.rows, version.found["rows_left_out"]) == (150, 1)


def test_a_cell_in_the_last_corner_of_a_sheet_is_no_harm(workbook):
    def far(sheet):
        sheet["XFD1048576"] = "x"

    with pytest.raises(Invalid, match="row 1048576, column 2"):
        workbook([["a"], [1]], change=far)


def test_a_workbook_of_before_2007_is_refused_with_advice(data, tmp_path):
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    with pytest.raises(Invalid, match=r"save it as \.xlsx"):
        data.add("old", path)


def test_a_damaged_workbook_is_refused(data, tmp_path):
    path = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not>")
    with pytest.raises(Invalid, match="damaged or of an unknown kind"):
        data.add("bad", path)


def test_a_workbook_that_is_a_bomb_is_refused(data, tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(100_000_000))
    with pytest.raises(Invalid, match="zip bomb"):
        data.add("bomb", path)
    assert "zip bomb" in data.look(path).error.message


def test_without_openpyxl_a_sentence_says_what_to_install(workbook, data, tmp_path, monkeypatch):
    workbook([["a"], [1]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(Unavailable, match="pip install openpyxl"):
        data.add("other", tmp_path / "book.xlsx")
