"""Items that are alike are found once, labeled at once, and near duplicates are known by each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labstudio.data import Data
from labstudio.errors import Invalid, NotFound
from labstudio.labeling import Answer, Labeling, Which, alike

KINDS = {
    "late": ["parcel", "delayed", "courier", "waiting", "delivery", "days"],
    "broken": ["screen", "cracked", "shattered", "glass", "repair", "scratched"],
    "thanks": ["great", "service", "friendly", "helpful", "thank", "support"],
}


@pytest.fixture
def tickets(store):
    """90 tickets of three kinds, and three copies of the first one that differ by a sign."""
    random = np.random.default_rng(0)
    kinds = list(KINDS) * 30
    texts = [" ".join(random.choice(KINDS[kind], 8)) for kind in kinds]
    kinds += [kinds[0]] * 3
    texts += [f"{texts[0]}{sign}" for sign in "!?."]
    data = Data(store)
    data.add("tickets", pd.DataFrame({"id": range(93), "text": texts}))
    labeling = Labeling(store, data)
    labeling.create(data="tickets", text="text", key="id", labels=list(KINDS))
    labeling.truth = dict(enumerate(kinds))
    return labeling


def test_a_cluster_is_labeled_in_one_stroke_and_so_taken_back(tickets):
    groups = tickets.groups("tickets")
    assert sorted(item for group in groups for item in group.items) == list(range(1, 94))
    place = {row.number: row.place for row in tickets.items("tickets", limit=500).items}
    kinds = [[tickets.truth[place[item]] for item in group.items] for group in groups]
    pure = sum(max(map(kind.count, kind)) for kind in kinds)
    assert pure / 93 > 0.9  # what is in a cluster is of one kind
    group = max(groups, key=lambda one: len(one.items))
    assert group.open == group.items
    which, odd = Which(state="open", cluster=group.number), group.items[-1]
    done = tickets.bulk("tickets", which, "late", without=[odd])
    assert (done.changed, done.left_out) == (len(group.items) - 1, 1)
    assert set(tickets.standing("tickets")) == set(group.items) - {odd}
    again = next(one for one in tickets.groups("tickets") if one.number == group.number)
    assert again.open == [odd]
    tickets.undo("tickets")
    assert tickets.standing("tickets") == {}


def test_near_duplicates_are_known_by_each_and_labeled_together(tickets):
    assert tickets.items("tickets", limit=1).items[0].alike == 0  # nobody has looked yet
    found = tickets.groups("tickets", "duplicates")
    [group] = [one for one in found if 1 in one.items]
    assert len(found) < 5
    page = tickets.items("tickets", Which(duplicates=group.number)).items
    assert [row.place for row in page] == [0, 90, 91, 92]
    assert {row.alike for row in page} == {3}
    assert tickets.next("tickets", 1)[0].alike == 3
    assert tickets.bulk("tickets", Which(duplicates=group.number, filter="id > 0"), "late").changed == 3


def test_the_background_compares_items_once_a_version(tickets):
    assert not tickets.compared("tickets")
    with pytest.raises(Invalid, match="have not been compared yet"):
        tickets.items("tickets", Which(cluster=0))
    tickets.train_until_idle("tickets", idle=0.1)
    assert tickets.compared("tickets")
    with pytest.raises(NotFound, match="has no cluster 99"):
        tickets.items("tickets", Which(cluster=99))
    frame = pd.DataFrame({"id": [200, 201], "text": ["new text here", "another one there"]})
    tickets._data.add("tickets", frame)
    tickets.sync("tickets")
    assert not tickets.compared("tickets")
    assert sorted(len(group.items) for group in tickets.groups("tickets")) in ([2], [1, 1])


def test_what_a_full_disk_has_cut_short_is_made_again(tickets):
    found = tickets.groups("tickets")
    for path in (tickets._store.root / "vectors").rglob("*.npz"):
        path.write_bytes(path.read_bytes()[:200])
    alike._read.cache_clear()
    assert not tickets.compared("tickets")
    assert tickets.groups("tickets") == found


def test_rows_of_a_table_are_duplicates_where_they_say_the_same(store):
    data = Data(store)
    data.add("rows", pd.DataFrame({"id": range(40), "a": [n % 20 for n in range(40)], "b": ["x", "y"] * 20}))
    labeling = Labeling(store, data)
    labeling.create(data="rows", key="id", labels=["good", "bad"])
    found = labeling.groups("rows", "duplicates")
    assert sorted(len(group.items) for group in found) == [2] * 20
    answers = [Answer(item, "good") for item in found[0].items]
    labeling.submit("rows", answers)
    assert labeling.groups("rows", "duplicates")[0].open == []
