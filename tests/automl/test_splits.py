"""Hold-out and folds keep their promises for any classes and groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.splits import folds, hold_out, kept_together, plan
from labstudio.automl.tasks import Problem, understand
from labstudio.errors import Invalid

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


def problem(rows: int = 600, *, classes: bool = True, **settings: object) -> tuple[Problem, AutoMLSettings]:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.normal(size=rows), "shop": random.integers(0, 40, rows)})
    frame["when"] = random.permutation(rows) / 7
    frame["y"] = np.where(random.random(rows) < 0.3, "yes", "no") if classes else random.lognormal(size=rows)
    told = AutoMLSettings(**settings)
    return understand(frame, "y", told), told


@pytest.mark.parametrize(
    ("rows", "share", "held"),
    [(300, None, 60), (600, None, 100), (5_001, None, 500), (300_000, None, 20_000), (600, 0.5, 300)],
)
def test_a_fifth_is_held_out_of_few_rows_a_tenth_of_more_and_never_too_many(
    rows: int, share: float | None, held: int
) -> None:
    told, settings = problem(rows, holdout=share)
    assert plan(told, settings, 3).held.sum() == pytest.approx(held, abs=2)


def test_folds_of_a_plan_are_numbers_of_the_rows_that_are_not_held() -> None:
    told, settings = problem()
    found = plan(told, settings, 5)
    left = (~found.held).sum()
    assert sorted(np.concatenate([validation for _, validation in found.folds])) == list(range(left))
    y = told.y[~found.held]
    assert all(y[rows].mean() == pytest.approx(y.mean(), abs=0.01) for _, rows in found.folds)


def test_each_part_of_a_regression_has_its_share_of_low_and_high_values() -> None:
    told, settings = problem(1_000, classes=False)
    found = plan(told, settings, 5)
    highest = np.argsort(told.y)[-100:]
    assert found.held[highest].sum() == 10
    of_training = np.isin(np.flatnonzero(~found.held), highest)
    assert [int(of_training[rows].sum()) for _, rows in found.folds] == [18] * 5


def test_in_time_later_rows_judge_models_of_earlier_ones() -> None:
    told, settings = problem(time="when")
    found = plan(told, settings, 4)
    assert told.times is not None
    assert found.held.sum() == 100
    times = told.times[~found.held]
    assert told.times[found.held].min() > times.max()
    assert [len(train) for train, _ in found.folds] == [250, 312, 375, 437]
    for train, validation in found.folds:
        assert times[train].max() < times[validation].min()
    (train, validation), *none = plan(told, settings, 1).folds
    assert not none
    assert times[train].max() < times[validation].min()


@given(moments=st.lists(st.integers(0, 6), min_size=30, max_size=80), count=st.integers(1, 6))
def test_rows_of_one_moment_stay_on_one_side(moments: list[int], count: int) -> None:
    if len(set(moments)) < 3:
        moments = [*moments, 7, 8, 9]
    frame = pd.DataFrame({"x": np.arange(len(moments)) * 0.5, "t": moments, "y": np.arange(len(moments)) / 3})
    settings = AutoMLSettings(task="regression", time="t", holdout=0.2)
    try:
        found = plan(understand(frame, "y", settings), settings, count)
    except Invalid:  # all rows that train are of one moment
        reject()
    times = np.array(moments)
    assert times[found.held].min() > times[~found.held].max()
    for train, validation in found.folds:
        assert times[~found.held][train].max() < times[~found.held][validation].min()


def test_groups_in_time_stay_together_and_later_ones_judge() -> None:
    told, settings = problem(group="shop", time="when")
    found = plan(told, settings, 3)
    assert told.groups is not None
    assert not set(told.groups[found.held]) & set(told.groups[~found.held])
    groups = told.groups[~found.held]
    for train, validation in found.folds:
        assert not set(groups[train]) & set(groups[validation])


def test_no_row_that_is_held_out_occurs_among_the_others_where_more_than_a_few_repeat() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(300, 3)), columns=["x", "width", "height"])
    frame = pd.concat([frame, frame.iloc[:100]], ignore_index=True)
    frame["y"] = random.choice(["yes", "no"], 400)
    settings = AutoMLSettings()
    found = plan(understand(frame, "y", settings), settings, 4)
    assert not set(frame["x"][found.held]) & set(frame["x"][~found.held])
    assert found.held.mean() == pytest.approx(0.2, abs=0.06)


def test_a_class_whose_rows_all_equal_others_is_learned_from_all_the_same() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    frame = pd.DataFrame(np.concatenate([x, x[:2]]), columns=["a", "b", "c"])
    frame["y"] = ["no", "maybe"] * 30 + ["yes", "yes"]
    for seed in range(30):
        settings = AutoMLSettings(seed=seed)
        told = understand(frame, "y", settings)
        assert set(told.y[~plan(told, settings, 3).held]) == {0, 1, 2}


def test_few_equal_rows_and_rows_equal_by_chance_are_rows_as_all_others() -> None:
    random = np.random.default_rng(0)
    numbers = random.normal(size=1_000)
    numbers[:5] = numbers[5:10]
    assert kept_together({"x": numbers}) is None
    assert kept_together({"size": np.round(numbers), "side": np.sign(numbers)}) is None


def test_rows_that_are_given_to_validate_and_to_test_do_just_that() -> None:
    told, settings = problem()
    validation, test = np.arange(600) % 5 == 0, np.arange(600) % 5 == 1
    found = plan(told, settings, 8, validation_rows=validation, test_rows=test)
    assert (found.held == test).all()
    ((train, judges),) = found.folds
    assert np.flatnonzero(~test)[judges].tolist() == np.flatnonzero(validation).tolist()
    assert len(train) == 360
    only_validation = plan(told, settings, 8, validation_rows=validation)
    assert only_validation.held.sum() == 96
    assert not (only_validation.held & validation).any()
    assert len(plan(told, settings, 8, test_rows=test).folds) == 8
    with pytest.raises(Invalid, match=r"test: no row of it has a value in 'y'"):
        plan(told, settings, 8, test_rows=np.zeros(600, dtype=bool))


def test_training_rows_of_one_class_are_refused_with_a_sentence() -> None:
    frame = pd.DataFrame({"x": np.arange(60) / 3, "y": ["no"] * 50 + ["yes"] * 10})
    settings = AutoMLSettings(time="x")
    with pytest.raises(Invalid, match="training sees one class of 'y' only; leave out time"):
        plan(understand(frame, "y", settings), settings, 3)


def test_many_groups_are_dealt_in_a_moment_and_evenly() -> None:
    groups = np.random.default_rng(0).integers(0, 60_000, 200_000)
    groups = np.unique(groups, return_inverse=True)[1]
    pairs = folds(np.arange(200_000) % 3, True, groups, 5, seed=0)
    assert all(len(validation) == pytest.approx(40_000, rel=0.01) for _, validation in pairs)


def test_own_rows_with_a_class_that_cannot_be_learned_are_refused():
    frame = pd.DataFrame({"x": np.arange(60) / 3, "y": ["a", "b"] * 28 + ["c", "c", "d", "a"]})
    problem, settings = understand(frame, "y", AutoMLSettings()), AutoMLSettings()
    last = np.arange(60) >= 56
    with pytest.raises(
        Invalid, match=r"test: 3 of its rows have 'c' and 1 more in 'y', which no row that is"
    ):
        plan(problem, settings, 4, test_rows=last)
    with pytest.raises(Invalid, match=r"validation: 2 of its rows have 'c' in 'y'"):
        plan(problem, settings, 4, validation_rows=(np.arange(60) >= 50) & (np.arange(60) < 58))
    assert plan(problem, settings, 4, test_rows=last & (frame["y"] == "a").to_numpy()).held.sum() == 1


def test_own_rows_may_lack_classes_and_hold_new_numbers():
    few = plan(
        understand(pd.DataFrame({"x": np.arange(60) / 3, "y": ["a", "b", "c"] * 20}), "y", AutoMLSettings()),
        AutoMLSettings(), 4, test_rows=np.arange(60) % 30 == 0,
    )  # fmt: skip
    assert few.held.sum() == 2
    numbers = understand(
        pd.DataFrame({"x": np.arange(60) / 3, "y": np.arange(60) * 1.5}), "y", AutoMLSettings()
    )
    assert plan(numbers, AutoMLSettings(), 4, test_rows=np.arange(60) >= 50).held.sum() == 10
