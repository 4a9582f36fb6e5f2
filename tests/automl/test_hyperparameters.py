"""Which hyper-parameters mattered: what explains the scores is found, and chance explains nothing."""

from __future__ import annotations

import numpy as np
import pytest

from labstudio.automl.hyperparameters import importance
from labstudio.automl.trial import Trial


def tried(count: int, seed: int = 0) -> list[Trial]:
    """Trials whose score depends on the rate and on the kind, and not on the noise."""
    random = np.random.default_rng(seed)
    rates, noises = random.random(count), random.random(count)
    kinds = random.choice(["dart", "gbdt"], count)
    return [
        Trial(i, "lightgbm", {"rate": rate, "kind": str(kind), "noise": noise, "rounds": 100}, "complete",
              float(rate + 0.3 * (kind == "dart")), seconds=1.0)
        for i, (rate, kind, noise) in enumerate(zip(rates, kinds, noises, strict=True))
    ]  # fmt: skip


def test_what_decides_the_score_explains_most_of_it() -> None:
    shares = importance(tried(60))["lightgbm"]
    assert list(shares) == ["rate", "kind", "noise"]
    assert shares["rate"] > 0.5
    assert "rounds" not in shares  # it was the same in all


def test_chance_explains_nothing_on_average() -> None:
    noise = [importance(tried(9, seed))["lightgbm"]["noise"] for seed in range(60)]
    assert np.mean(noise) < 0.12
    assert np.median(noise) < 0.05


@pytest.mark.parametrize("worst", [1e3, 1e300])
def test_one_trial_that_went_astray_does_not_decide(worst: float) -> None:
    trials = tried(40)
    rate = importance(trials)["lightgbm"]["rate"]
    astray = Trial(99, "lightgbm", {"rate": 0.5, "kind": "dart", "noise": 0.0}, "complete", worst)
    assert importance([*trials, astray])["lightgbm"]["rate"] == pytest.approx(rate, abs=0.1)


def test_only_whole_trials_of_a_learner_with_eight_of_them_count() -> None:
    trials = tried(8)
    assert set(importance(trials)) == {"lightgbm"}
    pruned = Trial(9, "lightgbm", {"rate": 0.5}, "pruned", 0.9)
    assert importance([*trials[:7], pruned]) == {}
    joined = [Trial(i, "ensemble", {"members": {}}, "complete", float(i)) for i in range(9)]
    assert importance(joined) == {}


def test_equal_scores_are_explained_by_nothing() -> None:
    trials = [Trial(i, "linear", {"alpha": i / 9}, "complete", 0.5) for i in range(9)]
    assert importance(trials) == {"linear": {"alpha": 0.0}}
