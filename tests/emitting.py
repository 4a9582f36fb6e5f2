"""Steps and views as graphs, run by onnxruntime."""

from __future__ import annotations

from labstudio.onnx.graph import Graph, described
from labstudio.onnx.model import load
from labstudio.schema import Schema


def through_the_graph(step, columns, values):
    """What a fitted step or view makes of canonical values, by its own graph."""
    graph = Graph(columns)
    graph.output("value", step.emit(graph), "double", [None, len(step.names)])
    model = load(graph.build(described(Schema(tuple(columns)), "regression", None)))
    feed = {column.input: values[column.name].reshape(-1, 1) for column in columns}
    return model._session.run(["value"], feed)[0]
