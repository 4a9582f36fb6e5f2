"""One small tree: exact, and told node by node."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from learning import CLASSES, fitted, hostile, mixed, same

from labstudio.automl.learners.forest import as_single

pytestmark = pytest.mark.core

TASKS = list(CLASSES)


def walk(nodes, row):
    """Follow one row down to its leaf."""
    node = nodes[0]
    while "feature" in node:
        value = row[node["feature"]]
        left = node["missing_left"] if np.isnan(value) else value <= node["threshold"]
        node = nodes[node["left" if left else "right"]]
    return node["answer"]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("seed", range(3))
def test_a_tree_is_exact_and_its_nodes_tell_the_same(task, seed):
    X, y = mixed(seed, task)
    learner = fitted("tree", X, y, task)
    asked = hostile(learner, X, seed)
    same(learner, asked, task)
    nodes = learner.nodes()
    assert len(nodes) <= 31
    assert nodes[0]["rows"] == len(X)
    answers = np.array([walk(nodes, row) for row in as_single(asked).astype(float)])
    np.testing.assert_allclose(answers, learner.predict(asked), atol=1e-12)


@pytest.mark.parametrize("present", [[0, 3], [2]])
def test_classes_that_a_fold_lacks_keep_their_place(present):
    X, _ = mixed(2, "multiclass")
    y = np.random.default_rng(0).choice(present, len(X))
    learner = fitted("tree", X, y, "multiclass")
    same(learner, X, "multiclass")
    assert all(len(node["answer"]) == 4 for node in learner.nodes())


@pytest.mark.parametrize("task", TASKS)
def test_tiny_tables_and_constant_targets_are_fitted(task):
    for X, y in [
        (np.array([[1.0], [2.0]]), np.array([0.0, 1.0])),
        (np.array([[1.0], [np.nan], [3.0]]), np.ones(3)),
    ]:
        same(fitted("tree", X, y, task, categorical=()), X, task)


def test_weights_count_and_a_seed_gives_the_same_tree_also_after_pickling():
    X, y = mixed(3, "regression")
    wrong = np.arange(len(X)) % 2 == 0
    one, two = (
        fitted("tree", X, np.where(wrong, 1e3, y), "regression", weights=1.0 - wrong) for _ in range(2)
    )
    assert one.predict(X).max() < 100
    assert pickle.loads(pickle.dumps(one)).nodes() == two.nodes()
