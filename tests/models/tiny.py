"""Small certified models, for tests and for the processes that tests start."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labstudio.onnx import CertifiedModel, Graph, Tolerance, certify
from labstudio.onnx.graph import decide, described
from labstudio.schema import Schema

FRAME = pd.DataFrame(
    {"age": [31.0, None, 47.0, 5.0], "city of birth": ["Oslo", "Rome", None, "Oslo"], "visits": [1, 2, 3, 40]}
)
SCHEMA = Schema.infer(FRAME)
CLASSES = np.array(["no", "yes"], dtype=object)


class Linear:
    """visits × weight + age (0 where missing) + 10 in Oslo, in plain numpy; a class where that is large."""

    def __init__(self, weight: float, classes: np.ndarray | None = None) -> None:
        self.weight, self.classes, self.schema = weight, classes, SCHEMA

    def _score(self, frame: pd.DataFrame) -> np.ndarray:
        columns = SCHEMA.canonical(frame)
        age, visits = (np.where(np.isfinite(columns[n]), columns[n], 0.0) for n in ("age", "visits"))
        with np.errstate(over="ignore"):
            visits = visits * self.weight
        return visits + age + np.where(columns["city of birth"] == "Oslo", 10.0, 0.0)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        large = (self._score(frame) > 40).astype(float)
        return np.stack([0.75 - 0.5 * large, 0.25 + 0.5 * large], axis=1)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        if self.classes is None:
            return self._score(frame)
        return self.classes[self.predict_proba(frame).argmax(axis=1)]

    def emit(self) -> bytes:
        graph = Graph(SCHEMA)

        def finite(name: str) -> str:
            entered = graph.input(SCHEMA[name])
            bad = graph.node("Or", [graph.node("IsNaN", [entered]), graph.node("IsInf", [entered])])
            return graph.node("Where", [bad, graph.constant(0.0), entered])

        oslo = graph.node("Equal", [graph.input(SCHEMA["city of birth"]), graph.constant("Oslo")])
        bonus = graph.node("Where", [oslo, graph.constant(10.0), graph.constant(0.0)])
        weighted = graph.node("Mul", [finite("visits"), graph.constant(self.weight)])
        score = graph.node("Add", [graph.node("Add", [weighted, finite("age")]), bonus])
        if self.classes is None:
            flat = graph.node("Reshape", [score, graph.constant(np.array([-1], dtype=np.int64))])
            graph.output("value", flat, "double", [None])
            return graph.build(described(SCHEMA, "regression", None, {"target": "cost"}))
        large = graph.node("Greater", [score, graph.constant(40.0)])
        yes = graph.node("Where", [large, graph.constant(0.75), graph.constant(0.25)])
        no = graph.node("Sub", [graph.constant(1.0), yes])
        decide(graph, graph.node("Concat", [no, yes], axis=1), self.classes)
        return graph.build(described(SCHEMA, "binary", self.classes, {"target": "dear"}))


def certified(weight: float = 2.0, *, classes: np.ndarray | None = None, emitted: Linear | None = None):
    """A certified model; `emitted` is another one to write into the file, for a certificate that fails."""
    model = Linear(weight, classes)
    content = (emitted or model).emit()
    return CertifiedModel(content, certify(content, model, FRAME, tolerance=Tolerance()))
