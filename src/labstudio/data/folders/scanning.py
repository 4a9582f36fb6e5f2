"""What lies in a folder: regular files, each with what tells whether it was changed since the last look.

Links are never followed, so that nothing outside of the folder is read; pipes and devices are not opened.
What is left out is counted, for the person to know.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from labstudio.data.folders.manifest import MOST_FILES, checked
from labstudio.errors import Conflict, Invalid, NotFound, Unavailable

SKIPPED = frozenset({".labstudio", ".ipynb_checkpoints", ".git", "__pycache__", ".DS_Store", "Thumbs.db"})
"""What programs leave beside a person's files."""

MANY = 2_000
"""Files that take longer to read than a person waits for."""

_FINE, _COARSE = 100_000_000, 2_000_000_000  # nanoseconds between two times that a file system can tell apart


class Seen(NamedTuple):
    """A file, and what changes when its bytes do."""

    path: str
    size: int
    mtime_ns: int
    mark: int | str  # the inode; in an object store what it calls the ETag


@dataclass(kw_only=True)
class Listing:
    """What was seen of a folder, wherever it is, in the order it was told."""

    began: int  # nanoseconds since 1970
    files: list[Seen] = field(default_factory=list)
    links: int = 0  # not followed
    others: int = 0  # pipes, devices, and what programs leave behind

    def digest(self) -> str | None:
        """Return one hash of all that was seen; None where a file changed too recently to be told apart.

        A file that is written twice within the precision of the file system's clock looks unchanged.
        """
        newest = max(seen.mtime_ns for seen in self.files)
        if newest + _COARSE >= self.began and not all(map(self.settled, self.files)):
            return None
        text = "\n".join([f"{path}\0{size} {mtime} {mark}" for path, size, mtime, mark in self.files])
        return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=32).hexdigest()

    def settled(self, seen: Seen) -> bool:
        """Whether a later change of the file will show."""
        precision = _FINE if seen.mtime_ns % 1_000_000_000 else _COARSE
        return seen.mtime_ns + precision < self.began

    def opened(self, wanted: Iterable[Seen]) -> Iterator[tuple[Seen, BinaryIO]]:
        """Open files that were seen, each until the next one is asked for."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Tree(Listing):
    """What was seen of a folder on a disk; `at` says where a file lies that is called otherwise."""

    root: Path
    at: dict[str, str] = field(default_factory=dict)

    def opened(self, wanted: Iterable[Seen]) -> Iterator[tuple[Seen, BinaryIO]]:
        """Open files that were seen, each until the next one is asked for."""
        for seen in wanted:
            with self.open(seen) as file:
                yield seen, file

    def open(self, seen: Seen) -> BinaryIO:
        """Open a file that was seen, and nothing that has taken its place as a link."""
        try:
            descriptor = os.open(
                self.root / self.at.get(seen.path, seen.path),
                os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0),
            )
        except FileNotFoundError:
            raise Conflict(f"{seen.path} was taken away while the folder was read; add it again.") from None
        except OSError as error:
            raise Unavailable(f"{seen.path} cannot be read ({error.strerror}).") from None
        return os.fdopen(descriptor, "rb", buffering=0)


def scan(root: Path) -> Tree:
    """Look through a folder and all folders in it.

    Raises
    ------
    NotFound
        There is no such folder.
    Invalid
        It holds no file, too many, or one whose name is no text.
    """
    tree = Tree(root=root, began=time.time_ns())
    files, waiting = tree.files, [("", str(root))]
    while waiting:
        prefix, folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name in SKIPPED:
                        tree.others += 1
                    elif entry.is_symlink():
                        tree.links += 1
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{entry.name}/", entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        stat = entry.stat(follow_symlinks=False)
                        files.append(Seen(prefix + entry.name, stat.st_size, stat.st_mtime_ns, stat.st_ino))
                    else:
                        tree.others += 1
        except FileNotFoundError:
            if not prefix:
                raise NotFound(f"There is no folder {root}.") from None
            raise Conflict(f"{prefix} was taken away while the folder was read; add it again.") from None
        except NotADirectoryError:
            raise Invalid(f"{root} is no folder.") from None
        except OSError as error:
            raise Unavailable(f"{prefix or root} cannot be read ({error.strerror}).") from None
        if len(files) > MOST_FILES:
            raise Invalid(f"{root} holds more than {MOST_FILES:,} files; add its folders one by one.")
    some_files(tree, str(root))
    return tree


def lone(path: Path, called: str) -> Tree:
    """Look at one file as at a folder with nothing else in it."""
    stat = path.stat()
    seen = Seen(called, stat.st_size, stat.st_mtime_ns, stat.st_ino)
    return Tree(root=path.parent, began=time.time_ns(), files=[seen], at={called: path.name})


def some_files(tree: Listing, called: str) -> None:
    """Refuse a folder without a file."""
    if not tree.files:
        links = f" but {tree.links} links, which are not followed" if tree.links else ""
        raise Invalid(f"There is no file in {called}{links}.")


def is_large(path: Path, size: int, most: int = MANY) -> bool:
    """Whether a file has more bytes than `size`, or a folder that or more than so many files."""
    if not path.is_dir():
        return path.stat().st_size > size
    files = 0
    waiting = [path]
    while waiting:
        try:
            for entry in os.scandir(waiting.pop()):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    files, size = files + 1, size - entry.stat(follow_symlinks=False).st_size
                if files > most or size < 0:
                    return True
        except OSError:  # who reads it says why it cannot be read
            return False
    return False


def check_names(tree: Listing) -> None:
    """Refuse names that cannot stand in a manifest."""
    for seen in tree.files:
        checked(seen.path)
