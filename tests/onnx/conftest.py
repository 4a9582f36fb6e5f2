"""A table with everything that is hard, and pipelines fitted to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labstudio.automl.member import FEATURES, Candidate
from labstudio.automl.pipeline import Pipeline
from labstudio.schema import Schema

BIG = 2.0**24


def mixed_table(rows=500, seed=0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "number": np.where(random.random(rows) < 0.15, np.nan, random.normal(size=rows)),
            "whole": random.integers(int(BIG), int(BIG) + 8, rows),
            "flag": random.random(rows) < 0.4,
            "city": random.choice(["Oslo", "Rome", "Köln", "東京", None], rows, p=[0.3, 0.3, 0.2, 0.1, 0.1]),
            "code": random.choice(list("abcdefghij"), rows),
            "dense": random.normal(5.0, 2.0, rows),
        }
    )
    frame.loc[random.random(rows) < 0.05, "number"] = np.inf
    clean = frame["number"].replace(np.inf, np.nan)
    score = (
        clean.fillna(2.5)
        + (frame["whole"] - BIG - 4) * 0.5
        + frame["flag"] * 1.0
        + frame["city"].map({"Oslo": 1.5, "Rome": -1.0, "Köln": -2.5, "東京": -2.5}).fillna(3.0).astype(float)
        + frame["code"].isin(list("ace")) * 1.2
        + frame["dense"] * 0.7
    )
    return frame, score.to_numpy()


def fitted(learner, task, **params):
    frame, score = mixed_table()
    schema = Schema.infer(frame)
    classes = {"binary": ["no", "yes"], "multiclass": ["low", "mid", "high"], "regression": None}[task]
    y = {
        "binary": (score > np.median(score)).astype(int),
        "multiclass": np.digitize(score, np.quantile(score, [0.33, 0.66])),
        "regression": np.exp(score / 3) * 1e-6,
    }[task]
    array = None if classes is None else np.array(classes, dtype=object)
    rare = {FEATURES: {"levels": 4}} if learner == "linear" else {}  # so that some levels are rare
    candidate = Candidate(learner, {**params, **rare})
    columns = schema.canonical(frame.iloc[:400])
    pipeline = Pipeline.fit(candidate, schema, task, array, columns, y[:400])
    return pipeline, frame.iloc[400:]


@pytest.fixture(scope="session")
def pipelines():
    """Fitted pipelines by "learner task", each with its held-out rows, made once when asked for."""
    made = {}

    def get(name):
        if name not in made:
            learner, task = name.split()
            params = (
                {"rounds": 30, "min_data_in_leaf": 3, "min_data_per_group": 3}
                if learner == "lightgbm"
                else {}
            )
            made[name] = fitted(learner, task, **params)
        return made[name]

    return get
