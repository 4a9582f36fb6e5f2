"""The graph of what was made from what, as people look at it. It knows edges and words, and no store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labstudio.store import Edge


@dataclass(frozen=True)
class Node:
    """One thing of a graph.

    Attributes
    ----------
    subject : str
        What events and lineage call it: ``"data:churn@3"``.
    kind : str
        ``"datastore"``, ``"source"``, ``"data"``, ``"recipe"``, ``"run"``, ``"model"``, ``"file"``,
        ``"endpoint"``, …
    label : str
        Its name for people.
    facts : str
        What is to be known of it, in few words.
    place : str
        Where it lies, of a source: a path or an address.
    here : bool
        Whether it is still in the workspace.
    """

    subject: str
    kind: str
    label: str
    facts: str = ""
    place: str = ""
    here: bool = True


@dataclass(frozen=True)
class Graph:
    """What something was made from and what was made from it.

    Attributes
    ----------
    nodes : tuple of Node
        Sources before what was made from them.
    edges : tuple of Edge
        `target` was made from `source`; `relation` says how.
    cut : bool
        There is more than is told; what is nearest to `subject` is.

    Examples
    --------
    >>> graph = build("data:b@1", [Edge("data:a@1", "data:b@1", "prepared", 0.0)], {}, Node)
    >>> [node.subject for node in graph.nodes]
    ['data:a@1', 'recipe:b@1', 'data:b@1']
    >>> [node.subject for node in graph.sources], len(graph.results)
    (['data:a@1', 'recipe:b@1'], 0)
    """

    subject: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: bool = False

    def node(self, subject: str) -> Node:
        """Return a thing by what lineage calls it."""
        return next(node for node in self.nodes if node.subject == subject)

    @property
    def sources(self) -> tuple[Node, ...]:
        """What it was made from, through any number of steps."""
        return self._through(lambda edge: (edge.target, edge.source))

    @property
    def results(self) -> tuple[Node, ...]:
        """What was made from it, through any number of steps."""
        return self._through(lambda edge: (edge.source, edge.target))

    def __iter__(self) -> Iterator[Edge]:
        return iter(self.edges)

    def _through(self, ends: Callable[[Edge], tuple[str, str]]) -> tuple[Node, ...]:
        ways: dict[str, list[str]] = {}
        for near, far in map(ends, self.edges):
            ways.setdefault(near, []).append(far)
        found, waiting = set[str](), [self.subject]
        while waiting:
            for far in ways.get(waiting.pop(), ()):
                if far not in found:
                    found.add(far)
                    waiting.append(far)
        return tuple(node for node in self.nodes if node.subject in found - {self.subject})


def build(
    subject: str,
    edges: Sequence[Edge],
    stores: Mapping[str, str],
    describe: Callable[[str, str, str], Node],
    cut: bool = False,
) -> Graph:
    """Make a graph for people of the edges that the store has.

    A recipe stands between what it reads and the version that it prepared; a datastore before the source that
    lies in it; a file that a run has made is left out, as the model has it inside.

    Parameters
    ----------
    subject : str
        What it is about.
    edges : sequence of Edge
        As the store has them.
    stores : mapping
        From a source to the datastore that it lies in.
    describe : callable
        Makes a node of subject, kind and a name.
    cut : bool
        These are not all edges.
    """
    edges = _with_stores(_with_recipes(_without_inner_files(subject, edges)), stores)
    imported = {edge.source for edge in edges if edge.relation == "imported"}
    encoders = {edge.source for edge in edges if edge.relation == "encoded"}
    subjects = dict.fromkeys([subject, *(end for edge in edges for end in (edge.source, edge.target))])
    nodes = {}
    for one in subjects:
        kind, _, name = one.partition(":")
        if kind == "file":
            kind = "source" if one in imported else "encoder" if one in encoders else kind
        nodes[one] = describe(one, kind, name)
    return Graph(subject, tuple(nodes[one] for one in _in_order(list(subjects), edges)), tuple(edges), cut)


def _without_inner_files(subject: str, edges: Sequence[Edge]) -> list[Edge]:
    made: dict[str, list[str]] = {}
    for edge in edges:
        if edge.target.startswith("file:") and edge.target != subject:
            made.setdefault(edge.target, []).append(edge.source)
    kept: dict[tuple[str, str], Edge] = {}
    for edge in sorted(
        edges, key=lambda edge: edge.source in made
    ):  # what is said without the file goes first
        for source in made.get(edge.source, [edge.source]) if edge.target not in made else ():
            kept.setdefault((source, edge.target), Edge(source, edge.target, edge.relation, edge.created))
    return list(kept.values())


def _with_recipes(edges: Sequence[Edge]) -> list[Edge]:
    told: dict[tuple[str, str, str], Edge] = {}
    made = {edge.target for edge in edges if edge.relation == "prepared"}
    for edge in edges:
        if edge.relation == "imported" and edge.target in made:
            continue  # its own table: what a recipe has made was read from no file
        if edge.relation != "prepared":
            told[edge.source, edge.target, edge.relation] = edge
            continue
        recipe = "recipe:" + edge.target.partition(":")[2]
        told[edge.source, recipe, "read"] = Edge(edge.source, recipe, "read", edge.created)
        told[recipe, edge.target, "prepared"] = Edge(recipe, edge.target, "prepared", edge.created)
    return list(told.values())


def _with_stores(edges: Sequence[Edge], stores: Mapping[str, str]) -> list[Edge]:
    held = {edge.source: edge for edge in edges if edge.source in stores}
    return [
        *(Edge(stores[source], source, "holds", edge.created) for source, edge in held.items()),
        *edges,
    ]


def _in_order(subjects: list[str], edges: Sequence[Edge]) -> list[str]:
    """Sources first; a circle is cut where it was entered."""
    made: dict[str, list[str]] = {}
    for edge in edges:
        made.setdefault(edge.target, []).append(edge.source)
    done: dict[str, Any] = {}
    for first in subjects:
        waiting = [(first, iter(made.get(first, ())))]
        entered = {first}
        while waiting:
            one, sources = waiting[-1]
            further = next((s for s in sources if s not in done and s not in entered), None)
            if further is None:
                done.setdefault(one)
                waiting.pop()
            else:
                entered.add(further)
                waiting.append((further, iter(made.get(further, ()))))
    return list(done)
