"""Items that are alike, of a project: groups to be labeled in one stroke, and near duplicates.

They are found once a version of the data, where the vectors are: in the background. What was found is a file
that may be deleted at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.item_vectors import UNREADABLE, ItemVectors, keep_arrays

if TYPE_CHECKING:
    from labstudio.labeling.labeling import Labeling
    from labstudio.labeling.projects import Project, Projects
    from labstudio.store import Store

    class _Base(Projects): ...

else:
    _Base = object

Kind = Literal["clusters", "duplicates"]

LARGEST = 50
"""Items of a group of near duplicates, at most; more are of one kind, but not the same."""

_LIKELY, _SAME = 0.6, 0.8  # cosine from which on texts are compared by letters, and share that is the same
_SHINGLE, _LONGEST = 5, 5_000  # letters
_REMEMBERED = 2_000  # texts cut into letters


@dataclass(frozen=True)
class Group:
    """Items that are alike.

    Attributes
    ----------
    number : int
        Of a cluster, as `Which` takes it; of near duplicates the number of the oldest item.
    likeness : float
        How alike they are: 1 where they are the same.
    items : list of int
        Their numbers, the most typical first.
    open : list of int
        Those of them that are still asked.
    """

    number: int
    likeness: float
    items: list[int]
    open: list[int]


class Groups:
    """What was found in one version of the data."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._likeness = arrays["likeness"]
        self._members: dict[Kind, dict[int, list[int]]] = {"clusters": {}, "duplicates": {}}
        for kind, name in (("clusters", "cluster"), ("duplicates", "twin")):
            found = self._members[kind]  # type: ignore[index]
            for item, group in zip(arrays["item"].tolist(), arrays[name].tolist(), strict=True):
                if group >= 0:
                    found.setdefault(group, []).append(item)
        self._twin = {item: one for one, items in self._members["duplicates"].items() for item in items}

    def of(self, kind: Kind) -> dict[int, list[int]]:
        """Return the numbers of items by group: tight ones first, of duplicates the largest."""
        return self._members[kind]

    def likeness(self, kind: Kind, number: int) -> float:
        """Return how alike the items of a group are."""
        return float(self._likeness[number]) if kind == "clusters" else 1.0

    def duplicates(self, item: int) -> list[int]:
        """Return the other items that are nearly the same as one."""
        return [one for one in self._members["duplicates"].get(self._twin.get(item, -1), ()) if one != item]


class Alike(_Base):
    """Finding items that are alike."""

    def groups(self, ref: str, kind: Kind = "clusters") -> list[Group]:
        """Return items that are alike, in groups: tight ones first, of duplicates the largest.

        Where the background has not compared them yet, it is done here and now.

        Parameters
        ----------
        ref : str
            The project.
        kind : {"clusters", "duplicates"}
            Items of one kind, or those that are nearly the same.
        """
        project = self.get(ref)
        found = groups_of(self._store, project) or self.compare(ref)
        open_ = self._open_items(project)
        return [
            Group(number, found.likeness(kind, number), items, [item for item in items if item in open_])
            for number, items in found.of(kind).items()
        ]

    def compared(self, ref: str) -> bool:
        """Whether the items of a project have been compared already."""
        return groups_of(self._store, self.get(ref)) is not None

    def compare(self, ref: str) -> Groups:
        """Compare the items of a project, and keep what was found."""
        known = ItemVectors(cast("Labeling", self), ref)
        known.load()
        return self.keep_groups(known)

    def keep_groups(self, known: ItemVectors) -> Groups:
        """Find items that are alike by their vectors, unless that was done for this version of the data."""
        project = known.project
        there = groups_of(self._store, project)
        if there is not None:
            return there
        keep_arrays(_place(self._store, project), _grouped(known))
        with self._store.write() as connection:
            self._store.record(connection, "labeling.compared", project.subject, items=len(known.numbers))
        found = groups_of(self._store, project)
        assert found is not None
        return found

    def _open_items(self, project: Project) -> set[int]:
        from sqlalchemy import select

        from labstudio.labeling.tables import items as t

        query = select(t.c.number).where(t.c.project == project.number, t.c.open)
        with self._store.read() as connection:
            return set(connection.execute(query).scalars())


def groups_of(store: Store, project: Project) -> Groups | None:
    """Return what was found in the version of the data that a project knows; None where nobody has looked."""
    place = _place(store, project)
    try:
        return _read(place) if place.is_file() else None
    except UNREADABLE:
        place.unlink(missing_ok=True)  # it is made again
        return None


def members_of(store: Store, project: Project, kind: Kind, number: int) -> set[int]:
    """Return the numbers of the items of one group.

    Raises
    ------
    Invalid
        The items have not been compared yet.
    NotFound
        There is no such group.
    """
    found = groups_of(store, project)
    if found is None:
        raise Invalid(f"The items of {project.name} have not been compared yet; ask for its {kind} first.")
    members = found.of(kind).get(number)
    if members is None:
        name = "cluster" if kind == "clusters" else "group of near duplicates"
        raise NotFound(f"{project.name} has no {name} {number}.")
    return set(members)


def _place(store: Store, project: Project) -> Path:
    encoder = hashlib.sha256(project.settings.encoder.encode()).hexdigest()[:16]
    return Path(store.root) / "vectors" / "alike" / f"{project.id}-{project.version}-{encoder}.npz"


@lru_cache(8)
def _read(place: Path) -> Groups:
    with np.load(place, allow_pickle=False) as file:
        return Groups(dict(file))


def _grouped(known: ItemVectors) -> dict[str, np.ndarray]:
    """Numbers of items in the order of their clusters, with the cluster and the oldest near duplicate."""
    from labstudio.labeling.suggest.similar import clusters

    tight = clusters(known.vectors)
    order = np.concatenate([one.rows for one in tight]) if tight else np.empty(0, dtype=int)
    cluster = np.repeat(np.arange(len(tight)), [len(one.rows) for one in tight])
    twin = np.full(len(known.numbers), -1, dtype=np.int64)
    for rows in _duplicates(known):
        twin[rows] = known.numbers[rows].min()
    return {
        "item": known.numbers[order], "cluster": cluster, "twin": twin[order],
        "likeness": np.array([one.likeness for one in tight]),
    }  # fmt: skip


def _duplicates(known: ItemVectors) -> list[np.ndarray]:
    """Rows that are nearly the same: of tables those that are the same but for their keys."""
    from labstudio.labeling.suggest.similar import near_duplicates

    vectors, kind = known.vectors, known.project.item_kind
    if kind == "table":
        _, group, size = np.unique(vectors.round(4), axis=0, return_inverse=True, return_counts=True)
        return [np.flatnonzero(group == one) for one in np.flatnonzero(size > 1)]
    if kind == "text":  # words that are rare make short texts far from each other, whatever else they share
        texts = known.contents(range(len(vectors)))
        cut = lru_cache(_REMEMBERED)(lambda row: _shingles(texts[row]))
        found = near_duplicates(vectors, _LIKELY, same=lambda a, b: _jaccard(cut(a), cut(b)) >= _SAME)
    else:
        found = near_duplicates(vectors)
    return [rows for rows in found if len(rows) <= LARGEST]


def _shingles(text: str) -> frozenset[str]:
    """What stands in each few letters that follow each other, whatever their case and the space between."""
    plain = " ".join(text[:_LONGEST].casefold().split())
    return frozenset(plain[at : at + _SHINGLE] for at in range(max(1, len(plain) - _SHINGLE + 1)))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
