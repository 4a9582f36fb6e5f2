"""What a folder looked like when it was last added: what has the same size, time and mark is not read again.

It lies in the workspace's cache: where it is gone or damaged, all files are read again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress

from labstudio.data.cache import Cache
from labstudio.data.folders.scanning import Listing, Seen


class Remembered:
    """The last look at one folder.

    Parameters
    ----------
    cache : Cache
        Where it is kept.
    place : str
        What tells the folder from all others.
    """

    def __init__(self, cache: Cache, place: str) -> None:
        self._cache = cache
        self._name = "folder-" + hashlib.sha256(os.fsencode(place)).hexdigest()[:40]

    def manifest(self, digest: str) -> str | None:
        """Return the manifest's sha256, where the whole folder looks as it did."""
        with suppress(OSError, ValueError, KeyError, StopIteration):
            about = json.loads(next(self._lines()))
            return str(about["manifest"]) if about["digest"] == digest else None
        return None

    def hashes(self) -> dict[Seen, str]:
        """Return what each file's bytes were, by how it looked."""
        with suppress(OSError, ValueError, TypeError, StopIteration):
            lines = self._lines()
            next(lines)
            return {Seen(*known[:4]): known[4] for known in json.loads(next(lines))}
        return {}

    def keep(self, tree: Listing, manifest: str, hashes: Iterable[str]) -> None:
        """Remember a look; files that changed too recently to be told apart are read again next time."""
        known = [(*seen, sha) for seen, sha in zip(tree.files, hashes, strict=True) if tree.settled(seen)]
        with self._cache.making(self._name) as place, place.open("w", encoding="utf-8") as out:
            out.write(json.dumps({"digest": tree.digest(), "manifest": manifest}) + "\n")
            out.write(json.dumps(known) + "\n")

    def _lines(self) -> Iterator[str]:
        path = self._cache.find(self._name)
        if path is None:
            raise FileNotFoundError
        with path.open(encoding="utf-8") as file:
            yield from file
