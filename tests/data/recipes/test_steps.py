"""Every step gives the same rows in the engine and in the pandas, Polars and SQL code it is exported as."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labstudio.data import engine
from labstudio.data.recipes import recipe as r
from labstudio.data.recipes.steps import STEPS
from labstudio.errors import Invalid

TEXT = "it's `odd`"
T = "`it's ``odd```"  # as an expression names it

STEPS_TRIED = [
    {"op": "select", "names": ["A", "a"]},
    {"op": "drop", "names": ["a", TEXT]},
    {"op": "rename", "names": {"a": "b`", "A": "a"}},
    {"op": "cast", "column": "a", "to": "text"},
    {"op": "cast", "column": "A", "to": "text"},
    {"op": "cast", "column": "<b>", "to": "text"},
    {"op": "cast", "column": "<b>", "to": "number"},
    {"op": "cast", "column": "when", "to": "text"},
    {"op": "cast", "column": TEXT, "to": "number"},
    {"op": "cast", "column": TEXT, "to": "date"},
    {"op": "filter", "where": f"a > 1 and not ({T} = 'x')"},
    {"op": "filter", "where": "A is missing or when >= '2024-02-01'"},
    {"op": "filter", "where": "a not in [1, 2] or A in [1.5, 0]"},
    {"op": "filter", "where": f"{T} in ['x', 'é'] or `<b>`"},
    {"op": "filter", "where": f"contains({T}, '.') or starts_with({T}, 'x') or ends_with({T}, ',')"},
    {"op": "filter", "where": f"not matches({T}, '^[a-z]+$') or (A - A) > 0"},
    {"op": "filter", "where": "not (A * 0 > 1)"},
    {"op": "sort", "by": ["-a", TEXT]},
    {"op": "sort", "by": ["A"]},
    {"op": "sort", "by": ["-when"]},
    {"op": "sort", "by": ["<b>", "-" + TEXT]},
    {"op": "derive", "name": "q", "value": "a / A + a % 2"},
    {"op": "derive", "name": "q", "value": "A % a - A * A"},
    {"op": "derive", "name": "q", "value": "if(`<b>`, round(A * 2), -a)"},
    {"op": "derive", "name": "q", "value": "round(A, 1) + floor(A) - ceil(a / 2)"},
    {"op": "derive", "name": "q", "value": "round(a, -1) + abs(a)"},
    {"op": "derive", "name": "q", "value": "max(a, A) + power(a, 2) + sqrt(A) + log(A)"},
    {"op": "derive", "name": "q", "value": "min(A, 2) + exp(-abs(a))"},
    {"op": "derive", "name": "q", "value": f"max({T}, 'm')"},
    {"op": "derive", "name": "a", "value": "coalesce(a, A, 0.5)"},
    {"op": "derive", "name": "q", "value": "7"},
    {"op": "derive", "name": "q", "value": "upper('straße') = concat('x', 'y')"},
    {"op": "derive", "name": "q", "value": f"concat(upper({T}), substring({T}, 1, 2), lower({T}))"},
    {"op": "derive", "name": "q", "value": f"regex_extract({T}, '(x)')"},
    {"op": "derive", "name": "q", "value": f"regex_extract({T}, '[(x]+[^,]')"},
    {"op": "derive", "name": "q", "value": f"length(trim({T})) + length(replace({T}, ',', '--'))"},
    {"op": "derive", "name": "q", "value": "days_between(when, to_date('2024-03-01')) + weekday(when)"},
    {"op": "derive", "name": "q", "value": "start_of(when, 'month')"},
    {"op": "derive", "name": "q", "value": "start_of(when, 'week')"},
    {"op": "derive", "name": "q", "value": "start_of(add_days(when, -400), 'quarter')"},
    {"op": "derive", "name": "q", "value": "if(when > '2020-01-01', 'new', if(A > 0, 'b', 'c'))"},
    {"op": "fill", "names": ["a", "A"], "value": 7},
    {"op": "fill", "names": ["a", "A"], "value": 0.5},
    {"op": "fill", "names": [TEXT], "value": "it's $1"},
    {"op": "fill", "names": ["<b>"], "value": True},
    {"op": "replace", "column": TEXT, "values": {"x": "'", "é": "<script>"}, "only": True},
    {"op": "replace", "column": "a", "values": {"1": "10", "2": "0.5"}, "into": "c"},
    {"op": "replace", "column": "<b>", "values": {"true": "false"}},
    {"op": "replace_text", "names": [TEXT], "find": "x", "into": "$1\\0"},
    {"op": "split_text", "column": TEXT, "separator": ",", "into": ["l", "m"]},
    {"op": "extract_text", "column": TEXT, "pattern": "x(.)", "into": "n"},
    {"op": "parse_dates", "names": [TEXT], "formats": ["%d.%m.%Y", "%Y/%m/%d %H:%M"]},
    {"op": "parse_dates", "names": [TEXT], "formats": ["%d %b %y", "%I:%M %p %Y"]},
    {"op": "parse_dates", "names": [TEXT]},
    {"op": "date_parts", "column": "when", "parts": [
        "year", "quarter", "month", "week", "day", "day_of_year", "weekday", "hour", "minute", "second"]},
    {"op": "bin", "column": "A", "edges": [0, 1], "into": "bin"},
    {"op": "bin", "column": "a", "edges": [2, 1.5], "into": "a", "labels": ["x", "y", "z"]},
    {"op": "group", "by": [TEXT], "measures": [
        {"name": "n", "function": "count"}, {"name": "s", "function": "sum", "column": "a"},
        {"name": "d", "function": "distinct", "column": "a"},
        {"name": "c", "function": "count", "column": "A"},
        {"name": "m", "function": "mean", "column": "a"},
        {"name": "h", "function": "max", "column": "when"}]},
    {"op": "group", "by": ["<b>", "a"], "measures": [
        {"name": "x", "function": "median", "column": "A"}, {"name": "y", "function": "min", "column": TEXT},
        {"name": "z", "function": "sum", "column": "A"}, {"name": "A", "function": "max", "column": "A"}]},
    {"op": "pivot", "by": ["a"], "column": TEXT, "values": ["x", "é"], "function": "sum", "of": "A"},
    {"op": "pivot", "by": ["<b>"], "column": "a", "values": ["1", "2"], "prefix": "n "},
    {"op": "pivot", "by": [TEXT], "column": "<b>", "values": ["true"], "function": "max", "of": "when"},
    {"op": "window", "name": "w", "function": "row_number", "by": ["a"], "order": ["-A"]},
    {"op": "window", "name": "a", "function": "rank", "by": [TEXT], "order": ["-a", "when"]},
    {"op": "window", "name": "w", "function": "rank", "order": ["a"]},
    {"op": "window", "name": "w", "function": "dense_rank", "by": ["<b>"], "order": ["-a"]},
    {"op": "window", "name": "w", "function": "dense_rank", "order": [TEXT]},
    {"op": "window", "name": "w", "function": "lag", "column": TEXT, "by": ["a"], "order": ["when"]},
    {"op": "window", "name": "w", "function": "lead", "column": "when", "offset": 2},
    {"op": "window", "name": "w", "function": "running_sum", "column": "a", "by": ["<b>"], "order": ["-A"]},
    {"op": "window", "name": "A", "function": "running_sum", "column": "A"},
    {"op": "window", "name": "w", "function": "share", "column": "a", "by": [TEXT]},
    {"op": "window", "name": "w", "function": "mean", "column": "A", "by": ["a"]},
    {"op": "window", "name": "w", "function": "sum", "column": "A"},
    {"op": "window", "name": "w", "function": "count", "by": ["a", "<b>"]},
    {"op": "window", "name": "w", "function": "max", "column": "when", "by": ["a"]},
    {"op": "melt", "names": ["a", "A"]},
    {"op": "melt", "names": [TEXT], "name": "what", "value": "text"},
    {"op": "join", "other": "B@1", "on": ["a"], "names": ["A", "note"]},
    {"op": "join", "other": "B@1", "on": ["A"], "other_on": ["a"], "how": "inner"},
    {"op": "join", "other": "B@1", "on": ["a", TEXT], "other_on": ["a", "note"], "how": "outer"},
    {"op": "join", "other": "B@1", "on": ["a"], "how": "anti"},
    {"op": "join", "other": "B@1", "on": ["a", "<b>"], "other_on": ["a", "flag"], "how": "semi"},
    {"op": "union", "other": "B@1"},
    {"op": "distinct", "names": ["a"]},
    {"op": "distinct", "names": ["<b>", TEXT], "keep": "last"},
    {"op": "distinct", "names": [TEXT], "keep": "last", "by": ["-a", "A"]},
    {"op": "distinct", "names": ["a"], "by": ["when"]},
    {"op": "distinct"},
    {"op": "sample", "share": 0.5, "seed": 3},
    {"op": "sample", "rows": 3, "seed": 4},
    {"op": "split", "parts": {"train": 0.5, "it's": 0.3, "test": 0.2}, "seed": 1},
    {"op": "split", "parts": {"train": 0.6, "test": 0.4}, "how": "stratified", "by": ["a", "<b>"],
     "into": "a"},
    {"op": "split", "parts": {"train": 0.6, "test": 0.4}, "how": "group", "by": [TEXT]},
    {"op": "split", "parts": {"train": 0.6, "test": 0.4}, "how": "time", "by": ["when"]},
    {"op": "split", "parts": {"all": 1.0}},
]  # fmt: skip
SCHEMA = pa.schema(
    {
        "a": pa.int64(), "A": pa.float64(), TEXT: pa.string(), "<b>": pa.bool_(), "when": pa.timestamp("us"),
    }.items()
)  # fmt: skip
OTHER = pa.schema({"a": pa.int64(), "A": pa.float64(), "note": pa.string(), "flag": pa.bool_()}.items())
SPECIAL = {
    "a": [0, 1, 2, None, 3, 1, 2**40, -50],
    "A": [0.0, 1.5, None, -2.5, 0.25, 1e16, 123456.789, math.inf, -math.inf],
    TEXT: ["x", "é", "", "x,y", None, "3", "-1.5e3", "true", "ß,ǅ", " x ", "31.01.2024", "29.2.2023",
           "2024/1/5 7:03", "2024-02-30", "2024-02-29T12:30", "5 Jan 99", "12:30 PM 2020", "(x)", "x\n",
           "Ω😀,", "NaN", "inf"],
    "<b>": [True, None, False],
    "when": [datetime(2024, 2, 29), datetime(2024, 12, 30, 23, 59, 59), None, datetime(2021, 1, 3),
             datetime(1969, 12, 31)],
}  # fmt: skip
"""Values that are computed differently here and there, if any are."""

TEXTS = st.sampled_from(SPECIAL[TEXT]) | st.text(alphabet="xé,('\"; \\$", max_size=4)
FLOATS = st.sampled_from(SPECIAL["A"]) | st.floats(-100, 100).map(lambda x: round(x, 3) + 0.0)
DATES = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)) | st.sampled_from(SPECIAL["when"])
INTS = st.integers(0, 3) | st.integers(-50, 2**40)


def rows_of(*kinds, most):
    return st.lists(st.tuples(*(st.none() | kind for kind in kinds)), max_size=most)


def of_special_values(columns, count):
    """Rows in which the special values meet each other in ever other ways."""
    return [tuple(values[row * step % len(values)] for step, values in columns) for row in range(count)]


FRAMES = rows_of(INTS, FLOATS, TEXTS, st.booleans(), DATES, most=24)
OTHERS = rows_of(INTS, FLOATS, TEXTS, st.booleans(), most=8)
ROWS = of_special_values(list(zip((1, 2, 3, 1, 3), SPECIAL.values(), strict=True)), 44)
OTHER_ROWS = of_special_values(list(zip((3, 1, 5, 2), SPECIAL.values(), strict=False)), 12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@pytest.fixture(scope="module")
def con(folder):
    with engine.connect(folder) as connection:
        yield connection


def table_of(rows, schema, path, name, ref):
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in schema]
    made = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    pq.write_table(pa.Table.from_arrays(made, schema=schema), path)
    return r.table(ref, path, name)


def plain(value):
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return pd.Timestamp(value).isoformat()
    if isinstance(value, bool | str):
        return value
    return float(value)


def same(expected, found, where):
    assert expected[0] == found[0], f"the columns in {where}"
    assert len(expected) == len(found), f"the number of rows in {where}"
    for row, (one, two) in enumerate(zip(expected[1:], found[1:], strict=True)):
        for name, x, y in zip(expected[0], one, two, strict=True):
            numbers = isinstance(x, float) and isinstance(y, float)
            alike = numbers and math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9)
            assert alike or (x == y and type(x) is type(y)), f"{name}, row {row}: {x!r}, but in {where} {y!r}"


def in_engine(con, table, steps, tables):
    columns, query = r.sql(table, steps, tables)
    return [list(columns), *([plain(v) for v in row] for row in con.execute(query).fetchall())]


def in_pandas(table, steps, tables):
    names: dict = {}
    exec(r.pandas(table, steps, tables), names)
    df = names["df"]
    found = [[plain(v) for v in pa.array(df.iloc[:, n]).to_pylist()] for n in range(df.shape[1])]
    return [list(df.columns), *(list(row) for row in zip(*found, strict=True))]


def in_polars(table, steps, tables):
    names: dict = {}
    exec(r.polars(table, steps, tables), names)
    df = names["df"]
    return [df.columns, *([plain(v) for v in row] for row in df.rows())]


def in_sql_for_people(con, table, steps, tables):
    found = con.execute(r.sql_for_people(table, steps, tables))
    names = [column[0] for column in found.description]
    return [names, *([plain(v) for v in row] for row in found.fetchall())]


def everywhere(con, folder, values, rows, others):
    table = table_of(rows, SCHEMA, folder / "a.parquet", "s0", "A@1")
    steps, tables = r.steps_of(values), {}
    if any(step.inputs() for step in steps):
        tables = {"B@1": table_of(others, OTHER, folder / "b.parquet", "B_1", "B@1")}
    expected = in_engine(con, table, steps, tables)
    same(expected, in_pandas(table, steps, tables), "pandas")
    same(expected, in_polars(table, steps, tables), "Polars")
    same(expected, in_sql_for_people(con, table, steps, tables), "SQL")


SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


def test_every_step_is_tried():
    assert {step["op"] for step in STEPS_TRIED} == set(STEPS)


@pytest.mark.parametrize("step", STEPS_TRIED, ids=lambda step: f"{step['op']}-{STEPS_TRIED.index(step)}")
def test_each_step_gives_the_same_rows_everywhere(con, folder, step):
    @settings(max_examples=2, **SETTINGS)
    @given(FRAMES, OTHERS)
    @example(ROWS, OTHER_ROWS)
    @example([], OTHER_ROWS)
    def tried(rows, others):
        everywhere(con, folder, [step], rows, others)

    tried()


@settings(max_examples=40, **SETTINGS)
@given(FRAMES, OTHERS, st.lists(st.sampled_from(STEPS_TRIED), min_size=2, max_size=4))
def test_short_recipes_give_the_same_rows_everywhere(con, folder, rows, others, steps):
    try:
        everywhere(con, folder, steps, rows, others)
    except Invalid:
        return  # a step that does not fit what the one before it has left
