"""Histogram gradient boosting: exact graphs, native categories, and time kept."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest
from learning import CLASSES, fitted, hostile, mixed, run, same

pytestmark = pytest.mark.core

TASKS = list(CLASSES)
SMALL = {"rounds": 12, "min_samples_leaf": 2}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("seed", range(4))
def test_boosting_is_exact_down_to_one_ulp_beside_each_threshold(task, seed):
    X, y = mixed(seed, task)
    learner = fitted("histogram", X, y, task, params=SMALL, categorical=(3,), seed=seed)
    same(learner, hostile(learner, X, seed), task)


@pytest.mark.parametrize("task", TASKS)
def test_categories_among_numbers_missing_in_training_or_only_later(task):
    X, y = mixed(1, task)
    X[:, 1] = X[:, 3] // 7  # a second one, with gaps in a third of the rows
    X[::3, 1] = np.nan
    learner = fitted("histogram", X, y, task, params=SMALL, categorical=(1, 3))
    later = X.copy()
    later[:, [1, 3]] = later[::-1, [3, 1]]
    later[::5, 3] = np.nan
    same(learner, np.concatenate([X, later]), task)


@pytest.mark.parametrize("width", [1, 2])
def test_a_table_of_categories_alone_and_one_of_too_many(width):
    random = np.random.default_rng(0)
    X = random.integers(-1, 400 if width == 1 else 9, size=(2_000, width)).astype(float)
    y = (X[:, 0] % 3) + random.normal(size=2_000)
    learner = fitted("histogram", X, y, "regression", params=SMALL, categorical=tuple(range(width)))
    same(learner, np.concatenate([X, X + 5, -X]), "regression")


@pytest.mark.parametrize("present", [[0, 3], [2], [0, 1, 3]])
def test_classes_that_a_fold_lacks_keep_their_column(present):
    X, _ = mixed(2, "multiclass")
    y = np.random.default_rng(0).choice(present, len(X))
    held = (X, np.random.default_rng(1).choice(4, len(X)))
    learner = fitted("histogram", X, y, "multiclass", params=SMALL, validation=held)
    same(learner, X, "multiclass")
    assert set(learner.predict(X).argmax(axis=1)) <= set(present)


@pytest.mark.parametrize("task", TASKS)
def test_tiny_tables_and_constant_targets_are_fitted(task):
    for X, y in [
        (np.array([[1.0], [2.0]]), np.array([0, 1])),
        (np.array([[1.0], [np.nan], [3.0]]), np.array([1, 1, 1])),
        (np.full((4, 2), np.nan), np.array([0, 1, 0, 1])),
    ]:
        for categorical in [(), (0,)]:
            learner = fitted("histogram", X, y.astype(float), task, params=SMALL, categorical=categorical)
            same(learner, X, task)


@pytest.mark.parametrize("task", TASKS)
def test_boosting_keeps_its_best_round(task):
    X, y = mixed(3, task)
    held_X, held_y = mixed(4, task)
    learner = fitted(
        "histogram", X, y, task, params={"rounds": 400, "patience": 10}, validation=(held_X, held_y)
    )
    assert 1 <= learner.rounds < 390
    assert learner.refit_params()["rounds"] == learner.rounds == len(learner.model._predictors)
    scores = learner.model.validation_score_
    assert scores[learner.rounds] == scores[1:].max()
    same(learner, held_X, task)


@pytest.mark.parametrize("loss", ["absolute", "quantile"])
def test_values_may_be_fitted_by_other_losses(loss):
    X, y = mixed(5, "regression", 1_000)
    learner = fitted("histogram", X, y, "regression", params={"rounds": 60}, loss=loss, quantile=0.9)
    same(learner, X, "regression")
    below = np.mean(y <= learner.predict(X))
    assert (0.4 < below < 0.6) if loss == "absolute" else (0.85 < below < 0.95)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_monotone_constraints_hold(task):
    X, y = mixed(6, task)
    learner = fitted("histogram", X, y, task, params=SMALL, monotone={0: 1, 2: -1})
    same(learner, hostile(learner, X), task)
    for feature, sign in ((0, 1), (2, -1)):
        rows = np.repeat(X[:1], 50, axis=0)
        rows[:, feature] = np.linspace(-3, 3, 50)
        said = learner.predict(rows)
        assert (sign * np.diff(said if task == "regression" else said[:, 1]) >= -1e-12).all()


def test_rows_that_weigh_nothing_teach_nothing():
    X, y = mixed(5, "regression")
    wrong = np.arange(len(X)) % 2 == 0
    learner = fitted(
        "histogram", X, np.where(wrong, 1e3, y), "regression", weights=1.0 - wrong, params={"rounds": 50}
    )
    assert learner.predict(X).max() < 100


def test_boosting_keeps_to_its_deadline():
    X, y = mixed(7, "regression", 3_000)
    began = time.time()
    learner = fitted("histogram", X, y, "regression", params={"rounds": 10**6}, deadline=began + 0.5)
    assert time.time() - began < 5
    assert 1 <= learner.rounds < 10**6


@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_gives_the_same_bytes_also_after_pickling(task):
    X, y = mixed(8, task)
    params = {**SMALL, "max_features": 0.5}
    one, two = (fitted("histogram", X, y, task, params=params, seed=5) for _ in range(2))
    again = pickle.loads(pickle.dumps(two))
    np.testing.assert_array_equal(one.predict(X), again.predict(X))
    found = [run(learner.emit, X, CLASSES[task] or None) for learner in (one, again)]
    np.testing.assert_array_equal(*found)
