"""Recipes through the server: saved as they are, tried, run as a job, replayed on newer data, forgotten."""

from __future__ import annotations

import time

from serving import Server

STEPS = [{"op": "filter", "where": "age > 30"}, {"op": "derive", "name": "half", "value": "spend / 2"}]


def _done(server: Server, job: str) -> str:
    until = time.monotonic() + 60
    while (found := server.get(f"jobs/{job}"))["state"] in ("queued", "running"):
        assert time.monotonic() < until, found
        time.sleep(0.1)
    assert found["state"] == "complete", found["error"]
    return str(found["result"]["data"])


def test_a_recipe_is_saved_unfinished_read_again_and_forgotten(server: Server) -> None:
    unfinished = [*STEPS, {"op": "rename"}]
    saved = server.ask("PUT", "recipes/draft", {"input": "people@1", "steps": unfinished})[1]
    assert (saved["input"], saved["steps"]) == ("people@1", unfinished)
    assert server.get("recipes/draft") == saved
    assert server.ask("DELETE", "recipes/draft")[0] == 200
    assert server.ask("GET", "recipes/draft")[0] == 404
    assert server.ask("DELETE", "recipes/draft")[0] == 404


def test_a_preview_shows_the_rows_before_a_step_that_is_not_finished(server: Server) -> None:
    told = {"input": "people@1", "steps": [*STEPS, {"op": "rename"}], "rows": 5}
    status, found = server.ask("POST", "recipes/preview", told)
    assert status == 200
    assert found["step"] == 1
    assert [one["name"] for one in found["columns"]] == ["age", "region", "spend", "half"]
    assert found["steps"][1]["added"] == ["half"]
    assert found["steps"][2]["error"]


def test_a_run_makes_a_version_that_knows_its_recipe_and_is_made_again(server: Server) -> None:
    job = server.post("recipes/run", name="older", input="people@1", steps=STEPS)["job"]
    assert _done(server, job) == "older@1"
    made = server.get("data/older@1")
    assert made["origin"] == {"kind": "recipe", "input": "people@1", "steps": STEPS}
    assert made["refreshable"]
    again = server.post("data/older/refresh")
    ref = _done(server, again["job"]) if again["job"] else again["asset"]["ref"]
    assert ref == "older@1"  # people has not changed


def test_the_menu_of_functions_says_what_each_takes(server: Server) -> None:
    known = {one["name"]: one for one in server.get("recipes/functions")}
    assert known["round"]["takes"] == ["number", "number?"]
    assert known["concat"]["takes"][-1] == "…"
    assert "and" not in known
