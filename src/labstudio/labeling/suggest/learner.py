"""Models that learn from vectors and labels: a quick one between two keystrokes, a stronger one for the rest.

Both know vectors [N, D] and labels only; what an item is, and where labels are kept, they do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.suggest.threads import one_thread

Kind = Literal["class", "multi", "number"]

FEWEST_LABELS, FEWEST_CLASSES = 10, 2
"""Suggestions begin with so many labels of so many classes."""

_MOST_LIVE = 4_000  # labels that the quick model learns from: the newest
_EPOCH_ROWS = 20_000  # rows seen in a fit, about: few labels are gone through more often
_STRENGTHS = (1.0, 10.0, 100.0)
_ROWS_AT_ONCE = 20_000


class Model:
    """A linear model of labels on vectors.

    Parameters
    ----------
    kind : {"class", "multi", "number"}
        One label an item, any number of them, or a number.
    strong : bool
        Take the time to choose its regularisation by folds; else stochastic gradient descent.
    seed : int
        Of what is random.

    Examples
    --------
    >>> vectors = np.array([[0.0, 1.0], [0.1, 0.9], [1.0, 0.0], [0.9, 0.2]] * 3)
    >>> model = Model("class").fit(vectors, ["cat", "cat", "dog", "dog"] * 3)
    >>> model.classes
    ('cat', 'dog')
    >>> model.predict(np.array([[0.0, 0.8]]))
    ['cat']
    """

    def __init__(self, kind: Kind = "class", *, strong: bool = False, seed: int = 0) -> None:
        self.kind, self.strong, self.seed = kind, strong, seed

    def fit(self, vectors: np.ndarray, values: Sequence[Any]) -> Self:
        """Learn from labeled vectors.

        Parameters
        ----------
        vectors : ndarray of shape (N, D)
            Of labeled items, the oldest first.
        values : sequence of N
            A label each (class), a collection of labels each (multi) or a number each (number).

        Raises
        ------
        Invalid
            There is nothing to tell apart yet.
        """
        if len(vectors) != len(values):
            raise Invalid(f"{len(vectors):,} vectors and {len(values):,} labels do not go together.")
        if not self.strong and len(values) > _MOST_LIVE:
            vectors, values = vectors[-_MOST_LIVE:], values[-_MOST_LIVE:]
        if self.kind == "class":
            self.classes: tuple[str, ...] = tuple(sorted(set(values)))
        elif self.kind == "multi":
            self.classes = tuple(sorted({label for labels in values for label in labels}))
        else:
            self.classes = ()
        if not len(values) or (self.kind == "class" and len(self.classes) < FEWEST_CLASSES):
            raise Invalid("A model needs labels of at least two classes; label some more items first.")
        vectors = np.asarray(vectors, dtype=np.float64)
        self.centre = vectors.mean(axis=0)
        spread = float(np.sqrt(((vectors - self.centre) ** 2).sum(axis=1).mean()))
        self.scale = spread if spread > 1e-12 else 1.0
        rows = (vectors - self.centre) / self.scale
        with one_thread():
            if self.kind == "number":
                self._fit_number(rows, np.asarray(values, dtype=np.float64))
            elif self.kind == "class":
                place = {name: code for code, name in enumerate(self.classes)}
                self._fit_classes(rows, np.array([place[value] for value in values]))
            else:
                given = [set(labels) for labels in values]
                targets = [np.array([name in labels for labels in given]) for name in self.classes]
                lines = [self._line(rows, target) for target in targets]
                self.weights = np.array([line[0] for line in lines]).reshape(len(lines), rows.shape[1])
                self.offsets = np.array([line[1] for line in lines])
        return self

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Return probabilities [N, K] of `classes`: they sum to one for class, not for multi."""
        scores = self._scores(vectors)
        if self.kind == "multi":
            return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50))))
        if len(self.classes) == 2:
            chance = 1 / (1 + np.exp(-np.clip(scores[:, 0], -50, 50)))
            return np.column_stack([1 - chance, chance])
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def numbers(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return predicted numbers [N] and their standard deviations [N]."""
        scores, found = self._scores(vectors)[:, 0], []
        for at in range(0, len(vectors), _ROWS_AT_ONCE):
            rows = (np.asarray(vectors[at : at + _ROWS_AT_ONCE], dtype=np.float64) - self.centre) / self.scale
            found.append(np.einsum("nd,dk,nk->n", rows, self.covariance, rows, optimize=True))
        variance = np.concatenate(found) if found else np.empty(0)
        return scores, np.sqrt(self.noise * (1 + np.maximum(variance, 0)))

    def predict(self, vectors: np.ndarray) -> list[Any]:
        """Return the value that is likeliest for each vector, as `fit` takes them."""
        if self.kind == "number":
            return [float(number) for number in self.numbers(vectors)[0]]
        found = self.probabilities(vectors)
        if self.kind == "class":
            return [self.classes[code] for code in found.argmax(axis=1)]
        return [[self.classes[code] for code in np.flatnonzero(row >= 0.5)] for row in found]

    def doubt(self, vectors: np.ndarray) -> np.ndarray:
        """Say how unsure the model is of each vector [N], the largest first to be asked.

        Of classes 1 less the margin between the two likeliest, of several labels the same of the least sure
        one, of numbers the standard deviation.
        """
        if self.kind == "number":
            return self.numbers(vectors)[1]
        found = self.probabilities(vectors)
        if self.kind == "multi":
            return (
                np.asarray(1 - np.abs(2 * found - 1).min(axis=1)) if found.shape[1] else np.ones(len(found))
            )
        top = np.partition(found, -2, axis=1)
        return np.asarray(1 - (top[:, -1] - top[:, -2]))

    def _scores(self, vectors: np.ndarray) -> np.ndarray:
        weights = (self.weights / self.scale).astype(np.float32)
        offsets = self.offsets - self.weights @ self.centre / self.scale
        with one_thread():
            return np.asarray(np.asarray(vectors, dtype=np.float32) @ weights.T + offsets, dtype=np.float64)

    def _fit_classes(self, rows: np.ndarray, codes: np.ndarray) -> None:
        if len(self.classes) == 2:
            weights, offset = self._line(rows, codes == 1)
            self.weights, self.offsets = weights[None], np.array([offset])
            return
        if self.strong:
            found = self._logistic(rows, codes)
            self.weights, self.offsets = found.coef_, found.intercept_
            return
        # one against the rest; as logarithms of their odds they are weighed against each other by softmax
        lines = [self._line(rows, codes == code) for code in range(len(self.classes))]
        self.weights = np.array([line[0] for line in lines])
        self.offsets = np.array([line[1] for line in lines])

    def _line(self, rows: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, float]:
        """Weights and offset that tell two classes apart."""
        if positive.all() or not positive.any():
            odds = np.log((positive.sum() + 0.5) / ((~positive).sum() + 0.5))
            return np.zeros(rows.shape[1]), float(odds)
        if self.strong:
            found = self._logistic(rows, positive.astype(int))
            return found.coef_[0], float(found.intercept_[0])
        from sklearn.linear_model import SGDClassifier

        epochs = int(np.clip(_EPOCH_ROWS // len(rows), 5, 100))
        found = SGDClassifier(
            loss="log_loss", alpha=1e-3, average=True, max_iter=epochs, tol=None, random_state=self.seed
        ).fit(rows, positive)
        return found.coef_[0], float(found.intercept_[0])

    def _logistic(self, rows: np.ndarray, codes: np.ndarray) -> Any:
        """Logistic regression whose strength is chosen by folds."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import log_loss
        from sklearn.model_selection import StratifiedKFold

        best = _STRENGTHS[1]
        fewest = int(np.bincount(codes).min())
        if fewest >= 2:
            folds = list(
                StratifiedKFold(min(3, fewest), shuffle=True, random_state=self.seed).split(rows, codes)
            )
            losses = []
            for strength in _STRENGTHS:
                told = np.zeros((len(codes), int(codes.max()) + 1))
                for train, judge in folds:
                    model = LogisticRegression(C=strength, max_iter=200, tol=1e-3).fit(
                        rows[train], codes[train]
                    )
                    told[judge] = model.predict_proba(rows[judge])
                losses.append(log_loss(codes, told))
            best = _STRENGTHS[int(np.argmin(losses))]
        return LogisticRegression(C=best, max_iter=500, tol=1e-4).fit(rows, codes)

    def _fit_number(self, rows: np.ndarray, values: np.ndarray) -> None:
        """Bayesian ridge regression, whose covariance says how sure it is of an item."""
        from sklearn.linear_model import BayesianRidge

        found = BayesianRidge(max_iter=100).fit(rows, values)
        self.weights, self.offsets = found.coef_[None], np.array([float(found.intercept_)])
        self.noise = float(1 / found.alpha_) if found.alpha_ > 0 else 1.0
        # of the weights, in units of the noise
        self.covariance = np.asarray(found.sigma_) / self.noise
