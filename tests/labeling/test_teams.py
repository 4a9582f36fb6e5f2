"""Several people: consensus, agreement, review, items whose answer is known, and the dashboard."""

from __future__ import annotations

import random
import shutil
from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labstudio.data import Data
from labstudio.errors import Conflict, Invalid
from labstudio.labeling import Labeling, Which
from labstudio.labeling.consensus import dawid_skene, majority, nominal_alpha
from labstudio.labeling.standing import replay
from labstudio.store import Store


def test_consensus_finds_the_good_annotators_among_spammers():
    rng = random.Random(7)
    truth = [rng.choice("abcd") for _ in range(300)]
    votes = []
    for item, label in enumerate(truth):
        for person in ("ada", "bob", "eve"):
            votes.append((item, person, label if rng.random() < 0.85 else rng.choice("abcd")))
        votes += [(item, person, "a") for person in ("spam1", "spam2")]
    found, most = dawid_skene(votes), majority(votes)
    right = sum(found.labels[item][0] == label for item, label in enumerate(truth)) / len(truth)
    by_most = sum(most[item][0] == label for item, label in enumerate(truth)) / len(truth)
    assert right > 0.93
    assert right > by_most + 0.1
    assert min(found.accuracy[one] for one in ("ada", "bob", "eve")) > 0.75
    assert max(found.accuracy[one] for one in ("spam1", "spam2")) < 0.5


def test_alpha_is_one_in_agreement_and_about_zero_by_chance():
    rng = random.Random(1)
    assert nominal_alpha([(item, who, "ab"[item % 2]) for item in range(9) for who in "xyz"]) == 1
    assert abs(nominal_alpha([(item, who, rng.choice("ab")) for item in range(2000) for who in "xy"])) < 0.06
    # Krippendorff's own example (2011, part C): .743
    table = [
        "1 2 3 3 2 1 4 1 2 * * *",
        "1 2 3 3 2 2 4 1 2 5 * 3",
        "* 3 3 3 2 3 4 2 2 5 1 *",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    ]
    votes = [
        (item, str(who), v) for who, row in enumerate(table) for item, v in enumerate(row.split()) if v != "*"
    ]
    assert nominal_alpha(votes) == pytest.approx(0.743, abs=5e-4)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["label", "skip", "undo", "undo", "bulk"]),
        st.integers(0, 3),
        st.sampled_from(["ada", "bob"]),
        st.sampled_from(["positive", "negative"]),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def shared(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replayed") / ".labstudio"
    shutil.copytree(made, folder)
    store = Store.open(folder)
    data = Data(store)
    data.add("small", pd.DataFrame({"text": list("abcd")}))
    yield Labeling(store, data)
    store.close()


@settings(deadline=None, max_examples=25)
@given(ACTIONS)
def test_what_counts_can_always_be_made_again_from_the_annotations(shared, actions):
    from sqlalchemy import select

    from labstudio.labeling.tables import annotations, items, votes

    project = shared.create(data="small", text="text", labels=["positive", "negative"])
    with shared._store.read() as connection:
        numbers = list(
            connection.execute(select(items.c.number).where(items.c.project == project.number)).scalars()
        )
    for action, place, person, label in actions:
        with suppress(Invalid):  # there may be nothing to undo
            if action == "label":
                shared.label(project.id, numbers[place], label, annotator=person)
            elif action == "skip":
                shared.skip(project.id, numbers[place], annotator=person)
            elif action == "bulk":
                shared.accept(project.id, numbers, marked=numbers[:place], value=label, annotator=person)
            else:
                shared.undo(project.id, annotator=person)
    with shared._store.read() as connection:
        rows = (
            connection.execute(
                select(annotations)
                .where(annotations.c.project == project.number)
                .order_by(annotations.c.number)
            )
            .mappings()
            .all()
        )
        kept = {
            (row.item, row.annotator): row.annotation
            for row in connection.execute(select(votes).where(votes.c.project == project.number))
        }
        counted = {
            row.number: (row.votes, row.open)
            for row in connection.execute(select(items).where(items.c.project == project.number))
        }
    again = replay(rows).votes
    made = {(item, person): row["number"] for item, by in again.items() for person, row in by.items()}
    assert made == kept
    for number, (count, still_open) in counted.items():
        labels = sum(row["action"] == "label" for row in again.get(number, {}).values())
        assert (count, still_open) == (labels, labels == 0)
    shared.archive(project.id)


def answer(labeling, said):
    """Let people label the first items: one letter a person, p or n or a dash for nothing."""
    numbers = [row.number for row in labeling.items("reviews").items]
    for number, letters in zip(numbers, said, strict=False):
        for person, letter in zip(("ada", "bob", "eve"), letters, strict=True):
            if letter != "-":
                label = "positive" if letter == "p" else "negative"
                labeling.label("reviews", number, label, annotator=person)
    return numbers


def test_a_reviewer_accepts_fixes_and_sends_back(labeling, project):
    labeling.configure("reviews", annotators_per_item=3)
    numbers = answer(labeling, ["ppp", "ppn", "nnp", "pn-"])
    assert labeling.to_review("reviews").total == 3
    page = labeling.to_review("reviews", "disputed")
    assert {one.item.number for one in page.items} == set(numbers[1:3])
    assert labeling.items("reviews", Which(state="disputed")).total == 3  # one of them is still open
    first = labeling.review("reviews", numbers[1], "accept", client_id="r1")
    assert labeling.review("reviews", numbers[1], "accept", client_id="r1") == first
    labeling.review("reviews", numbers[2], "fix", "positive", note="it is praise")
    stands = labeling.standing("reviews")
    assert [(stands[n].value["label"], stands[n].source) for n in numbers[:3]] == [
        ("l1", "people"),
        ("l1", "review"),
        ("l1", "review"),
    ]
    assert labeling.review("reviews", numbers[0], "send_back", note="look again") is None
    with pytest.raises(Conflict, match="nothing to send back"):
        labeling.review("reviews", numbers[0], "send_back")
    [again, *_] = labeling.next("reviews", annotator="ada")
    assert (again.number, again.reason, again.notes[0].text) == (numbers[0], "sent back", "look again")
    assert [said.action for said in labeling.item("reviews", numbers[0])[1]] == ["label"] * 3 + ["undo"] * 3


def test_as_it_was_after_an_annotation_stays_what_it_was(labeling, project):
    numbers = answer(labeling, ["p--", "n--"])
    before = labeling.progress("reviews").sequence
    then = labeling.standing("reviews", sequence=before)
    labeling.undo("reviews", annotator="ada")
    labeling.review("reviews", numbers[0], "fix", "negative")
    assert labeling.standing("reviews") != then
    assert labeling.standing("reviews", sequence=before) == then


def test_everybody_is_asked_what_is_known_and_measured_by_it(labeling, project):
    labeling.configure("reviews", gold_share=0.5)
    numbers = [row.number for row in labeling.items("reviews").items]
    for number in numbers[-4:]:
        labeling.set_gold("reviews", number, "positive")
    for person, label in (("ada", "positive"), ("bob", "negative")):
        given = labeling.next("reviews", 4, annotator=person)
        assert len({item.number for item in given} & set(numbers[-4:])) == 2
        assert {item.reason for item in given} == {"order"}  # nobody can tell
        for item in given:
            labeling.label("reviews", item.number, label, annotator=person)
    people = {one.person: one for one in labeling.dashboard("reviews").people}
    assert (people["ada"].gold_right, people["ada"].gold_seen) == (2, 2)
    assert (people["bob"].gold_right, people["bob"].gold_seen) == (0, 2)


def test_the_dashboard_counts_what_people_said(labeling, project):
    labeling.configure("reviews", annotators_per_item=3)
    answer(labeling, ["ppp", "nnn", "ppn", "nnp", "ppp", "nnn"])
    board = labeling.dashboard("reviews")
    assert {one.label: one.people for one in board.labels} == {"l1": 3, "l2": 3}
    assert (board.disputed, len(board.hardest), board.progress.labeled) == (2, 2, 6)
    assert [(pair.one, pair.other, pair.same, pair.both) for pair in board.pairs] == [
        ("ada", "bob", 6, 6),
        ("ada", "eve", 4, 6),
        ("bob", "eve", 4, 6),
    ]
    assert 0.5 < board.alpha < 0.6
    assert {one.person: one.agreement for one in board.people}["ada"] == 1
    assert sum(count for _, count in board.days) == 18
