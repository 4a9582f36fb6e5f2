"""A page of a table is what pandas would show there, whatever the table's size, names, sort and filter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labstudio.compute import LocalWorkers
from labstudio.data import Data, explore, grid
from labstudio.data.cache import Cache
from labstudio.data.profile import Profile
from labstudio.data.tables import profiles
from labstudio.errors import Invalid, Unavailable

pytestmark = pytest.mark.core

ROWS = 3_000


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "n": pd.array(random.integers(0, 50, ROWS), dtype="Int64"),
            "x": np.where(random.random(ROWS) < 0.1, np.nan, random.normal(size=ROWS)),
            "city": pd.Series(random.choice(["Oslo", "Rome", "ærø", "Zug"], ROWS), dtype=object),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 10**6, ROWS), unit="s"),
            "row": np.arange(ROWS),
        }
    )


@pytest.fixture
def kept(data, table, tmp_path):
    """The table as an asset, from a file of many small row groups."""
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "t.parquet", row_group_size=700)
    data.add("t", tmp_path / "t.parquet")
    return data


def rows(data: Data, **page) -> list[int]:
    return data.rows("t", **page).table.column("row").to_pylist()


@pytest.mark.parametrize(
    ("offset", "limit"), [(0, 200), (699, 2), (650, 1500), (2_990, 200), (5_000, 5), (3, 0)]
)
@pytest.mark.parametrize("decoded", [grid.DECODED_VALUES, 0], ids=["from Parquet", "from the copy"])
def test_a_page_is_the_rows_at_that_place(kept, monkeypatch, offset, limit, decoded):
    monkeypatch.setattr(grid, "DECODED_VALUES", decoded)
    page = kept.rows("t", offset=offset, limit=limit)
    assert (page.total, page.offset) == (ROWS, offset)
    assert page.table.column("row").to_pylist() == list(range(ROWS))[offset : offset + limit]


@pytest.mark.parametrize(
    ("sort", "by", "ascending"),
    [
        (["x"], ["x"], [True]),
        (["-x"], ["x"], [False]),
        (["city", "-n"], ["city", "n"], [True, False]),
        (["-when"], ["when"], [False]),
    ],
)
def test_sorting_puts_missing_last_and_keeps_the_order_of_equals(kept, table, sort, by, ascending):
    wanted = table.sort_values(by, ascending=ascending, kind="stable", na_position="last")["row"].tolist()
    assert rows(kept, sort=sort, limit=ROWS) == wanted
    assert rows(kept, sort=sort, offset=1_234, limit=50) == wanted[1_234:1_284]
    assert rows(kept, sort=sort, offset=ROWS - 1) == wanted[-1:]
    assert rows(kept, sort=sort, offset=ROWS) == []


def test_a_filter_counts_what_it_lets_through(kept, table):
    wanted = table[(table["x"] > 0) & (table["city"] == "Oslo")]
    page = kept.rows("t", filter="x > 0 and city = Oslo", offset=10, limit=20)
    assert page.total == len(wanted)
    assert page.table.column("row").to_pylist() == wanted["row"].tolist()[10:30]
    by_x = wanted.sort_values("x", ascending=False)["row"].tolist()
    assert rows(kept, filter="x > 0 and city = Oslo", sort=["-x"], limit=ROWS) == by_x
    assert kept.rows("t", filter="city = Paris").total == 0


@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.none() | st.floats(width=32) | st.integers(-3, 3), max_size=12), down=st.booleans())
def test_any_numbers_sort_as_pandas_sorts_them(tmp_path_factory, values, down):
    folder = tmp_path_factory.mktemp("numbers")
    stored = pa.table({"a": pa.array(map(float_or_none, values), pa.float64())})
    pq.write_table(stored, folder / "t")
    order = grid.order_of(one_number(), stored.schema.types, ["-a" if down else "a"], "")
    grid.write_order(Cache(folder), "order", folder / "t", order)
    wanted = stored.to_pandas()["a"].sort_values(ascending=not down, kind="stable")
    assert np.fromfile(folder / "order", np.int64).tolist() == wanted.index.tolist()


def float_or_none(value: float | None) -> float | None:
    return None if value is None else float(value)


def one_number():
    from labstudio.schema import Schema

    return Schema.infer(pd.DataFrame({"a": [0.5, 1.5]}))


NAMES = ["a", "A", "a.b", 'q"uote', "new\nline", "", "n", "c0", "file_row_number", "-a", "select", "'", "é"]


def test_columns_may_be_called_anything(data):
    frame = pd.DataFrame({name: [i, 20 - i, i % 3] for i, name in enumerate(NAMES)})
    data.add("t", frame)
    for name in NAMES:
        quoted = '"' + name.replace('"', '""') + '"'
        value = int(frame[name].iloc[1])
        page = data.rows("t", sort=["+" + name], filter=f"{quoted} = {value}")
        wanted = frame[frame[name] == value]
        assert page.table.column_names == NAMES
        assert page.to_json() == [wanted[column].tolist() for column in NAMES]


def test_a_sign_before_a_name_says_the_direction_and_a_name_may_begin_with_one(data):
    data.add("t", pd.DataFrame({"a": [2, 1, 3], "-a": [1, 2, 3], "-b": [3, 1, 2], "row": [0, 1, 2]}))
    assert rows(data, sort=["-a"]) == [2, 0, 1]
    assert rows(data, sort=["+-a"]) == [0, 1, 2]
    assert rows(data, sort=["--a"]) == [2, 1, 0]
    assert rows(data, sort=["-b"]) == [1, 2, 0]
    with pytest.raises(Invalid, match="The sort: there is no column 'rwo'; did you mean 'row'"):
        rows(data, sort=["rwo"])


def test_some_columns_of_a_wide_table(data):
    data.add(
        "wide", pd.DataFrame(np.arange(2_000).reshape(2, 1_000), columns=[f"c{i}" for i in range(1_000)])
    )
    for page in (
        data.rows("wide", columns=range(500, 503)),
        data.rows("wide", columns=range(500, 503), sort=["c999"]),
    ):
        assert page.table.column_names == ["c500", "c501", "c502"]
        assert page.to_json() == [[500, 1500], [501, 1501], [502, 1502]]
    assert data.rows("wide", columns=range(998, 2_000)).table.num_columns == 2
    assert data.rows("wide", columns=range(2_000, 3_000), sort=["c0"]).to_json() == []


def test_a_page_that_cannot_be_gets_a_sentence(kept):
    for page in ({"offset": -1}, {"limit": -1}, {"limit": 10_001}):
        with pytest.raises(Invalid, match="at most 10,000 rows"):
            kept.rows("t", **page)


def test_json_holds_every_value_in_a_form_that_javascript_reads_back():
    moment = pd.Timestamp("2020-05-01T12:30:00.5")
    page = grid.Rows(
        2,
        0,
        pa.table(
            {
                "whole": pa.array([2**53 + 1, -5]),
                "number": [float("nan"), float("inf")],
                "single": pa.array([0.1, None], pa.float32()),
                "text": ["<b>", None],
                "flag": [True, None],
                "moment": pa.array([moment, None], pa.timestamp("us")),
                "zoned": pa.array([moment, pd.Timestamp("1969-12-31")], pa.timestamp("ns", "Europe/Oslo")),
                "far": pa.array([10**17, 0], pa.timestamp("us")),
            }
        ),
    )
    values = page.to_json()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values == [
        ["9007199254740993", -5],
        [None, "inf"],
        [0.1, None],
        ["<b>", None],
        [True, None],
        ["2020-05-01T12:30:00.5", None],
        ["2020-05-01T12:30:00.5Z", "1969-12-31T00:00:00Z"],
        ["5138-11-16T09:46:40", "1970-01-01T00:00:00"],
    ]
    sent = pa.ipc.open_stream(page.to_arrow()).read_all()
    assert (sent.schema, grid.Rows(2, 0, sent).to_json()) == (page.table.schema, values)


def test_texts_that_are_said_to_be_numbers_are_compared_and_sorted_as_numbers(data):
    from labstudio.data import ImportOptions

    frame = pd.DataFrame({"a": ["10", "9", "-1", "nan", None], "row": range(5)})
    data.add("t", frame, ImportOptions(types={"a": "number"}))
    assert rows(data, sort=["a"]) == [2, 1, 0, 3, 4]
    assert rows(data, filter="a > 5") == [0, 1]
    assert rows(data, filter="a is missing") == [3, 4]


def test_integers_beyond_a_double_stay_exact(data):
    data.add("t", pd.DataFrame({"id": [2**60 + 1, 2**60, 2**60 + 2], "row": range(3)}))
    assert rows(data, filter=f"id = {2**60 + 1}") == [0]
    assert rows(data, sort=["id"]) == [1, 0, 2]


def test_an_empty_table_has_empty_pages(data, add):
    add("a,b\n")
    for page in ({}, {"sort": ["a"]}, {"filter": "b is missing"}):
        assert data.rows("table", **page).to_json() == [[], []]


def test_an_order_is_made_once_and_again_when_the_cache_was_deleted(kept, store, monkeypatch):
    first = rows(kept, sort=["x"])
    with monkeypatch.context() as patch:
        patch.setattr(grid, "write_order", None)
        patch.setattr(grid, "write_copy", None)
        assert rows(kept, sort=["x"]) == first
        assert rows(Data(store), sort=["x"]) == first
    shutil.rmtree(store.root / "cache")
    assert rows(kept, sort=["x"]) == first


class Watched(LocalWorkers):
    """Workers that note what they are given."""

    given: list[str] = []

    def submit(self, fn, /, *args, **kwargs):
        self.given.append(fn.__name__)
        return super().submit(fn, *args, **kwargs)


def figures(profile: Profile) -> Profile:
    """A profile to 9 digits of means and deviations: DuckDB's threads add up in any order, here as there."""

    def digits(value: float | None) -> float | None:
        return None if value is None else float(f"{value:.9g}")

    columns = (
        replace(column, mean=digits(column.mean), std=digits(column.std)) for column in profile.columns
    )
    return replace(profile, columns=tuple(columns))


def test_scans_run_in_the_worker_and_give_the_same(kept, store, monkeypatch):
    monkeypatch.setattr(explore, "_AT_ONCE", 0)  # as if the table were a large one
    page = {"sort": ["x"], "filter": "n > 3", "limit": ROWS}
    here = figures(kept.profile("t")), rows(kept, **page)
    shutil.rmtree(store.root / "cache")
    with store.write() as connection:
        connection.execute(profiles.delete())
    with Watched() as workers:
        kept.scans = workers
        assert (figures(kept.profile("t")), rows(kept, **page)) == here
    assert sorted(workers.given) == ["profile_table", "write_copy", "write_order"]


def test_two_who_ask_for_the_same_at_once_share_one_scan(kept, monkeypatch):
    scans, begun, go_on = [], threading.Event(), threading.Event()
    write_order = grid.write_order

    def slow(*args):
        scans.append(args)
        begun.set()
        assert go_on.wait(30)
        write_order(*args)

    monkeypatch.setattr(grid, "write_order", slow)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(rows, kept, sort=["x"])
        assert begun.wait(30)
        second = people.submit(rows, kept, sort=["x"])
        time.sleep(0.2)  # long enough to begin a scan of its own
        go_on.set()
        assert first.result() == second.result()
    assert len(scans) == 1


MAKER = """
import sys
from labstudio.data import Data
from labstudio.store import Store
data = Data(Store.open(sys.argv[1]))
print(data.rows("t", sort=["x", "city"], filter="n > 3").table.column("row").to_pylist())
"""


def test_processes_that_make_the_same_order_at_once_do_not_clash(kept, store):
    children = [
        subprocess.Popen([sys.executable, "-c", MAKER, str(store.root)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {child.communicate(timeout=120)[0] for child in children}
    assert answers == {f"{rows(kept, sort=['x', 'city'], filter='n > 3')}\n"}
    assert not list((store.root / "cache").glob("tmp-*"))


def test_the_cache_drops_what_was_used_longest_ago(tmp_path):
    cache = Cache(tmp_path, limit=250)
    for age, name in ((300, "old"), (200, "used again"), (100, "newer")):
        with cache.making(name) as place:
            place.write_bytes(bytes(100))
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    assert cache.find("used again") is not None
    with cache.making("newest") as place:
        place.write_bytes(bytes(100))
    assert {path.name for path in tmp_path.iterdir()} == {"used again", "newest"}


def test_what_fails_leaves_nothing_in_the_cache(tmp_path):
    cache = Cache(tmp_path)
    for error, told, sentence in (
        (ValueError("odd"), ValueError, "odd"),
        (OSError(28, "No space left on device"), Unavailable, r"No space left on device\); make room there"),
    ):
        with pytest.raises(told, match=sentence):
            half_written(cache, error)
        assert list(tmp_path.iterdir()) == []


def half_written(cache: Cache, error: Exception) -> None:
    with cache.making("half") as place:
        place.write_bytes(b"half")
        raise error


def test_versions_come_newest_first(data):
    for i in range(3):
        data.add("people", pd.DataFrame({"a": [i]}))
    assert [version.ref for version in data.versions("people")] == ["people@3", "people@2", "people@1"]
