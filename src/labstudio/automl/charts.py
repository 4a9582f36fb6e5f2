"""What the held-out rows say of a model, as plain values that a chart can be drawn of.

Made once, at the end of a run, from what the model said of the rows that nothing before had seen; small
enough to be kept with the run, however long the table is. It knows numpy and no drawing (see `figures`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labstudio.automl.metrics import area_under_curve

MOST_CLASSES = 12  # of more, the most frequent are shown and the rest is one
CURVE_POINTS = 200
SAMPLED_ROWS = 2_000
BINS = 10
_HISTOGRAM_BINS = 30


def charts(
    y: np.ndarray, prediction: np.ndarray, classes: np.ndarray | None, *, seed: int = 0
) -> dict[str, Any]:
    """Say what there is to draw.

    Parameters
    ----------
    y : ndarray of shape (M,)
        Class codes, or values, of the held-out rows.
    prediction : ndarray of shape (M, K) or (M,)
        Probabilities, or values.
    classes : ndarray of shape (K,) or None
        Labels of the codes; None for a regression.
    seed : int
        Of the sample of rows that are shown one by one.

    Returns
    -------
    dict
        JSON values. Classes: ``confusion``, ``roc``, ``precision_recall``, ``calibration``; values:
        ``predicted_vs_true``, ``residuals``. A curve that is not defined for these rows is left out.

    Examples
    --------
    >>> said = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    >>> found = charts(np.array([0, 0, 1]), said, np.array(["no", "yes"]))
    >>> found["confusion"]["counts"], found["roc"]["curves"][0]["area"]
    ([[1, 1], [0, 1]], 1.0)
    """
    if classes is None:
        found = _of_values(y.astype(np.float64), prediction, seed)
    else:
        found = _of_classes(y, prediction, [str(label) for label in classes.tolist()])
    return {"rows": len(y), **found}


def _of_classes(y: np.ndarray, probabilities: np.ndarray, names: list[str]) -> dict[str, Any]:
    order = np.argsort(-np.bincount(y, minlength=len(names)), kind="stable")
    shown = np.sort(order[: MOST_CLASSES - 1]) if len(names) > MOST_CLASSES else np.arange(len(names))
    drawn = [1] if len(names) == 2 else shown.tolist()  # of two classes one curve says it all
    points = CURVE_POINTS if len(drawn) == 1 else CURVE_POINTS // 2
    roc, recall, calibration = [], [], []
    for code in drawn:
        positive, score = y == code, probabilities[:, code]
        calibration.append({"class": names[code], **_calibration(positive, score)})
        if 0 < positive.sum() < len(y):
            roc.append({"class": names[code], **_roc(positive, score, points)})
            recall.append({"class": names[code], **_precision_recall(positive, score, points)})
    found: dict[str, Any] = {"confusion": _confusion(y, probabilities.argmax(axis=1), shown, names)}
    if roc:
        found |= {"roc": {"curves": roc}, "precision_recall": {"curves": recall}}
    error = float(np.mean([curve.pop("error") for curve in calibration]))
    return found | {"calibration": {"curves": calibration, "error": _short(error)}}


def _confusion(y: np.ndarray, said: np.ndarray, shown: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Counts, a row for each true class and a column for each predicted one."""
    labels = [names[code] for code in shown]
    place = np.full(len(names), len(shown))  # all that is not shown is one more
    place[shown] = np.arange(len(shown))
    if len(shown) < len(names):
        labels.append(f"other ({len(names) - len(shown)} classes)")
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, (place[y], place[said]), 1)
    return {"classes": labels, "counts": counts.tolist()}


def _ranked(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positives found, and rows looked at, down to each different score from the highest."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    return np.cumsum(positive[order])[last], last + 1


def _roc(positive: np.ndarray, score: np.ndarray, points: int) -> dict[str, Any]:
    found, rows = _ranked(positive, score)
    share = np.concatenate([[0.0], found / found[-1]])
    alarms = np.concatenate([[0.0], (rows - found) / (rows[-1] - found[-1])])
    return {**_curve(alarms, share, points), "area": _short(area_under_curve(positive, score))}


def _precision_recall(positive: np.ndarray, score: np.ndarray, points: int) -> dict[str, Any]:
    found, rows = _ranked(positive, score)
    recall, precision = found / found[-1], found / rows
    average = float(np.sum(np.diff(np.concatenate([[0.0], recall])) * precision))
    return {
        **_curve(np.concatenate([[0.0], recall]), np.concatenate([precision[:1], precision]), points),
        "area": _short(average),
        "share": _short(float(positive.mean())),
    }


def _curve(x: np.ndarray, y: np.ndarray, points: int) -> dict[str, Any]:
    """The points of a curve, at most so many: spaced evenly along it, so that its shape stays."""
    if len(x) > points:
        length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
        kept = np.searchsorted(length, np.linspace(0, length[-1], points))
        kept = np.unique(np.concatenate([[0], np.minimum(kept, len(x) - 1)[:-1], [len(x) - 1]]))
        x, y = x[kept], y[kept]
    return {"x": _shorts(x), "y": _shorts(y)}


def _calibration(positive: np.ndarray, said: np.ndarray) -> dict[str, Any]:
    """Of the rows with about the same probability said: how many were it indeed."""
    bins = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    there = count > 0
    mean = np.bincount(bins, said, BINS)[there] / count[there]
    seen = np.bincount(bins, positive, BINS)[there] / count[there]
    return {
        "said": _shorts(mean),
        "seen": _shorts(seen),
        "count": count[there].tolist(),
        "error": float(np.sum(np.abs(mean - seen) * count[there]) / len(said)),
    }


def _of_values(y: np.ndarray, predicted: np.ndarray, seed: int) -> dict[str, Any]:
    rows = np.arange(len(y))
    if len(rows) > SAMPLED_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLED_ROWS, replace=False))
    # in units in which neither a difference nor a bin's width can overflow
    unit = max(float(np.abs(y).max()), float(np.abs(predicted).max())) or 1.0
    residuals = y / unit - predicted / unit
    counts, edges = np.histogram(residuals, bins=min(_HISTOGRAM_BINS, max(1, len(y) // 4)))
    with np.errstate(over="ignore"):
        return {
            "predicted_vs_true": {"true": _shorts(y[rows]), "predicted": _shorts(predicted[rows])},
            "residuals": {
                "edges": _shorts(edges * unit),
                "counts": counts.tolist(),
                "bands": _bands(predicted, residuals, unit),
            },
        }


def _bands(predicted: np.ndarray, residuals: np.ndarray, unit: float) -> dict[str, Any]:
    """Residuals over the prediction: mean and the 10th and 90th percentile in each tenth of the rows."""
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    low, high = np.array([np.quantile(residuals[part], [0.1, 0.9]) for part in parts]).T
    return {
        "predicted": _shorts(np.array([np.median(predicted[part]) for part in parts])),
        "mean": _shorts(np.array([residuals[part].mean() for part in parts]) * unit),
        "low": _shorts(low * unit),
        "high": _shorts(high * unit),
    }


def _shorts(values: np.ndarray) -> list[float | None]:
    return [_short(value) for value in values.tolist()]


def _short(value: float) -> float | None:
    """A number with as many digits as can be seen; JSON has no infinity."""
    return float(f"{value:.5g}") if np.isfinite(value) else None
