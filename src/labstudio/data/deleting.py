"""Taking a version away for good, where nothing was made of it. Archiving only hides an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.errors import Conflict

if TYPE_CHECKING:
    from labstudio.data.version import Version
    from labstudio.store import Store


class Deleting:
    """The part of `labstudio.data.Data` that takes versions away."""

    _store: Store

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
        from sqlalchemy import delete, or_, select

        from labstudio.data.tables import asset_versions as t

        version = self.get(ref)
        used = self.dependants(version.ref)
        if used:
            shown = ", ".join(used[:10]) + (f" and {len(used) - 10} more" if len(used) > 10 else "")
            raise Conflict(
                f"{version.ref} cannot be deleted: it is used by {shown}. "
                f"Archive {version.name} to hide it from lists."
            )
        with self._store.write() as connection:
            connection.execute(delete(t).where(t.c.name == version.name, t.c.version == version.version))
            self._store.record(connection, "data.deleted", version.subject, rows=version.rows)
        files = {version.sha256, version.table_sha256}
        same = select(t.c.sha256, t.c.table_sha256).where(
            or_(t.c.sha256.in_(files), t.c.table_sha256.in_(files))
        )
        # nobody adds a version while this writes, and who adds the same table sees that its file is gone
        with self._store.write() as connection:
            for row in connection.execute(same):
                files -= set(row)
            for sha in files:
                self._store.files.remove(sha)
