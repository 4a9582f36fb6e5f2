"""Views in whole pipelines: every kind of column, every view, and certificates that notice a mistake."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from emitting import through_the_graph

from labstudio.automl.member import FEATURES, Candidate
from labstudio.automl.pipeline import Pipeline
from labstudio.automl.steps import arithmetic, dates, vocabulary
from labstudio.automl.views import VIEWS, View
from labstudio.onnx import certified, certify
from labstudio.onnx.graph import Graph
from labstudio.schema import Schema

pytestmark = pytest.mark.core

PAIRS = [["size", "/", "rooms"], ["size", "-", "rooms"], ["city", "×", "street"]]
SMALL = {"rounds": 30, "min_data_in_leaf": 3, "min_data_per_group": 3}
CANDIDATES = {
    "tree": Candidate("lightgbm", SMALL),
    "crossed": Candidate("lightgbm", {**SMALL, FEATURES: {"view": "crossed", "pairs": PAIRS}}),
    "encoded": Candidate("lightgbm", {**SMALL, FEATURES: {"view": "encoded"}}),
    "linear": Candidate("linear", {}),
    "dense": Candidate("linear", {FEATURES: {"view": "dense"}}),
}


def homes(rows=400, seed=0):
    """Numbers, categories, two dates and a text, and a price that depends on all of them."""
    random = np.random.default_rng(seed)
    words = ["garden", "view", "quiet", "Old", "new", "balcony", "Zürich", "near the lake", "東京"]
    texts = [" ".join(random.choice(words, random.integers(0, 7))) for _ in range(rows)]
    listed = pd.Timestamp("2019-01-01") + pd.to_timedelta(random.integers(0, 1_500 * 24, rows), "h")
    sold = listed + pd.to_timedelta(random.integers(1, 200, rows), "D")
    frame = pd.DataFrame(
        {
            "size": random.uniform(20, 200, rows),
            "rooms": random.integers(0, 7, rows).astype(float),
            "city": random.choice(["Oslo", "Rome", "Lima", "Köln"], rows),
            "street": [f"s{i}" for i in random.integers(0, 60, rows)],
            "listed": listed,
            "sold": sold,
            "note": texts,
        }
    )
    price = (
        frame["size"] / (1 + frame["rooms"])
        + 20 * frame["note"].str.contains("garden")
        + 10 * (frame["sold"].dt.month > 6)
        + 5 * (frame["sold"] - frame["listed"]).dt.days / 100
        + 10 * ((frame["city"] == "Rome") & (frame["street"] < "s4"))
        + frame["listed"].dt.hour
    )
    frame.loc[random.random(rows) < 0.1, "size"] = np.nan
    frame.loc[random.random(rows) < 0.1, ["city", "note"]] = None
    frame.loc[random.random(rows) < 0.1, "sold"] = pd.NaT
    return frame, price.to_numpy() + random.normal(size=rows)


TYPES = {"note": "text", "street": "category"}


def fitted(view, task="regression"):
    frame, price = homes()
    schema = Schema.infer(frame, TYPES)
    y = price if task == "regression" else np.digitize(price, np.quantile(price, [0.3, 0.7])).astype(np.int64)
    classes = None if task == "regression" else np.array(["low", "mid", "high"])
    candidate = CANDIDATES[view]
    pipeline = Pipeline.fit(candidate, schema, task, classes, frame.iloc[:300], y[:300])
    return pipeline, frame.iloc[300:]


@pytest.mark.parametrize("task", ["regression", "multiclass"])
@pytest.mark.parametrize("view", CANDIDATES)
def test_every_view_is_certified_with_every_kind_of_column(view, task):
    pipeline, held = fitted(view, task)
    certificate = certified(pipeline, held).certificate
    assert certificate.passed, certificate.sentence()


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_names_explains_and_repeats_what_it_does(name):
    frame, price = homes()
    schema = Schema.infer(frame, TYPES)
    columns = schema.canonical(frame)
    options = json.loads(json.dumps({"pairs": PAIRS} if name == "crossed" else {}))
    view = VIEWS[name](schema, **options)
    own = view.fit_transform(columns, price)
    assert own.shape == (len(frame), len(view.names)) == (len(frame), len(view.formulas()))
    assert len(set(view.names)) == len(view.names)
    assert all(position < len(view.names) for position in view.categorical)
    assert view.supervised == (name in ("encoded", "paired"))
    again = view.transform(columns)
    # pairs are chosen by the target, but a row's own target is in none of them
    assert np.array_equal(own, again, equal_nan=True) == (name != "encoded")
    np.testing.assert_array_equal(through_the_graph(view, schema.columns, columns), again)
    if name in ("linear", "dense"):
        assert np.isfinite(own).all()
        assert np.abs(own).max() <= 4


def test_the_tree_view_names_its_categorical_features():
    frame = pd.DataFrame(
        {"c": ["a", "b", "a"], "x": [1.0, 2.0, 3.5], "b": [True, False, True], "d": ["u", "v", "u"]}
    )
    schema = Schema.infer(frame)
    view = VIEWS["tree"](schema).fit(schema.canonical(frame))
    assert view.names == ("x", "b", "c", "d")
    assert view.categorical == (2, 3)
    assert VIEWS["linear"](schema).fit(schema.canonical(frame)).categorical == ()


def test_pairs_become_features_with_a_formula():
    frame, price = homes()
    schema = Schema.infer(frame, TYPES)
    view = VIEWS["crossed"](schema, pairs=PAIRS).fit(schema.canonical(frame), price)
    assert view.formulas()[-3:] == ["size / rooms", "size - rooms", "code of city together with street"]
    assert len(view.names) - 1 in view.categorical


def test_splits_name_raw_columns_dates_included():
    splits = fitted("tree")[0].splits()
    assert "size" in splits
    seconds = splits["listed"]
    assert (np.datetime64("2018", "s").astype(int) < seconds).all()
    assert (seconds < np.datetime64("2026", "s").astype(int)).all()


def test_thousands_of_columns_are_no_trouble():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(60, 1_000))).add_prefix("n")
    texts = pd.DataFrame(random.choice(["a", "b"], (60, 1_000))).add_prefix("c")
    frame = pd.concat([frame, texts], axis=1)
    schema = Schema.infer(frame)
    columns = schema.canonical(frame)
    for name in ("tree", "linear"):
        view: View = VIEWS[name](schema)
        found = view.fit_transform(columns)
        np.testing.assert_array_equal(through_the_graph(view, schema.columns, columns), found)


def on_nodes(change):
    """Every node goes through `change(op, inputs, attributes)`, which may give a tensor in its place."""

    def mutate(patch):
        plain = Graph.node

        def node(self, op, inputs, **attributes):
            changed = change(op, inputs, attributes)
            return plain(self, op, inputs, **attributes) if changed is None else changed

        patch.setattr(Graph, "node", node)

    return mutate


def attribute(op, **changes):
    def change(found, inputs, attributes):
        if found == op:
            attributes.update(changes)

    return on_nodes(change)


def skip(op):
    return on_nodes(lambda found, inputs, attributes: inputs[0] if found == op else None)


def up(self, other):
    return self._with("Div", other)


def a_day_later(seconds, plain=dates.calendar):
    return plain(seconds + 86_400 if isinstance(seconds, dates.Whole) else seconds)


MUTATIONS = {
    "dates before 1970 round up": (lambda patch: patch.setattr(dates.Whole, "__floordiv__", up), "tree"),
    "the calendar is a day off": (lambda patch: patch.setattr(dates, "calendar", a_day_later), "tree"),
    "a missing date is the first of 1970": (skip("Or"), "tree"),
    "words keep their case": (attribute("StringNormalizer", case_change_action="NONE"), "linear"),
    "words end at an umlaut": (attribute("Tokenizer", tokenexp="[0-9A-Za-z_]{2,}"), "linear"),
    "words of one letter": (attribute("Tokenizer", tokenexp=vocabulary.WORD.replace("{2,}", "+")), "linear"),
    "no pairs of words": (attribute("TfIdfVectorizer", max_gram_length=1), "linear"),
    "a word occurs or not": (skip("Sqrt"), "linear"),
    "no words are divided by nothing": (skip("Max"), "dense"),
    "words are not counted": (skip("Not"), "dense"),
    "division by zero is infinite": (
        lambda patch: patch.setattr(arithmetic, "emit_no_infinity", lambda graph, values: values), "crossed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_broken_emit_is_not_certified(mutation, monkeypatch):
    change, view = MUTATIONS[mutation]
    pipeline, held = fitted(view)
    right, splits = pipeline.export(), pipeline.splits()
    with monkeypatch.context() as patch:
        change(patch)
        wrong = pipeline.export()
    assert wrong != right, "the mutation changed nothing"
    assert certify(right, pipeline, held, splits=splits).passed
    assert not certify(wrong, pipeline, held, splits=splits).passed
