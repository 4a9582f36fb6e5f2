"""A profile says of a table what pandas says of it, and what is to be looked at."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio.data import profile as profiles
from labstudio.data.findings import findings
from labstudio.data.meanings import meanings
from labstudio.errors import Invalid

pytestmark = pytest.mark.core

NUMBERS = st.lists(
    st.one_of(st.none(), st.integers(-5, 5).map(float), st.floats(-1e6, 1e6, allow_subnormal=False)),
    min_size=1,
    max_size=60,
)
TEXTS = st.lists(st.one_of(st.none(), st.text("abAB ", max_size=4)), min_size=1, max_size=60)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(numbers=NUMBERS)
def test_figures_of_numbers_are_those_of_pandas(data, numbers):
    values = pd.Series(numbers, dtype=float)
    [found] = data.add("numbers", pd.DataFrame({"a": values})).profile.columns
    assert (found.missing, found.distinct) == (values.isna().sum(), values.nunique())
    assert (found.zeros, found.negative, found.infinite) == ((values == 0).sum(), (values < 0).sum(), 0)
    if values.notna().any():
        assert (found.minimum, found.maximum) == (values.min(), values.max())
        assert found.mean == pytest.approx(values.mean(), abs=1e-6)
        for share, quantile in found.quantiles.items():
            assert quantile == pytest.approx(values.quantile(float(share)), rel=1e-9, abs=1e-6)
        assert sum(found.counts) == values.count()
    if values.count() > 1:
        assert found.std == pytest.approx(values.std(), rel=1e-6, abs=1e-6)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=TEXTS)
def test_figures_of_texts_are_those_of_pandas(data, texts):
    values = pd.Series(texts, dtype=object)
    [found] = data.add("texts", pd.DataFrame({"a": values})).profile.columns
    present = values.dropna()
    assert (found.missing, found.distinct) == (values.isna().sum(), present.nunique())
    assert sorted(count for _, count in found.top) == sorted(present.value_counts().head(profiles.TOP))
    if len(present):
        lengths = present.str.len()
        assert (found.length_min, found.length_max) == (lengths.min(), lengths.max())
        assert found.length_mean == pytest.approx(lengths.mean())


CELLS = {
    "number": st.floats(allow_nan=True, allow_infinity=True, width=32),
    "whole": st.integers(-(2**62), 2**62),
    "flag": st.booleans(),
    "state": st.sampled_from(["paid", "open", "Paid", ""]),
    "when": st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")),
}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.fixed_dictionaries({}, optional={k: st.none() | v for k, v in CELLS.items()}), more=st.data())
def test_the_profile_of_any_frame_is_what_pandas_says_of_the_version(data, cells, more):
    row = st.fixed_dictionaries({name: st.none() | CELLS[name] for name in cells})
    rows = [cells, *more.draw(st.lists(row, max_size=25))] if cells else [{"number": 1.0}]
    frame = pd.DataFrame({name: [row[name] for row in rows] for name in rows[0]})
    if "whole" in frame:
        frame["whole"] = frame["whole"].astype("Int64")
    version = data.add("any", frame)
    kept, profile = version.frame(), version.profile
    assert profile.rows == len(frame)
    for column in profile.columns:
        values = kept[column.name]
        present = values.dropna()
        assert (column.missing, column.distinct) == (values.isna().sum(), present.nunique())
        if column.name == "state":
            assert dict(column.top) == present.value_counts().to_dict()
        if column.name not in ("number", "whole") or not column.quantiles:
            continue
        finite = present.astype(float)
        finite = finite[np.isfinite(finite)]
        assert column.infinite == len(present) - len(finite)
        size = max(1e-300, finite.abs().max())
        assert column.mean == pytest.approx(finite.mean(), abs=1e-12 * size)
        for share, quantile in column.quantiles.items():
            assert quantile == pytest.approx(finite.quantile(float(share)), abs=1e-12 * size)
        if len(finite) > 1:
            assert column.std == pytest.approx(finite.std(), rel=1e-9, abs=1e-7 * size)
        assert sum(column.counts) == len(finite)


def test_a_profile_is_the_same_to_the_last_digit_each_time(data, store):
    from labstudio.data.tables import profiles as kept

    random = np.random.default_rng(0)
    version = data.add("t", pd.DataFrame({f"x{i}": random.lognormal(size=300_000) for i in range(3)}))
    first = version.profile
    for _ in range(2):
        with store.write() as connection:
            connection.execute(kept.delete())
        assert version.profile == first


def test_large_and_small_numbers_keep_their_mean_deviation_and_skew(data):
    values = pd.Series(np.random.default_rng(0).lognormal(size=500))
    frame = pd.DataFrame({"large": values * 1e300, "small": values * 1e-290, "far": values + 1e9})
    for column in data.add("t", frame).profile.columns:
        scale = {"large": 1e300, "small": 1e-290, "far": 1.0}[column.name]
        assert column.std == pytest.approx(values.std() * scale, rel=1e-6)
        assert column.skew == pytest.approx(values.skew(), rel=1e-6)


def test_the_middle_of_a_long_table_is_exact_and_its_different_values_are_estimates(data):
    frame = pd.DataFrame({"x": np.random.default_rng(1).permutation(250_001).astype(float)})
    profile = data.add("long", frame).profile
    [column] = profile.columns
    assert profile.estimated
    assert column.quantiles == {"0.05": 12_500.0, "0.25": 62_500.0, "0.5": 125_000.0, "0.75": 187_500.0,
                                "0.95": 237_500.0}  # fmt: skip
    assert column.distinct == pytest.approx(250_001, rel=0.1)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(st.sampled_from([0.0, -0.0, 1.0, None]), st.sampled_from("ab")), min_size=1))
def test_duplicated_rows_are_those_of_pandas(data, rows):
    frame = pd.DataFrame(rows, columns=["x", "y"]).astype({"x": float})
    assert data.add("rows", frame).profile.duplicates == frame.duplicated().sum()


def test_duplicates_of_a_large_table_are_estimated(data, monkeypatch):
    monkeypatch.setattr(profiles, "EXACT_DUPLICATES", 5_000)
    frame = pd.DataFrame({"a": np.arange(40_000) % 30_000, "b": 1})
    found = data.add("large", frame).profile
    assert found.duplicates_estimated
    assert found.duplicates == pytest.approx(10_000, rel=0.15)


def test_estimated_figures_are_near_those_of_pandas(data, monkeypatch):
    monkeypatch.setattr(profiles, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(profiles, "_MANY", 1_000)
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"x": random.normal(size=50_000), "name": [f"n{i}" for i in range(50_000)]})
    frame.loc[:9_999, "name"] = "often"
    x, name = data.add("t", frame).profile.columns
    assert x.quantiles["0.25"] == pytest.approx(frame["x"].quantile(0.25), abs=0.02)
    assert x.distinct == pytest.approx(50_000, rel=0.1)
    assert name.top[0] == ("often", 10_000)


def test_skew_is_that_of_pandas(data):
    values = pd.Series(np.random.default_rng(0).lognormal(size=500))
    [found] = data.add("t", pd.DataFrame({"x": values})).profile.columns
    assert found.skew == pytest.approx(values.skew())


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("a", ["x@y.org", "z@w.co.uk"], "email"),
        ("a", ["https://a.org/b", "www.c.net"], "url"),
        ("a", ["img/1.png", "2.JPEG"], "image path"),
        ("a", ["+44 20 7946 0958", "(030) 123 45 67"], "phone"),
        ("a", ["€ 12.50", "$1,200"], "money"),
        ("a", ["2024-01-02", "3.4.2024"], "date"),
        ("a", ["NO", "IT", "DE"], "country code"),
        ("price_eur", [3.5, 4.0], "money"),
        ("latitude", [59.9, -33.9], "latitude"),
        ("homeLon", [10.7, 151.2], "longitude"),
    ],
)
def test_what_values_look_like_is_said_with_its_share(name, values, kind):
    assert meanings(name, "category", values)[0] == (kind, 1.0)


@pytest.mark.parametrize("values", [["NO", "NO", "YES"], ["red", "blue"], [91.0, 120.0]])
def test_nothing_is_said_of_values_that_only_seem_so(values):
    assert {kind for kind, _ in meanings("lat", "number", values)} <= {"category"}


def test_what_is_to_be_looked_at_is_said_with_what_to_do(data):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "one": 1,
            "gaps": [None] * 50 + list(range(50)),
            "tail": random.lognormal(sigma=3, size=100),
            "city": ["Oslo", "oslo ", "Rome", "Bern"] * 25,
            "code": [f"c{i}" for i in range(100)],
            "far": [*random.normal(size=99), 1e6],
            "endless": [*random.normal(size=99), math.inf],
        }
    )
    found = {(one.kind, one.column): one for one in findings(data.add("t", frame).profile)}
    assert {
        ("constant", "one"), ("missing", "gaps"), ("skew", "tail"), ("variants", "city"),
        ("near_unique", "code"), ("outliers", "far"), ("infinite", "endless"),
    } <= set(found)  # fmt: skip
    assert all(one.suggestion for one in found.values())


def test_gaps_are_named_where_nothing_else_is_left_and_rows_that_repeat(data):
    frame = pd.DataFrame({"gone": [None] * 40, "x": list(np.random.default_rng(0).normal(size=20)) * 2})
    found = {(one.kind, one.column): one for one in findings(data.add("t", frame).profile)}
    assert ("empty", "gone") in found
    assert found["duplicates", None].sentence == "20 rows stood before, exactly so"
    assert found["duplicates", None].alert


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (range(100, 160), "id"),
        ([f"A-{i:03d}" for i in range(60)], "id"),
        (["red", "blue", "green"] * 20, "category"),
        ([f"The parcel number {i} did not arrive in time, says Ada" for i in range(60)], "text"),
        (pd.date_range("2024-01-01", periods=60), "date"),
        ([f"2024-01-{i % 28 + 1:02d}" for i in range(60)], "date"),
        ([f"€ {i}.50" for i in range(60)], "money"),
        ([f"p{i}@shop.org" for i in range(60)], "email"),
        ([f"images/cat/{i}.jpg" for i in range(60)], "image path"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_column_is_said_to_be_what_a_person_would_say(data, values, kind):
    [column] = data.add("t", pd.DataFrame({"a": list(values)})).profile.columns
    assert kind in [said for said, _ in column.meanings]


def test_a_table_without_faults_has_no_findings(data):
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=200), "y": ["a", "b"] * 100})
    assert findings(data.add("t", frame).profile) == []


def test_a_profile_of_an_older_kind_is_made_again(data, store, monkeypatch):
    from labstudio.data.tables import profiles as kept

    version = data.add("t", pd.DataFrame({"a": [1, 2]}))
    monkeypatch.setattr(profiles, "VERSION", 1)
    assert version.profile.rows == 2
    with store.write() as connection:
        connection.execute(kept.update().values(content={"rows": 2, "columns": []}))
    monkeypatch.undo()
    assert len(version.profile.columns) == 1


def test_associations_are_those_of_pandas(data):
    random = np.random.default_rng(0)
    x = random.normal(size=300)
    frame = pd.DataFrame({"x": x, "y": x**3 + random.normal(size=300), "z": random.normal(size=300)})
    found = {(one.left, one.right): one for one in data.associations(data.add("t", frame)).pairs}
    for (left, right), one in found.items():
        assert one.value == pytest.approx(frame[left].corr(frame[right], method="spearman"), abs=1e-3)
        assert one.pearson == pytest.approx(frame[left].corr(frame[right]), abs=1e-3)


def test_associations_hold_categories_too(data):
    random = np.random.default_rng(0)
    group = random.choice(["a", "b", "c"], 600)
    frame = pd.DataFrame(
        {
            "group": group,
            "same": pd.Series(group).map({"a": "u", "b": "v", "c": "w"}),
            "other": random.choice(["p", "q"], 600),
            "level": pd.Series(group).map({"a": 0.0, "b": 5.0, "c": 9.0}) + random.normal(size=600) / 10,
        }
    )
    found = {frozenset((one.left, one.right)): one for one in data.associations(data.add("t", frame)).pairs}
    same = found[frozenset(("group", "same"))]
    assert (same.measure, same.value) == ("cramers_v", pytest.approx(1.0, abs=0.01))
    assert found[frozenset(("group", "other"))].value < 0.15
    level = found[frozenset(("group", "level"))]
    assert (level.measure, level.value) == ("correlation_ratio", pytest.approx(1.0, abs=0.01))


@pytest.mark.parametrize(("target", "measure"), [("price", "r2"), ("sold", "auc"), ("kind", "information")])
def test_what_columns_say_of_a_target_is_ranked_and_leaks_stand_out(data, target, measure):
    random = np.random.default_rng(0)
    size = random.normal(size=2_000)
    price = size + random.normal(size=2_000) / 2
    kind = np.where(price > 0.7, "large", np.where(price < -0.7, "small", "middle"))
    leak = "code" if target == "kind" else "tax"
    frame = pd.DataFrame({"size": size, "noise": random.normal(size=2_000), "price": price, "kind": kind})
    frame["sold"] = np.where(price > 0, "yes", "no")
    frame["code"] = frame["kind"].str[:1]
    frame["tax"] = frame["price"] * 0.2
    version = data.add("t", frame[["size", "noise", leak, target]])
    found = data.relations(version, target)
    assert {one.measure for one in found.columns} == {measure}
    assert found.columns[1].column == "size"
    assert [one.column for one in found.columns if one.leak] == [leak]
    assert found.columns[-1].column == "noise"
    assert found.columns[-1].strength < 0.1
    assert findings(version.profile, found)[0].kind == "leak"


def test_a_target_that_says_nothing_is_refused(data):
    version = data.add("t", pd.DataFrame({"a": range(30), "one": ["same"] * 30}))
    with pytest.raises(Invalid, match="one value only"):
        data.relations(version, "one")
    with pytest.raises(Invalid, match="there is no column 'b'"):
        data.relations(version, "b")
