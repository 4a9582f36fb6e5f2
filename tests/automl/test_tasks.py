"""From a frame and a target to a problem."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.tasks import understand
from labstudio.errors import Invalid

pytestmark = pytest.mark.core
N = 120


def table(**columns: object) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame({"x": random.normal(size=N), "city": random.choice(["Oslo", "Rome"], N), **columns})


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        (np.arange(N) % 2 == 0, "binary", [False, True]),
        (np.arange(N) % 2, "binary", [0, 1]),
        ((np.arange(N) % 2).astype(float), "binary", [0, 1]),
        (np.where(np.arange(N) % 2, "yes", "no"), "binary", ["no", "yes"]),
        (np.arange(N) % 7, "multiclass", [0, 1, 2, 3, 4, 5, 6]),
        (pd.Categorical(np.arange(N) % 3), "multiclass", [0, 1, 2]),
        (np.array(["a", "b", "ü"])[np.arange(N) % 3], "multiclass", ["a", "b", "ü"]),
        (np.arange(N), "regression", None),
        (np.arange(N) % 60, "regression", None),
        (np.linspace(0, 1, N), "regression", None),
        (pd.array(np.arange(N) * 1.5, dtype="Float64"), "regression", None),
        ([f"{i * 1.5}" for i in range(N)], "regression", None),
        ([f"{i % 5}" for i in range(N)], "multiclass", ["0", "1", "2", "3", "4"]),
    ],
)
def test_the_task_is_guessed_from_the_target(target: object, task: str, classes: list | None) -> None:
    problem = understand(table(y=target), "y", AutoMLSettings())
    assert problem.task == task
    assert classes is None if problem.classes is None else problem.classes.tolist() == classes
    if problem.classes is not None:
        assert problem.classes[problem.y].tolist() == pd.Series(target).tolist()


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    frame = table(y=np.arange(N, dtype=float))
    frame.loc[[3, 5], "y"] = [np.nan, np.inf]
    problem = understand(frame, "y", AutoMLSettings())
    assert len(problem.y) == N - 2
    assert 3 not in problem.rows
    assert 5 not in problem.rows
    assert problem.y.tolist() == frame["y"].iloc[problem.rows].tolist()
    assert problem.notes[0] == "2 row(s) without a finite 'y' were left out."
    as_objects = understand(frame.astype({"y": object}), "y", AutoMLSettings())
    assert as_objects.rows.tolist() == problem.rows.tolist()


def test_what_cannot_be_learned_from_is_left_out_and_named() -> None:
    frame = table(
        y=np.arange(N) % 2,
        same=1,
        key=[f"k{i}" for i in range(N)],
        day=pd.date_range("2026-01-01", periods=N),
        words=[f"this is remark number {i}" for i in range(N)],
    )
    problem = understand(frame, "y", AutoMLSettings())
    assert problem.features.names == ("x", "city", "day", "words")
    told = " ".join(problem.notes)
    assert all(repr(name) in told for name in ["same", "key"])


def test_a_frame_with_another_index_and_column_labels_that_are_no_text_is_read_by_position() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(N, 3)), index=np.arange(N)[::-1] * 7)
    problem = understand(frame, "2", AutoMLSettings())
    assert problem.features.names == ("0", "1")
    assert problem.columns["0"].tolist() == frame[0].tolist()


def test_groups_are_numbered_and_not_learned_from() -> None:
    frame = table(y=np.arange(N) * 1.5, country=[f"c{i % 6}" for i in range(N)])
    problem = understand(frame, "y", AutoMLSettings(group="country"))
    assert "country" not in problem.features
    assert problem.groups is not None
    assert len(np.unique(problem.groups)) == 6


def test_rows_whose_target_is_an_empty_text_are_left_out() -> None:
    frame = table(y=["yes", "no", "", " "] * 30)
    for dtype in ("object", "string", "str"):
        problem = understand(frame.astype({"y": dtype}), "y", AutoMLSettings())
        assert (problem.dropped, problem.classes.tolist()) == (N // 2, ["no", "yes"])


def test_the_positive_class_is_the_second_however_it_is_written() -> None:
    for pair, positive in [(["bad", "good"], "bad"), ([True, False], "false"), ([1, 2], "1")]:
        target = pair * 60
        problem = understand(table(y=target), "y", AutoMLSettings(positive=positive))
        assert str(problem.classes[1]).lower() == positive
        assert problem.classes[problem.y].tolist() == target


def test_a_class_of_one_row_is_learned_from_and_told() -> None:
    problem = understand(table(y=["a", "b"] * 59 + ["rare", "a"]), "y", AutoMLSettings())
    assert "rare" in problem.classes.tolist()
    assert problem.notes == ("Learned from, but never judged by, as each has one row: 'rare'.",)


def test_weights_count_relatively_and_are_not_learned_from() -> None:
    frame = table(y=np.arange(N) * 1.5, counts=np.arange(N) % 3)
    problem = understand(frame, "y", AutoMLSettings(weight="counts"))
    assert "counts" not in problem.features
    assert problem.weights is not None
    assert problem.weights.mean() == pytest.approx(1)
    assert len(problem.weights) == len(problem.y) == np.count_nonzero(frame["counts"])
    assert problem.weights[:2].tolist() == [2 / 3, 4 / 3]
    assert "of weight 0 were left out" in " ".join(problem.notes)


@pytest.mark.parametrize(
    "moments",
    [
        pd.date_range("2026-01-01", periods=N),
        [f"{2000 + i}-03-01" for i in range(N)],
        np.arange(N) / 3,
        pd.date_range("2026-01-01", periods=N, tz="Europe/Oslo"),
    ],
)
def test_rows_are_ordered_by_dates_or_numbers(moments: object) -> None:
    frame = table(y=np.arange(N) * 1.5, when=moments).sample(frac=1, random_state=0)
    problem = understand(frame, "y", AutoMLSettings(time="when"))
    assert problem.times is not None
    assert problem.times.tolist() == (problem.y / 1.5).tolist()


@pytest.mark.parametrize(
    ("frame", "settings", "sentence"),
    [
        (table(), {}, "target: there is no column 'y'"),
        (table(y=1), {}, "is 1 in every row; there is nothing to learn"),
        (table(y=None), {}, "10 rows with a value in 'y' are needed to learn from, not 0"),
        (table(y=range(N)).head(1), {}, "10 rows with a value in 'y' are needed to learn from, not 1"),
        (table(y=[f"id-{i}" for i in range(N)]), {}, "looks like an identifier"),
        (
            table(y=["a", "b", "c"] * 40),
            {"task": "binary"},
            "has 3 different values; a binary task needs two",
        ),
        (table(y=["a", "b"] * 60), {"task": "regression"}, "'a' is not a number"),
        (table(y=pd.date_range("2026-01-01", periods=N)), {}, "holds dates"),
        (table(y=range(N)), {"group": "y"}, "cannot be the group"),
        (table(y=range(N)), {"weight": "y"}, "cannot be the group, weight"),
        (table(y=range(N)), {"time": "when"}, "time: there is no column 'when'"),
        (table(y=range(N)), {"weight": "x"}, "in row 2; every row needs a weight of 0 or more"),
        (table(y=range(N), w=[None, *range(N - 1)]), {"weight": "w"}, "'w' is missing in row 1"),
        (table(y=range(N), w=0), {"weight": "w"}, "0 in every row; no row would count"),
        (table(y=range(N), w=["a"] * N), {"weight": "w"}, "'a' is not a number"),
        (table(y=range(N)), {"time": "city"}, "is not a date; write it as"),
        (table(y=range(N), t=[1.0, None] * 60), {"time": "t"}, "60 row(s) have no 't'"),
        (table(y=range(N), t=[1, 2] * 60), {"time": "t"}, "'t' has 2 different value(s); three are needed"),
        (table(y=range(N)), {"monotone": {"citi": "increasing"}}, "monotone: there is no column 'citi'"),
        (table(y=range(N)), {"monotone": {"city": "increasing"}}, "'city' holds no numbers"),
        (table(y=range(N)), {"positive": "1"}, "'y' is a number; only one of two classes can be"),
        (table(y=["a", "b", "c"] * 40), {"positive": "a"}, "'y' is one of 3 classes; only one of two"),
        (table(y=["a", "b"] * 60), {"positive": "c"}, "'y' is never 'c'; it is a or b"),
        (
            table(y=["nan", "1", "2"] * 40),
            {"task": "regression"},
            "has texts such as 'nan' among",
        ),
        (table(y=range(N), g=["a", "b"] * 60), {"group": "g"}, "three are needed"),
        (table(y=range(N)), {"group": "citi"}, "did you mean 'city'?"),
        (table(y=range(N)), {"exclude": ["x", "city"]}, "No column is left to learn from"),
        (
            pd.DataFrame({"x": range(N), "y": [0, 1] * 60}),
            {},
            'identifier: \'x\'. Give types={"x": "number"} (or category) to use one.',
        ),
        (table(y=range(N))[["y"]], {}, "No column is left to learn from"),
        (table(y=[[1]] * N), {}, "holds a list in row 1"),
        (pd.concat([table(y=range(N))] * 2, axis=1), {}, "Two columns are called 'x'"),
        (table(y=range(N)), {"types": {"citi": "text"}}, "did you mean 'city'?"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_a_sentence(
    frame: pd.DataFrame, settings: dict, sentence: str
) -> None:
    with pytest.raises(Invalid) as caught:
        understand(frame, "y", AutoMLSettings(**settings))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
