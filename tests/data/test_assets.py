"""Assets are numbered, found by name, never changed, and whole whatever happens to who adds them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from labstudio.data import Data, ImportOptions
from labstudio.errors import Invalid, NotFound
from labstudio.store import Store, who

pytestmark = pytest.mark.core


def frame(*numbers: int) -> pd.DataFrame:
    return pd.DataFrame({"a": list(numbers)})


def test_versions_are_numbered_and_the_newest_is_meant_by_the_name(data):
    assert [data.add("people", frame(i)).ref for i in range(3)] == ["people@1", "people@2", "people@3"]
    assert data.get("people").version == 3
    assert data.frame("people@2")["a"].tolist() == [1]
    data.add("other", frame(9))
    assert [version.ref for version in data.list()] == ["other@1", "people@3"]


def test_a_version_says_where_it_is_from(data, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age\n31\n47\n")
    before = time.time()
    version = data.add("people", path)
    assert version == data.get("people@1")
    assert (version.rows, version.size, version.by, version.source) == (2, 10, who(), str(path))
    assert before <= version.created <= time.time()
    assert data._store.files.read(version.sha256) == b"age\n31\n47\n"


def test_the_same_content_under_the_same_name_is_the_same_version(data, store, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age\n31\n")
    first = data.add("people", path)
    revision = store.revision()
    again = data.add("people", path)
    assert again.existed
    assert again == data.get("people@1")
    assert not first.existed
    assert store.revision() == revision


def test_other_options_make_another_version_and_defaults_spelled_out_do_not(data, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age,n\n31,1\n")
    assert data.add("people", path).version == 1
    assert data.add("people", path, ImportOptions(quote='"')).existed
    assert data.add("people", path, ImportOptions(types={"age": "string", "n": "string"})).version == 2
    assert data.add("people", path, ImportOptions(types={"n": "string", "age": "string"})).existed


def test_the_same_content_under_another_name_shares_the_table(data, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age\n31\n")
    one, two = data.add("one", path), data.add("two", path)
    assert two.ref == "two@1"
    assert not two.existed
    assert one.table_sha256 == two.table_sha256


def test_adding_is_an_event_with_lineage(data, store):
    version = data.add("people", frame(1))
    [event] = store.events()
    assert (event.verb, event.subject) == ("data.added", "data:people@1")
    assert [(edge.source, edge.target) for edge in store.lineage("data:people@1")] == [
        (f"file:{version.sha256}", "data:people@1")
    ]


@pytest.mark.parametrize("name", ["a", "Gapminder-2020.v1_x", "größe", "9lives", "数据"])
def test_names_that_will_do(data, name):
    assert data.add(name, frame(1)).name == name
    assert data.get(name).rows == 1


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a@1", "a/b", "../a", ".a", "_a", "a\n", "x" * 101, "a:b", "'"]
)
def test_names_that_will_not_do_get_a_sentence(data, name):
    with pytest.raises(Invalid, match="cannot be the name of data; use up to 100 letters"):
        data.add(name, frame(1))


def test_a_name_that_is_not_there_gets_the_nearest_one(data):
    with pytest.raises(NotFound, match="add some first"):
        data.get("people")
    data.add("people", frame(1))
    with pytest.raises(NotFound, match="no data called 'poeple'; did you mean people"):
        data.get("poeple")
    for ref in ("people@2", "people@", "people@x", "people@0", "people@" + "9" * 30, "people@-1"):
        with pytest.raises(NotFound, match=r"newest version is people@1"):
            data.get(ref)


def test_a_profile_says_what_the_columns_hold(data, add):
    version = add(
        "n,x,city,when,flag\n1,0.5,Oslo,2020-01-01,true\n2,,Rome,2020-01-03,false\n4,inf,Oslo,,true\n"
    )
    n, x, city, when, flag = version.profile.columns
    assert (n.missing, n.distinct, n.minimum, n.maximum, n.quantiles["0.5"]) == (0, 3, 1, 4, 2)
    assert n.mean == pytest.approx(7 / 3)
    assert n.std == pytest.approx(pd.Series([1, 2, 4]).std())
    assert sum(n.counts) == 3
    assert len(n.edges) == len(n.counts) + 1
    assert (x.missing, x.maximum, x.mean) == (1, "inf", 0.5)
    assert city.top == [("Oslo", 2), ("Rome", 1)]
    assert (when.missing, when.minimum, when.maximum) == (1, "2020-01-01 00:00:00", "2020-01-03 00:00:00")
    assert flag.top == [("true", 2), ("false", 1)]
    assert len(version.profile.to_frame()) == 5


@pytest.mark.parametrize(
    "numbers",
    [
        [1e308, -1e308, 0.0],
        [5e-324, 0.0],
        [float("nan")] * 3,
        [float("inf"), float("-inf")],
        [7.0, 7.0],
        [2**62, -(2**62)],
    ],
)
def test_a_profile_of_extreme_numbers_is_no_error(data, numbers):
    [column] = data.add("extreme", pd.DataFrame({"a": numbers})).profile.columns
    finite = [number for number in numbers if abs(number) < float("inf")]
    assert sum(column.counts) == len(finite)


def test_a_profile_is_made_once(data, store, monkeypatch):
    from labstudio.data import profile

    first = data.add("people", frame(1, 2)).profile
    monkeypatch.delattr(profile, "profile_table")
    monkeypatch.setattr(profile, "profile_table", None, raising=False)
    assert data.profile("people@1") == first


ADDER = """
import sys, pandas as pd
from labstudio.data import Data
from labstudio.store import Store
data = Data(Store.open(sys.argv[1]))
print("open", flush=True)
for i in range(int(sys.argv[3])):
    open(sys.argv[4], "w").write("a\\n" + "\\n".join(str(i * 7 + k + int(sys.argv[2])) for k in range(2000)))
    print(data.add("shared", sys.argv[4]).ref, flush=True)
"""


def adder(root, path, offset: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ADDER, str(root), str(offset), str(count), str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_processes_that_add_at_once_get_different_numbers(data, store, tmp_path):
    children = [adder(store.root, tmp_path / f"{i}.csv", 1_000_000 * i, 5) for i in range(2)]
    refs: list[str] = []
    for child in children:
        output, error = child.communicate(timeout=120)
        assert child.returncode == 0, error
        refs += output.split()[1:]
    assert sorted(refs, key=lambda ref: int(ref.partition("@")[2])) == [f"shared@{i}" for i in range(1, 11)]


@pytest.mark.kill
def test_an_adding_process_killed_at_any_moment_leaves_whole_versions(store, tmp_path):
    for round_ in range(6):
        child = adder(store.root, tmp_path / "t.csv", 10_000_000 * round_, 1000)
        assert child.stdout is not None
        for _ in range(1 + round_):
            child.stdout.readline()
        time.sleep(0.013 * round_)  # the moment is meant to differ; nothing is waited for
        child.kill()
        child.communicate()
        assert child.returncode == -signal.SIGKILL
    fresh = Store.open(store.root)
    data = Data(fresh)
    newest = data.get("shared").version
    assert newest >= 6
    for number in range(1, newest + 1):
        version = data.get(f"shared@{number}")
        assert fresh.files.verify(version.sha256)
        assert len(version.frame()) == version.rows == 2000
        assert [edge.target for edge in fresh.lineage(f"file:{version.sha256}")] == [version.subject]
    assert len([event for event in fresh.events(10_000) if event.verb == "data.added"]) == newest
    fresh.close()
