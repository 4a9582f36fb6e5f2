"""Steps against scikit-learn and pandas, and their graphs against both."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from emitting import through_the_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from labstudio.automl.steps import Numbers, OneHotCategories, OrdinalCategories, Scaled
from labstudio.schema import Column

pytestmark = pytest.mark.core

sizes = settings(max_examples=40, deadline=None)
numbers = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-5, 5).map(float),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308, 1e-310, 2.0**24 + 1]),
)
texts = st.sampled_from(["", "a", "b", "B", "é", "e\u0301", " ", "nan", "x\x00y", "a\nb", "東京", "'\"{}$%#"])


@st.composite
def tables(draw, values, columns=3):
    """Columns for fitting and columns for asking."""
    count = draw(st.integers(1, columns))
    lists = st.lists(st.tuples(*[values] * count), min_size=1, max_size=25)
    return [np.array(draw(lists), dtype=None if values is numbers else object).T for _ in range(2)]


def as_columns(rows, physical):
    semantic = "category" if physical == "string" else "number"
    columns = [Column(f"c {i}", physical, semantic, f"c {i}") for i in range(len(rows))]
    return columns, {column.name: row for column, row in zip(columns, rows, strict=True)}


@sizes
@given(tables(numbers))
def test_numbers_are_kept_and_infinities_become_missing(rows):
    columns, fitted = as_columns(rows[0], "number")
    _, asked = as_columns(rows[1][: len(columns)], "number")
    if len(asked) < len(columns):
        asked = fitted
    wanted = pd.DataFrame(asked).replace([np.inf, -np.inf], np.nan).to_numpy()
    step = Numbers(columns).fit(fitted)
    np.testing.assert_array_equal(step.transform(asked), wanted)
    np.testing.assert_array_equal(through_the_graph(step, columns, asked), wanted)


# the squares of smaller numbers are 0 to scikit-learn, which then takes a column for a constant
ORDINARY = st.floats(-1e6, 1e6).map(lambda x: 0.0 if abs(x) < 1e-100 else x)


@sizes
@given(tables(st.one_of(ORDINARY, st.integers(-5, 5).map(float), st.sampled_from([np.nan, np.inf]))))
def test_filling_and_scaling_are_those_of_scikit_learn(rows):
    columns, fitted = as_columns(rows[0].astype(float), "number")
    asked = {name: np.resize(rows[1][i % len(rows[1])].astype(float), 9) for i, name in enumerate(fitted)}
    clean = pd.DataFrame(fitted).replace([np.inf, -np.inf], np.nan)
    ask = pd.DataFrame(asked).replace([np.inf, -np.inf], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(clean)
        scaler = StandardScaler().fit(imputer.transform(clean))
        wanted = np.clip(scaler.transform(imputer.transform(ask)), -4, 4)
    flags = ask.isna().to_numpy()[:, clean.isna().any().to_numpy()]
    wanted = np.column_stack([wanted, flags])
    step = Scaled(Numbers(columns), flags=True).fit(fitted)
    np.testing.assert_allclose(step.transform(asked), wanted, rtol=1e-7, atol=1e-7)
    np.testing.assert_array_equal(through_the_graph(step, columns, asked), step.transform(asked))


@sizes
@given(tables(numbers))
def test_filling_and_scaling_stay_finite_and_the_graph_agrees_whatever_comes(rows):
    columns, fitted = as_columns(rows[0], "number")
    asked = {name: np.resize(rows[1][i % len(rows[1])], 9) for i, name in enumerate(fitted)}
    step = Scaled(Numbers(columns), flags=True).fit(fitted)
    found = step.transform(asked)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 4
    np.testing.assert_array_equal(through_the_graph(step, columns, asked), found)


@sizes
@given(tables(texts))
def test_codes_are_those_of_scikit_learn_and_unknown_ones_minus_one(rows):
    columns, fitted = as_columns(rows[0], "string")
    asked = {name: np.resize(rows[1][i % len(rows[1])], 9) for i, name in enumerate(fitted)}
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    encoder.fit(np.column_stack(list(fitted.values())))
    wanted = encoder.transform(np.column_stack(list(asked.values())))
    step = OrdinalCategories(columns).fit(fitted)
    np.testing.assert_array_equal(step.transform(asked), wanted)
    np.testing.assert_array_equal(through_the_graph(step, columns, asked), wanted)


@sizes
@given(tables(texts))
def test_one_hot_is_that_of_scikit_learn_with_a_place_for_the_unknown(rows):
    columns, fitted = as_columns(rows[0], "string")
    asked = {name: np.resize(rows[1][i % len(rows[1])], 9) for i, name in enumerate(fitted)}
    step = OneHotCategories(columns).fit(fitted)
    wanted = []
    for name, values in fitted.items():
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(values.reshape(-1, 1))
        known = encoder.transform(asked[name].reshape(-1, 1))
        wanted += [known, 1 - known.sum(axis=1, keepdims=True)]
    np.testing.assert_array_equal(step.transform(asked), np.column_stack(wanted))
    np.testing.assert_array_equal(through_the_graph(step, columns, asked), np.column_stack(wanted))


@pytest.mark.parametrize("kind", [OrdinalCategories, OneHotCategories])
def test_only_the_most_frequent_levels_are_known(kind):
    columns, fitted = as_columns([np.array(["z"] * 3 + ["a"] * 2 + ["b", "c", "d"], dtype=object)], "string")
    step = kind(columns, max_levels=3).fit(fitted)
    assert step.levels == (("a", "b", "z"),)
    np.testing.assert_array_equal(through_the_graph(step, columns, fitted), step.transform(fitted))


def test_a_column_missing_everywhere_becomes_zero_and_a_flag():
    columns, fitted = as_columns([np.full(3, np.nan)], "number")
    step = Scaled(Numbers(columns), flags=True).fit(fitted)
    assert step.transform(fitted).tolist() == [[0.0, 1.0]] * 3


def test_levels_in_a_small_share_of_the_rows_have_no_column_of_their_own():
    values = np.array(["often"] * 996 + ["rare"] * 1 + ["enough"] * 3, dtype=object)
    columns, fitted = as_columns([values], "string")
    step = OneHotCategories(columns).fit(fitted)
    assert step.names == ("c 0 = enough", "c 0 = often", "c 0 = other")


def test_every_step_says_how_each_feature_is_made():
    columns, fitted = as_columns([np.array([1.0, np.nan])], "number")
    assert Scaled(Numbers(columns), flags=True).fit(fitted).formulas() == [
        "c 0, standardised",
        "c 0 is missing",
    ]
    columns, fitted = as_columns([np.array(["a", "b"], dtype=object)], "string")
    assert OrdinalCategories(columns).fit(fitted).formulas() == ["code of c 0"]
    assert OneHotCategories(columns).fit(fitted).formulas()[0] == "1 where c 0 = a, 0 elsewhere"
