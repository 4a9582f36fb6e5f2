"""The lineage of a workspace: the graph around a thing, columns traced back, and what others read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, LabstudioError, NotFound
from labstudio.lineage.graph import Graph, Node, build

if TYPE_CHECKING:
    from labstudio.automl import Run
    from labstudio.data import Data, Version
    from labstudio.models import ModelVersion
    from labstudio.serving import Endpoint
    from labstudio.store import Edge, Store

MOST = 2_000  # edges in one direction

KINDS = ("data", "run", "model", "file", "datastore", "endpoint", "job", "recipe")


class Lineage:
    """What was made from what in one workspace; calling it traces one thing.

    Parameters
    ----------
    run : callable
        Gives a run by its id.
    models : callable
        Gives the registered versions.
    endpoints : callable
        Gives the endpoints that there are.
    columns : callable
        Says from which columns of its inputs each column of a version comes: pairs of version and column.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import mkdtemp
    >>> from labstudio import Workspace
    >>> ws = Workspace(mkdtemp())
    >>> _ = ws.data.add("people", pd.DataFrame({"age": [31, 47]}))
    >>> [(node.kind, node.label, node.facts) for node in ws.lineage("people@1").nodes]
    [('source', 'DataFrame', 'in a cell'), ('data', 'people@1', '2 × 1')]
    """

    def __init__(
        self,
        store: Store,
        data: Data,
        run: Callable[[str], Run],
        models: Callable[[], Sequence[ModelVersion]],
        endpoints: Callable[[], Sequence[Endpoint]],
        columns: Callable[[str], dict[str, list[tuple[str, str]]]],
    ) -> None:
        self._store, self._data, self._run, self._models = store, data, run, models
        self._endpoints = endpoints
        self.columns = columns

    def __call__(self, subject: str) -> Graph:
        """Return what something was made from and what was made from it, through any number of steps.

        Parameters
        ----------
        subject : str
            ``"endpoint:churn"``, ``"model:churn@2"``, ``"run:run-3"``, ``"data:orders@1"``; data also as
            ``"orders@1"`` or ``"orders"``, models as ``"model:churn"`` or ``"model:churn@champion"``.

        Raises
        ------
        NotFound
            There is no such thing, and lineage does not know of one that was.
        """
        models = {model.subject: model for model in self._models()} if ":" in subject else {}
        subject = self._subject(subject, models)
        edges = self._store.lineage(subject, MOST)
        if not models and any(edge.target.startswith("model:") for edge in edges):
            models = {model.subject: model for model in self._models()}
        made = self._imported(edges)
        stores = {source: store for source, version in made.items() if (store := _store_of(version))}
        serving = any(edge.target.startswith("endpoint:") for edge in edges)
        endpoints = {one.subject: one for one in self._endpoints()} if serving else {}
        describe = partial(self._node, models, made, endpoints)
        return build(subject, edges, stores, describe, cut=len(edges) >= MOST)

    def events(self, subject: str) -> list[dict[str, Any]]:
        """Return OpenLineage events of a thing and of all it was made from: one for each that was produced.

        See https://openlineage.io/spec/2-0-2/OpenLineage.json.
        """
        from labstudio.lineage.openlineage import events

        graph, home = self(subject), self._store.root
        name = home.parent.name if home.name == ".labstudio" else home.name
        return events(graph, f"labstudio://{name}", self._version, self._run, self.columns)

    def export(self, subject: str, to: str | Path, *, token: str = "") -> int:
        """Send `events` to a file, a line each, or to the address of an OpenLineage server.

        Parameters
        ----------
        subject : str
            As for a call.
        to : str or Path
            Such as ``"lineage.jsonl"`` or ``"http://localhost:5000/api/v1/lineage"``.
        token : str
            For a server that asks for one.

        Returns
        -------
        int
            How many events.
        """
        from labstudio.lineage.openlineage import post, write

        found = self.events(subject)
        if str(to).startswith(("http://", "https://")):
            post(found, str(to), token)
        else:
            write(found, Path(to).expanduser())
        return len(found)

    def _subject(self, subject: str, models: dict[str, ModelVersion]) -> str:
        kind, colon, name = subject.partition(":")
        if not colon:
            return self._data.get(subject).subject
        if kind not in KINDS or not name:
            raise Invalid(
                f"{subject[:100]!r} names nothing that has a lineage; write data:churn@3, run:run-2 or "
                "model:churn@1."
            )
        try:
            if kind in ("data", "recipe"):
                return self._data.get(name).subject
            if kind == "run":
                return self._run(name).subject
            if kind == "model" and subject not in models:
                return _model(name, models).subject
            if kind == "endpoint" and subject not in {one.subject for one in self._endpoints()}:
                raise NotFound(f"There is no endpoint {name!r}.")
        except NotFound:
            if not self._store.lineage(subject, 1):
                raise
        return subject

    def _imported(self, edges: Sequence[Edge]) -> dict[str, Version]:
        """The first version that each source was read into."""
        found: dict[str, Version] = {}
        for edge in edges:
            if edge.relation == "imported" and edge.source not in found:
                version = self._version(edge.target.partition(":")[2])
                if version is not None:
                    found[edge.source] = version
        return found

    def _version(self, ref: str) -> Version | None:
        try:
            return self._data.get(ref)
        except NotFound:
            return None

    def _node(
        self,
        models: dict[str, ModelVersion],
        imported: dict[str, Version],
        endpoints: dict[str, Endpoint],
        subject: str,
        kind: str = "",
        name: str = "",
    ) -> Node:
        gone = Node(subject, kind, name, "no longer here", here=False)
        if kind in ("data", "recipe"):
            version = self._version(name)
            if version is None:
                return gone
            if kind == "data":
                return Node(subject, kind, name, _size(version))
            return Node(subject, kind, "recipe", _steps(version))
        if kind == "run":
            try:
                return Node(subject, kind, name, _run_facts(self._run(name)))
            except LabstudioError:
                return gone
        if kind == "model":
            model = models.get(subject)
            return Node(subject, kind, name, ", ".join([model.task, *model.aliases])) if model else gone
        if kind == "endpoint":
            there = endpoints.get(subject)
            return Node(subject, kind, name, f"{there.model} answers") if there else gone
        if kind == "source":
            version = imported.get(subject)
            return gone if version is None else Node(subject, kind, *_source(version))
        if kind == "encoder":
            return Node(subject, kind, "encoder of images", name[:8])
        if kind == "file":
            return Node(subject, kind, "ONNX file", name[:8])
        return Node(subject, kind, name)


def _model(name: str, models: dict[str, ModelVersion]) -> ModelVersion:
    plain, _, which = name.partition("@")
    newest = sorted((m for m in models.values() if m.name == plain), key=lambda m: -m.version)
    found = [m for m in newest if not which or which == str(m.version) or which in m.aliases]
    if not found:
        raise NotFound(f"There is no model {name!r}.")
    return found[0]


def _size(version: Version) -> str:
    if version.kind == "table":
        return f"{version.rows:,} × {len(version.schema)}"
    return f"{version.rows:,} file{'' if version.rows == 1 else 's'}"


def _source(version: Version) -> tuple[str, str, str]:
    """What a source is called, what it is, and where it lies."""
    origin = version.origin or {}
    if version.found.get("format") == "frame":
        return "DataFrame", "in a cell", ""
    if "path" in origin or "://" not in version.source:
        kind = {"path": "file"}.get(origin.get("kind", ""), "upload")
        return PurePath(version.source).name or version.source, kind, str(origin.get("path", version.source))
    return version.source, "", version.source


def _store_of(version: Version) -> str | None:
    store = (version.origin or {}).get("store")
    return f"datastore:{store}" if isinstance(store, str) else None


def _steps(version: Version) -> str:
    origin = version.origin or {}
    steps = origin.get("steps") or origin.get("recipe", {}).get("steps") or []
    done = [step["op"] for step in steps if step.get("enabled") is not False]
    return f"{len(done)} step{'' if len(done) == 1 else 's'}: {', '.join(done)}" if done else ""


def _run_facts(run: Run) -> str:
    scores = run.outcome.get("holdout") or {}
    if not scores:
        return f"AutoML, {run.state}"
    metric, score = next(iter(scores.items()))
    return f"AutoML, {metric} {score:.3g}"
