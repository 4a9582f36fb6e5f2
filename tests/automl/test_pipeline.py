"""Whole pipelines, held against the libraries on random tables of mixed types.

The reference is built here from pandas, scikit-learn's transformers and the fitted library model; none of
the studio's own transforms take part in it.
"""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
import warnings

import lightgbm
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from labstudio.automl.member import Candidate
from labstudio.automl.pipeline import Pipeline
from labstudio.errors import Invalid
from labstudio.onnx import certified, load
from labstudio.schema import Column, Schema

pytestmark = pytest.mark.core

slow = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = [
    "x",
    "label",
    "probabilities",
    "value",
    "_1",
    "",
    "a\nb",
    "q'\"{}$%#",
    "é",
    "e\u0301",
    "n" * 300,
    "1",
    " ",
]
LEVELS = ["a", "b", "B", "é", "東京", " ", "nan", "'\"\n", "x\x00y", "-1"]


@st.composite
def tables(draw):
    """A table of mixed types, other rows of it, and a target score."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    kinds = [draw(st.sampled_from(["number", "integer", "boolean", "string"])) for _ in names]
    gaps = draw(st.sampled_from([0.0, 0.2]))
    rows = draw(st.sampled_from([40, 120]))
    frame, score = {}, random.normal(size=rows) * 0.1
    for name, kind in zip(names, kinds, strict=True):
        hole = random.random(rows) < gaps
        if kind == "string":
            values = random.choice(LEVELS[: draw(st.integers(2, 10))], rows).astype(object)
            score = score + (values > "b")
            values[hole] = None
        elif kind == "boolean":
            values = random.random(rows) < 0.5
            score = score + values
        elif kind == "integer":
            values = random.integers(-5, 5, rows) + draw(st.sampled_from([0, 2**24, 2**52]))
            score = score + (values % 3)
        else:
            values = random.normal(size=rows) * draw(st.sampled_from([1e-9, 1.0, 1e12]))
            score = score + (values > 0)
            values[hole] = random.choice([np.nan, np.inf, -np.inf], hole.sum())
        frame[name] = values
    return pd.DataFrame(frame), score


def make(frame, score, learner, task, **params):
    types = [
        "category" if s.dtype == object or s.dtype.kind not in "biuf" else "number" for _, s in frame.items()
    ]
    schema = Schema.infer(frame, dict(zip(frame.columns, types, strict=True)))
    y = {
        "binary": (score > np.median(score)) * 1,
        "multiclass": np.digitize(score, [0.5, 1.5]),
        "regression": score,
    }[task]
    classes = {"binary": np.array([False, True]), "multiclass": np.array([10, 20, 30]), "regression": None}[
        task
    ]
    half = len(frame) // 2
    training, held = frame.iloc[:half], frame.iloc[half:]
    candidate = Candidate(learner, params)
    fitted = Pipeline.fit(candidate, schema, task, classes, schema.canonical(training), y[:half])
    return fitted, training, held


def learner_of(pipeline):
    return pipeline.members[0].models[0].learner


def parts(schema, frame):
    """Numbers with infinities as missing, and texts with missing as ""; by pandas."""
    numbers = (
        frame[[c.name for c in schema if c.feed == "double"]].astype(float).replace([np.inf, -np.inf], np.nan)
    )
    texts = frame[[c.name for c in schema if c.feed == "string"]].astype(object)
    return numbers, texts.where(texts.notna(), "")


def answer(pipeline, outcome):
    model = load(pipeline.export())
    return model.run(outcome, "value" if pipeline.classes is None else "probabilities")[0]


@slow
@given(tables(), st.sampled_from(["binary", "multiclass", "regression"]))
def test_the_linear_file_says_what_scikit_learn_says(table, task):
    pipeline, train, held = make(*table, "linear", task)
    (numbers, texts), (held_numbers, held_texts) = parts(pipeline.schema, train), parts(pipeline.schema, held)
    blocks = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if numbers.shape[1]:
            imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(numbers)
            scaler = StandardScaler().fit(imputer.transform(numbers))
            blocks.append(np.clip(scaler.transform(imputer.transform(held_numbers)), -4, 4))
            blocks.append(held_numbers.isna().to_numpy()[:, numbers.isna().any().to_numpy()])
        for name in texts:
            encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(
                texts[[name]].to_numpy()
            )
            known = encoder.transform(held_texts[[name]].to_numpy())
            blocks += [known, 1 - known.sum(axis=1, keepdims=True)]
    X, learner = np.column_stack(blocks), learner_of(pipeline)
    if task == "regression":
        wanted = learner.model.predict(X) * learner.target.scale + learner.target.centre
        wanted = wanted * learner.target.unit
        wanted = np.clip(
            np.exp(wanted) if learner.target.log else wanted, learner.target.low, learner.target.high
        )
    else:
        wanted = np.zeros((len(X), len(pipeline.classes)))
        wanted[:, learner.model.classes_] = learner.model.predict_proba(X)
    np.testing.assert_allclose(answer(pipeline, held), wanted, rtol=1e-7, atol=1e-7)
    certificate = certified(pipeline, held).certificate
    assert certificate.passed, certificate.sentence()


@slow
@given(tables(), st.sampled_from(["binary", "multiclass", "regression"]))
def test_the_lightgbm_file_says_what_lightgbm_says(table, task):
    pipeline, train, held = make(
        *table,
        "lightgbm",
        task,
        rounds=10,
        min_data_in_leaf=1,
        min_data_per_group=1,
        cat_smooth=0.1,
        min_data_in_bin=1,
    )
    (_, texts), (held_numbers, held_texts) = parts(pipeline.schema, train), parts(pipeline.schema, held)
    codes = [
        pd.Categorical(held_texts[name], categories=sorted(set(texts[name]))).codes.astype(float)
        for name in texts
    ]
    X = np.column_stack([held_numbers.to_numpy(), *codes])
    wanted = lightgbm.Booster(model_str=learner_of(pipeline).texts[0]).predict(X)
    if task == "regression":
        target = learner_of(pipeline).target
        wanted = np.clip((wanted * target.scale + target.centre) * target.unit, target.low, target.high)
    elif task == "binary":
        wanted = np.column_stack([1 - wanted, wanted])
    np.testing.assert_allclose(answer(pipeline, held), wanted, rtol=1e-12, atol=1e-12)
    certificate = certified(pipeline, held).certificate
    assert certificate.passed, certificate.sentence()


def small(learner="lightgbm", **params):
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.normal(size=100), "c": random.choice(["a", "b"], 100)})
    score = frame["x"].to_numpy() + (frame["c"] == "a")
    return frame, Pipeline.fit(
        Candidate(learner, params), Schema.infer(frame), "regression", None, frame, score
    )


@pytest.mark.parametrize("learner", ["baseline", "linear", "lightgbm"])
def test_a_pipeline_survives_the_way_from_a_worker(learner):
    frame, pipeline = small(learner)
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict(frame), pipeline.predict(frame))
    assert again.export() == pipeline.export()


SAME = """
import hashlib, numpy as np, pandas as pd
from labstudio.automl.member import Candidate
from labstudio.automl.pipeline import Pipeline
from labstudio.onnx import certified
from labstudio.schema import Schema
random = np.random.default_rng(0)
frame = pd.DataFrame({"x": random.normal(size=100), "c": random.choice(["a", "b"], 100)})
params = {"bagging_fraction": 0.5, "bagging_freq": 1}
candidate, y = Candidate("lightgbm", params), frame["x"].to_numpy()
pipeline = Pipeline.fit(candidate, Schema.infer(frame), "regression", None, frame, y)
model = certified(pipeline, frame)
print(model.certificate.passed, model.sha256)
"""


def test_another_process_makes_the_same_file(capsys):
    exec(SAME, {})
    here = capsys.readouterr().out
    there = subprocess.run([sys.executable, "-c", SAME], capture_output=True, text=True)
    assert there.stdout == here, there.stderr
    assert here.startswith("True ")


def test_splits_are_named_by_raw_column():
    frame, pipeline = small()
    assert set(pipeline.splits()) == {"x"}
    assert ((frame["x"].min() <= pipeline.splits()["x"]) & (pipeline.splits()["x"] <= frame["x"].max())).all()
    _, linear = small("linear")
    low, high = linear.splits()["x"]
    assert low == pytest.approx(frame["x"].mean() - 4 * frame["x"].std(ddof=0))
    assert high > low


def test_the_file_tells_what_it_is_and_nothing_of_the_clock():
    _, pipeline = small()
    content = pipeline.export({"target": "t", "settings": {"b": 1, "a": None}})
    told = load(content).metadata
    assert told["labstudio.target"] == "t"
    assert told["labstudio.settings"] == '{"a": null, "b": 1}'
    assert (
        hashlib.sha256(pipeline.export({"settings": {"a": None, "b": 1}, "target": "t"})).hexdigest()
        == load(content).sha256
    )
    assert not [key for key in told if "time" in key or "date" in key]


@pytest.mark.parametrize("semantic", ["id", "constant"])
def test_columns_that_are_no_features_are_refused(semantic):
    column = Column("when", "datetime" if semantic == "datetime" else "string", semantic, "when")
    with pytest.raises(Invalid, match=f"'when' is {semantic}"):
        Pipeline(Schema((column,)), "regression", None, [])


def test_a_table_without_features_and_classes_that_are_floats_are_refused():
    with pytest.raises(Invalid, match="at least one feature"):
        Pipeline(Schema(()), "regression", None, [])
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(Invalid, match="texts, integers or booleans"):
        Pipeline(Schema.infer(frame), "binary", np.array([0.5, 1.5]), [])
