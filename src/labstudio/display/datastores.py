"""Views of datastores: where they are, whether they answer, what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.data.stores import Datastore, Entries, Tested

KINDS = {
    "folder": "folder",
    "object": "object store",
    "sql": "database",
    "delta": "Delta Lake",
    "spark": "Spark",
}


def datastore(store: Datastore) -> Bundle:
    """Show a connection; the secret's reference, never the secret."""
    facts = {"address": store.url, "secret": store.secret or "none"}
    facts |= {name: str(value) for name, value in store.options.items()}
    described = (Line(store.description),) if store.description else ()
    return Bundle(Heading(store.name, KINDS[store.kind]), *described, Facts(facts))


def datastores(found: Sequence[Datastore]) -> Bundle:
    """Show all connections."""
    if not found:
        return Bundle(Line("No datastores yet; %datastore add NAME URL connects one."))
    rows = [[store.name, KINDS[store.kind], store.url, store.secret or "–"] for store in found]
    return Bundle(Heading("Datastores", f"{len(rows)}"), Table(["name", "kind", "address", "secret"], rows))


def tested(found: Tested) -> Bundle:
    """Show whether a datastore answers."""
    return Bundle(Line(found.sentence, "ok" if found.ok else "bad"))


def entries(name: str, path: str, found: Entries) -> Bundle:
    """Show what lies in a folder of a datastore, and how much of it is not shown."""
    where = f"{name}:{path}"
    if not found.entries:
        return Bundle(
            Heading(where), Line("There is nothing in it." if not found.total else "No more of it.")
        )
    rows = [
        [
            entry.path + ("/" if entry.kind == "folder" else ""),
            entry.kind,
            "" if entry.size is None else wording.size(entry.size),
            "" if entry.modified is None else wording.ago(entry.modified),
        ]
        for entry in found.entries
    ]
    last = found.offset + len(rows)
    table = Table(["path", "kind", "size", "changed"], rows, ["size"])
    if len(rows) == found.total:
        return Bundle(Heading(where, f"{len(rows)}"), table)
    more = f"{found.total - last:,} more follow: --offset {last} lists them, --filter those with a name."
    return Bundle(
        Heading(where, f"{found.offset + 1:,} to {last:,} of {found.total:,}"),
        table,
        *((Line(more),) if last < found.total else ()),
    )
