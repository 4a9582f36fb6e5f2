"""Images as vectors without a trained network: edges, small patches learned from the images, and colours."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.suggest.encoders.encoder import fingerprint_of, unit_length
from labstudio.labeling.suggest.threads import one_thread
from labstudio.pictures import upright

Picture = str | Path | bytes
"""An image file by its path, or its bytes."""

_SIDE = 32  # of the square that an image is looked at in
_CELL = 4
_TURNS = 9
_PATCH = 6
_LEARNED_FROM = 2_000  # images
_PATCHES = 20_000
_CELLS_SIDE = _SIDE // _CELL
_TURNED = ("edges", "patches")  # what is turned to its main directions


def decode(picture: Picture, size: tuple[int, int] | None = None, name: str = "") -> np.ndarray:
    """Return an image upright as RGB [H, W, 3] from 0 to 1, in `size` (width, height) where that is given.

    Raises
    ------
    Invalid
        Where the file is no image, is cut short, or has too many pixels.
    """
    from PIL import Image

    called = name or ("this image" if isinstance(picture, bytes) else Path(picture).name)
    try:
        content = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        found = upright(io.BytesIO(content), 2 * max(size) if size is not None else None)
    except (OSError, Invalid) as error:
        raise Invalid(
            f"{called} cannot be read as an image: {error} Replace the file or leave it out."
        ) from None
    if found.mode == "RGBA":
        found = Image.alpha_composite(Image.new("RGBA", found.size, "white"), found).convert("RGB")
    if size is not None:
        found = found.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(found, dtype=np.float32) / 255.0


class ImageEncoder:
    """Histograms of oriented gradients, k-means patches (Coates et al. 2011) and a colour histogram.

    Parameters
    ----------
    patches : int
        How many kinds of small patches are learned.
    directions : int
        Length of the vectors, at most: edges and patches are turned to their main directions.

    Examples
    --------
    >>> from PIL import Image
    >>> def picture(shade):
    ...     out = io.BytesIO()
    ...     Image.new("RGB", (9, 7), (shade, 40, 90)).save(out, "PNG")
    ...     return out.getvalue()
    >>> pictures = [picture(shade) for shade in range(0, 250, 10)]
    >>> vectors = ImageEncoder(patches=8, directions=4).fit(pictures).encode(pictures)
    >>> len(vectors), vectors.dtype.name
    (25, 'float32')
    """

    def __init__(self, patches: int = 100, directions: int = 128, seed: int = 0) -> None:
        self.patches, self.directions, self.seed = patches, directions, seed

    def fit(self, items: Sequence[Picture]) -> Self:
        """Learn patches and directions from a sample of images."""
        with one_thread():
            self._learn(list(items)[:: max(1, len(items) // _LEARNED_FROM)])
        return self

    def _learn(self, some: Sequence[Picture]) -> None:
        from sklearn.cluster import MiniBatchKMeans
        from sklearn.decomposition import PCA

        random = np.random.default_rng(self.seed)
        greys, _ = self._squares(some)
        each = max(1, _PATCHES // max(len(greys), 1))
        spots = random.integers(0, _SIDE - _PATCH + 1, (len(greys), each, 2))
        windows = np.lib.stride_tricks.sliding_window_view(greys, (_PATCH, _PATCH), axis=(1, 2))
        cut = windows[np.arange(len(greys))[:, None], spots[..., 0], spots[..., 1]]
        flat = _contrast(cut.reshape(-1, _PATCH * _PATCH))
        self.mean = flat.mean(axis=0)
        values, turned = np.linalg.eigh(np.cov((flat - self.mean).T) + 1e-6 * np.eye(_PATCH * _PATCH))
        self.whiten = (turned / np.sqrt(values + 0.1)) @ turned.T
        kinds = min(self.patches, len(flat))
        found = MiniBatchKMeans(kinds, random_state=self.seed, n_init=1, batch_size=2_048, max_iter=30)
        self.kinds = found.fit((flat - self.mean) @ self.whiten).cluster_centers_
        self.turns = []  # of each block its middle, and its main directions
        for block in self._blocks(some)[:-1]:
            width = max(1, min(self.directions // 2, len(block) - 1, block.shape[1]))
            pca = PCA(width, random_state=self.seed, svd_solver="randomized").fit(block)
            self.turns.append((pca.mean_, pca.components_))

    @property
    def options(self) -> dict[str, int]:
        """How it was made."""
        return {"patches": self.patches, "directions": self.directions, "seed": self.seed}

    @property
    def learned(self) -> dict[str, np.ndarray]:
        """What it has learned, by name."""
        found = {"mean": self.mean, "whiten": self.whiten, "kinds": self.kinds}
        for name, (mean, directions) in zip(_TURNED, self.turns, strict=True):
            found |= {f"{name}_mean": mean, f"{name}_directions": directions}
        return found

    @classmethod
    def of(cls, options: dict[str, int], learned: dict[str, np.ndarray]) -> Self:
        """Make it again from its options and from what it has learned."""
        made = cls(**options)
        made.mean, made.whiten, made.kinds = (learned[name] for name in ("mean", "whiten", "kinds"))
        made.turns = [(learned[f"{name}_mean"], learned[f"{name}_directions"]) for name in _TURNED]
        return made

    @property
    def fingerprint(self) -> str:
        return fingerprint_of("image", self.options, list(self.learned.values()))

    def encode(self, items: Sequence[Picture]) -> np.ndarray:
        """Return vectors [N, D] of images."""
        with one_thread():
            edges, patches, colours = self._blocks(items)
        turned = [
            unit_length((block - mean) @ directions.T)
            for (mean, directions), block in zip(self.turns, (edges, patches), strict=True)
        ]
        return np.concatenate([*turned, 0.5 * colours], axis=1).astype(np.float32)

    def _squares(self, items: Sequence[Picture]) -> tuple[np.ndarray, np.ndarray]:
        """Grey squares [N, side, side], and the colour histograms [N, 64] of the same images."""
        greys = np.empty((len(items), _SIDE, _SIDE), dtype=np.float32)
        colours = np.zeros((len(items), 64), dtype=np.float32)
        for place, item in enumerate(items):
            rgb = decode(item, (_SIDE, _SIDE))
            greys[place] = rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
            bins = np.minimum((rgb * 4).astype(int), 3).reshape(-1, 3) @ np.array([16, 4, 1])
            # differences in shade of grey are no colours
            colourful = np.ptp(rgb.reshape(-1, 3), axis=1) > 0.08
            colours[place] = np.sqrt(np.bincount(bins[colourful], minlength=64) / len(bins))
        return greys, colours

    def _blocks(self, items: Sequence[Picture]) -> list[np.ndarray]:
        greys, colours = self._squares(items)
        parts = [greys[at : at + 256] for at in range(0, len(greys), 256)] or [greys]
        edges = np.concatenate([_oriented_gradients(part) for part in parts])
        return [edges, np.concatenate([self._pooled(part) for part in parts]), colours]

    def _pooled(self, greys: np.ndarray) -> np.ndarray:
        """How much of each kind of patch is in each quarter of the square, and in its middle."""
        windows = np.lib.stride_tricks.sliding_window_view(greys, (_PATCH, _PATCH), axis=(1, 2))[:, ::2, ::2]
        count, down, across = windows.shape[:3]
        flat = (_contrast(windows.reshape(-1, _PATCH * _PATCH)) - self.mean) @ self.whiten
        squared = (flat**2).sum(axis=1)[:, None] - 2 * flat @ self.kinds.T + (self.kinds**2).sum(axis=1)
        far = np.sqrt(np.maximum(squared, 0))
        near = np.maximum(0, far.mean(axis=1, keepdims=True) - far).reshape(count, down, across, -1)
        thirds = [slice(at * down // 3, (at + 1) * down // 3) for at in range(3)]
        pooled = [near[:, y, x].mean(axis=(1, 2)) for y in thirds for x in thirds]
        return np.sqrt(np.concatenate(pooled, axis=1))


def _contrast(patches: np.ndarray) -> np.ndarray:
    centred = patches - patches.mean(axis=1, keepdims=True)
    found: np.ndarray = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 0.01)
    return found


def _oriented_gradients(greys: np.ndarray) -> np.ndarray:
    """Histograms of oriented gradients (Dalal and Triggs 2005) of squares [N, side, side]."""
    down, across = np.gradient(greys, axis=(1, 2))
    strength = np.hypot(down, across)
    turn = (np.arctan2(down, across) % np.pi) / np.pi * _TURNS
    low = np.floor(turn).astype(int)
    share = turn - low
    cells = np.zeros((len(greys), _CELLS_SIDE, _CELLS_SIDE, _TURNS), dtype=np.float32)
    shape = (len(greys), _CELLS_SIDE, _CELL, _CELLS_SIDE, _CELL)
    for code in range(_TURNS):
        of_code = strength * ((low % _TURNS == code) * (1 - share) + ((low + 1) % _TURNS == code) * share)
        cells[..., code] = of_code.reshape(shape).sum(axis=(2, 4))
    window = (2, 2)
    blocks = np.lib.stride_tricks.sliding_window_view(cells, window, axis=(1, 2))
    flat = blocks.reshape(len(greys), -1, 4 * _TURNS)
    lengths = np.sqrt((flat**2).sum(axis=2, keepdims=True) + 1e-3)
    return np.asarray((flat / lengths).reshape(len(greys), -1))
