"""The items of a project as vectors: read once a version, made once an item, kept on disk by their hash."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.suggest.encoders import Encoder


UNREADABLE = (OSError, ValueError, KeyError, BadZipFile)
"""What reading a file of arrays fails with that a full disk has cut short."""


class DiskVectors:
    """Vectors in a folder that may be deleted at any time: files of hashes and of vectors, written once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, np.ndarray]] = {}

    def get(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Return those that are there, by the item's hash."""
        if fingerprint not in self._known:
            kept: dict[str, np.ndarray] = {}
            for path in sorted((self._folder / fingerprint[:32]).glob("*.npz")):
                try:
                    with np.load(path, allow_pickle=False) as file:
                        kept.update(zip(file["hashes"].tolist(), file["vectors"], strict=True))
                except UNREADABLE:
                    path.unlink(missing_ok=True)  # it is made again
            self._known[fingerprint] = kept
        known = self._known[fingerprint]
        return {one: known[one] for one in hashes if one in known}

    def put(self, fingerprint: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep some more."""
        if not vectors:
            return
        folder = self._folder / fingerprint[:32]
        arrays = {"hashes": np.array(list(vectors)), "vectors": np.stack(list(vectors.values()))}
        keep_arrays(folder / f"{time.time_ns()}-{secrets.token_hex(4)}.npz", arrays)
        self._known.setdefault(fingerprint, {}).update(vectors)


def keep_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays to a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    place = path.parent / f".{secrets.token_hex(8)}"
    with place.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    os.replace(place, path)


class ItemVectors:
    """The items of the newest version that a project knows.

    Attributes
    ----------
    numbers : ndarray of int
        Of the items that could be encoded.
    vectors : ndarray of shape (N, D)
        Theirs.
    row : dict of int to int
        Where an item is in both.
    sizes : list of (int, int)
        Width and height of images, upright.
    encoder : str
        Fingerprint of the encoder.
    refused : dict of int to str
        Why an item could not be encoded, by its place among all.

    Parameters
    ----------
    labeling : Labeling
        Where the project is.
    ref : str
        The project.
    """

    def __init__(self, labeling: Labeling, ref: str) -> None:
        self._labeling = labeling
        self._store = labeling._store
        self.project = labeling.get(ref)
        self._loaded = 0  # the version whose items are known

    def load(self) -> None:
        """Read the items of the newest version and make the vectors that are not there yet."""
        from sqlalchemy import select

        from labstudio.labeling.suggest.encoders import learn_encoder
        from labstudio.labeling.suggest.vectors import vectors_of
        from labstudio.labeling.tables import items as t

        self.project = project = self._labeling.get(self.project.id)
        if self._loaded == project.version:
            return
        query = (
            select(t.c.number, t.c.content, t.c.place, t.c.width, t.c.height)
            .where(t.c.project == project.number, t.c.version == project.version, t.c.retired.is_(None))
            .order_by(t.c.place)
        )
        with self._store.read() as connection:
            found = connection.execute(query).all()
        if not found:
            raise Invalid(f"{project.name} has no items to learn from.")
        places, hashes = np.array([row.place for row in found]), [row.content for row in found]
        version = self._labeling._data.get(project.ref)
        source = self._labeling._source(project)

        def load(rows: Sequence[int]) -> Any:
            return source.for_encoder(version, [int(places[row]) for row in rows])

        # what is no image has no size, and teaches nothing
        readable = [row for row, one in enumerate(found) if project.item_kind != "image" or one.width]
        self._encoder = encoder = learn_encoder(project.settings.encoder, project.item_kind, load(readable))
        cache = DiskVectors(Path(self._store.root) / "vectors")
        vectors, self.refused = vectors_of(encoder, hashes, load, cache)
        whole = np.isfinite(vectors).all(axis=1)
        self.vectors, self.encoder = vectors[whole], encoder.fingerprint
        self.numbers = np.array([row.number for row in found])[whole]
        self.row = {int(number): row for row, number in enumerate(self.numbers)}
        self.sizes = [(one.width, one.height) for one, fits in zip(found, whole, strict=True) if fits]
        self._source, self._version, self._places = source, version, places[whole]
        self._loaded = project.version

    def by_item(self) -> tuple[dict[int, np.ndarray], Encoder]:
        """Return the vectors of all items that could be encoded, and their encoder."""
        self.load()
        return {number: self.vectors[row] for number, row in self.row.items()}, self._encoder

    def contents(self, rows: Sequence[int]) -> Any:
        """Return items as encoders take them: rows of a frame, texts, or the bytes of images."""
        return self._source.for_encoder(self._version, [int(self._places[row]) for row in rows])
