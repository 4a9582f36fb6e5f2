"""How versions of files and folders come to be: bytes by their hash, small ones packed, none stored twice."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.adding import asset_name, copied, said_origin
from labstudio.data.folders import manifest, packing
from labstudio.data.folders.items import item, media_of
from labstudio.data.folders.manifest import File
from labstudio.data.folders.packing import Layout, Packing
from labstudio.data.folders.reading import Folder
from labstudio.data.options import ImportOptions
from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.pictures import PICTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from labstudio.data.cache import Cache
    from labstudio.data.folders.scanning import Listing
    from labstudio.data.version import Version
    from labstudio.store import Store

_MOST_LABELS = 1_000


class Keeping:
    """The part of `labstudio.data.Data` that makes versions of files and folders."""

    _store: Store
    _cache: Cache

    if TYPE_CHECKING:

        def versions(self, name: str) -> list[Version]: ...
        def files(self, ref: str | Version) -> list[File]: ...
        def folder(self, ref: str | Version) -> Folder: ...
        def _there(self, name: str, identity: str) -> dict[str, Any] | None: ...
        def _append(
            self,
            name: str,
            options: ImportOptions,
            source: str,
            row: dict[str, Any],
            links: Sequence[tuple[str, str]] = (),
            stored: Sequence[str] = (),
        ) -> Version: ...

    def _keep_file(self, name: str, path: Path, origin: str | dict[str, Any]) -> Version:
        """Keep a file as it is as the next version."""
        source, known = said_origin(path, origin)
        filename = Path(path.name if known and known["kind"] == "path" else source).name
        with self._store.files.scratch() as place:
            copied(path, place)
            size = place.stat().st_size
            sha = self._store.files.adopt(place)
        found = {"format": "file", "filename": filename, "media": media_of(filename)}
        row = {"kind": "file", "identity": sha, "sha256": sha, "table_sha256": sha, "rows": 1, "size": size,
               "schema": [], "found": found, "origin": known}  # fmt: skip
        return self._append(name, ImportOptions(), source, row)

    def _add_folder(self, name: str, path: Path, origin: str | dict[str, Any]) -> Version:
        """Keep a folder, or what is in a zip archive, as the next version."""
        from labstudio.data.folders.scanning import scan

        source, known = said_origin(path, origin)
        if not path.is_dir():
            return self._add_archive(name, path, source, known)
        return self._add_tree(name, scan(path), str(path.absolute()), source, known)

    def put_folder(self, name: str, tree: Listing, place: str, origin: dict[str, Any]) -> Version:
        """Keep a folder that was listed elsewhere, such as in a datastore, as the next version of `name`.

        Parameters
        ----------
        name : str
            Name of the asset.
        tree : Listing
            Its files, to be opened one after the other; what looks as it did last time is not opened.
        place : str
            What tells the folder from all others.
        origin : dict
            What makes the version again, with the ``"kind"`` that `again` knows.
        """
        return self._add_tree(asset_name(name), tree, place, origin["source"], origin)

    def _add_tree(
        self, name: str, tree: Listing, place: str, source: str, origin: dict[str, Any] | None
    ) -> Version:
        from labstudio.data.folders.remembered import Remembered
        from labstudio.data.folders.scanning import check_names

        remembered = Remembered(self._cache, place)
        digest = tree.digest()
        sha = remembered.manifest(digest) if digest is not None else None
        there = self._there(name, sha) if sha is not None else None
        if there is not None:
            return self._append(name, ImportOptions(), source, there | {"origin": origin})
        check_names(tree)
        hashes = remembered.hashes()
        found: dict[str, File] = {}
        with Packing(self._store.files, self._layout_before(name)) as pack:
            unread = []
            for seen in tree.files:
                known = hashes.get(seen)
                if known is not None and pack.has(known, seen.size):
                    found[seen.path] = File(seen.path, seen.size, known)
                else:
                    unread.append(seen)
            for seen, file in tree.opened(unread):
                taken = pack.take(file, seen.size)
                found[seen.path] = File(seen.path, taken.size, taken.sha256)
            extra = {"links": tree.links} if tree.links else {}
            version = self._keep_folder(name, [*found.values()], pack, source, origin, extra)
        remembered.keep(tree, version.sha256, [found[seen.path].sha256 for seen in tree.files])
        return version

    def _add_archive(self, name: str, path: Path, source: str, origin: dict[str, Any] | None) -> Version:
        from labstudio.data.reading.archives import tree

        if not path.exists():
            raise NotFound(f"There is no folder or file {path}.")
        found: dict[str, File] = {}
        with Packing(self._store.files, self._layout_before(name)) as pack, closing(tree(path)) as members:
            for member, size, content in members:
                member = manifest.checked(member.replace("\\", "/"))
                if member in found:
                    raise Invalid(f"The archive holds {member!r} twice; pack it again.")
                if len(found) >= manifest.MOST_FILES:
                    raise Invalid(f"The archive holds more than {manifest.MOST_FILES:,} files.")
                taken = pack.take(content, size)  # type: ignore[arg-type]
                found[member] = File(member, taken.size, taken.sha256)
            if not found:
                raise Invalid("The zip archive holds no file.")
            return self._keep_folder(name, list(found.values()), pack, source, origin, {"packed": "zip"})

    def _append_folder(self, before: Version, source: str | Path | pd.DataFrame, called: str) -> Version:
        """Add a file, or the files of a folder, to those of a version."""
        from labstudio.data.folders.scanning import lone, scan

        if not isinstance(source, (str, Path)):
            raise Invalid(f"{before.ref} is a folder; name a file, or a folder whose files are to be added.")
        path = Path(source).expanduser()
        tree = lone(path, called or path.name) if path.is_file() else scan(path)
        return self._append_tree(before, tree, called or str(source))

    def _append_tree(self, before: Version, tree: Listing, said: str) -> Version:
        """Add files to those of a version; one of the same path takes the old one's place."""
        from labstudio.data.folders.scanning import check_names

        check_names(tree)
        files = {file.path: file for file in self.files(before)}
        with Packing(self._store.files, self.folder(before).layout) as pack:
            for seen, file in tree.opened(tree.files):
                taken = pack.take(file, seen.size)
                files[seen.path] = File(seen.path, taken.size, taken.sha256)
            count = len(tree.files)
            said = f"{before.ref} and {count:,} {'file' if count == 1 else 'files'} of {said}"
            links = [(before.subject, "appended")]
            return self._keep_folder(before.name, list(files.values()), pack, said, None, {}, links)

    def _keep_folder(
        self,
        name: str,
        found: list[File],
        pack: Packing,
        source: str,
        origin: dict[str, Any] | None,
        extra: dict[str, Any],
        links: Sequence[tuple[str, str]] = (),
    ) -> Version:
        content = manifest.encode(found)
        identity = hashlib.sha256(content).hexdigest()
        there = self._there(name, identity)
        if there is not None:  # the packs that were filled are dropped
            return self._append(name, ImportOptions(), source, there | {"origin": origin}, links)
        layout = pack.finish(file.sha256 for file in found)
        files = self._store.files
        sha, where = files.put_bytes(content), files.put_bytes(packing.encode(layout))
        labels: dict[str, int] = {}
        kinds: dict[str, int] = {}
        for file in found:
            one = item(file)
            labels[one.label] = labels.get(one.label, 0) + 1
            kind = "image" if one.media in PICTURES else one.media.partition("/")[0] or "other"
            kinds[kind] = kinds.get(kind, 0) + 1
        about = {"format": "folder", "kinds": kinds, **extra}
        if len(labels) <= _MOST_LABELS:
            about["labels"] = dict(sorted(labels.items()))
        row = {"kind": "folder", "identity": identity, "sha256": sha, "table_sha256": where,
               "rows": len(found), "size": sum(file.size for file in found), "schema": [], "found": about,
               "origin": origin}  # fmt: skip
        stored = {place.pack for place in layout.values()} | {
            f.sha256 for f in found if f.sha256 not in layout
        }
        return self._append(name, ImportOptions(), source, row, links, sorted({sha, *stored}))

    def _layout_before(self, name: str) -> Layout:
        """Return where the bytes of the newest version lie, as far as they are there."""
        try:
            newest = self.versions(name)[0]
        except NotFound:
            return {}
        if newest.kind != "folder":
            raise Conflict(f"{newest.name} holds a {newest.kind}, not a folder; choose another name.")
        try:
            layout = self.folder(newest).layout
        except NotFound:
            return {}
        gone = {pack for pack in {place.pack for place in layout.values()} if not self._store.files.has(pack)}
        return {sha: place for sha, place in layout.items() if place.pack not in gone} if gone else layout
