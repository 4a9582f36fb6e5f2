"""From a table to a prediction, and to the graph that predicts the same.

A pipeline is one model or several whose weighted answers are summed, and what turns the sum into an answer.
It knows neither where the data came from nor how its members were found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from labstudio.automl.calibration import Temperature, Threshold
from labstudio.automl.learners import LEARNERS, Fitting
from labstudio.automl.member import Candidate, Features, Member, Model, mean
from labstudio.automl.views import FEATURES
from labstudio.errors import Invalid
from labstudio.onnx.graph import Graph, class_type, decide, described
from labstudio.schema import Schema

if TYPE_CHECKING:
    import pandas as pd


class Pipeline:
    """A model of a table's columns.

    Parameters
    ----------
    schema : Schema
        The columns that are features.
    task : str
        "binary", "multiclass" or "regression".
    classes : array of K str, int or bool, or None
        What the codes 0..K-1 of the target mean; None for regression.
    members : sequence of Member
        Whose weighted answers are summed.
    temperature : Temperature, optional
        Calibrates the probabilities.
    threshold : Threshold, optional
        Factors of the classes' probabilities, of which the largest product is the answer.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    >>> pipeline = Pipeline.fit(
    ...     Candidate("linear", {}), Schema.infer(frame), "binary", np.array(["no", "yes"]), frame,
    ...     np.array([0, 0, 1, 1]))
    >>> pipeline.predict(frame).tolist()
    ['no', 'no', 'yes', 'yes']
    """

    def __init__(
        self,
        schema: Schema,
        task: str,
        classes: np.ndarray | None,
        members: Sequence[Member],
        *,
        temperature: Temperature | None = None,
        threshold: Threshold | None = None,
        seed: int = 0,
    ) -> None:
        refused = [column for column in schema if column.semantic not in FEATURES]
        if refused:
            raise Invalid(
                f"Column {refused[0].name!r} is {refused[0].semantic} and cannot be a feature; leave it out."
            )
        if not len(schema):
            raise Invalid("There is no column to predict from; at least one feature is needed.")
        self.schema, self.task, self.seed = schema, task, seed
        self.classes = None if classes is None else as_labels(classes)
        self.members = tuple(member.merged() for member in members)
        self.temperature, self.threshold = temperature, threshold

    @classmethod
    def fit(
        cls,
        candidate: Candidate,
        schema: Schema,
        task: str,
        classes: np.ndarray | None,
        columns: pd.DataFrame | Mapping[str, np.ndarray],
        y: np.ndarray,
        *,
        validation: tuple[pd.DataFrame | Mapping[str, np.ndarray], np.ndarray] | None = None,
        seed: int = 0,
        threads: int = 1,
        deadline: float | None = None,
    ) -> Self:
        """Fit one candidate once: its view, then its learner.

        Parameters
        ----------
        candidate : Candidate
            What is fitted.
        schema, task, classes
            As of the class.
        columns : canonical columns by name (as of `Schema.canonical`), or a frame
            N rows.
        y : array [N]
            Codes 0..K-1, or finite values.
        validation : pair like (columns, y), optional
            For early stopping.
        deadline : float, optional
            Unix time in seconds by which a learner that can stop itself does.
        seed, threads : int
            Of everything random; that the learner may use.
        """
        checked = cls(schema, task, classes, [])  # refuses what cannot be

        def canonical(table: pd.DataFrame | Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
            return table if isinstance(table, Mapping) else schema.canonical(table)

        view = candidate.view(schema)
        X = view.fit_transform(canonical(columns), y)
        how = Fitting(
            task,
            params=candidate.hyper,
            classes_count=0 if checked.classes is None else len(checked.classes),
            categorical=view.categorical,
            validation=validation and (view.transform(canonical(validation[0])), validation[1]),
            seed=seed,
            threads=threads,
            deadline=deadline,
        )
        learner = LEARNERS[candidate.learner]().fit(X, np.asarray(y), how)
        return cls(schema, task, classes, [Member(candidate, (Model(view, learner),))], seed=seed)

    def predict_columns(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Probabilities [N, K] or values [N] from canonical columns."""
        if not len(next(iter(columns.values()))):  # libraries refuse to predict nothing
            return np.empty(0) if self.classes is None else np.empty((0, len(self.classes)))
        features = Features.of(columns)
        found = [member.weight * member.predict(features) for member in self.members]
        total = np.asarray(sum(found))
        return total if self.temperature is None else self.temperature.apply(total)

    @property
    def factors(self) -> np.ndarray | None:
        """Factors [K] of the probabilities, of which the largest product decides; None for none."""
        return None if self.threshold is None else self.threshold.factors

    def decided(self, probabilities: np.ndarray) -> np.ndarray:
        """Labels [N] of probabilities [N, K]."""
        assert self.classes is not None
        codes = (
            probabilities.argmax(axis=1) if self.threshold is None else self.threshold.decide(probabilities)
        )
        return self.classes[codes]

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict labels or values [N] from a frame of any dtypes and column order."""
        found = self.predict_columns(self.schema.canonical(frame))
        return found if self.classes is None else self.decided(found)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict probabilities [N, K], in the order of `classes`."""
        if self.classes is None:
            raise Invalid("A regression has no probabilities; use predict.")
        return self.predict_columns(self.schema.canonical(frame))

    def splits(self) -> dict[str, np.ndarray]:
        """Values of raw columns at which the prediction jumps or bends, the most telling first."""
        found: dict[str, list[np.ndarray]] = {}
        for member in self.members:
            for view, thresholds in member.splits():
                for name, values in view.splits(thresholds).items():
                    found.setdefault(name, []).append(values)
        return {name: np.unique(np.concatenate(_turns(values))) for name, values in found.items()}

    def export(self, metadata: Mapping[str, Any] | None = None) -> bytes:
        """Write the whole pipeline as one ONNX file, from raw columns to the prediction.

        Parameters
        ----------
        metadata : mapping, optional
            What else the file should say of itself (target, data, settings, versions): text or JSON values,
            nothing that depends on the clock. See `labstudio.onnx.graph.described`.
        """
        graph = Graph(self.schema)
        features = Features(lambda view: view.emit(graph))
        answers = [member.emit(graph, features) for member in self.members]
        found = mean(graph, answers, [member.weight for member in self.members])
        if self.classes is None:
            graph.output("value", found, "double", [None])
        else:
            if self.temperature is not None:
                found = self.temperature.emit(graph, found, len(self.classes))
            decide(graph, found, self.classes, self.factors)
        own = {"members": [self._said(member) for member in self.members], "seed": self.seed}
        return graph.build(described(self.schema, self.task, self.classes, {**own, **(metadata or {})}))

    @staticmethod
    def _said(member: Member) -> dict[str, Any]:
        candidate = member.candidate
        return {"learner": candidate.learner, "params": candidate.params, "weight": member.weight}


def _turns(values: Sequence[np.ndarray], most: int = 12) -> list[np.ndarray]:
    """Of each the first few, so that none crowds the others out."""
    return [one[:most] for one in values]


def as_labels(classes: np.ndarray) -> np.ndarray:
    """Return classes as bool, int64 or objects of ``str``: what a file can hand out."""
    kind = class_type(classes)
    array = np.asarray(classes)
    if kind == "string" and not all(isinstance(value, str) for value in array.tolist()):
        raise Invalid(f"Classes are texts, integers or booleans, not {array.tolist()[:5]}.")
    return array.astype({"bool": np.bool_, "int64": np.int64, "string": object}[kind])
