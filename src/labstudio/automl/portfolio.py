"""What is tried, in what order: strong settings that have proven themselves first, then what Optuna proposes.

It knows the size of the problem and what candidates have scored; it knows no data and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from labstudio.automl.learners import LEARNERS
from labstudio.automl.member import FEATURES, Candidate
from labstudio.errors import Invalid

if TYPE_CHECKING:
    import optuna

    from labstudio.automl.trial import Trial
    from labstudio.schema import Schema

_BOOSTED = {"rounds": 5000, "patience": 60}
_HASTY = 20.0
_FIRST = 7
"""So many candidates show which learner suits; from then on every other one varies the leading learner."""
_ON_REQUEST = ("xgboost",)  # beside LightGBM it has not earned its time
_NOT_MONOTONE = ("linear", "mlp")


@dataclass(frozen=True)
class Size:
    """How large a problem is: what settings and their order depend on."""

    task: str
    rows: int
    columns: int
    levels: int  # of the category that has most
    seconds: float | None
    texts: int = 0


def portfolio(size: Size, features: str) -> list[Candidate]:
    """Return candidates in order of their value, the baseline first."""
    regression = size.task == "regression"
    space = {"space": "auto"} if regression else {}
    # half as quick a descent takes twice as long
    rate = 0.05 if size.seconds is None or size.seconds > _HASTY else 0.1
    wide = 0.8 if size.columns < 30 else 0.5
    found = [
        Candidate("baseline", LEARNERS["baseline"].defaults(size.task, size.rows)),
        Candidate("lightgbm", LEARNERS["lightgbm"].defaults(size.task, size.rows)),
        Candidate("mlp", {}),
        Candidate("extra_trees", {}),
        Candidate("linear", LEARNERS["linear"].defaults(size.task, size.rows)),
        Candidate(
            "lightgbm",
            {**_BOOSTED, **space, "learning_rate": rate, "extra_trees": True, "feature_fraction": wide,
             "num_leaves": 48, "min_data_in_leaf": 5},
        ),
        Candidate(
            "lightgbm",
            {**_BOOSTED, **space, "learning_rate": rate, "num_leaves": 10, "min_data_in_leaf": 20,
             "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0},
        ),
        Candidate("random_forest", {}),
        Candidate("extra_trees", {"min_samples_leaf": 5}),  # where what is predicted is noisy
        Candidate(
            "lightgbm",
            {**_BOOSTED, "learning_rate": 0.6 * rate, "num_leaves": 128, "feature_fraction": 0.7,
             "bagging_fraction": 0.9, "bagging_freq": 1, "min_data_in_leaf": 3},
        ),
        Candidate("histogram", {}),
        Candidate("xgboost", {}),
        Candidate("tree", {}),
    ]  # fmt: skip
    if features == "auto" and size.columns - size.texts > 1:
        paired = {**_BOOSTED, "learning_rate": rate, "feature_fraction": wide, FEATURES: {"view": "paired"}}
        # topics of texts are found anew for each choice of pairs
        found.insert(7 if size.texts else 2, Candidate("lightgbm", paired))
    if features == "auto" and size.levels > 12:
        encoded = {**_BOOSTED, "learning_rate": rate, FEATURES: {"view": "encoded"}}
        found.insert(3, Candidate("lightgbm", encoded))
    if size.texts:  # single words tell most, and only a linear model looks at each of them
        words = next(candidate for candidate in found if candidate.learner == "linear")
        found.remove(words)
        found.insert(1, words)
    return found


def usable(candidate: Candidate, only: Sequence[str], block: Sequence[str], *, monotone: bool) -> bool:
    """Whether a person allows a candidate, and what it needs is installed."""
    name = candidate.learner
    if (only and name not in only) or name in block or (monotone and name in _NOT_MONOTONE):
        return False
    if name in _ON_REQUEST and name not in only:
        return False
    return not LEARNERS[name].requires or find_spec(LEARNERS[name].requires) is not None


def check_installed(only: Sequence[str]) -> None:
    """Refuse what is asked for and not installed."""
    for name in only:
        if LEARNERS[name].requires and find_spec(LEARNERS[name].requires) is None:
            raise Invalid(
                f"learners: {name} is not installed; `pip install labstudio[{name}]` brings it, "
                "or leave it out."
            )


class Proposals:
    """Candidates without end: the portfolio, then variations of what has worked.

    Where there is time, the leading learner is varied already between the later ones of the portfolio.

    Parameters
    ----------
    candidates : list of Candidate
        The portfolio.
    greater_is_better : bool
        Which way is up.
    """

    def __init__(
        self, candidates: Sequence[Candidate], size: Size, *, greater_is_better: bool, seed: int
    ) -> None:
        self._waiting = list(candidates)
        patient = size.seconds is None or size.seconds > _HASTY
        self._turns = range(_FIRST, _FIRST + 2 * len(self._waiting), 2) if patient else range(0)
        self.learners = list(dict.fromkeys(one.learner for one in candidates))
        self._size, self._seed = size, seed
        self._direction = "maximize" if greater_is_better else "minimize"
        self._random = np.random.default_rng(seed)
        self._studies: dict[str, optuna.Study] = {}
        self._asked: dict[int, optuna.trial.Trial] = {}

    @property
    def tuning(self) -> bool:
        """Whether the portfolio has been gone through."""
        return not self._waiting

    def next(self, number: int, weights: dict[str, float], open_: Sequence[str]) -> Candidate | None:
        """Return the candidate of a trial; None when nothing is left to try.

        Parameters
        ----------
        number : int
            Of the trial that it will be.
        weights : dict of learner to float
            What learners contribute to the best blend so far: those get most of the turns.
        open_ : sequence of str
            Learners for which there is time.
        """
        names = [name for name in self.learners if name in open_ and LEARNERS[name].searchable]
        name = max(weights, key=lambda name: weights[name], default="")
        if number not in self._turns or name not in names:
            for place, candidate in enumerate(self._waiting):
                if candidate.learner in open_:
                    return self._waiting.pop(place)
            if not names:
                return None
            shares = np.array([0.1 + weights.get(name, 0.0) for name in names])
            name = names[int(self._random.choice(len(names), p=shares / shares.sum()))]
        asked = self._study(name).ask()
        self._asked[number] = asked
        return Candidate(name, LEARNERS[name].suggest(asked, self._size.task, self._size.rows))

    def tell(self, trial: Trial) -> None:
        """Say what came of a trial."""
        asked = self._asked.pop(trial.number, None)
        if asked is None:
            return
        import optuna

        if trial.state == "complete":
            self._study(trial.learner).tell(asked, trial.score)
        else:
            self._study(trial.learner).tell(asked, state=optuna.trial.TrialState.FAIL)

    def forget(self, number: int) -> None:
        """Say that a trial was not of what was proposed."""
        self._asked.pop(number, None)

    def _study(self, learner: str) -> optuna.Study:
        if learner not in self._studies:
            import optuna

            optuna.logging.set_verbosity(optuna.logging.ERROR)
            self._studies[learner] = optuna.create_study(
                sampler=optuna.samplers.TPESampler(seed=self._seed, n_startup_trials=6),
                direction=self._direction,
            )
        return self._studies[learner]


def size_of(
    columns: Mapping[str, np.ndarray], features: Schema, task: str, rows: int, seconds: float | None
) -> Size:
    """Measure a problem, and the time there is for it."""
    texts = sum(column.semantic == "text" for column in features)
    words = [
        columns[column.name]
        for column in features
        if column.semantic != "text" and columns[column.name].dtype == object
    ]
    levels = max((len(set(values.tolist())) for values in words), default=0)
    return Size(task, rows, len(columns), levels, seconds, texts)
