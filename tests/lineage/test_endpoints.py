"""Endpoints: one name for whichever version answers, known to the lineage from the first file on."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.automl import AutoMLRun
from labstudio.errors import Conflict, Invalid, NotFound


@pytest.fixture(scope="module")
def served(ws, tmp_path_factory):
    """A copy of the chain's workspace with a second version of its model, and an endpoint of the first."""
    place = tmp_path_factory.mktemp("served") / "shop"
    shutil.copytree(ws.root.parent, place)
    ws = Workspace(place)
    run = ws.automl.run(AutoMLRun(data="orders_clean", target="paid", trials=1, seed=3, exclude=["state"]))
    assert ws.models.register(run, "spend").ref == "spend@2"
    ws.endpoints.create("till", "spend@1")
    yield ws
    ws.store.close()


ROWS = pd.DataFrame({"price": [10.0, 20.0], "count": [1, 2], "state": ["paid", "open"]})


def test_a_source_is_followed_to_the_endpoint_that_answers_by_it(served):
    graph = served.lineage("orders@1")
    assert [node.kind for node in graph.results][-1] == "endpoint"
    whole = served.lineage("endpoint:till")
    kinds = [node.kind for node in whole.sources]
    assert kinds == ["source", "data", "data", "recipe", "data", "run", "model"]
    node = whole.node("endpoint:till")
    assert (node.label, node.facts, node.here) == ("till", "spend@1 answers", True)
    assert ("model:spend@1", "serves") in [(edge.source, edge.relation) for edge in whole]


def test_an_endpoint_answers_as_its_model_does_and_switches_without_a_gap(served):
    first, second = (served.models.load(ref).predict(ROWS).tolist() for ref in ("spend@1", "spend@2"))
    assert served.endpoints.predict("till", ROWS).tolist() == first
    found = served.endpoints.switch("till", "spend")
    assert (found.model, found.changed > found.created) == ("spend@2", True)
    assert served.endpoints.predict("till", ROWS).tolist() == second
    assert served.endpoints.switch("till", "spend@2") == found  # it does already
    models = [node.label for node in served.lineage("endpoint:till").nodes if node.kind == "model"]
    assert sorted(models) == ["spend@1", "spend@2"]  # all that ever answered
    served.endpoints.switch("till", "spend@1")
    verbs = [event.verb for event in served.events(5) if event.subject == "endpoint:till"]
    assert verbs == ["endpoint.switched", "endpoint.switched", "endpoint.created"]


@pytest.mark.parametrize(
    ("name", "model", "error", "sentence"),
    [
        ("till", "spend@2", Conflict, "'till' is there already, and spend@1 answers; switch it"),
        ("Till", "spend", Invalid, "'Till' cannot name an endpoint: use up to 63 small letters"),
        ("../x", "spend", Invalid, "cannot name an endpoint"),
        ("a-", "spend", Invalid, "cannot name an endpoint"),
        ("a" * 64, "spend", Invalid, "cannot name an endpoint"),
        ("new", "spent", NotFound, "no model 'spent'; did you mean 'spend'"),
        ("new", "spend@9", NotFound, "has no version or alias 9"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_kept(served, name, model, error, sentence):
    before = served.endpoints.list()
    with pytest.raises(error, match=sentence):
        served.endpoints.create(name, model)
    assert served.endpoints.list() == before


def test_what_is_not_there_is_said_with_what_is(served):
    with pytest.raises(NotFound, match="no endpoint 'tilt'; did you mean 'till'"):
        served.endpoints.get("tilt")
    for ask in (lambda: served.endpoints.remove("none"), lambda: served.lineage("endpoint:none")):
        with pytest.raises(NotFound, match="no endpoint 'none'"):
            ask()


def test_rows_that_lack_a_column_are_told_which(served):
    with pytest.raises(Invalid, match="price"):
        served.endpoints.predict("till", ROWS.drop(columns="price"))


def test_an_endpoint_that_was_removed_stays_in_the_lineage(served):
    served.endpoints.create("gone", "spend@1")
    served.endpoints.remove("gone")
    node = served.lineage("orders@1").node("endpoint:gone")
    assert (node.facts, node.here) == ("no longer here", False)
    assert served.lineage("endpoint:gone").sources
    served.endpoints.create("gone", "spend@2")
    assert served.lineage("endpoint:gone").node("endpoint:gone").here
    served.endpoints.remove("gone")
