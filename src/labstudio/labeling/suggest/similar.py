"""Items that are alike: groups to be labeled in one stroke, and near duplicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labstudio.labeling.suggest.threads import one_thread

_AT_ONCE = 500
_ASKED = 6  # an item itself, and those that are most like it
_COMPARED = 20_000  # items that are compared with all others; more are first put into groups


@dataclass(frozen=True)
class Cluster:
    """Rows that are alike, the most central first, and how alike: 1 where they are the same."""

    rows: np.ndarray
    likeness: float


def clusters(vectors: np.ndarray, count: int | None = None, *, seed: int = 0) -> list[Cluster]:
    """Group items, the tightest group first: those can be labeled at a glance.

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        Of the items.
    count : int, optional
        How many groups; the square root of half the number of items when not given, 200 at most.
    seed : int
        Of what is random.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> vectors = np.concatenate([random.normal(0, 0.1, (20, 2)), random.normal(5, 0.1, (30, 2))])
    >>> sorted(len(cluster.rows) for cluster in clusters(vectors, 2))
    [20, 30]
    """
    if not len(vectors):
        return []
    from sklearn.cluster import MiniBatchKMeans

    count = count or int(np.clip(np.sqrt(len(vectors) / 2), 1, 200))
    count = min(count, len(np.unique(vectors, axis=0)))
    with one_thread():
        model = MiniBatchKMeans(count, n_init=3, random_state=seed, batch_size=4_096).fit(vectors)
    far = np.linalg.norm(vectors - model.cluster_centers_[model.labels_], axis=1)
    usual = float(np.linalg.norm(vectors - vectors.mean(axis=0), axis=1).mean()) or 1.0
    found = []
    for cluster in range(count):
        rows = np.flatnonzero(model.labels_ == cluster)
        if len(rows):
            likeness = max(0.0, 1 - float(far[rows].mean()) / usual)
            found.append(Cluster(rows[np.argsort(far[rows], kind="stable")], likeness))
    return sorted(found, key=lambda one: -one.likeness)


def near_duplicates(
    vectors: np.ndarray,
    likeness: float = 0.98,
    *,
    same: Callable[[int, int], bool] | None = None,
    seed: int = 0,
) -> list[np.ndarray]:
    """Return groups of rows that are almost the same, the largest first; the first row of each is its oldest.

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        Of the items.
    likeness : float
        Least cosine between an item and another one of its group.
    same : callable, optional
        Takes two rows and says whether they are almost the same, where vectors alone do not tell; of each row
        it is asked about the few that are most alike.
    seed : int
        Of what is random.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0], [0, 1], [1, 0.001], [0.5, 0.5]])
    >>> [rows.tolist() for rows in near_duplicates(vectors)]
    [[0, 2]]
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    pairs: list[np.ndarray] = []
    with one_thread():
        for rows in _neighbourhoods(unit, seed):
            for at in range(0, len(rows), _AT_ONCE):
                some = rows[at : at + _AT_ONCE]
                alike = unit[some] @ unit[rows].T
                if same is not None and len(rows) > _ASKED:
                    least = np.partition(alike, len(rows) - _ASKED, axis=1)[:, len(rows) - _ASKED]
                    alike = np.where(alike >= least[:, None], alike, -1)
                one, other = np.nonzero(alike >= likeness)
                keep = rows[other] > some[one]
                pairs.append(np.column_stack([some[one[keep]], rows[other[keep]]]))
    links = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=int)
    if same is not None:
        links = np.array([pair for pair in links.tolist() if same(*pair)], dtype=int).reshape(-1, 2)
    if not len(links):
        return []
    matrix = coo_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(unit), len(unit)))
    group = connected_components(matrix, directed=False)[1]
    order = np.argsort(group, kind="stable")
    found = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return sorted((rows for rows in found if len(rows) > 1), key=lambda rows: (-len(rows), rows[0]))


def _neighbourhoods(unit: np.ndarray, seed: int) -> list[np.ndarray]:
    if len(unit) <= _COMPARED:
        return [np.arange(len(unit))]
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(len(unit) // 2_000, n_init=1, random_state=seed, batch_size=8_192)
    labels = model.fit_predict(unit)
    return [np.flatnonzero(labels == code) for code in np.unique(labels)]
