"""How much a model's score suffers when a column is shuffled: what it relies on, whatever it is made of.

The shipped file is asked, not the library it came from. Rounds go over all columns before any is shuffled
again, so that little time gives all columns a rough figure rather than some of them a fine one.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from labstudio.automl.metrics import choose

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.automl.pipeline import Pipeline

ROWS = 2_000
SHUFFLES = 3
SHOWN = 100  # columns that are kept, of a wide table


def importance(
    content: bytes, frame: pd.DataFrame, y: np.ndarray, *, metric: str, seconds: float, seed: int = 0
) -> dict[str, Any]:
    """Shuffle one column after another and see what that does to the score.

    Parameters
    ----------
    content : bytes
        An ONNX file of the studio.
    frame : DataFrame of M rows
        Rows that the model has not seen; at most `ROWS` of them are used.
    y : ndarray of shape (M,)
        Their class codes, or values.
    metric : str
        How predictions are judged, as in the settings.
    seconds : float
        What it may take, about.
    seed : int
        Of the rows and of the shuffles.

    Returns
    -------
    dict
        ``columns``, ``mean`` and ``sd`` (by how much the score gets worse; the most important first),
        ``metric``, ``score`` (unshuffled), ``rows``, ``shuffles`` (full rounds), ``done`` and ``of``
        (columns).

    Examples
    --------
    >>> import pandas as pd
    >>> from labstudio.automl import AutoMLSettings, fit
    >>> frame = pd.DataFrame({"x": [i % 10 for i in range(80)], "noise": [i * 7 % 11 for i in range(80)]})
    >>> frame["y"] = frame["x"] * 2.5
    >>> result = fit(frame, "y", AutoMLSettings(trials=2, learners=["linear"]))
    >>> importance(result.model.content, frame, frame["y"].to_numpy(), metric="rmse", seconds=1)["columns"]
    ['x', 'noise']
    """
    from labstudio.onnx import load

    end = time.monotonic() + seconds
    model = load(content, threads=1)
    judge = choose(metric, model.task)
    random = np.random.default_rng(seed)
    rows = np.sort(random.choice(len(y), min(ROWS, len(y)), replace=False))
    feed, truth = model.schema.feed(frame.iloc[rows]), y[rows]
    output = "value" if model.classes is None else "probabilities"

    def score(values: dict[str, np.ndarray]) -> float:
        return judge(truth, model.run_feed(values, output)[0], model.classes)

    whole = score(feed)
    worse: dict[str, list[float]] = {column.name: [] for column in model.schema}
    for _ in range(SHUFFLES):
        for column in model.schema:
            if time.monotonic() > end:
                break
            shuffled = score({**feed, column.input: random.permutation(feed[column.input])})
            worse[column.name].append(whole - shuffled if judge.greater_is_better else shuffled - whole)
    # of one row, or where the metric is not defined for these rows, nothing can be said
    known = {name: found for name, found in worse.items() if found and np.isfinite(found).all()}
    ranked = sorted(known, key=lambda name: -float(np.mean(known[name])))[:SHOWN]
    return {
        "metric": judge.name,
        "score": whole if np.isfinite(whole) else None,
        "columns": ranked,
        "mean": [float(np.mean(known[name])) for name in ranked],
        "sd": [float(np.std(known[name], ddof=1)) if len(known[name]) > 1 else None for name in ranked],
        "rows": len(rows),
        "shuffles": min(map(len, worse.values())),
        "done": sum(bool(found) for found in worse.values()),
        "of": len(worse),
    }


def made_features(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Say which features were made of the columns, and how much the boosted trees gain by them.

    Returns
    -------
    list of dict
        ``feature``, ``formula``, ``columns`` (raw ones) and ``importance`` (its share of the gain, by the
        members' weights), the most important first; nothing of columns that are used as they are, and at
        most `SHOWN`.
    """
    gains: dict[tuple[str, str], float] = {}
    columns: dict[tuple[str, str], list[str]] = {}
    for member in pipeline.members:
        for model in member.models:
            if not hasattr(model.learner, "gains"):
                continue
            found = model.learner.gains()
            share = member.weight / len(member.models) / (found.sum() or 1.0)
            names, formulas = model.view.names, model.view.formulas()
            raw = [column.name for step in model.view.steps for column in step.columns]
            for name, formula, gain in zip(names, formulas, found, strict=True):
                if formula in raw or gain == 0:
                    continue
                key = (_with_label(name, pipeline.classes), _with_label(formula, pipeline.classes))
                gains[key] = gains.get(key, 0.0) + float(gain * share)
                columns[key] = [one for one in dict.fromkeys(raw) if _named(one, formula)]
    ranked = sorted(gains, key=lambda key: -gains[key])[:SHOWN]
    return [
        {"feature": key[0], "formula": key[1], "columns": columns[key], "importance": gains[key]}
        for key in ranked
    ]


def _with_label(text: str, classes: np.ndarray | None) -> str:
    """Call a class as the data do; a view knows classes by their numbers."""
    if classes is None:
        return text
    return re.sub(r"(?<=^share of class )\d+", lambda found: repr(str(classes[int(found[0]) - 1])), text)


def _named(column: str, formula: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", formula) is not None
