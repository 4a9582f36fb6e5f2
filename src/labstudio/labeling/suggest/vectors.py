"""Vectors of items, each computed once: kept by the item's hash and the encoder's fingerprint.

Where they are kept is somebody else's: a cache has two methods. What was put there stays when the work is
ended, and the next call goes on from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from labstudio.errors import LabstudioError
from labstudio.labeling.suggest.encoders import Encoder

_AT_ONCE = 256


class VectorCache(Protocol):
    """Where vectors are kept."""

    def get(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Return those that are there, by the item's hash."""
        ...

    def put(self, fingerprint: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep some more."""
        ...


class InMemory:
    """A cache for as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], np.ndarray] = {}

    def get(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Return those that are there."""
        found = ((one, self._kept.get((fingerprint, one))) for one in hashes)
        return {one: vector for one, vector in found if vector is not None}

    def put(self, fingerprint: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep some more."""
        self._kept.update({(fingerprint, one): vector for one, vector in vectors.items()})


def vectors_of(
    encoder: Encoder,
    hashes: Sequence[str],
    load: Callable[[Sequence[int]], Any],
    cache: VectorCache,
    *,
    report: Callable[[int, int], bool] | None = None,
) -> tuple[np.ndarray, dict[int, str]]:
    """Return the vectors of items, encoding in batches what the cache does not hold.

    Parameters
    ----------
    encoder : Encoder
        Already learned.
    hashes : sequence of str
        Of the items' contents, in the order in which they are wanted: the first are encoded first.
    load : callable
        Takes places in `hashes` and returns those items as the encoder takes them.
    cache : VectorCache
        What is computed is put there, batch by batch.
    report : callable, optional
        Told how many are done and how many there are; False ends the work.

    Returns
    -------
    vectors : ndarray of shape (N, D)
        NaN in the rows of items that could not be encoded or were not reached.
    refused : dict of int to str
        Why an item could not be encoded, by its place.

    Examples
    --------
    >>> from labstudio.labeling.suggest.encoders import learn_encoder
    >>> texts = ["good wine", "bad wine", "bread"]
    >>> encoder = learn_encoder("text", "text", texts)
    >>> load = lambda rows: [texts[row] for row in rows]
    >>> vectors, refused = vectors_of(encoder, ["a", "b", "c"], load, InMemory())
    >>> vectors.shape, refused
    ((3, 2), {})
    """
    fingerprint = encoder.fingerprint
    found = dict(cache.get(fingerprint, hashes))
    missing = [place for place, one in enumerate(hashes) if one not in found]
    refused: dict[int, str] = {}
    for at in range(0, len(missing), _AT_ONCE):
        batch = missing[at : at + _AT_ONCE]
        made: dict[str, np.ndarray] = {}
        try:
            made.update(zip((hashes[place] for place in batch), encoder.encode(load(batch)), strict=True))
        except LabstudioError:  # one bad item does not cost the others
            for place in batch:
                try:
                    made[hashes[place]] = encoder.encode(load([place]))[0]
                except LabstudioError as error:
                    refused[place] = str(error)
        cache.put(fingerprint, made)
        found |= made
        if report is not None and not report(len(hashes) - len(missing) + at + len(batch), len(hashes)):
            break
    width = len(next(iter(found.values()))) if found else 1
    nothing = np.full(width, np.nan, dtype=np.float32)
    rows = [found.get(one, nothing) for one in hashes]
    return (np.stack(rows).astype(np.float32) if rows else np.zeros((0, width), dtype=np.float32)), refused
