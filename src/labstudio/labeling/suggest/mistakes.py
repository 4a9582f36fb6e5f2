"""Labels that are likely wrong, the likeliest first: a queue for a second look, not a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labstudio.errors import Invalid, Unavailable
from labstudio.labeling.suggest.learner import Kind, Model

_FOLDS = 5
_FEWEST = 20


@dataclass(frozen=True)
class Doubtful:
    """A label that may be wrong: its row, what the model would say, and how good the label is from 0 to 1."""

    row: int
    told: Any
    instead: Any
    quality: float


def out_of_fold(
    vectors: np.ndarray, labels: Sequence[str], *, seed: int = 0
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return probabilities [N, K] by models that have not learned from those rows, and the classes."""
    classes = tuple(sorted(set(labels)))
    place = {name: code for code, name in enumerate(classes)}
    codes = np.array([place[label] for label in labels])
    random, fold = np.random.default_rng(seed), np.empty(len(codes), dtype=int)
    for code in range(len(classes)):  # each class is dealt out evenly
        rows = random.permutation(np.flatnonzero(codes == code))
        fold[rows] = (np.arange(len(rows)) + random.integers(_FOLDS)) % _FOLDS
    found = np.full((len(codes), len(classes)), 1e-6)
    for part in range(_FOLDS):
        train, judge = np.flatnonzero(fold != part).tolist(), np.flatnonzero(fold == part).tolist()
        if not judge:
            continue
        model = Model("class", strong=True, seed=seed).fit(vectors[train], [labels[row] for row in train])
        found[np.ix_(np.array(judge), np.array([place[name] for name in model.classes]))] = (
            model.probabilities(vectors[judge])
        )
    return found / found.sum(axis=1, keepdims=True), classes


def doubtful_labels(
    vectors: np.ndarray, values: Sequence[Any], kind: Kind = "class", *, most: int = 500, seed: int = 0
) -> list[Doubtful]:
    """Rank labels by how likely they are wrong, by cleanlab (Northcutt et al. 2021).

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        Of labeled items.
    values : sequence of N
        Their labels, as `Model.fit` takes them.
    kind : {"class", "multi", "number"}
        What they are.
    most : int
        How many are returned.
    seed : int
        Of what is random.

    Raises
    ------
    Unavailable
        cleanlab is not installed.
    Invalid
        There are too few labels, or of one class only.
    """
    try:
        from cleanlab.multilabel_classification import get_label_quality_scores as of_several
        from cleanlab.rank import get_label_quality_scores as of_one
    except ImportError:
        raise Unavailable(
            'Finding labels that are likely wrong needs cleanlab: pip install "labstudio[labeling]".'
        ) from None
    if len(values) < _FEWEST:
        raise Invalid(
            f"{len(values)} labels are too few to find wrong ones among them; label at least {_FEWEST}."
        )
    if kind == "number":
        return _far_numbers(vectors, values, most, seed)
    if kind == "class":
        probabilities, classes = out_of_fold(vectors, values, seed=seed)
        if len(classes) < 2:
            raise Invalid("All labels are the same; wrong ones are found among at least two classes.")
        place = {name: code for code, name in enumerate(classes)}
        codes = np.array([place[value] for value in values])
        quality = of_one(codes, probabilities, method="normalized_margin", adjust_pred_probs=False)
        instead: list[Any] = [classes[code] for code in probabilities.argmax(axis=1)]
    else:
        classes = tuple(sorted({label for labels in values for label in labels}))
        if not classes:
            raise Invalid("No item has a label yet.")
        columns = []
        for name in classes:
            yes = ["yes" if name in labels else "no" for labels in values]
            told, two = out_of_fold(vectors, yes, seed=seed) if len(set(yes)) == 2 else (None, ())
            columns.append(
                np.full(len(values), float(yes[0] == "yes")) if told is None else told[:, two.index("yes")]
            )
        probabilities = np.column_stack(columns)
        codes_of = [[code for code, name in enumerate(classes) if name in labels] for labels in values]
        quality = of_several(codes_of, probabilities)
        instead = [[classes[code] for code in np.flatnonzero(row >= 0.5)] for row in probabilities]
    worst = np.argsort(quality, kind="stable")[:most]
    return [Doubtful(int(row), values[row], instead[row], float(quality[row])) for row in worst]


def _far_numbers(vectors: np.ndarray, values: Sequence[float], most: int, seed: int) -> list[Doubtful]:
    """Numbers by how far they are from what is predicted for them, in units of the usual distance."""
    truth = np.asarray(values, dtype=np.float64)
    fold, told = np.random.default_rng(seed).permutation(len(truth)) % _FOLDS, np.empty(len(truth))
    for part in range(_FOLDS):
        train, judge = fold != part, fold == part
        told[judge] = (
            Model("number", seed=seed).fit(vectors[train], truth[train].tolist()).numbers(vectors[judge])[0]
        )
    far = np.abs(truth - told)
    quality = np.exp(-far / max(float(np.median(far)) * 3, 1e-12))
    worst = np.argsort(quality, kind="stable")[:most]
    return [Doubtful(int(row), float(truth[row]), float(told[row]), float(quality[row])) for row in worst]
