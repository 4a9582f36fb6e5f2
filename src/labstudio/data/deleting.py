"""Taking a version away for good, where nothing was made of it. Archiving only hides an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, NotFound

if TYPE_CHECKING:
    from labstudio.data.checkouts import Checkouts
    from labstudio.data.version import Version
    from labstudio.store import Store


class Deleting:
    """The part of `labstudio.data.Data` that takes versions away."""

    _store: Store
    _checkouts: Checkouts

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...

    def dependants(self, ref: str) -> list[str]:
        """Return what was made of a version: runs, models, versions, by their names in the lineage."""
        subject = self.get(ref).subject
        return sorted({edge.target for edge in self._store.lineage(subject) if edge.source == subject})

    def delete(self, ref: str) -> None:
        """Delete one version for good; its number is not given again.

        Files that another version holds too are kept.

        Raises
        ------
        Conflict
            Something was made of it; the sentence lists what. Archive the asset instead.

        Examples
        --------
        >>> import tempfile, pandas as pd
        >>> from labstudio.data import Data
        >>> from labstudio.store import Store
        >>> store = Store.open(tempfile.mkdtemp())
        >>> data = Data(store)
        >>> _ = data.add("people", pd.DataFrame({"age": [31, 47]}))
        >>> data.delete("people@1")
        >>> data.add("people", pd.DataFrame({"age": [31, 47]})).ref
        'people@2'
        >>> store.close()
        """
        from sqlalchemy import delete, select

        from labstudio.data.tables import asset_versions as t

        version = self.get(ref)
        used = self.dependants(version.ref)
        if used:
            shown = ", ".join(used[:10]) + (f" and {len(used) - 10} more" if len(used) > 10 else "")
            raise Conflict(
                f"{version.ref} cannot be deleted: it is used by {shown}. "
                f"Archive {version.name} to hide it from lists."
            )
        folders = _Folders(self._store)
        held = folders.held(version.kind, version.sha256, version.table_sha256, version.found)
        with self._store.write() as connection:
            connection.execute(delete(t).where(t.c.name == version.name, t.c.version == version.version))
            self._store.record(connection, "data.deleted", version.subject, rows=version.rows)
        kept = select(t.c.kind, t.c.sha256, t.c.table_sha256, t.c.found)
        with self._store.read() as connection:  # what takes long to read is read before anybody has to wait
            for row in connection.execute(kept).all():
                folders.held(*row)
        # nobody adds a version while this writes, and who adds the same one sees that its files are gone
        with self._store.write() as connection:
            for row in connection.execute(kept):
                held -= folders.held(*row)
            for sha in held:
                self._store.files.remove(sha)
        self._checkouts.drop({version.sha256, version.table_sha256} & held)


class _Folders:
    """Which stored files a version holds; manifests are read once."""

    def __init__(self, store: Store) -> None:
        self._files = store.files
        self._known: dict[tuple[str, str], set[str]] = {}

    def held(self, kind: str, sha: str, table_sha: str, found: dict[str, Any]) -> set[str]:
        if kind != "folder":
            return {sha, table_sha, *(part for part, _ in found.get("parts", ()))}
        key = (sha, table_sha)
        if key not in self._known:
            from labstudio.data.folders.reading import Folder

            try:
                self._known[key] = {sha, table_sha, *Folder(self._files, sha, sha, table_sha).stored()}
            except NotFound:  # damaged: what cannot be read holds nothing that could be named
                self._known[key] = {sha, table_sha}
        return self._known[key]
