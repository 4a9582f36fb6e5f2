"""What is shown and handed out of versions: texts, what differs between files, tables in other formats."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from labstudio.data.folders import texts
from labstudio.data.folders.comparing import Changes, compare_files
from labstudio.data.folders.items import is_text, media_of
from labstudio.errors import Invalid

if TYPE_CHECKING:
    from labstudio.data.cache import Cache
    from labstudio.data.export import ExportOptions
    from labstudio.data.folders.manifest import File
    from labstudio.data.parts import Stored
    from labstudio.data.version import Version


class Showing:
    """The part of `labstudio.data.Data` that shows files and hands out tables."""

    _cache: Cache

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...
        def table(self, ref: str | Version) -> Path: ...
        def stored(self, ref: str | Version) -> Stored: ...
        def files(self, ref: str | Version) -> list[File]: ...
        def open_file(self, ref: str | Version, path: str = "") -> BinaryIO: ...

    def text(self, ref: str | Version, path: str = "") -> texts.Text | None:
        """Return the beginning of a file as text; None where it is none. Of a notebook: its cells."""
        media = media_of(path or self.files(ref)[0].path)
        most = texts.COMPARED if media.endswith("ipynb+json") else texts.SHOWN
        with self.open_file(ref, path) as file:
            content = file.read(most + 1)
        return texts.text_of(content[:most], media, cut=len(content) > most)

    def changes(self, before: str, after: str, path: str = "") -> Changes:
        """Say what differs between two versions of a file or a folder.

        Parameters
        ----------
        before, after : str
            Such as ``"pets@1"`` and ``"pets@2"``.
        path : str, optional
            A file of both: what differs in it, line by line, where it is a text. Of two versions of one file
            that need not be told.

        Raises
        ------
        Invalid
            One of them is a table, or they are of different kinds.
        """
        old, new = self.get(before), self.get(after)
        if old.kind != new.kind:
            raise Invalid(f"{old.ref} is a {old.kind} and {new.ref} a {new.kind}; they cannot be compared.")
        ours, theirs = self.files(old), self.files(new)
        if old.kind == "file":  # it may have been renamed
            ours = [_called(file, theirs[0].path) for file in ours]
        found = compare_files((old.ref, new.ref), ours, theirs)
        if not path and old.kind == "folder":
            return found
        shown = path or theirs[0].path
        sides = [self._compared(one, path) for one in (old, new)]
        if None in sides:
            return found
        names = (f"{old.ref}/{shown}", f"{new.ref}/{shown}")
        return replace(found, diff=texts.difference(sides[0] or "", sides[1] or "", names))

    def export(self, ref: str | Version, path: str | Path, options: ExportOptions | None = None) -> Path:
        """Write a table as CSV, Parquet, JSON lines or Excel, by the name's ending or as `options` say.

        Texts that a spreadsheet would run as formulas are made harmless unless `options` say otherwise; see
        `labstudio.data.export`. A file that is there is replaced when all is written.

        Raises
        ------
        Invalid
            The version is no table, or the format cannot hold it.

        Examples
        --------
        >>> import tempfile, pandas as pd
        >>> from labstudio.data import Data
        >>> from labstudio.store import Store
        >>> folder = Path(tempfile.mkdtemp())
        >>> store = Store.open(folder / ".labstudio")
        >>> data = Data(store)
        >>> _ = data.add("notes", pd.DataFrame({"said": ["=1+1", "-2"]}))
        >>> data.export("notes", folder / "notes.csv").read_text()
        '"said"\\n"\\'=1+1"\\n"-2"\\n'
        >>> store.close()
        """
        from labstudio.data.export import ExportOptions, export_table

        target = Path(path).expanduser()
        export_table(self.stored(ref), target, options or ExportOptions())
        return target

    def exported(self, ref: str | Version, options: ExportOptions) -> Path:
        """Return a file of a table in a format, made once and kept in the cache, for who sends it."""
        version = self.get(ref) if isinstance(ref, str) else ref
        if options.format in (None, "parquet"):
            return self.table(version)
        from labstudio.data.export import export_table

        name = f"export-{version.table_sha256}-{int(options.formulas)}.{options.format}"
        found = self._cache.find(name)
        if found is None:
            with self._cache.making(name) as place:
                made = place.with_name(f"made.{options.format}")
                export_table(self.stored(version), made, options)
                made.rename(place)
            found = self._cache.folder / name
        return found

    def zipped(self, ref: str | Version) -> Path:
        """Return a zip archive of a folder's version, made once and kept in the cache, for who sends it."""
        version = self.get(ref) if isinstance(ref, str) else ref
        name = f"zip-{version.sha256}.zip"
        found = self._cache.find(name)
        if found is None:
            with self._cache.making(name) as place, zipfile.ZipFile(place, "w") as archive:
                for file in self.files(version):
                    # the time is always the same, so that the same version is the same archive
                    info = zipfile.ZipInfo(file.path)
                    info.compress_type = zipfile.ZIP_DEFLATED if is_text(media_of(file.path)) else 0
                    info.external_attr = 0o644 << 16
                    with self.open_file(version, file.path) as source, archive.open(info, "w") as out:
                        shutil.copyfileobj(source, out)
            found = self._cache.folder / name
        return found

    def _compared(self, version: Version, path: str) -> str | None:
        """A file as lines to be compared; empty where the version has none of this path."""
        files = self.files(version)
        if path and version.kind == "folder" and path not in {file.path for file in files}:
            return ""
        media = media_of(path or files[0].path)
        with self.open_file(version, path if version.kind == "folder" else "") as file:
            content = file.read(texts.COMPARED + 1)
        found = None if len(content) > texts.COMPARED else texts.text_of(content, media)
        return None if found is None else found.text


def _called(file: File, path: str) -> File:
    """The same bytes under another path."""
    return file._replace(path=path)
