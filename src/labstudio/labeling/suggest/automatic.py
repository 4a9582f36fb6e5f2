"""Labels given by the model alone: above which probability, for which promise, and whether it was kept.

The promise is a precision: thresholds are chosen on items drawn at random, and only where even the lower
bound of the precision reached there is not below what was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labstudio.automl.calibration import Temperature
from labstudio.errors import Invalid

CONFIDENCE = 0.95
_STARTS = (1.0, 2.5)  # in units of the fewest rows that can prove a promise


@dataclass(frozen=True)
class Threshold:
    """Above which probability a class is given, and what was seen of it on the hold-out.

    `least` is the lower bound of its precision; `pooled` says that it was too rare to be judged alone.
    """

    label: str
    probability: float
    right: int
    judged: int
    least: float
    pooled: bool


@dataclass(frozen=True)
class Plan:
    """What is labeled automatically: calibration, thresholds, and the classes that are left to people."""

    precision: float
    confidence: float
    temperature: Temperature
    classes: tuple[str, ...]
    thresholds: Mapping[str, Threshold]
    left: Mapping[str, str]

    def labels(self, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the code of the class that each row is given, -1 for none, and its calibrated probability.

        Parameters
        ----------
        probabilities : ndarray of shape (N, K)
            As the model tells them.
        """
        calibrated = self.temperature.apply(np.asarray(probabilities, dtype=np.float64))
        codes, sure = calibrated.argmax(axis=1), calibrated.max(axis=1)
        found = [self.thresholds.get(name) for name in self.classes]
        needed = np.array([np.inf if one is None else one.probability for one in found])
        return np.where(sure >= needed[codes], codes, -1), sure


def plan_labels(
    probabilities: np.ndarray,
    truth: Sequence[str],
    classes: Sequence[str],
    precision: float,
    *,
    confidence: float = CONFIDENCE,
) -> Plan:
    """Choose calibration and thresholds on a hold-out.

    Parameters
    ----------
    probabilities : ndarray of shape (N, K)
        Of items drawn at random, from a model that has not seen them.
    truth : sequence of N str
        Their labels.
    classes : sequence of K str
        In the order of the columns.
    precision : float
        The share of right labels that is promised, of each class.
    confidence : float
        How sure the promise is.

    Raises
    ------
    Invalid
        The promise cannot be kept by any hold-out, or there is none.

    Notes
    -----
    Thresholds are tried from the surest down, and the last one before the first that fails is taken, so that
    each is tested in an order fixed beforehand (fixed-sequence testing; Angelopoulos et al. 2021). There are
    two places to begin at, which share the doubt between them: one mistake among the surest must not end it.
    The bound is Clopper and Pearson's.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> chance = random.uniform(0.5, 1, 2_000)
    >>> truth = np.where(random.random(2_000) < chance, "yes", "no")
    >>> plan = plan_labels(np.column_stack([1 - chance, chance]), truth.tolist(), ["no", "yes"], 0.9)
    >>> plan.thresholds["yes"].least >= 0.9, sorted(plan.left)
    (True, ['no'])
    """
    if not 0.5 <= precision < 1:
        raise Invalid("The promised precision is from 0.5 to below 1, such as 0.95.")
    if not len(truth) or len(truth) != len(probabilities):
        raise Invalid(
            "Thresholds are chosen on labeled items drawn at random, and there are none; label some first."
        )
    place = {name: code for code, name in enumerate(classes)}
    truths = np.array([place.get(name, -1) for name in truth])
    known = truths >= 0
    temperature = (
        Temperature.fit(np.asarray(probabilities)[known], truths[known]) if known.any() else Temperature()
    )
    calibrated = temperature.apply(np.asarray(probabilities, dtype=np.float64))
    codes, sure = calibrated.argmax(axis=1), calibrated.max(axis=1)
    right = codes == truths
    needed = fewest_judged(precision, 1 - (1 - confidence) / len(_STARTS))
    thresholds: dict[str, Threshold] = {}
    left: dict[str, str] = {}
    alone = [code for code in range(len(classes)) if (codes == code).sum() >= needed]
    together = [code for code in range(len(classes)) if code not in alone]
    for group, pooled in [*(([code], False) for code in alone), (together, True)]:
        rows = np.isin(codes, group)
        found = _threshold(sure[rows], right[rows], precision, confidence) if group else None
        for code in group:
            name = classes[code]
            if found is not None:
                thresholds[name] = Threshold(name, *found, pooled)
            elif rows.sum() < needed:
                left[name] = (
                    f"{int(rows.sum())} random labels tell too little of it: {needed} right ones are needed "
                    f"to promise {precision:.0%}."
                )
            else:
                left[name] = f"the model does not reach {precision:.0%} on it at any threshold."
    return Plan(precision, confidence, temperature, tuple(classes), thresholds, left)


def fewest_judged(precision: float, confidence: float = CONFIDENCE) -> int:
    """Return how many right answers without a wrong one are needed to promise a precision.

    Examples
    --------
    >>> fewest_judged(0.95)
    59
    """
    return int(np.ceil(np.log(1 - confidence) / np.log(precision)))


def least_precision(right: int, judged: int, confidence: float = CONFIDENCE) -> float:
    """Return the lower bound of a share (Clopper and Pearson 1934).

    Examples
    --------
    >>> round(least_precision(59, 59), 3)
    0.95
    """
    if right == 0:
        return 0.0
    from scipy.stats import beta

    return float(beta.ppf(1 - confidence, right, judged - right + 1))


def _threshold(
    sure: np.ndarray, right: np.ndarray, precision: float, confidence: float
) -> tuple[float, int, int, float] | None:
    """Probability, right, judged and lower bound of the lowest threshold that keeps the promise."""
    order = np.argsort(-sure, kind="stable")
    sure, hits = sure[order], np.cumsum(right[order])
    confidence = 1 - (1 - confidence) / len(_STARTS)
    block = fewest_judged(precision, confidence)
    ends = np.append(np.flatnonzero(np.diff(sure)) + 1, len(sure))  # equals stand on one side of a threshold
    found = None
    for start in _STARTS:
        for end in _spread(ends[ends >= start * block], max(1, block // 4)):
            least = least_precision(int(hits[end - 1]), int(end), confidence)
            if least < precision:
                break
            if found is None or end > found[2]:
                found = float(sure[end - 1]), int(hits[end - 1]), int(end), least
    return found


def _spread(ends: np.ndarray, step: int) -> list[int]:
    """Return some of the ends, at least `step` apart, the first and the last among them."""
    found: list[int] = []
    for end in ends.tolist():
        if not found or end - found[-1] >= step or end == ends[-1]:
            found.append(end)
    return found


def audit_sample(codes: np.ndarray, size: int, *, seed: int = 0) -> np.ndarray:
    """Draw rows for a person to look over: at random from each class in proportion, each class at least once.

    Parameters
    ----------
    codes : ndarray of shape (N,)
        Classes given, -1 for none.
    size : int
        How many rows, about.
    seed : int
        Of what is random.

    Examples
    --------
    >>> rows = audit_sample(np.array([0] * 90 + [1] * 10 + [-1] * 50), 20)
    >>> len(rows), int(rows.max()) < 100
    (20, True)
    """
    random, given = np.random.default_rng(seed), np.flatnonzero(codes >= 0)
    if len(given) <= size:
        return given
    found = []
    for code in np.unique(codes[given]):
        rows = np.flatnonzero(codes == code)
        found.append(
            random.choice(rows, min(len(rows), max(1, round(size * len(rows) / len(given)))), replace=False)
        )
    return np.sort(np.concatenate(found))


@dataclass(frozen=True)
class Verdict:
    """What an audit says: whether the promise holds, is broken, or needs more looking."""

    state: str
    sentence: str


def audited(right: int, looked_at: int, precision: float, *, confidence: float = CONFIDENCE) -> Verdict:
    """Judge automatic labels by those of them that a person has looked over.

    Examples
    --------
    >>> audited(100, 100, 0.95).state, audited(80, 100, 0.95).state, audited(19, 20, 0.95).state
    ('kept', 'broken', 'open')
    """
    share = f"{right} of {looked_at} automatic labels were right"
    if least_precision(right, looked_at, confidence) >= precision:
        return Verdict("kept", f"{share}: the promise of {precision:.0%} holds.")
    most = 1 - least_precision(looked_at - right, looked_at, confidence)
    if most < precision:
        return Verdict("broken", f"{share}: the promise of {precision:.0%} does not hold; take the run back.")
    return Verdict("open", f"{share}: look over more of them to know whether {precision:.0%} holds.")


def enough(low: float, goal: float | None, more: int | None) -> str | None:
    """Say why labeling may stop; None where it should go on.

    Parameters
    ----------
    low : float
        Lower end of the held-out score's interval.
    goal : float, optional
        The score that is wanted.
    more : int, optional
        Labels that the outlook still sees before the plateau; None where it is not known.

    Examples
    --------
    >>> enough(0.93, 0.9, 400)
    'The score is at least 93%, and 90% was wanted.'
    >>> enough(0.8, None, None)
    """
    if goal is not None and low >= goal:
        return f"The score is at least {low:.0%}, and {goal:.0%} was wanted."
    if more == 0:
        return "More labels will hardly help: the score has reached its plateau."
    return None
