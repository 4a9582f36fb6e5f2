"""An appended table shares the bytes of the version before, and answers as if it lay in one file."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labstudio.data import Data
from labstudio.data.chart import Chart
from labstudio.data.quality.rules import Rule
from labstudio.errors import Invalid
from labstudio.labeling.sources import Source
from labstudio.store import Store
from labstudio.store.files import file_sha256
from labstudio.workspace import Workspace

pytestmark = pytest.mark.core

PIECES = (3_000, 700, 80, 5)
STEPS = [
    {"op": "filter", "where": "n > 20"},
    {"op": "derive", "name": "twice", "value": "n * 2"},
    {"op": "sort", "by": ["city"]},
]


def rows(count: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "n": random.integers(0, 1_000, count),
            "A": random.normal(size=count),
            "a": random.choice(["x", "it's", "ü"], count),
            "city": random.choice(["Bonn", "Rome", "Oslo"], count),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 10**6, count), unit="s"),
        }
    ).assign(key=range(count))


def pieces(frame: pd.DataFrame, lengths: tuple[int, ...]) -> list[pd.DataFrame]:
    ends = np.cumsum((0, *lengths))
    return [frame.iloc[start:end].reset_index(drop=True) for start, end in pairwise(ends)]


def on_disk(ws: Workspace) -> dict[Path, int]:
    return {path: path.stat().st_size for path in ws.store.files.folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Workspace:
    """The same rows as ``whole``, added in one go, and as ``parts``, appended bit by bit."""
    ws = Workspace(tmp_path_factory.mktemp("both"))
    frame = rows(sum(PIECES))
    ws.data.add("whole", frame)
    first, *more = pieces(frame, PIECES)
    ws.data.add("parts", first)
    for one in more:
        ws.data.append("parts", one)
    assert [count for _, count in ws.data.get("parts").parts] == [*PIECES]
    yield ws
    ws.store.close()


def test_a_thousand_rows_below_a_million_add_little_to_the_disk(tmp_path) -> None:
    ws = Workspace(tmp_path)
    random = np.random.default_rng(0)
    ws.data.add("t", pd.DataFrame({"a": random.normal(size=1_000_000), "b": random.integers(0, 99, 10**6)}))
    before = on_disk(ws)
    more = pd.DataFrame({"a": random.normal(size=1_000), "b": random.integers(0, 99, 1_000)})
    version = ws.data.append("t", more)
    after = on_disk(ws)
    added = sum(size for path, size in after.items() if path not in before)
    assert before.items() <= after.items()
    assert added < sum(before.values()) / 100  # the rows as they came, and the part
    assert (version.rows, [count for _, count in version.parts]) == (1_001_000, [1_000_000, 1_000])
    pd.testing.assert_frame_equal(version.frame().tail(1_000).reset_index(drop=True), more)
    ws.store.close()


@pytest.mark.parametrize(
    "asked",
    [
        {"offset": 2_950, "limit": 800},
        {"offset": 3_690, "limit": 200, "columns": range(1, 4)},
        {"sort": ["-city", "n"], "offset": 1_000, "limit": 500},
        {"filter": "n < 10 and city = 'Rome'", "limit": 1_000},
        {"filter": "key >= 2990", "sort": ["a"], "limit": 1_000},
    ],
)
def test_a_page_of_rows_is_the_same(both, asked) -> None:
    parts, whole = (both.data.rows(name, **asked) for name in ("parts", "whole"))
    assert (parts.total, parts.to_json()) == (whole.total, whole.to_json())
    assert parts.table.num_rows > 0


def test_what_is_said_of_the_table_is_the_same(both) -> None:
    data = both.data
    assert data.get("parts").schema == data.get("whole").schema
    assert data.profile("parts") == data.profile("whole")
    pd.testing.assert_frame_equal(data.frame("parts"), data.frame("whole"))
    pd.testing.assert_frame_equal(data.frame("parts", ["a", "key"]), data.frame("whole", ["a", "key"]))
    pd.testing.assert_frame_equal(data.sample("parts", 10_000), data.sample("whole", 10_000))
    numbers = [3_784, 0, 3_000]
    assert data.rows_at("parts", numbers).to_json() == data.rows_at("whole", numbers).to_json()
    assert data.matching("parts", "n < 5").tolist() == data.matching("whole", "n < 5").tolist()
    chart = Chart(kind="bar", x="city", y="n", filter="key > 2000")
    assert data.plot("parts", chart).figure == data.plot("whole", chart).figure
    found = data.compare("parts", "whole", key=["key"])
    assert (found.rows.added, found.rows.removed, found.rows.changed) == (0, 0, 0)


def test_a_sample_is_spread_over_the_rows_and_says_which_they_are(both) -> None:
    sample = both.data.sample("parts", 100)
    assert 20 <= len(sample) <= 100
    assert sample["key"].tolist() == sample.index.tolist()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_an_export_is_the_same(both, tmp_path, ending) -> None:
    made = [both.data.export(name, tmp_path / f"{name}.{ending}") for name in ("parts", "whole")]
    if ending == "parquet":
        pd.testing.assert_frame_equal(*map(pd.read_parquet, made))
    else:
        assert made[0].read_bytes() == made[1].read_bytes()


def test_one_file_is_there_for_who_wants_a_path(both) -> None:
    path = both.data.path("parts")
    assert path == both.data.table("parts") == both.data.path("parts")
    pd.testing.assert_frame_equal(pd.read_parquet(path), both.data.frame("whole"))
    assert both.data.card("parts")["distribution"][0]["sha256"] == file_sha256(path)


def test_rules_see_the_rows_of_all_parts_by_their_numbers(both) -> None:
    wrong = []
    for name in ("parts", "whole"):
        both.quality.save(name, [Rule(kind="range", columns=["n"], minimum=3)])
        result = both.quality.check(name).results[0]
        wrong.append((result.failing, result.sample, both.quality.failing(name, 0).numbers))
    assert wrong[0] == wrong[1]
    assert wrong[0][0] > 0


def test_items_to_be_labeled_are_those_of_all_parts(both, tmp_path) -> None:
    source = Source(both.data, "text", {"text": "city", "key": "key"}, tmp_path)
    parts, whole = (list(source.items(both.data.get(name))) for name in ("parts", "whole"))
    assert parts == whole
    assert source.read(both.data.get("parts"), [3_700])[0].text == both.data.frame("whole")["city"][3_700]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_recipe_and_its_code_make_the_same_of_both(both, library) -> None:
    pytest.importorskip(library, reason="the small environment has no Polars")
    made = [both.recipes.run(f"made-{name}", name, STEPS).frame() for name in ("parts", "whole")]
    pd.testing.assert_frame_equal(*made)
    code, _ = both.recipes.code("parts", STEPS, library, "out")
    names: dict[str, object] = {}
    exec(code, names)  # what a person would run
    assert names["df"]["key"].to_list() == made[0]["key"].to_list()


@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=9))
def test_however_rows_come_they_are_all_there_in_order_in_few_parts(tmp_path, lengths) -> None:
    place = tmp_path / "-".join(map(str, lengths))
    shutil.rmtree(place, ignore_errors=True)
    ws, frame = Workspace(place), rows(sum(lengths))
    for number, piece in enumerate(pieces(frame, tuple(lengths))):
        version = ws.data.append("t", piece) if number else ws.data.add("t", piece)
    counts = [count for _, count in version.parts]
    assert all(above >= 2 * below for above, below in pairwise(counts))  # log2 of the rows at most
    assert sum(counts) == version.rows == len(frame)
    pd.testing.assert_frame_equal(version.frame(), frame)
    page = ws.data.rows("t", sort=["-key"], limit=1_000)
    assert page.table["key"].to_pylist() == [*range(len(frame))][::-1]
    ws.store.close()


def test_new_values_that_need_another_type_are_a_table_written_whole(tmp_path) -> None:
    ws = Workspace(tmp_path)
    ws.data.add("t", pd.DataFrame({"a": range(100)}))
    version = ws.data.append("t", pd.DataFrame({"a": [0.5]}))
    assert len(version.parts) == 1
    assert version.frame()["a"].tolist() == [*map(float, range(100)), 0.5]
    with pytest.raises(Invalid, match="'a' holds double in the table and string"):
        ws.data.append("t", pd.DataFrame({"a": ["x"]}))
    ws.store.close()


@pytest.fixture
def grown(tmp_path) -> Workspace:
    ws = Workspace(tmp_path / "ws")
    frame = rows(1_200)
    for number, piece in enumerate(pieces(frame, (1_000, 150, 50))):
        _ = ws.data.append("t", piece) if number else ws.data.add("t", piece)
    yield ws
    ws.store.close()


def test_a_flipped_byte_is_found_and_its_part_is_named(grown) -> None:
    assert grown.data.verify() == []
    sha = grown.data.get("t").parts[1][0]
    path = grown.store.files.path(sha)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    found = {one.ref: one for one in grown.data.verify() if one.sha256 == sha}
    assert set(found) == {"t@2", "t@3"}
    assert found["t@3"].what == "part"
    assert found["t@3"].sentence.startswith("The part 2 of 3 of t@3 has changed on the disk")


def test_a_part_stays_for_as_long_as_a_version_needs_it(grown) -> None:
    data, files = grown.data, grown.store.files
    other = data.append("t@2", rows(40, seed=1))  # t@4, beside t@3
    shared = [sha for sha, _ in data.get("t@2").parts]
    last, others = data.get("t@3").parts[-1][0], other.parts[-1][0]
    assert [sha for sha, _ in other.parts[:-1]] == shared
    data.delete("t@3")
    assert (all(map(files.has, [*shared, others])), files.has(last)) == (True, False)
    data.delete("t@4")
    assert (all(map(files.has, shared)), files.has(others)) == (True, False)
    assert data.verify() == []
    assert len(data.frame("t@2")) == 1_150


def test_parts_at_a_remote_place_are_fetched(tmp_path) -> None:
    store = Store.open(tmp_path / "ws", files=(tmp_path / "far").as_uri())
    data, frame = Data(store), rows(110)
    data.add("t", frame.iloc[:100])
    version = data.append("t", frame.iloc[100:].reset_index(drop=True))
    for sha, _ in version.parts:
        store.files._place(sha).unlink()
    pd.testing.assert_frame_equal(data.frame("t"), frame)
    store.close()
