"""scikit-learn models that people bring."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from labstudio.errors import Invalid
from labstudio.onnx import from_sklearn


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "a": random.normal(size=300) * 1_000,
            "b": random.normal(size=300),
            "c": random.choice(["x", "y", "é"], 300),
        }
    )
    score = frame["a"] / 1_000 + frame["b"] + (frame["c"] == "x")
    return frame, (score > 0).to_numpy(), score.to_numpy()


def preparation(**imputer):
    numbers = make_pipeline(SimpleImputer(**imputer), StandardScaler())
    return ColumnTransformer(
        [("numbers", numbers, ["a", "b"]), ("texts", OneHotEncoder(handle_unknown="ignore"), ["c"])]
    )


def with_gaps(frame):
    gaps = frame.copy()
    gaps.loc[::7, "a"] = np.nan
    gaps.loc[::5, "b"] = np.nan
    return gaps


@pytest.mark.parametrize("imputer", [{}, {"strategy": "median", "add_indicator": True}])
def test_a_pipeline_from_raw_columns_is_exact(table, imputer):
    frame, truth, score = table
    gaps = with_gaps(frame)
    labels = np.where(truth, "good", "bad")
    model = from_sklearn(make_pipeline(preparation(**imputer), LogisticRegression()).fit(gaps, labels), gaps)
    assert model.certificate.passed, model.certificate.sentence()
    assert model.certificate.limit == 1e-9
    assert list(model.classes) == ["bad", "good"]
    assert [column.name for column in model.schema] == ["a", "b", "c"]
    ridge = make_pipeline(preparation(**imputer), Ridge()).fit(gaps, score)
    model = from_sklearn(ridge, gaps, target="score")
    assert model.certificate.passed, model.certificate.sentence()
    np.testing.assert_allclose(model.load().predict(gaps[["c", "b", "a"]]), ridge.predict(gaps), rtol=1e-9)
    assert model.load().target == "score"


@pytest.mark.parametrize("classes", [["n", "p"], [3, 7], [False, True]])
def test_plain_models_of_numbers_are_certified(table, classes):
    frame, truth, _ = table
    numbers, y = frame[["a", "b"]], np.array(classes)[truth.astype(int)]
    model = from_sklearn(LogisticRegression().fit(numbers, y), numbers)
    assert model.certificate.passed, model.certificate.sentence()
    assert (
        model.load().predict(numbers).tolist()
        == LogisticRegression().fit(numbers, y).predict(numbers).tolist()
    )


def test_forests_are_held_to_the_limit_of_their_float32_sums(table):
    frame, truth, score = table
    numbers = frame[["a", "b"]]
    for forest in (
        RandomForestClassifier(20, random_state=0).fit(numbers, truth),
        RandomForestClassifier(20, random_state=0).fit(numbers, np.digitize(score, [-1, 1])),
        ExtraTreesRegressor(20, random_state=0).fit(numbers, score),
    ):
        model = from_sklearn(forest, numbers)
        assert model.certificate.passed, model.certificate.sentence()
        assert model.certificate.limit == 1e-5


def test_a_silently_wrong_conversion_is_refused(table):
    frame, truth, _ = table
    gaps = frame.copy()
    gaps.loc[::4, "c"] = np.nan  # its one-hot place is lost on the way
    model = from_sklearn(
        make_pipeline(preparation(), LogisticRegression()).fit(gaps, truth | gaps["c"].isna()), gaps
    )
    assert not model.certificate.passed
    assert "the library says" in model.certificate.sentence()
    numbers = frame[["a", "b"]]
    near = KNeighborsClassifier(weights="distance").fit(numbers, truth)
    assert not from_sklearn(near, numbers).certificate.passed


def test_the_certificate_sees_forests_that_route_missing_values_wrongly(table, monkeypatch):
    frame, truth, _ = table
    numbers = frame[["a", "b"]]
    forest = RandomForestClassifier(20, random_state=0).fit(numbers, truth)
    monkeypatch.setattr("labstudio.onnx.foreign._route_missing", lambda proto, estimator: None)
    assert not from_sklearn(forest, numbers).certificate.passed


def test_flags_dropped_by_the_converter_are_seen(table, monkeypatch):
    frame, _, _ = table
    gaps = with_gaps(frame)[["a", "b"]]
    model = make_pipeline(SimpleImputer(add_indicator=True), LogisticRegression()).fit(gaps, gaps["a"].isna())

    def dropped(scope, operator, container):
        imputer = operator.raw_operator
        imputer.indicator_.features_, kept = imputer.indicator_.features_[::-1], imputer.indicator_.features_
        try:
            convert(scope, operator, container)
        finally:
            imputer.indicator_.features_ = kept

    from labstudio.onnx import foreign

    convert = foreign._convert_imputer
    assert from_sklearn(model, gaps).certificate.passed
    monkeypatch.setattr(foreign, "_convert_imputer", dropped)
    assert not from_sklearn(model, gaps).certificate.passed


def test_what_cannot_be_converted_gets_a_sentence(table):
    frame, truth, _ = table
    numbers, gaps = frame[["a", "b"]], with_gaps(frame)[["a", "b"]]
    cases = {
        "not fitted": LogisticRegression(),
        "neither a classifier nor a regressor": StandardScaler().fit(numbers),
        "no predict_proba": LinearSVC().fit(numbers, truth),
        "cannot be converted": HistGradientBoostingClassifier(max_iter=5).fit(numbers, truth),
        "splits on missing values": RandomForestClassifier(20, random_state=0).fit(gaps, gaps["a"].isna()),
        "several targets": Ridge().fit(numbers, numbers),
        "Classes are": RandomForestClassifier(3).fit(numbers, np.where(truth, 1.0, 2.0)),
    }
    for reason, estimator in cases.items():
        with pytest.raises(Invalid, match=reason):
            from_sklearn(estimator, frame)
    clash = numbers.rename(columns={"a": "label"})
    with pytest.raises(Invalid, match="cannot be called 'label'"):
        from_sklearn(LogisticRegression().fit(clash, truth), clash)
