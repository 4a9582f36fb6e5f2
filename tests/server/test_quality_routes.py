"""Quality rules through the server: saved, suggested, checked, their failing rows looked at."""

from __future__ import annotations

from serving import Server


def _refused(server: Server, method: str, path: str, body: object = None, **query: object) -> tuple[int, str]:
    status, content = server.ask(method, path, body, **query)
    return status, content["message"]


def test_rules_are_saved_checked_and_their_failing_rows_shown(server: Server) -> None:
    (server.folder / "priced.csv").write_text("id,price\n1,5\n2,-1\n3,\n3,7\n")
    server.post("data", name="priced", path="priced.csv")
    assert server.get("quality/priced/rules") == {"asset": "priced", "rules": [], "changed": None, "by": None}
    rules = [
        {"kind": "unique", "columns": ["id"], "severity": "block", "note": "one line an order"},
        {"kind": "range", "columns": ["price"], "minimum": "0"},
        {"kind": "row_count", "minimum": "1"},
    ]
    saved = server.ask("PUT", "quality/priced/rules", {"rules": rules})[1]
    assert [one["sentence"] for one in saved["rules"]] == [
        "'id' is unique",
        "'price' is at least 0",
        "the number of rows is at least 1",
    ]
    check = server.post("quality/priced/check")
    assert (check["ref"], check["passed"], check["warnings"], check["held"]) == ("priced@1", False, 1, None)
    assert [one["failing"] for one in check["results"]] == [2, 1, 0]
    page = server.get("quality/priced/failing", rule=0)
    assert (page["total"], page["numbers"], page["values"]) == (2, [2, 3], [[3, 3], [None, 7]])
    assert [one["number"] for one in server.get("quality/priced/history")] == [check["number"]]


def test_every_kind_comes_with_its_form(server: Server) -> None:
    kinds = {one["kind"]: one for one in server.get("quality/kinds")}
    assert len(kinds) == 10
    assert kinds["regex"]["form"]["required"] == ["columns", "pattern"]


def test_suggestions_can_be_saved_as_they_are(server: Server) -> None:
    found = server.post("quality/people/suggest")
    assert {"row_count", "not_null", "set", "range"} <= {one["rule"]["kind"] for one in found}
    status, content = server.ask("PUT", "quality/people/rules", {"rules": [one["rule"] for one in found]})
    assert (status, [one["rule"] for one in content["rules"]]) == (200, [one["rule"] for one in found])
    assert server.post("quality/people/check")["passed"]


def test_what_cannot_be_gets_a_sentence(server: Server) -> None:
    wrong = [{"kind": "regex", "columns": ["region"], "pattern": "("}]
    status, said = _refused(server, "PUT", "quality/people/rules", {"rules": wrong})
    assert status == 400
    assert said.startswith("Rule 1: ")
    assert _refused(server, "POST", "quality/people@1/release", {"reason": "fine"})[0] == 409
    assert _refused(server, "GET", "quality/people/failing", rule=99)[0] == 404
    assert _refused(server, "GET", "quality/nowhere/rules")[0] == 404


def test_a_suggestion_says_what_speaks_for_it_and_rules_are_exported_as_code(server: Server) -> None:
    found = server.post("quality/people/suggest")
    reasons = {(one["rule"]["kind"], *one["rule"]["columns"]): one["reason"] for one in found}
    assert reasons["range", "age"] == "Its values are between 20 and 69."
    assert reasons["set", "region"] == "It has 2 different values in 600 rows."
    assert "pa.DataFrameSchema(" in server.get("quality/people/export")["text"]
