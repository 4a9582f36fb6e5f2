"""The small neural network: its graph, its time, and what it learns."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from learning import CLASSES, fitted, same
from threadpoolctl import threadpool_info

from labstudio.automl.learners.mlp import MLP

pytestmark = pytest.mark.core

TASKS = list(CLASSES)
QUICK = {"epochs": 5.0, "hidden": [16, 8]}


def table(seed, task, count=300):
    """Features as the linear view gives them: standardised numbers, whole ones, and a one-hot pair."""
    random = np.random.default_rng(seed)
    flag = random.integers(0, 2, count)
    X = np.column_stack(
        [np.clip(random.normal(size=(count, 2)), -4, 4), random.integers(-3, 4, count), flag, 1 - flag]
    ).astype(float)
    score = np.sin(2 * X[:, 0]) + np.abs(X[:, 1]) * flag + 0.1 * random.normal(size=count)
    y = {"binary": (score > 0.5) * 1, "multiclass": np.digitize(score, [0, 0.5, 1]), "regression": score}[
        task
    ]
    return X, y


def mlp(X, y, task, **how):
    return fitted("mlp", X, y, task, categorical=(), **how)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("seed", range(3))
def test_the_graph_says_the_same(task, seed):
    X, y = table(seed, task)
    learner = mlp(X, y, task, params=QUICK, validation=table(9, task), seed=seed)
    same(learner, np.concatenate([X, np.nextafter(X, 9), np.full((1, 5), 4.0), np.full((1, 5), -4.0)]), task)


@pytest.mark.parametrize("present", [[0, 3], [2], [0, 1, 3]])
def test_classes_that_a_fold_lacks_keep_their_column(present):
    X, _ = table(2, "multiclass")
    y = np.random.default_rng(0).choice(present, len(X))
    learner = mlp(X, y, "multiclass", params=QUICK, validation=table(3, "multiclass"))
    same(learner, X, "multiclass")
    assert set(learner.predict(X).argmax(axis=1)) <= set(present)


@pytest.mark.parametrize("task", TASKS)
def test_tiny_tables_and_constant_ones_are_fitted(task):
    for X, y in [
        (np.array([[-1.0], [1.0]]), np.array([0, 1])),
        (np.array([[0.5], [0.0], [0.1]]), np.array([1, 1, 1])),
        (np.zeros((4, 2)), np.array([0, 1, 0, 1])),
        (np.array([[1e-310, 1.0], [2e-310, 0.0], [0.0, 1.0], [3e-310, 0.0]]), np.array([0, 1, 0, 1])),
    ]:
        learner = mlp(X, y.astype(float), task, validation=(X, y.astype(float)))
        same(learner, X, task)


def test_it_learns_what_no_line_can_follow():
    X, y = table(0, "regression", 2_000)
    held, truth = table(1, "regression", 1_000)
    learner = mlp(X, y, "regression", validation=table(2, "regression"))
    assert np.mean((learner.predict(held) - truth) ** 2) < 0.1 * truth.var()


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e12, 1e300])
def test_targets_of_any_size_are_learned_alike(size):
    X, y = table(0, "regression")
    learner = mlp(X, y * size, "regression", params=QUICK, validation=(X, y * size))
    plain = mlp(X, y, "regression", params=QUICK, validation=(X, y))
    np.testing.assert_allclose(learner.predict(X) / size, plain.predict(X), rtol=1e-3, atol=1e-3)


def test_each_loss_leads_to_its_own_middle():
    X = np.zeros((2_000, 1))
    X[:, 0] = np.random.default_rng(1).normal(size=2_000)
    y = np.random.default_rng(0).exponential(size=2_000)
    kinds = {
        "mean": {"loss": "squared"},
        "median": {"loss": "absolute"},
        "ninth tenth": {"loss": "quantile", "quantile": 0.9},
    }
    params = {"space": "plain", "epochs": 40.0}
    found = {
        name: mlp(X, y, "regression", params=params, validation=(X, y), **how).predict(X).mean()
        for name, how in kinds.items()
    }
    wanted = {"mean": y.mean(), "median": np.median(y), "ninth tenth": np.quantile(y, 0.9)}
    assert found == pytest.approx(wanted, rel=0.1)


def test_rows_without_weight_teach_nothing():
    X, y = table(0, "binary", 600)
    lies = np.arange(600) % 2 == 0
    taught = np.where(lies, 1 - y, y)
    learner = mlp(X, taught, "binary", weights=(~lies).astype(float))
    assert np.mean(learner.predict(X).argmax(axis=1) == y) > 0.85


def test_validation_rows_without_weight_do_not_judge():
    X, y = table(0, "regression")
    judges = np.concatenate([X, X]), np.concatenate([y, -100 * y])
    some = mlp(
        X, y, "regression", params=QUICK, validation=judges, validation_weights=np.repeat([1.0, 0.0], 300)
    )
    alone = mlp(X, y, "regression", params=QUICK, validation=(X, y))
    np.testing.assert_allclose(some.predict(X), alone.predict(X))


@pytest.mark.parametrize("seconds", [-1.0, 0.5])
def test_training_ends_with_the_time_and_still_answers(seconds):
    X, y = table(0, "regression", 20_000)
    began = time.time()
    learner = mlp(X, y, "regression", params={"epochs": 1e4}, validation=(X, y), deadline=began + seconds)
    assert time.time() - began < max(0.0, seconds) + 2
    error = np.mean((learner.predict(X) - y) ** 2)
    assert error < (0.2 if seconds > 0 else 1.2) * y.var()
    assert learner.refit_params()["epochs"] < 1e4


def test_a_deadline_that_is_far_away_changes_nothing():
    X, y = table(0, "multiclass")
    how = {"params": QUICK, "validation": (X, y), "seed": 3}
    hurried, easy = mlp(X, y, "multiclass", deadline=time.time() + 1e6, **how), mlp(X, y, "multiclass", **how)
    np.testing.assert_array_equal(hurried.predict(X), easy.predict(X))


def test_the_same_seed_gives_the_same_bits_also_beside_another_fit_and_after_pickling():
    X, y = table(0, "binary", 1_000)
    with ThreadPoolExecutor(2) as threads:
        one, two, other = threads.map(lambda seed: mlp(X, y, "binary", params=QUICK, seed=seed), [5, 5, 6])
    np.testing.assert_array_equal(one.predict(X), pickle.loads(pickle.dumps(two)).predict(X))
    assert not np.array_equal(one.predict(X), other.predict(X))


def test_threads_of_linear_algebra_are_given_back():
    before = [pool["num_threads"] for pool in threadpool_info()]
    X, y = table(0, "binary")
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda seed: mlp(X, y, "binary", params=QUICK, seed=seed), range(6)))
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_a_wide_table_gives_a_small_model():
    X = np.random.default_rng(0).normal(size=(60, 3_000))
    learner = mlp(X, X[:, 0], "regression", params={"epochs": 1.0})
    assert learner.network.layers[0][0].dtype == np.float32
    assert len(pickle.dumps(learner)) < 1_000_000
    same(learner, X[:5], "regression")


def test_what_optuna_proposes_can_be_fitted():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for task in TASKS:
        X, y = table(0, task)
        asked = optuna.create_study().ask()
        learner = mlp(X, y, task, params={**MLP.suggest(asked, task, len(X)), "epochs": 1.0})
        same(learner, X, task)
