"""What a metric is: a function of truth and prediction, and what has to be known of it to optimise it.

It knows no metric by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Function = Callable[..., float]
Judge = Callable[[np.ndarray], float]


@dataclass(frozen=True)
class Metric:
    """How a prediction is judged.

    Attributes
    ----------
    function : callable (truth, prediction) → float
        One that is `weighted` also takes ``sample_weight``, of shape (N,) or None.
    needs : str
        What it is given: ``"values"`` and values (N,); ``"labels"`` and labels (N,); ``"probabilities"``,
        that is labels and probabilities (N, K); ``"codes"``, that is class codes and probabilities;
        ``"decisions"``, that is class codes and the codes that were decided for (N,).
    greater_is_better : bool
        Which way is up.
    loss : str
        What a learner of values should keep small for it: ``"squared"``, ``"absolute"``, ``"quantile"`` or
        ``"log_squared"`` errors.
    title : str
        Its name for people.
    optimum : float or None
        The score that cannot be beaten, where there is one.
    prepare : callable (codes or values, sample_weight) → (prediction → float), optional
        The same function in two parts, where much of the work depends on the truth alone.

    Examples
    --------
    >>> y, p = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    >>> share = Metric("share", lambda truth, decided: float(np.mean(truth == decided)), "decisions")
    >>> round(share(y, p, np.array(["no", "yes"])), 3)
    0.667
    """

    name: str
    function: Function
    needs: str
    greater_is_better: bool = True
    loss: str = "squared"
    title: str = ""
    optimum: float | None = None
    weighted: bool = False
    prepare: Callable[[np.ndarray, np.ndarray | None], Judge] | None = None

    @property
    def decides(self) -> bool:
        """Whether it judges labels, so that a decision threshold matters to it."""
        return self.needs in ("decisions", "labels")

    def better(self, score: float, than: float) -> bool:
        """Whether one score beats another."""
        return score > than if self.greater_is_better else score < than

    def gain(self, score: float, than: float) -> float:
        """Return by how much one score beats another; negative where it does not."""
        return score - than if self.greater_is_better else than - score

    def __call__(
        self,
        y: np.ndarray,
        prediction: np.ndarray,
        classes: np.ndarray | None,
        weights: np.ndarray | None = None,
        *,
        decided: np.ndarray | None = None,
    ) -> float:
        """Score a prediction.

        Parameters
        ----------
        y : ndarray of shape (N,)
            Class codes, or values.
        prediction : ndarray of shape (N, K) or (N,)
            Probabilities, or values.
        classes : ndarray of shape (K,) or None
            Labels of the codes.
        weights : ndarray of shape (N,), optional
            How much each row counts.
        decided : ndarray of shape (N,), optional
            Codes that were decided for; those of the largest probability when not given.
        """
        if classes is not None and self.decides and decided is None:
            decided = most_likely(prediction)
        truth, given = y, prediction
        if classes is not None:
            truth = classes[y] if self.needs in ("labels", "probabilities") else y
            if decided is not None and self.decides:
                given = classes[decided] if self.needs == "labels" else decided
        with np.errstate(all="ignore"):  # what is not finite is dealt with as such
            if self.weighted:
                return float(self.function(truth, given, sample_weight=weights))
            return float(self.function(truth, given))

    def prepared(self, y: np.ndarray, classes: np.ndarray | None, weights: np.ndarray | None = None) -> Judge:
        """Return a function that scores predictions of these rows, for when there are many of them."""
        if self.prepare is None:
            return lambda prediction: self(y, prediction, classes, weights)
        judge = self.prepare(y, weights)

        def score(prediction: np.ndarray) -> float:
            with np.errstate(all="ignore"):
                return float(judge(prediction))

        return score


def most_likely(probabilities: np.ndarray) -> np.ndarray:
    """Return the code of the largest probability [N, K] of each row, the first one where several are."""
    if probabilities.shape[1] == 2 and not np.isnan(probabilities).any():
        found: np.ndarray = (probabilities[:, 1] > probabilities[:, 0]).astype(np.int64)  # ten times faster
        return found
    return probabilities.argmax(axis=1)


def mean(values: np.ndarray, weights: np.ndarray | None) -> float:
    """Mean of values [N], weighted if weights are given."""
    # no matrix product: its sum would depend on the number of threads
    return float(values.mean() if weights is None else (weights * values).sum() / weights.sum())
