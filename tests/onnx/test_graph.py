"""The graph builder: names, bytes, inputs of every kind."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest

from labstudio.onnx.graph import Graph, decide, described
from labstudio.onnx.model import load
from labstudio.schema import MISSING_DATE, Column, Schema

pytestmark = pytest.mark.core

HOSTILE = [
    "label", "value", "probabilities", "node_1", "_1", "__1", "_", "", " ", "a\nb", "'", '"', "{x}", "$HOME",
    "%d", "#", "é", "e\u0301", "x\x00y", "N", "n" * 300,
]  # fmt: skip


def summed(schema: Schema) -> bytes:
    graph = Graph(schema)
    values = graph.node("Concat", [graph.input(column) for column in schema], axis=1)
    total = graph.node("ReduceSum", [values, graph.constant(np.array([1]))], keepdims=0)
    total = graph.node("Mul", [total, graph.constant(np.array(1.0))])
    graph.output("value", graph.node("Mul", [total, graph.constant(1.0)]), "double", [None])
    return graph.build(described(schema, "regression", None))


def test_columns_may_be_called_anything():
    frame = pd.DataFrame({name: [float(i), i + 0.5] for i, name in enumerate(HOSTILE)})
    model = load(summed(Schema.infer(frame)))
    assert model.predict(frame).tolist() == frame.sum(axis=1).tolist()
    assert model.schema.names == tuple(HOSTILE)


def test_the_same_calls_give_the_same_bytes():
    schema = Schema.infer(pd.DataFrame({"b": [1.0], "a": [2.0]}))
    assert summed(schema) == summed(schema)
    one, two = (Graph(schema) for _ in range(2))
    for graph in (one, two):
        graph.output("value", graph.input(schema["a"]), "double", [None, 1])
    assert one.build({"x": "1", "y": "2"}) == two.build({"y": "2", "x": "1"})


def test_equal_constants_are_kept_once_and_unequal_ones_apart():
    graph = Graph([Column("a", "number", "number", "a")])
    assert graph.constant(np.array([1.0])) == graph.constant([1.0])
    names = {graph.constant(value) for value in (1.0, [1.0], [1], [True], ["1"], [[1.0]], -0.0, 0.0, np.nan)}
    assert len(names) == 9
    assert graph.constant(np.nan) == graph.constant(float("nan"))


def test_equal_operators_are_kept_once_and_unequal_ones_apart():
    graph = Graph([Column("a", "number", "number", "a")])
    assert graph.node("Neg", ["a"]) == graph.node("Neg", ["a"])
    table = np.array([1.0])
    names = [
        graph.node("Neg", ["a"]),
        graph.node("Abs", ["a"]),
        graph.node("Neg", [graph.node("Neg", ["a"])]),
        graph.node("Cast", ["a"], to=1),
        graph.node("Cast", ["a"], to=11),
        graph.node("LabelEncoder", ["a"], domain="ai.onnx.ml", keys_tensor=table, values_tensor=table),
        graph.node("LabelEncoder", ["a"], domain="ai.onnx.ml", keys_tensor=table, values_tensor=table + 1),
    ]
    assert len(set(names)) == len(names)


def test_a_number_without_dimensions_stays_without():
    graph = Graph([Column("a", "number", "number", "a")])
    name = graph.constant(2.0)
    graph.output("value", graph.node("Mul", ["a", name]), "double", [None, 1])
    proto = onnx.load_from_string(graph.build({}))
    assert list(proto.graph.initializer[0].dims) == []
    assert (proto.ir_version, [(one.domain, one.version) for one in proto.opset_import]) == (
        10,
        [("", 21), ("ai.onnx.ml", 5)],
    )


def test_dates_enter_as_whole_seconds_and_missing_ones_as_the_smallest_integer():
    schema = Schema.infer(pd.DataFrame({"when": pd.to_datetime(["2026-11-23 18:30:01", None])}))
    graph = Graph(schema)
    missing = graph.node("Equal", [graph.input(schema["when"]), graph.constant(np.int64(MISSING_DATE))])
    day = graph.node("Div", [graph.input(schema["when"]), graph.constant(np.int64(86_400))])
    shown = graph.node("Where", [missing, graph.constant(np.int64(-1)), day])
    graph.output("value", shown, "int64", [None, 1])
    session = onnxruntime.InferenceSession(graph.build({}), providers=["CPUExecutionProvider"])
    frame = pd.DataFrame({"when": ["2026-11-23T18:30:01", None]})
    assert session.run(None, schema.feed(frame))[0].ravel().tolist() == [20_780, -1]


@pytest.mark.parametrize(
    "classes", [["no", "yes", "née\n"], [3, -5, 2**60], [False, True]], ids=["texts", "integers", "booleans"]
)
def test_the_label_is_the_class_of_the_largest_probability(classes):
    count = len(classes)
    schema = Schema.infer(pd.DataFrame({f"x{i}": [0.5] for i in range(count)}))
    graph = Graph(schema)
    array = np.array(classes, dtype=object) if isinstance(classes[0], str) else np.array(classes)
    decide(graph, graph.node("Concat", [graph.input(c) for c in schema], axis=1), array)
    model = load(graph.build(described(schema, "multiclass", array)))
    frame = pd.DataFrame(np.eye(count), columns=list(schema.names))
    assert model.predict(frame).tolist() == classes
    assert model.classes.tolist() == classes
    tied = pd.DataFrame(np.ones((1, count)), columns=list(schema.names))
    assert model.predict(tied).tolist() == classes[:1]
