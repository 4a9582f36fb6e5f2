"""Whether the bytes of versions are still those that were stored: each stored file is hashed again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labstudio.data.folders.reading import Folder, content_at
from labstudio.errors import NotFound

if TYPE_CHECKING:
    from labstudio.data.assets import Version
    from labstudio.store.files import FileStore

_MOST_NAMED = 20  # damaged files of one version that are named one by one


@dataclass(frozen=True)
class Damage:
    """A file that is not what it was: which version it belongs to, its name in the store, and what to do."""

    ref: str
    what: str  # "source", "table", "part", "file", "manifest" or "layout"
    sha256: str
    sentence: str


def verify(
    files: FileStore,
    versions: Iterable[Version],
    progress: Callable[[str], None] | None = None,
) -> list[Damage]:
    """Hash the files of versions again and return what is damaged; each file is read once."""
    checked = _Checked(files)
    found: list[Damage] = []
    for version in versions:
        if progress is not None:
            progress(version.ref)
        found += _folder(files, version, checked) if version.kind == "folder" else _kept(version, checked)
    return found


class _Checked:
    """What is known of stored files so far: each is hashed once."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._whole: dict[str, bool] = {}

    def whole(self, sha: str) -> bool:
        if sha not in self._whole:
            self._whole[sha] = self._files.has(sha) and self._files.verify(sha)
        return self._whole[sha]

    def damage(self, ref: str, what: str, sha: str, named: str = "") -> Damage:
        wrong = "has changed on the disk" if self._files.has(sha) else "is not there any more"
        return Damage(
            ref,
            what,
            sha,
            f"The {named or what} of {ref} {wrong} (file {sha[:12]}…); put it back from a copy, "
            "or add the data again.",
        )


def _kept(version: Version, checked: _Checked) -> Iterator[Damage]:
    kept = {}
    if len(version.parts) == 1:
        kept["file" if version.kind == "file" else "table"] = version.table_sha256
    for place, (sha, _) in enumerate(version.parts if len(version.parts) > 1 else (), 1):
        if not checked.whole(sha):
            yield checked.damage(version.ref, "part", sha, f"part {place} of {len(version.parts)}")
    if version.sha256 != version.table_sha256 and version.found.get("format") != "frame":
        kept["source"] = version.sha256
    for what, sha in kept.items():
        if not checked.whole(sha):
            yield checked.damage(version.ref, what, sha)


def _folder(files: FileStore, version: Version, checked: _Checked) -> Iterator[Damage]:
    """Look at manifest, layout, and all that they name; of a damaged pack, at each file in it."""
    described = {"manifest": version.sha256, "layout": version.table_sha256}
    broken = [
        checked.damage(version.ref, what, sha) for what, sha in described.items() if not checked.whole(sha)
    ]
    if broken:
        yield from broken
        return
    folder = Folder(files, version.ref, version.sha256, version.table_sha256)
    named, more = 0, 0
    gone: dict[str, int] = {}
    for file in folder.files:
        place = folder.layout.get(file.sha256)
        stored = place.pack if place else file.sha256
        if checked.whole(stored):
            continue
        if place is not None:
            if not files.has(stored):
                gone[stored] = gone.get(stored, 0) + 1
                continue
            try:
                with content_at(files, folder.layout, file.sha256, file.size) as content:
                    if hashlib.sha256(content.read()).hexdigest() == file.sha256:
                        continue  # the flipped byte is another file's
            except NotFound:
                pass
        named += 1
        if named <= _MOST_NAMED:
            yield checked.damage(version.ref, "file", stored, f"file {file.path}")
        else:
            more += 1
    for pack, count in gone.items():
        yield Damage(
            version.ref,
            "file",
            pack,
            f"The pack with {count:,} files of {version.ref} is not there any more (file {pack[:12]}…); "
            "put it back from a copy, or add the folder again.",
        )
    if more:
        yield Damage(
            version.ref, "file", version.sha256, f"{more:,} more files of {version.ref} are damaged."
        )
