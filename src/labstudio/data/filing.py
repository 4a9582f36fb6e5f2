"""Files and folders as assets: listed, opened by path, written back to a disk.

A version of a file is its bytes. A version of a folder is a manifest (paths, sizes, hashes; its sha256 is the
version's) and a layout that says where the bytes lie; unchanged bytes are shared between versions.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from labstudio.data.folders import manifest
from labstudio.data.folders.items import Item, item, media_of
from labstudio.data.folders.manifest import File
from labstudio.data.folders.packing import SMALL
from labstudio.data.folders.reading import Folder, Stretch
from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.pictures import PICTURES

if TYPE_CHECKING:
    from labstudio.data.cache import Cache
    from labstudio.data.checkouts import Checkouts
    from labstudio.data.version import Version
    from labstudio.store import Store

_OPEN = 4  # folders whose manifest stays in memory


class Filing:
    """The part of `labstudio.data.Data` that opens files and folders.

    Labeling and galleries ask for `items` and open what they show by its path:

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> from labstudio.data import Data
    >>> from labstudio.store import Store
    >>> folder = Path(tempfile.mkdtemp())
    >>> for animal in ("cat", "dog"):
    ...     (folder / "pets" / animal).mkdir(parents=True)
    ...     Image.new("RGB", (8, 6)).save(folder / "pets" / animal / "1.png")
    >>> store = Store.open(folder / ".labstudio")
    >>> data = Data(store)
    >>> data.add("pets", folder / "pets").ref
    'pets@1'
    >>> [(one.path, one.label, one.width, one.height) for one in data.items("pets@1")]
    [('cat/1.png', 'cat', 8, 6), ('dog/1.png', 'dog', 8, 6)]
    >>> with data.open_file("pets@1", "cat/1.png") as file:
    ...     file.read(4)
    b'\\x89PNG'
    >>> store.close()
    """

    _store: Store
    _cache: Cache
    _checkouts: Checkouts
    _folders: dict[str, Folder]

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...
        def table(self, ref: str | Version) -> Path: ...
        def versions(self, name: str) -> list[Version]: ...

    def files(self, ref: str | Version) -> list[File]:
        """Return the files of a folder's version, by path; of a file's version, the one file.

        Raises
        ------
        Invalid
            The version is a table.
        """
        version = self._version_of(ref)
        if version.kind == "file":
            return [File(_filename(version), version.size, version.sha256)]
        return self.folder(version).files

    def folder(self, ref: str | Version) -> Folder:
        """Return a folder's version with its manifest read; the last few stay in memory."""
        version = self.get(ref) if isinstance(ref, str) else ref
        if version.kind != "folder":
            raise Invalid(f"{version.ref} is a {version.kind}, not a folder.")
        key = version.sha256 + version.table_sha256
        found = self._folders.get(key)
        if found is None:
            found = Folder(self._store.files, version.ref, version.sha256, version.table_sha256)
            while len(self._folders) >= _OPEN:
                self._folders.pop(next(iter(self._folders)), None)
            self._folders[key] = found
        return found

    def items(self, ref: str | Version) -> list[Item]:
        """Return the files of a version with kind, class by sub-folder, and the size of pictures.

        The sizes are read once per version, the first time in about 0.1 ms a picture, and kept in the cache.
        """
        version = self._version_of(ref)
        sizes = self._sizes(version)
        return [item(file, sizes.get(file.sha256)) for file in self.files(version)]

    def open_file(self, ref: str | Version, path: str = "") -> BinaryIO:
        """Open a file of a version for reading; a file's version needs no path.

        Raises
        ------
        NotFound
            There is no file of that path.
        """
        version = self._version_of(ref)
        if version.kind == "file":
            return self._store.files.path(self._only(version, path)).open("rb")
        return self.folder(version).open(path)

    def read_file(self, ref: str | Version, path: str = "") -> bytes:
        """Return the bytes of a file of a version."""
        with self.open_file(ref, path) as file:
            return file.read()

    def file_stretch(self, ref: str | Version, path: str = "") -> Stretch:
        """Say which bytes of which stored file hold a file, for who streams it."""
        version = self._version_of(ref)
        if version.kind == "file":
            return Stretch(self._store.files.path(self._only(version, path)), 0, version.size)
        return self.folder(version).stretch(path)

    def thumbnail(self, ref: str | Version, path: str = "", longest: int = 256) -> tuple[bytes, str]:
        """Return a small upright copy of a picture, and its media type.

        Raises
        ------
        Invalid
            It is no picture, is damaged, or too large to be decoded.
        """
        from labstudio.pictures import thumbnail

        with self.open_file(ref, path) as file:
            return thumbnail(file, longest)

    def path(self, ref: str | Version, path: str = "") -> Path:
        """Return where a version lies on this machine's disk, for reading only.

        Of a folder: a folder with all its files, written when first asked for; of a file: a file of its name.
        A table gives its Parquet file; one that lies in several parts, a file of all its rows. What is
        written stays for as long as this process does; a copy that nobody has asked for in a week is taken
        away and would be written again.
        """
        version = self.get(ref) if isinstance(ref, str) else ref
        if version.kind == "table":
            return self.table(version)
        place = self._checkouts.find(version.sha256)
        if place is None:
            with self._store.files.scratch() as aside:
                made = aside.parent / "checkout"
                made.mkdir()
                self._write(version, made, 0o444)
                place = self._checkouts.adopt(made, version.sha256)
        inside = place / _filename(version) if version.kind == "file" else place
        if not path:
            return inside
        return inside / self.folder(version).file(path).path if version.kind == "folder" else inside

    def download(self, ref: str | Version, to: str | Path) -> Path:
        """Write a version as it was added to a new place: a file, or a folder with all its files.

        Raises
        ------
        Conflict
            There is something already.
        Invalid
            A table of a DataFrame has no file; export it.

        Examples
        --------
        >>> import tempfile
        >>> from labstudio.data import Data
        >>> from labstudio.store import Store
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "train.py").write_text("print(1)")
        >>> store = Store.open(folder / ".labstudio")
        >>> data = Data(store)
        >>> _ = data.add("train-script", folder / "train.py")
        >>> _ = (folder / "train.py").write_text("print(2)")
        >>> data.download("train-script@1", folder / "old.py").read_text()
        'print(1)'
        >>> store.close()
        """
        version = self.get(ref) if isinstance(ref, str) else ref
        target = Path(to).expanduser()
        if version.kind != "folder" and target.is_dir():
            target /= _filename(version)
        if target.exists() or target.is_symlink():
            raise Conflict(f"{target} is there already; choose another place.")
        aside = target.with_name(f".{target.name}.part-{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                if version.kind == "folder":
                    aside.mkdir()
                    self._write(version, aside)
                else:
                    shutil.copyfile(self.original(version)[0], aside)
                os.replace(aside, target)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
                aside.unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(
                f"{target} cannot be written ({error.strerror}); choose another place."
            ) from None
        return target

    def original(self, ref: str | Version) -> tuple[Path, str]:
        """Return the stored file that holds the bytes as they were added, and the name that it had.

        Raises
        ------
        Invalid
            There is none: it was made from a frame, by a recipe, or is a folder.
        """
        version = self.get(ref) if isinstance(ref, str) else ref
        made = version.found.get("format") in ("frame", "appended", "recipe") or version.kind == "folder"
        if made or not self._store.files.has(version.sha256):
            raise Invalid(
                f"{version.ref} was made from {version.source}, not from a file; export it instead."
            )
        return self._store.files.path(version.sha256), _filename(version)

    def _sizes(self, version: Version) -> dict[str, tuple[int, int]]:
        """Return width and height of the pictures of a version by their sha256."""
        from labstudio.pictures import upright_size

        known = self._kept_sizes(version)
        if known is not None:
            return _pairs(known)
        for earlier in self.versions(version.name) if version.kind == "folder" else ():
            known = self._kept_sizes(earlier) or known
            if known is not None:
                break
        sizes: dict[str, list[int] | None] = {}
        for file in self.files(version):
            if media_of(file.path) in PICTURES and file.sha256 not in sizes:
                if known is not None and file.sha256 in known:
                    sizes[file.sha256] = known[file.sha256]
                    continue
                with self.open_file(version, file.path) as opened:
                    found = upright_size(opened)
                sizes[file.sha256] = list(found) if found else None
        with self._cache.making(_sizes_name(version)) as place:
            place.write_text(json.dumps(sizes))
        return _pairs(sizes)

    def _kept_sizes(self, version: Version) -> dict[str, list[int] | None] | None:
        kept = self._cache.find(_sizes_name(version))
        try:
            return json.loads(kept.read_text()) if kept is not None else None
        except (OSError, ValueError):
            return None

    def _write(self, version: Version, folder: Path, mode: int = 0o644) -> None:
        """Write the files of a version into an empty folder."""
        for path, opened in self._contents(version):
            target = folder / manifest.checked(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, SMALL)
            target.chmod(mode)

    def _contents(self, version: Version) -> Iterator[tuple[str, BinaryIO]]:
        for file in self.files(version):
            yield file.path, self.open_file(version, file.path)

    def _version_of(self, ref: str | Version) -> Version:
        version = self.get(ref) if isinstance(ref, str) else ref
        if version.kind == "table":
            raise Invalid(f"{version.ref} is a table, not a folder or a file; look at its rows.")
        return version

    def _only(self, version: Version, path: str) -> str:
        filename = _filename(version)
        if path not in ("", filename):
            raise NotFound(f"{version.ref} is one file, {filename}; there is no {path[:200]!r} in it.")
        return version.sha256


def _filename(version: Version) -> str:
    name = version.found.get("filename") or Path(version.source).name or version.name
    return Path(str(name)).name.lstrip(".") or version.name


def _sizes_name(version: Version) -> str:
    return f"sizes-{version.sha256}"


def _pairs(sizes: dict[str, list[int] | None]) -> dict[str, tuple[int, int]]:
    return {sha: (size[0], size[1]) for sha, size in sizes.items() if size is not None}
