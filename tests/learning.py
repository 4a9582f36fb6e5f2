"""Data for learners, and their graphs run by onnxruntime."""

from __future__ import annotations

import numpy as np

from labstudio.automl.learners import LEARNERS, Fitting
from labstudio.onnx.graph import Graph, described
from labstudio.onnx.model import load
from labstudio.schema import Column, Schema

CLASSES = {"binary": 2, "multiclass": 4, "regression": 0}


def run(emit, X, width=None):
    """Run what `emit` adds to a graph on features X; `width` is K, or None for values."""
    columns = [Column(f"f{i}", "number", "number", f"f{i}") for i in range(X.shape[1])]
    graph = Graph(columns)
    joined = graph.node("Concat", [column.input for column in columns], axis=1)
    graph.output("value", emit(graph, joined), "double", [None, width] if width else [None])
    model = load(graph.build(described(Schema(tuple(columns)), "regression", None)))
    return model._session.run(["value"], {f"f{i}": X[:, [i]] for i in range(X.shape[1])})[0]


def mixed(seed, task, count=300):
    """Numbers with and without gaps, one huge, and codes of a category; and a target."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(count, 5))
    X[random.random(X.shape) < 0.1] = np.nan
    X[:, 2] = np.round(random.normal(size=count), 1)
    X[:, 3] = random.integers(-1, 40, count)
    X[:, 4] *= 2.0**24
    score = np.nan_to_num(X[:, 0]) + X[:, 2] + 2 * np.isin(X[:, 3], [-1, 3, 5, 31, 32, 39])
    score = score + random.normal(size=count) * 0.3
    y = {"binary": (score > 0.5) * 1, "multiclass": np.digitize(score, [0, 1, 2]), "regression": score}[task]
    return X, y


def fitted(name, X, y, task, **how):
    """Fit a learner; `params` and all else of `Fitting` as keywords."""
    return LEARNERS[name]().fit(
        X, y, Fitting(task=task, classes_count=CLASSES[task], **{"categorical": (3,), **how})
    )


def hostile(learner, X, seed=0):
    """X, rows nobody has seen, and rows one ulp beside thresholds."""
    random = np.random.default_rng(seed)
    width = X.shape[1]
    rows = [X]
    for value in (np.nan, 1e300, -1e308, 0.0, -0.0, 99.0, 1e-320, 3.4028235677973366e38):
        row = np.full((1, width), value)
        row[:, 3] = np.clip(np.round(value), -1, 1_000)  # codes of categories are whole numbers
        rows.append(row)
    for feature, thresholds in learner.splits().items():
        for split in thresholds[:40]:
            near = X[random.integers(0, len(X), 5)].copy()
            step = np.spacing(np.float32(abs(split)))
            near[:, feature] = [
                split,
                np.nextafter(split, -np.inf),
                np.nextafter(split, np.inf),
                split - step / 2,
                split + step / 2,
            ]
            rows.append(near)
    return np.concatenate(rows)


def same(learner, X, task, limit=1e-12):
    """Hold a learner's graph against its own prediction."""
    found, wanted = run(learner.emit, X, CLASSES[task] or None), learner.predict(X)
    assert found.shape == wanted.shape
    assert np.isfinite(wanted).all()
    np.testing.assert_allclose(found, wanted, rtol=limit, atol=limit)
    if CLASSES[task]:
        np.testing.assert_allclose(wanted.sum(axis=1), 1, atol=1e-9)
