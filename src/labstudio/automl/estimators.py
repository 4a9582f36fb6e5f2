"""Scikit-learn estimators over `fit`, for those who have X and y and scikit-learn's own tools around them.

What is particular to scikit-learn stands here alone: X by position, labels as they were given, errors that
are ValueErrors. They know nothing of how a model is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    assert_all_finite,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from labstudio.automl.engine import fit
from labstudio.automl.metrics import Metric
from labstudio.automl.settings import AutoMLSettings
from labstudio.automl.tasks import FEWEST_ROWS
from labstudio.errors import Conflict, Invalid
from labstudio.options import parse

if TYPE_CHECKING:
    from labstudio.automl.trial import Listener, Trial
    from labstudio.onnx import CertifiedModel


class InvalidInput(Invalid, ValueError):
    """What `Invalid` says, as the ValueError that scikit-learn's tools expect."""


class _AutoML(BaseEstimator):
    """What both estimators share: the settings, the table made of X and y, and the result."""

    def __init__(
        self,
        *,
        budget: float | None = None,
        trials: int | None = None,
        metric: Any = "auto",
        quantile: float = 0.5,
        target_score: float | None = None,
        positive: Any = None,
        class_weight: str = "none",
        group: str | None = None,
        time: str | None = None,
        holdout: float | None = None,
        folds: int | None = None,
        learners: Sequence[str] | None = None,
        block: Sequence[str] | None = None,
        features: str = "auto",
        ensemble: bool = True,
        refit: bool = True,
        max_model_mb: float = 10.0,
        max_latency_ms: float | None = None,
        monotone: dict[str, str] | None = None,
        exclude: Sequence[str] | None = None,
        types: dict[str, str] | None = None,
        threads: int | None = None,
        workers: int | None = None,
        seed: int = 0,
    ) -> None:
        self.budget = budget
        self.trials = trials
        self.metric = metric
        self.quantile = quantile
        self.target_score = target_score
        self.positive = positive
        self.class_weight = class_weight
        self.group = group
        self.time = time
        self.holdout = holdout
        self.folds = folds
        self.learners = learners
        self.block = block
        self.features = features
        self.ensemble = ensemble
        self.refit = refit
        self.max_model_mb = max_model_mb
        self.max_latency_ms = max_latency_ms
        self.monotone = monotone
        self.exclude = exclude
        self.types = types
        self.threads = threads
        self.workers = workers
        self.seed = seed

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        executor: Executor | None = None,
        listener: Listener | None = None,
    ) -> Self:
        """Find a good model.

        Parameters
        ----------
        X : DataFrame or array of shape (N, F)
            Numbers, texts, booleans and dates; gaps are welcome. Columns of an array are called x0, x1, …
        y : array of shape (N,)
            What to predict, without gaps.
        sample_weight : array of shape (N,), optional
            How much each row counts, 0 or more.
        executor, listener
            As for `labstudio.automl.fit`: where candidates are fitted, and who hears of them.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            X, y or a parameter cannot be used; the sentence says what to change.
        """
        if y is None:
            raise InvalidInput(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        frame = self._table(X, reset=True)
        y = self._target(y)
        check_consistent_length(frame, y, sample_weight)
        told = {name: value for name, value in self.get_params(deep=False).items() if value is not None}
        if self.positive is not None:
            told["positive"] = str(self.positive)
        target, counts = _free("target", frame), np.ones(len(y), dtype=bool)
        columns = {target: y}
        if sample_weight is not None:
            told["weight"] = _free("sample weight", frame)
            columns[told["weight"]] = column_or_1d(sample_weight)
            counts = columns[told["weight"]] != 0
        if not counts.any():
            raise InvalidInput("sample_weight is zero in every row; no row would count.")
        told["task"] = self._task(y[counts])
        rows = pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)[counts]
        metric = told.pop("metric") if callable(self.metric) or isinstance(self.metric, Metric) else None
        with _as_value_errors():
            self.result_ = fit(
                rows,
                target,
                parse(AutoMLSettings, told),
                executor=executor,
                listener=listener,
                metric=metric,
            )
        return self

    def export(self, path: str | Path) -> Path:
        """Write the model as one certified ONNX file, from the columns of X to the prediction."""
        check_is_fitted(self)
        return self.result_.save_onnx(path)

    def _predicted(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        with _as_value_errors():
            return self.result_.predict(self._table(X))

    def _table(self, X: Any, *, reset: bool = False) -> pd.DataFrame:
        """X as a frame; its columns are those that `fit` has seen, by their position."""
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            names = [str(name) for name in X.columns]
        else:
            X = validate_data(
                self,
                X,
                reset=reset,
                dtype=None,
                ensure_all_finite=False,
                ensure_min_samples=FEWEST_ROWS if reset else 1,
            )
            X = pd.DataFrame(X)
            names = [f"x{i}" for i in range(X.shape[1])]
        if reset:
            self._names = names
        return X.set_axis(self._names, axis=1)

    def _target(self, y: Any) -> np.ndarray:
        raise NotImplementedError

    def _task(self, y: np.ndarray) -> str:
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        tags.non_deterministic = self.trials is None or self.budget is not None
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "result_" in state:  # a pickled model should not carry the table it has learned from
            state["result_"] = replace(state["result_"], make=_not_kept)
        return state


class AutoMLClassifier(ClassifierMixin, _AutoML):
    """Find a classifier of a table by `labstudio.automl.fit`, as a scikit-learn estimator.

    Parameters are those of `AutoMLSettings`. In place of its task, weight and scorer: the classes of y,
    `sample_weight` of `fit`, and a callable or `Metric` as `metric`. With `trials` and without `budget` the
    same data give the same model.

    Attributes
    ----------
    result_ : AutoMLResult
        The recommended model, its certificate and hold-out scores, the leaderboard.
    classes_ : ndarray of shape (K,)
        Labels in the order of `predict_proba`'s columns.
    n_features_in_ : int
        Columns of X.
    feature_names_in_ : ndarray of shape (F,)
        Their names, if they all are text.

    Examples
    --------
    >>> X = pd.DataFrame({"x": [i % 7 for i in range(60)], "city": ["Oslo", "Rome", "Lima"] * 20})
    >>> y = np.where((X["x"] > 3) | (X["city"] == "Oslo"), "yes", "no")
    >>> model = AutoMLClassifier(trials=2, learners=["baseline", "linear"]).fit(X, y)
    >>> model.classes_.tolist(), model.predict_proba(X).shape, bool(model.score(X, y) > 0.7)
    (['no', 'yes'], (60, 2), True)
    """

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        executor: Executor | None = None,
        listener: Listener | None = None,
    ) -> Self:
        super().fit(X, y, sample_weight, executor=executor, listener=listener)
        given = np.unique(column_or_1d(y))
        labels = {str(label): label for label in given} | {label: label for label in given}
        assert self.result_.classes is not None
        self.classes_ = np.array([labels[name] for name in self.result_.classes], dtype=given.dtype)
        return self

    fit.__doc__ = _AutoML.fit.__doc__

    def predict(self, X: Any) -> np.ndarray:
        """Predict labels of shape (N,), such as y had."""
        found = self._predicted(X)
        return self.classes_[pd.Index(self.result_.classes).get_indexer(found)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict probabilities of shape (N, K), columns in the order of `classes_`."""
        check_is_fitted(self)
        with _as_value_errors():
            return self.result_.predict_proba(self._table(X))

    def _target(self, y: Any) -> np.ndarray:
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        return y

    def _task(self, y: np.ndarray) -> str:
        count = len(np.unique(y))
        if count < 2:
            raise InvalidInput(f"y has one class only, {y[0]!s}; two are needed to tell them apart.")
        return "binary" if count == 2 else "multiclass"


class AutoMLRegressor(RegressorMixin, _AutoML):
    """Find a regression of a table by `labstudio.automl.fit`, as a scikit-learn estimator.

    Parameters and attributes are those of `AutoMLClassifier`, without classes.

    Examples
    --------
    >>> X = pd.DataFrame({"x": [i % 7 for i in range(60)], "city": ["Oslo", "Rome", "Lima"] * 20})
    >>> y = X["x"] * 2.5 + (X["city"] == "Oslo")
    >>> AutoMLRegressor(trials=2, learners=["baseline", "linear"]).fit(X, y).predict(X).shape
    (60,)
    """

    def predict(self, X: Any) -> np.ndarray:
        """Predict values of shape (N,)."""
        return self._predicted(X)

    def _target(self, y: Any) -> np.ndarray:
        y = column_or_1d(y, dtype=np.float64, warn=True)
        assert_all_finite(y, input_name="y")
        return y

    def _task(self, y: np.ndarray) -> str:
        return "regression"


def _free(name: str, frame: pd.DataFrame) -> str:
    """That name, or one like it that no column has."""
    while name in frame.columns:
        name += " "
    return name


@contextmanager
def _as_value_errors() -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        raise InvalidInput(str(error)) from None


def _not_kept(trial: Trial) -> CertifiedModel:
    raise Conflict(
        "A stored estimator does not keep the table it has learned from; export before storing it."
    )
