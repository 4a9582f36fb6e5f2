"""What differs between two versions of a folder: files that came, went, and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labstudio.data.folders.manifest import File

MOST = 1_000  # files that are named of each


@dataclass(frozen=True)
class Changes:
    """What differs; the lists name the first files, the counts count all.

    Attributes
    ----------
    moved : list of (str, str)
        The same bytes under another path, before and after.
    diff : list of str or None
        Of two texts that were compared: a unified diff.
    """

    before: str
    after: str
    added: list[str]
    removed: list[str]
    changed: list[str]
    moved: list[tuple[str, str]]
    counts: dict[str, int]
    diff: list[str] | None = None

    @property
    def summary(self) -> str:
        """One sentence."""
        said = [f"{count:,} {what}" for what, count in self.counts.items() if count and what != "unchanged"]
        if not said:
            return f"{self.before} and {self.after} hold the same files."
        return f"From {self.before} to {self.after}: {', '.join(said)}."


def compare_files(names: tuple[str, str], before: Sequence[File], after: Sequence[File]) -> Changes:
    """Say which files came, went, moved and changed.

    Examples
    --------
    >>> old, new = [File("a", 1, "x"), File("b", 1, "y")], [File("a", 1, "z"), File("c", 1, "y")]
    >>> found = compare_files(("pets@1", "pets@2"), old, new)
    >>> found.changed, found.moved, found.summary
    (['a'], [('b', 'c')], 'From pets@1 to pets@2: 1 changed, 1 moved.')
    """
    old = {file.path: file.sha256 for file in before}
    new = {file.path: file.sha256 for file in after}
    changed = [path for path, sha in new.items() if path in old and old[path] != sha]
    gone: dict[str, list[str]] = {}
    for path, sha in old.items():
        if path not in new:
            gone.setdefault(sha, []).append(path)
    moved, added = [], []
    for path, sha in new.items():
        if path in old:
            continue
        if gone.get(sha):
            moved.append((gone[sha].pop(0), path))
        else:
            added.append(path)
    removed = sorted(path for paths in gone.values() for path in paths)
    counts = {
        "added": len(added),
        "removed": len(removed),
        "changed": len(changed),
        "moved": len(moved),
        "unchanged": len(new) - len(added) - len(changed) - len(moved),
    }
    return Changes(*names, added[:MOST], removed[:MOST], changed[:MOST], moved[:MOST], counts)
