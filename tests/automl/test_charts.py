"""What the held-out rows say of a model: held against scikit-learn, small, and whole at the edges."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score, roc_curve

from labstudio.automl import AutoMLSettings, fit
from labstudio.automl.charts import CURVE_POINTS, charts
from labstudio.automl.importance import importance

pytestmark = pytest.mark.core


def said(rows: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truth, and probabilities that know something of it."""
    random = np.random.default_rng(seed)
    y = random.integers(0, classes, rows)
    scores = random.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[y]
    return y, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def test_two_classes_are_drawn_as_scikit_learn_counts_them() -> None:
    y, probabilities = said(5_000, 2)
    found = charts(y, probabilities, np.array(["no", "yes"]))
    score = probabilities[:, 1]
    assert found["confusion"]["counts"] == confusion_matrix(y, score > 0.5).tolist()
    (roc,), (recall,) = found["roc"]["curves"], found["precision_recall"]["curves"]
    assert (roc["class"], recall["class"]) == ("yes", "yes")
    assert roc["area"] == pytest.approx(roc_auc_score(y, score), abs=1e-4)
    assert recall["area"] == pytest.approx(average_precision_score(y, score), abs=1e-4)
    assert len(roc["x"]) <= CURVE_POINTS
    alarms, share, _ = roc_curve(y, score, drop_intermediate=False)
    away = np.abs(np.subtract.outer(alarms, roc["x"])) + np.abs(np.subtract.outer(share, roc["y"]))
    assert away.min(axis=1).max() < 2.5 / CURVE_POINTS  # every point is near one that was kept
    assert (roc["x"][0], roc["y"][0], roc["x"][-1], roc["y"][-1]) == (0, 0, 1, 1)
    assert (recall["x"][0], recall["x"][-1]) == (0, 1)


def test_a_calibrated_model_is_seen_as_such_and_a_boastful_one_is_not() -> None:
    random = np.random.default_rng(3)
    p = random.random(20_000)
    y = (random.random(20_000) < p).astype(np.int64)
    classes = np.array([False, True])
    honest = charts(y, np.column_stack([1 - p, p]), classes)["calibration"]
    sure = np.where(p > 0.5, 0.99, 0.01)
    boastful = charts(y, np.column_stack([1 - sure, sure]), classes)["calibration"]
    assert honest["error"] < 0.02
    assert boastful["error"] == pytest.approx(0.24, abs=0.02)
    assert sum(boastful["curves"][0]["count"]) == 20_000
    assert boastful["curves"][0]["seen"] == pytest.approx([0.25, 0.75], abs=0.02)


def test_of_many_classes_the_rare_ones_are_counted_together() -> None:
    y, probabilities = said(4_000, 30)
    found = charts(y, probabilities, np.arange(30))
    assert len(found["confusion"]["classes"]) == 12
    assert found["confusion"]["classes"][-1] == "other (19 classes)"
    assert np.sum(found["confusion"]["counts"]) == 4_000
    assert len(found["roc"]["curves"]) == len(found["calibration"]["curves"]) == 11
    assert len(json.dumps(found)) < 60_000


def test_values_are_drawn_with_their_residuals() -> None:
    random = np.random.default_rng(0)
    y = random.normal(100, 20, 10_000)
    predicted = y + random.normal(5, 2, 10_000)
    found = charts(y, predicted, None)
    assert len(found["predicted_vs_true"]["true"]) == 2_000
    assert sum(found["residuals"]["counts"]) == found["rows"] == 10_000
    assert found["residuals"]["bands"]["mean"] == pytest.approx([-5] * 10, abs=0.6)
    width = np.subtract(found["residuals"]["bands"]["high"], found["residuals"]["bands"]["low"])
    assert width == pytest.approx([2 * 1.2816 * 2] * 10, abs=0.5)  # from the 10th to the 90th percentile
    assert charts(y, predicted, None) == found
    assert len(json.dumps(found)) < 60_000


@pytest.mark.parametrize(
    ("y", "prediction", "classes"),
    [
        (np.array([1]), np.array([[0.0, 1.0]]), np.array(["a", "b"])),  # one row, so no curve
        (np.array([0, 0, 2]), np.eye(3), np.array([1, 2, 3])),  # a class that is not there
        (np.array([5.0]), np.array([5.0]), None),
        (np.zeros(9), np.zeros(9), None),
        (np.array([1e308, -1e308] * 10), np.array([-1e308, 1e308] * 10), None),
    ],
)
def test_odd_rows_leave_plain_json(y: np.ndarray, prediction: np.ndarray, classes: np.ndarray | None) -> None:
    found = json.loads(json.dumps(charts(y, prediction, classes), allow_nan=False))
    assert found["rows"] == len(y)
    assert ("confusion" in found) == (classes is not None)


@pytest.fixture(scope="module")
def homes() -> pd.DataFrame:
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"size": random.normal(100, 20, 600), "noise": random.normal(size=600)})
    frame["city"] = random.choice(["Oslo", "Rome"], 600)
    frame["sold"] = np.where(frame["size"] + 15 * (frame["city"] == "Oslo") > 105, "yes", "no")
    return frame


def test_what_a_model_relies_on_costs_it_most_when_shuffled(homes: pd.DataFrame) -> None:
    result = fit(homes, "sold", AutoMLSettings(trials=2, learners=["linear"]))
    weighed = result.charts["importance"]
    assert weighed["columns"][0] == "size"
    assert weighed["columns"][-1] == "noise"
    assert weighed["mean"][0] > 0.2 > abs(weighed["mean"][-1])
    assert weighed["score"] == pytest.approx(result.holdout["roc_auc"])
    assert (weighed["done"], weighed["of"], weighed["shuffles"]) == (3, 3, 3)
    assert result.charts["baseline"] == {"metric": "roc_auc", "score": None}  # it was not asked for


def test_little_time_leaves_columns_out_and_says_so(homes: pd.DataFrame) -> None:
    result = fit(homes, "sold", AutoMLSettings(trials=1, learners=["linear"]))
    y = (homes["sold"] == "yes").to_numpy().astype(np.int64)
    none = importance(result.model.content, homes, y, metric="roc_auc", seconds=-1)
    assert (none["done"], none["of"], none["shuffles"], none["columns"]) == (0, 3, 0, [])
    began = time.monotonic()
    wide = pd.concat({**{f"x{i}": homes["size"] for i in range(300)}, "sold": homes["sold"]}, axis=1)
    result = fit(wide, "sold", AutoMLSettings(budget=6, learners=["baseline", "linear"]))
    assert time.monotonic() - began < 6 * 1.1 + 2
    weighed = result.charts.get("importance")  # a slow machine has no time left for it at all
    assert weighed is None or len(weighed["columns"]) <= 100


def test_with_a_metric_of_ones_own_importance_is_in_the_tasks_metric(homes: pd.DataFrame) -> None:
    settings = AutoMLSettings(trials=2, learners=["baseline", "linear"])
    result = fit(homes, "sold", settings, metric=lambda truth, labels: float(np.mean(truth == labels)))
    assert result.charts["importance"]["metric"] == "roc_auc"
    assert result.charts["baseline"]["score"] is not None
