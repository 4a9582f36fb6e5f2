"""Steps for numbers, integers and booleans. Infinities count as missing everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from labstudio.automl.steps.step import Step, side_by_side
from labstudio.onnx.graph import Graph
from labstudio.schema import Column

_TINY = float(np.finfo(np.float64).tiny)  # below it doubles lose their digits, and so would a scale

CLIP = 4.0
"""Standardised inputs stay within that many standard deviations: a linear model must not extrapolate."""

DOUBLE = 11  # TensorProto.DOUBLE, without importing onnx at the module's import


class Numbers(Step):
    """Numbers as they are, NaN for missing: what trees like best.

    Examples
    --------
    >>> step = Numbers([Column("age", "number", "number", "age")])
    >>> step.fit({}).transform({"age": np.array([31.0, np.inf, np.nan])}).ravel().tolist()
    [31.0, nan, nan]
    """

    title = "As they are"

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        return finite(np.column_stack([columns[name] for name in self.names]))

    def emit(self, graph: Graph) -> str:
        return emit_finite(graph, self.columns)

    def formulas(self) -> list[str]:
        return list(self.names)

    def detail(self) -> str:
        return "missing values stay missing"

    def crossings(self, thresholds: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        return {self.names[position]: values for position, values in thresholds.items()}


class Scaled(Step):
    """Features of another step with the median where missing, standardised, clipped to ±4 deviations.

    A feature without two different values is only centred; one that is missing everywhere becomes 0.

    Parameters
    ----------
    step : Step
        Whose features are quantities, NaN for missing.
    flags : bool
        Add a flag (0 or 1), after all others, for each feature in which the fit saw something missing.

    Examples
    --------
    >>> step = Scaled(Numbers([Column("age", "number", "number", "age")]), flags=True)
    >>> ages = {"age": np.array([30.0, np.nan, 50.0, 1e6])}
    >>> step.fit(ages).names
    ('age', 'age is missing')
    >>> step.transform({"age": np.array([np.nan])}).round(2).tolist()
    [[-0.58, 1.0]]
    """

    title = "Fill and scale"

    def __init__(self, step: Step, flags: bool = False) -> None:
        self.step, self.columns, self.flags = step, step.columns, flags
        self.reads, self.supervised = step.reads, step.supervised  # type: ignore[misc]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.step.names, *(f"{self.step.names[i]} is missing" for i in self.flagged))

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        self.fit_transform(columns, y)
        return self

    def fit_transform(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> np.ndarray:
        values = self.step.fit_transform(columns, y)
        learned = np.array([_centre_and_scale(feature.copy()) for feature in values.T]).reshape(-1, 3)
        self.fills, self.centres, self.scales = learned.T.copy()
        gaps = np.isnan(values).any(axis=0) & self.flags
        self.flagged = tuple(np.flatnonzero(gaps).tolist())
        return self._scaled(values)

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        return self._scaled(self.step.transform(columns))

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        missing = np.isnan(values)
        scaled = np.where(missing, self.fills, values)
        with np.errstate(over="ignore"):  # what overflows is clipped
            scaled -= self.centres
            scaled /= self.scales
        np.clip(scaled, -CLIP, CLIP, out=scaled)
        return np.concatenate([scaled, missing[:, list(self.flagged)]], axis=1) if self.flagged else scaled

    def emit(self, graph: Graph) -> str:
        values = self.step.emit(graph)
        missing = graph.node("IsNaN", [values])
        filled = graph.node("Where", [missing, graph.constant(self.fills), values])
        # turned round: a lone subtrahend below 2e-16 onnxruntime takes for nothing and leaves out
        centred = graph.node("Sub", [graph.constant(self.centres), filled])
        scaled = graph.node("Div", [centred, graph.constant(-self.scales)])
        clipped = graph.node("Clip", [scaled, graph.constant(-CLIP), graph.constant(CLIP)])
        if not self.flagged:
            return clipped
        places = graph.constant(np.array(self.flagged, dtype=np.int64))
        flags = graph.node("Gather", [missing, places], axis=1)
        return side_by_side(graph, [clipped, graph.node("Cast", [flags], to=DOUBLE)])

    def formulas(self) -> list[str]:
        plain = [f"{formula}, standardised" for formula in self.step.formulas()]
        return plain + [f"{self.step.names[i]} is missing" for i in self.flagged]

    def detail(self) -> str:
        flags = f", {len(self.flagged)} flag(s) for missing" if self.flagged else ""
        return f"median where missing, clipped at ±{CLIP:g} sd{flags}"

    def borders(self) -> dict[str, np.ndarray]:
        with np.errstate(over="ignore"):
            bends = self.centres + np.outer([-CLIP, CLIP], self.scales)
        return self.step.crossings(dict(enumerate(bends.T)))


def _centre_and_scale(values: np.ndarray) -> tuple[float, float, float]:
    """Return the median of what is present, and mean and deviation of all once that is filled in."""
    present = values[~np.isnan(values)]
    largest = float(np.abs(present).max()) if len(present) else 0.0
    unit = 2.0 ** np.clip(np.floor(np.log2(largest)), -1000, 1000) if largest > 0 else 1.0
    scaled = present / unit  # a power of two: exact, and sums of squares cannot overflow
    fill = float(np.median(scaled)) if len(present) else 0.0
    filled = np.full(len(values), fill)
    filled[~np.isnan(values)] = scaled
    centre, deviation = float(filled.mean()), float(filled.std())
    # What rounding alone would leave of a constant column is not a scale (as in StandardScaler).
    noise = len(filled) * np.finfo(np.float64).eps
    if deviation**2 <= noise * deviation**2 + (noise * centre) ** 2 or deviation * unit < _TINY:
        deviation = 1.0 / unit
    return fill * unit, centre * unit, deviation * unit


def finite(values: np.ndarray) -> np.ndarray:
    """Put NaN in place of infinities, in the very array."""
    values[np.isinf(values)] = np.nan
    return values


def emit_finite(graph: Graph, columns: Sequence[Column]) -> str:
    """Add columns side by side [N, C], infinities as NaN; return the name."""
    return emit_no_infinity(graph, side_by_side(graph, [graph.input(column) for column in columns]))


def emit_no_infinity(graph: Graph, values: str) -> str:
    """Add NaN in place of infinities; return the name."""
    return graph.node("Where", [graph.node("IsInf", [values]), graph.constant(np.nan), values])
