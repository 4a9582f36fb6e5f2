"""Tables handed out: the same values in every format, nothing that is run, whole or not at all."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labstudio.data.export import ExportOptions, export_table
from labstudio.errors import Invalid, Unavailable
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory):
    workspace = Workspace(tmp_path_factory.mktemp("ws"))
    workspace.data.add(
        "all",
        pd.DataFrame(
            {
                "n": [1, 2, 3],
                "x": [0.1, np.nan, 1e300],
                "said": ["plain", '=HYPERLINK("http://evil")', None],
                "when": pd.to_datetime(["2024-01-01", None, "2024-03-01 12:30"], format="ISO8601"),
                "flag": [True, False, None],
            }
        ),
    )
    yield workspace
    workspace.store.close()


@pytest.mark.parametrize("format", ["csv", "parquet", "jsonl", "xlsx"])
def test_every_format_holds_the_same_values(ws, tmp_path, format) -> None:
    if format == "xlsx":
        pytest.importorskip("openpyxl", reason="openpyxl is not installed in the small environment")
    path = ws.data.export("all", tmp_path / f"all.{format}")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel,
            "jsonl": lambda at: pd.read_json(at, lines=True)}[format](path)  # fmt: skip
    assert read["n"].tolist() == [1, 2, 3]
    assert read["x"].iloc[[0, 2]].tolist() == [0.1, 1e300]
    assert read["x"].isna().tolist() == read["when"].isna().tolist() == [False, True, False]
    assert pd.to_datetime(read["when"]).iloc[2] == pd.Timestamp("2024-03-01 12:30")
    assert read["said"].iloc[0] == "plain"
    assert str(read["said"].iloc[1]).lstrip("'") == '=HYPERLINK("http://evil")'


def cells(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


RUN = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1+1", "＝1"]


@pytest.mark.parametrize("text", RUN)
def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(ws, tmp_path, text) -> None:
    ws.data.add("evil", pd.DataFrame({text: ["fine", text]}))
    path = ws.data.export("evil", tmp_path / "evil.csv")
    assert cells(path) == [["'" + text], ["fine"], ["'" + text]]
    path = ws.data.export("evil", tmp_path / "raw.csv", ExportOptions(formulas=True))
    assert cells(path)[2] == [text]


def test_numbers_and_plain_texts_stay_as_they_are(ws, tmp_path) -> None:
    texts = ["-5", "+1.5", "-3,5", "-1e5", "a=b", "", "x-y", "me@home", "-12%"]
    ws.data.add("plain", pd.DataFrame({"t": texts, "n": -np.arange(len(texts), dtype=float)}))
    assert [row[0] for row in cells(ws.data.export("plain", tmp_path / "plain.csv"))[1:]] == texts


def test_in_a_workbook_such_a_text_is_text_and_stays_as_it_is(ws, tmp_path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed in the small environment")
    ws.data.add("evil-book", pd.DataFrame({"=1+1": [*RUN, "\x07bell"]}))
    sheet = openpyxl.load_workbook(ws.data.export("evil-book", tmp_path / "evil.xlsx")).active
    found = [cell for (cell,) in sheet.iter_rows()]
    assert {cell.data_type for cell in found} <= {"s", "inlineStr"}
    wanted = [text.replace("\r", "\n") for text in ["=1+1", *RUN, "�bell"]]  # XML has one line end
    assert [cell.value for cell in found] == wanted


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(st.text(max_size=8), st.integers(-(2**53), 2**53)), min_size=1, max_size=20))
def test_json_lines_hold_whatever_text_there_is(tmp_path_factory, rows) -> None:
    folder = tmp_path_factory.mktemp("lines")
    frame = pd.DataFrame(rows, columns=["text", "number"]).astype({"text": "object"})
    try:
        frame.to_parquet(folder / "table")
    except UnicodeEncodeError:  # half of a surrogate pair is no text
        return
    export_table(folder / "table", folder / "out.jsonl", ExportOptions())
    read = [json.loads(line) for line in (folder / "out.jsonl").read_text().split("\n")[:-1]]
    assert [(row["text"], row["number"]) for row in read] == rows


def test_values_that_are_no_single_ones_are_written_as_json(tmp_path) -> None:
    frame = pd.DataFrame({"list": [[1, 2], None], "day": [datetime.date(2024, 1, 2), None]})
    frame.to_parquet(tmp_path / "table")
    export_table(tmp_path / "table", tmp_path / "out.csv", ExportOptions())
    assert cells(tmp_path / "out.csv") == [["list", "day"], ["[1, 2]", "2024-01-02"], ["", ""]]


def test_what_is_there_stays_until_all_is_written(ws, tmp_path, monkeypatch) -> None:
    from labstudio.data import export

    path = tmp_path / "all.csv"
    path.write_text("precious")
    monkeypatch.setattr(
        export, "harmless", lambda column: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(Unavailable, match="cannot be written"):
        ws.data.export("all", path)
    assert path.read_text() == "precious"
    assert [one.name for one in tmp_path.iterdir()] == ["all.csv"]


def test_a_name_without_a_format_and_a_folder_get_a_sentence(ws, tmp_path) -> None:
    with pytest.raises(Invalid, match=r"names no format; end it in \.csv, \.parquet, \.jsonl, \.xlsx"):
        ws.data.export("all", tmp_path / "all.doc")
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(Invalid, match="is a folder; name a file in it"):
        ws.data.export("all", tmp_path / "x.csv")


def test_a_table_without_rows_has_its_header(ws, tmp_path) -> None:
    pd.DataFrame({"a": pd.Series([], dtype="int64")}).to_parquet(tmp_path / "none")
    export_table(tmp_path / "none", tmp_path / "none.csv", ExportOptions())
    assert cells(tmp_path / "none.csv") == [["a"]]
