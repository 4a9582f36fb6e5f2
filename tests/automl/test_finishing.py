"""What of the best candidates finds room in one file, and how it is fitted once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labstudio.automl import AutoMLSettings, fit
from labstudio.automl.blending import blended
from labstudio.automl.evaluation import Outcome
from labstudio.automl.finishing import Limits, fitting, room
from labstudio.automl.member import Candidate, Member
from labstudio.automl.metrics import choose
from labstudio.automl.portfolio import Proposals, Size, portfolio
from labstudio.automl.room import Cost, Room
from labstudio.automl.trial import Trial

pytestmark = pytest.mark.core


@dataclass
class Sized:
    """A learner of which only the size is known."""

    bytes: float
    quick: bool = False
    seconds: float = 0.0

    def size(self) -> float:
        return self.bytes

    def inference_seconds(self) -> float:
        return self.seconds


def member(
    trial: int, weight: float, megabytes: float, folds: int = 5, quick: bool = False, seconds: float = 0.0
) -> Member:
    models = tuple(SimpleNamespace(learner=Sized(1e6 * megabytes, quick, seconds)) for _ in range(folds))
    return Member(Candidate("lightgbm", {}), models, trial, weight)


def kept(members: list[Member], megabytes: float, seconds: float = np.inf) -> dict[int, int]:
    return {one.trial: len(one.models) for one in fitting(members, Room(1e6 * megabytes, seconds))}


def test_the_largest_member_gives_up_its_folds_first() -> None:
    assert kept([member(1, 0.5, 0.4), member(2, 0.5, 2.0)], 7.0) == {1: 5, 2: 2}


def test_a_heavy_member_does_not_push_out_many_small_ones_that_weigh_more_together() -> None:
    members = [member(1, 0.3, 0.1), member(2, 0.25, 6.5), *(member(i, 0.15, 0.5) for i in (3, 4, 5))]
    left = kept(members, 6.0)
    assert set(left) == {1, 3, 4, 5}
    assert sum(one.weight for one in fitting(members, Room(6e6))) == pytest.approx(1.0)


def test_who_takes_most_time_gives_up_its_folds_where_time_is_short() -> None:
    members = [member(1, 0.5, 0.1, seconds=0.4), member(2, 0.5, 1.0, seconds=0.1)]
    assert kept(members, 7.0) == {1: 5, 2: 5}
    assert kept(members, 7.0, seconds=1.4) == {1: 2, 2: 5}


def test_what_a_row_may_take_limits_many_too() -> None:
    assert [Limits(milliseconds=ms).many_seconds for ms in (None, 0.3, 50.0)] == [1.0, 0.15, 1.0]
    assert room(Limits(milliseconds=0.3)).seconds == pytest.approx(0.15 * room(Limits()).seconds)
    assert room(Limits(milliseconds=0.3)).bytes == room(Limits()).bytes == 7e6


def test_the_last_model_stays_whatever_its_size() -> None:
    assert kept([member(1, 1.0, 50.0)], 1.0) == {1: 1}


def test_a_learner_that_answers_quickly_may_be_larger() -> None:
    assert kept([member(1, 1.0, 1.0, quick=True)], 3.8) == {1: 5}
    assert kept([member(1, 1.0, 1.0)], 3.8) == {1: 3}


def test_a_forest_is_fitted_once_to_all_rows() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(600, 4)), columns=list("abcd"))
    frame["y"] = frame["a"] * frame["b"] + 0.1 * random.normal(size=600)
    result = fit(frame, "y", AutoMLSettings(trials=2, learners=["extra_trees"], ensemble=False))
    assert result.best.learner == "extra_trees"
    assert "fitted to the held-out rows as well" in " ".join(result.notes)
    [one] = result.pipeline.members
    [model] = one.models
    assert len(model.learner.parts) == 1
    assert result.certificate.passed


def test_candidates_that_have_no_room_are_not_displaced_by_a_worse_blend_of_others() -> None:
    random = np.random.default_rng(0)
    y = random.normal(size=400)
    folds = [(np.empty(0, int), part) for part in np.array_split(np.arange(400), 2)]
    training = SimpleNamespace(y=y, weights=None, classes=None, folds=folds, seed=0)
    metric = choose("rmse", "regression")
    trials, outcomes = [], []
    for number, (noise, seconds) in enumerate([(0.1, 9.0), (1.0, 0.1), (1.0, 0.1)]):
        predictions = [y[rows] + random.normal(scale=noise, size=len(rows)) for _, rows in folds]
        scores = [metric(y[rows], one, None) for (_, rows), one in zip(folds, predictions, strict=True)]
        trials.append(Trial(number, "lightgbm", {}, state="complete", score=float(np.mean(scores)), refit={}))
        outcomes.append(Outcome(predictions, [], {}, 1.0, cost=Cost(1e3, seconds)))

    def members(**how: Any) -> set[str]:
        found = blended(trials, outcomes, training, metric, number=3, **how)  # type: ignore[arg-type]
        return set(found[0].params["members"]) if found else set()

    short = Room(seconds=1.0)
    assert members(room=short) == {"1", "2"}
    assert members(room=short, to_beat=trials[0].score) == set()
    assert members(room=short, to_beat=trials[1].score) == {"1", "2"}


def test_where_a_row_has_little_time_who_is_quick_is_recommended() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(900, 4)), columns=list("abcd"))
    frame["y"] = np.where(frame["a"] * frame["b"] + frame["c"] > 0, "high", "low")
    told = AutoMLSettings(
        trials=3, learners=["baseline", "lightgbm", "linear"], features="plain", refit=False
    )
    scores = {}
    for limit, learner in ((None, "lightgbm"), (0.02, "linear")):
        result = fit(
            frame, "y", told.model_copy(update={"max_latency_ms": limit, "ensemble": limit is not None})
        )
        assert result.best.learner == learner
        scores = {trial.learner: trial.score for trial in result.trials}
    assert scores["lightgbm"] > scores["linear"] > scores["baseline"]


SIZE = Size("regression", rows=2_000, columns=6, levels=0, seconds=60.0)


def first_of(size: Size, count: int) -> list[Candidate]:
    found = Proposals(portfolio(size, "auto"), size, greater_is_better=False, seed=0)
    asked = []
    for number in range(count):
        candidate = found.next(number, {"mlp": 0.5, "lightgbm": 0.25}, found.learners)
        assert candidate is not None
        asked.append(candidate)
        found.tell(Trial(number, candidate.learner, candidate.params, state="complete", score=1.0))
    return asked


def test_with_time_the_leading_learner_is_varied_between_the_later_ones_of_the_portfolio() -> None:
    asked = first_of(SIZE, 14)
    assert all(asked[number].learner == "mlp" for number in (7, 9, 11, 13))
    assert len({repr(asked[number].params) for number in (7, 9, 11, 13)}) == 4
    assert asked[8] in portfolio(SIZE, "auto")


def test_in_a_hurry_the_portfolio_comes_first() -> None:
    hasty = replace(SIZE, seconds=10.0)
    known = portfolio(hasty, "auto")
    assert first_of(hasty, len(known)) == known
