"""Steps for numbers, integers and booleans. Infinities count as missing everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from labstudio.onnx.graph import Graph
from labstudio.schema import Column

CLIP = 4.0
"""Standardised inputs stay within that many standard deviations: a linear model must not extrapolate."""


class Numbers:
    """Numbers as they are, NaN for missing: what trees like best.

    Examples
    --------
    >>> step = Numbers([Column("age", "number", "number", "age")])
    >>> step.fit({}).transform({"age": np.array([31.0, np.inf, np.nan])}).ravel().tolist()
    [31.0, nan, nan]
    """

    categorical = False

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        values = np.column_stack([columns[name] for name in self.names])
        return np.where(np.isfinite(values), values, np.nan)

    def emit(self, graph: Graph) -> str:
        return emit_finite(graph, self.columns)

    def borders(self) -> dict[str, np.ndarray]:
        return {}


class ImputeScale:
    """Median where missing, standardised, clipped to ±4 standard deviations, and a flag where it was missing.

    Flags (0 or 1) follow the numbers, one for each column in which the fit saw something missing. A column
    without two different values is only centred; one that is missing everywhere becomes 0.

    Examples
    --------
    >>> step = ImputeScale([Column("age", "number", "number", "age")])
    >>> ages = {"age": np.array([30.0, np.nan, 50.0, 1e6])}
    >>> step.fit(ages).names
    ('age', 'age is missing')
    >>> step.transform({"age": np.array([np.nan])}).round(2).tolist()
    [[-0.58, 1.0]]
    """

    categorical = False

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)

    @property
    def names(self) -> tuple[str, ...]:
        plain = [column.name for column in self.columns]
        return (*plain, *(f"{plain[i]} is missing" for i in self.flagged))

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        fills, centres, scales, flagged = [], [], [], []
        for position, column in enumerate(self.columns):
            values = columns[column.name]
            finite = np.isfinite(values)
            present = values[finite]
            if not finite.all():
                flagged.append(position)
            largest = float(np.abs(present).max()) if len(present) else 0.0
            unit = 2.0 ** np.clip(np.floor(np.log2(largest)), -1000, 1000) if largest > 0 else 1.0
            scaled = present / unit  # a power of two: exact, and sums of squares cannot overflow
            fill = float(np.median(scaled)) if len(present) else 0.0
            filled = np.full(len(values), fill)
            filled[finite] = scaled
            centre, deviation = float(filled.mean()), float(filled.std())
            # What rounding alone would leave of a constant column is not a scale (as in StandardScaler).
            noise = len(filled) * np.finfo(np.float64).eps
            if deviation**2 <= noise * deviation**2 + (noise * centre) ** 2 or deviation * unit == 0:
                deviation = 1.0 / unit
            fills.append(fill * unit)
            centres.append(centre * unit)
            scales.append(deviation * unit)
        self.fills, self.centres, self.scales = np.array(fills), np.array(centres), np.array(scales)
        self.flagged = tuple(flagged)
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        values = np.column_stack([columns[column.name] for column in self.columns])
        missing = ~np.isfinite(values)
        filled = np.where(missing, self.fills, values)
        with np.errstate(over="ignore"):  # what overflows is clipped
            scaled = np.clip((filled - self.centres) / self.scales, -CLIP, CLIP)
        return np.concatenate([scaled, missing[:, list(self.flagged)].astype(np.float64)], axis=1)

    def emit(self, graph: Graph) -> str:
        values = emit_finite(graph, self.columns)
        missing = graph.node("IsNaN", [values])
        filled = graph.node("Where", [missing, graph.constant(self.fills), values])
        centred = graph.node("Sub", [filled, graph.constant(self.centres)])
        scaled = graph.node("Div", [centred, graph.constant(self.scales)])
        clipped = graph.node("Clip", [scaled, graph.constant(-CLIP), graph.constant(CLIP)])
        if not self.flagged:
            return clipped
        flags = graph.node(
            "Gather", [missing, graph.constant(np.array(self.flagged, dtype=np.int64))], axis=1
        )
        return graph.node("Concat", [clipped, graph.node("Cast", [flags], to=DOUBLE)], axis=1)

    def borders(self) -> dict[str, np.ndarray]:
        with np.errstate(over="ignore"):
            low, high = self.centres - CLIP * self.scales, self.centres + CLIP * self.scales
        return {column.name: np.array([low[i], high[i]]) for i, column in enumerate(self.columns)}


DOUBLE = 11  # TensorProto.DOUBLE, without importing onnx at the module's import


def emit_finite(graph: Graph, columns: Sequence[Column]) -> str:
    """Add columns side by side [N, C], ±infinity and NaN as NaN; return the name."""
    inputs = [graph.input(column) for column in columns]
    values = inputs[0] if len(inputs) == 1 else graph.node("Concat", inputs, axis=1)
    infinite = graph.node("IsInf", [values])
    return graph.node("Where", [infinite, graph.constant(np.nan), values])
