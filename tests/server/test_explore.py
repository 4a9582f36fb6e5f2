"""The routes that look into tables answer what the panel draws."""

from __future__ import annotations

from serving import Server


def test_a_profile_says_what_columns_say_of_a_target(server: Server) -> None:
    found = server.get("data/people/profile", target="spend")
    assert {one["column"] for one in found["relations"]} == {"age", "region"}
    assert found["target"] == "spend"
    assert server.get("data/people/profile")["relations"] == []


def test_associations_are_given_by_strength(server: Server) -> None:
    found = server.get("data/people/associations")
    strengths = [abs(one["value"]) for one in found["pairs"]]
    assert strengths == sorted(strengths, reverse=True)
    assert found["sampled"] == found["rows"] == 600


def test_each_suggested_chart_is_drawn(server: Server) -> None:
    suggested = server.get("data/people/plots")
    assert suggested
    for one in suggested:
        found = server.post("data/people/plot", **one["chart"])
        assert found["figure"]["data"]
        assert found["drawn"] > 0


def test_the_form_of_a_chart_names_columns_as_choices(server: Server) -> None:
    form = server.get("forms/plot")
    assert form["first"] == ["kind", "x", "y", "color", "aggregate"]
    assert form["form"]["properties"]["x"]["choices"] == "columns"
    assert "histogram" in form["form"]["properties"]["kind"]["enum"]


def test_two_versions_are_compared(server: Server) -> None:
    path = server.folder / "orders.csv"
    path.write_text("id,amount\n" + "\n".join(f"{i},{i * 2}" for i in range(50)))
    server.post("data", name="orders", path="orders.csv")
    path.write_text("id,amount\n" + "\n".join(f"{i},{i * 2 + (i == 7)}" for i in range(1, 52)))
    server.post("data", name="orders", path="orders.csv")
    found = server.get("data/orders@1/compare", other="orders@2", key=["id"])
    rows = found["rows"]
    assert (rows["added"], rows["removed"], rows["changed"]) == (2, 1, 1)
    assert rows["changed_rows"] == [{"key": [7], "cells": [{"column": "amount", "before": 14, "after": 15}]}]
    assert found["summary"] == "2 rows added, 1 row removed, 1 row changed."
