"""What is said of an asset as a whole: description, tags, owner, and whether it is put away.

A version never changes; what people say of the asset may. Archiving hides an asset and destroys nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labstudio.errors import Conflict, Invalid
from labstudio.store.identity import who

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from labstudio.data.assets import Version
    from labstudio.data.checkouts import Checkouts
    from labstudio.store import Store

_MOST_TAGS, _LONGEST_TAG, _LONGEST = 50, 100, 10_000


@dataclass(frozen=True)
class About:
    """What is said of an asset.

    Attributes
    ----------
    archived : float or None
        When it was put away, in seconds since 1970 UTC; None while it is in use.
    """

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    owner: str = ""
    archived: float | None = None


def remember(connection: Connection, name: str, kind: str, created: float) -> int:
    """Write that an asset gets its next version inside the caller's transaction; return the version's number.

    A number is given once, whatever becomes of the version.

    Raises
    ------
    Conflict
        The asset holds something else: a table stays a table.
    """
    from sqlalchemy import select

    from labstudio.data.tables import assets as t

    row = connection.execute(select(t).where(t.c.name == name)).mappings().first()
    if row is None:
        new = {"name": name, "kind": kind, "description": "", "tags": [], "owner": who(), "created": created}
        connection.execute(t.insert().values(new | {"newest": 1}))
        return 1
    if row["kind"] != kind:
        raise Conflict(f"{name} holds a {row['kind']}, not a {kind}; choose another name.")
    number = row["newest"] + 1
    connection.execute(t.update().where(t.c.name == name).values(newest=number))
    return number


class Described:
    """The part of `labstudio.data.Data` that keeps what is said of assets."""

    _store: Store
    _checkouts: Checkouts

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...
        def table(self, ref: str | Version) -> Path: ...
        def versions(self, name: str) -> list[Version]: ...

    def about(self, name: str) -> About:
        """Return what is said of an asset.

        Examples
        --------
        >>> import tempfile, pandas as pd
        >>> from labstudio.data import Data
        >>> from labstudio.store import Store
        >>> store = Store.open(tempfile.mkdtemp())
        >>> data = Data(store)
        >>> _ = data.add("people", pd.DataFrame({"age": [31, 47]}))
        >>> data.describe("people", tags=["hr", "2026", "hr"]).tags
        ('hr', '2026')
        >>> data.archive("people").archived is None, data.list()
        (False, [])
        >>> data.restore("people").archived is None, [one.ref for one in data.list()]
        (True, ['people@1'])
        >>> store.close()
        """
        from sqlalchemy import select

        from labstudio.data.tables import assets as t

        name = self.versions(name.partition("@")[0])[0].name
        with self._store.read() as connection:
            row = connection.execute(select(t).where(t.c.name == name)).mappings().first()
        return _about(row) if row is not None else About(name)

    def card(self, ref: str | Version) -> dict[str, Any]:
        """Return the Croissant card of a version; see `labstudio.data.croissant.card`."""
        from labstudio.data.croissant import card
        from labstudio.store.files import file_sha256

        version = self.get(ref) if isinstance(ref, str) else ref
        sha = version.table_sha256
        if len(version.parts) > 1:  # what is handed out is one file
            sha = file_sha256(self.table(version))
        original = self._store.files.has(version.sha256)
        return card(version, self.about(version.name), original=original, table_sha256=sha)

    def abouts(self) -> dict[str, About]:
        """Return what is said of every asset, by name."""
        from sqlalchemy import select

        from labstudio.data.tables import assets as t

        with self._store.read() as connection:
            rows = connection.execute(select(t)).mappings().all()
        return {row["name"]: _about(row) for row in rows}

    def describe(
        self,
        name: str,
        *,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        owner: str | None = None,
    ) -> About:
        """Change what is said of an asset; what is not given stays.

        Raises
        ------
        Invalid
            A text or the list of tags is too long.
        """
        changed: dict[str, Any] = {}
        if description is not None:
            changed["description"] = _short("description", description, _LONGEST)
        if owner is not None:
            changed["owner"] = _short("owner", owner.strip(), _LONGEST_TAG)
        if tags is not None:
            told = (_short("tag", tag.strip(), _LONGEST_TAG) for tag in tags)
            changed["tags"] = list(dict.fromkeys(tag for tag in told if tag))
            if len(changed["tags"]) > _MOST_TAGS:
                raise Invalid(f"An asset can have {_MOST_TAGS} tags; {len(changed['tags'])} were given.")
        return self._change(name, changed, "data.described") if changed else self.about(name)

    def archive(self, name: str) -> About:
        """Put an asset away: lists leave it out; `restore` brings it back, and who names it finds it."""
        about = self._change(name, {"archived": time.time()}, "data.archived")
        self._checkouts.drop([version.sha256 for version in self.versions(about.name)])
        return about

    def restore(self, name: str) -> About:
        """Take an asset up again."""
        return self._change(name, {"archived": None}, "data.restored")

    def _change(self, name: str, changed: dict[str, Any], verb: str) -> About:
        from labstudio.data.tables import assets as t

        name = self.about(name).name
        with self._store.write() as connection:
            connection.execute(t.update().where(t.c.name == name).values(changed))
            detail = {key: value for key, value in changed.items() if key != "archived"}
            self._store.record(connection, verb, f"data:{name}", **detail)
        return self.about(name)


def _about(row: Mapping[Any, Any]) -> About:
    return About(row["name"], row["description"], tuple(row["tags"]), row["owner"], row["archived"])


def _short(what: str, text: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(f"The {what} has {len(text):,} characters; {most:,} is the most.")
    return text
