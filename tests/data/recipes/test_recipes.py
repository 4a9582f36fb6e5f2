"""A recipe gives the same rows in the engine and in the code it is exported as."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio import Workspace
from labstudio.data.recipes import expressions
from labstudio.data.recipes.lines import read, write
from labstudio.data.recipes.recipe import steps_of
from labstudio.errors import Invalid

FRAME = pd.DataFrame(
    {
        "a": pd.array([3, None, 1, 3, 2, 3], dtype="Int64"),
        "A": [1.5, -2.0, None, 0.0, float("inf"), 1.5],
        "it's `odd`": ["x,y", "é", None, "", "x", "x,y"],
        "<b>": [True, None, False, True, False, True],
        "when": pd.to_datetime(
            ["2024-01-31 23:00", "2024-02-29", None, "1999-12-31", "2024-02-29", "2024-01-31 23:00"],
            format="ISO8601",
        ),
    }
)  # fmt: skip
TEXT = "`it's ``odd```"
STEPS = [
    {"op": "select", "names": ["A", "a"]},
    {"op": "drop", "names": ["a"]},
    {"op": "rename", "names": {"a": "b`", "A": "a"}},
    {"op": "cast", "column": "a", "to": "text"},
    {"op": "cast", "column": "it's `odd`", "to": "number"},
    {"op": "cast", "column": "it's `odd`", "to": "date"},
    {"op": "filter", "where": f"a > 1 and not ({TEXT} = 'x')"},
    {"op": "filter", "where": "A is missing or when >= '2024-02-01'"},
    {"op": "filter", "where": "a not in [1, 2]"},
    {"op": "sort", "by": ["-a", "it's `odd`"]},
    {"op": "derive", "name": "q", "value": "a / A + a % 2"},
    {"op": "derive", "name": "q", "value": "if(`<b>`, round(A * 2), -a)"},
    {"op": "derive", "name": "q", "value": "max(a, A) + power(a, 2) + sqrt(A) + log(A)"},
    {"op": "derive", "name": "q", "value":
     f"concat(upper({TEXT}), substring({TEXT}, 1, 2), regex_extract({TEXT}, '(x)'))"},
    {"op": "derive", "name": "q", "value": "days_between(when, to_date('2024-03-01')) + weekday(when)"},
    {"op": "fill", "names": ["a", "A"], "value": 7},
    {"op": "replace", "column": "it's `odd`", "values": {"x": "'", "é": "<script>"}, "only": True},
    {"op": "split_text", "column": "it's `odd`", "separator": ",", "into": ["l", "m"]},
    {"op": "date_parts", "column": "when", "parts": ["year", "month", "day", "hour", "weekday"]},
    {"op": "bin", "column": "A", "edges": [0, 1], "into": "bin"},
    {"op": "group", "by": ["it's `odd`"], "measures": [
        {"name": "n", "function": "count"}, {"name": "s", "function": "sum", "column": "a"},
        {"name": "d", "function": "distinct", "column": "a"},
        {"name": "m", "function": "mean", "column": "a"},
        {"name": "h", "function": "max", "column": "when"}]},
    {"op": "distinct", "names": ["a"]},
    {"op": "distinct"},
    {"op": "sample", "share": 0.5, "seed": 3},
    {"op": "split", "parts": {"train": 0.5, "test": 0.5}, "seed": 1},
]  # fmt: skip


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    ws = Workspace(tmp_path_factory.mktemp("recipes"))
    ws.data.add("orders", FRAME)
    return ws


def plain(value):
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return pd.Timestamp(value).isoformat()
    if isinstance(value, bool | str):
        return value
    return round(float(value), 9)


def rows(frame):
    return [
        list(frame.columns),
        *([plain(v) for v in row] for row in frame.astype(object).itertuples(index=False)),
    ]


def same(ws, steps):
    names: dict = {}
    exec(ws.recipes.code("orders", steps, "pandas", "out")[0], names)
    assert rows(ws.recipes.run("out", "orders", steps).frame()) == rows(names["df"])


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_each_step_gives_the_same_rows_in_the_exported_code(ws, step):
    same(ws, [step])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from([s for s in STEPS if s["op"] not in ("select", "drop", "rename", "cast", "group")]),
        max_size=4,
    )
)
def test_short_recipes_give_the_same_rows(ws, steps):
    try:
        steps_of(steps) and ws.recipes.plan("out", "orders", steps)
    except Invalid:
        return
    same(ws, steps)


def test_the_same_recipe_makes_no_second_version(ws):
    steps = [{"op": "filter", "where": "a > 2"}]
    first = ws.recipes.run("once", "orders", steps)
    again = ws.recipes.run("once", "orders", [*steps, {"op": "drop", "names": ["a"], "enabled": False}])
    assert again.existed
    assert again.ref == first.ref == "once@1"
    assert [edge.source for edge in ws.lineage(first.subject) if edge.relation == "prepared"] == [
        "data:orders@1"
    ]


def test_a_broken_step_marks_itself_and_earlier_ones_are_shown(ws):
    found = ws.recipes.preview(
        "orders", [{"op": "filter", "where": "a = 3"}, {"op": "filter", "where": "aa > 1"}]
    )
    assert (found.step, found.total, found.steps[0].after) == (0, 3, 3)
    assert "There is no column 'aa'" in found.steps[1].error
    assert "\n  ^" in found.steps[1].error


def test_lines_and_steps_are_the_same_thing():
    steps = steps_of([*STEPS, {"op": "filter", "where": "a > 1", "enabled": False, "note": "why\nnot"}])
    assert read(write(steps)) == steps


@settings(max_examples=200)
@given(st.text() | st.text(alphabet="ab1+-*/()[]'\"`<>=,. notiand"))
def test_any_text_is_an_expression_or_refused_with_a_sentence(text):
    said = ""
    try:
        expressions.checked(text, {"a": "number", "b": "text"})
    except Invalid as error:
        said = str(error)
    assert said == "" or said.partition("\n")[0].strip()
