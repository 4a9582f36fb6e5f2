"""Comparing two answers to the same frame: how far apart they are, and what that means.

It knows tolerances, ties and what is not finite; it does not know who answers, nor why those rows were asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from labstudio.onnx.model import OnnxModel


@dataclass(frozen=True)
class Tolerance:
    """How far a file may be off.

    Attributes
    ----------
    limit : float
        Largest difference of a probability.
    by_spread : bool
        Values: `limit` times the standard deviation of the values, for libraries that sum in float32.
        Otherwise times max(1, abs(value)); of targets that are all small, times what is of their own size,
        since 1e-9 would say nothing about values around 1e-12.
    """

    limit: float = 1e-9
    by_spread: bool = False


EXACT = Tolerance()
FLOAT32 = Tolerance(1e-5, by_spread=True)


@dataclass(frozen=True)
class Check:
    """One way of asking, and how the file did.

    Attributes
    ----------
    ties : int
        Rows whose two likeliest classes are closer than the limit: their labels may differ.
    max_difference : float
        Of probabilities, or of values in units of what the limit refers to.
    worst : str
        The row that differs most, shown when the check failed.
    """

    name: str
    passed: bool
    rows: int
    labels_equal: int = 0
    ties: int = 0
    max_difference: float = 0.0
    worst: str = ""


Answer = tuple[np.ndarray, ...]
"""Labels [N] and probabilities [N, K], or twice the values [N]."""


class Judge:
    """Compares answers under one tolerance."""

    def __init__(
        self,
        classes: np.ndarray | None,
        tolerance: Tolerance,
        values: np.ndarray,
        factors: np.ndarray | None = None,
    ) -> None:
        self.classes, self.tolerance, self.factors = classes, tolerance, factors
        finite = values[np.isfinite(values)] if classes is None else np.empty(0)
        unit = float(np.abs(finite).max()) if len(finite) else 0.0
        self.spread = float((finite / unit).std() * unit) if unit else 0.0

    def compare(self, name: str, frame: pd.DataFrame, expected: Answer, asked: Any) -> Check:
        """Ask for a frame's predictions and compare them with what is expected."""
        try:
            labels, found = ask(asked, frame)
        except Exception as error:  # a file that cannot answer has failed, whatever onnxruntime calls it
            return Check(
                name, False, len(frame), max_difference=math.inf, worst=f"it does not answer: {error}"
            )
        wanted_labels, wanted = expected
        if found.shape != wanted.shape or labels.shape != wanted_labels.shape:
            worst = f"its answer has shape {found.shape}, not {wanted.shape}"
            return Check(name, False, len(frame), max_difference=math.inf, worst=worst)
        if not len(frame):
            return Check(name, True, 0)
        off = self._difference(found, wanted)
        by_row = off if off.ndim == 1 else off.max(axis=1)
        apart = by_row > self.tolerance.limit
        equal = ties = 0
        if self.classes is not None:
            clear = self._clear(wanted)
            same = labels == wanted_labels
            equal, ties = int((same & clear).sum()), int((~clear).sum())
            apart |= clear & ~same
        worst = ""
        if apart.any():
            row = int(np.where(apart, by_row + 1e-300, -1.0).argmax())
            worst = (
                f"row {row + 1} gives {labels[row]!s} {_shown(found[row])}, the library says "
                f"{wanted_labels[row]!s} {_shown(wanted[row])}, for {_shown_row(frame, row)}"
            )
        return Check(name, not apart.any(), len(frame), equal, ties, float(by_row.max()), worst)

    def _difference(self, found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Differences in units of what the limit refers to; infinite where only one side is finite."""
        units: np.ndarray | float = 1.0
        if self.classes is None:
            size = np.where(np.isfinite(wanted), np.abs(wanted), 0.0)
            units = (
                np.full_like(size, self.spread or 1.0)
                if self.tolerance.by_spread
                else np.minimum(np.maximum(size, 1.0), np.maximum(size, self.spread))
            )
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.abs(found - wanted) / np.maximum(units, np.finfo(np.float64).tiny)
        same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
        return np.where(same, 0.0, np.where(np.isfinite(found) & np.isfinite(wanted), off, math.inf))

    def _clear(self, wanted: np.ndarray) -> np.ndarray:
        """Rows whose label is beyond doubt; one with a NaN counts as such, so that labels are compared."""
        weighed = wanted if self.factors is None else wanted * self.factors
        top = np.sort(np.nan_to_num(weighed, nan=math.inf), axis=1)
        if top.shape[1] < 2:
            return np.ones(len(wanted), dtype=bool)
        with np.errstate(invalid="ignore"):
            return ~(top[:, -1] - top[:, -2] <= self.tolerance.limit)


class OneByOne:
    """A model that is asked for one row at a time."""

    def __init__(self, model: OnnxModel) -> None:
        self.model, self.classes = model, model.classes

    def run(self, frame: pd.DataFrame, *outputs: str) -> list[np.ndarray]:
        rows = [self.model.run(frame.iloc[[row]], *outputs) for row in range(len(frame))]
        return [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def ask(asked: Any, frame: pd.DataFrame) -> Answer:
    """Ask a model or a reference for a frame's answer."""
    if asked.classes is None:
        values = asked.run(frame, "value")[0] if hasattr(asked, "run") else asked.predict(frame)
        values = np.asarray(values, dtype=np.float64)
        return values, values
    if hasattr(asked, "run"):
        labels, found = asked.run(frame, "label", "probabilities")
    else:
        labels, found = asked.predict(frame), asked.predict_proba(frame)
    return np.asarray(labels), np.asarray(found, dtype=np.float64)


def _shown(values: Any) -> str:
    return np.array2string(np.asarray(values), precision=17, threshold=6, max_line_width=10_000)


def _shown_row(frame: pd.DataFrame, row: int) -> str:
    parts = [f"{name}={frame.iloc[row, place]!r}" for place, name in enumerate(frame.columns)]
    return ", ".join(parts[:6]) + (", …" if len(parts) > 6 else "")
