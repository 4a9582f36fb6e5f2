"""XGBoost: exact graphs, and what it itself says, where it is installed."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest
from learning import CLASSES, fitted, hostile, mixed, run, same

pytest.importorskip("xgboost")

TASKS = list(CLASSES)
SMALL = {"rounds": 12}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("extra", [{}, {"max_cat_to_onehot": 1}])
@pytest.mark.parametrize("seed", range(2))
def test_boosting_is_exact_and_close_to_what_xgboost_adds_up_itself(task, extra, seed):
    X, y = mixed(seed, task)
    learner = fitted("xgboost", X, y, task, params={**SMALL, **extra}, seed=seed)
    same(learner, hostile(learner, X, seed), task)
    own = learner.booster.predict(learner._data(X))
    if task == "regression":
        own = learner.target.from_unit(own.astype(float))
    elif task == "binary":
        own = np.column_stack([1 - own, own])
    np.testing.assert_allclose(learner.predict(X), own, atol=1e-5)


@pytest.mark.parametrize("present", [[0, 3], [2], [0, 1, 3]])
def test_classes_that_a_fold_lacks_keep_their_column(present):
    X, _ = mixed(2, "multiclass")
    y = np.random.default_rng(0).choice(present, len(X))
    learner = fitted("xgboost", X, y, "multiclass", params=SMALL)
    same(learner, X, "multiclass")
    assert set(learner.predict(X).argmax(axis=1)) <= set(present)


@pytest.mark.parametrize("task", TASKS)
def test_tiny_tables_and_constant_targets_are_fitted(task):
    for X, y in [
        (np.array([[1.0], [2.0]]), np.array([0.0, 1.0])),
        (np.array([[1.0], [np.nan], [3.0]]), np.ones(3)),
        (np.full((4, 2), np.nan), np.array([0.0, 1.0, 0.0, 1.0])),
    ]:
        same(fitted("xgboost", X, y, task, params=SMALL, categorical=()), X, task)


@pytest.mark.parametrize("loss", ["absolute", "quantile"])
def test_values_may_be_fitted_by_other_losses(loss):
    X, y = mixed(5, "regression", 1_000)
    learner = fitted("xgboost", X, y, "regression", params={"rounds": 60}, loss=loss, quantile=0.9)
    same(learner, X, "regression")
    below = np.mean(y <= learner.predict(X))
    assert (0.4 < below < 0.6) if loss == "absolute" else (0.8 < below < 0.98)


def test_constraints_and_weights_count():
    X, y = mixed(6, "regression")
    wrong = np.arange(len(X)) % 2 == 0
    y = np.where(wrong, 1e3, y)
    learner = fitted("xgboost", X, y, "regression", weights=1.0 - wrong, params=SMALL, monotone={0: 1})
    same(learner, X, "regression", 1e-9)
    rows = np.repeat(X[:1], 50, axis=0)
    rows[:, 0] = np.linspace(-3, 3, 50)
    assert (np.diff(learner.predict(rows)) >= -1e-9).all()


def test_boosting_keeps_its_best_round_and_to_its_deadline():
    X, y = mixed(3, "regression", 3_000)
    held = mixed(4, "regression")
    learner = fitted("xgboost", X, y, "regression", params={"rounds": 500, "patience": 10}, validation=held)
    assert 1 <= learner.rounds < 490
    assert len(learner._fields()) == learner.rounds == learner.refit_params()["rounds"]
    began = time.time()
    learner = fitted("xgboost", X, y, "regression", params={"rounds": 10**6}, deadline=began + 0.5)
    assert time.time() - began < 10
    assert 1 <= learner.rounds < 10**6


@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_gives_the_same_bytes_also_after_pickling(task):
    X, y = mixed(8, task)
    params = {**SMALL, "subsample": 0.5}
    one, two = (fitted("xgboost", X, y, task, params=params, seed=5) for _ in range(2))
    again = pickle.loads(pickle.dumps(two))
    np.testing.assert_array_equal(one.predict(X), again.predict(X))
    found = [run(learner.emit, X, CLASSES[task] or None) for learner in (one, again)]
    np.testing.assert_array_equal(*found)
