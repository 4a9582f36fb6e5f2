"""What to know of a table before trusting a model of it: each check passed, was dealt with, or alerts.

A check shows its evidence, and the settings that would mend what it found. All is looked at on a sample of
the rows, and one by one no more than the first thousand columns, so that a large table costs no more than a
small one. It learns nothing and knows no learner but for how many categories they tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd

from labstudio.automl import screening
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.splits import kept_together
from labstudio.automl.tasks import Problem, some, why_left_out

ROWS = 50_000
_CELLS = 1_000_000  # looked at in about 0.3 s
_LEAST_ROWS = 1_000
_MOST_COLUMNS = 1_000
_FEW_ROWS = 200
_FEW_OF_A_CLASS = 10
_RARE = 0.05  # share of the rows below which a class is rare
_REPEATED = 0.05  # share of rows that occur before from which on it is worth a warning
_SKEWED = 1.0  # as of which a linear model looks at a positive target's logarithm
_MOST_LEVELS = 254  # categories of one column that trees tell apart
_SHOWN = 8  # figures of one check
_LEAK = {"AUC": 0.995, "R²": 0.99}  # of one column alone: nothing is left to learn
_NEARLY = {"AUC": 0.97, "R²": 0.95}  # seldom known beforehand
_BY_GROUP = {"AUC": 0.8, "R²": 0.5}  # of a column of many levels with few rows each
_BY_TIME = {"AUC": 0.6, "R²": 0.1}  # of dates alone
_NEIGHBOURS = 0.2  # by how much a number tells more than numbers near it, where it names a group
_GROUPS_FROM = 20
_ROWS_A_GROUP = (2, 50)
_SHIFTED, _APART = 0.65, 0.9  # AUC of telling held-out rows from training rows
_FEWEST_JUDGED = 50

Evidence = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Guardrail:
    """One check.

    Attributes
    ----------
    state : str
        ``"passed"``; ``"done"``: the studio has dealt with it; ``"alerted"``: a person should.
    detail : str
        A sentence: what was found, and what to do.
    evidence : dict of measure to dict of what to figure
        What it was seen by, such as ``{"AUC": {"after": 0.999}}``.
    fix : dict
        Settings that would mend it, such as ``{"exclude": ["after"]}``; empty where there are none.
    effect : dict or None
        What the fix has changed, where it was tried.
    """

    name: str
    state: Literal["passed", "done", "alerted"]
    detail: str
    evidence: Evidence = field(default_factory=dict)
    fix: Mapping[str, Any] = field(default_factory=dict)
    effect: Mapping[str, Any] | None = None


def guardrails(
    problem: Problem,
    settings: AutoMLSettings,
    *,
    rows: int | None = None,
    held: np.ndarray | None = None,
) -> tuple[Guardrail, ...]:
    """Check what is to be learned.

    Parameters
    ----------
    problem : Problem
        As `tasks.understand` found it.
    settings : AutoMLSettings
        As `tasks.understand` was given them.
    rows : int, optional
        Rows of the table, where the problem is a sample of them.
    held : ndarray of shape (N,), bool, optional
        Rows that are kept aside, to be held against the others.

    Examples
    --------
    >>> from labstudio.automl.tasks import understand
    >>> frame = pd.DataFrame({"x": range(300), "y": [i % 7 for i in range(300)]}).assign(z=1)
    >>> settings = AutoMLSettings(task="regression", types={"x": "number"})
    >>> found = guardrails(understand(frame, "y", settings), settings)
    >>> [(one.name, one.detail) for one in found if one.state == "done"]
    [('Columns left out', "Left out as one single value, or none: 'z'.")]
    """
    look = _Look.at(problem, held)
    found = [
        _missing_target(problem),
        _left_out(problem),
        _gaps(look),
        _repeated(look, settings),
        _enough(problem, rows or len(problem.y)),
        _leak(look),
        _groups(look, settings),
        _order(look, settings),
        _levels(look),
        _skew(problem) if problem.classes is None else _balance(problem, settings),
    ]
    return tuple(found if held is None else [*found, _shift(look, settings)])


def applied(settings: AutoMLSettings, fixes: Iterable[Mapping[str, Any]]) -> AutoMLSettings:
    """Return settings with fixes applied: lists and maps grow, all else is replaced.

    Examples
    --------
    >>> applied(AutoMLSettings(exclude=["a"]), [{"exclude": ["b", "a"]}, {"group": "patient"}]).exclude
    ['a', 'b']
    """
    told = settings.model_dump()
    for fix in fixes:
        for name, value in fix.items():
            if isinstance(value, list):
                told[name] = list(dict.fromkeys([*told[name], *value]))
            else:
                told[name] = {**told[name], **value} if isinstance(value, dict) else value
    return type(settings)(**told)


@dataclass(frozen=True)
class _Look:
    """A sample of the rows in random order: the order of the table must tell nothing."""

    problem: Problem
    columns: dict[str, np.ndarray]
    y: np.ndarray
    held: np.ndarray | None

    @classmethod
    def at(cls, problem: Problem, held: np.ndarray | None) -> _Look:
        most = max(_LEAST_ROWS, min(ROWS, _CELLS // len(problem.columns)))
        rows = np.random.default_rng(0).permutation(len(problem.y))[:most]
        columns = {name: values[rows] for name, values in problem.columns.items()}
        return cls(problem, columns, problem.y[rows], None if held is None else held[rows])

    @property
    def measure(self) -> str:
        return "R²" if self.problem.classes is None else "AUC"

    @cached_property
    def codes(self) -> dict[str, np.ndarray]:
        some_columns = islice(self.columns.items(), _MOST_COLUMNS)
        return {name: screening.coded(values) for name, values in some_columns}

    @cached_property
    def semantics(self) -> dict[str, str]:
        return {column.name: column.semantic for column in self.problem.features}

    @cached_property
    def targets(self) -> np.ndarray:
        return screening.ranks(self.y) if self.problem.classes is None else screening.few_classes(self.y)

    def tells(self, codes: np.ndarray) -> float:
        """Say how well such a column alone tells the target."""
        measure = screening.r2 if self.measure == "R²" else screening.auc
        return measure(codes, self.targets)

    @cached_property
    def telling(self) -> dict[str, float]:
        return {name: self.tells(codes) for name, codes in self.codes.items()}


def _figures(measure: str, figures: Mapping[str, float]) -> Evidence:
    """The largest of them."""
    names = sorted(figures, key=lambda name: -figures[name])[:_SHOWN]
    return {measure: {name: round(float(figures[name]), 4) for name in names}}


def _missing_target(problem: Problem) -> Guardrail:
    if problem.dropped:
        said = f"{problem.dropped} row(s) without a target were left out."
        return Guardrail("Missing target", "done", said, _figures("rows", {"left out": problem.dropped}))
    return Guardrail("Missing target", "passed", f"Every row has a value in {problem.target!r}.")


def _left_out(problem: Problem) -> Guardrail:
    reasons = why_left_out(problem.unused)
    if reasons:
        return Guardrail("Columns left out", "done", " ".join(reasons))
    return Guardrail("Columns left out", "passed", "Every column can be learned from.")


def _gaps(look: _Look) -> Guardrail:
    shares = {name: float(np.mean(screening.missing(values))) for name, values in look.columns.items()}
    gaps = sorted((name for name in shares if shares[name]), key=lambda name: -shares[name])
    if not gaps:
        return Guardrail("Missing values", "passed", "No value is missing.")
    shown = ", ".join(f"{name!r} {shares[name]:.1%}" for name in gaps[:4])
    more = f" and {len(gaps) - 4} more" if len(gaps) > 4 else ""
    said = f"Learned from as missing: {shown}{more}."
    return Guardrail("Missing values", "done", said, _figures("share", {name: shares[name] for name in gaps}))


def _repeated(look: _Look, settings: AutoMLSettings) -> Guardrail:
    """Rows that occur before; those that few different values make alike by chance do not count."""
    numbers = kept_together(look.columns)
    if numbers is None:
        return Guardrail("Duplicate rows", "passed", "Hardly a row occurs twice, but by chance.")
    again = pd.Series(numbers).duplicated().to_numpy()
    found = {"occur before": float(again.mean())}
    said = f"{again.mean():.1%} of the rows occur before"
    known = 0.0 if look.held is None else float(np.isin(numbers[look.held], numbers[~look.held]).mean())
    if known > 0:  # groups, moments or a person's own rows have decided who is held out
        found["held out and known"] = known
        said += f"; {known:.1%} of those held out occur in training too, so that scores are too good. "
        return Guardrail("Duplicate rows", "alerted", said + "Remove them.", _figures("share", found))
    if look.held is not None or (settings.group is None and settings.time is None):
        said += "; none of those held out is among them."
        return Guardrail("Duplicate rows", "done", said, _figures("share", found))
    if again.mean() <= _REPEATED:
        return Guardrail("Duplicate rows", "passed", f"{said}.", _figures("share", found))
    said += "; the model may know held-out rows already. Remove them."
    return Guardrail("Duplicate rows", "alerted", said, _figures("share", found))


def _enough(problem: Problem, rows: int) -> Guardrail:
    if rows < _FEW_ROWS:
        said = f"{rows} rows are few; scores can be off by a good deal."
        return Guardrail("Few rows", "alerted", said, _figures("rows", {"in all": rows}))
    if problem.classes is not None:
        counts = np.bincount(problem.y, minlength=len(problem.classes)) * (rows / len(problem.y))
        few = {str(problem.classes[code]): counts[code] for code in np.flatnonzero(counts < _FEW_OF_A_CLASS)}
        if few:
            label = min(few, key=lambda name: few[name])
            said = f"{label!r} has {few[label]:.0f} row(s); too few to learn it or to judge by."
            return Guardrail("Few rows", "alerted", said, _figures("rows", few))
    return Guardrail("Few rows", "passed", "There are enough rows to learn from and to judge by.")


def _leak(look: _Look) -> Guardrail:
    target, measure = look.problem.target, look.measure
    leaks = [name for name, value in look.telling.items() if value >= _LEAK[measure]]
    nearly = [name for name, value in look.telling.items() if value >= _NEARLY[measure]]
    if not nearly:
        said = "No column alone gives the target away."
        return Guardrail("Target leak", "passed", said, _figures(measure, dict(_best(look.telling))))
    evidence = _figures(measure, {name: look.telling[name] for name in leaks or nearly})
    how = "almost exactly" if leaks else "very well"
    said = f"{some(leaks or nearly)} alone tells {target!r} {how}; exclude what is not known beforehand."
    return Guardrail("Target leak", "alerted", said, evidence, {"exclude": leaks or nearly})


def _best(figures: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(figures.items(), key=lambda item: -item[1])[:1]


def _groups(look: _Look, settings: AutoMLSettings) -> Guardrail:
    """Many levels of few rows each, whose rows have the same target: new rows may bring new levels."""
    if settings.group is not None:
        return Guardrail("Groups", "done", f"Rows with the same {settings.group!r} stay together.")
    found = {name: value for name in look.codes if (value := _by_group(look, name))}
    if settings.time is not None or not found:
        return Guardrail("Groups", "passed", "No column looks like groups whose rows belong together.")
    name, _ = _best(found)[0]
    said = (
        f"Rows with the same {name!r} have like targets. If new rows will bring new ones, "
        f"scores are too good: set group={name!r}."
    )
    return Guardrail("Groups", "alerted", said, _figures(look.measure, found), {"group": name})


def _by_group(look: _Look, name: str) -> float:
    """How well such groups tell the target; 0 where the column names none."""
    values, (few, many) = look.columns[name], _ROWS_A_GROUP
    if look.semantics[name] == "category":
        levels, near = look.codes[name], 0.0
    elif look.semantics[name] == "number" and _whole(values):
        levels = np.unique(values, return_inverse=True)[1]
        beside = levels + np.arange(len(levels)) % 2  # each half of the rows is told by the next level
        near = look.tells(beside) + _NEIGHBOURS
    else:
        return 0.0
    count = int(levels.max()) + 1
    if count < _GROUPS_FROM or not few <= len(values) / count <= many:
        return 0.0
    value = look.tells(levels)
    return value if value >= max(near, _BY_GROUP[look.measure]) else 0.0


def _whole(values: np.ndarray) -> bool:
    present = values[np.isfinite(values)]
    return not (present[:_GROUPS_FROM] % 1).any() and not (present % 1).any()


def _order(look: _Look, settings: AutoMLSettings) -> Guardrail:
    """Dates that tell the target: later rows, in training, tell of those before them."""
    if settings.time is not None:
        return Guardrail("Order in time", "done", f"Later rows by {settings.time!r} judge earlier ones.")
    dates = [name for name in look.telling if look.semantics[name] == "datetime"]
    found = {name: look.telling[name] for name in dates if look.telling[name] >= _BY_TIME[look.measure]}
    if settings.group is not None or not found:
        return Guardrail("Order in time", "passed", "No column of dates tells the target.")
    name, _ = _best(found)[0]
    said = (
        f"Rows of like {name!r} have like targets. If later rows are to be predicted, "
        f"scores are too good: set time={name!r}."
    )
    return Guardrail("Order in time", "alerted", said, _figures(look.measure, found), {"time": name})


def _levels(look: _Look) -> Guardrail:
    counts = {
        name: int(codes.max()) + 1 for name, codes in look.codes.items() if look.semantics[name] == "category"
    }
    many = {name: count for name, count in counts.items() if count > _MOST_LEVELS}
    if not many:
        return Guardrail("Many categories", "passed", "No category column has too many different values.")
    said = f"Only the most frequent values are told apart ({_MOST_LEVELS} by trees, fewer by others)"
    return Guardrail("Many categories", "done", f"{said} in {some(list(many))}.", _figures("values", many))


def _balance(problem: Problem, settings: AutoMLSettings) -> Guardrail:
    assert problem.classes is not None
    shares = np.bincount(problem.y, minlength=len(problem.classes)) / len(problem.y)
    rare = [i for i in np.argsort(shares, kind="stable") if shares[i] < min(_RARE, 0.25 / len(shares))]
    if not rare:
        return Guardrail("Class balance", "passed", f"The rarest class has {shares.min():.1%} of the rows.")
    evidence = {"share": {str(problem.classes[i]): round(float(shares[i]), 4) for i in rare[:_SHOWN]}}
    shown = ", ".join(f"{problem.classes[i]!s} {shares[i]:.2%}" for i in rare[:4])
    more = f" and {len(rare) - 4} more" if len(rare) > 4 else ""
    if settings.class_weight == "balanced":
        said = f"Rare: {shown}{more}. All classes count the same in training."
        return Guardrail("Class balance", "done", said, evidence)
    better = "roc_auc" if problem.task == "binary" else "balanced_accuracy"
    fix = {"metric": better} if settings.metric == "accuracy" else {"class_weight": "balanced"}
    said = f"Rare: {shown}{more}. Accuracy hides them; judge by {better}."
    return Guardrail("Class balance", "alerted", said, evidence, fix)


def _skew(problem: Problem) -> Guardrail:
    y = problem.y / (float(np.abs(problem.y).max()) or 1.0)
    deviation = float(y.std())
    skewness = float(np.mean(((y - y.mean()) / deviation) ** 3)) if deviation > 0 else 0.0
    evidence = {"skewness": {problem.target: round(skewness, 4)}}
    if abs(skewness) <= _SKEWED:
        said = "Its values lie about evenly around their mean."
        return Guardrail("Skewed target", "passed", said, evidence)
    if skewness > 0 and y.min() > 0:
        said = f"Skewness {skewness:.1f}; linear models learn its logarithm."
        return Guardrail("Skewed target", "done", said, evidence)
    said = f"Skewness {skewness:.1f}; a few far values weigh most in rmse. Metric mae weighs all the same."
    return Guardrail("Skewed target", "alerted", said, evidence, {"metric": "mae"})


def _shift(look: _Look, settings: AutoMLSettings) -> Guardrail:
    """Columns that tell held-out rows from training rows."""
    assert look.held is not None
    sides = look.held.astype(np.int64)
    same = "Held-out rows are like those of training."
    if min(sides.sum(), len(sides) - sides.sum()) < _FEWEST_JUDGED:
        return Guardrail("Train/test shift", "passed", same)
    found = {name: screening.auc(codes, sides) for name, codes in look.codes.items() if name != settings.time}
    shifted = {name: value for name, value in found.items() if value >= _SHIFTED}
    if not shifted:
        return Guardrail("Train/test shift", "passed", same, _figures("AUC", dict(_best(found))))
    apart = [name for name, value in shifted.items() if value >= _APART]
    said = f"Held-out rows differ from those of training in {some(list(shifted))}."
    said += f" Nothing is learned of the values ahead from {some(apart)}; exclude it." if apart else ""
    fix = {"exclude": apart} if apart else {}
    return Guardrail("Train/test shift", "alerted", said, _figures("AUC", shifted), fix)
