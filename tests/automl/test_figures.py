"""Figures of runs: Plotly takes them as they are, whatever the names."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from labstudio.automl import AutoMLResult, AutoMLSettings, Trial, fit
from labstudio.automl.diagram import diagram
from labstudio.automl.figures import figures, missing
from labstudio.display import automl as views
from labstudio.display.drawing import PLOTLY, grid

TARGETS = ["price", "sold", "band"]
OF_CLASSES = [
    "score_over_time",
    "confusion",
    "roc",
    "precision_recall",
    "calibration",
    "importance",
    "learning",
]
OF_VALUES = ["score_over_time", "predicted_vs_true", "residuals", "residual_bands", "importance", "learning"]


@pytest.fixture(scope="module")
def results(mixed: pd.DataFrame) -> dict[str, AutoMLResult]:
    frames = {target: mixed.drop(columns=[t for t in TARGETS if t != target]) for target in TARGETS}
    settings = AutoMLSettings(trials=2, learners=["baseline", "linear"])
    return {target: fit(frame, target, settings) for target, frame in frames.items()}


@pytest.mark.parametrize(
    ("target", "names"), [("price", OF_VALUES), ("sold", OF_CLASSES), ("band", OF_CLASSES)]
)
def test_plotly_takes_every_figure_of_a_task(
    results: dict[str, AutoMLResult], target: str, names: list[str]
) -> None:
    drawn = figures(results[target])
    assert list(drawn) == names
    for figure in drawn.values():
        go.Figure(json.loads(json.dumps(figure, allow_nan=False)))  # refuses what it does not know
        assert figure["layout"]["title"]["text"]
        assert not {"template", "paper_bgcolor", "font"} & set(figure["layout"])


def test_curves_differ_by_colour_and_by_dash(results: dict[str, AutoMLResult]) -> None:
    curves = figures(results["band"])["roc"]["data"][:3]
    assert len({curve["line"]["color"] for curve in curves}) == 3
    assert len({curve["line"]["dash"] for curve in curves}) == 3


def test_the_best_score_only_gets_better_and_a_run_is_drawn_while_it_goes_on() -> None:
    trials = (
        Trial(0, "baseline", state="complete", score=9.0, seconds=0.1),
        Trial(1, "linear", state="failed", seconds=2.0),
        Trial(2, "linear", state="complete", score=3.0, seconds=1.0),
        Trial(3, "lightgbm", state="complete", score=4.0, seconds=5.0),
        Trial(4, "lightgbm"),
    )
    run = a_run(trials)
    (figure,) = figures(run).values()
    best, linear, lightgbm, baseline = figure["data"]
    assert best["x"] == pytest.approx([0.1, 3.1, 8.1])
    assert best["y"] == [9.0, 3.0, 3.0]
    assert (linear["name"], linear["y"]) == ("Linear model", [3.0])
    assert (lightgbm["name"], lightgbm["y"]) == ("LightGBM", [4.0])
    assert linear["marker"]["symbol"] != lightgbm["marker"]["symbol"]
    assert baseline["y"] == [9.0, 9.0]
    assert figure["layout"]["yaxis"]["title"]["text"] == "RMSE, lower is better"
    run.trials = (Trial(0, "linear"),)
    assert figures(run) == {}


def test_an_ensemble_stands_where_its_members_had_ended_and_one_that_was_given_up_nowhere() -> None:
    trials = (
        Trial(0, "linear", state="complete", score=3.0, seconds=1.0),
        Trial(1, "mlp", state="pruned", score=0.1, seconds=2.0),
        Trial(2, "lightgbm", state="complete", score=2.0, seconds=4.0),
        Trial(3, "ensemble", {"members": {"0": 0.3, "2": 0.7}}, "complete", 1.5, seconds=5.0),
    )
    drawn = figures(a_run(trials))
    best, *learners = drawn["score_over_time"]["data"]
    assert best["x"] == [1.0, 7.0, 7.0]
    assert best["y"] == [3.0, 2.0, 1.5]
    assert [one["name"] for one in learners] == ["Ensemble", "LightGBM", "Linear model"]
    (weights,) = drawn["ensemble"]["data"]
    assert weights["x"] == [0.7, 0.3]
    assert drawn["ensemble"]["layout"]["yaxis"]["ticktext"] == ["LightGBM (2)", "Linear model (0)"]


def test_only_the_best_learners_have_a_colour_of_their_own() -> None:
    names = ["tree", "mlp", "linear", "lightgbm", "xgboost", "extra_trees"]
    trials = tuple(Trial(i, name, state="complete", score=9.0 - i, seconds=1) for i, name in enumerate(names))
    data = figures(a_run(trials))["score_over_time"]["data"]
    assert [one["name"] for one in data[1:]] == [
        *("Extra trees", "XGBoost", "LightGBM", "Linear model"),
        "other learners",
    ]
    assert data[-1]["y"] == [9.0, 8.0]


def test_what_settings_mattered_is_drawn_from_eight_trials_on_and_before_the_reason_is_told() -> None:
    trials = tuple(
        Trial(i, "lightgbm", {"rate": i / 10, "even": i % 2 == 0}, "complete", float(i)) for i in range(9)
    )
    figure = figures(a_run(trials))["hyperparameters"]
    go.Figure(figure)
    assert figure["layout"]["title"]["text"] == "Hyper-parameters that mattered, LightGBM"
    assert figure["layout"]["yaxis"]["ticktext"] == ["rate", "even"]
    assert missing(a_run(trials)) == {}
    few = a_run(trials[:5])
    assert "hyperparameters" not in figures(few)
    assert missing(few)["hyperparameters"].endswith(
        "from 8 trials of one learner on; the most that ended well are 5."
    )


def test_a_learning_curve_and_the_made_features_are_shown_where_there_are_some() -> None:
    feature = {"feature": "a / b", "formula": "a / b", "columns": ["a", "b"], "importance": 0.25}
    told = {"rows": 40, "learning": {"rows": [10, 20], "train": [1.0, 1.1], "validation": [3.0, 2.0]}}
    run = a_run((Trial(0, "linear", state="complete", score=3.0),), {**told, "features": [feature]})
    figure = figures(run)["learning"]
    go.Figure(figure)
    assert [one["name"] for one in figure["data"]] == ["out of fold", "training rows"]
    assert figure["layout"]["yaxis"]["title"]["text"] == "RMSE"
    text = views.charts(run, figures(run), missing(run)).text
    assert "a / b         a / b  a, b        0.25" in text
    assert "There was no time left to find out what the model relies on." in text


def a_run(trials: tuple[Trial, ...], charts: dict[str, Any] | None = None) -> Any:
    told = {"metric": "rmse", "greater_is_better": False}
    return SimpleNamespace(
        id="run-1", trials=trials, target="y", charts=charts or {}, outcome={}, progress=told
    )


def test_hostile_names_are_escaped_and_stand_in_no_template(results: dict[str, AutoMLResult]) -> None:
    result = results["sold"]
    bad = '<a href="javascript:x">%{x}</a>' + "n" * 100
    told = json.loads(json.dumps(result.charts))
    told["confusion"]["classes"] = [bad, bad]
    told["importance"]["columns"][0] = bad
    drawn = figures(replace(result, charts=told, target=bad))
    assert "<a" not in json.dumps(drawn)
    templates = [trace.get("hovertemplate", "") for one in drawn.values() for trace in one["data"]]
    assert not any("href" in template for template in templates)
    assert drawn["confusion"]["layout"]["xaxis"]["tickvals"] == [0, 1]  # two cut names do not become one


def test_a_cell_shows_all_figures_as_one_and_a_terminal_what_counts(
    results: dict[str, AutoMLResult],
) -> None:
    result = results["price"]
    drawn = figures(result)
    bundle = views.charts(result, drawn)._repr_mimebundle_()
    go.Figure(bundle[PLOTLY])
    assert len(bundle[PLOTLY]["layout"]["annotations"]) == len(drawn)
    assert "RMSE lost when shuffled" in bundle["text/plain"]
    assert result.charts["importance"]["columns"][0] in bundle["text/plain"]


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_no_two_figures_of_a_grid_overlap(count: int) -> None:
    one = {"data": [], "layout": {"title": {"text": "A"}, "xaxis": {}, "yaxis": {}}}
    wide = {**one, "data": [{"y": [1]}] * 7}
    layout = grid({str(i): wide if i in (1, 4) else one for i in range(count)})["layout"]
    boxes = []
    for i in range(count):
        number = "" if i == 0 else str(i + 1)
        (left, right), (low, high) = layout[f"xaxis{number}"]["domain"], layout[f"yaxis{number}"]["domain"]
        assert 0 <= left < right <= 1
        assert 0 <= low < high <= 1
        boxes.append((left, right, low, high))
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]


def test_how_the_winner_works_is_told_in_plain_values(
    results: dict[str, AutoMLResult], mixed: pd.DataFrame
) -> None:
    result = results["sold"]
    assert result.diagram == diagram(result.pipeline) == json.loads(json.dumps(result.diagram))
    numbers, categories = result.diagram["columns"]
    assert (numbers["names"], categories["names"]) == (["age", "rooms", "garden"], ["city", "street"])
    assert [step["name"] for step in result.diagram["steps"]] == ["Fill and scale", "One-hot"]
    assert result.diagram["members"][0]["steps"] == [0, 1]
    assert [step["columns"] for step in result.diagram["steps"]] == [0, 1]
    assert result.diagram["answer"] == {"name": "Likeliest class", "detail": "no, yes"}
    baseline = fit(mixed, "price", AutoMLSettings(trials=1, learners=["baseline"]))
    assert baseline.diagram["steps"] == []
    assert baseline.diagram["columns"][0]["count"] == len(baseline.schema)
    assert "importance" not in baseline.charts
    assert np.isfinite(baseline.charts["baseline"]["score"])
