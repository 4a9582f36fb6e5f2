"""Rules say what is wrong with a table, and nothing of a table that keeps them."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors
from sqlalchemy import update

from labstudio.data.quality import KINDS, Quality, Rule
from labstudio.data.quality.export import to_pandera
from labstudio.data.quality.rules import canonical_json, form_of, read_rules
from labstudio.data.tables import asset_versions
from labstudio.errors import Conflict, Invalid, NotFound

NOW = datetime.now(UTC).replace(tzinfo=None)

GOOD = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "price": [1.5, 2.0, None, 4.0],
        "state": ["paid", "open", None, "paid"],
        "mail": ["a@b.org", "c@d.org", None, "e@f.org"],
        "paid": [True, False, True, True],
        "when": pd.to_datetime([NOW - timedelta(days=day) for day in (1, 2, 3, 4)]),
    }
)


@pytest.fixture
def quality(store, data) -> Quality:
    return Quality(store, data)


@pytest.fixture
def failing(quality, data):
    """Add a frame, check it against one rule, and say the result."""

    def failing(frame: pd.DataFrame, **rule: object):
        data.add("t", frame)
        quality.save("t", [Rule(**rule)])
        return quality.check("t").results[0]

    return failing


KEPT = [
    {"kind": "not_null", "columns": ["id"]},
    {"kind": "not_null", "columns": ["price"], "share": 0.25},
    {"kind": "unique", "columns": ["id"]},
    {"kind": "unique", "columns": ["state", "mail"]},
    {"kind": "range", "columns": ["price"], "minimum": 0, "maximum": 4},
    {"kind": "range", "columns": ["when"], "minimum": "2020-01-01"},
    {"kind": "set", "columns": ["state"], "values": ["paid", "open"]},
    {"kind": "set", "columns": ["id"], "values": ["1", "2", "3", "4.0"]},
    {"kind": "set", "columns": ["paid"], "values": ["true", "false"]},
    {"kind": "regex", "columns": ["mail"], "pattern": r"[a-z]@[a-z]\.org"},
    {"kind": "row_count", "minimum": 4, "maximum": 4},
    {"kind": "freshness", "columns": ["when"], "days": 2},
    {"kind": "foreign_key", "columns": ["state"], "other": "states", "key": "name"},
    {"kind": "expression", "expression": "price > 0 or price is missing"},
    {"kind": "like_previous", "columns": ["price", "state"]},
]

BROKEN = [
    ({"kind": "not_null", "columns": ["price"]}, [2]),
    ({"kind": "not_null", "columns": ["state"]}, [2]),
    ({"kind": "unique", "columns": ["state"]}, [0, 3]),
    ({"kind": "unique", "columns": ["paid", "state"]}, [0, 3]),
    ({"kind": "range", "columns": ["price"], "minimum": "1.6", "maximum": "3"}, [0, 3]),
    ({"kind": "range", "columns": ["when"], "maximum": "2020-01"}, [0, 1, 2, 3]),
    ({"kind": "set", "columns": ["state"], "values": ["open", "it's"]}, [0, 3]),
    ({"kind": "set", "columns": ["id"], "values": ["1", "2", "3"]}, [3]),
    ({"kind": "set", "columns": ["paid"], "values": ["true"]}, [1]),
    ({"kind": "regex", "columns": ["mail"], "pattern": "a@b"}, [0, 1, 3]),
    ({"kind": "regex", "columns": ["id"], "pattern": "[12]"}, [2, 3]),
    ({"kind": "foreign_key", "columns": ["id"], "other": "states", "key": "number"}, [2, 3]),
    ({"kind": "expression", "expression": "price > 1.5"}, [0, 2]),
]


@pytest.fixture
def states(data):
    data.add("states", pd.DataFrame({"name": ["paid", "open", "sent"], "number": ["1", "2", None]}))


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize("rule", KEPT, ids=lambda rule: f"{rule['kind']}")
def test_a_table_that_keeps_a_rule_passes(failing, rule) -> None:
    result = failing(GOOD, **rule)
    assert result.passed, result


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize(
    ("rule", "rows"), BROKEN, ids=lambda item: item["kind"] if isinstance(item, dict) else ""
)
def test_rows_that_break_a_rule_are_counted_and_named(failing, quality, rule, rows) -> None:
    result = failing(GOOD, **rule)
    assert not result.passed
    assert (result.failing, list(result.sample)) == (len(rows), rows)
    assert result.share == len(rows) / 4
    assert f"{len(rows)} of 4 rows fail" in result.evidence
    page = quality.failing("t", 0, offset=1, limit=2)
    assert (page.total, page.numbers) == (len(rows), rows[1:3])
    assert page.table.column("id").to_pylist() == [row + 1 for row in rows[1:3]]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"kind": "row_count", "minimum": 5}, "There are 4 rows."),
        ({"kind": "row_count", "maximum": 3}, "There are 4 rows."),
        ({"kind": "freshness", "columns": ["when"], "days": 0.5}, "1.0 days ago."),
    ],
)
def test_a_table_as_a_whole_may_fail(failing, quality, rule, found) -> None:
    result = failing(GOOD, **rule)
    assert not result.passed
    assert found in result.evidence
    with pytest.raises(Invalid, match="no single row"):
        quality.failing("t", 0)


def test_a_share_of_the_rows_may_fail(failing) -> None:
    assert failing(GOOD, kind="unique", columns=["state"], share=0.5).passed
    assert not failing(GOOD, kind="unique", columns=["state"], share=0.49).passed


def test_a_rule_that_is_switched_off_is_not_asked(failing) -> None:
    result = failing(GOOD, kind="not_null", columns=["price"], enabled=False)
    assert (result.passed, result.evidence) == (True, "It is switched off.")


def test_all_rules_are_asked_together_as_each_alone(quality, data, states) -> None:
    data.add("t", GOOD)
    rules = [Rule(**rule) for rule in (*KEPT, *(rule for rule, _ in BROKEN))]
    quality.save("t", rules)
    check = quality.check("t")
    assert [result.passed for result in check.results] == [True] * len(KEPT) + [False] * len(BROKEN)
    assert [list(result.sample) for result in check.results[len(KEPT) :]] == [rows for _, rows in BROKEN]
    assert (check.passed, check.warnings) == (True, len(BROKEN))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=True, width=64), st.sampled_from([0.0, 1.0, 2.0])),
            st.one_of(st.none(), st.sampled_from(["a", "A", "b'", '"', "", "é"])),
        ),
        max_size=40,
    )
)
def test_counts_are_those_of_pandas(quality, data, rows) -> None:
    frame = pd.DataFrame(
        {"x": pd.array([r[0] for r in rows], "float64"), "s": pd.array([r[1] for r in rows], "string")}
    )
    version = data.add("random", frame)  # the same frame once more is the version that it was
    quality.save(
        "random",
        [
            Rule(kind="not_null", columns=["x"]),
            Rule(kind="not_null", columns=["s"]),
            Rule(kind="unique", columns=["x"]),
            Rule(kind="unique", columns=["x", "s"]),
            Rule(kind="range", columns=["x"], minimum="-1", maximum="1"),
            Rule(kind="set", columns=["s"], values=["a", '"']),
            Rule(kind="regex", columns=["s"], pattern="[a-z]'?"),
        ],
    )
    x, s = frame["x"], frame["s"]
    expected = [
        x.isna(),
        s.isna(),
        x.notna() & x.duplicated(keep=False),
        x.notna() & s.notna() & frame.duplicated(keep=False),
        (x < -1) | (x > 1),
        s.notna() & ~s.isin(["a", '"']),
        s.notna() & ~s.str.fullmatch("[a-z]'?").fillna(True).astype(bool),
    ]
    found = quality.check(version.ref).results
    assert [list(result.sample) for result in found] == [np.flatnonzero(bad).tolist() for bad in expected]


def test_an_empty_table_has_no_failing_row(quality, data) -> None:
    data.add("t", GOOD.iloc[:0])
    rules = [Rule(**rule) for rule in KEPT if rule["kind"] not in ("foreign_key", "row_count", "freshness")]
    quality.save(
        "t", [*rules, Rule(kind="row_count", minimum=1), Rule(kind="freshness", columns=["when"], days=9)]
    )
    *held, count, fresh = quality.check("t").results
    assert all(result.passed and result.failing == 0 for result in held)
    assert (count.passed, fresh.passed, fresh.evidence) == (False, False, "There is no date.")
    assert quality.suggest("t") == []


def test_a_rule_whose_column_is_gone_has_failed_and_says_so(quality, data) -> None:
    data.add("t", GOOD)
    quality.save("t", [Rule(kind="not_null", columns=["mail"]), Rule(kind="unique", columns=["id"])])
    data.add("t", GOOD.drop(columns="mail"))
    gone, kept = quality.check("t").results
    assert (gone.passed, kept.passed) == (False, True)
    assert "mail" in gone.evidence
    # and stays among the rules while others are changed
    quality.save("t", [*quality.rules("t"), Rule(kind="row_count", minimum=1)])
    assert len(quality.rules("t")) == 3


@pytest.mark.parametrize(
    "name",
    [
        'a"b',
        "it's",
        "<script>alert(1)</script>",
        "a\nb",
        "a.b",
        "A",
        "名前",
        "n",
        "c0",
        "); DROP TABLE t; --",
    ],
)
def test_any_name_can_have_rules(failing, quality, name) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], name: ["x", "y", None]})
    result = failing(frame, kind="regex", columns=[name], pattern="x|'|\"")
    assert list(result.sample) == [1]
    assert quality.failing("t", 0).table.column_names == ["a", name]
    compile(quality.to_pandera("t"), "rules.py", "exec")


def test_names_that_differ_in_case_are_two_columns(failing) -> None:
    frame = pd.DataFrame({"a": [1, 1], "A": [1, 2]})
    assert not failing(frame, kind="unique", columns=["a"]).passed
    assert failing(frame, kind="unique", columns=["A"]).passed


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"kind": "range", "columns": ["state"], "minimum": 1}, "neither numbers nor dates"),
        ({"kind": "range", "columns": ["price"], "minimum": "many"}, "'many' is not a number"),
        ({"kind": "regex", "columns": ["mail"], "pattern": "("}, "cannot be asked"),
        ({"kind": "regex", "columns": ["mail"], "pattern": r"(?<=a)b"}, "cannot be asked"),
        ({"kind": "set", "columns": ["id"], "values": ["one"]}, "holds numbers"),
        ({"kind": "freshness", "columns": ["price"], "days": 1}, "holds no dates"),
        (
            {"kind": "foreign_key", "columns": ["id"], "other": "nowhere", "key": "id"},
            "no data called 'nowhere'",
        ),
        ({"kind": "expression", "expression": "price >"}, "the end"),
        ({"kind": "expression", "expression": "prise > 1"}, "prise"),
        ({"kind": "not_null", "columns": ["gone"]}, "gone"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_not_saved(quality, data, rule, sentence) -> None:
    data.add("t", GOOD)
    quality.save("t", [Rule(kind="row_count", minimum=1)])
    with pytest.raises(Invalid, match="Rule 1") as caught:
        quality.save("t", [Rule(**rule)])
    assert sentence in str(caught.value)
    assert [rule.kind for rule in quality.rules("t")] == ["row_count"]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"kind": "not_null"}, "one column"),
        ({"kind": "unique"}, "at least one column"),
        ({"kind": "range", "columns": ["a"]}, "minimum or maximum"),
        ({"kind": "row_count", "minimum": "1.5"}, "whole number"),
        ({"kind": "set", "columns": ["a"]}, "needs values"),
        ({"kind": "row_count", "columns": ["a"], "minimum": 1}, "about no column"),
        ({"kind": "not_null", "columns": ["a"], "pattern": "x"}, "has no pattern"),
        ({"kind": "not_nul", "columns": ["a"]}, "not_null"),
        ({"kind": "not_null", "columns": ["a"], "sql": "1; DROP TABLE x"}, "sql"),
    ],
)
def test_a_rule_without_what_it_needs_gets_a_sentence(rule, sentence) -> None:
    with pytest.raises(Invalid, match=r"^Rule 1: ") as caught:
        read_rules([rule])
    assert sentence in str(caught.value)


def test_rules_are_written_the_same_way_each_time_and_read_back() -> None:
    rules = [Rule(**rule) for rule in KEPT]
    again = read_rules(json.loads(canonical_json(rules)))
    assert again == rules
    assert canonical_json(again) == canonical_json(rules)


def test_every_kind_has_a_form_and_a_sentence() -> None:
    for kind in KINDS:
        properties = form_of(kind)["properties"]
        assert {"severity", "note", "enabled"} <= set(properties)
        assert ("columns" in properties) == (KINDS[kind].columns != "none")
    sentences = [Rule(**rule).sentence for rule in KEPT]
    assert sentences[4] == "'price' is between 0 and 4"
    assert sentences[3] == "'state' and 'mail' are unique together"


def test_a_table_like_the_version_before_passes_and_another_does_not(quality, data) -> None:
    random = np.random.default_rng(0)

    def frame(shift: float, gaps: float, rows: int = 2_000) -> pd.DataFrame:
        x = random.normal(shift, 1, rows)
        return pd.DataFrame(
            {"x": np.where(random.random(rows) < gaps, np.nan, x), "s": random.choice(["a", "b", "c"], rows)}
        )

    data.add("t", frame(0, 0.1))
    quality.save("t", [Rule(kind="like_previous", columns=["x", "s"])])
    assert quality.check("t").results[0].evidence == "There is no version before."
    data.add("t", frame(0, 0.1))
    assert quality.check("t").results[0].passed
    data.add("t", frame(2, 0.1))
    assert "'x' has shifted" in quality.check("t").results[0].evidence
    data.add("t", frame(2, 0.3))
    assert "'x' are missing" in quality.check("t").results[0].evidence
    data.add("t", frame(2, 0.3, 200))
    found = quality.check("t").results[0]
    assert found.evidence == "There are 200 rows and were 2,000 (-90%)."
    changed = frame(2, 0.3, 200)
    changed["s"] = "d"
    data.add("t", changed)
    assert "'s' has shifted" in quality.check("t").results[0].evidence


def test_a_new_version_that_fails_a_blocking_rule_is_to_be_held(quality, data) -> None:
    first = data.add("t", GOOD)
    assert quality.hold(first) is None  # there are no rules
    assert quality.history("t") == []
    quality.save(
        "t", [Rule(kind="unique", columns=["id"], severity="block"), Rule(kind="row_count", minimum=9)]
    )
    assert quality.hold(first) is None  # a warning holds nothing
    second = data.add("t", GOOD.assign(id=1))
    assert quality.hold(second) == "It fails 'id' is unique: 4 of 4 rows fail (100%), such as 1."
    assert [check.ref for check in quality.history("t")] == ["t@2", "t@1"]
    assert [check.passed for check in quality.history("t")] == [False, True]


def _hold(store, name: str, version: int) -> None:
    table = asset_versions
    with store.write() as connection:
        where = (table.c.name == name) & (table.c.version == version)
        connection.execute(update(table).where(where).values(held="It fails a rule."))


def test_a_held_version_is_released_with_a_reason(quality, data, store) -> None:
    data.add("t", GOOD)
    with pytest.raises(Conflict, match="t@1 is not held"):
        quality.release("t@1", "why not")
    _hold(store, "t", 1)
    with pytest.raises(Invalid, match="Say why"):
        quality.release("t@1", "  ")
    assert quality.release("t@1", "known to the team").ref == "t@1"
    event = store.events()[0]
    assert (event.verb, event.subject, event.detail["reason"]) == (
        "data.released",
        "data:t@1",
        "known to the team",
    )
    with pytest.raises(Conflict):
        quality.release("t@1", "again")


def test_a_held_version_that_passes_the_rules_of_today_is_released(quality, data, store) -> None:
    data.add("t", GOOD)
    quality.save("t", [Rule(kind="not_null", columns=["price"], severity="block")])
    _hold(store, "t", 1)
    assert quality.check("t@1").held == "It fails a rule."
    quality.save("t", [])
    assert quality.check("t@1").held is None


def test_what_is_suggested_is_useful_and_holds(quality, data) -> None:
    rows = 300
    random = np.random.default_rng(1)
    data.add(
        "orders",
        pd.DataFrame(
            {
                "order_id": np.arange(rows),
                "code": [f"ORD-{i:05d}" for i in range(rows)],
                "mail": [f"p{i}@shop.org" for i in range(rows)],
                "state": random.choice(["paid", "open"], rows),
                "price": random.uniform(5, 90, rows),
                "share": random.random(rows),
                "gaps": np.where(random.random(rows) < 0.5, np.nan, 1.5),
                "when": pd.to_datetime([NOW - timedelta(days=i) for i in range(rows)]),
            }
        ),
    )
    rules = quality.suggest("orders")
    said = {(rule.kind, *rule.columns): rule for rule in rules}
    assert said["row_count",].minimum == "150"
    assert {("unique", "order_id"), ("unique", "code"), ("not_null", "mail")} <= set(said)
    assert ("not_null", "gaps") not in said
    assert said["set", "state"].values == ["open", "paid"]
    assert said["regex", "mail"].pattern.startswith("[^@")
    assert said["regex", "code"].pattern == r"[A-Z]{3}\-[0-9]{5}"
    assert (said["range", "share"].minimum, said["range", "share"].maximum) == ("0", "1")
    assert float(said["range", "price"].minimum) < 5 < 90 < float(said["range", "price"].maximum)
    assert ("range", "order_id") not in said
    assert said["freshness", "when"].days == 7
    quality.save("orders", rules)
    assert all(result.passed for result in quality.check("orders").results)


@pytest.mark.usefixtures("states")
def test_the_pandera_schema_finds_what_the_rules_find(quality, data) -> None:
    data.add("t", GOOD)
    outside = ("foreign_key", "like_previous")
    quality.save("t", [Rule(**rule, severity="block") for rule in KEPT if rule["kind"] != "foreign_key"])
    names: dict[str, object] = {}
    exec(quality.to_pandera("t"), names)
    names["schema"].validate(GOOD, lazy=True)
    for rule, _ in BROKEN:
        if rule["kind"] in outside or (rule.get("columns") == ["id"] and rule["kind"] == "regex"):
            continue
        quality.save("t", [Rule(**rule, severity="block")])
        exec(quality.to_pandera("t"), names)
        with pytest.raises(SchemaErrors):
            names["schema"].validate(GOOD, lazy=True)
    quality.save("t", [Rule(kind="not_null", columns=["price"], share=0.1)])
    exec(quality.to_pandera("t"), names)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        names["schema"].validate(GOOD, lazy=True)
    assert any("'price' is not missing" in str(one.message) for one in caught)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(-3, 3), st.sampled_from([0.0, 1.0])),
            st.one_of(st.none(), st.sampled_from(["a", "A", "b'", "é\n"])),
            st.one_of(st.none(), st.dates(datetime(2024, 1, 1).date(), datetime(2027, 1, 1).date())),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_rule_and_its_pandera_code_agree_on_any_frame(quality, data, rows) -> None:
    x, s, day = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "x": pd.array(x, "float64"),
            "s": pd.array(s, "string"),
            "day": pd.Series(pd.to_datetime(list(day)), dtype="datetime64[us]"),
        }
    )
    rules = [
        Rule(kind="not_null", columns=["x"]),
        Rule(kind="not_null", columns=["s"], share=0.3),
        Rule(kind="unique", columns=["x"]),
        Rule(kind="unique", columns=["x", "s"]),
        Rule(kind="range", columns=["x"], minimum="-1", maximum="1"),
        Rule(kind="range", columns=["x"], maximum="1", share=0.5),
        Rule(kind="range", columns=["day"], minimum="2024-02-01", maximum="2026-06-30"),
        Rule(kind="set", columns=["s"], values=["a", "A"]),
        Rule(kind="regex", columns=["s"], pattern="[a-z]'?"),
        Rule(kind="row_count", minimum="2", maximum="9"),
        Rule(kind="expression", expression="x > 0 or s is missing"),
        Rule(kind="expression", expression="not (x = 1 and s = a)"),
    ]
    rules = [rule.model_copy(update={"severity": "block"}) for rule in rules]
    version = data.add("random", frame)
    quality.save("random", rules)
    for rule, found in zip(rules, quality.check(version.ref).results, strict=True):
        names: dict[str, object] = {}
        exec(to_pandera("random", [rule]), names)
        try:
            names["schema"].validate(frame, lazy=True)
            passed = True
        except SchemaErrors:
            passed = False
        assert passed == found.passed, rule.sentence


def test_what_is_not_there_gets_a_sentence(quality, data) -> None:
    with pytest.raises(NotFound, match="no data called 'nowhere'"):
        quality.rules("nowhere")
    data.add("t", GOOD)
    with pytest.raises(NotFound, match="There is no rule 0"):
        quality.failing("t", 0)
