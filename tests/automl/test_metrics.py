"""Our metrics are scikit-learn's metrics of the same name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from labstudio.automl.metrics import Metric, choose, report
from labstudio.errors import Invalid

pytestmark = pytest.mark.core


@given(seed=st.integers(0, 10_000), rows=st.integers(2, 60), classes=st.integers(2, 5), ties=st.booleans())
def test_scores_of_classes_are_scikit_learns(seed: int, rows: int, classes: int, ties: bool) -> None:
    random = np.random.default_rng(seed)
    codes = random.integers(0, classes, rows)
    p = random.random((rows, classes)) + 0.01
    p = np.round(p, 1) + 0.1 if ties else p
    p /= p.sum(axis=1, keepdims=True)
    labels = np.array(list("abcde"))[:classes]
    task = "binary" if classes == 2 else "multiclass"

    def ours(name: str) -> float:
        return choose(name, task)(codes, p, labels)

    chosen = p.argmax(axis=1)
    assert ours("accuracy") == pytest.approx(metrics.accuracy_score(codes, chosen))
    assert ours("f1_macro") == pytest.approx(metrics.f1_score(codes, chosen, average="macro"))
    recall = metrics.recall_score(codes, chosen, average="macro", labels=np.unique(codes))
    assert ours("balanced_accuracy") == pytest.approx(recall)
    assert ours("log_loss") == pytest.approx(metrics.log_loss(codes, p, labels=range(classes)))
    present = [k for k in range(classes) if 0 < (codes == k).sum() < rows]
    if classes == 2 and present:
        assert ours("roc_auc") == pytest.approx(metrics.roc_auc_score(codes, p[:, 1]))
    elif present:
        each = [metrics.roc_auc_score(codes == k, p[:, k]) for k in present]
        assert ours("roc_auc") == pytest.approx(np.mean(each))
    else:
        assert np.isnan(ours("roc_auc"))


@given(seed=st.integers(0, 10_000), rows=st.integers(2, 60), scale=st.sampled_from([1e-9, 1.0, 1e12]))
def test_scores_of_values_are_scikit_learns(seed: int, rows: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    y, values = random.normal(size=rows) * scale, random.normal(size=rows) * scale
    for name, theirs in [
        ("rmse", metrics.root_mean_squared_error),
        ("mae", metrics.mean_absolute_error),
        ("r2", metrics.r2_score),
        ("median_absolute_error", metrics.median_absolute_error),
    ]:
        assert choose(name, "regression")(y, values, None) == pytest.approx(theirs(y, values), rel=1e-9)


def test_huge_values_do_not_overflow() -> None:
    y = np.array([1e200, 2e200, 3e200])
    assert choose("rmse", "regression")(y, y * 1.5, None) == pytest.approx(1.0801234497e200)


def test_a_task_has_its_own_metric_and_refuses_others() -> None:
    assert [choose("auto", task).name for task in ("binary", "multiclass", "regression")] == [
        "roc_auc",
        "log_loss",
        "rmse",
    ]
    with pytest.raises(Invalid, match="'rmse' does not fit a binary task; choose one of roc_auc, log_loss"):
        choose("rmse", "binary")


def test_a_callable_is_given_labels_and_a_metric_what_it_asks_for() -> None:
    codes, labels = np.array([0, 1, 1]), np.array(["no", "yes"])
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    seen = []

    def function(truth: np.ndarray, prediction: np.ndarray) -> float:
        seen.append((truth.tolist(), prediction.tolist()))
        return 1.0

    choose("auto", "binary", function)(codes, p, labels)
    Metric("mine", function, "probabilities")(codes, p, labels)
    assert seen == [
        (["no", "yes", "yes"], ["no", "yes", "no"]),
        (["no", "yes", "yes"], p.tolist()),
    ]


def test_what_is_not_defined_for_these_rows_is_left_out_of_the_report() -> None:
    codes, p = np.array([1, 1]), np.array([[0.2, 0.8], [0.3, 0.7]])
    scores = report("binary", choose("accuracy", "binary"), codes, p, np.array(["no", "yes"]))
    assert list(scores) == ["accuracy", "log_loss"]
