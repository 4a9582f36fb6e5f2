"""Hold-out and folds keep their promises for any classes and groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labstudio.automl.splits import folds, hold_out

pytestmark = pytest.mark.core


@given(
    classes=st.lists(st.integers(0, 4), min_size=10, max_size=200),
    share=st.floats(0.05, 0.6),
    seed=st.integers(0, 100),
)
def test_a_stratified_hold_out_keeps_every_class_in_training(
    classes: list[int], share: float, seed: int
) -> None:
    y = np.array(classes)
    held = hold_out(y, True, None, share, seed)
    assert 0 < held.sum() < len(y)
    assert set(y[~held]) == set(y)
    for label in set(y):
        rows = y == label
        assert abs(held[rows].sum() - share * rows.sum()) <= 1


@given(
    data=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=20, max_size=200),
    stratify=st.booleans(),
    seed=st.integers(0, 100),
)
def test_a_group_never_stands_on_both_sides(data: list[tuple[int, int]], stratify: bool, seed: int) -> None:
    y = np.array([label for label, _ in data])
    groups = np.unique([group for _, group in data], return_inverse=True)[1]
    held = hold_out(y, stratify, groups, 0.2, seed)
    assert not set(groups[held]) & set(groups[~held])
    for train, validation in folds(y, stratify, groups, 3, seed):
        assert not set(groups[train]) & set(groups[validation])
        assert len(train) + len(validation) == len(y)


@given(classes=st.lists(st.integers(0, 3), min_size=20, max_size=100), count=st.integers(2, 8))
def test_every_row_validates_once_unless_it_is_the_only_one_of_its_class(
    classes: list[int], count: int
) -> None:
    y = np.array(classes)
    times = np.zeros(len(y), dtype=int)
    for train, validation in folds(y, True, None, count, seed=0):
        times[validation] += 1
        assert set(y[train]) == set(y)
    alone = np.array([(y == label).sum() == 1 for label in y])
    assert (times == ~alone).all()


def test_the_share_of_groups_held_out_is_about_what_was_asked() -> None:
    groups = np.repeat(np.arange(100), 12)
    held = hold_out(np.zeros(1200), False, groups, 0.2, seed=3)
    assert held.mean() == pytest.approx(0.2, abs=0.02)


def test_a_class_that_lives_in_one_group_only_is_learned_from() -> None:
    y = np.array([0, 1] * 40 + [2] * 10)
    groups = np.repeat(np.arange(9), 10)
    for seed in range(20):
        held = hold_out(y, True, groups, 0.2, seed)
        assert set(y[~held]) == {0, 1, 2}


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    y = np.arange(200) % 3
    assert (hold_out(y, True, None, 0.2, 1) == hold_out(y, True, None, 0.2, 1)).all()
    assert (hold_out(y, True, None, 0.2, 1) != hold_out(y, True, None, 0.2, 2)).any()
