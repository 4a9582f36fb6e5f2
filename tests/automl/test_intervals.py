"""Intervals hold the true score about as often as they say."""

from __future__ import annotations

import time

import numpy as np
import pytest

from labstudio.automl.intervals import difference, interval
from labstudio.automl.metrics import choose

pytestmark = pytest.mark.core

ACCURACY = choose("accuracy", "binary")
LABELS = np.array(["no", "yes"])


def answers(rows: int, right: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes, and sure probabilities of which this share is right."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, rows)
    return y, np.eye(2)[np.where(random.random(rows) < right, y, 1 - y)]


@pytest.mark.parametrize(("rows", "draws"), [(300, 60), (30_000, 20)])
def test_most_intervals_hold_the_true_score(rows: int, draws: int) -> None:
    found = [interval(ACCURACY, *answers(rows, 0.8, seed), LABELS, level=0.9) for seed in range(draws)]
    assert 0.75 <= np.mean([one.low <= 0.8 <= one.high for one in found]) <= 1
    # as wide as theory has it: 1.645 standard errors to each side
    wide = 2 * 1.645 * np.sqrt(0.8 * 0.2 / rows)
    assert np.mean([one.high - one.low for one in found]) == pytest.approx(wide, rel=0.15)


def test_the_same_seed_gives_the_same_interval() -> None:
    y, p = answers(200, 0.8, 0)
    assert interval(ACCURACY, y, p, LABELS, seed=1) == interval(ACCURACY, y, p, LABELS, seed=1)
    assert interval(ACCURACY, y, p, LABELS, seed=1) != interval(ACCURACY, y, p, LABELS, seed=2)


def test_rows_keep_their_weights_and_their_decisions() -> None:
    y, p = answers(200, 0.5, 0)
    on_the_right = (p.argmax(axis=1) == y) + 1e-9
    found = interval(ACCURACY, y, p, LABELS, on_the_right)
    assert found.low == pytest.approx(1)
    found = interval(ACCURACY, y, p, LABELS, decided=y)
    assert (found.low, found.score, found.high) == (1, 1, 1)


def test_where_the_metric_is_not_defined_there_are_no_bounds() -> None:
    y = np.zeros(20, dtype=int)
    found = interval(choose("roc_auc", "binary"), y, answers(20, 0.8, 0)[1], LABELS)
    assert np.isnan([found.score, found.low, found.high]).all()


def test_resamples_without_a_rare_class_are_passed_over() -> None:
    y = np.append(np.zeros(30, dtype=int), [1, 1])
    p = np.random.default_rng(0).dirichlet([1, 1], 32)
    found = interval(choose("roc_auc", "binary"), y, p, LABELS)
    assert found.low <= found.score <= found.high


@pytest.mark.parametrize(("name", "rows"), [("roc_auc", 50_000), ("f1", 5_000), ("log_loss", 500)])
def test_an_interval_is_found_soon(name: str, rows: int) -> None:
    y, p = answers(rows, 0.8, 0)
    p = 0.5 * p + 0.5 * np.random.default_rng(0).dirichlet([1, 1], rows)
    started = time.perf_counter()
    interval(choose(name, "binary"), y, p, LABELS)
    assert time.perf_counter() - started < 1.5, "about 0.2 s on a quiet machine"


def test_paired_rows_tell_models_apart_whose_own_intervals_overlap() -> None:
    random = np.random.default_rng(0)
    hard = random.normal(size=400) * 3  # errors that both make
    y = np.zeros(400)
    one, two = hard + 0.1 * random.normal(size=400), hard * 1.05 + 0.1 * random.normal(size=400)
    mae = choose("mae", "regression")
    apart = difference(mae, y, one, two, None)
    assert apart.score > 0
    assert apart.decided
    assert difference(mae, y, two, one, None).score == -apart.score
    assert interval(mae, y, one, None).high > interval(mae, y, two, None).low


def test_models_that_are_equally_good_are_not_told_apart() -> None:
    random = np.random.default_rng(3)
    y = np.zeros(400)
    found = difference(
        choose("rmse", "regression"), y, random.normal(size=400), random.normal(size=400), None
    )
    assert not found.decided
    same = difference(ACCURACY, *answers(50, 0.5, 0), answers(50, 0.5, 0)[1], LABELS)
    assert (same.low, same.score, same.high, same.decided) == (0, 0, 0, False)
