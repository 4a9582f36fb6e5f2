"""Whether the bytes of versions are still those that were stored: each file is hashed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labstudio.data.assets import Version
    from labstudio.store.files import FileStore


@dataclass(frozen=True)
class Damage:
    """A file that is not what it was: which version it belongs to, its name in the store, and what to do."""

    ref: str
    what: str  # "source" or "table"
    sha256: str
    sentence: str


def verify(
    files: FileStore,
    versions: Iterable[Version],
    progress: Callable[[str], None] | None = None,
) -> list[Damage]:
    """Hash the files of versions again and return what is damaged; each file is read once."""
    whole: dict[str, bool] = {}
    found = []
    for version in versions:
        if progress is not None:
            progress(version.ref)
        kept = {"table": version.table_sha256}
        if version.sha256 != version.table_sha256 and version.found.get("format") != "frame":
            kept["source"] = version.sha256
        for what, sha in kept.items():
            if sha not in whole:
                whole[sha] = files.has(sha) and files.verify(sha)
            if not whole[sha]:
                wrong = "has changed on the disk" if files.has(sha) else "is not there any more"
                found.append(
                    Damage(
                        version.ref,
                        what,
                        sha,
                        f"The {what} of {version.ref} {wrong} (file {sha[:12]}…); put it back from a copy, "
                        "or add the data again.",
                    )
                )
    return found
