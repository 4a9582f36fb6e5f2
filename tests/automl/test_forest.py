"""Forests: exact graphs, small merged forests, and time kept."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest
from learning import CLASSES, fitted, hostile, mixed, run, same

from labstudio.automl.learners.forest import MERGED_LEAVES, ExtraTrees

pytestmark = pytest.mark.core

FORESTS = ["extra_trees", "random_forest"]
TASKS = list(CLASSES)
SMALL = {"trees": 7, "leaves": 60}


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("seed", range(3))
def test_a_forest_is_exact_down_to_one_ulp_beside_each_threshold(name, task, seed):
    X, y = mixed(seed, task)
    learner = fitted(name, X, y, task, params=SMALL, seed=seed)
    same(learner, hostile(learner, X, seed), task)


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("task", TASKS)
def test_missing_values_that_were_never_trained_on_are_answered_alike(name, task):
    X, y = mixed(1, task)
    learner = fitted(name, np.nan_to_num(X), y, task, params=SMALL)
    same(learner, X, task)


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("present", [[0, 3], [2], [0, 1, 3], [1, 2, 3, 0]])
def test_classes_that_a_fold_lacks_keep_their_column(name, present):
    X, _ = mixed(2, "multiclass")
    y = np.random.default_rng(0).choice(present, len(X))
    learner = fitted(name, X, y, "multiclass", params=SMALL)
    same(learner, X, "multiclass")
    assert set(learner.predict(X).argmax(axis=1)) <= set(present)


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("task", TASKS)
def test_tiny_tables_and_constant_targets_are_fitted(name, task):
    for X, y in [
        (np.array([[1.0], [2.0]]), np.array([0, 1])),
        (np.array([[1.0], [np.nan], [3.0]]), np.array([1, 1, 1])),
        (np.full((4, 2), np.nan), np.array([0, 1, 0, 1])),
    ]:
        same(fitted(name, X, y.astype(float), task, params=SMALL, categorical=()), X, task)


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("task", TASKS)
def test_a_merged_forest_says_the_mean_of_its_folds(name, task):
    X, y = mixed(3, task)
    keep = [np.arange(len(X)) % 4 != fold for fold in range(4)]
    if task != "regression":  # one fold lacks a class
        keep[0] &= y != 1
    models = [fitted(name, X[rows], y[rows], task, params=SMALL, seed=i) for i, rows in enumerate(keep)]
    merged = ExtraTrees.merge(models)
    np.testing.assert_allclose(merged.predict(X), np.mean([m.predict(X) for m in models], axis=0), atol=1e-12)
    same(merged, hostile(merged, X), task)


def test_what_is_kept_of_forests_that_are_merged_stays_small():
    random = np.random.default_rng(0)
    X = random.normal(size=(3_000, 4))
    models = [fitted("extra_trees", X, random.normal(size=3_000), "regression", seed=i) for i in range(4)]
    whole = len(models[0].parts[0][0].estimators_)
    merged = ExtraTrees.merge([model.part(4) for model in models])
    trees = [tree.tree_ for model, _ in merged.parts for tree in model.estimators_]
    assert 50 <= len(trees) < 4 * whole
    assert sum(tree.n_leaves for tree in trees) <= max(MERGED_LEAVES, 84 * 2000)
    assert len(models[0].parts[0][0].estimators_) == whole
    same(merged, X[:50], "regression")


def test_leaves_that_say_many_numbers_are_looked_up_in_a_small_file():
    random = np.random.default_rng(0)
    X = random.normal(size=(2_000, 4))
    y = random.integers(0, 26, 2_000)
    from labstudio.automl.learners import Fitting
    from labstudio.onnx.graph import Graph
    from labstudio.schema import Column

    how = Fitting(task="multiclass", classes_count=26, params={"trees": 20, "leaves": 300})
    learner = ExtraTrees().fit(X, y, how)
    graph = Graph([Column("x", "number", "number", "x")])
    learner.emit(graph, "x")
    size = len(graph.build({}))
    assert size < 20 * 300 * (36 + 26)
    assert learner.size() == pytest.approx(size, rel=0.2)
    np.testing.assert_allclose(run(learner.emit, X, 26), learner.predict(X), atol=1e-12)


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_monotone_constraints_hold_also_with_missing_values(name, task):
    X, y = mixed(4, task)
    learner = fitted(name, X, y, task, params=SMALL, monotone={0: 1, 2: -1})
    same(learner, hostile(learner, X), task)
    for feature, sign in ((0, 1), (2, -1)):
        rows = np.repeat(X[:1], 50, axis=0)
        rows[:, feature] = np.linspace(-3, 3, 50)
        said = learner.predict(rows)
        steps = np.diff(said if task == "regression" else said[:, 1])
        assert (sign * steps >= -1e-12).all()
    assert ExtraTrees.merge([learner, learner]) is None


@pytest.mark.parametrize("name", FORESTS)
def test_rows_that_weigh_nothing_teach_nothing(name):
    X, y = mixed(5, "regression")
    wrong = np.arange(len(X)) % 2 == 0
    learner = fitted(name, X, np.where(wrong, 1e3, y), "regression", weights=1.0 - wrong, params={"trees": 9})
    assert learner.predict(X).max() < 100


@pytest.mark.parametrize("name", FORESTS)
def test_a_forest_keeps_to_its_deadline(name):
    X, y = mixed(6, "regression", 5_000)
    began = time.time()
    learner = fitted(name, X, y, "regression", params={"trees": 100_000}, deadline=began + 0.5)
    assert time.time() - began < 5
    assert 1 <= learner.refit_params()["trees"] < 100_000


@pytest.mark.parametrize("name", FORESTS)
@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_gives_the_same_bytes_with_any_number_of_threads(name, task):
    X, y = mixed(7, task)
    one, two = (fitted(name, X, y, task, params=SMALL, seed=5, threads=n) for n in (1, 2))
    again = pickle.loads(pickle.dumps(two))
    np.testing.assert_array_equal(one.predict(X), again.predict(X))
    np.testing.assert_array_equal(
        run(one.emit, X, CLASSES[task] or None), run(again.emit, X, CLASSES[task] or None)
    )
