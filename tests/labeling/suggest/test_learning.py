"""What is learned from labels, what is asked next, what is promised, and what is doubted."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labstudio.errors import Invalid, Unavailable
from labstudio.labeling.suggest.automatic import audit_sample, least_precision, plan_labels
from labstudio.labeling.suggest.learner import Model
from labstudio.labeling.suggest.mistakes import doubtful_labels
from labstudio.labeling.suggest.picking import pick
from labstudio.labeling.suggest.progress import (
    Point,
    held_out_score,
    outlook,
    progress_curve,
    proportion,
)
from labstudio.labeling.suggest.similar import clusters, near_duplicates


def blobs(items: int, classes: int = 3, spread: float = 0.6, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    random = np.random.default_rng(seed)
    codes = random.integers(0, classes, items)
    centres = 3 * np.eye(classes, 6)
    vectors = centres[codes] + spread * random.normal(size=(items, 6))
    return vectors.astype(np.float32), [f"class {code}" for code in codes]


@pytest.mark.parametrize("strong", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_model_of_classes_is_right_on_new_items(strong: bool, classes: int) -> None:
    vectors, names = blobs(300, classes)
    model = Model("class", strong=strong).fit(vectors[:60], names[:60])
    assert np.mean([a == b for a, b in zip(model.predict(vectors[60:]), names[60:], strict=True)]) > 0.95
    np.testing.assert_allclose(model.probabilities(vectors).sum(axis=1), 1)


def test_a_model_of_several_labels_takes_each_alone() -> None:
    vectors, names = blobs(200, 3)
    given = [[] if name == "class 0" else [name, "any"] for name in names]
    model = Model("multi").fit(vectors[:100], given[:100])
    told = model.predict(vectors[100:])
    assert np.mean([set(a) == set(b) for a, b in zip(told, given[100:], strict=True)]) > 0.9


def test_a_model_of_numbers_is_less_sure_far_away() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(80, 4))
    model = Model("number").fit(vectors, (vectors @ [1, 2, 0, 0] + random.normal(0, 0.1, 80)).tolist())
    found, deviation = model.numbers(np.array([[1.0, 1, 0, 0], [30.0, 30, 0, 0]]))
    assert found[0] == pytest.approx(3, abs=0.2)
    assert deviation[1] > 2 * deviation[0]


def test_one_class_alone_is_no_task_to_learn() -> None:
    with pytest.raises(Invalid, match="at least two classes"):
        Model("class").fit(np.zeros((3, 2)), ["a", "a", "a"])


def test_the_same_labels_make_the_same_suggestions() -> None:
    vectors, names = blobs(200)
    first, again = (Model("class", seed=3).fit(vectors[:50], names[:50]) for _ in range(2))
    np.testing.assert_array_equal(first.probabilities(vectors), again.probabilities(vectors))
    np.testing.assert_array_equal(
        pick(vectors, np.arange(50, 200), 20, first, seed=1).rows,
        pick(vectors, np.arange(50, 200), 20, again, seed=1).rows,
    )


@given(
    open_count=st.integers(0, 60),
    count=st.integers(0, 80),
    share=st.sampled_from([0.0, 0.1, 0.2, 1.0]),
    learned=st.booleans(),
    same=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_picks_are_open_different_and_as_many_as_there_are(
    open_count: int, count: int, share: float, learned: bool, same: bool
) -> None:
    vectors, names = blobs(100)
    model = Model("class").fit(vectors[:30], names[:30]) if learned else None
    if same:
        vectors[:] = vectors[0]
    picks = pick(vectors, np.arange(40, 40 + open_count), count, model, random_share=share)
    assert len(picks.rows) == len(set(picks.rows.tolist())) == len(picks.why) == min(count, open_count)
    assert all(40 <= row < 40 + open_count for row in picks.rows)
    assert picks.why.count("random") == int(np.ceil(share * min(count, open_count)))


def test_random_picks_are_drawn_from_all_items_alike() -> None:
    vectors, names = blobs(100)
    model = Model("class").fit(vectors[:30], names[:30])
    drawn = np.zeros(100)
    for seed in range(60):
        picks = pick(vectors, np.arange(100), 10, model, random_share=0.2, seed=seed)
        drawn[[row for row, why in zip(picks.rows, picks.why, strict=True) if why == "random"]] += 1
    assert drawn.sum() == 120
    assert drawn.max() < 9  # 1.2 of each on average


def test_the_diverse_start_sees_every_group() -> None:
    vectors, names = blobs(400, 6, 0.3)
    picks = pick(vectors, np.arange(400), 12, random_share=0)
    assert {names[row] for row in picks.rows} == set(names)


def test_the_held_out_score_is_that_on_new_items() -> None:
    vectors, names = blobs(3_000, 3, 1.6)
    model = Model("class").fit(vectors[:200], names[:200])
    real = np.mean([a == b for a, b in zip(model.predict(vectors[200:]), names[200:], strict=True)])
    score = held_out_score(vectors[:200], names[:200], np.arange(0, 200, 2))
    assert score is not None
    assert score.low <= real <= score.high
    assert held_out_score(vectors[:200], names[:200], np.arange(5)) is None


def test_the_curve_rises_and_the_outlook_comes_near_the_truth() -> None:
    vectors, names = blobs(400, 3, 1.6)
    curve = progress_curve(vectors, names, np.arange(0, 400, 2))
    assert curve[-1].labels == 400
    assert curve[-1].score.value >= curve[0].score.value
    points = [
        Point(n, proportion(round(5_000 * (0.9 - n**-0.5)), 5_000)) for n in (10, 25, 60, 150, 400, 900)
    ]
    found = outlook(points)
    assert found is not None
    assert found.plateau == pytest.approx(0.9, abs=0.01)
    assert found.low <= 9_100 <= (found.high or np.inf)
    assert "more labels to reach the plateau of 90%" in found.sentence()
    assert outlook(points[:3]) is None


def test_a_flat_curve_says_that_more_labels_hardly_help() -> None:
    found = outlook([Point(n, proportion(180, 200)) for n in (10, 30, 90, 270)])
    assert found is not None
    assert found.more == 0
    assert "hardly help" in found.sentence()


def test_the_promised_precision_is_reached_in_nineteen_of_twenty_draws() -> None:
    kept = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        chance = random.uniform(0.4, 1, 4_000)
        truth = np.where(random.random(4_000) < chance, "yes", "no")
        told = np.column_stack([1 - chance, chance]) ** 3  # too sure of itself
        told /= told.sum(axis=1, keepdims=True)
        plan = plan_labels(told[:500], truth[:500].tolist(), ["no", "yes"], 0.9)
        codes, _ = plan.labels(told[500:])
        given = codes >= 0
        right = np.array(["no", "yes"])[codes[given]] == truth[500:][given]
        kept.append(right.mean() >= 0.9 if given.any() else True)
    assert sum(kept) >= 19


def test_a_class_that_cannot_be_promised_is_left_to_people() -> None:
    told = np.tile([[0.9, 0.1], [0.2, 0.8]], (100, 1))
    truth = ["a" if row % 4 else "b" for row in range(0, 400, 2)]
    plan = plan_labels(told, truth, ["a", "b"], 0.99)
    assert not plan.thresholds
    assert set(plan.left) == {"a", "b"}
    assert (plan.labels(told)[0] == -1).all()
    with pytest.raises(Invalid, match="drawn at random"):
        plan_labels(np.zeros((0, 2)), [], ["a", "b"], 0.9)


@given(judged=st.integers(1, 500), wrong=st.integers(0, 50))
@settings(deadline=None)
def test_the_bound_is_below_the_share_and_rises_with_the_right_ones(judged: int, wrong: int) -> None:
    right = max(0, judged - wrong)
    assert least_precision(right, judged) <= right / judged + 1e-12
    assert least_precision(right, judged) <= least_precision(min(right + 1, judged), judged) + 1e-12


def test_an_audit_looks_at_every_class() -> None:
    codes = np.array([0] * 500 + [1] * 3 + [-1] * 20)
    rows = audit_sample(codes, 25)
    assert set(codes[rows]) == {0, 1}


def test_wrong_labels_are_found_among_the_worst() -> None:
    vectors, names = blobs(400)
    wrong = list(range(0, 400, 20))
    noisy = [
        ("class 0" if name != "class 0" else "class 1") if row in wrong else name
        for row, name in enumerate(names)
    ]
    found = doubtful_labels(vectors, noisy, most=20)
    assert len({one.row for one in found} & set(wrong)) >= 18
    assert found[0].instead != found[0].told
    several = [[name] for name in noisy]
    assert len({one.row for one in doubtful_labels(vectors, several, "multi", most=20)} & set(wrong)) >= 17


def test_without_cleanlab_the_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.rank", None)
    with pytest.raises(Unavailable, match="needs cleanlab: pip install"):
        doubtful_labels(*blobs(50))


def test_alike_items_are_grouped_and_copies_are_found() -> None:
    vectors, names = blobs(120, 3, 0.2)
    groups = clusters(vectors, 3)
    assert sorted(row for group in groups for row in group.rows.tolist()) == list(range(120))
    assert all(len({names[row] for row in group.rows}) == 1 for group in groups)
    random = np.random.default_rng(0)
    unlike = random.normal(size=(50, 20))
    copies = np.concatenate([unlike, unlike[[3, 3, 8]] + 1e-4])
    assert [rows.tolist() for rows in near_duplicates(copies)] == [[3, 50, 51], [8, 52]]
    assert near_duplicates(unlike[:0]) == []
    assert clusters(unlike[:0]) == []
