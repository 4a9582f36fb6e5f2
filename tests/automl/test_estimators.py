"""The estimators keep scikit-learn's rules, and give what `fit` gives."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import estimator_checks_generator

import labstudio.onnx
from labstudio.automl import AutoMLClassifier, AutoMLRegressor, AutoMLSettings, fit
from labstudio.automl.evaluation import WARM_MODULES
from labstudio.compute import LocalWorkers
from labstudio.errors import Conflict, Invalid

pytestmark = pytest.mark.core
QUICK: dict[str, Any] = {"trials": 2, "learners": ["baseline", "linear"], "folds": 2, "threads": 1}
FEATURES = ["age", "rooms", "garden", "city"]


@pytest.fixture(scope="module", autouse=True)
def one_worker() -> Iterator[None]:
    """One warm worker in place of one for every `fit`."""
    with LocalWorkers(1, threads=1) as workers, pytest.MonkeyPatch.context() as patch:
        workers.warm(WARM_MODULES)
        patch.setattr(
            "labstudio.automl.estimators.fit", lambda *a, **k: fit(*a, **{**k, "executor": workers})
        )
        yield


def expected_failures(estimator: Any) -> dict[str, str]:
    failures = {
        "check_sample_weight_equivalence_on_dense_data": "folds and hold-out are drawn from rows: "
        "a row that stands there twice is not one of weight 2",
    }
    if isinstance(estimator, AutoMLClassifier):
        failures["check_class_weight_classifiers"] = (
            "class weights are none or balanced, as everywhere in the studio; "
            "others are told by sample_weight"
        )
    return failures


def named(one: Any) -> str:
    return one.func.__name__ if hasattr(one, "func") else type(one).__name__


def checks() -> Iterator[Any]:
    for estimator in (AutoMLClassifier(**QUICK), AutoMLRegressor(**QUICK)):
        failures = expected_failures(estimator)
        for check in estimator_checks_generator(estimator, expected_failed_checks=failures, mark="xfail"):
            if "check_array_api_input" not in repr(check):  # which runs in a SciPy that is set up for it
                yield check


@pytest.mark.parametrize(("estimator", "check"), list(checks()), ids=named)
def test_scikit_learns_own_check(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("kind", [AutoMLClassifier, AutoMLRegressor])
def test_the_parameters_are_those_of_the_settings(kind: type) -> None:
    told = inspect.signature(kind).parameters
    elsewhere = {"task", "weight", "scorer"}
    assert set(told) == set(AutoMLSettings.model_fields) - elsewhere
    for name, default in AutoMLSettings():
        if name not in elsewhere:
            assert told[name].default == (default if default not in ([], {}) else None), name


def test_it_gives_what_fit_gives(mixed: pd.DataFrame, tmp_path: Path) -> None:
    X, y = mixed[FEATURES], mixed["band"]
    model = AutoMLClassifier(**QUICK, seed=3).fit(X, y)
    assert model.result_.task == "multiclass"
    assert model.feature_names_in_.tolist() == FEATURES
    assert model.classes_.tolist() == [0, 1, 2]
    frame = X.assign(target=y)
    same = fit(frame, "target", AutoMLSettings(**QUICK, seed=3, task="multiclass"))
    assert same.model.sha256 == model.result_.model.sha256
    exported = labstudio.onnx.load(model.export(tmp_path / "band.onnx"))
    np.testing.assert_allclose(exported.predict_proba(X), model.predict_proba(X), atol=1e-9)
    assert exported.predict(X).tolist() == model.predict(X).tolist()


def test_labels_come_back_as_they_were(mixed: pd.DataFrame) -> None:
    for labels in ([0, 1], ["no", "yes"], [False, True], [2**60, 2**60 + 1]):
        y = np.asarray(labels)[(mixed["sold"] == "yes").to_numpy().astype(int)]
        model = AutoMLClassifier(**QUICK, positive=labels[0]).fit(mixed[FEATURES], y)
        assert model.classes_.tolist() == labels[::-1]
        assert model.classes_.dtype == y.dtype
        assert model.score(mixed[FEATURES], y) > 0.9
    floats = np.where(mixed["sold"] == "yes", 2.0, 1.0)
    assert set(AutoMLClassifier(**QUICK).fit(mixed[FEATURES], floats).predict(mixed[FEATURES])) == {1.0, 2.0}


def test_rows_of_weight_zero_do_not_count(mixed: pd.DataFrame) -> None:
    y = mixed["age"].fillna(40.0)
    lie, truth = y.copy(), np.ones(len(y))
    lie[::3], truth[::3] = -1000.0, 0.0
    model = AutoMLRegressor(**QUICK).fit(mixed[["age", "rooms"]], lie, sample_weight=truth)
    assert model.score(mixed[["age", "rooms"]], y) > 0.9


def test_an_array_with_gaps_is_welcome_and_a_sparse_one_is_refused(mixed: pd.DataFrame) -> None:
    from scipy.sparse import csr_array

    X = mixed[["age", "rooms"]].to_numpy()
    model = AutoMLRegressor(**QUICK).fit(X, mixed["price"])
    assert list(model.result_.schema.names) == ["x0", "x1"]
    assert np.isfinite(model.predict(X)).all()
    with pytest.raises(TypeError, match="Sparse data was passed for X, but dense data is required"):
        AutoMLRegressor(**QUICK).fit(csr_array(X), mixed["price"])


def test_what_cannot_be_used_gets_a_sentence_that_is_a_value_error(mixed: pd.DataFrame) -> None:
    X, y = mixed[FEATURES], mixed["sold"]
    for model, sentence in (
        (AutoMLClassifier(budget=-1), "budget must be"),
        (AutoMLClassifier(**QUICK, group="town"), "there is no column 'town'"),
        (AutoMLClassifier(trials=1, metric="rmse"), "'rmse' does not fit a binary task"),
    ):
        with pytest.raises(ValueError, match=sentence) as caught:
            model.fit(X, y)
        assert isinstance(caught.value, Invalid)
    with pytest.raises(ValueError, match="one class only, no"):
        AutoMLClassifier(**QUICK).fit(X[y == "no"], y[y == "no"])


def test_a_metric_of_ones_own_and_scikit_learns_tools(mixed: pd.DataFrame) -> None:
    def hits(truth: np.ndarray, labels: np.ndarray) -> float:
        return float((truth == labels).mean())

    model = AutoMLClassifier(**QUICK, metric=hits)
    assert clone(model).get_params()["metric"] is hits
    assert cross_val_score(model, mixed[FEATURES], mixed["sold"], cv=2).min() > 0.9
    assert model.fit(mixed[FEATURES], mixed["sold"]).result_.metric == "hits"


def test_a_stored_estimator_predicts_the_same_and_keeps_no_rows(mixed: pd.DataFrame) -> None:
    X = mixed[FEATURES].assign(city=[f"secret {i % 9}" if i % 9 else "town" for i in range(len(mixed))])
    model = AutoMLRegressor(**QUICK, exclude=["city"]).fit(X, mixed["price"])
    stored = pickle.dumps(model)
    again = pickle.loads(stored)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert b"secret" not in stored
    with pytest.raises(Conflict, match="does not keep the table"):
        again.result_.export(0)
    assert model.result_.export(0).certificate.passed


def test_only_a_number_of_trials_makes_it_deterministic() -> None:
    assert not get_tags(AutoMLRegressor(trials=3)).non_deterministic
    assert get_tags(AutoMLRegressor()).non_deterministic
    assert get_tags(AutoMLRegressor(trials=3, budget=10)).non_deterministic
