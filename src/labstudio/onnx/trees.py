"""Sums of decision trees as one TreeEnsemble of doubles.

It knows trees in a neutral form, one array a property; which library they come from is its caller's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labstudio.onnx.graph import ML, Graph

LEQ, LT, MEMBER = 0, 1, 6
"""Node modes: x <= threshold, x < threshold, x in set; where it holds, the first child is next."""


@dataclass
class Tree:
    """One tree whose leaves add to one target.

    A child c >= 0 is node c, a child c < 0 is leaf ~c. A tree without nodes is its only leaf.

    Parameters
    ----------
    feature, mode, threshold : lists of length n
        What each node compares, how, and with what (ignored for MEMBER).
    holds, fails : lists of length n
        Where to go.
    missing_holds : list of length n
        Whether NaN goes where the comparison holds.
    members : dict of node to values
        The set of each MEMBER node, not empty.
    leaves : list
        Value of each leaf.
    """

    feature: list[int]
    mode: list[int]
    threshold: list[float]
    holds: list[int]
    fails: list[int]
    missing_holds: list[bool]
    leaves: list[float]
    members: dict[int, list[float]] = field(default_factory=dict)
    target: int = 0


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
    roots: list[int] = []
    feature: list[int] = []
    mode: list[int] = []
    threshold: list[float] = []
    children: tuple[list[int], list[int]] = ([], [])
    is_leaf: tuple[list[int], list[int]] = ([], [])
    missing: list[int] = []
    members: list[float] = []
    weights: list[float] = []
    targetids: list[int] = []
    for tree in trees:
        node0, leaf0 = len(feature), len(weights)
        roots.append(node0)
        # The operator has no tree of a leaf alone: one node both of whose branches are that leaf.
        lonely = not tree.feature
        feature += tree.feature or [0]
        mode += tree.mode or [LEQ]
        threshold += tree.threshold or [0.0]
        missing += [int(value) for value in tree.missing_holds] or [0]
        for side, ways in enumerate((tree.holds, tree.fails)):
            for way in [~0] if lonely else ways:
                is_leaf[side].append(int(way < 0))
                children[side].append(~way + leaf0 if way < 0 else way + node0)
        for node in range(len(tree.feature)):
            if tree.mode[node] == MEMBER:
                members += [*tree.members[node], np.nan]
        weights += tree.leaves
        targetids += [tree.target] * len(tree.leaves)
    attributes: dict[str, Any] = {"membership_values": np.array(members, dtype=np.float64)} if members else {}
    return graph.node(
        "TreeEnsemble",
        [features],
        domain=ML,
        n_targets=targets,
        aggregate_function=1,
        post_transform=0,  # links are ordinary operators: onnxruntime ignores LOGISTIC here
        tree_roots=roots,
        nodes_featureids=feature,
        nodes_modes=np.array(mode, dtype=np.uint8),
        nodes_splits=np.array(threshold, dtype=np.float64),
        nodes_truenodeids=children[0],
        nodes_falsenodeids=children[1],
        nodes_trueleafs=is_leaf[0],
        nodes_falseleafs=is_leaf[1],
        nodes_missing_value_tracks_true=missing,
        leaf_weights=np.array(weights, dtype=np.float64),
        leaf_targetids=targetids,
        **attributes,
    )
