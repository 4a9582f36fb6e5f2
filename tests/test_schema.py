"""One canonicaliser: the same value means the same, whatever dtype it came in."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labstudio import schema
from labstudio.errors import Invalid
from labstudio.schema import MISSING_DATE, Schema

pytestmark = pytest.mark.core

FRAME = pd.DataFrame(
    {
        "whole": [1, 2, 3],
        "real": [1.5, np.nan, np.inf],
        "flag": [True, False, True],
        "gap": [True, None, False],
        "text": ["a", None, "ü"],
        "day": pd.to_datetime(["2020-01-01", None, "1850-02-03"]),
        "code": pd.Categorical([7, 8, None]),
        "big": [2**60, 1, 2],
        "mixed": [1, "x", 2.0],
        "took": pd.to_timedelta(["1s", "2s", None]),
        "date": [datetime.date(2020, 1, 1), None, datetime.date(1900, 1, 1)],
        "price": [Decimal("1.5"), None, Decimal("2")],
    }
)
CANONICAL = {
    "whole": [1.0, 2.0, 3.0],
    "real": [1.5, None, np.inf],
    "flag": [1.0, 0.0, 1.0],
    "gap": [1.0, None, 0.0],
    "text": ["a", "", "ü"],
    "day": [1577836800, MISSING_DATE, -3783974400],
    "code": ["7", "8", ""],
    "big": [str(2**60), "1", "2"],
    "mixed": ["1", "x", "2"],
    "took": [1.0, 2.0, None],
    "date": [1577836800, MISSING_DATE, -2208988800],
    "price": [1.5, None, 2.0],
}


def plain(arrays: dict[str, np.ndarray]) -> dict[str, list]:
    """Arrays as lists, NaN as None, so that they can be compared."""
    return {
        name: [None if value != value else value for value in values.tolist()]
        for name, values in arrays.items()
    }


def test_every_kind_of_column_has_one_canonical_form() -> None:
    assert plain(Schema.infer(FRAME).canonical(FRAME)) == CANONICAL


@pytest.mark.parametrize(
    "variant",
    [
        lambda f: f.convert_dtypes(),
        lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
        lambda f: f.astype(object),
        lambda f: f.astype("category"),
        lambda f: f[list(f)[::-1]],
        lambda f: f.assign(whole=f["whole"].astype("float64"), extra=1),
        lambda f: f.assign(text=f["text"].astype("string"), real=f["real"].astype("float32")),
        lambda f: f.assign(code=[7.0, 8.0, np.nan], day=f["day"].astype(str).replace("NaT", None)),
        lambda f: f.assign(whole=["1", " 2 ", "3.0"], gap=["True", None, "false"]),
        lambda f: f.assign(day=f["day"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
    ],
    ids=["nullable", "arrow", "object", "category", "order", "float", "string", "texts", "numerals", "zone"],
)
def test_dtype_and_order_do_not_matter(variant: object) -> None:
    schema = Schema.infer(FRAME)
    assert plain(schema.canonical(variant(FRAME))) == CANONICAL  # type: ignore[operator]


def test_the_feed_has_one_column_an_input() -> None:
    feed = Schema.infer(FRAME).feed(FRAME)
    assert {values.shape for values in feed.values()} == {(3, 1)}
    assert feed["whole"].dtype == np.float64
    assert feed["text"].dtype == object
    assert feed["day"].dtype == np.int64


def test_columns_called_like_an_output_or_nothing_get_another_input_name() -> None:
    frame = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], columns=["label", "value", "", "label (input)"])
    inputs = [column.input for column in Schema.infer(frame)]
    assert len(set(inputs)) == 4
    assert not set(inputs) & {"label", "value", "probabilities", ""}


@given(st.lists(st.text(max_size=300), unique=True, min_size=1, max_size=8))
def test_any_unique_names_survive_a_round_trip(names: list[str]) -> None:
    frame = pd.DataFrame([[1.0] * len(names)], columns=names)
    schema = Schema.infer(frame)
    assert schema.names == tuple(names)
    assert Schema.from_dict(schema.to_dict()) == schema
    assert len({column.input for column in schema}) == len(names)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**53), 2**53)), min_size=1, max_size=30))
def test_whole_numbers_are_exact_in_every_dtype(values: list[int | None]) -> None:
    frame = pd.DataFrame({"n": pd.array(values, dtype="Int64")})
    schema = Schema.infer(frame)
    expected = [None if value is None else float(value) for value in values]
    assert plain(schema.canonical(frame))["n"] == expected
    assert plain(schema.canonical(frame.astype(object)))["n"] == expected


def test_integers_that_a_double_cannot_hold_become_texts() -> None:
    frame = pd.DataFrame({"n": [2**53 + 1, 2**53]})
    schema = Schema.infer(frame)
    assert schema["n"].feed == "string"
    assert schema.canonical(frame)["n"].tolist() == ["9007199254740993", "9007199254740992"]


def test_types_can_be_told() -> None:
    frame = pd.DataFrame({"zip": [1234, 5678], "size": ["1.5", "2"]})
    schema = Schema.infer(frame, {"zip": "category", "size": "number"})
    assert schema.canonical(frame)["zip"].tolist() == ["1234", "5678"]
    assert schema.canonical(frame)["size"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"whole": [1, "two", 3]}, "Column 'whole', row 2: 'two' is not a number."),
        (
            {"whole": pd.date_range("2020", periods=3)},
            "Column 'whole' holds dates, but numbers are expected.",
        ),
        ({"day": [1, 2, 3]}, "Column 'day' holds numbers, but dates are expected."),
        ({"day": ["2020-01-01", "soon", None]}, "Column 'day', row 2: 'soon' is not a date"),
        ({"text": [["list"], "a", "b"]}, "Column 'text', row 1: ['list'] is not a text."),
        ({"text": pd.Series(["\ud800", "a", "b"], dtype=object)}, "is not valid Unicode"),
        ({"whole": [1 + 2j, 1, 1]}, "is not a number"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_column_and_row(change: dict, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        Schema.infer(FRAME).canonical(FRAME.assign(**change))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (FRAME.drop(columns="whole").rename(columns={"real": "whol"}), "did you mean 'whol'?"),
        (pd.concat([FRAME, FRAME], axis=1), "Two columns are called 'whole'"),
        (FRAME.to_numpy(), "A pandas DataFrame is needed, not a ndarray."),
    ],
)
def test_a_table_that_does_not_fit_gets_a_sentence(frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        Schema.infer(FRAME).canonical(frame)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("value", [b"bytes", [1], {"a": 1}, 1j, object()])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="Column 'x' holds"):
        Schema.infer(pd.DataFrame({"x": [value, None]}))


def test_semantic_types_are_found() -> None:
    n = 60
    frame = pd.DataFrame(
        {
            "id": range(1, n + 1),
            "customer_id": [i * 7 % 1009 for i in range(n)],
            "year": [2000 + i % 20 for i in range(n)],
            "key": [f"k{i}" for i in range(n)],
            "city": ["Oslo", "Rome"] * (n // 2),
            "remark": [f"this is remark number {i}" for i in range(n)],
            "empty": None,
            "same": "x",
            "seen": ["x", None] * (n // 2),
        }
    )
    found = {column.name: column.semantic for column in Schema.infer(frame)}
    assert found == {
        "id": "id",
        "customer_id": "id",
        "year": "number",
        "key": "id",
        "city": "category",
        "remark": "text",
        "empty": "constant",
        "same": "constant",
        "seen": "category",
    }


def test_numbers_and_dates_kept_as_texts_are_found() -> None:
    n = 40
    frame = pd.DataFrame(
        {
            "price": [f"{i * 7 % 31}.5" for i in range(n)],
            "gaps": [None if i % 7 == 0 else "" if i % 5 == 0 else f" {i % 30}e2 " for i in range(n)],
            "day": [f"2024-02-{1 + i % 28:02d}" for i in range(n)],
            "moment": [f"2024-02-{1 + i % 28:02d}T10:{i:02d}:00+02:00" for i in range(n)],
            "few": [str(i % 10) for i in range(n)],
            "zip": [f"0{i % 30}117" for i in range(n)],
            "card": [f"{10**17 + i % 30}" for i in range(n)],
            "mixed": [f"{i % 30}" if i else "twelve" for i in range(n)],
            "no date": [f"2024-{i % 14:02d}-01" for i in range(n)],
        }
    )
    # "str" makes texts of gaps in pandas 2
    for kind in (object, "string", *(["str"] if int(pd.__version__.split(".")[0]) > 2 else [])):
        schema = Schema.infer(frame.astype(kind))
        assert {column.name: column.semantic for column in schema} == {
            "price": "number",
            "gaps": "number",
            "day": "datetime",
            "moment": "datetime",
            "few": "category",
            "zip": "category",
            "card": "category",
            "mixed": "category",
            "no date": "category",
        }
    found = Schema.infer(frame).canonical(frame.iloc[:9])
    assert found["price"].tolist() == [i * 7 % 31 + 0.5 for i in range(9)]
    np.testing.assert_array_equal(found["gaps"], [np.nan, 100, 200, 300, 400, np.nan, 600, np.nan, 800])
    assert found["moment"][1] == np.datetime64("2024-02-02T08:01").astype("datetime64[s]").astype(int)
    with pytest.raises(Invalid, match="row 1: 'dear' is not a number"):
        Schema.infer(frame).canonical(frame.iloc[:1].assign(price="dear"))


@pytest.mark.parametrize(
    ("texts", "semantic"),
    [
        ([f"a nice {i}" for i in range(60)], "text"),
        ([f"{i // 6} is what was said by eight of the ten people" for i in range(300)], "text"),
        ([f"{i % 30} of three words" for i in range(300)], "category"),
        ([f"New York {i % 3}" for i in range(300)], "category"),
        ([f"Nr {i}" for i in range(60)], "id"),
    ],
)
def test_prose_is_told_from_categories(texts: list[str], semantic: str) -> None:
    assert Schema.infer(pd.DataFrame({"x": texts})).columns[0].semantic == semantic


def test_very_many_texts_are_counted_as_few_are(monkeypatch):
    frames = [
        pd.DataFrame({"code": [f"{kind}{number % distinct}" for number in range(200)]})
        for kind, distinct in (("c", 200), ("c", 199), ("three or more words ", 150), ("x", 1))
    ]
    few = [Schema.infer(frame).columns[0].semantic for frame in frames]
    assert few == ["id", "category", "text", "constant"]
    monkeypatch.setattr(schema, "_COUNTED_AS_THEY_ARE", 10)
    monkeypatch.setattr(schema, "_HASHED_AT_ONCE", 7)
    assert [Schema.infer(frame).columns[0].semantic for frame in frames] == few
    for frame in frames:
        assert schema._distinct(frame["code"]) == frame["code"].nunique()
