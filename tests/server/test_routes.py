"""The routes answer what they promise."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from serving import Server, ref

from labstudio.server.openapi import document

ROOT = Path(__file__).parents[2]


def test_the_status_says_where_the_workspace_is(server: Server) -> None:
    found = server.get("status")
    assert found["root"] == str(server.folder / ".labstudio")
    assert found["revision"] > 0


def test_a_file_of_the_folder_becomes_an_asset(server: Server) -> None:
    (server.folder / "cities.csv").write_text("city,people\nOslo,700000\nRome,2800000\n")
    added = server.post("data", name="cities", path="cities.csv")
    assert (added["asset"]["ref"], added["asset"]["rows"], added["existed"]) == ("cities@1", 2, False)
    assert server.post("data", name="cities", path="cities.csv")["existed"]
    assert {"cities@1", "people@1"} <= {one["ref"] for one in server.get("data")}


def test_an_asset_names_its_columns_and_its_versions(server: Server) -> None:
    (server.folder / "twice.csv").write_text("a\n1\n")
    server.post("data", name="twice", path="twice.csv")
    (server.folder / "twice.csv").write_text("a\n1\n2\n")
    server.post("data", name="twice", path="twice.csv")
    found = server.get("data/twice")
    assert found["ref"] == "twice@2"
    assert [column["name"] for column in found["fields"]] == ["a"]
    assert [one["ref"] for one in found["versions"]] == ["twice@2", "twice@1"]


def test_a_profile_notes_what_is_to_be_looked_at(server: Server) -> None:
    (server.folder / "gaps.csv").write_text(
        "x,y\n" + "\n".join(f"{i if i % 2 else ''},{i}" for i in range(100))
    )
    server.post("data", name="gaps", path="gaps.csv")
    x, y = server.get("data/gaps/profile")["columns"]
    assert (x["missing"], x["note"], x["alert"]) == (50, "50 missing", True)
    assert y["missing"] == 0
    assert len(y["counts"]) == 20


def test_a_page_is_sorted_and_filtered(server: Server) -> None:
    page = server.get("data/people/rows", sort=["-age", "spend"], filter="region = south", limit=3)
    assert page["total"] == 200
    ages = page["values"][0]
    assert ages == sorted(ages, reverse=True)
    assert len(ages) == 3
    assert set(page["values"][1]) == {"south"}


def test_a_page_comes_as_arrow_too(server: Server) -> None:
    status, content = server.ask("GET", "data/people/rows", format="arrow", offset=590)
    table = pa.ipc.open_stream(content).read_all()
    assert status == 200
    assert table.column_names == ["age", "region", "spend"]
    assert table.num_rows == 10


def test_a_window_of_columns_is_given_alone(server: Server) -> None:
    page = server.get("data/people/rows", first_column=1, columns=1, limit=2)
    assert [column["name"] for column in page["columns"]] == ["region"]
    assert len(page["values"]) == 1


def test_a_file_arrives_in_chunks_and_goes_on_where_it_stopped(server: Server) -> None:
    content = b"n\n" + b"\n".join(b"%d" % i for i in range(1000))
    upload = server.post("uploads", filename="numbers.csv", size=len(content))
    first = server.ask("PUT", f"uploads/{upload['id']}", content[:1000], offset=0)[1]
    assert first["offset"] == 1000
    status, problem = server.ask("PUT", f"uploads/{upload['id']}", content[:1000], offset=0)
    assert status == 409
    assert "byte 1000" in problem["message"]
    assert server.get(f"uploads/{upload['id']}")["offset"] == 1000
    server.ask("PUT", f"uploads/{upload['id']}", content[1000:], offset=1000)
    added = server.post("data", name="numbers", upload=upload["id"])
    assert added["asset"]["rows"] == 1000
    assert added["asset"]["source"] == "numbers.csv"
    assert server.ask("GET", f"uploads/{upload['id']}")[0] == 404


def test_a_form_has_plain_types_and_says_what_comes_first(server: Server) -> None:
    form = server.get("forms/automl")
    assert form["first"] == ["data", "target", "task", "budget"]
    assert form["form"]["properties"]["budget"]["type"] == "number"
    assert form["form"]["properties"]["target"]["choices"] == "columns(data)"
    assert "anyOf" not in json.dumps(form["form"])


def test_a_cell_does_what_the_form_says(server: Server) -> None:
    told = {"magic": "automl", "options": {"data": "people@1", "target": "spend", "budget": 10}}
    found = server.post("cells", **told)
    assert found == {
        "setup": "%load_ext labstudio",
        "source": "%automl --data people@1 --target spend --budget 10",
    }


@pytest.mark.parametrize(
    ("magic", "verb", "options", "source"),
    [
        ("data", "show", {"data": "people@1"}, "%data show people@1"),
        ("data", "add", {"name": "t", "source": "/srv/t.csv"}, "%data add t /srv/t.csv"),
        ("predict", "", {"model": "spend@1", "data": "people@1"}, "%predict --model spend@1 --data people@1"),
        ("jobs", "log", {"job": "job-3"}, "%jobs log job-3"),
    ],
)
def test_every_document_has_its_cell(
    server: Server, magic: str, verb: str, options: dict[str, Any], source: str
) -> None:
    assert server.post("cells", magic=magic, verb=verb, options=options)["source"] == source


@pytest.mark.parametrize("name", ['a "b"', "{x}", "50 %", "# no", "$HOME", "two\nlines", "a,b", "-dash"])
def test_a_cell_takes_a_column_of_any_name(server: Server, name: str) -> None:
    from labstudio.automl.settings import AutoMLRun
    from labstudio.options import from_lines

    options = {"data": "people@1", "target": name, "exclude": [name, "age"]}
    head, _, lines = server.post("cells", magic="automl", options=options)["source"].partition("\n")
    assert head == "%%automl"
    assert from_lines(AutoMLRun, lines) == AutoMLRun(**options)


def test_the_way_from_data_to_a_prediction(server: Server) -> None:
    check = server.post("automl/check", data="people@1", target="spend")
    assert (check["task"], check["rows"]) == ("regression", 600)
    assert {"name", "state", "detail", "evidence", "fix", "effect"} == set(check["guardrails"][0])
    run = server.post("automl/runs", data="people@1", target="spend", trials=2)
    assert run["state"] in ("queued", "running")
    assert run["job"]
    done = server.until(f"automl/runs/{run['id']}", lambda one: one["ended"], 120)
    assert done["state"] == "complete", done["error"]
    assert done["certificate"]["passed"]
    assert done["leaderboard"][0]["score"] is not None
    assert [trial["number"] for trial in done["leaderboard"] if trial["best"]]
    figures = server.get(f"automl/runs/{run['id']}/figures")["figures"]
    assert {"score_over_time", "predicted_vs_true", "importance"} <= set(figures)
    job = server.until(f"jobs/{run['job']}", lambda one: one["ended"])
    assert (job["state"], job["result"]) == ("complete", {"run": run["id"]})
    log = server.get(f"jobs/{run['job']}/log")
    assert log["text"]
    assert log["offset"] == log["size"]
    model = server.post("models", run=run["id"], name="spend")
    assert model["ref"] == "spend@1"
    assert model["data"] == "people@1"
    detail = server.get("models/spend@1".replace("@", "%40"))
    assert {one["name"]: one["kind"] for one in detail["inputs"]} == {"age": "integer", "region": "choice"}
    usual = {one["name"]: one["usual"] for one in detail["inputs"]}
    answer = server.post(f"models/{ref('spend@1')}/predict", rows=[usual, {"age": None}])
    assert len(answer["predictions"]) == 2
    endpoint = server.post("endpoints", name="till", model="spend@1")
    assert (endpoint["model"], endpoint["subject"]) == ("spend@1", "endpoint:till")
    at_endpoint = server.post("endpoints/till/predict", rows=[usual, {"age": None}])
    assert (at_endpoint["ref"], at_endpoint["predictions"]) == ("spend@1", answer["predictions"])
    switched = server.ask("PUT", "endpoints/till", {"model": "spend"})
    assert switched == (200, endpoint)  # the newest version answers already
    assert [one["name"] for one in server.get("endpoints")] == ["till"]
    kinds = [node["kind"] for node in server.get("lineage", subject="model:spend@1")["nodes"]]
    assert kinds == ["source", "data", "run", "model", "endpoint"]
    events = server.ask("GET", "lineage/events", subject="model:spend@1")[1].decode().splitlines()
    assert [json.loads(line)["eventType"] for line in events] == ["COMPLETE"] * 3
    card = server.get(f"data/{ref('people@1')}/card")
    assert (card["@type"], card["name"]) == ("sc:Dataset", "people")
    assert (
        server.ask("GET", f"models/{ref('spend@1')}/file")[1]
        == server.ask("GET", f"automl/runs/{run['id']}/model")[1]
    )


def test_every_operation_of_the_document_is_served(server: Server) -> None:
    found = server.get("openapi.json")
    assert found == json.loads(json.dumps(document()))


def test_the_types_of_the_panels_are_those_of_the_routes(tmp_path: Path) -> None:
    """The TypeScript compiler holds every panel against them."""
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    made = tmp_path / "schema.ts"
    generator = ROOT / "node_modules/openapi-typescript/bin/cli.js"
    subprocess.run(
        ["node", generator, tmp_path / "openapi.json", "-o", made], check=True, capture_output=True
    )
    assert made.read_text() == (ROOT / "labextension/src/api/schema.ts").read_text(), "run: make types"


def _refusals() -> list[tuple[str, str, Any, str]]:
    return [
        ("GET", "data/nothing", None, "There is no data called 'nothing'"),
        ("GET", "data/people/rows?limit=-1", None, "limit must be at least 1, not -1."),
        ("GET", "data/people/rows?filter=aeg%20%3E%203", None, "aeg"),
        ("GET", "automl/runs/run-99", None, "There is no run-99"),
        ("GET", "automl/runs/..", None, "is not the id of a run"),
        ("POST", "automl/runs", {"data": "people", "target": "spent"}, "did you mean 'spend'?"),
        ("POST", "automl/runs", {"data": "people", "target": "spend", "budgt": 3}, "did you mean --budget?"),
        ("POST", "data", {"name": "x", "path": "none.csv"}, "There is no file 'none.csv'"),
        ("POST", "data", {"name": "a/b", "path": "people.csv"}, "cannot be the name of data"),
        ("POST", "models", {"run": "run-99", "name": "x"}, "There is no run-99"),
        ("GET", "nowhere", None, "There is no"),
        ("POST", "data", b"{", "The body is not valid JSON."),
        ("POST", "data", [1], "The body must be a JSON object"),
    ]


@pytest.mark.parametrize(("method", "path", "body", "sentence"), _refusals())
def test_what_is_wrong_is_said_in_a_sentence(
    server: Server, method: str, path: str, body: Any, sentence: str
) -> None:
    status, found = server.ask(method, path, body)
    assert 400 <= status < 500, found
    assert sentence in found["message"]
