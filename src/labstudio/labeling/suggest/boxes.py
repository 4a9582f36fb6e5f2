"""Boxes that are suggested: those of the most similar labeled images, found again in a new one.

Each box of a neighbour is looked for in the new image at every place by its pixels (normalised
cross-correlation of grey patches); what is found at a good likeness is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labstudio.labeling.suggest.encoders.images import Picture, decode

_SIDE = 192  # pixels of the longer side that images are compared at
_NEIGHBOURS = 5
_SMALLEST = 4  # pixels of a patch that can be found again
_OVERLAP = 0.4


@dataclass(frozen=True)
class Labeled:
    """A labeled image: the picture, and its upright boxes (``x, y, w, h, label``) in its pixels."""

    picture: Picture
    boxes: Sequence[Mapping[str, Any]]


def propose_boxes(
    picture: Picture,
    vector: np.ndarray,
    labeled: Sequence[Labeled],
    vectors: np.ndarray,
    *,
    least: float = 0.6,
    most: int = 50,
) -> list[dict[str, Any]]:
    """Return boxes (``x``, ``y``, ``w``, ``h``, ``label``, ``score``) of a new image, the surest first.

    Parameters
    ----------
    picture : path or bytes
        The new image.
    vector : ndarray of shape (D,)
        Its vector.
    labeled : sequence of N Labeled
        Images that people have drawn boxes in.
    vectors : ndarray of shape (N, D)
        Theirs.
    least : float
        Likeness from 0 to 1 that a place must have.
    most : int
        How many boxes are returned.
    """
    if not labeled:
        return []
    grey, scale = _grey(picture)
    nearest = np.argsort(np.linalg.norm(vectors - vector, axis=1), kind="stable")[:_NEIGHBOURS]
    found: list[dict[str, Any]] = []
    for row in nearest:
        theirs, factor = _grey(labeled[row].picture)
        for box in labeled[row].boxes:
            left, top = round(box["x"] * factor), round(box["y"] * factor)
            wide, high = round(box["w"] * factor), round(box["h"] * factor)
            patch = theirs[max(top, 0) : top + high, max(left, 0) : left + wide]
            if min(patch.shape) < _SMALLEST or patch.std() < 1e-3:
                continue
            if patch.shape[0] > grey.shape[0] or patch.shape[1] > grey.shape[1]:
                continue
            likeness = _likeness(grey, patch)
            for y, x in _peaks(likeness, patch.shape, least):
                found.append(
                    {
                        "x": x / scale, "y": y / scale, "w": patch.shape[1] / scale,
                        "h": patch.shape[0] / scale, "label": box["label"], "score": float(likeness[y, x]),
                    }
                )  # fmt: skip
    return without_doubles(found)[:most]


def without_doubles(boxes: Sequence[dict[str, Any]], overlap: float = _OVERLAP) -> list[dict[str, Any]]:
    """Leave out boxes that share more than `overlap` of their union with a surer one of the same label.

    Examples
    --------
    >>> box = {"x": 0, "y": 0, "w": 10, "h": 10, "label": "cat", "score": 0.9}
    >>> len(without_doubles([box, {**box, "x": 1, "score": 0.8}, {**box, "x": 50}]))
    2
    """
    kept: list[dict[str, Any]] = []
    for one in sorted(boxes, key=lambda box: -box["score"]):
        if all(one["label"] != other["label"] or _shared(one, other) <= overlap for other in kept):
            kept.append(one)
    return kept


def _shared(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    across = min(one["x"] + one["w"], other["x"] + other["w"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["h"], other["y"] + other["h"]) - max(one["y"], other["y"])
    both = max(across, 0) * max(down, 0)
    union = one["w"] * one["h"] + other["w"] * other["h"] - both
    return float(both / union) if union > 0 else 0.0


def _grey(picture: Picture) -> tuple[np.ndarray, float]:
    """Grey values of an image made small, and by how much."""
    whole = decode(picture)
    scale = min(1.0, _SIDE / max(whole.shape[:2]))
    if scale < 1:
        size = (max(1, round(whole.shape[1] * scale)), max(1, round(whole.shape[0] * scale)))
        whole = decode(picture, size)
    return whole @ np.array([0.299, 0.587, 0.114], dtype=np.float32), scale


def _likeness(grey: np.ndarray, patch: np.ndarray) -> np.ndarray:
    """Normalised cross-correlation of a patch at every place of an image (Lewis 1995)."""
    from scipy.signal import fftconvolve

    centred = patch - patch.mean()
    size = patch.size
    products = fftconvolve(grey, centred[::-1, ::-1], mode="valid")
    sums, squares = (_window_sums(values, patch.shape) for values in (grey, grey**2))
    spread = np.sqrt(np.maximum(squares - sums**2 / size, 0)) * np.linalg.norm(centred)
    found: np.ndarray = np.where(spread > 1e-3 * size**0.5, products / np.maximum(spread, 1e-9), 0.0)
    return found


def _window_sums(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    high, wide = shape
    total = np.pad(values.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    found: np.ndarray = (
        total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
    )
    return found


def _peaks(likeness: np.ndarray, shape: tuple[int, ...], least: float) -> list[tuple[int, int]]:
    from scipy.ndimage import maximum_filter

    top = maximum_filter(likeness, size=(max(1, shape[0] // 2), max(1, shape[1] // 2)))
    places = np.argwhere((likeness == top) & (likeness >= least))
    order = np.argsort(-likeness[tuple(places.T)], kind="stable")[:20]
    return [(int(y), int(x)) for y, x in places[order]]
