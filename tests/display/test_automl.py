"""Views of runs: which score is which, how sure it is, and what came of every candidate."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from labstudio.automl.guardrails import Guardrail
from labstudio.automl.result import leaderboard
from labstudio.automl.trial import Trial
from labstudio.display import automl as views
from labstudio.display.bundle import Bundle

TRIALS = (
    Trial(0, "baseline", state="complete", score=0.5, error_bar=0.001, seconds=0.1),
    Trial(1, "lightgbm", {"num_leaves": 31}, "complete", 0.9, 0.01, 4.0),
    Trial(2, "mlp", state="pruned", score=0.95, seconds=1.0, message="clearly worse"),
    Trial(3, "extra_trees", state="complete", score=0.88, error_bar=0.02, seconds=2.0),
    Trial(4, "ensemble", {"members": {"3": 0.25, "1": 0.75}}, "complete", 0.91, 0.01, 6.0),
)


def ended(**more: Any) -> Any:
    """A result as `fit` gives it, in what a leaderboard reads of it."""
    scores = {"roc_auc": 0.912, "log_loss": 0.3}
    what = {"task": "binary", "metric": "roc_auc", "greater_is_better": True, "holdout": scores}
    board = leaderboard(TRIALS, "roc_auc", greater_is_better=True)
    known = {"trials": TRIALS, "leaderboard": board, "best": TRIALS[4], "interval": (0.8971, 0.9254)}
    return SimpleNamespace(**{**what, **known, **more})


def test_a_leaderboard_tells_out_of_fold_scores_from_held_out_ones() -> None:
    text = views.leaderboard(ended()).text
    assert "ROC AUC is out of fold: the mean over the validation folds ± its standard error." in text
    assert "ROC AUC held out: 0.912 (95 % interval 0.897 to 0.925)" in text
    assert "Log loss" not in text
    assert "95 %" not in views.leaderboard(ended(interval=None)).text


def test_an_ensemble_names_its_members_and_the_recommended_one_is_marked() -> None:
    lines = views.leaderboard(ended()).text.splitlines()
    (marked,) = [line for line in lines if line.startswith("* ")]
    assert "Ensemble" in marked
    assert marked.endswith("75 % LightGBM (1), 25 % Extra trees (3)")
    (other,) = [
        line for line in views.leaderboard(ended(best=TRIALS[1])).text.splitlines() if line[:2] == "* "
    ]
    assert "LightGBM" in other


def test_candidates_without_a_place_on_the_board_are_counted() -> None:
    assert "given up on their first folds: 1" in views.leaderboard(ended()).text


def test_a_fix_that_was_measured_is_shown_with_what_it_has_changed() -> None:
    effect = {"roc_auc without the fix": 1.0, "with it": 0.81}
    checks = [
        Guardrail("Target leak", "done", "No column alone gives the target away.", effect=effect),
        Guardrail("Groups", "passed", "No column looks like one of groups."),
    ]
    lines = Bundle(*views._guardrails(checks)).text.splitlines()
    told = "changed: roc_auc without the fix 1, with it 0.81"
    assert any("Target leak" in line and told in line for line in lines)
    assert not any("Groups" in line for line in lines)
