"""What every encoder is: items in, one vector each out. It knows no cache, no store and no labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np


class Encoder(Protocol):
    """Turns items into vectors of one length, the same items always into the same vectors.

    Encoders are plain objects that can be pickled: whoever keeps vectors keeps the encoder beside them, under
    its fingerprint, so that later items are encoded in the same way.
    """

    @property
    def fingerprint(self) -> str:
        """Hash of all that decides about a vector: kind of encoder, options and what was learned."""
        ...

    def encode(self, items: Any) -> np.ndarray:
        """Return vectors [N, D] in float32 of a frame's rows, of texts, or of images (paths or bytes)."""
        ...


def fingerprint_of(name: str, options: object, learned: Sequence[object] = ()) -> str:
    """Hash an encoder's name and options (plain values) and what it has learned (arrays or plain values).

    Examples
    --------
    >>> fingerprint_of("mean", {"size": 8}) == fingerprint_of("mean", {"size": 9})
    False
    """
    digest = hashlib.sha256(json.dumps([name, options], sort_keys=True, default=str).encode())
    for part in learned:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            part = np.ascontiguousarray(part).tobytes()
        digest.update(
            part if isinstance(part, bytes) else json.dumps(part, sort_keys=True, default=str).encode()
        )
        digest.update(b"\0")
    return digest.hexdigest()


def unit_length(vectors: np.ndarray) -> np.ndarray:
    """Scale vectors [N, D] to length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)
