"""What to know of a table before trusting a model of it: each check passed, was dealt with, or alerts.

Looked at on a sample of the rows, so that a long table costs no more than a short one. It learns nothing and
knows no learner but for how many categories they tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from labstudio.automl.tasks import Problem, some, why_left_out

ROWS = 50_000
_CELLS = 1_000_000  # looked at in about 0.2 s
_LEAST_ROWS = 1_000
_FEW_ROWS = 200
_FEW_OF_A_CLASS = 10
_RARE = 0.05  # share of the rows below which a class is rare
_REPEATED = 0.05  # share of rows that occur before from which on it is worth a warning
_BY_CHANCE = 0.05  # of rows like it are expected, below which a second one is no chance
_SKEWED = 1.0  # as of which a linear model looks at a positive target's logarithm
_MOST_LEVELS = 254  # categories of one column that trees tell apart


@dataclass(frozen=True)
class Guardrail:
    """One check.

    Attributes
    ----------
    state : str
        ``"passed"``; ``"done"``: the studio has dealt with it; ``"alerted"``: a person should.
    detail : str
        A sentence: what was found, and what to do.
    """

    name: str
    state: Literal["passed", "done", "alerted"]
    detail: str


def guardrails(
    problem: Problem, group: str | None = None, *, rows: int | None = None
) -> tuple[Guardrail, ...]:
    """Check what is to be learned.

    Parameters
    ----------
    problem : Problem
        As `tasks.understand` found it.
    group : str, optional
        Name of the group column.
    rows : int, optional
        Rows of the table, where the problem is a sample of them.

    Examples
    --------
    >>> from labstudio.automl.settings import AutoMLSettings
    >>> from labstudio.automl.tasks import understand
    >>> frame = pd.DataFrame({"x": range(300), "y": [i % 7 for i in range(300)]}).assign(z=1)
    >>> found = guardrails(understand(frame, "y", AutoMLSettings(task="regression", types={"x": "number"})))
    >>> [(one.name, one.detail) for one in found if one.state == "done"]
    [('Columns left out', "Left out as one single value, or none: 'z'.")]
    """
    random = np.random.default_rng(0)
    most = max(_LEAST_ROWS, min(ROWS, _CELLS // len(problem.columns)))
    looked = random.permutation(len(problem.y))[:most]  # the order of the rows must tell nothing
    columns = {name: values[looked] for name, values in problem.columns.items()}
    y = problem.y[looked]
    found = [
        _missing_target(problem),
        _left_out(problem),
        _gaps(columns),
        _repeated(columns, y),
        _enough(problem, rows or len(problem.y)),
        _leak(columns, y, problem),
        _levels(columns),
        _skew(problem) if problem.classes is None else _balance(problem),
    ]
    if group is not None:
        found.append(Guardrail("Groups", "done", f"Rows with the same {group!r} stay together."))
    return tuple(found)


def _missing_target(problem: Problem) -> Guardrail:
    if problem.dropped:
        return Guardrail(
            "Missing target", "done", f"{problem.dropped} row(s) without a target were left out."
        )
    return Guardrail("Missing target", "passed", f"Every row has a value in {problem.target!r}.")


def _left_out(problem: Problem) -> Guardrail:
    reasons = why_left_out(problem.unused)
    if reasons:
        return Guardrail("Columns left out", "done", " ".join(reasons))
    return Guardrail("Columns left out", "passed", "Every column can be learned from.")


def _gaps(columns: dict[str, np.ndarray]) -> Guardrail:
    shares = {name: float(np.mean(_missing(values))) for name, values in columns.items()}
    gaps = sorted((name for name in shares if shares[name]), key=lambda name: -shares[name])
    if not gaps:
        return Guardrail("Missing values", "passed", "No value is missing.")
    shown = ", ".join(f"{name!r} {shares[name]:.1%}" for name in gaps[:4])
    more = f" and {len(gaps) - 4} more" if len(gaps) > 4 else ""
    return Guardrail("Missing values", "done", f"Learned from as missing: {shown}{more}.")


def _missing(values: np.ndarray) -> np.ndarray:
    return values == "" if values.dtype == object else ~np.isfinite(values)


def _repeated(columns: dict[str, np.ndarray], y: np.ndarray) -> Guardrail:
    """Rows that occur before; those that few different values make alike by chance do not count."""
    hashes = np.zeros(len(y), dtype=np.uint64)
    alike = np.full(len(y), np.log(len(y)))  # how many others would be the same by chance
    for values in [*columns.values(), y]:
        codes = pd.factorize(values, use_na_sentinel=False)[0]
        alike += np.log(np.bincount(codes)[codes] / len(y))
        hashes = hashes * np.uint64(1_000_003) + pd.util.hash_array(codes)
    share = float(np.mean(pd.Series(hashes).duplicated().to_numpy() & (alike < np.log(_BY_CHANCE))))
    if share == 0:
        return Guardrail("Duplicate rows", "passed", "No row occurs twice, but by chance.")
    said = f"{share:.1%} of the rows occur before, target and all"
    if share <= _REPEATED:
        return Guardrail("Duplicate rows", "passed", f"{said}.")
    said += "; the model may know held-out rows already. Remove them, or name a group column."
    return Guardrail("Duplicate rows", "alerted", said)


def _enough(problem: Problem, rows: int) -> Guardrail:
    if rows < _FEW_ROWS:
        return Guardrail("Few rows", "alerted", f"{rows} rows are few; scores can be off by a good deal.")
    if problem.classes is not None:
        counts = np.bincount(problem.y, minlength=len(problem.classes)) * (rows / len(problem.y))
        code = int(counts.argmin())
        if counts[code] < _FEW_OF_A_CLASS:
            label = str(problem.classes[code])
            said = f"{label!r} has {counts[code]:.0f} row(s); too few to learn it or to judge by."
            return Guardrail("Few rows", "alerted", said)
    return Guardrail("Few rows", "passed", "There are enough rows to learn from and to judge by.")


def _balance(problem: Problem) -> Guardrail:
    assert problem.classes is not None
    shares = np.bincount(problem.y, minlength=len(problem.classes)) / len(problem.y)
    rare = [i for i in np.argsort(shares, kind="stable") if shares[i] < min(_RARE, 0.25 / len(shares))]
    if not rare:
        return Guardrail("Class balance", "passed", f"The rarest class has {shares.min():.1%} of the rows.")
    shown = ", ".join(f"{problem.classes[i]!s} {shares[i]:.2%}" for i in rare[:4])
    more = f" and {len(rare) - 4} more" if len(rare) > 4 else ""
    better = "roc_auc" if problem.task == "binary" else "balanced_accuracy"
    said = f"Rare: {shown}{more}. Accuracy hides them; judge by {better}."
    return Guardrail("Class balance", "alerted", said)


def _skew(problem: Problem) -> Guardrail:
    y = problem.y / (float(np.abs(problem.y).max()) or 1.0)
    deviation = float(y.std())
    skewness = float(np.mean(((y - y.mean()) / deviation) ** 3)) if deviation > 0 else 0.0
    if abs(skewness) <= _SKEWED:
        return Guardrail("Skewed target", "passed", "Its values lie about evenly around their mean.")
    if skewness > 0 and y.min() > 0:
        said = f"Skewness {skewness:.1f}; linear models learn its logarithm."
        return Guardrail("Skewed target", "done", said)
    said = f"Skewness {skewness:.1f}; a few far values weigh most in rmse. Metric mae weighs all the same."
    return Guardrail("Skewed target", "alerted", said)


def _levels(columns: dict[str, np.ndarray]) -> Guardrail:
    counts = {name: len(set(values.tolist())) for name, values in columns.items() if values.dtype == object}
    many = [name for name in counts if counts[name] > _MOST_LEVELS]
    if not many:
        return Guardrail("Many categories", "passed", "No category column has too many different values.")
    said = f"Only the most frequent values are told apart ({_MOST_LEVELS} by trees, fewer by others)"
    return Guardrail("Many categories", "done", f"{said} in {some(many)}.")


def _leak(columns: dict[str, np.ndarray], y: np.ndarray, problem: Problem) -> Guardrail:
    tells = _tells_value if problem.classes is None else _tells_class
    leaks = [name for name, values in columns.items() if tells(values, y)]
    if not leaks:
        return Guardrail("Target leak", "passed", "No column alone gives the target away.")
    said = (
        f"{some(leaks)} alone tells {problem.target!r} almost exactly; exclude what is not known beforehand."
    )
    return Guardrail("Target leak", "alerted", said)


def _tells_class(values: np.ndarray, y: np.ndarray) -> bool:
    """Whether nearly all rows are of the class that their value, or the values around it, tells."""
    chance = 1 - np.bincount(y).max() / len(y)
    if values.dtype == object:
        levels = pd.factorize(values)[0]
        if levels.max() + 1 > len(y) / 10:  # a value of its own for each row tells nothing
            return False
        counts: Any = pd.Series(y).groupby([levels, y]).size()
        wrong = 1 - counts.groupby(level=0).max().sum() / len(y)
        return bool(wrong < 0.01 * chance)
    sorted_y = y[np.argsort(np.where(np.isfinite(values), values, -np.inf), kind="stable")]
    borders = int(np.count_nonzero(np.diff(sorted_y))) - int(len(np.unique(y)) - 1)
    # in any other order neighbours differ about as often as two rows drawn at random
    by_chance = len(y) * (1 - float(np.sum((np.bincount(y) / len(y)) ** 2)))
    return borders < 0.01 * by_chance


def _tells_value(values: np.ndarray, y: np.ndarray) -> bool:
    """Whether the target rises or falls with the values, or hardly varies within each of them."""
    if values.dtype == object:
        levels = pd.factorize(values)[0]
        if levels.max() + 1 > len(y) / 10:
            return False
        ranks = _ranks(y)
        means: Any = pd.Series(ranks).groupby(levels).transform("mean")
        return bool(np.var(ranks - means.to_numpy()) < 0.001 * np.var(ranks))
    there = np.isfinite(values)
    if there.sum() < max(10, len(y) / 2):
        return False
    mine, targets = _ranks(values[there]), _ranks(y[there])
    if mine.std() == 0 or targets.std() == 0:
        return False
    return bool(abs(np.corrcoef(mine, targets)[0, 1]) > 0.999)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, equal values having the same: far values then weigh no more than others."""
    _, places, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(times) - (times - 1) / 2)[places])
