"""Learners: what they predict is the library's, and their graphs say the same."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from importlib.util import find_spec

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labstudio.automl.learners import LEARNERS, Fitting
from labstudio.automl.learners.lightgbm import read_trees
from labstudio.automl.learners.target import Target
from labstudio.onnx.graph import Graph, described
from labstudio.onnx.model import load
from labstudio.onnx.trees import LT, Tree, emit_trees
from labstudio.schema import Column, Schema

pytestmark = pytest.mark.core


def asked(emit, X, width=None):
    """A function that runs a learner's graph on features."""
    columns = [Column(f"f{i}", "number", "number", f"f{i}") for i in range(X.shape[1])]
    graph = Graph(columns)
    joined = graph.node("Concat", [column.input for column in columns], axis=1)
    graph.output("value", emit(graph, joined), "double", [None, width] if width else [None])
    model = load(graph.build(described(Schema(tuple(columns)), "regression", None)))
    feed = {f"f{i}": X[:, [i]] for i in range(X.shape[1])}
    return lambda: model._session.run(["value"], feed)[0]


def run(emit, X, width=None):
    return asked(emit, X, width)()


def rows(seed, count=300):
    """Two numbers with gaps, one number without, one code of a category."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(count, 4))
    X[random.random(X.shape) < 0.1] = np.nan
    X[:, 2] = np.round(random.normal(size=count), 1)
    X[:, 3] = random.integers(-1, 40, count)
    score = np.nan_to_num(X[:, 0]) + X[:, 2] + np.isin(X[:, 3], [3, 5, 31, 32, 39])
    return X, score


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize(
    "extra", [{}, {"extra_trees": True, "max_cat_to_onehot": 1}, {"zero_as_missing": True}]
)
def test_lightgbm_is_exact_down_to_one_ulp_beside_each_threshold(seed, task, extra):
    X, score = rows(seed)
    y = {"binary": (score > 0.5) * 1, "multiclass": np.digitize(score, [0, 1]), "regression": score}[task]
    count = {"binary": 2, "multiclass": 3, "regression": 0}[task]
    params = {"rounds": 15, "min_data_in_leaf": 3, "min_data_per_group": 3, "cat_smooth": 1, **extra}
    learner = LEARNERS["lightgbm"]().fit(
        X, y, Fitting(task=task, params=params, classes_count=count, categorical=(3,))
    )
    hostile = [X, np.full((1, 4), np.nan), np.array([[0.0, -0.0, 0.0, 99.0], [1e300, -1e308, 1e308, 2.0]])]
    for feature, thresholds in learner.splits().items():
        for split in thresholds[:40]:
            near = X[np.random.default_rng(seed).integers(0, len(X), 3)].copy()
            near[:, feature] = [split, np.nextafter(split, -np.inf), np.nextafter(split, np.inf)]
            hostile.append(near)
    asked = np.concatenate(hostile)
    found = run(learner.emit, asked, count or None)
    direct = lightgbm.Booster(model_str=learner.texts[0]).predict(asked)
    if task == "regression":
        values = (direct * learner.target.scale + learner.target.centre) * learner.target.unit
        wanted = np.clip(values, y.min(), y.max())
    else:
        wanted = np.column_stack([1 - direct, direct]) if task == "binary" else direct
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    np.testing.assert_allclose(learner.predict(asked), wanted, rtol=0, atol=1e-12)


def test_lightgbm_text_keeps_every_threshold_bit_by_bit():
    X, score = rows(9)
    params = {"rounds": 30, "verbose": -1, "objective": "regression", "min_data_in_leaf": 2}
    booster = lightgbm.train(params, lightgbm.Dataset(X, score), 30)
    trees, _ = read_trees(booster.model_to_string())
    random = np.random.default_rng(0)
    for tree in trees[:10]:
        for feature, split in zip(tree.feature, tree.threshold, strict=True):
            near = np.repeat(X[random.integers(0, len(X), 20)], 3, axis=0)
            near[:, feature] = np.tile([split, np.nextafter(split, -np.inf), np.nextafter(split, np.inf)], 20)
            again = lightgbm.Booster(model_str=booster.model_to_string())
            np.testing.assert_array_equal(booster.predict(near), again.predict(near))
            break


def test_a_lightgbm_that_learned_nothing_still_has_a_graph():
    X = np.ones((5, 2))
    learner = LEARNERS["lightgbm"]().fit(X, np.arange(5.0), Fitting(task="regression"))
    np.testing.assert_array_equal(run(learner.emit, X), learner.predict(X))


@pytest.mark.parametrize("name", ["linear", "lightgbm", "baseline"])
@pytest.mark.parametrize("present", [[0, 2], [1], [0, 1, 2]])
def test_classes_that_a_fold_lacks_keep_their_column(name, present):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(60, 3)), random.choice(present, 60)
    learner = LEARNERS[name]().fit(X, y, Fitting(task="multiclass", classes_count=3, params={}))
    found = learner.predict(X)
    assert found.shape == (60, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(run(learner.emit, X, 3), found, atol=1e-12)
    assert set(found.argmax(axis=1)) <= set(present)


@pytest.mark.parametrize("name", ["baseline", "linear", "lightgbm"])
@pytest.mark.parametrize("size", [1e-300, 1e-12, 1.0, 1e12, 1e300])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_targets_of_any_size_are_learned_as_well_as_others(name, size, offset):
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 2))
    plain = X[:, 0] + offset
    with np.errstate(over="ignore"):
        y = plain * size
    if not np.isfinite(y).all():
        pytest.skip("beyond doubles")
    learner = LEARNERS[name]().fit(X, y, Fitting(task="regression", params={}))
    found, again = learner.predict(X), run(learner.emit, X)
    np.testing.assert_allclose(again, found, rtol=1e-12)
    if name != "baseline":
        assert np.corrcoef(found / size, plain)[0, 1] > 0.98


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=10),
    st.sampled_from(["plain", "log", "auto"]),
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=10),
)
def test_targets_go_there_and_back_and_never_leave_the_training_range(y, space, predicted):
    y, predicted = np.array(y), np.array(predicted)
    target = Target(space).fit(y)
    unit = target.to_unit(y)
    assert np.isfinite(unit).all()
    back = target.from_unit(unit)
    assert (back >= y.min()).all()
    assert (back <= y.max()).all()
    size = np.maximum(np.abs(y), 0 if target.log else y.std() if np.isfinite(y.std()) else np.abs(y).max())
    np.testing.assert_allclose(back, y, rtol=1e-9, atol=1e-12 * size.max() + 1e-300)
    found = run(
        lambda graph, X: graph.node("Squeeze", [target.emit(graph, X), graph.constant([1])]),
        predicted[:, None],
    )
    wanted = target.from_unit(predicted)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12 * np.abs(y).max() + 1e-300)


def test_lightgbm_stops_at_its_best_round_and_says_how_many():
    X, score = rows(1)
    random = np.random.default_rng(1)
    y, held_y = score + random.normal(size=300), score + random.normal(size=300)
    learner = LEARNERS["lightgbm"]().fit(
        X, y, Fitting(task="regression", params={"rounds": 500, "patience": 10}, validation=(X, held_y))
    )
    assert 1 <= learner.rounds < 490
    assert len(read_trees(learner.texts[0])[0]) == learner.rounds == learner.refit_params()["rounds"]


def test_lightgbm_keeps_to_its_deadline():
    X, score = rows(2, 3_000)
    began = time.time()
    learner = LEARNERS["lightgbm"]().fit(
        X, score, Fitting(task="regression", params={"rounds": 10**6}, deadline=began + 0.5)
    )
    assert time.time() - began < 5
    assert learner.rounds >= 1


@pytest.mark.parametrize("name", ["baseline", "linear", "lightgbm"])
def test_the_same_seed_gives_the_same_model_also_after_pickling(name):
    X, score = rows(3)
    X = np.nan_to_num(X)
    params = {"bagging_fraction": 0.5, "bagging_freq": 1} if name == "lightgbm" else {}
    one, two = (
        LEARNERS[name]().fit(X, score, Fitting(task="regression", params=params, seed=5)) for _ in range(2)
    )
    two.predict(X)
    np.testing.assert_array_equal(one.predict(X), pickle.loads(pickle.dumps(two)).predict(X))


def test_trees_may_compare_strictly():
    tree = Tree([0], [LT], [1.0], [~0], [~1], [True], [10.0, 20.0])
    X = np.array([[1.0], [np.nextafter(1.0, 0)], [np.nan]])
    found = run(lambda graph, name: emit_trees(graph, name, [tree]), X, 1)
    assert found.ravel().tolist() == [20.0, 10.0, 10.0]


def installed():
    return [name for name in LEARNERS if not LEARNERS[name].requires or find_spec(LEARNERS[name].requires)]


def test_every_learner_suggests_what_it_can_fit():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    X, score = rows(4)
    X = np.nan_to_num(X)
    for name in installed():
        for task, y, count in (("binary", (score > 0) * 1, 2), ("regression", score, 0)):
            params = LEARNERS[name].suggest(optuna.create_study().ask(), task, 40)
            params = {**params, "rounds": 3} if name == "lightgbm" else params
            learner = LEARNERS[name]().fit(X, y, Fitting(task=task, classes_count=count, params=params))
            assert np.isfinite(learner.predict(X)).all()
            assert 0 <= learner.inference_seconds() < 10


@pytest.mark.parametrize(
    ("name", "params", "categorical"),
    [
        ("lightgbm", {"rounds": 100}, ()),
        ("lightgbm", {"rounds": 100, "min_data_per_group": 2, "cat_smooth": 1.0}, (3,)),
        ("extra_trees", {"trees": 50}, ()),
        ("mlp", {"epochs": 1}, ()),
    ],
)
def test_what_many_rows_will_take_is_about_known(name, params, categorical):
    X, score = rows(5, 1_000)
    X, y = np.nan_to_num(X), np.digitize(score + np.sin(7 * X[:, 0]), [-1, 1])
    how = Fitting(task="multiclass", classes_count=3, params=params, categorical=categorical)
    learner = LEARNERS[name]().fit(X, y, how)
    answer, took = asked(learner.emit, X, 3), []
    for _ in range(5):
        began = time.thread_time()  # of the core, however busy it is
        answer()
        took.append(10 * (time.thread_time() - began))
    assert min(took) / 4 < learner.inference_seconds() < min(took) * 4


def test_sets_of_categories_are_counted_with_their_members():
    X, score = rows(6, 1_000)
    how = Fitting(
        "regression", categorical=(3,), params={"rounds": 20, "min_data_per_group": 2, "cat_smooth": 1.0}
    )
    learner = LEARNERS["lightgbm"]().fit(X, score, how)
    trees = read_trees(learner.texts[0])[0]
    assert learner.members == sum(len(members) for tree in trees for members in tree.members.values()) > 20
    assert LEARNERS["lightgbm"].merge([learner, learner]).members == 2 * learner.members
    without = LEARNERS["lightgbm"]().fit(X[:, :3], score, Fitting("regression", params={"rounds": 20}))
    assert without.members == 0


def test_naming_the_learners_imports_no_library():
    code = (
        "import sys; from labstudio.automl.learners import LEARNERS; import labstudio.automl.pipeline; "
        "[LEARNERS[name] for name in LEARNERS]; "
        "print([name for name in ('sklearn', 'lightgbm', 'onnx') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
