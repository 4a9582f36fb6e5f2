"""Flags and comments: what people tell each other about an item beside its label."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.queue import Note
from labstudio.store.identity import who

if TYPE_CHECKING:
    from labstudio.labeling.projects import Projects

    class _Base(Projects): ...

else:
    _Base = object


class Noting(_Base):
    """Flagging and commenting."""

    def note(
        self,
        ref: str,
        item: int,
        text: str = "",
        *,
        flag: bool = False,
        shape: str | None = None,
        annotator: str | None = None,
        client_id: str = "",
    ) -> Note:
        """Flag an item, or say something about it or about one of its shapes.

        Raises
        ------
        Invalid
            A comment without a text.
        NotFound
            The project has no such item.
        """
        from sqlalchemy import select

        from labstudio.labeling.tables import items
        from labstudio.labeling.tables import notes as t

        if not flag and not text.strip():
            raise Invalid("A comment needs a text.")
        with self._store.write() as connection:
            project = self._project(connection, ref)
            where = (items.c.number == item) & (items.c.project == project.number)
            if connection.execute(select(items.c.number).where(where)).first() is None:
                raise NotFound(f"{project.name} has no item {item}.")
            row: dict[str, Any] = {
                "project": project.number, "item": item, "person": annotator or who(),
                "kind": "flag" if flag else "comment", "text": text.strip(), "shape": shape,
                "client_id": client_id or secrets.token_hex(16), "created": time.time(),
            }  # fmt: skip
            sent = select(t).where(t.c.client_id == row["client_id"])
            known = connection.execute(sent).mappings().first()
            if known is None:
                connection.execute(t.insert().values(row))
                known = connection.execute(sent).mappings().one()
        kept = ("number", "person", "kind", "text", "shape", "created", "resolved")
        return Note(**{name: known[name] for name in kept})

    def resolve(self, ref: str, note: int) -> None:
        """Say that a flag or comment is dealt with."""
        from labstudio.labeling.tables import notes as t

        with self._store.write() as connection:
            project = self._project(connection, ref)
            this = t.update().where(t.c.number == note, t.c.project == project.number, t.c.resolved.is_(None))
            if not connection.execute(this.values(resolved=time.time(), resolved_by=who())).rowcount:
                raise NotFound(f"{project.name} has no open note {note}.")
