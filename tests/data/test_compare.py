"""Two versions are compared by columns, rows and values."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio.errors import Invalid

pytestmark = pytest.mark.core

ROWS = st.lists(
    st.tuples(st.sampled_from([None, 0.0, -0.0, 1.5]), st.sampled_from(["a", "b", None])), max_size=12
)


@pytest.fixture
def compared(data):
    def compared(before, after, key=()):
        old = data.add("before", before)
        return data.compare(old, data.add("after", after), key)

    return compared


def test_rows_are_matched_by_their_key(compared):
    before = pd.DataFrame({"id": [1, 2, 3], "city": ["Oslo", "Rome", None], "n": [1.0, 2.0, 3.0]})
    after = pd.DataFrame({"id": [4, 3, 2], "city": ["Bern", None, "Roma"], "n": [4.0, 3.0, 2.5]})
    found = compared(before, after, ["id"]).rows
    assert (found.added, found.removed, found.changed, found.unchanged) == (1, 1, 1, 1)
    assert found.added_rows == [[4, "Bern", 4.0]]
    assert found.removed_rows == [[1, "Oslo", 1.0]]
    [row] = found.changed_rows
    assert row.key == [2]
    assert [(c.column, c.before, c.after) for c in row.cells] == [("city", "Rome", "Roma"), ("n", 2.0, 2.5)]
    assert found.changed_columns == {"city": 1, "n": 1}


def test_a_key_may_be_missing_and_made_of_several_columns(compared):
    frame = pd.DataFrame({"a": [1.0, 1.0, None], "b": ["x", "y", "x"], "v": [1, 2, 3]})
    found = compared(frame, frame.assign(v=[1, 2, 4]), ["a", "b"]).rows
    assert (found.changed, found.unchanged) == (1, 2)
    assert found.changed_rows[0].key == [None, "x"]


def test_a_key_that_names_several_rows_is_refused(compared):
    frame = pd.DataFrame({"id": [1, 1], "v": [1, 2]})
    with pytest.raises(Invalid, match=r"2 rows of the version before have id = 1"):
        compared(frame, frame.assign(v=[3, 4]), ["id"])
    with pytest.raises(Invalid, match="there is no column 'ident'"):
        compared(frame, frame.assign(v=[3, 5]), ["ident"])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=ROWS, after=ROWS)
def test_without_a_key_rows_are_counted_by_what_they_hold(compared, before, after):
    def counted(rows):
        return Counter((x if x is None else x + 0.0, y) for x, y in rows)  # -0.0 is 0.0

    old, new = (pd.DataFrame(rows, columns=["x", "y"]).astype({"x": float, "y": object})
                for rows in (before, after))  # fmt: skip
    found = compared(old, new).rows
    assert found.added == len(found.added_rows) == (counted(after) - counted(before)).total()
    assert found.removed == len(found.removed_rows) == (counted(before) - counted(after)).total()
    assert found.unchanged + found.added == len(after)


def test_columns_that_came_went_and_changed_are_said(compared):
    before = pd.DataFrame(
        {"id": [1, 2, 3], "amount": [3.5, 4.5, 9.0], "gone": ["a", "b", "c"], "n": [1, 2, 3]}
    )
    after = pd.DataFrame(
        {"id": [1, 2, 3], "total": [3.5, 4.5, 9.0], "new": [True, False, True], "n": ["x", "y", "z"]}
    )
    found = compared(before, after, ["id"])
    assert [(one.before, one.after) for one in found.renamed] == [("amount", "total")]
    assert (found.added, found.removed) == (["new"], ["gone"])
    assert [one.name for one in found.retyped] == ["n"]
    assert found.rows.changed_columns == {"n": 3}


def test_numbers_kept_differently_are_the_same(compared):
    frame = pd.DataFrame({"id": [1, 2], "n": [1, 2]})
    assert compared(frame, frame.astype({"id": "int32", "n": float}), ["id"]).rows.unchanged == 2
    assert compared(frame, frame.astype({"id": "int16", "n": float})).rows.unchanged == 2


def test_the_same_table_differs_in_nothing(compared):
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.normal(size=500), "y": random.choice(["a", "b"], 500)})
    found = compared(frame, frame.sample(frac=1, random_state=0))
    assert found.summary == "The same rows and columns."
    assert {one.level for one in found.drift} == {"none"}


def test_drift_is_said_in_plain_words(compared):
    random = np.random.default_rng(0)
    when = pd.Series(pd.date_range("2024-01-01", periods=1000, freq="h"))
    before = pd.DataFrame(
        {"x": random.normal(size=1000), "y": random.choice(["a", "b"], 1000), "z": random.normal(size=1000),
         "same": random.normal(size=1000), "when": when}
    )  # fmt: skip
    after = before.assign(
        x=before["x"] + 2, y=random.choice(["a", "c"], 1000), same=random.normal(size=1000),
        z=before["z"].where(random.random(1000) > 0.3), when=when + pd.Timedelta(days=90),
    )  # fmt: skip
    found = {one.column: one for one in compared(before, after).drift}
    assert (found["x"].level, found["x"].test) == ("strong", "ks")
    assert "higher" in found["x"].sentence
    assert (found["y"].level, found["y"].test) == ("strong", "chi2")
    assert "'b' went from" in found["y"].sentence or "'c' is new" in found["y"].sentence
    assert found["z"].sentence.startswith("Missing values went from 0.0% to")
    assert "later" in found["when"].sentence
    assert found["same"].level == "none"


def test_hostile_names_and_values_are_only_shown(compared):
    frame = pd.DataFrame({'a"; DROP TABLE t': ["<script>"], "A": ["'"], "a": ["x"]})
    found = compared(frame, frame.assign(a=["<b>"]), ['a"; DROP TABLE t']).rows
    assert found.changed_rows[0].cells[0].after == "<b>"
