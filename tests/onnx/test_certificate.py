"""The certificate passes what is right and fails everything that is not."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from labstudio.automl import pipeline as pipeline_module
from labstudio.automl.learners import lightgbm as trees_module
from labstudio.automl.learners.target import Target
from labstudio.automl.steps import categories, numbers
from labstudio.errors import Invalid
from labstudio.onnx import Certificate, certified, certify
from labstudio.onnx.adversarial import adversarial_rows, as_frame, variants
from labstudio.onnx.graph import Graph
from labstudio.schema import MISSING_DATE, Schema

pytestmark = pytest.mark.core

ALL = [f"{learner} {task}" for learner in ("baseline", "linear", "lightgbm")
       for task in ("binary", "multiclass", "regression")]  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_what_is_exported_rightly_is_certified(pipelines, name):
    pipeline, held = pipelines(name)
    model = certified(pipeline, held, metadata={"target": "y", "data_sha256": "0" * 64})
    certificate = model.certificate
    assert certificate.passed, certificate.sentence()
    assert certificate.max_difference < 1e-11
    assert certificate.rows == 100
    assert certificate.adversarial_rows > 50
    assert certificate.sentence().startswith("Certified: 100 held-out and ")
    assert Certificate.from_dict(json.loads(json.dumps(certificate.to_dict()))) == certificate
    loaded = model.load()
    assert loaded.sha256 == certificate.file_sha256
    assert (loaded.target, loaded.task) == ("y", pipeline.task)
    assert loaded.metadata["labstudio.max_difference"].startswith("<= 1e-1")
    assert json.loads(loaded.metadata["labstudio.versions"]) == certificate.versions
    assert (
        certified(pipeline, held, metadata={"target": "y", "data_sha256": "0" * 64}).content == model.content
    )


# Each breaks one thing that an emit must do. "node" mutations see every operator on its way into the graph.


def on_nodes(change):
    def mutate(patch):
        plain = Graph.node

        def node(self, op, inputs, **attributes):
            changed = change(self, op, list(inputs), attributes)
            if isinstance(changed, str):
                return changed
            op, inputs, attributes = changed or (op, inputs, attributes)
            return plain(self, op, inputs, **attributes)

        patch.setattr(Graph, "node", node)

    return mutate


def on_trees(change):
    def mutate(patch):
        plain = trees_module.emit_trees

        def emit(graph, features, trees, targets=1):
            for tree in trees:
                change(tree)
            return plain(graph, features, trees, targets)

        patch.setattr(trees_module, "emit_trees", emit)

    return mutate


def skip(*ops):
    """The first input passes as it is."""
    return on_nodes(lambda graph, op, inputs, attributes: inputs[0] if op in ops else None)


def attribute(op, **changes):
    def change(graph, found, inputs, attributes):
        if found == op:
            return op, inputs, {**attributes, **{key: how(attributes[key]) for key, how in changes.items()}}

    return on_nodes(change)


def on(owner, name, replacement):
    return lambda patch: patch.setattr(owner, name, replacement)


def strictly(tree):
    tree.mode = [1 if mode == 0 else mode for mode in tree.mode]


def rounded(tree):
    tree.threshold = [float(np.float32(threshold)) for threshold in tree.threshold]


def one_code_fewer(tree):
    tree.members = {node: members[:-1] or [77.0] for node, members in tree.members.items()}


def missing(where):
    def change(tree):
        tree.missing_holds = [where(holds) for holds in tree.missing_holds]

    return change


def coarse_leaves(tree):
    tree.leaves = [float(np.float32(leaf)) for leaf in tree.leaves]


def in_float32(graph, op, inputs, attributes):
    if op == "IsInf":
        return None
    if op in ("IsNaN", "Where") and not getattr(graph, "_rounding", False):
        graph._rounding = True
        values = inputs[-1]
        narrow = graph.node("Cast", [values], to=1)
        wide = graph.node("Cast", [narrow], to=11)
        return op, [*inputs[:-1], wide], attributes


def levels_without_missing(values, most, plain=categories.frequent_levels):
    return tuple(level for level in plain(values, most) if level != "")


def swapped_label(graph, probabilities, classes, factors):
    decide(graph, probabilities, np.asarray(classes, dtype=object)[::-1], factors)


def swapped_columns(graph, probabilities, classes, factors):
    order = graph.constant(np.arange(len(classes), dtype=np.int64)[::-1].copy())
    decide(graph, graph.node("Gather", [probabilities, order], axis=1), classes, factors)


def zero_flags(graph, op, inputs, attributes):
    if op == "Gather" and attributes.get("axis") == 1:
        graph._flags = True
        return None
    if op == "Cast" and attributes.get("to") == 11 and getattr(graph, "_flags", False):
        graph._flags = False
        flags = graph.node("Cast", inputs, to=11)
        return graph.node("Mul", [flags, graph.constant(0.0)])
    return None


def no_rare_bucket(graph, column, levels, unknown, plain=categories.emit_codes):
    return plain(graph, column, levels, unknown=-5 if unknown > 0 else unknown)


def zero_for_unknown(graph, column, levels, unknown, plain=categories.emit_codes):
    return plain(graph, column, levels, unknown=0)


def forgotten_missing_level(graph, column, levels, unknown, plain=categories.emit_codes):
    known = ["\x01never" if level == "" else level for level in levels]
    return plain(graph, column, known, unknown)


def joined_only(graph, columns):
    return graph.node("Concat", [graph.input(column) for column in columns], axis=1)


def columns_turned(graph, columns):
    return numbers_emit(graph, [*columns[1:], columns[0]])


decide = pipeline_module.decide
numbers_emit = numbers.emit_finite
read_trees = trees_module.read_trees
TREES = ["lightgbm binary", "lightgbm multiclass", "lightgbm regression"]
LINEAR = ["linear binary", "linear multiclass", "linear regression"]
CLASSES = [
    "linear binary",
    "linear multiclass",
    "lightgbm binary",
    "lightgbm multiclass",
    "baseline multiclass",
]

MUTATIONS = {
    "< for <=": (on_trees(strictly), TREES),
    "thresholds in float32": (on_trees(rounded), TREES),
    "leaves in float32": (on_trees(coarse_leaves), TREES),
    "missing never goes left": (on_trees(missing(lambda holds: False)), TREES),
    "missing always goes left": (on_trees(missing(lambda holds: True)), TREES),
    "missing goes the other way": (on_trees(missing(lambda holds: not holds)), TREES),
    "a category less in each set": (on_trees(one_code_fewer), TREES),
    "one tree twice": (
        on(trees_module, "read_trees", lambda text: (read_trees(text)[0] + read_trees(text)[0][:1], ())),
        TREES,
    ),
    "one tree less": (
        on(trees_module, "read_trees", lambda text: (read_trees(text)[0][:-1], ())),
        TREES,
    ),
    "0 instead of -1 for an unknown code": (on(categories, "emit_codes", zero_for_unknown), TREES + LINEAR),
    "a missing category taken for an unknown one": (
        on(categories, "emit_codes", forgotten_missing_level),
        TREES + LINEAR,
    ),
    "no place for rare categories": (on(categories, "emit_codes", no_rare_bucket), LINEAR),
    "infinity passes": (on(numbers, "emit_finite", joined_only), TREES + LINEAR),
    "columns in another order": (on(numbers, "emit_finite", columns_turned), TREES + LINEAR),
    "numbers in float32": (on_nodes(in_float32), TREES + LINEAR),
    "no clip": (skip("Clip"), LINEAR),
    "no centring": (
        on_nodes(
            lambda graph, op, inputs, attributes: graph.node("Neg", inputs[1:]) if op == "Sub" else None
        ),
        ["linear regression", "linear multiclass"],
    ),
    "no scaling": (skip("Div"), LINEAR),
    "no flags of what is missing": (on_nodes(zero_flags), LINEAR),
    "zero instead of the median": (
        on_nodes(
            lambda graph, op, inputs, attributes: (op, [inputs[0], graph.constant(0.0), inputs[2]], {})
            if op == "Where" and inputs[1] != graph.constant(np.nan) else None
        ),
        LINEAR,
    ),
    "labels in another order": (on(pipeline_module, "decide", swapped_label), CLASSES),
    "probabilities in another order": (on(pipeline_module, "decide", swapped_columns), CLASSES),
    "no sigmoid": (skip("Sigmoid"), ["linear binary", "lightgbm binary"]),
    "no softmax": (skip("Softmax"), ["linear multiclass", "lightgbm multiclass"]),
    "softmax along the rows": (
        attribute("Softmax", axis=lambda axis: 0),
        ["linear multiclass", "lightgbm multiclass"],
    ),
    "target not scaled back": (
        on(Target, "emit", lambda self, graph, predicted: predicted),
        ["linear regression", "lightgbm regression"],
    ),
    "target left in log space": (skip("Exp"), ["linear regression"]),
    "no intercept": (
        on_nodes(lambda graph, op, inputs, attributes: inputs[0] if op == "Add" else None),
        LINEAR,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("mutation", "name"), [(mutation, name) for mutation, (_, names) in MUTATIONS.items() for name in names]
)
def test_a_broken_emit_is_not_certified(pipelines, monkeypatch, mutation, name):
    pipeline, held = pipelines(name)
    right = pipeline.export()
    splits = pipeline.splits()
    with monkeypatch.context() as patch:
        MUTATIONS[mutation][0](patch)
        wrong = pipeline.export()
    assert wrong != right, "the mutation changed nothing"
    certificate = certify(wrong, pipeline, held, splits=splits)
    assert not certificate.passed
    assert certificate.sentence().startswith("Not certified: ")
    assert any(check.worst for check in certificate.checks if not check.passed)


class Answers:
    """A reference that is told what to say."""

    def __init__(self, pipeline, **told):
        self.schema, self.classes, self.told, self.pipeline = (
            pipeline.schema,
            pipeline.classes,
            told,
            pipeline,
        )

    def predict(self, frame):
        return self.told.get("predict", lambda found: found)(self.pipeline.predict(frame))

    def predict_proba(self, frame):
        return self.told.get("predict_proba", lambda found: found)(self.pipeline.predict_proba(frame))


def spoiled(value):
    def spoil(found):
        found = found.copy()
        found[0] = value
        return found

    return spoil


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e-8])
def test_one_differing_value_fails_even_when_it_is_no_number(pipelines, value):
    pipeline, held = pipelines("linear regression")
    reference = Answers(pipeline, predict=spoiled(value))
    assert not certify(pipeline.export(), reference, held).passed
    pipeline, held = pipelines("linear binary")
    reference = Answers(pipeline, predict_proba=spoiled(value))
    assert not certify(pipeline.export(), reference, held).passed


def test_a_differing_label_fails_where_it_is_clear_and_is_counted_where_it_is_a_tie(pipelines):
    pipeline, held = pipelines("linear binary")
    turned = Answers(pipeline, predict=lambda found: np.where(found == "yes", "no", "yes").astype(object))
    assert not certify(pipeline.export(), turned, held).passed
    tied, held = pipelines("baseline binary")
    frame, learner = held.iloc[:5], tied.members[0].models[0].learner
    answer = learner.answer
    learner.answer = np.array([[0.5, 0.5]])
    try:
        certificate = certify(
            tied.export(),
            Answers(tied, predict=lambda found: np.full(len(found), "yes", dtype=object)),
            frame,
        )
    finally:
        learner.answer = answer
    assert certificate.passed
    assert certificate.ties == certificate.rows + certificate.adversarial_rows
    assert "ties apart" in certificate.sentence()


def test_a_reference_that_refuses_rows_is_a_failure_unless_it_may(pipelines):
    pipeline, held = pipelines("linear regression")

    def refuse(frame):
        if frame["number"].isna().any():
            raise ValueError("no gaps, please")
        return pipeline.predict(frame)

    reference = Answers(pipeline)
    reference.predict = refuse
    whole = held[held["number"].notna()]
    certificate = certify(pipeline.export(), reference, whole)
    assert not certificate.passed
    assert "no gaps, please" in certificate.sentence()
    reference.may_refuse = True
    certificate = certify(pipeline.export(), reference, whole)
    assert certificate.passed
    assert certificate.adversarial_rows > 20


def test_classes_and_columns_must_be_those_of_the_reference(pipelines):
    pipeline, held = pipelines("linear multiclass")
    reference = Answers(pipeline)
    reference.classes = pipeline.classes[::-1]
    assert not certify(pipeline.export(), reference, held).passed
    reference.classes, reference.schema = pipeline.classes, pipeline.schema.without(["code"])
    assert not certify(pipeline.export(), reference, held).passed


def test_a_certificate_needs_rows(pipelines):
    pipeline, held = pipelines("linear binary")
    with pytest.raises(Invalid, match="at least one row"):
        certify(pipeline.export(), pipeline, held.iloc[:0])
    assert certify(pipeline.export(), pipeline, held.iloc[:1]).passed


def test_adversarial_rows_hold_what_they_promise():
    frame = pd.DataFrame(
        {
            "x": [1.0, 2.0],
            "c": ["a", "b"],
            "when": pd.to_datetime(["2020-01-01", "2021-01-01"]),
            "b": [True, False],
        }
    )
    schema = Schema.infer(frame)
    rows = schema.canonical(adversarial_rows(schema, frame, {"x": np.array([0.25])}))
    x = rows["x"].tolist()
    assert {0.25, np.nextafter(0.25, 1), np.nextafter(0.25, 0), np.inf, -np.inf, 1e30} <= set(x)
    assert any(
        (np.isnan(a) and c == "" and w == MISSING_DATE and np.isnan(b))
        for a, c, w, b in zip(*rows.values(), strict=True)
    )
    assert {"", "never seen before", "naïve Zürich 東京 ☃"} <= set(rows["c"])
    assert MISSING_DATE in rows["when"]
    assert len(adversarial_rows(schema, frame, limit=20)) <= 26


def test_every_dtype_variant_means_the_same_values():
    frame = pd.DataFrame({"x": [1.0, np.nan], "n": [3, 4], "c": ["a", None], "b": [True, False],
                          "when": pd.to_datetime(["2020-01-01", None])})  # fmt: skip
    schema = Schema.infer(frame)
    wanted = schema.canonical(frame)
    names = []
    for name, varied in variants(schema, as_frame(schema, wanted)):
        names.append(name)
        for column, values in schema.canonical(varied).items():
            np.testing.assert_array_equal(values, wanted[column], err_msg=f"{name}: {column}")
    assert len(names) >= 6
