"""Members of a model: a candidate's learners, one for each fold, that answer together.

It knows views and learners; it knows neither frames nor how candidates are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from labstudio.automl.learners import LEARNERS, Learner
from labstudio.automl.views import VIEWS, View
from labstudio.onnx.graph import Graph
from labstudio.schema import Schema

FEATURES = "features"
"""Among a candidate's parameters: what its view is told, such as which columns it divides by which."""


@dataclass(frozen=True)
class Candidate:
    """A learner with its hyper-parameters.

    Parameters
    ----------
    params : dict
        Those of the learner; under ``"features"``, where that is not the learner's own view, the name of
        another ``view`` and what it is told.
    """

    learner: str
    params: dict[str, Any]

    @property
    def hyper(self) -> dict[str, Any]:
        """What the learner is told."""
        return {name: value for name, value in self.params.items() if name != FEATURES}

    @property
    def features(self) -> dict[str, Any]:
        """Which view of the columns it wants, and what that is told."""
        return {"view": LEARNERS[self.learner].view, **self.params.get(FEATURES, {})}

    def view(self, schema: Schema) -> View:
        """Return its view of the columns, not yet fitted."""
        options = self.features
        return VIEWS[options.pop("view")](schema, **options)


@dataclass(frozen=True)
class Model:
    """A learner and the view of the columns that it was fitted to."""

    view: View
    learner: Learner


class Features:
    """Columns as views see them, each view asked once."""

    def __init__(self, look: Callable[[View], Any]) -> None:
        self._look = look
        self._seen: dict[int, tuple[View, Any]] = {}

    def __getitem__(self, view: View) -> Any:
        if id(view) not in self._seen:
            self._seen[id(view)] = view, self._look(view)
        return self._seen[id(view)][1]

    @classmethod
    def of(cls, columns: Mapping[str, np.ndarray]) -> Features:
        """Matrices [N, F] of canonical columns."""
        return cls(lambda view: view.transform(columns))


@dataclass(frozen=True)
class Member:
    """A candidate's models, whose mean is its answer.

    Attributes
    ----------
    trial : int
        Number of the candidate on the leaderboard.
    weight : float
        Its share of the whole model's answer.
    """

    candidate: Candidate
    models: tuple[Model, ...]
    trial: int = 0
    weight: float = 1.0

    def merged(self) -> Member:
        """Return the same with models of one view made one, where their learner knows how."""
        merge = LEARNERS[self.candidate.learner].merge
        models: list[Model] = []
        for _, same in groupby(self.models, key=lambda model: id(model.view)):
            group = list(same)
            one = merge([model.learner for model in group]) if len(group) > 1 else None
            models += group if one is None else [Model(group[0].view, one)]
        return replace(self, models=tuple(models)) if len(models) < len(self.models) else self

    def predict(self, features: Features) -> np.ndarray:
        """Probabilities [N, K] or values [N]."""
        found = [model.learner.predict(features[model.view]) for model in self.models]
        return found[0] if len(found) == 1 else np.asarray(sum(found) / len(found))

    def emit(self, graph: Graph, features: Features) -> str:
        """Add the same to a graph; `features` gives the tensor of a view."""
        found = [model.learner.emit(graph, features[model.view]) for model in self.models]
        return mean(graph, found, [1 / len(found)] * len(found))

    def splits(self) -> Iterator[tuple[View, dict[int, np.ndarray]]]:
        """Of each view the thresholds of its features, the most telling first."""
        for model in self.models:
            yield model.view, model.learner.splits()


def mean(graph: Graph, tensors: Sequence[str], weights: Sequence[float]) -> str:
    """Add a weighted sum of tensors of one shape."""
    if len(tensors) == 1 and weights[0] == 1.0:
        return tensors[0]
    parts = [
        graph.node("Mul", [tensor, graph.constant(weight)])
        for tensor, weight in zip(tensors, weights, strict=True)
    ]
    return parts[0] if len(parts) == 1 else graph.node("Sum", parts)
