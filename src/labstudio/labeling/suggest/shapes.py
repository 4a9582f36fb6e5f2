"""Shapes that are suggested: those of the most similar labeled images, found again in a new one.

What stands inside of a neighbour's box or polygon is looked for in the new image at every place by its pixels
(normalised cross-correlation of grey patches); the shape is proposed where it is found at a good likeness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.formats.geometry import hull, rings_of
from labstudio.labeling.suggest.encoders.images import Picture, decode

_SIDE = 192  # pixels of the longer side that images are compared at
_NEIGHBOURS = 5
_SMALLEST = 4  # pixels of a patch that can be found again
_OVERLAP = 0.4
_KEPT = 500  # small grey copies of labeled images

LEAST = 0.6
"""Likeness from 0 to 1 that a place must have."""

Patch = tuple[np.ndarray, float]


class Proposer:
    """Proposes shapes by those that people have drawn in similar images.

    Parameters
    ----------
    pictures : callable
        Takes the row of a labeled image and returns its picture.
    shapes : sequence of N sequences of dicts
        What is drawn in each: boxes (``x, y, w, h, rotation``) and polygons (``rings``) with their ``kind``
        and ``label``, in pixels of the upright image.
    vectors : ndarray of shape (N, D)
        Theirs.
    """

    def __init__(
        self,
        pictures: Callable[[int], Picture],
        shapes: Sequence[Sequence[Mapping[str, Any]]],
        vectors: np.ndarray,
    ) -> None:
        self._pictures, self._shapes, self._vectors = pictures, shapes, vectors
        self._grey = lru_cache(_KEPT)(lambda row: _grey(pictures(row)))

    def propose(
        self, picture: Picture, vector: np.ndarray, *, among: np.ndarray | None = None, most: int = 50
    ) -> list[dict[str, Any]]:
        """Return shapes of a new image as `shapes` has them, each with its ``score``, the surest first.

        Parameters
        ----------
        picture : path or bytes
            The new image.
        vector : ndarray of shape (D,)
            Its vector.
        among : ndarray of int, optional
            Rows of the labeled images that may be looked at; all when not given.
        most : int
            How many shapes are returned.
        """
        asked = range(len(self._shapes)) if among is None else among.tolist()
        rows = [row for row in asked if self._shapes[row]]
        if not rows:
            return []
        grey, scale = _grey(picture)
        searched = _Searched(grey)
        far = np.linalg.norm(self._vectors[rows] - vector, axis=1)
        found: list[dict[str, Any]] = []
        for row in np.array(rows)[np.argsort(far, kind="stable")[:_NEIGHBOURS]].tolist():
            try:
                theirs, factor = self._grey(row)
            except Invalid:  # its file is gone or damaged since it was labeled
                continue
            for shape in self._shapes[row]:
                found += _found_again(shape, theirs, factor, searched, scale)
        return without_doubles(found)[:most]


def without_doubles(shapes: Sequence[dict[str, Any]], overlap: float = _OVERLAP) -> list[dict[str, Any]]:
    """Leave out shapes that share more than `overlap` of their union with a surer one of the same label.

    Examples
    --------
    >>> box = {"kind": "box", "x": 0, "y": 0, "w": 10, "h": 10, "label": "cat", "score": 0.9}
    >>> len(without_doubles([box, {**box, "x": 1, "score": 0.8}, {**box, "x": 50}]))
    2
    """
    kept: list[dict[str, Any]] = []
    for one in sorted(shapes, key=lambda shape: -shape["score"]):
        if all(one["label"] != other["label"] or shared(one, other) <= overlap for other in kept):
            kept.append(one)
    return kept


def shared(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the share of their union that two shapes have in common, by the upright boxes around them.

    Examples
    --------
    >>> box = {"kind": "box", "x": 0, "y": 0, "w": 10, "h": 10}
    >>> round(shared(box, {**box, "x": 5}), 2)
    0.33
    """
    (x, y, w, h), (left, top, wide, high) = _around(one), _around(other)
    both = max(min(x + w, left + wide) - max(x, left), 0) * max(min(y + h, top + high) - max(y, top), 0)
    union = w * h + wide * high - both
    return float(both / union) if union > 0 else 0.0


def _around(shape: Mapping[str, Any]) -> tuple[float, float, float, float]:
    return hull(rings_of(shape)[0])


def _found_again(
    shape: Mapping[str, Any], theirs: np.ndarray, factor: float, image: _Searched, scale: float
) -> list[dict[str, Any]]:
    """A neighbour's shape wherever what it holds is in the new image."""
    around = _around(shape)
    left, top, wide, high = (round(one * factor) for one in around)
    top, left = max(top, 0), max(left, 0)
    patch = theirs[top : top + high, left : left + wide]
    if min(patch.shape) < _SMALLEST or patch.std() < 1e-3:
        return []
    if patch.shape[0] > image.shape[0] or patch.shape[1] > image.shape[1]:
        return []
    likeness = image.likeness(patch)
    return [
        {**_moved(shape, (left, top), (x, y), factor, scale), "score": float(min(likeness[y, x], 1.0))}
        for y, x in _peaks(likeness, patch.shape)
    ]


def _moved(
    shape: Mapping[str, Any], was: tuple[int, int], now: tuple[int, int], factor: float, scale: float
) -> dict[str, Any]:
    """The shape at another place of an image of another size."""

    def at(x: float, y: float) -> tuple[float, float]:
        return (x * factor - was[0] + now[0]) / scale, (y * factor - was[1] + now[1]) / scale

    found = {"kind": shape["kind"], "label": shape["label"]}
    if shape["kind"] == "polygon":
        return found | {"rings": [[list(at(x, y)) for x, y in ring] for ring in shape["rings"]]}
    x, y = at(shape["x"], shape["y"])
    size = {"w": shape["w"] * factor / scale, "h": shape["h"] * factor / scale}
    return found | {"x": x, "y": y, **size, "rotation": shape.get("rotation") or 0.0}


def _grey(picture: Picture) -> Patch:
    """Grey values of an image in the size that all are compared at, and how much smaller that is."""
    high, wide = decode(picture).shape[:2]
    scale = _SIDE / max(high, wide)
    whole = decode(picture, (max(1, round(wide * scale)), max(1, round(high * scale))))
    return whole @ np.array([0.299, 0.587, 0.114], dtype=np.float32), scale


class _Searched:
    """An image in which patches are looked for; what all of them need is worked out once."""

    def __init__(self, grey: np.ndarray) -> None:
        from scipy.fft import next_fast_len, rfft2

        whole = grey.astype(np.float64)
        self.shape = whole.shape
        self._size = [next_fast_len(side, real=True) for side in whole.shape]
        self._spectrum = rfft2(whole, self._size)
        self._sums, self._squares = _integral(whole), _integral(whole**2)

    def likeness(self, patch: np.ndarray) -> np.ndarray:
        """Normalised cross-correlation of a patch at every place (Lewis 1995)."""
        from scipy.fft import irfft2, rfft2

        centred = patch.astype(np.float64) - patch.mean()
        size, (high, wide) = patch.size, patch.shape
        products = irfft2(self._spectrum * rfft2(centred, self._size).conj(), self._size)
        products = products[: self.shape[0] - high + 1, : self.shape[1] - wide + 1]
        sums, squares = _window(self._sums, high, wide), _window(self._squares, high, wide)
        spread = np.sqrt(np.maximum(squares - sums**2 / size, 0)) * np.linalg.norm(centred)
        found: np.ndarray = np.where(spread > 1e-3 * size**0.5, products / np.maximum(spread, 1e-9), 0.0)
        return found


def _integral(values: np.ndarray) -> np.ndarray:
    return np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _window(total: np.ndarray, high: int, wide: int) -> np.ndarray:
    """Sums of all windows of a size."""
    found: np.ndarray = (
        total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
    )
    return found


def _peaks(likeness: np.ndarray, shape: tuple[int, ...]) -> list[tuple[int, int]]:
    from scipy.ndimage import maximum_filter

    top = maximum_filter(likeness, size=(max(1, shape[0] // 2), max(1, shape[1] // 2)))
    places = np.argwhere((likeness == top) & (likeness >= LEAST))
    order = np.argsort(-likeness[tuple(places.T)], kind="stable")[:20]
    return [(int(y), int(x)) for y, x in places[order]]
