"""Blends are better than their members on rows that did not choose the weights, or there is no blend."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.optimize import nnls

from labstudio.automl import selection
from labstudio.automl.metrics import choose
from labstudio.automl.selection import (
    Judged,
    best_blend,
    cross_fitted,
    greedy,
    linear_stack,
    mix,
    single,
    with_room,
)

pytestmark = pytest.mark.core

Task = tuple[list[np.ndarray], Judged]


def views_of(y: np.ndarray, noises: list[float], seed: int = 0) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [y + noise * random.normal(size=len(y)) for noise in noises]


@pytest.fixture
def values() -> Task:
    """Two candidates of independent errors, and a bad one."""
    y = np.random.default_rng(1).normal(size=600)
    return views_of(y, [1.0, 1.2, 6.0]), Judged(y, choose("rmse", "regression"))


@pytest.fixture
def classes() -> Task:
    """Three candidates that see the same truth through different noise."""
    y = np.random.default_rng(2).integers(0, 2, 900)
    scores = views_of(2.0 * y - 1, [1.5, 1.5, 2.0])
    found = [1 / (1 + np.exp(-score)) for score in scores]
    judged = Judged(y, choose("log_loss", "binary"), np.array(["no", "yes"]))
    return [np.column_stack([1 - p, p]) for p in found], judged


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc", "accuracy", "f1_macro", "brier"])
def test_a_greedy_blend_is_better_than_the_best_candidate(classes: Task, metric: str) -> None:
    predictions, judged = classes
    judged = Judged(judged.y, choose(metric, "binary"), judged.classes)
    weights = greedy(predictions, judged)
    assert weights.sum() == pytest.approx(1)
    good = judged.goodness()
    assert good(mix(predictions, weights)) > max(map(good, predictions))


def test_the_bad_candidate_gets_no_weight(values: Task) -> None:
    for weigh in (greedy, linear_stack):
        weights = weigh(*values)
        assert weights[2] == 0
        assert weights[0] > weights[1] > 0.2


@pytest.mark.parametrize("shared", [0.0, 100.0])
def test_a_linear_blend_has_the_least_squared_error(values: Task, shared: float) -> None:
    predictions, judged = values
    wrong = shared * np.random.default_rng(5).normal(size=len(judged.y))  # where all are wrong alike
    predictions = [prediction + wrong for prediction in predictions[:2]]
    errors = np.stack(predictions) - judged.y
    # the least squares that are not negative and sum to one, by way of another solver
    root = np.linalg.cholesky(errors @ errors.T / len(judged.y)).T
    exact, _ = nnls(np.vstack([root, np.ones(2)]), np.array([0.0, 0.0, 1.0]))
    assert linear_stack(predictions, judged) == pytest.approx(exact / exact.sum(), abs=1e-3)


def test_a_linear_blend_has_the_least_log_loss(classes: Task) -> None:
    predictions, judged = classes
    weights = linear_stack(predictions, judged)
    least = judged.metric(judged.y, mix(predictions, weights), judged.classes)
    random = np.random.default_rng(0)
    for other in random.dirichlet(np.ones(3), 200):
        assert judged.metric(judged.y, mix(predictions, other), judged.classes) > least - 1e-6


def test_heavy_rows_decide_the_weights() -> None:
    y = np.zeros(200)
    left, right = np.repeat([1.0, 3.0], 100), np.repeat([3.0, 1.0], 100)
    on_the_left = Judged(y, choose("mae", "regression"), weights=np.repeat([1.0, 0.01], 100))
    for weigh in (single, greedy, linear_stack):
        assert weigh([left, right], on_the_left).argmax() == 0
        assert weigh([right, left], on_the_left).argmax() == 1


def test_the_same_seed_gives_the_same_weights_also_on_a_sample(
    monkeypatch: pytest.MonkeyPatch, classes: Task
) -> None:
    monkeypatch.setattr(selection, "ROWS", 300)
    for weigh in (greedy, linear_stack):
        assert weigh(*classes, seed=3).tolist() == weigh(*classes, seed=3).tolist()
        assert weigh(*classes, seed=3).tolist() != weigh(*classes, seed=4).tolist()


def test_members_of_little_weight_are_dropped() -> None:
    y = np.random.default_rng(0).normal(size=3_000)
    noises = [0.5] * 12 + [3.0] * 12
    weights = linear_stack(views_of(y, noises), Judged(y, choose("rmse", "regression")))
    assert weights[12:].sum() == 0
    assert (weights[:12] >= selection.LEAST).all()


def test_a_hundred_equal_members_are_not_all_dropped() -> None:
    y = np.random.default_rng(0).normal(size=200)
    weights = linear_stack([y + 1.0] * 100, Judged(y, choose("rmse", "regression")))
    assert weights == pytest.approx(np.full(100, 0.01))


def test_a_prediction_that_is_not_finite_gets_no_weight(values: Task) -> None:
    predictions, judged = values
    broken = [np.full(len(judged.y), np.nan), *predictions]
    assert greedy(broken, judged)[0] == linear_stack(broken, judged)[0] == single(broken, judged)[0] == 0
    assert np.isfinite(best_blend(broken, judged).score)


def test_no_time_leaves_the_best_candidate_alone(classes: Task) -> None:
    predictions, judged = classes
    assert (
        greedy(predictions, judged, deadline=time.time() - 1).tolist() == single(predictions, judged).tolist()
    )
    blend = best_blend(predictions, judged, deadline=time.time() - 1)
    assert (blend.kind, blend.weights.max()) == ("single", 1.0)


def test_all_candidates_are_tried_among_many() -> None:
    """The one that helps most is far down the list of those that are good alone."""
    random = np.random.default_rng(0)
    y, shared = random.normal(size=2_000), random.normal(size=2_000)
    alike = [y + shared + 0.1 * random.normal(size=2_000) for _ in range(20)]
    weights = greedy([*alike, y - 1.5 * shared], Judged(y, choose("rmse", "regression")))
    assert weights[-1] > 0.3


def test_who_did_not_do_well_at_first_is_tried_again(monkeypatch: pytest.MonkeyPatch, classes: Task) -> None:
    monkeypatch.setattr(selection, "_LEADERS", 1)
    assert (greedy(*classes) > 0).all()


def test_the_blend_is_the_way_that_scores_best_where_it_did_not_look(classes: Task, values: Task) -> None:
    for predictions, judged in (classes, values):
        folds = np.array_split(np.arange(len(judged.y)), 3)
        blend = best_blend(predictions, judged, folds)
        scores = {
            way.__name__: np.mean(cross_fitted(way, predictions, judged, folds))
            for way in (single, greedy, linear_stack)
        }
        assert len(blend.scores) == 3
        assert blend.score == min(scores.values()) < scores["single"]


def test_noise_is_not_blended_into_a_candidate_that_is_right() -> None:
    y = np.random.default_rng(0).normal(size=300)
    blend = best_blend([y, *views_of(y, [1.0, 1.0])], Judged(y, choose("rmse", "regression")))
    assert blend.weights.tolist() == [1, 0, 0]
    assert blend.score == 0


def test_folds_on_which_the_metric_is_not_defined_do_not_count(classes: Task) -> None:
    predictions, judged = classes
    judged = Judged(judged.y, choose("roc_auc", "binary"), judged.classes)
    one_class = np.flatnonzero(judged.y == 0)[:20]
    others = np.setdiff1d(np.arange(900), one_class)
    blend = best_blend(predictions, judged, [one_class, others[::2], others[1::2]])
    assert len(blend.scores) == 2
    assert blend.kind != "single"
    nowhere = best_blend(predictions, judged, [one_class[:10], one_class[10:]])
    assert np.isnan(nowhere.score)


def test_weights_are_judged_only_on_rows_that_they_have_not_seen(values: Task) -> None:
    predictions, judged = values
    seen: list[set[float]] = []

    def weigh(found: object, rows: Judged) -> np.ndarray:
        seen.append(set(rows.y.tolist()))
        return np.array([1.0, 0.0, 0.0])

    folds = np.array_split(np.arange(len(judged.y)), 4)
    scores = cross_fitted(weigh, predictions, judged, folds)
    assert scores == [judged.metric(judged.y[fold], predictions[0][fold], None) for fold in folds]
    for fold, rows in zip(folds, seen, strict=True):
        assert rows == set(judged.y.tolist()) - set(judged.y[fold].tolist())


def test_who_brings_little_for_its_size_leaves_room_for_the_others(values: Task) -> None:
    predictions, judged = values
    everyone = list(range(len(predictions)))
    large = int(np.argmax(linear_stack(predictions, judged)))
    for kind in (0, 1):  # of room
        shares = np.full((len(predictions), 2), 1 / 8)
        assert with_room(predictions, judged, shares / 1e3, 0) == everyone
        shares[large, kind] = 20 / 8
        pool = with_room(predictions, judged, shares, 0)
        assert large not in pool
        assert len(pool) > 1
        weights = linear_stack([predictions[i] for i in pool], judged)
        assert (shares[pool][weights > 0].sum(axis=0) <= 1.0).all()


def test_one_candidate_stays_however_large(values: Task) -> None:
    predictions, judged = values
    assert len(with_room(predictions, judged, np.full((len(predictions), 2), 1e9), 0)) == 1
