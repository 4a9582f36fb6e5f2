"""Builder of one ONNX graph: the same calls give the same bytes.

Opset 21, ``ai.onnx.ml`` 5, IR 10, everything in double. It knows the columns that enter and nothing of the
steps and learners that add the nodes between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.schema import OUTPUT_NAMES, Column

if TYPE_CHECKING:
    import onnx

OPSET = 21
ML_OPSET = 5
IR_VERSION = 10
ML = "ai.onnx.ml"
MICROSOFT = "com.microsoft"
"""Operators that only onnxruntime has; a file names the domain where it uses one."""
FORMAT = "1"
"""Of the metadata that a file carries; a reader refuses what it does not know."""


@dataclass(frozen=True)
class Integers:
    """An attribute of many integers, made a list only while it is written: large forests have many."""

    values: np.ndarray


class Graph:
    """A graph under construction.

    Parameters
    ----------
    columns : iterable of Column
        All that enters: each becomes an input of shape [N, 1] called `Column.input`, used or not. They are
        needed at once because interior names are chosen so that no column, whatever it is called, has one.

    Examples
    --------
    >>> graph = Graph([Column("age", "number", "number", "age")])
    >>> doubled = graph.node("Mul", [graph.input(graph.columns[0]), graph.constant(2.0)])
    >>> graph.output("value", doubled, "double", [None, 1])
    >>> len(graph.build({})) > 0
    True
    """

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)
        self._known = frozenset(self.columns)
        taken = {column.input for column in self.columns} | set(OUTPUT_NAMES)
        self._prefix = "_"
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix += "_"
        self._count = 0
        self._nodes: list[onnx.NodeProto] = []
        self._added: dict[tuple[bytes, int], str] = {}
        self._initialisers: dict[tuple[Any, ...], onnx.TensorProto] = {}
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, column: Column) -> str:
        """Return the name under which a column's values [N, 1] enter."""
        if column not in self._known:
            raise ValueError(f"column {column.name!r} is not one of this graph's")
        return column.input

    def constant(self, values: Any) -> str:
        """Keep an array (double, int64, bool or strings; 0-d stays 0-d) and return its name."""
        array: np.ndarray = np.asarray(values)
        if array.dtype.kind in "OU":
            key: tuple[Any, ...] = ("string", array.shape, tuple(array.ravel().tolist()))
        else:
            key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._initialisers:
            self._initialisers[key] = _tensor(self._name(), array)
        return str(self._initialisers[key].name)

    def node(
        self, op: str, inputs: Sequence[str], *, domain: str = "", outputs: int = 1, **attributes: Any
    ) -> str:
        """Add an operator and return the name of its first output; arrays as attributes become tensors.

        One that is there already, of the same inputs, is not added again: views share much of what they do.
        """
        from onnx import helper

        node = helper.make_node(op, list(inputs), [], domain=domain)
        for key, value in sorted(attributes.items()):
            node.attribute.append(_attribute(key, value))
        told = hashlib.sha256(node.SerializeToString(deterministic=True)).digest(), outputs
        if told not in self._added:
            node.output.extend(self._name() for _ in range(outputs))
            self._nodes.append(node)
            self._added[told] = str(node.output[0])
        return self._added[told]

    def output(self, name: str, value: str, elem_type: str, shape: Sequence[int | None]) -> None:
        """Hand out an interior value; `elem_type` is "double", "int64", "string" or "bool"."""
        from onnx import helper

        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(_value_info(name, elem_type, shape))

    def build(self, metadata: Mapping[str, str]) -> bytes:
        """Return the file; metadata is written in sorted order."""
        from onnx import helper

        graph = helper.make_graph(
            self._nodes,
            "labstudio",
            [_value_info(column.input, column.feed, [None, 1]) for column in self.columns],
            self._outputs,
            list(self._initialisers.values()),
        )
        domains = {"": OPSET, ML: ML_OPSET}
        if any(node.domain == MICROSOFT for node in self._nodes):
            domains[MICROSOFT] = 1
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid(*domain) for domain in domains.items()],
            ir_version=IR_VERSION,
            producer_name="labstudio",
        )
        return with_metadata(model, metadata)

    def _name(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count}"


def with_metadata(model: onnx.ModelProto, metadata: Mapping[str, str]) -> bytes:
    """Return a model's bytes with these metadata and no others, in sorted order."""
    from onnx import helper

    del model.metadata_props[:]
    helper.set_model_props(model, dict(sorted(metadata.items())))
    return bytes(model.SerializeToString(deterministic=True))


def described(
    schema: Iterable[Column],
    task: str,
    classes: np.ndarray | None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Return the metadata by which `labstudio.onnx.load` knows what a file predicts from what.

    `extra` (such as target, data hash, settings, versions) goes in under ``labstudio.<key>``; values that
    are no text are written as JSON with sorted keys. Nothing that depends on the clock belongs there.
    """
    values: dict[str, Any] = dict(extra or {})
    values |= {
        "format": FORMAT,
        "task": task,
        "schema": [dict(sorted(vars(column).items())) for column in schema],
        "classes": None
        if classes is None
        else {"type": class_type(classes), "values": np.asarray(classes).tolist()},
    }
    return {
        f"labstudio.{key}": value
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True, ensure_ascii=False)
        for key, value in values.items()
    }


def class_type(classes: np.ndarray) -> str:
    """Element type of the labels: "bool", "int64" or "string"."""
    return {"b": "bool", "i": "int64", "u": "int64"}.get(np.asarray(classes).dtype.kind, "string")


def decide(
    graph: Graph, probabilities: str, classes: np.ndarray, threshold: np.ndarray | None = None
) -> None:
    """Hand out probabilities [N, K] and the label [N] of the largest, the first one where several are.

    With a `threshold` [K] the largest is looked for among probabilities times these factors, so that
    ``[t, 1 - t]`` says the second of two classes where its probability is above t.
    """
    kind = class_type(classes)
    array: np.ndarray = np.asarray(
        classes, dtype={"bool": np.bool_, "int64": np.int64, "string": object}[kind]
    )
    judged = probabilities
    if threshold is not None:
        factors = graph.constant(np.asarray(threshold, dtype=np.float64))
        judged = graph.node("Mul", [probabilities, factors])
    largest = graph.node("ArgMax", [judged], axis=1, keepdims=0)
    graph.output("label", graph.node("Gather", [graph.constant(array), largest], axis=0), kind, [None])
    graph.output("probabilities", probabilities, "double", [None, len(array)])


def _tensor(name: str, array: np.ndarray) -> onnx.TensorProto:
    from onnx import TensorProto, helper, numpy_helper

    if array.dtype.kind in "OU":
        encoded = [str(value).encode() for value in array.ravel().tolist()]
        return helper.make_tensor(name, TensorProto.STRING, array.shape, encoded)
    return numpy_helper.from_array(array, name)  # as it is: a 0-d array must not become [1]


def _attribute(name: str, value: Any) -> onnx.AttributeProto:
    from onnx import AttributeProto, helper

    if isinstance(value, Integers):
        found = AttributeProto(name=name, type=AttributeProto.INTS)
        found.ints.extend(value.values.astype(np.int64).tolist())
        return found
    return helper.make_attribute(name, _tensor("", value) if isinstance(value, np.ndarray) else value)


def _value_info(name: str, elem_type: str, shape: Sequence[int | None]) -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    kinds = {
        "double": TensorProto.DOUBLE,
        "int64": TensorProto.INT64,
        "string": TensorProto.STRING,
        "bool": TensorProto.BOOL,
    }
    return helper.make_tensor_value_info(name, kinds[elem_type], ["N" if n is None else n for n in shape])
