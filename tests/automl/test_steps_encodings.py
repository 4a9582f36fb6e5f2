"""Means, frequencies, crosses and arithmetic: against pandas and scikit-learn, and in the graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from emitting import through_the_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import TargetEncoder

from labstudio.automl.steps import Arithmetic, CountEncoding, Crosses, TargetEncoding, propose_pairs
from labstudio.schema import Column

pytestmark = pytest.mark.core

CITY, STREET = (Column(name, "string", "category", name) for name in ("city", "street"))
A, B = (Column(name, "number", "number", name) for name in "ab")
LEVELS = ["", "a", "b", "B", "é", "x", "x\x00y", "東京", " "]
levels = st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS)), min_size=1, max_size=30).map(
    lambda rows: dict(zip(("city", "street"), np.array(rows, dtype=object).T, strict=True))
)
numbers = st.one_of(
    st.floats(-1e6, 1e6),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308, 5e-324, 2.0**53]),
)
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20).map(
    lambda rows: dict(zip("ab", np.array(rows, dtype=np.float64).T, strict=True))
)


def towns(rows=600, seed=0):
    random = np.random.default_rng(seed)
    city = random.choice([f"c{i}" for i in range(12)], rows).astype(object)
    return {"city": city, "street": random.choice(["", "s", "t"], rows).astype(object)}, random


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_means_are_those_of_scikit_learn(kind):
    columns, random = towns()
    signal = np.array([int(name[1:]) for name in columns["city"]]) + random.normal(size=600)
    y = {
        "binary": (signal > 5).astype(np.int64),
        "multiclass": np.digitize(signal, [3, 8]).astype(np.int64),
        "regression": signal,
    }[kind]
    known = TargetEncoder(target_type="continuous" if kind == "regression" else kind, smooth=10.0)
    wanted = known.fit(columns["city"].reshape(-1, 1), y).transform(columns["city"].reshape(-1, 1))
    if kind == "regression":
        wanted = (wanted - signal.mean()) / signal.std()
    step = TargetEncoding([CITY]).fit(columns, y)
    np.testing.assert_allclose(step.transform(columns), wanted, atol=1e-12)
    assert step.supervised
    np.testing.assert_array_equal(through_the_graph(step, [CITY], columns), step.transform(columns))


def test_a_training_row_is_shown_nothing_of_its_own_target():
    columns, random = towns(rows=300)
    columns["city"] = np.array([f"c{i // 2}" for i in range(300)], dtype=object)  # pairs of rows
    y = random.integers(0, 2, 300)
    step = TargetEncoding([CITY])
    before = step.fit_transform(columns, y)
    for row in (0, 7, 123):
        turned = y.copy()
        turned[row] = 1 - y[row]
        assert TargetEncoding([CITY]).fit_transform(columns, turned)[row] == before[row]
    own = np.corrcoef(before.ravel(), y)[0, 1]
    assert own < 0.15 < np.corrcoef(step.transform(columns).ravel(), y)[0, 1]


def test_unseen_and_single_levels_get_the_mean_of_all():
    columns = {"city": np.array(["a"] * 5 + ["b"] * 4 + ["once"], dtype=object)}
    y = np.array([1] * 5 + [0] * 5)
    step = TargetEncoding([CITY]).fit(columns, y)
    asked = {"city": np.array(["once", "never", ""], dtype=object)}
    assert step.transform(asked).ravel().tolist() == [0.5] * 3


def test_of_many_classes_the_ten_most_frequent_are_told_apart():
    columns, random = towns()
    y = random.integers(0, 30, 600)
    y[:100] = 29
    step = TargetEncoding([CITY]).fit(columns, y)
    assert len(step.names) == 10
    assert "share of class 30 where city" in step.names


@settings(max_examples=40, deadline=None)
@given(levels, levels, st.integers(0, 3))
def test_whatever_category_comes_the_graph_agrees(fitted, asked, kind):
    rows = len(fitted["city"])
    y = np.arange(rows) % 3 if kind else np.linspace(-1e300, 1e300, rows)
    for step in (
        TargetEncoding([CITY, STREET]),
        CountEncoding([CITY, STREET]),
        Crosses([CITY, STREET], [("city", "×", "street"), ("street", "×", "city")], max_levels=4),
    ):
        own = step.fit_transform(fitted, y)
        assert own.shape == (rows, len(step.names)) == (rows, len(step.formulas()))
        assert np.isfinite(own).all()
        found = step.transform(asked)
        np.testing.assert_array_equal(through_the_graph(step, [CITY, STREET], asked), found)


def test_frequencies_are_logarithms_of_shares():
    columns, _ = towns()
    found = CountEncoding([CITY]).fit_transform(columns)
    wanted = pd.Series(columns["city"]).map(pd.Series(columns["city"]).value_counts(normalize=True))
    np.testing.assert_allclose(np.exp(found.ravel()), wanted)


def test_crosses_tell_combinations_apart():
    columns, _ = towns()
    step = Crosses([CITY, STREET], [("city", "×", "street")])
    found = step.fit_transform(columns).ravel()
    both = pd.Series(columns["city"] + "|" + columns["street"])
    assert both.groupby(found).nunique().eq(1).all()
    assert len(np.unique(found)) == both.nunique()
    few = Crosses([CITY, STREET], [("city", "×", "street")], max_levels=3)
    kept = few.fit_transform(columns).ravel()
    assert set(kept) == {-1.0, 0.0, 1.0, 2.0}
    assert step.categorical


@settings(max_examples=60, deadline=None)
@given(pairs)
def test_arithmetic_is_that_of_pandas_and_never_infinite(columns):
    step = Arithmetic([A, B], [("a", op, "b") for op in "+-*/"] + [("b", "/", "a")])
    a, b = (pd.Series(columns[name]) for name in "ab")
    wanted = (
        pd.concat([a + b, a - b, a * b, a / b, b / a], axis=1).replace([np.inf, -np.inf], np.nan).to_numpy()
    )
    np.testing.assert_array_equal(step.fit_transform(columns), wanted)
    np.testing.assert_array_equal(through_the_graph(step, [A, B], columns), wanted)


def test_pairs_are_proposed_where_they_tell_more_than_their_columns():
    random = np.random.default_rng(0)
    columns = {name: random.uniform(1, 5, 800) for name in ("w", "h", "noise", "other")}
    columns["c"] = random.choice(["a", "b"], 800).astype(object)
    columns["d"] = random.choice(["a", "b"], 800).astype(object)
    equal = dict.fromkeys(columns, 1.0)
    y = columns["w"] / columns["h"]
    assert propose_pairs(columns, y, equal)[0] == ["w", "/", "h"]
    assert propose_pairs(columns, (y > 1).astype(np.int64), equal)[0][1] in "-/"
    same = (columns["c"] == columns["d"]).astype(np.int64)
    assert propose_pairs(columns, same, equal)[0] == ["c", "×", "d"]
    assert propose_pairs(columns, y, {"w": 1.0, "noise": 1.0}) == []
