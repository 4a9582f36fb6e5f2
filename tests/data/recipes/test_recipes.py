"""Recipes of a workspace: tried, run, replayed, written as code, traced; hostile words stay words."""

from __future__ import annotations

import threading
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio import Workspace
from labstudio.data.recipes import expressions, previews
from labstudio.data.recipes.lines import WORDS, read, read_lines, write
from labstudio.data.recipes.menu import menu
from labstudio.data.recipes.recipe import StepWrong, steps_of
from labstudio.data.recipes.steps import STEPS
from labstudio.errors import Conflict, Invalid, Unavailable

ORDERS = pd.DataFrame(
    {
        "id": [1, 2, 3, 4, 5, 6],
        "customer": ["a", "b", "a", None, "c", "b"],
        "amount": [10.0, None, 5.0, 7.5, -1.0, 20.0],
        "day": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-01", "2024-01-01", None, "2023-12-31"]),
    }
)
CUSTOMERS = pd.DataFrame(
    {"id": ["a", "b", "b", "d"], "name": ["Ann", "Bo", "Bob", "Di"], "amount": [1, 2, 3, 4]}
)
JOIN = {"op": "join", "other": "customers", "on": ["customer"], "other_on": ["id"], "names": ["name"]}


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    ws = Workspace(tmp_path_factory.mktemp("recipes"))
    ws.data.add("orders", ORDERS)
    ws.data.add("customers", CUSTOMERS)
    return ws


# -- runs


def test_the_same_recipe_makes_no_second_version(ws):
    steps = [{"op": "filter", "where": "amount > 2"}]
    first = ws.recipes.run("once", "orders", steps)
    again = ws.recipes.run("once", "orders", [*steps, {"op": "drop", "names": ["id"], "enabled": False}])
    assert again.existed
    assert again.ref == first.ref == "once@1"
    assert [edge.source for edge in ws.store.lineage(first.subject) if edge.relation == "prepared"] == [
        "data:orders@1"
    ]


def test_a_join_is_part_of_the_identity_and_of_the_lineage(tmp_path):
    ws = Workspace(tmp_path)
    ws.data.add("orders", ORDERS)
    ws.data.add("customers", CUSTOMERS)
    first = ws.recipes.run("named", "orders", [JOIN])
    assert first.rows == 8, "the two orders of b became four rows"
    assert ("data:customers@1", "prepared") in {
        (e.source, e.relation) for e in ws.store.lineage(first.subject)
    }
    ws.data.add("customers", CUSTOMERS.assign(name=CUSTOMERS["name"].str.upper()))
    second = ws.recipes.run("named", "orders", [JOIN])
    assert (second.ref, second.existed) == ("named@2", False)
    assert second.frame()["name"].tolist()[0] == "ANN"
    pinned = ws.recipes.run("named", "orders", [{**JOIN, "other": "customers@1"}])
    assert pinned.ref == "named@1", "a reference with a version stays at it"


def test_a_recipe_replays_on_the_newest_version_of_its_input(tmp_path):
    ws = Workspace(tmp_path)
    ws.data.add("orders", ORDERS)
    ws.recipes.run("large", "orders@1", [{"op": "filter", "where": "amount > 8"}])
    ws.data.add("orders", pd.concat([ORDERS, ORDERS.assign(id=ORDERS["id"] + 6)]))
    again = ws.data.refresh("large")
    assert (again.ref, again.rows, again.source) == ("large@2", 4, "recipe over orders@2")
    assert ws.data.refresh("large").existed


def test_each_column_says_which_columns_of_the_inputs_it_comes_from(ws):
    made = ws.recipes.run(
        "traced", "orders",
        [JOIN, {"op": "rename", "names": {"amount": "price"}},
         {"op": "derive", "name": "said", "value": "concat(name, to_text(price * 2))"},
         {"op": "filter", "where": "day > '2024-01-15'"},
         {"op": "group", "by": ["customer"], "measures": [
             {"name": "n", "function": "count"}, {"name": "last", "function": "max", "column": "said"}]}],
    )  # fmt: skip
    assert ws.recipes.columns_of(made.ref) == {
        "customer": [("orders@1", "customer")],
        "n": [],
        "last": [("customers@1", "name"), ("orders@1", "amount")],
    }
    assert ws.recipes.rows_of(made.ref) == [("orders@1", "customer"), ("orders@1", "day")]
    assert ws.recipes.columns_of("orders") == {}


def test_other_tools_hear_of_the_columns(ws):
    made = ws.recipes.run("heard", "orders", [{"op": "derive", "name": "twice", "value": "amount * 2"}])
    output = ws.lineage.events(made.ref)[-1]["outputs"][0]
    fields = output["facets"]["columnLineage"]["fields"]
    assert [(one["name"], one["field"]) for one in fields["twice"]["inputFields"]] == [("orders", "amount")]


def test_a_run_that_fails_leaves_nothing(ws):
    before = len(ws.data.list())
    large = [{"op": "derive", "name": "x", "value": "id * 400000000000000 * 400000000000000"}]
    with pytest.raises(Invalid, match="64 bits"):
        ws.recipes.run("huge", "orders", large)
    assert len(ws.data.list()) == before


def test_a_run_says_how_far_it_is(ws):
    said = []
    ws.recipes.run("told", "orders", [{"op": "filter", "where": "id > 1"}], said.append)
    assert said == ["5 rows written of 6 read"]


@pytest.mark.parametrize("columns", [["a"], ["a", "A"]], ids=["by the engine", "by Arrow"])
def test_a_full_disk_gets_a_sentence_and_nothing_half_written_stays(tmp_path, columns):
    resource = pytest.importorskip("resource", reason="Windows limits no sizes of files")
    ws = Workspace(tmp_path)
    values = np.random.default_rng(1).random(100_000)
    ws.data.add("noise", pd.DataFrame(dict.fromkeys(columns, values)))
    steps = [{"op": "derive", "name": "b", "value": "a * 2"}]
    before, limits = {*tmp_path.rglob("*")}, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # bytes of one file
    try:
        with pytest.raises(Unavailable, match=r"files cannot be written \(File too large\); make room there"):
            ws.recipes.run("twice", "noise", steps)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {*tmp_path.rglob("*")} - before == set()
    assert ws.recipes.run("twice", "noise", steps).ref == "twice@1"
    ws.store.close()


# -- previews


def test_a_preview_counts_rows_and_says_which_columns_change(ws):
    found = ws.recipes.preview(
        "orders",
        [{"op": "filter", "where": "amount > 0"}, {"op": "cast", "column": "id", "to": "text"}, JOIN],
    )
    assert [(one.before, one.after) for one in found.steps] == [(6, 4), (4, 4), (4, 5)]
    assert (found.steps[1].changed, found.steps[2].added, found.sampled) == (("id",), ("name",), 6)
    assert "Rows multiply: 1 have more than one match in customers@1, up to 2" in found.steps[2].warning


def test_columns_with_another_value_are_said_to_be_changed_and_no_others(ws):
    def changed(**step):
        return ws.recipes.preview("orders", [step]).steps[0].changed

    assert changed(op="derive", name="amount", value="amount * 2") == ("amount",)
    assert changed(op="derive", name="amount", value="amount + 0") == ()
    assert changed(op="fill", names=["amount", "id"], value=7) == ("amount",)
    assert changed(op="window", name="amount", function="row_number") == ("amount",)
    assert changed(op="split", parts={"all": 1.0}, into="id") == ("id",)
    assert changed(op="filter", where="amount > 0") == ()


def test_a_broken_step_marks_itself_and_earlier_ones_are_shown(ws):
    found = ws.recipes.preview(
        "orders", [{"op": "filter", "where": "id = 3"}, {"op": "filter", "where": "idd > 1"}]
    )
    assert (found.step, found.total, found.steps[0].after) == (0, 1, 1)
    assert "There is no column 'idd'; did you mean 'id'?" in found.steps[1].error
    assert "\n  ^" in found.steps[1].error
    missing = ws.recipes.preview("orders", [{"op": "union", "other": "nowhere"}])
    assert "nowhere" in missing.steps[0].error


def test_unchanged_first_steps_are_not_run_again(ws, monkeypatch):
    first = [{"op": "filter", "where": "id != 2"}]
    ws.recipes.preview("orders", first)
    made = []
    kept = previews.Previews._keep

    def watched(self, root, finished, query):
        before = len(self._made)
        key = kept(self, root, finished, query)
        made.append(len(self._made) - before)
        return key

    monkeypatch.setattr(previews.Previews, "_keep", watched)
    ws.recipes.preview("orders", [*first, {"op": "sort", "by": ["-id"]}])
    assert made == [0, 0, 1]


SLOW = [{"op": "join", "other": "many", "on": ["k"]}] * 2 + [{"op": "sort", "by": ["-n"]}]
SLOW = [{**step, "suffix": f"_{n}"} if step["op"] == "join" else step for n, step in enumerate(SLOW)]


def test_a_long_preview_can_be_cancelled_and_ends_by_itself(tmp_path, monkeypatch):
    ws = Workspace(tmp_path)
    ws.data.add("many", pd.DataFrame({"k": 1, "n": range(3_000)}))
    ended = []

    def look():
        try:
            ws.recipes.preview("many", SLOW, ticket="t")
        except Conflict as error:
            ended.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    assert not ws.recipes.cancel("other")
    until = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < until:
        ws.recipes.cancel("t")
        time.sleep(0.02)
    assert ended == ["The preview was cancelled."]
    monkeypatch.setattr(previews, "LONGEST", 0.2)
    with pytest.raises(Unavailable, match="fewer rows"):
        ws.recipes.preview("many", SLOW)
    monkeypatch.undo()
    assert ws.recipes.preview("many", []).total == 3_000, "the connection goes on"


# -- code


def test_short_recipes_become_short_code(ws):
    steps = [
        {"op": "filter", "where": "amount > 0 and customer is not missing", "note": "paid ones"},
        {"op": "derive", "name": "total", "value": "amount * 2"},
        {"op": "sort", "by": ["-total"], "enabled": False},
    ]
    pandas, _ = ws.recipes.code("orders", steps, "pandas", "out")
    path = str(ws.data.table("orders"))
    assert pandas == (
        "import pandas as pd\n\n"
        f"# orders@1\ndf = pd.read_parquet({path!r}, dtype_backend='pyarrow')\n"
        "# paid ones\n"
        "df = df[((df['amount'] > 0) & (~df['customer'].isna().astype('bool[pyarrow]')))"
        ".fillna(False)].reset_index(drop=True)\n"
        "df['total'] = df['amount'] * 2\n"
        "# switched off: Sort rows\n"
    )
    polars, notebook = ws.recipes.code("orders", steps, "polars", "out")
    assert "df = df.with_columns((pl.col('amount') * 2).alias('total'))" in polars
    assert notebook["cells"][1]["source"] == polars
    sql, none = ws.recipes.code("orders", steps, "sql", "out")
    assert none is None
    assert (
        '-- paid ones\n-- 1. Filter rows\ns1 AS (\n  SELECT "id", "customer", "amount", "day" FROM s0 WHERE'
        in sql
    )
    assert ws.recipes.code("orders", steps, "cell", "out")[0] == (
        "%%prepare orders@1 -> out\n# paid ones\nfilter amount > 0 and customer is not missing\n"
        "derive total = amount * 2\noff: sort -total"
    )


# -- what a form sends

HOSTILE = st.sampled_from(
    ['"; DROP TABLE x; --', "'; SELECT 1; --", "`", "$1", "{0}", "%s",
     "/* c */", "a\nb", "\\", "\x00", "''", "$$x$$",
     "__import__('os')", "\ud800", "\u2028", "*/", "))"]
) | st.text(max_size=12)  # fmt: skip
FIELDS = {
    "select": {"names": ["x"]}, "drop": {"names": ["x"]}, "rename": {"names": {"amount": "x"}},
    "cast": {"column": "x", "to": "text"}, "derive": {"name": "x", "value": "amount"},
    "filter": {"where": "x"}, "sort": {"by": ["x"]}, "distinct": {"names": ["x"], "by": ["x"]},
    "fill": {"names": ["customer"], "value": "x"}, "replace": {"column": "customer", "values": {"x": "x"}},
    "replace_text": {"names": ["customer"], "find": "x", "into": "x"},
    "split_text": {"column": "customer", "separator": "x", "into": ["x"]},
    "extract_text": {"column": "customer", "pattern": "x", "into": "x"},
    "parse_dates": {"names": ["customer"], "formats": ["x"]},
    "date_parts": {"column": "x", "parts": ["year"]},
    "bin": {"column": "amount", "edges": [1], "into": "x", "labels": ["x", "x"]},
    "group": {"by": ["customer"], "measures": [{"name": "x", "function": "sum", "column": "amount"}]},
    "window": {"name": "x", "function": "lag", "column": "customer", "by": ["customer"], "order": ["x"]},
    "pivot": {"by": ["id"], "column": "customer", "values": ["x"], "prefix": "x"},
    "melt": {"names": ["id"], "name": "x", "value": "v"},
    "join": {"other": "customers", "on": ["customer"], "other_on": ["id"], "suffix": "x"},
    "union": {"other": "x"}, "sample": {"share": 0.5},
    "split": {"parts": {"x": 0.5, "y": 0.5}, "into": "x"},
}  # fmt: skip


def put(value, word):
    if value == "x":
        return word
    if isinstance(value, list):
        return [put(one, word) for one in value]
    if isinstance(value, dict):
        return {put(name, word): put(one, word) for name, one in value.items()}
    return value


def test_every_operation_is_attacked():
    assert set(FIELDS) == set(STEPS)


@pytest.mark.parametrize("op", FIELDS)
def test_what_a_form_sends_is_never_run(ws, op, monkeypatch):
    """A hostile word is a name, a value, or refused; it is never a part of SQL that means anything."""
    from labstudio.data.recipes import recipe as r

    table = r.table("orders@1", ws.data.table("orders"))
    tables = {"customers": r.table("customers@1", ws.data.table("customers"), "customers_1")}
    import duckdb

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(HOSTILE)
    def attacked(word):
        note = {"note": word} if "\x00" not in word else {}
        try:
            steps = steps_of([{"op": op, **put(FIELDS[op], word), **note}])
            query = r.sql(table, steps, tables)[1]
            people = r.sql_for_people(table, steps, tables)
        except Invalid:
            return
        for said in (query, people):
            assert len(duckdb.extract_statements(said)) == 1
            assert duckdb.extract_statements(said)[0].type == duckdb.StatementType.SELECT
        compile(r.pandas(table, steps, tables), "pandas", "exec")
        compile(r.polars(table, steps, tables), "polars", "exec")
        columns = [name for name, *_ in duckdb.execute(people).description]
        assert columns == list(r.sql(table, steps, tables)[0])

    attacked()


@settings(max_examples=200)
@given(st.text() | st.text(alphabet="ab1+-*/()[]'\"`<>=,. notiand"))
def test_any_text_is_an_expression_or_refused_with_a_sentence(text):
    said = ""
    try:
        expressions.checked(text, {"a": "number", "b": "text"})
    except Invalid as error:
        said = str(error)
    assert said == "" or said.partition("\n")[0].strip()


# -- lines


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_the_example_of_each_operation_is_a_line_that_is_written_as_it_is_read(step):
    read_back = read(step.example)
    assert [type(one) for one in read_back] == [step]
    assert read(write(read_back)) == read_back
    assert not write(read_back).startswith(f"{read_back[0].op} {{"), "it has a short form"


def test_lines_and_steps_are_the_same_thing():
    steps = steps_of(
        [
            {"op": op, **put(fields, 'it\'s `x`, "y"')}
            for op, fields in FIELDS.items()
            if op not in ("filter", "union")
        ]
        + [
            {"op": "filter", "where": "a > 1", "enabled": False, "note": "why\nnot"},
            {"op": "sort", "by": ["-a b"]},
        ]
    )
    assert read(write(steps)) == steps


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("filter amount >", "Line 2: a column, a value or a function is expected here, not the end."),
        ("sort -", "Line 2: a column is expected here, not the end. It is written like: sort -amount, city"),
        ("kepe a", "Line 2: There is no step 'kepe'"),
        ("join x how left", "Line 2: 'on' is expected here, not 'how'."),
        ("fill a with x", "Line 2: a text in quotes is expected here, not 'x'."),
        ("off: sample much", "Line 2: a share or a number of rows is expected here, not 'much'."),
    ],
)
def test_a_broken_line_tells_its_number_with_a_caret(line, said):
    with pytest.raises(Invalid) as caught:
        read(f"# first\n{line}")
    sentence, shown, caret = str(caught.value).split("\n")
    assert sentence.startswith(said)
    assert shown.strip() == line
    assert caret.strip() == "^"


def test_a_line_that_cannot_be_done_marks_the_place_in_it(ws):
    lines = read_lines("keep id, amount\n\n# a note\nderive x = amount * prize")
    with pytest.raises(StepWrong) as caught:
        ws.recipes.plan("x", "orders", [line.step.plain() for line in lines])
    error = lines[caught.value.place].wrong(caught.value.reason)
    assert str(error) == (
        "Line 4: There is no column 'prize'. (at character 21)\n"
        "  derive x = amount * prize\n"
        "                      ^"
    )


def test_the_menu_has_a_form_for_each_operation_and_says_what_fills_its_fields():
    found = {one["op"]: one for one in menu()}
    assert list(found) == list(STEPS)
    assert found["select"]["form"]["properties"]["names"]["choices"] == "columns"
    assert found["join"]["form"]["properties"]["other"]["choices"] == "assets"
    assert found["sample"]["form"]["properties"]["share"]["type"] == "number"
    assert all("enabled" not in one["form"]["properties"] and one["example"] for one in found.values())
    assert len(WORDS) == len(STEPS)
