"""From a table to a prediction, and to the graph that predicts the same.

A pipeline is a view of the columns and a learner. It knows neither where the data came from nor how its
learner and hyper-parameters were found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from labstudio.automl.learners import LEARNERS, Fitting
from labstudio.automl.views import FEATURES, VIEWS, View
from labstudio.errors import Invalid
from labstudio.onnx.graph import Graph, class_type, decide, described
from labstudio.schema import Schema

if TYPE_CHECKING:
    import pandas as pd


class Pipeline:
    """One model: features of a table, fitted by one learner.

    Parameters
    ----------
    schema : Schema
        The columns that are features: numbers, booleans and categories.
    task : str
        "binary", "multiclass" or "regression".
    classes : array of K str, int or bool, or None
        What the codes 0..K-1 of the target mean; None for regression.
    learner : str
        A name of `LEARNERS`.
    params : mapping, optional
        Hyper-parameters in place of the learner's defaults.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    >>> pipeline = Pipeline(Schema.infer(frame), "binary", np.array(["no", "yes"]), "linear")
    >>> pipeline = pipeline.fit(frame, np.array([0, 0, 1, 1]))
    >>> pipeline.predict(frame).tolist()
    ['no', 'no', 'yes', 'yes']
    """

    def __init__(
        self,
        schema: Schema,
        task: str,
        classes: np.ndarray | None,
        learner: str,
        params: Mapping[str, Any] | None = None,
        *,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        refused = [column for column in schema if column.semantic not in FEATURES]
        if refused:
            raise Invalid(
                f"Column {refused[0].name!r} is {refused[0].semantic} and cannot be a feature; leave it out."
            )
        if not len(schema):
            raise Invalid("There is no column to predict from; at least one feature is needed.")
        self.schema, self.task, self.learner_name = schema, task, learner
        self.classes = None if classes is None else as_labels(classes)
        self.params = dict(params or {})
        self.seed, self.threads = seed, threads
        self.view: View = VIEWS[LEARNERS[learner].view](schema)

    def fit(
        self,
        columns: pd.DataFrame | Mapping[str, np.ndarray],
        y: np.ndarray,
        *,
        validation: tuple[pd.DataFrame | Mapping[str, np.ndarray], np.ndarray] | None = None,
        deadline: float | None = None,
    ) -> Self:
        """Fit the view, then the learner.

        Parameters
        ----------
        columns : canonical columns by name (as of `Schema.canonical`), or a frame
            N rows.
        y : array [N]
            Codes 0..K-1, or finite values.
        validation : pair like (columns, y), optional
            For early stopping.
        deadline : float, optional
            Unix time in seconds by which a learner that can stop itself does.
        """
        columns = self._canonical(columns)
        self.view.fit(columns, y)
        checked = None
        if validation is not None:
            checked = (self.view.transform(self._canonical(validation[0])), validation[1])
        how = Fitting(
            self.task,
            params=self.params,
            classes_count=0 if self.classes is None else len(self.classes),
            categorical=self.view.categorical,
            validation=checked,
            seed=self.seed,
            threads=self.threads,
            deadline=deadline,
        )
        self.learner = LEARNERS[self.learner_name]().fit(self.view.transform(columns), np.asarray(y), how)
        return self

    def _canonical(self, columns: pd.DataFrame | Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        return columns if isinstance(columns, Mapping) else self.schema.canonical(columns)

    def predict_columns(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Probabilities [N, K] or values [N] from canonical columns."""
        if not len(next(iter(columns.values()))):  # libraries refuse to predict nothing
            return np.empty(0) if self.classes is None else np.empty((0, len(self.classes)))
        return self.learner.predict(self.view.transform(columns))

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict labels or values [N] from a frame of any dtypes and column order."""
        found = self.predict_columns(self.schema.canonical(frame))
        return found if self.classes is None else self.classes[found.argmax(axis=1)]

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict probabilities [N, K], in the order of `classes`."""
        if self.classes is None:
            raise Invalid("A regression has no probabilities; use predict.")
        return self.predict_columns(self.schema.canonical(frame))

    def splits(self) -> dict[str, np.ndarray]:
        """Values of raw columns at which the prediction jumps or bends, the most telling first."""
        return self.view.splits(self.learner.splits())

    def export(self, metadata: Mapping[str, Any] | None = None) -> bytes:
        """Write the whole pipeline as one ONNX file, from raw columns to the prediction.

        Parameters
        ----------
        metadata : mapping, optional
            What else the file should say of itself (target, data, settings, versions): text or JSON values,
            nothing that depends on the clock. See `labstudio.onnx.graph.described`.
        """
        graph = Graph(self.schema)
        found = self.learner.emit(graph, self.view.emit(graph))
        if self.classes is None:
            graph.output("value", found, "double", [None])
        else:
            decide(graph, found, self.classes)
        own = {"learner": self.learner_name, "params": self.params, "seed": self.seed}
        return graph.build(described(self.schema, self.task, self.classes, {**own, **(metadata or {})}))


def as_labels(classes: np.ndarray) -> np.ndarray:
    """Return classes as bool, int64 or objects of ``str``: what a file can hand out."""
    kind = class_type(classes)
    array = np.asarray(classes)
    if kind == "string" and not all(isinstance(value, str) for value in array.tolist()):
        raise Invalid(f"Classes are texts, integers or booleans, not {array.tolist()[:5]}.")
    return array.astype({"bool": np.bool_, "int64": np.int64, "string": object}[kind])
