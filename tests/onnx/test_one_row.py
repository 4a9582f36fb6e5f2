"""One row: whatever it holds, it enters the graph as it does among many."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labstudio.errors import Invalid
from labstudio.onnx.adversarial import adversarial_rows, variants
from labstudio.onnx.graph import Graph, decide, described
from labstudio.onnx.model import ROWS_AT_ONCE, load
from labstudio.schema import Schema

pytestmark = pytest.mark.core

TABLE = pd.DataFrame(
    {
        "size": [1.5, np.nan, np.inf, -0.0],
        "count": [1, 2**53, -3, 0],
        "flag": [True, False, True, False],
        "city": ["Oslo", None, "", "東京"],
        "note": ["a\x00b", "nan", " ", "x"],
        "day": pd.to_datetime(["2020-01-01", None, "1850-02-03 04:05:06", "2200-01-01"], format="ISO8601"),
    }
)
NUMBERS = ["size", "count", "flag", "day"]


def mirror(schema: Schema):
    """A file that hands out every input as it came."""
    graph = Graph(schema)
    for place, column in enumerate(schema):
        graph.output(f"out {place}", graph.input(column), column.feed, [None, 1])
    graph.output("value", graph.constant(np.array([0.0])), "double", [None])
    return load(graph.build(described(schema, "regression", None)))


def same(model, row: pd.DataFrame) -> None:
    """Hold what a row gives against what its columns give, taken one at a time."""
    names = [f"out {place}" for place in range(len(model.schema))]
    for found, expected in zip(model.run(row, *names), model.schema.feed(row).values(), strict=True):
        assert found.shape == expected.shape == (1, 1)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
        if found.dtype == np.float64:
            assert np.signbit(found) == np.signbit(expected)


@pytest.mark.parametrize("columns", [list(TABLE), NUMBERS], ids=["with texts", "numbers and dates alone"])
def test_a_row_enters_as_it_does_among_many(columns):
    table = TABLE[columns]
    model = mirror(Schema.infer(table))
    rows = adversarial_rows(model.schema, table, limit=60)
    for name, varied in [("as it is", rows), *variants(model.schema, rows)]:
        for place in range(0, len(varied), 1 if name == "as it is" else 7):
            same(model, varied.iloc[[place]])


ODD = {
    "size": [
        Decimal("1.5"), "2.5", "", None, pd.NA, np.float32(0.1), np.longdouble(3), pd.Timedelta("1s"), 10**30
    ],
    "count": [2**60, np.int8(3), True, np.True_, 4.5, "7"],
    "flag": ["true", "False", 1, 0.0, None, np.True_],
    "city": [1, 2.0, 2.5, True, np.str_("x"), pd.NA, datetime.date(2020, 1, 1), pd.Timestamp("2020-01-01")],
    "day": [
        datetime.date(1900, 1, 1), "2020-02-03", "", None, pd.NaT, np.datetime64("2020-01-01T00:00:00.5"),
        pd.Timestamp("2020-01-01", tz="Europe/Oslo"), pd.Timestamp("1969-12-31 23:59:59.999999999"),
        pd.Timestamp("0001-01-01").as_unit("s"), datetime.datetime(2500, 1, 1),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_values_of_other_types_mean_what_they_mean_in_a_column(name):
    for columns in [TABLE, TABLE[[name]]]:
        model = mirror(Schema.infer(columns))
        for value in ODD[name]:
            row = columns.iloc[[0]].copy()
            row[name] = pd.Series([value], index=row.index, dtype=object)
            same(model, row)


def test_categories_zones_and_other_dtypes_too():
    model = mirror(Schema.infer(TABLE))
    codes = pd.Categorical([7, 8, None, 7])
    zoned = TABLE["day"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    for changed in (
        TABLE.assign(city=codes, note=TABLE["note"].astype("category")),
        TABLE.assign(
            size=codes, count=TABLE["count"].astype(np.float32), flag=TABLE["flag"].astype("boolean")
        ),
        TABLE.assign(day=zoned),
        TABLE.assign(size=np.nan, city=np.nan, day=np.nan, note=None),
    ):
        for place in range(len(changed)):
            same(model, changed.iloc[[place]])


@given(
    number=st.one_of(st.none(), st.floats(), st.integers(-(2**70), 2**70), st.booleans()),
    text=st.one_of(st.none(), st.text(max_size=20)),
    day=st.one_of(st.none(), st.datetimes(), st.datetimes(timezones=st.timezones())),
)
def test_a_row_made_of_plain_values(number, text, day):
    same(MIRROR, pd.DataFrame([{**TABLE.iloc[0].to_dict(), "size": number, "note": text, "day": day}]))


MIRROR = mirror(Schema.infer(TABLE))


def test_plain_rows_are_read_in_one_pass():
    for columns in (list(TABLE), NUMBERS):
        model = mirror(Schema.infer(TABLE[columns]))
        with mock.patch.object(Schema, "feed", side_effect=AssertionError("column by column")):
            for place in range(len(TABLE)):
                model.run(TABLE.iloc[[place]], "out 0", "out 2")


def test_columns_may_move_from_row_to_row_and_others_be_there():
    model = mirror(Schema.infer(TABLE))
    row = TABLE.iloc[[0]]
    for order in (list(TABLE), list(TABLE)[::-1], ["flag", "day", "note", "city", "size", "count"]):
        same(model, row[order])
        same(model, row[order].assign(more=[[1, 2]]))


def test_a_column_that_is_not_needed_may_be_of_any_type():
    class Stubborn(pd.arrays.BooleanArray):
        def to_numpy(self, *args, **kwargs):
            raise NotImplementedError("not of this type")

        __array__ = to_numpy

    row = TABLE.iloc[[0]].assign(more=Stubborn(np.array([True]), np.array([False])))
    with pytest.raises(NotImplementedError):
        row.to_numpy(dtype=object)
    same(MIRROR, row)


@pytest.mark.parametrize("columns", [list(TABLE), NUMBERS], ids=["with texts", "numbers and dates alone"])
@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.drop(columns="size"),
        lambda row: row.assign(count="many"),
        lambda row: row.assign(day=3.0),
        lambda row: row.assign(flag=[[True]]),
        lambda row: pd.concat([row, row[["size"]]], axis=1),
        lambda row: row.set_axis(pd.Index(["\ud800", *row.columns[1:]], dtype=object), axis=1),
        lambda row: row.to_dict(),
    ],
)
def test_what_cannot_be_is_said_of_a_row_as_of_a_table(columns, change):
    model = mirror(Schema.infer(TABLE[columns]))
    row = change(TABLE[columns].iloc[[0]])
    with pytest.raises(Invalid) as of_a_table:
        model.schema.feed(row)
    for _ in range(2):
        with pytest.raises(Invalid) as of_a_row:
            model.run(row, "out 0")
        assert str(of_a_row.value) == str(of_a_table.value)
        same(model, TABLE[columns].iloc[[1]])


def test_a_text_that_is_no_unicode_is_refused():
    row = TABLE.iloc[[0]].assign(note=pd.Series(["\ud800"], dtype=object))
    with pytest.raises(Invalid, match=r"'note', row 1: .* is not valid Unicode"):
        MIRROR.run(row, "out 0")


def test_rows_of_several_threads_are_kept_apart():
    model = mirror(Schema.infer(TABLE[["size", "count"]]))

    def ask(number: float) -> bool:
        row = pd.DataFrame({"size": [number], "count": [-1.0]})
        row = row if number % 2 else row[["count", "size"]]
        return all(model.run(row, "out 0")[0] == number for _ in range(50))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, map(float, range(12))))


def test_labels_that_are_texts_come_from_numbers_alone():
    schema = Schema.infer(pd.DataFrame({"x": [0.2, 0.7]}))
    graph = Graph(schema)
    rest = graph.node("Sub", [graph.constant(1.0), graph.input(schema["x"])])
    both = graph.node("Concat", [graph.input(schema["x"]), rest], axis=1)
    decide(graph, both, np.array(["low", "high"], dtype=object))
    model = load(graph.build(described(schema, "binary", np.array(["low", "high"], dtype=object))))
    row = pd.DataFrame({"x": [0.75]})
    assert model.predict(row).tolist() == ["low"]
    assert model.predict_proba(row).tolist() == [[0.75, 0.25]]
    assert [part.tolist() for part in model.run(row, "label", "probabilities")] == [["low"], [[0.75, 0.25]]]


@pytest.mark.parametrize("rows", [2, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 3 * ROWS_AT_ONCE - 1])
@pytest.mark.parametrize("threads", [1, 3])
def test_many_rows_come_back_in_their_order(rows, threads):
    schema = Schema.infer(TABLE)
    whole = mirror(schema)
    model = load(whole._content, threads=threads)
    table = pd.concat([TABLE] * (rows // len(TABLE) + 1), ignore_index=True).iloc[:rows]
    table = table.assign(size=np.arange(float(rows)))
    found = model.run(table, *(f"out {place}" for place in range(len(schema))))
    for part, expected in zip(found, schema.feed(table).values(), strict=True):
        np.testing.assert_array_equal(part, expected)
