"""Calibration and thresholds help on rows they have not learned from, or do nothing."""

from __future__ import annotations

import time

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from labstudio.automl.calibration import Temperature, Threshold, is_real
from labstudio.automl.metrics import choose
from labstudio.onnx import load
from labstudio.onnx.graph import Graph, decide, described
from labstudio.schema import Schema

pytestmark = pytest.mark.core


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def true_probabilities(rows: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities [N, K] and classes drawn by them: calibrated by construction."""
    random = np.random.default_rng(seed)
    p = softmax(1.5 * random.normal(size=(rows, classes)))
    return p, (p.cumsum(axis=1) < random.random((rows, 1))).sum(axis=1).clip(max=classes - 1)


def powered(p: np.ndarray, power: float) -> np.ndarray:
    return p**power / (p**power).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("power", [0.4, 2.5])
def test_the_temperature_undoes_what_made_probabilities_too_sure(classes: int, power: float) -> None:
    p, y = true_probabilities(6_000, classes)
    off = powered(p, power)
    found = Temperature.fit(off[:4_000], y[:4_000])
    assert found.sharpness == pytest.approx(1 / power, rel=0.15)
    log_loss = choose("log_loss", "multiclass")
    labels = np.arange(classes)
    assert log_loss(y[4_000:], found.apply(off[4_000:]), labels) < log_loss(y[4_000:], off[4_000:], labels)


def test_calibrated_probabilities_are_left_as_they_are() -> None:
    p, y = true_probabilities(4_000, 3)
    found = Temperature.fit(p, y)
    assert not found.changes
    assert found.apply(p) is p


def test_the_temperature_is_that_of_the_heavy_rows() -> None:
    p, y = true_probabilities(6_000, 2)
    mixed = np.vstack([powered(p[:3_000], 2.5), powered(p[3_000:], 0.4)])
    first = np.repeat([1.0, 1e-6], 3_000)
    assert Temperature.fit(mixed, y, first).sharpness == pytest.approx(0.4, rel=0.2)
    assert Temperature.fit(mixed, y, first[::-1].copy()).sharpness == pytest.approx(2.5, rel=0.2)


def test_probabilities_of_zero_and_one_stay_finite_and_few_rows_do_no_harm() -> None:
    sure = np.array([[1.0, 0.0], [0.0, 1.0]] * 20)
    assert np.isfinite(Temperature(0.3).apply(sure)).all()
    wrong = np.array([1, 0] * 20)
    assert Temperature.fit(sure, wrong).sharpness < 0.1
    assert Temperature.fit(sure[:1], wrong[:1]) == Temperature()


def test_is_real_asks_for_more_than_noise() -> None:
    assert is_real([0.1, 0.12, 0.09, 0.11, 0.1])
    assert not is_real([0.3, -0.2, 0.1, -0.1, 0.2])
    assert not is_real([0.0] * 5)


@pytest.fixture(scope="module")
def rare() -> tuple[np.ndarray, np.ndarray]:
    """Two classes, one of them rare: the likeliest class is hardly ever it."""
    random = np.random.default_rng(0)
    y = (random.random(6_000) < 0.12).astype(int)
    score = 2.0 * y - 3.0 + 1.2 * random.normal(size=6_000)
    p = 1 / (1 + np.exp(-score))
    return np.column_stack([1 - p, p]), y


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy", "matthews_corrcoef", "f1_macro"])
def test_a_threshold_helps_on_rows_it_has_not_seen(rare: tuple[np.ndarray, np.ndarray], metric: str) -> None:
    p, y = rare
    judge, labels = choose(metric, "binary"), np.array(["no", "yes"])
    found = Threshold.fit(p[:3_000], y[:3_000], judge, labels)
    assert found.value is not None
    assert found.value < 0.45
    decided = found.decide(p[3_000:])
    assert judge(y[3_000:], p[3_000:], labels, decided=decided) > judge(y[3_000:], p[3_000:], labels) + 0.02
    assert decided.tolist() == (p[3_000:, 1] > found.value).astype(int).tolist()


def test_a_metric_that_does_not_judge_labels_needs_no_threshold(rare: tuple[np.ndarray, np.ndarray]) -> None:
    p, y = rare
    assert Threshold.fit(p, y, choose("roc_auc", "binary"), np.arange(2)) == Threshold()
    assert Threshold().value == 0.5
    assert Threshold().decide(p).tolist() == p.argmax(axis=1).tolist()


def test_there_is_no_threshold_where_the_likeliest_class_is_best_already() -> None:
    p, y = true_probabilities(4_000, 2)
    assert Threshold.fit(p, y, choose("accuracy", "binary"), np.arange(2)).factors is None


def test_a_person_s_metric_has_a_threshold_too(rare: tuple[np.ndarray, np.ndarray]) -> None:
    def profit(truth: np.ndarray, given: np.ndarray) -> float:
        return float(np.mean((given == "yes") * np.where(truth == "yes", 10.0, -1.0)))

    p, y = rare
    found = Threshold.fit(p, y, choose("auto", "binary", profit), np.array(["no", "yes"]))
    assert found.value is not None
    assert found.value < 0.3


def test_factors_of_several_classes_help_the_rare_ones() -> None:
    random = np.random.default_rng(0)
    y = random.choice(4, 6_000, p=[0.7, 0.2, 0.07, 0.03])
    p = softmax(random.normal(size=(6_000, 4)) + 1.5 * np.eye(4)[y] + np.log([0.7, 0.2, 0.07, 0.03]))
    judge, labels = choose("balanced_accuracy", "multiclass"), np.arange(4)
    found = Threshold.fit(p[:3_000], y[:3_000], judge, labels)
    assert found.factors is not None
    assert found.factors.sum() == pytest.approx(1)
    assert found.factors.argmax() == 3
    assert found.value is None
    decided = found.decide(p[3_000:])
    assert judge(y[3_000:], p[3_000:], labels, decided=decided) > judge(y[3_000:], p[3_000:], labels) + 0.05


def test_sure_predictions_and_few_rows_have_no_threshold() -> None:
    y, f1 = np.arange(40) % 2, choose("f1", "binary")
    for rows in (40, 8, 1):
        assert Threshold.fit(np.eye(2)[1 - y][:rows], y[:rows], f1, np.arange(2)) == Threshold()


def test_without_time_the_likeliest_class_is_decided_for(rare: tuple[np.ndarray, np.ndarray]) -> None:
    p, y = rare
    late = Threshold.fit(p, y, choose("f1", "binary"), np.arange(2), deadline=time.time() - 1)
    assert late == Threshold()


def test_weights_move_the_threshold(rare: tuple[np.ndarray, np.ndarray]) -> None:
    p, y = rare
    accuracy = choose("accuracy", "binary")
    heavy = Threshold.fit(p, y, accuracy, np.arange(2), np.where(y == 1, 10.0, 1.0))
    assert heavy.value is not None
    assert heavy.value < 0.3


@pytest.mark.parametrize("classes", [2, 5])
def test_the_graph_gives_the_same_probabilities_and_labels(
    classes: int,
) -> None:
    random = np.random.default_rng(classes)
    p = random.dirichlet(np.full(classes, 0.3), 500)
    p[:classes] = np.eye(classes)  # sure
    p[classes] = 1 / classes
    temperature, factors = Temperature(1.7, doubt=0.01), random.dirichlet(np.ones(classes))
    frame = pd.DataFrame(p, columns=[f"p{k}" for k in range(classes)])
    schema, labels = Schema.infer(frame), np.array(list("abcde"))[:classes]

    graph = Graph(schema)
    given = graph.node("Concat", [graph.input(c) for c in schema], axis=1)
    emitted = temperature.emit(graph, given, classes)
    decide(graph, emitted, labels, factors)
    model = load(graph.build(described(schema, "multiclass", labels)))

    found = model.predict_proba(frame)
    assert np.abs(found - temperature.apply(p)).max() < 1e-12
    assert model.predict(frame).tolist() == labels[Threshold(factors).decide(temperature.apply(p))].tolist()


def test_a_temperature_that_changes_nothing_adds_nothing_to_the_graph() -> None:
    schema = Schema.infer(pd.DataFrame({"p": [0.5]}))
    graph = Graph(schema)
    name = graph.input(schema["p"])
    assert Temperature().emit(graph, name, 1) == name


def test_labels_decided_by_one_half_are_those_of_the_largest_probability() -> None:
    schema = Schema.infer(pd.DataFrame({"no": [0.5], "yes": [0.5]}))
    frame = pd.DataFrame({"no": [0.5, 0.4, 0.6], "yes": [0.5, 0.6, 0.4]})
    answers = []
    for threshold in (None, np.array([0.5, 0.5])):
        graph = Graph(schema)
        p = graph.node("Concat", [graph.input(c) for c in schema], axis=1)
        decide(graph, p, np.array([10, 20]), threshold)
        session = onnxruntime.InferenceSession(graph.build({}), providers=["CPUExecutionProvider"])
        answers.append(session.run(["label"], schema.feed(frame))[0].tolist())
    assert answers == [[10, 20, 10]] * 2
