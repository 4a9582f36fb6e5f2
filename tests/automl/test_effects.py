"""What a fix that a person has applied has changed is measured, and said by its guardrail."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labstudio.automl import AutoMLSettings, fit
from labstudio.automl.effects import Fixes, applied_fixes
from labstudio.automl.guardrails import Guardrail

pytestmark = pytest.mark.core


def leaky(rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(size=rows), "b": random.normal(size=rows)})
    y = frame["a"] + random.normal(size=rows) > 0
    return frame.assign(
        after=np.where(y, 1.0, 0.0) + random.normal(0, 0.01, rows), left=np.where(y, "yes", "no")
    )


def by_name(guardrails: tuple[Guardrail, ...]) -> dict[str, Guardrail]:
    return {one.name: one for one in guardrails}


def test_leaving_a_leak_out_says_what_the_score_was_with_it() -> None:
    result = fit(leaky(), "left", AutoMLSettings(trials=2, learners=["linear"], exclude=["after"]))
    one = by_name(result.guardrails)["Target leak"]
    assert one.state == "done"
    assert one.effect is not None
    assert one.effect["roc_auc without the fix"] > 0.99
    assert 0.6 < one.effect["with it"] < 0.9


def test_leaving_out_what_no_guardrail_complains_of_is_no_fix() -> None:
    told = AutoMLSettings(exclude=["b"])
    assert list(applied_fixes(leaky().drop(columns="after"), "left", told)) == []
    assert Fixes(leaky().drop(columns="after"), "left", told, "auto", None).seconds(10.0) == 0.0


def test_each_fix_is_taken_back_alone() -> None:
    frame = leaky()
    frame["left"] = np.where(np.arange(len(frame)) % 40 == 0, "yes", "no")
    frame["after"] = np.where(frame["left"] == "yes", 1.0, 0.0) + 0.01 * frame["a"]
    told = AutoMLSettings(exclude=["after", "b"], class_weight="balanced")
    found = dict(applied_fixes(frame, "left", told))
    assert found["Target leak"]["exclude"] == ["b"]
    assert found["Target leak"]["class_weight"] == "balanced"
    assert found["Class balance"]["class_weight"] == "none"
    assert found["Class balance"]["exclude"] == ["after", "b"]


def test_without_time_there_is_no_effect_and_nothing_else_changes(tmp_path) -> None:
    fixes = Fixes(leaky(), "left", AutoMLSettings(exclude=["after"]), "auto", tmp_path)
    before = (Guardrail("Target leak", "passed", "No column alone gives the target away."),)
    assert fixes.measure(before, lambda *told: None, "roc_auc", 1.0) == before
