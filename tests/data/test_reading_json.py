"""JSON lines and JSON arrays."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio.data import ImportOptions
from labstudio.data.reading import json_lines
from labstudio.data.reading.json_lines import objects
from labstudio.errors import Invalid

pytestmark = pytest.mark.core


@pytest.fixture
def add_json(tmp_path, data):
    def add_json(text, name="rows.jsonl", **options):
        path = tmp_path / name
        path.write_text(text)
        return data.add("rows", path, ImportOptions(**options))

    return add_json


def test_values_keep_the_types_they_are_written_in(add_json):
    version = add_json('{"a": 1, "b": 1.5, "c": true, "d": "007"}\n{"a": 2, "b": 2, "c": null, "d": ""}\n')
    assert [c.physical for c in version.schema] == ["integer", "number", "boolean", "string"]
    assert version.frame()["d"].tolist() == ["007", ""]
    assert version.frame()["c"].isna().tolist() == [False, True]


def test_a_name_that_comes_late_is_a_column_with_gaps_above(add_json):
    frame = add_json('{"a": 1}\n\n{"b": "x", "a": 2}\n').frame()
    assert frame["a"].tolist() == [1, 2]
    assert frame["b"].isna().tolist() == [True, False]


def test_what_is_nested_is_kept_as_json(add_json):
    frame = add_json('{"a": {"b": [1, "é"]}}\n{"a": []}\n').frame()
    assert [json.loads(text) for text in frame["a"]] == [{"b": [1, "é"]}, []]


def test_an_array_is_read_however_it_is_laid_out(add_json):
    rows = [{"a": i, "b": str(i)} for i in range(30_000)]
    for indent in (None, 2):
        version = add_json(json.dumps(rows, indent=indent), "rows.json")
        assert version.frame()["a"].tolist() == list(range(30_000))


def test_numbers_beyond_doubles_stay_exact(add_json):
    version = add_json('{"a": 9007199254740993, "b": 123456789012345678901234567890, "c": 9007199254740993}\n'
                       '{"a": 1, "b": 1, "c": 0.5}\n')  # fmt: skip
    frame = version.frame()
    assert frame["a"].tolist() == [9007199254740993, 1]
    assert frame["b"].tolist() == ["123456789012345678901234567890", "1"]
    assert frame["c"].tolist() == ["9007199254740993", "0.5"]


def test_types_that_change_after_many_rows_make_one_column(add_json, monkeypatch):
    monkeypatch.setattr("labstudio.data.reading.cells.PORTION", 10)
    text = "".join(f'{{"a": {i}, "n": {i}}}\n' for i in range(25)) + '{"a": 0.5, "n": null, "late": true}\n'
    version = add_json(text)
    assert version.schema["a"].physical == "number"
    assert version.frame()["a"].tolist() == [*range(25), 0.5]
    assert version.frame()["late"].isna().sum() == 25


def test_dates_are_dates_where_they_are_said_to_be(add_json):
    version = add_json('{"a": "2020-01-01T10:00:00+02:00"}\n{"a": "2020-01-02"}\n', types={"a": "datetime"})
    assert version.frame()["a"].tolist() == [pd.Timestamp("2020-01-01 08:00"), pd.Timestamp("2020-01-02")]


BROKEN = [
    ('{"a": 1}\n{"a" 2}\n{"a": 3}\n', r"line 2, column 6: this is not JSON"),
    ('{"a": 1}\n[1]\n', r"line 2: an object \{…\} is needed here"),
    ('[{"a": 1},\n {"a": 2}', r"line 2: the array is not closed"),
    ('{"a": 1, "a": 2}\n', r"line 1: an object has the name 'a' twice"),
    ('{"a": 1}\n{"a": ' + "[" * 100_000 + "\n", r"line 2: the values are nested too deeply"),
    ('{"a": 1}\n{"a": "open\n', r"line 2"),
    ("".join(f'{{"a": {i}}}\n' for i in range(60)) + '{"a": "?"}\n',
     r'line 61, column 1 \("a"\): "\?" is not a whole number'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), BROKEN, ids=[sentence[:24] for _, sentence in BROKEN])
def test_what_is_broken_is_named_by_its_line(add_json, data, tmp_path, text, sentence):
    with pytest.raises(Invalid, match=sentence):
        add_json(text)
    assert data.list() == []
    assert data.look(tmp_path / "rows.jsonl").error is not None


def test_an_object_of_too_many_names_is_refused(add_json, monkeypatch):
    monkeypatch.setattr(json_lines, "MOST_COLUMNS", 100)
    with pytest.raises(Invalid, match="an object has 101 names"):
        add_json(json.dumps({f"x{i}": i for i in range(101)}))
    with pytest.raises(Invalid, match="line 101: there are more than 100 different names"):
        add_json("".join(f'{{"x{i}": 1}}\n' for i in range(200)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    rows=st.lists(
        st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9) | st.none()), min_size=1
    ),
    indent=st.sampled_from([None, 1]),
    array=st.booleans(),
)  # fmt: skip
def test_objects_come_back_whatever_they_are_cut_into(tmp_path, monkeypatch, rows, indent, array):
    monkeypatch.setattr(json_lines, "_CHUNK", 7)
    path = tmp_path / "o.json"
    lines = [json.dumps(row, indent=indent) for row in rows]
    path.write_text("[" + ",\n".join(lines) + "]" if array else "\n".join(lines))
    assert [found for _, found in objects(path)] == rows
