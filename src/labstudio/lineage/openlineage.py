"""A graph as OpenLineage events, and their way into a file or to a server.

Each thing that was produced (a version, a run, a model) is one run event with what went in and came out.
Written again, an event has the same id, so that a server knows it. See
https://openlineage.io/spec/2-0-2/OpenLineage.json and https://openlineage.io/docs/spec/facets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from labstudio.errors import LabstudioError, Unavailable

if TYPE_CHECKING:
    from labstudio.automl import Run
    from labstudio.data import Version
    from labstudio.lineage.graph import Graph
    from labstudio.store import Edge

_SPEC = "https://openlineage.io/spec"
_STATES = {"complete": "COMPLETE", "failed": "FAIL", "stopped": "ABORT", "running": "RUNNING"}
_VERBS = {"imported": "import", "appended": "append", "prepared": "prepare", "registered": "register"}
_PATIENCE = 30.0  # seconds for a server's answer


def events(
    graph: Graph,
    namespace: str,
    version_of: Callable[[str], Version | None],
    run_of: Callable[[str], Run],
    columns_of: Callable[[str], dict[str, list[tuple[str, str]]]],
) -> list[dict[str, Any]]:
    """Return an event for the graph's subject and for each thing it was made from, the first made first.

    Parameters
    ----------
    graph : Graph
        The things and how they are related.
    namespace : str
        Of the workspace's own things.
    version_of, run_of : callable
        Give a version and a run by their names.
    columns_of : callable
        Gives the columns that each column of a version was made from, as (version, column).
    """
    writer = _Writer(graph, namespace, version_of, run_of, columns_of)
    wanted = [node for node in graph.nodes if node.subject == graph.subject or node in set(graph.sources)]
    return [event for node in wanted if (event := writer.event(node.subject)) is not None]


def write(found: Sequence[dict[str, Any]], path: Path) -> None:
    """Write events into a file, a line each; what it held is replaced at once or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(lines(found), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror}).") from None


def lines(found: Sequence[dict[str, Any]]) -> str:
    """Return events as text, a line each."""
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in found)


def post(found: Sequence[dict[str, Any]], url: str, token: str = "") -> None:
    """Send events to an OpenLineage server, one after the other.

    Raises
    ------
    Unavailable
        It does not answer, or takes none of them; the sentence says how many it has taken.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    for number, event in enumerate(found):
        body = json.dumps(event, ensure_ascii=False).encode()
        try:
            with urlopen(Request(url, body, headers), timeout=_PATIENCE):
                pass
        except HTTPError as error:
            reason = f"answered {error.code} {error.reason}"
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = f"does not answer ({getattr(error, 'reason', error)})"
        else:
            continue
        raise Unavailable(f"{url} {reason}; it has {number} of {len(found)} events.")


class _Writer:
    """What one graph is written with."""

    def __init__(
        self,
        graph: Graph,
        namespace: str,
        version_of: Callable[[str], Version | None],
        run_of: Callable[[str], Run],
        columns_of: Callable[[str], dict[str, list[tuple[str, str]]]],
    ) -> None:
        self._graph, self._namespace = graph, namespace
        self._version_of, self._run_of, self._columns_of = version_of, run_of, columns_of
        self._producer = f"urn:labstudio:{metadata.version('labstudio')}"

    def event(self, subject: str) -> dict[str, Any] | None:
        """Return what produced a thing; None where nothing here did."""
        into = self._into(subject)
        if not into or subject.partition(":")[0] not in ("data", "run", "model"):
            return None
        state, moment = "COMPLETE", max(edge.created for edge in into)
        kind, _, name = subject.partition(":")
        job = f"{_VERBS.get(into[0].relation, into[0].relation)} {name.partition('@')[0]}"
        if kind == "run":
            try:
                run = self._run_of(name)
                state, moment = _STATES.get(run.state, "OTHER"), run.ended or run.started
                job = f"automl {run.data.partition('@')[0]} {run.target}"
            except LabstudioError:
                job = "automl"
        return {
            "eventTime": datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z"),
            "producer": self._producer,
            "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "eventType": state,
            "run": {"runId": str(uuid5(NAMESPACE_URL, f"{self._namespace}/{subject}/{into[0].created}"))},
            "job": {"namespace": self._namespace, "name": job},
            "inputs": [self._dataset(edge.source) for edge in into],
            "outputs": [self._dataset(subject) | self._statistics(subject)],
        }

    def _into(self, subject: str) -> list[Edge]:
        """The edges from what a thing was made from; past the recipe, which is how it was made."""
        found = [edge for edge in self._graph.edges if edge.target == subject]
        recipes = {edge.source for edge in found if edge.source.startswith("recipe:")}
        read = [edge for edge in self._graph.edges if edge.target in recipes]
        prepared = [type(edge)(edge.source, subject, "prepared", edge.created) for edge in read]
        return [*prepared, *(edge for edge in found if edge.source not in recipes)]

    def _dataset(self, subject: str) -> dict[str, Any]:
        kind, _, name = subject.partition(":")
        if kind == "data":
            facets = {"version": self._facet("1-0-1", "DatasetVersionDatasetFacet",
                                             datasetVersion=name.rpartition("@")[2])}  # fmt: skip
            version = self._version_of(name)
            if version is not None and len(version.schema):
                facets["schema"] = self._facet(
                    "1-2-0", "SchemaDatasetFacet",
                    fields=[{"name": one.name, "type": one.physical} for one in version.schema],
                )  # fmt: skip
                facets |= self._column_lineage(name)
            return {"namespace": self._namespace, "name": name.rpartition("@")[0], "facets": facets}
        if kind in ("run", "model"):
            plain, _, number = name.partition("@")
            facets = {"datasetType": self._facet("1-0-1", "DatasetTypeDatasetFacet", datasetType="MODEL")}
            if number:
                facets["version"] = self._facet("1-0-1", "DatasetVersionDatasetFacet", datasetVersion=number)
            return {"namespace": self._namespace, "name": f"{kind}/{plain}", "facets": facets}
        node = self._graph.node(subject)
        stores = [edge.source for edge in self._graph.edges if edge.target == subject]
        where = stores[0] if stores else "file" if kind == "file" else self._namespace
        return {"namespace": where, "name": node.place or node.label, "facets": {}}

    def _column_lineage(self, ref: str) -> dict[str, Any]:
        fields = {
            column: {
                "inputFields": [
                    {
                        "namespace": self._namespace,
                        "name": source.rpartition("@")[0],
                        "field": field,
                        "transformations": [{"type": "DIRECT"}],
                    }
                    for source, field in sources
                ]
            }
            for column, sources in self._columns_of(ref).items()
        }
        if not fields:
            return {}
        return {"columnLineage": self._facet("1-2-0", "ColumnLineageDatasetFacet", fields=fields)}

    def _statistics(self, subject: str) -> dict[str, Any]:
        kind, _, name = subject.partition(":")
        version = self._version_of(name) if kind == "data" else None
        if version is None:
            return {}
        facet = self._facet(
            "1-0-2", "OutputStatisticsOutputDatasetFacet", rowCount=version.rows, size=version.size
        )
        return {"outputFacets": {"outputStatistics": facet}}

    def _facet(self, version: str, name: str, **content: Any) -> dict[str, Any]:
        url = f"{_SPEC}/facets/{version}/{name}.json#/$defs/{name}"
        return {"_producer": self._producer, "_schemaURL": url, **content}
