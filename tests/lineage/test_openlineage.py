"""Events for OpenLineage: read by its own classes, written to a file, sent to a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    dataset_type_dataset,
    dataset_version_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)
from openlineage.client.generated.base import EventType
from openlineage.client.serde import Serde

from labstudio.errors import Unavailable

FACETS = {
    "version": dataset_version_dataset.DatasetVersionDatasetFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
    "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet,
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}


def facet(name: str, content: dict[str, Any]) -> Any:
    told = {key: value for key, value in content.items() if not key.startswith("_")}
    if name == "schema":
        told["fields"] = [schema_dataset.SchemaDatasetFacetFields(**one) for one in told["fields"]]
    if name == "columnLineage":
        told["fields"] = {
            column: column_lineage_dataset.Fields(
                [
                    column_lineage_dataset.InputField(
                        **one
                        | {
                            "transformations": [
                                column_lineage_dataset.Transformation(**t) for t in one["transformations"]
                            ]
                        }
                    )
                    for one in field["inputFields"]
                ]
            )
            for column, field in told["fields"].items()
        }
    made = FACETS[name](**told, producer=content["_producer"])
    assert content["_schemaURL"] == made._get_schema()
    return made


def dataset(kind: type, told: dict[str, Any]) -> Any:
    parts = {
        part: {name: facet(name, content) for name, content in told[part].items()}
        for part in ("facets", "outputFacets")
        if part in told
    }
    return kind(told["namespace"], told["name"], **parts)


def read(event: dict[str, Any]) -> RunEvent:
    """Read an event as OpenLineage's own client has it; what it does not know, it refuses."""
    known = {"eventTime", "producer", "schemaURL", "eventType", "run", "job", "inputs", "outputs"}
    assert set(event) == known
    made = RunEvent(
        eventTime=event["eventTime"],
        producer=event["producer"],
        eventType=EventType[event["eventType"]],
        run=Run(**event["run"]),
        job=Job(**event["job"]),
        inputs=[dataset(InputDataset, one) for one in event["inputs"]],
        outputs=[dataset(OutputDataset, one) for one in event["outputs"]],
    )
    assert made.schemaURL == event["schemaURL"]
    return made


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_empty(one) for key, one in value.items() if one not in ({}, [], None)}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def events(ws) -> list[dict[str, Any]]:
    return ws.lineage.events("model:spend@1")


def test_every_event_is_one_that_openlineage_knows_and_would_write_itself(events):
    for event in events:
        again = json.loads(Serde.to_json(read(event)))
        assert without_empty(again) == without_empty(event)


def test_each_thing_that_was_produced_is_one_event_in_the_order_of_their_making(events):
    assert [event["job"]["name"] for event in events] == [
        "import orders", "append orders", "prepare orders_clean", "automl orders_clean paid", "register spend"
    ]  # fmt: skip
    assert {event["eventType"] for event in events} == {"COMPLETE"}
    assert sorted(event["eventTime"] for event in events) == [event["eventTime"] for event in events]


def test_datasets_are_told_with_version_schema_and_size(events, source):
    first, _, prepared, run, model = events
    assert first["inputs"][0]["name"] == str(source)
    into, out = prepared["inputs"][0], prepared["outputs"][0]
    assert (into["name"], into["facets"]["version"]["datasetVersion"]) == ("orders", "2")
    assert [one["name"] for one in out["facets"]["schema"]["fields"]] == ["price", "count", "paid", "state"]
    assert out["outputFacets"]["outputStatistics"]["rowCount"] == 500
    assert run["outputs"][0]["facets"]["datasetType"]["datasetType"] == "MODEL"
    assert model["inputs"][0]["name"] == run["outputs"][0]["name"]


def test_told_again_the_events_have_the_same_ids(ws, events):
    again = ws.lineage.events("model:spend@1")
    assert again == events
    assert len({event["run"]["runId"] for event in events}) == len(events)


def test_they_are_written_to_a_file_a_line_each(ws, events, tmp_path):
    assert ws.lineage.export("model:spend@1", tmp_path / "events.jsonl") == 5
    assert [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()] == events
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]
    with pytest.raises(Unavailable, match="cannot be written"):
        ws.lineage.export("orders", tmp_path / "no" / "events.jsonl")


class Listener(BaseHTTPRequestHandler):
    """Keeps what it is sent; after `most` it has had enough."""

    taken: list[tuple[str, dict[str, Any]]] = []
    most = 100

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        full = len(self.taken) >= self.most
        if not full:
            self.taken.append((self.headers.get("Authorization", ""), json.loads(body)))
        self.send_response(507 if full else 201)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Listener.taken, Listener.most = [], 100
    found = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}/api/v1/lineage"
    found.shutdown()
    found.server_close()
    thread.join()


def test_they_are_sent_to_a_server_one_after_the_other(ws, events, server):
    assert ws.lineage.export("model:spend@1", server, token="planted") == 5
    assert Listener.taken == [("Bearer planted", event) for event in events]


def test_a_server_that_fails_says_how_far_it_came_and_not_the_token(ws, server):
    Listener.most = 2
    with pytest.raises(Unavailable, match=r"answered 507 .*; it has 2 of 5 events") as failed:
        ws.lineage.export("model:spend@1", server, token="planted")
    assert "planted" not in str(failed.value)


def test_a_server_that_is_not_there_is_a_sentence(ws):
    with pytest.raises(Unavailable, match=r"does not answer .*; it has 0 of 2 events"):
        ws.lineage.export("orders", "http://127.0.0.1:9/api/v1/lineage")
