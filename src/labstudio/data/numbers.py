"""What the numbers of a column say, from the column sorted once: the same to the last digit each time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

BINS = 20
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FAR = 3.0  # times the middle half's width beyond it: far outside, in Tukey's words


def numbers(column: pa.ChunkedArray) -> dict[str, Any]:
    """Say what a column of numbers holds, in the words of `profile.ColumnProfile`.

    NaN is missing here as everywhere; infinities count as values but have no place in means and bins.

    Parameters
    ----------
    column : ChunkedArray of N integers or floats
        With gaps or without.

    Examples
    --------
    >>> import pyarrow as pa
    >>> found = numbers(pa.chunked_array([[3.0, None, -1.0], [0.0, float("inf")]]))
    >>> found["missing"], found["distinct"], found["minimum"], found["maximum"], found["infinite"]
    (1, 4, -1.0, 'inf', 1)
    >>> found["mean"], found["quantiles"]["0.5"]
    (0.6666666666666666, 0.0)
    """
    values = _sorted(column)
    first, end = 0, len(values)
    if values.dtype.kind == "f":
        first = int(np.searchsorted(values, -np.inf, "right"))
        end = int(np.searchsorted(values, np.inf, "left"))
    found: dict[str, Any] = {
        "missing": len(column) - len(values),
        "distinct": int(np.count_nonzero(values[1:] != values[:-1])) + (len(values) > 0),
        "zeros": int(np.searchsorted(values, 0, "right") - np.searchsorted(values, 0, "left")),
        "negative": int(np.searchsorted(values, 0, "left")),
        "infinite": len(values) - (end - first),
        "minimum": _plain(values[0]) if len(values) else None,
        "maximum": _plain(values[-1]) if len(values) else None,
    }
    finite = values[first:end].astype(np.float64, copy=False)
    return found | (_figures(finite) if len(finite) else {})


def _sorted(column: pa.ChunkedArray) -> np.ndarray:
    """The values that are not missing, smallest first, in the type they have."""
    parts = [part.drop_null().to_numpy(zero_copy_only=False) for part in column.chunks]
    values = np.sort(np.concatenate(parts)) if parts else np.empty(0)
    return values[: np.searchsorted(values, np.nan)] if values.dtype.kind == "f" else values


def _figures(values: np.ndarray) -> dict[str, Any]:
    """Mean, spread, quantiles and histogram of finite doubles, smallest first."""
    low, high = float(values[0]), float(values[-1])
    quantiles = [_quantile(values, share) for share in QUANTILES]
    mean, std, skew = _moments(values)
    found = {"mean": mean, "std": std, "quantiles": dict(zip(map(str, QUANTILES), quantiles, strict=True))}
    width = high / BINS - low / BINS  # each divided for itself: the difference of two doubles may be infinite
    if not 0 < width < math.inf:
        return found | {"edges": [low, high], "counts": [len(values)], "outliers": 0}
    edges = [low + width * i for i in range(BINS)] + [high]
    borders = [0, *np.searchsorted(values, edges[1:-1], "left").tolist(), len(values)]
    quarter, three_quarters = quantiles[1], quantiles[3]
    reach = FAR * (three_quarters - quarter)
    outliers = 0
    if 0 < reach < math.inf:  # without a middle half there is no outside: of 96 % zeros the rest is no error
        below = np.searchsorted(values, quarter - reach, "left")
        outliers = int(below + len(values) - np.searchsorted(values, three_quarters + reach, "right"))
    return found | {
        "edges": edges,
        "counts": [after - before for before, after in pairwise(borders)],
        "skew": skew,
        "outliers": outliers,
    }


def _quantile(values: np.ndarray, share: float) -> float:
    """Between the two values on either side, by the distance to them."""
    place = share * (len(values) - 1)
    before = int(place)
    low, high = float(values[before]), float(values[min(before + 1, len(values) - 1)])
    part = place - before
    return low if low == high else low * (1 - part) + high * part


def _moments(values: np.ndarray) -> tuple[float, float | None, float | None]:
    """Mean, deviation and skewness, in two passes: around the mean nothing is lost to large numbers."""
    # a power of two, so that scaling rounds nothing: sums and cubes of large numbers stay finite
    unit = math.ldexp(1.0, math.frexp(max(abs(float(values[0])), abs(float(values[-1]))))[1] - 1)
    rows = len(values)
    scaled = values / unit
    mean = float(scaled.sum()) / rows
    scaled -= mean
    squares = scaled * scaled
    if rows < 2:
        return mean * unit, None, None
    deviation = math.sqrt(float(squares.sum()) / (rows - 1))
    std = deviation * unit if math.isfinite(deviation * unit) else None
    if rows < 3 or deviation**3 == 0:
        return mean * unit, std, None
    squares *= scaled
    # Fisher and Pearson's, without bias
    return mean * unit, std, float(squares.sum()) / deviation**3 * rows / ((rows - 1) * (rows - 2))


def _plain(value: np.generic) -> Any:
    """Infinities have no JSON of their own."""
    found = value.item()
    return str(found) if isinstance(found, float) and math.isinf(found) else found
