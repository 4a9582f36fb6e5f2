"""What was made from what, as people see it: every kind of thing, both ways."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.errors import Invalid, NotFound
from labstudio.lineage.graph import Node, build
from labstudio.store import Edge

CHAIN = ["source", "data", "data", "recipe", "data", "run", "model"]


def test_a_model_is_traced_back_to_the_file_of_its_first_version(ws):
    graph = ws.lineage("model:spend@1")
    assert [node.kind for node in graph.nodes] == CHAIN
    assert [node.label for node in graph.nodes[:3]] == ["orders.csv", "orders@1", "orders@2"]
    assert [node.kind for node in graph.sources] == CHAIN[:-1]
    assert graph.results == ()
    assert not graph.cut


def test_a_file_is_followed_to_the_models_that_came_of_it(ws):
    whole = ws.lineage("model:spend@1")
    graph = ws.lineage("orders@1")
    assert [node.subject for node in graph.nodes] == [node.subject for node in whole.nodes]
    assert [node.kind for node in graph.sources] == ["source"]
    assert [node.kind for node in graph.results] == CHAIN[2:]


def test_the_relations_read_as_a_sentence(ws):
    graph = ws.lineage("orders_clean")
    said = [
        (graph.node(edge.source).kind, edge.relation, graph.node(edge.target).kind) for edge in graph.edges
    ]
    assert sorted(said) == [
        ("data", "appended", "data"),
        ("data", "learned from", "run"),
        ("data", "read", "recipe"),
        ("recipe", "prepared", "data"),
        ("run", "registered", "model"),
        ("source", "imported", "data"),
    ]


def test_each_thing_says_what_is_to_be_known_of_it(ws, source):
    facts = {node.kind: node.facts for node in ws.lineage("model:spend@1").nodes}
    assert facts["source"] == "file"
    assert facts["data"] == "500 × 4"
    assert facts["recipe"] == "3 steps: filter, derive, select"
    assert facts["run"].startswith("AutoML, r")
    assert facts["model"] == "regression"
    assert ws.lineage("orders").nodes[0].place == str(source)


def test_things_are_called_as_everywhere(ws):
    model = ws.lineage("model:spend@1")
    assert ws.lineage("model:spend") == model
    assert ws.lineage("orders_clean").subject == "data:orders_clean@1"
    assert ws.lineage("recipe:orders_clean@1").subject == "data:orders_clean@1"
    assert ws.lineage(ws.automl.list()[0].subject).node("model:spend@1").here


@pytest.mark.parametrize("subject", ["nothing", "data:nothing@1", "run:run-99", "model:spend@9"])
def test_what_never_was_has_no_lineage(ws, subject):
    with pytest.raises(NotFound):
        ws.lineage(subject)


@pytest.mark.parametrize("subject", ["cat:tom", "data:", ":"])
def test_what_cannot_have_a_lineage_is_refused(ws, subject):
    with pytest.raises(Invalid, match="names nothing that has a lineage"):
        ws.lineage(subject)


def test_what_is_no_longer_here_says_so(tmp_path):
    ws = Workspace(tmp_path)
    ws.data.add("a", pd.DataFrame({"x": [1, 2]}))
    with ws.store.write() as connection:
        ws.store.link(connection, "data:a@1", "model:gone@1", "registered")
        ws.store.link(connection, "model:gone@1", "endpoint:live", "serves")
    graph = ws.lineage("a")
    assert [(node.kind, node.here) for node in graph.nodes] == [
        ("source", True), ("data", True), ("model", False), ("endpoint", False)
    ]  # fmt: skip
    assert graph.node("model:gone@1").facts == "no longer here"
    assert ws.lineage("model:gone@1").subject == "model:gone@1"


def test_a_datastore_stands_before_what_lies_in_it():
    edge = Edge("file:f", "data:a@1", "imported", 1.0)
    graph = build("data:a@1", [edge], {"file:f": "datastore:lake"}, Node)
    assert [(node.kind, node.label) for node in graph.nodes] == [
        ("datastore", "lake"), ("source", "f"), ("data", "a@1")
    ]  # fmt: skip
    assert [edge.relation for edge in graph] == ["holds", "imported"]


def test_a_recipe_reads_all_its_inputs():
    edges = [Edge("data:a@1", "data:c@1", "prepared", 1.0), Edge("data:b@1", "data:c@1", "prepared", 1.0)]
    graph = build("data:c@1", edges, {}, Node)
    assert [(edge.source, edge.target) for edge in graph] == [
        ("data:a@1", "recipe:c@1"), ("recipe:c@1", "data:c@1"), ("data:b@1", "recipe:c@1")
    ]  # fmt: skip


def test_the_files_of_runs_are_not_shown_but_those_that_a_model_was_brought_in_are():
    made = [
        Edge("run:1", "file:m", "made", 1.0),
        Edge("run:2", "file:m", "made", 1.0),
        Edge("file:m", "model:m@1", "file", 2.0),
        Edge("run:1", "model:m@1", "registered", 2.0),
    ]
    graph = build("model:m@1", made, {}, Node)
    assert {(edge.source, edge.relation) for edge in graph} == {("run:1", "registered"), ("run:2", "file")}
    brought = build("model:m@1", made[2:3], {}, Node)
    assert [node.kind for node in brought.nodes] == ["file", "model"]
    assert build("file:m", made[:1], {}, Node).node("file:m").kind == "file"


def test_a_circle_comes_to_an_end():
    edges = [Edge("data:a@1", "data:b@1", "made", 1.0), Edge("data:b@1", "data:a@1", "made", 1.0)]
    graph = build("data:a@1", edges, {}, Node)
    assert {node.subject for node in graph.sources} == {"data:b@1"}
    assert len(graph.nodes) == 2


def test_a_very_long_chain_is_cut_far_from_where_one_looks(tmp_path, monkeypatch):
    monkeypatch.setattr("labstudio.lineage.lineage.MOST", 50)
    ws = Workspace(tmp_path)
    with ws.store.write() as connection:
        for number in range(200):
            ws.store.link(connection, f"job:{number}", f"job:{number + 1}", "made")
    began = time.perf_counter()
    graph = ws.lineage("job:100")
    assert time.perf_counter() - began < 2
    assert graph.cut
    assert {node.label for node in graph.nodes} == {str(number) for number in range(50, 151)}
