"""Our metrics are scikit-learn's metrics of the same name."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn import metrics

from labstudio.automl.metrics import (
    Metric,
    area_under_curve,
    built_in,
    choose,
    from_path,
    most_likely,
    report,
)
from labstudio.errors import Invalid

pytestmark = pytest.mark.core

TASKS = ("binary", "multiclass", "regression")
EVERY = [(task, name) for task in TASKS for name in built_in(task)]
seeds = st.integers(0, 10_000)


def some_rows(
    seed: int, rows: int, task: str, ties: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Truth, prediction, weights and classes; every class has rows, in the first ones."""
    random = np.random.default_rng(seed)
    weights = random.random(rows) + 0.1
    if task == "regression":
        y = np.abs(random.normal(size=rows)) * 3
        values = np.abs(y + random.normal(size=rows))
        return (np.round(y), np.round(values), weights, None) if ties else (y, values, weights, None)
    count = 2 if task == "binary" else 4
    codes = np.append(np.arange(count), random.integers(0, count, rows - count))
    p = random.random((rows, count)) + 0.5 * np.eye(count)[codes]
    p = np.round(p, 1) + 0.1 if ties else p
    return codes, p / p.sum(axis=1, keepdims=True), weights, np.array(list("abcd"))[:count]


def averaged(theirs: Callable, average: str) -> Callable:
    return lambda y, p, w: theirs(y, p.argmax(1), average=average, sample_weight=w, zero_division=0)


def of_labels(theirs: Callable, **how: object) -> Callable:
    return lambda y, p, w: theirs(y, p.argmax(1), sample_weight=w, **how)


def of_values(theirs: Callable, **how: object) -> Callable:
    return lambda y, values, w: theirs(y, values, sample_weight=w, **how)


def one_against_rest(theirs: Callable, average: str) -> Callable:
    def score(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
        return theirs(np.eye(p.shape[1])[y], p, average=average, sample_weight=w)

    return score


def by_class_size(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
    sizes = np.bincount(y, w)
    each = sizes[y] if w is None else sizes[y] * w
    return metrics.accuracy_score(y, p.argmax(1), sample_weight=each)


def by_range(theirs: Callable) -> Callable:
    return lambda y, values, w: theirs(y, values, sample_weight=w) / (y.max() - y.min())


OF_CLASSES: dict[str, Callable] = {
    "log_loss": lambda y, p, w: metrics.log_loss(y, p, sample_weight=w),
    "brier": lambda y, p, w: metrics.brier_score_loss(
        y, p if p.shape[1] > 2 else p[:, 1], sample_weight=w, labels=range(p.shape[1])
    ),
    "accuracy": of_labels(metrics.accuracy_score),
    "balanced_accuracy": of_labels(metrics.balanced_accuracy_score),
    "norm_macro_recall": of_labels(metrics.balanced_accuracy_score, adjusted=True),
    "matthews_corrcoef": of_labels(metrics.matthews_corrcoef),
    "weighted_accuracy": by_class_size,
    **{f"f1_{a}": averaged(metrics.f1_score, a) for a in ("macro", "micro", "weighted")},
    **{f"precision_{a}": averaged(metrics.precision_score, a) for a in ("macro", "micro", "weighted")},
    **{f"recall_{a}": averaged(metrics.recall_score, a) for a in ("macro", "micro", "weighted")},
    **{f"roc_auc_{a}": one_against_rest(metrics.roc_auc_score, a) for a in ("micro", "weighted")},
    **{
        f"average_precision_{a}": one_against_rest(metrics.average_precision_score, a)
        for a in ("macro", "micro", "weighted")
    },
}
SCIKIT_LEARNS: dict[str, dict[str, Callable]] = {
    "binary": OF_CLASSES
    | {
        "roc_auc": lambda y, p, w: metrics.roc_auc_score(y, p[:, 1], sample_weight=w),
        "average_precision": lambda y, p, w: metrics.average_precision_score(y, p[:, 1], sample_weight=w),
        **{
            name: averaged(theirs, "binary")
            for name, theirs in [
                ("f1", metrics.f1_score),
                ("precision", metrics.precision_score),
                ("recall", metrics.recall_score),
            ]
        },
    },
    "multiclass": OF_CLASSES
    | {
        "roc_auc": one_against_rest(metrics.roc_auc_score, "macro"),
        "average_precision": one_against_rest(metrics.average_precision_score, "macro"),
    },
    "regression": {
        "rmse": of_values(metrics.root_mean_squared_error),
        "mae": of_values(metrics.mean_absolute_error),
        "median_absolute_error": of_values(metrics.median_absolute_error),
        "rmsle": of_values(metrics.root_mean_squared_log_error),
        "r2": of_values(metrics.r2_score),
        "mape": of_values(metrics.mean_absolute_percentage_error),
        "explained_variance": of_values(metrics.explained_variance_score),
        "quantile_loss": of_values(metrics.mean_pinball_loss, alpha=0.5),
        "normalized_rmse": by_range(metrics.root_mean_squared_error),
        "normalized_mae": by_range(metrics.mean_absolute_error),
        "normalized_median_absolute_error": by_range(metrics.median_absolute_error),
        "normalized_rmsle": by_range(metrics.root_mean_squared_log_error),
    },
}


@pytest.mark.parametrize(("task", "name"), [each for each in EVERY if each[1] != "spearman"])
@settings(max_examples=20)
@given(seed=seeds, rows=st.integers(8, 60), ties=st.booleans(), weighted=st.booleans())
def test_a_score_is_scikit_learns(
    task: str, name: str, seed: int, rows: int, ties: bool, weighted: bool
) -> None:
    y, prediction, weights, classes = some_rows(seed, rows, task, ties)
    given_weights = weights if weighted else None
    ours = choose(name, task)(y, prediction, classes, given_weights)
    if np.isfinite(ours):
        theirs = SCIKIT_LEARNS[task][name](y, prediction, given_weights)
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    else:  # all values are the same
        assert np.ptp(y) == 0


@settings(max_examples=20)
@given(seed=seeds, rows=st.integers(5, 60), ties=st.booleans())
def test_spearman_is_scipys(seed: int, rows: int, ties: bool) -> None:
    y, values, _, _ = some_rows(seed, rows, "regression", ties)
    if np.ptp(y) and np.ptp(values):
        ours = choose("spearman", "regression")(y, values, None)
        assert ours == pytest.approx(spearmanr(y, values).statistic)


@pytest.mark.parametrize(("task", "name"), EVERY)
@settings(max_examples=20)
@given(seed=seeds, ties=st.booleans())
def test_a_row_of_weight_two_counts_as_two_rows(task: str, name: str, seed: int, ties: bool) -> None:
    y, prediction, _, classes = some_rows(seed, 20, task, ties)
    times = np.random.default_rng(seed).integers(0, 4, 20)
    times[:4] = 1  # so that every class stays
    metric = choose(name, task)
    weighted = metric(y, prediction, classes, times.astype(np.float64))
    again = np.repeat(np.arange(20), times)
    if "normalized" in name and np.ptp(y) != np.ptp(y[again]):
        return  # the range is that of all rows that are given
    repeated = metric(y[again], prediction[again], classes)
    assert weighted == pytest.approx(repeated, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(("task", "name"), EVERY)
def test_a_perfect_prediction_reaches_the_optimum_and_others_do_not(task: str, name: str) -> None:
    y, prediction, _, classes = some_rows(0, 40, task)
    metric = choose(name, task)
    perfect = y.astype(np.float64) if classes is None else np.eye(len(classes))[y]
    assert metric(y, perfect, classes) == pytest.approx(metric.optimum, abs=1e-12)
    assert metric.better(metric.optimum, metric(y, prediction, classes))
    assert metric.gain(metric.optimum, metric(y, prediction, classes)) > 0
    assert metric.title


@pytest.mark.parametrize(("task", "name"), EVERY)
def test_a_prepared_metric_gives_the_same(task: str, name: str) -> None:
    y, prediction, weights, classes = some_rows(1, 50, task)
    metric = choose(name, task)
    for given_weights in (None, weights):
        judge = metric.prepared(y, classes, given_weights)
        for found in (prediction, prediction[::-1]):
            assert judge(found) == metric(y, found, classes, given_weights)


def test_classes_without_rows_leave_the_others_to_be_scored() -> None:
    codes = np.array([0, 2, 0, 2])
    p = np.array([[0.6, 0.1, 0.3], [0.2, 0.1, 0.7], [0.3, 0.2, 0.5], [0.1, 0.5, 0.4]])
    labels = np.array(["a", "b", "c"])
    assert choose("roc_auc", "multiclass")(codes, p, labels) == pytest.approx(0.875)
    assert choose("balanced_accuracy", "multiclass")(codes, p, labels) == 0.5
    assert choose("f1_macro", "multiclass")(codes, p, labels) == pytest.approx(
        metrics.f1_score(codes, p.argmax(axis=1), average="macro")
    )


def test_a_metric_of_labels_judges_what_was_decided() -> None:
    codes, p = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.7, 0.3], [0.6, 0.4]])
    labels = np.array(["no", "yes"])
    decided = np.array([0, 1, 1])
    assert choose("f1", "binary")(codes, p, labels) == 0
    assert choose("f1", "binary")(codes, p, labels, decided=decided) == 1
    assert choose("auto", "binary", metrics.accuracy_score)(codes, p, labels, decided=decided) == 1
    assert choose("roc_auc", "binary")(codes, p, labels, decided=decided) == 1
    assert report("binary", choose("log_loss", "binary"), codes, p, labels, decided=decided)["accuracy"] == 1


def test_the_likeliest_class_is_the_first_of_equals() -> None:
    assert most_likely(np.array([[0.5, 0.5], [0.4, 0.6], [0.6, 0.4], [np.nan, 1.0]])).tolist() == [0, 1, 0, 0]
    assert most_likely(np.array([[0.2, 0.4, 0.4]])).tolist() == [1]


def test_an_unknown_probability_gives_no_area() -> None:
    y = np.array([True, False, True, False])
    assert np.isnan(area_under_curve(y, np.array([0.5, 0.2, np.nan, 0.1])))
    assert np.isnan(area_under_curve(~y, np.array([0.5, 0.2, np.nan, 0.1])))


def test_the_area_of_many_rows_is_found_at_once() -> None:
    random = np.random.default_rng(0)
    y, score = random.random(50_000) < 0.3, random.random(50_000)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        area_under_curve(y, score)
        taken.append(time.perf_counter() - started)
    assert min(taken) < 0.025, "it is called a thousand times; about 2.5 ms on a quiet machine"


def test_huge_values_do_not_overflow() -> None:
    y = np.array([1e200, 2e200, 3e200])
    assert choose("rmse", "regression")(y, y * 1.5, None) == pytest.approx(1.0801234497e200)
    assert choose("r2", "regression")(y, y, None) == 1


def test_logarithms_of_values_need_truth_above_minus_one_and_bear_any_prediction() -> None:
    rmsle = choose("rmsle", "regression")
    assert rmsle(np.array([0.0, 3.0]), np.array([-5.0, 3.0]), None) == 0
    with pytest.raises(Invalid, match="rmsle needs target values above -1, and there is -2; choose rmse"):
        rmsle(np.array([0.0, -2.0]), np.array([0.0, 0.0]), None)


def test_the_quantile_loss_is_that_of_the_quantile() -> None:
    y, values, weights, _ = some_rows(3, 30, "regression")
    metric = choose("quantile_loss", "regression", quantile=0.9)
    assert (metric.loss, metric.title) == ("quantile", "Quantile loss at 0.9")
    theirs = metrics.mean_pinball_loss(y, values, alpha=0.9, sample_weight=weights)
    assert metric(y, values, None, weights) == pytest.approx(theirs)


def test_a_task_has_its_own_metric_and_refuses_others() -> None:
    assert [choose("auto", task).name for task in TASKS] == ["roc_auc", "log_loss", "rmse"]
    assert choose("auto", "binary", rarest=1).name == "log_loss"
    with pytest.raises(Invalid, match="'rmse' does not fit a binary task; choose one of roc_auc, log_loss"):
        choose("rmse", "binary")
    with pytest.raises(Invalid, match="'f1' does not fit a multiclass task"):
        choose("f1", "multiclass")


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


@pytest.fixture
def my_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
        import numpy as np

        def profit(truth, prediction, sample_weight=None):
            return np.average(truth == prediction, weights=sample_weight)

        def surprise(truth, probabilities):
            return probabilities[:, 1].mean()

        surprise.needs, surprise.greater_is_better = "probabilities", False

        def wrong(truth, prediction):
            return "a lot"

        rate = 3
    """
    (tmp_path / "my_metrics.py").write_text(textwrap.dedent(text))
    (tmp_path / "broken_metrics.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_metrics", raising=False)


@pytest.mark.usefixtures("my_metrics")
def test_a_metric_comes_by_its_path() -> None:
    codes, labels = np.array([0, 1]), np.array(["no", "yes"])
    p = np.array([[0.9, 0.1], [0.8, 0.2]])
    profit = choose("auto", "binary", "my_metrics:profit")
    assert (profit.name, profit.greater_is_better, profit.decides) == ("profit", True, True)
    assert profit(codes, p, labels, np.array([3.0, 1.0])) == 0.75
    surprise = from_path("my_metrics:surprise", "binary")
    assert not surprise.greater_is_better
    assert surprise(codes, p, labels) == pytest.approx(0.15)
    assert not from_path("sklearn.metrics:mean_squared_error", "regression").greater_is_better


@pytest.mark.usefixtures("my_metrics")
@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("no_such_module:f", "'no_such_module:f' cannot be imported .No module named"),
        ("my_metrics:loss", "cannot be imported .module 'my_metrics' has no attribute 'loss'"),
        ("broken_metrics:f", "cannot be imported .division by zero"),
        ("my_metrics:rate", "'my_metrics:rate' is no function of truth and prediction, but int"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        from_path(path, "binary")


@pytest.mark.usefixtures("my_metrics")
def test_a_function_that_gives_no_number_is_named() -> None:
    with pytest.raises(Invalid, match="Your metric 'wrong' gives no number for 2 rows: could not convert"):
        from_path("my_metrics:wrong", "regression")(np.zeros(2), np.zeros(2), None)


def test_the_report_begins_with_the_metric_and_leaves_out_what_is_not_defined_for_these_rows() -> None:
    codes, p = np.array([1, 1]), np.array([[0.2, 0.8], [0.3, 0.7]])
    scores = report("binary", choose("accuracy", "binary"), codes, p, np.array(["no", "yes"]))
    assert list(scores)[:3] == ["accuracy", "log_loss", "balanced_accuracy"]
    assert "roc_auc" not in scores
    y = np.array([1.0, 1.0])
    assert "r2" not in report("regression", choose("mae", "regression"), y, y, None)
    assert "rmsle" not in report("regression", choose("mae", "regression"), y - 5, y, None)


def test_every_metric_can_be_set() -> None:
    from typing import get_args

    from labstudio.automl.settings import AutoMLSettings

    offered = get_args(AutoMLSettings.model_fields["metric"].annotation)
    assert offered[0] == "auto"
    assert set(offered) == {"auto"} | {name for _, name in EVERY}
    assert len(set(offered)) == len(offered)


def test_azures_names_mean_ours() -> None:
    from labstudio.automl.settings import AutoMLSettings

    azures = """
        AUC_macro AUC_micro AUC_weighted accuracy average_precision_score_macro average_precision_score_micro
        average_precision_score_weighted balanced_accuracy f1_score_macro f1_score_micro f1_score_weighted
        log_loss matthews_correlation norm_macro_recall precision_score_macro precision_score_micro
        precision_score_weighted recall_score_macro recall_score_micro recall_score_weighted
        weighted_accuracy explained_variance mean_absolute_error mean_absolute_percentage_error
        median_absolute_error r2_score root_mean_squared_error root_mean_squared_log_error
        spearman_correlation normalized_mean_absolute_error normalized_median_absolute_error
        normalized_root_mean_squared_error normalized_root_mean_squared_log_error
    """
    known = {name for _, name in EVERY}
    assert {AutoMLSettings(metric=name).metric for name in azures.split()} <= known
    assert AutoMLSettings(metric="AUC_macro").metric == "roc_auc"
    with pytest.raises(ValueError, match="metric"):
        AutoMLSettings(metric="auc_of_nothing")
