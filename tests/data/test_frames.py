"""Frames and Parquet files of every kind go in and come out with the same values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labstudio.data import ImportOptions
from labstudio.errors import Invalid, NotFound

pytestmark = pytest.mark.core

BIG = 2**53 + 1

COLUMNS = {
    "int8": pd.Series([1, -2, 3], dtype="int8"),
    "uint64": pd.Series([1, 2, 2**63 + 1], dtype="uint64"),
    "Int64": pd.Series([BIG, None, -BIG], dtype="Int64"),
    "boolean": pd.Series([True, None, False], dtype="boolean"),
    "bool": pd.Series([True, False, True]),
    "float32": pd.Series([1.5, np.nan, np.inf], dtype="float32"),
    "float64": pd.Series([0.1, np.nan, -np.inf]),
    "text": pd.Series(["a", None, "ü\n"], dtype=object),
    "str": pd.Series(["a", None, ""], dtype="string"),
    "date": pd.Series(pd.to_datetime(["2020-01-01", None, "1677-10-01"])),
    "zoned": pd.Series(
        pd.to_datetime(["2020-01-01 12:00", None, "2021-01-01 00:00"], utc=True)
    ).dt.tz_convert("Europe/Berlin"),
    "day": pd.Series([dt.date(2020, 1, 1), None, dt.date(1500, 1, 1)]),
    "category": pd.Series(["x", None, "y"], dtype="category"),
    "numbers": pd.Series([1, 2.5, None], dtype=object),
    "decimals": pd.Series([Decimal("1.5"), None, Decimal("2")]),
    "arrow": pd.Series([1, None, BIG], dtype=pd.ArrowDtype(pa.int64())),
    "empty": pd.Series([None, None, None], dtype=object),
    "period": pd.Series(pd.period_range("2020-01", periods=3, freq="M")),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_kind_of_column_comes_back_with_its_values(data, name):
    version = data.add("frame", pd.DataFrame({name: COLUMNS[name]}))
    back = version.frame()[name]
    for sent, got in zip(COLUMNS[name], back, strict=True):
        if pd.isna(sent):
            assert pd.isna(got)
        elif isinstance(sent, (str, pd.Period)):
            assert got == str(sent)
        elif isinstance(sent, dt.date):
            assert (
                pd.Timestamp(got) == pd.Timestamp(sent).as_unit("us")
                if sent.year > 1677
                else got.year == sent.year
            )
        else:
            assert got == sent
    assert len(version.profile.columns) == 1


def test_integers_with_gaps_never_pass_through_floats(data):
    back = data.add("frame", pd.DataFrame({"a": COLUMNS["Int64"]})).frame()["a"]
    assert back.dtype == "Int64"
    assert back.tolist()[0] == BIG


def test_texts_come_back_in_the_dtype_pandas_itself_uses(data):
    back = data.add("frame", pd.DataFrame({"a": ["x", None]})).frame()["a"]
    assert back.dtype == pd.Series(["x", None]).dtype


def test_a_categorical_keeps_its_meaning(data):
    frame = pd.DataFrame({"a": pd.Series(list("xyz") * 20, dtype="category")})
    assert data.add("frame", frame).schema["a"].semantic == "category"


def test_an_index_that_says_something_becomes_columns_and_row_numbers_are_dropped(data):
    frame = pd.DataFrame({"a": [1, 2, 3]})
    names = {
        "numbers": frame,
        "filtered": frame[frame["a"] > 1],
        "named": frame.rename_axis("id"),
        "words": frame.set_axis(list("xyz")),
        "levels": frame.set_index(
            pd.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)], names=["g", None])
        ),
    }
    found = {key: data.add(key, value).schema.names for key, value in names.items()}
    assert found == {
        "numbers": ("a",),
        "filtered": ("a",),
        "named": ("id", "a"),
        "words": ("index", "a"),
        "levels": ("g", "index2", "a"),
    }


def test_names_that_are_no_text_become_text(data):
    assert data.add("frame", pd.DataFrame({0: [1], ("a", 1): [2]})).schema.names == ("0", "('a', 1)")


REFUSED = [
    (pd.DataFrame({"a": [1, "x", 2]}), r"Column 'a', row 2: text \('x'\) where row 1 holds a number"),
    (pd.DataFrame({"a": ["x", None, True]}), r"Column 'a', row 3: true or false"),
    (pd.DataFrame({"a": [[1], [2]]}), r"Column 'a', row 1: a list \('\[1\]'\) cannot be kept"),
    (pd.DataFrame({"a": [b"x"]}), r"Column 'a', row 1: a bytes"),
    (pd.DataFrame({"a": [1j]}), r"Column 'a'"),
    (pd.DataFrame({"a": pd.to_timedelta([1], unit="s")}), r"Column 'a' holds durations"),
    (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"Two columns are called 'a'"),
    (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])), r"several levels"),
    (pd.DataFrame({"a": [1]}).rename_axis("a"), r"index and a column are both called 'a'"),
    (pd.DataFrame({"a": ["x\ud800"]}, dtype=object), r"Column 'a'"),
    (pd.DataFrame([[1]], columns=pd.Index(["a\ud800"], dtype=object)), r"not valid Unicode"),
    (pd.DataFrame({"a": [2**70]}, dtype=object), r"Column 'a'"),
    (pd.DataFrame(index=[0, 1]), r"The table has no columns"),
    ([1, 2], r"DataFrame"),
]


@pytest.mark.parametrize(("frame", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_a_frame_that_cannot_be_kept_is_refused_by_column_and_row(data, store, frame, sentence):
    with pytest.raises(Invalid, match=sentence):
        data.add("frame", frame)
    assert data.list() == []
    assert store.revision() == 0


def test_the_same_values_are_the_same_version_however_they_lie_in_memory(data):
    plain = pd.DataFrame({"a": pd.array([1, None, 3], dtype="Int64"), "b": ["x", None, "z"]})
    masked = pd.DataFrame(
        {"a": pd.arrays.IntegerArray(np.array([1, 99, 3]), np.array([0, 1, 0], bool)), "b": plain["b"]}
    )
    arrow = pd.DataFrame(
        {"a": plain["a"].astype(pd.ArrowDtype(pa.int64())), "b": plain["b"].astype("string")}
    )
    pieces = pd.concat([plain.iloc[:1], plain.iloc[1:]])
    first = data.add("frame", plain)
    for frame in (masked, arrow, pieces, pd.concat([plain, plain]).iloc[3:]):
        again = data.add("frame", frame)
        assert (again.version, again.existed) == (1, True)
    assert not first.existed


def test_other_values_names_orders_or_types_are_another_version(data):
    frames = [
        pd.DataFrame({"a": [1, 2], "b": [3, 4]}),
        pd.DataFrame({"a": [1, 2], "c": [3, 4]}),
        pd.DataFrame({"b": [3, 4], "a": [1, 2]}),
        pd.DataFrame({"a": [2, 1], "b": [3, 4]}),
        pd.DataFrame({"a": [1.0, 2.0], "b": [3, 4]}),
        pd.DataFrame({"a": ["1", "2"], "b": [3, 4]}),
        pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": [3, 4]}),
        pd.DataFrame({"a": [1, 0], "b": [3, 4]}),
    ]
    assert [data.add("frame", frame).version for frame in frames] == list(range(1, 9))


def test_a_parquet_file_is_kept_as_it_is_and_read(data, store, tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1, None, BIG], "b.c": ["x", None, "z"], "b": [1.5, 2.5, None]}), path)
    version = data.add("table", path)
    assert version.table_sha256 == version.sha256
    assert version.frame()["a"].tolist()[2] == BIG
    assert version.frame(["b"]).columns.tolist() == ["b"]
    assert data.add("table", path).existed


def test_a_parquet_file_of_other_types_is_made_plain(data, tmp_path):
    frame = pd.DataFrame({"c": pd.Series(["x", "y", "x"], dtype="category"), "d": [dt.date(2020, 1, 1)] * 3,
                          "m": [Decimal("1.50")] * 3}).set_axis([5, 6, 7])  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    version = data.add("table", tmp_path / "t.parquet")
    assert version.schema.names == ("c", "d", "m")
    assert [column.physical for column in version.schema] == ["string", "datetime", "number"]
    assert version.frame().iloc[0].tolist() == ["x", pd.Timestamp("2020-01-01"), 1.5]


def test_a_parquet_file_that_is_damaged_or_nested_is_refused(data, store, tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(10_000))}), path)
    whole = path.read_bytes()
    for broken in (whole[:-100], whole[:2000] + b"\0" * 3000 + whole[5000:]):
        path.write_bytes(broken)
        with pytest.raises(Invalid, match=r"t\.parquet: The Parquet file is damaged"):
            data.add("table", path)
    pq.write_table(pa.table({"a": [[1], [2]]}), path)
    with pytest.raises(Invalid, match=r"Column 'a' holds list"):
        data.add("table", path)
    assert store.revision() == 0


def test_some_columns_can_be_read_and_an_unknown_one_is_named(data):
    version = data.add("frame", pd.DataFrame({"age": [1], "city": ["x"]}))
    assert version.frame(["city"]).columns.tolist() == ["city"]
    with pytest.raises(Invalid, match="there is no column 'aeg'; did you mean 'age'"):
        version.frame(["aeg"])
    assert version.frame([]).shape == (1, 0)


def test_a_long_table_has_the_schema_of_all_its_rows(data):
    n = 300_000
    frame = pd.DataFrame({
        "constant": ["x"] * n,
        "late": ["x"] * (n - 1) + ["y"],
        "id": np.arange(n),
        "twice": np.r_[np.arange(n - 1), 0],
        "big": np.r_[np.zeros(n - 1, dtype=int), BIG],
        "value": np.arange(n) % 7,
    })  # fmt: skip
    schema = data.add("long", frame, ImportOptions(types={"value": "category"})).schema
    assert {column.name: column.semantic for column in schema} == {
        "constant": "constant", "late": "category", "id": "id", "twice": "number",
        "big": schema["big"].semantic, "value": "category",
    }  # fmt: skip
    assert schema["big"].physical == "string"


def test_a_sample_is_spread_over_a_long_table_and_says_which_rows_it_has(data):
    frame = pd.DataFrame({"row": np.arange(300_000), "gap": np.where(np.arange(300_000) % 3, 1.5, np.nan)})
    sample = data.sample(data.add("long", frame), 5_000)
    assert 1_000 < len(sample) <= 5_000
    assert sample["row"].tolist() == sample.index.tolist()
    assert sample.index[-1] > 200_000
    assert data.sample(data.add("short", frame.head(9)), 5_000).index.tolist() == list(range(9))


def test_a_file_that_is_not_there_is_named(data, tmp_path):
    with pytest.raises(NotFound, match=r"There is no file .*nowhere"):
        data.add("table", tmp_path / "nowhere.csv")
    with pytest.raises(Invalid, match="There is no file in"):
        data.add("table", tmp_path)
