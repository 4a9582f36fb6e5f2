"""Parts of dates against pandas, in Python and in the graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from emitting import through_the_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from labstudio.automl.steps import DateCycles, DateParts, Scaled
from labstudio.schema import MISSING_DATE, Column

pytestmark = pytest.mark.core

ORDERED = Column("ordered", "datetime", "datetime", "ordered")
SENT = Column("sent", "datetime", "datetime", "sent")
# the years -9999 to 9999, and beyond what a date of 32 bits holds
moments = st.one_of(
    st.integers(-377_705_116_800, 253_402_300_799),
    st.sampled_from([MISSING_DATE, 0, -1, 86_399, -86_400, -(2**31), 2**31, 951_782_400, -2_203_891_200]),
)
columns_of_two = st.lists(st.tuples(moments, moments), min_size=1, max_size=20).map(
    lambda rows: dict(zip(("ordered", "sent"), np.array(rows, dtype=np.int64).T, strict=True))
)


def by_pandas(fitted, asked):
    """All features of both columns, NaN where missing."""
    found = {}
    dates = {}
    for name, seconds in asked.items():
        known = fitted[name][fitted[name] != MISSING_DATE]
        since = known.min() if len(known) else 0
        date = pd.Series(np.where(seconds == MISSING_DATE, 0, seconds).astype("datetime64[s]")).dt
        parts = {part: getattr(date, part) for part in ("year", "month", "day", "hour")}
        parts["weekday"] = date.day_of_week
        gap = seconds == MISSING_DATE
        dates[name] = np.where(gap, np.nan, seconds)
        for part, values in parts.items():
            found[f"{part} of {name}"] = np.where(gap, np.nan, values)
        found[name] = (dates[name] - since) / 86_400
    found["between"] = (dates["ordered"] - dates["sent"]) / 86_400
    return found


def plain(name):
    return name.split(" until ")[-1] if " until " in name else "between" if "from" in name else name


@settings(max_examples=60, deadline=None)
@given(columns_of_two, columns_of_two)
def test_parts_are_those_of_pandas_in_python_and_in_the_graph(fitted, asked):
    step = DateParts([ORDERED, SENT]).fit(fitted)
    known = by_pandas(fitted, asked)
    wanted = np.column_stack([known[plain(name)] for name in step.names])
    np.testing.assert_array_equal(step.transform(asked), wanted)
    np.testing.assert_array_equal(through_the_graph(step, [ORDERED, SENT], asked), wanted)


@settings(max_examples=30, deadline=None)
@given(columns_of_two, columns_of_two)
def test_scaled_parts_are_finite_and_the_graph_agrees(fitted, asked):
    for step in (Scaled(DateParts([ORDERED, SENT])), DateCycles([ORDERED, SENT])):
        found = step.fit(fitted).transform(asked)
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(through_the_graph(step, [ORDERED, SENT], asked), found)


def test_only_what_varies_becomes_a_feature():
    days = np.array(["2024-01-01", "2024-01-08"], dtype="datetime64[s]").astype(np.int64)
    step = DateParts([ORDERED]).fit({"ordered": days})
    assert step.names == ("day of ordered", "days since 2024-01-01 until ordered")
    same = DateParts([ORDERED]).fit({"ordered": days[[0, 0]]})
    assert same.names == ("days since 2024-01-01 until ordered",)


def test_months_weekdays_and_hours_are_a_column_each_where_they_vary():
    hours = np.array(["2024-01-01T05", "2024-01-01T23"], dtype="datetime64[s]").astype(np.int64)[[0, 1, 1]]
    step = DateCycles([ORDERED])
    found = step.fit_transform({"ordered": hours})
    assert step.names == ("hour of ordered = 5", "hour of ordered = 23")
    assert found.tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    assert step.transform({"ordered": np.array([MISSING_DATE, 0])}).tolist() == [[0.0, 0.0]] * 2


def test_thresholds_on_elapsed_days_are_told_as_dates():
    days = np.array(["2024-01-01", "2024-01-08"], dtype="datetime64[s]").astype(np.int64)
    step = DateParts([ORDERED]).fit({"ordered": days})
    assert step.crossings({0: np.array([3.0]), 1: np.array([3.5])})["ordered"].tolist() == [
        days[0] + 3.5 * 86_400
    ]
