"""Sums of decision trees as one TreeEnsemble of doubles.

It knows trees in a neutral form, one array a property; which library they come from is its caller's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from labstudio.onnx.graph import ML, Graph, Integers

BYTES_A_LEAF = 32
"""About, with the node above it."""
SECONDS_A_LEVEL = 7e-5
"""About, of one core, in which 10,000 rows go down one level of one tree."""
SECONDS_A_MEMBER = 2e-5
"""The same, in which a category is compared with one member of one set."""
SECONDS_A_NUMBER = 2e-5
"""The same, in which one number of one leaf is looked up and added."""
LEQ, LT, MEMBER = 0, 1, 6
"""Node modes: x <= threshold, x < threshold, x in set; where it holds, the first child is next."""

TOGETHER = 256
"""Numbers a row that are looked up at once: many rows at a time should not need much memory."""

Numbers = Any  # a list or an array of numbers


@dataclass
class Tree:
    """One tree whose leaves add to one target.

    A child c >= 0 is node c, a child c < 0 is leaf ~c. A tree without nodes is its only leaf.

    Parameters
    ----------
    feature, mode, threshold : sequences of length n
        What each node compares, how, and with what (ignored for MEMBER).
    holds, fails : sequences of length n
        Where to go.
    missing_holds : sequence of length n
        Whether NaN goes where the comparison holds.
    members : dict of node to values
        The set of each MEMBER node, not empty.
    leaves : sequence
        Value of each leaf.
    """

    feature: Numbers
    mode: Numbers
    threshold: Numbers
    holds: Numbers
    fails: Numbers
    missing_holds: Numbers
    leaves: Numbers
    members: dict[int, list[float]] = field(default_factory=dict)
    target: int = 0


def walking_seconds(leaves: Iterable[int], members: int = 0) -> float:
    """What 10,000 rows need for trees of so many leaves, of one core and about.

    A set is looked through member by member: `members` are those of all sets of all trees together.

    Examples
    --------
    >>> round(walking_seconds([32] * 1000), 2), round(walking_seconds([32] * 1000, members=100_000), 2)
    (0.35, 0.67)
    """
    counts = np.maximum(2, np.fromiter(leaves, dtype=np.float64))
    levels = np.log2(counts)
    met = members * levels.sum() / max(1.0, (counts - 1).sum())  # those on the way of one row
    return float(SECONDS_A_LEVEL * levels.sum() + SECONDS_A_MEMBER * met)


def numbered(is_leaf: np.ndarray) -> np.ndarray:
    """Renumber nodes that stand in one list: n for the nth that compares, ~n for the nth leaf."""
    return np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)


def from_sklearn_tree(tree: Any, leaves: np.ndarray, target: int = 0) -> Tree:
    """Bring scikit-learn's `tree_` into the neutral form, with these values of its leaves.

    scikit-learn compares float32(x) with a double: what is fed has to be rounded, see `emit_rounded`.
    """
    is_leaf = tree.children_left < 0
    inner, number = ~is_leaf, numbered(is_leaf)
    return Tree(
        feature=tree.feature[inner],
        mode=np.full(int(inner.sum()), LEQ),
        threshold=tree.threshold[inner],
        holds=number[tree.children_left[inner]],
        fails=number[tree.children_right[inner]],
        missing_holds=tree.missing_go_to_left[inner].astype(bool),
        leaves=leaves,
        target=target,
    )


def emit_rounded(graph: Graph, features: str) -> str:
    """Round a double tensor to what float32 holds, as libraries do before they compare; it stays double."""
    single = graph.node("Cast", [features], to=1)
    return graph.node("Cast", [single], to=11)


def emit_looked_up(graph: Graph, features: str, trees: Sequence[Tree], table: np.ndarray) -> str:
    """Add trees each leaf of which adds K numbers, and return the name of the sums [N, K].

    The operator knows one number a leaf, and repeating each tree K times makes the file K times as large
    and as slow. So trees only say which leaf a row falls into, each in a target of its own, and the numbers
    are looked up.

    Parameters
    ----------
    graph : Graph
        What is added to.
    features : str
        Name of a double tensor [N, F].
    trees : sequence of Tree
        At least one; values and targets of their leaves are ignored.
    table : uint8 array of shape (leaves of all trees, K)
        Numbers of each leaf, tree by tree.
    """
    sums, start = "", 0
    together = max(1, TOGETHER // table.shape[1])
    for first in range(0, len(trees), together):
        some, count = [], 0
        for target, tree in enumerate(trees[first : first + together]):
            numbers = np.arange(count, count + len(tree.leaves), dtype=np.float64)
            some.append(replace(tree, leaves=numbers, target=target))
            count += len(tree.leaves)
        leaf = graph.node("Cast", [emit_trees(graph, features, some, targets=len(some))], to=7)
        rows = graph.node("Gather", [graph.constant(table[start : start + count]), leaf], axis=0)
        wide = graph.node("Cast", [rows], to=6)
        part = graph.node("ReduceSum", [wide, graph.constant(np.array([1]))], keepdims=0)
        sums = graph.node("Add", [sums, part]) if sums else part
        start += count
    return graph.node("Cast", [sums], to=11)


def emit_trees(graph: Graph, features: str, trees: Sequence[Tree], targets: int = 1) -> str:
    """Add the ensemble and return the name of its sums [N, targets].

    Parameters
    ----------
    graph : Graph
        What is added to.
    features : str
        Name of a double tensor [N, F].
    trees : sequence of Tree
        At least one.
    targets : int
        How many sums there are.
    """
    # The operator has no tree of a leaf alone: one node both of whose branches are that leaf.
    counts = np.array([max(1, len(tree.feature)) for tree in trees])
    leaves = np.array([len(tree.leaves) for tree in trees])
    roots = np.cumsum(counts) - counts
    node0, leaf0 = np.repeat(roots, counts), np.repeat(np.cumsum(leaves) - leaves, counts)

    def joined(values: Iterable[Sequence[Any] | np.ndarray], alone: Any, kind: type) -> np.ndarray:
        return np.concatenate([np.asarray(v if len(v) else [alone], dtype=kind) for v in values])

    children, is_leaf = [], []
    for ways in ((tree.holds for tree in trees), (tree.fails for tree in trees)):
        way = joined(ways, ~0, np.int64)
        is_leaf.append(Integers(way < 0))
        children.append(Integers(np.where(way < 0, ~way + leaf0, way + node0)))
    members: list[float] = []
    for tree in trees:
        for node in sorted(tree.members):
            members += [*tree.members[node], np.nan]
    attributes: dict[str, Any] = {"membership_values": np.array(members, dtype=np.float64)} if members else {}
    return graph.node(
        "TreeEnsemble",
        [features],
        domain=ML,
        n_targets=targets,
        aggregate_function=1,
        post_transform=0,  # links are ordinary operators: onnxruntime ignores LOGISTIC here
        tree_roots=roots.tolist(),
        nodes_featureids=Integers(joined((tree.feature for tree in trees), 0, np.int64)),
        nodes_modes=joined((tree.mode for tree in trees), LEQ, np.uint8),
        nodes_splits=joined((tree.threshold for tree in trees), 0.0, np.float64),
        nodes_truenodeids=children[0],
        nodes_falsenodeids=children[1],
        nodes_trueleafs=is_leaf[0],
        nodes_falseleafs=is_leaf[1],
        nodes_missing_value_tracks_true=Integers(joined((tree.missing_holds for tree in trees), 0, np.int64)),
        leaf_weights=np.concatenate([np.asarray(tree.leaves, dtype=np.float64) for tree in trees]),
        leaf_targetids=Integers(np.repeat([tree.target for tree in trees], leaves)),
        **attributes,
    )
