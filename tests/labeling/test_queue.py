"""Items are given out, answered, undone; nothing acknowledged is lost and nobody gets too many."""

from __future__ import annotations

import pandas as pd
import pytest

from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.labeling import Answer, Which


def numbers(items):
    return [item.number for item in items]


def test_what_was_given_comes_again_after_a_reload_and_to_nobody_else(labeling, project):
    mine = labeling.next("reviews", 5, annotator="ada")
    assert mine[0].content.text == "good 👍"
    assert numbers(labeling.next("reviews", 5, annotator="ada")) == numbers(mine)
    more = labeling.next("reviews", 5, annotator="ada", holding=numbers(mine))
    others = labeling.next("reviews", 10, annotator="bob")
    assert not {*numbers(mine), *numbers(more)} & set(numbers(others))
    assert len(others) == 2
    labeling.release("reviews", annotator="ada")
    assert len(labeling.next("reviews", 20, annotator="bob")) == 12


def test_so_many_people_label_an_item_as_are_to_and_a_late_answer_is_one_more(labeling, project):
    labeling.configure("reviews", annotators_per_item=2, lease_seconds=1)
    first = labeling.next("reviews", 1, annotator="ada")[0].number
    assert labeling.next("reviews", 1, annotator="bob")[0].number == first
    assert labeling.next("reviews", 1, annotator="eve")[0].number != first
    labeling.label("reviews", first, "positive", annotator="ada")
    labeling.label("reviews", first, "positive", annotator="bob")
    late = labeling.label("reviews", first, "negative", annotator="eve")
    assert late.late
    _, history = labeling.item("reviews", first)
    assert [(said.annotator, said.counts, said.late) for said in history] == [
        ("ada", True, False),
        ("bob", True, False),
        ("eve", True, True),
    ]


def test_a_lease_that_has_ended_frees_its_item(labeling, project, monkeypatch):
    import time

    given = labeling.next("reviews", 12, annotator="ada")
    assert labeling.next("reviews", 12, annotator="bob") == []
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert numbers(labeling.next("reviews", 12, annotator="bob")) == numbers(given)


def test_an_answer_sent_twice_is_kept_once(labeling, project):
    [item] = labeling.next("reviews", 1)
    answer = Answer(item.number, "positive", client_id="a1", milliseconds=900)
    [first] = labeling.submit("reviews", [answer])
    [again, twice] = labeling.submit("reviews", [answer, answer])
    assert again.annotation == twice.annotation == first.annotation
    assert (first.replayed, again.replayed) == (False, True)
    assert len(labeling.item("reviews", item.number)[1]) == 1


def test_one_answer_that_cannot_be_kept_stops_no_other(labeling, project):
    given = numbers(labeling.next("reviews", 3))
    answers = [
        Answer(given[0], "positive"),
        Answer(given[1], "nonsense"),
        Answer(10**9, "positive"),
        Answer(given[2], action="skip"),
    ]
    receipts = labeling.submit("reviews", answers)
    assert [one.annotation is not None for one in receipts] == [True, False, False, True]
    assert "no label 'nonsense'" in receipts[1].error
    progress = labeling.progress("reviews")
    assert (progress.labeled, progress.skipped, progress.left) == (1, 1, 10)


def test_undo_goes_back_across_items_without_limit_and_in_strokes(labeling, project):
    given = numbers(labeling.next("reviews", 5))
    labeling.label("reviews", given[0], "positive")
    labeling.label("reviews", given[0], "negative")
    labeling.skip("reviews", given[1])
    labeling.accept("reviews", given, marked=given[:3], value="positive")
    assert labeling.progress("reviews").mine == 3
    undone = labeling.undo("reviews", client_id="u1")
    assert sorted(numbers(undone.items)) == given[3:]
    assert labeling.undo("reviews", client_id="u1").annotations == undone.annotations  # sent again
    assert numbers(labeling.undo("reviews").items) == [given[1]]
    [item] = labeling.undo("reviews").items
    assert item.value == {"label": "l1"}  # as it was before
    [item] = labeling.undo("reviews").items
    assert item.value is None
    with pytest.raises(Invalid, match="nothing left"):
        labeling.undo("reviews")
    history = labeling.item("reviews", given[0])[1]
    assert [said.action for said in history] == ["label", "label", "undo", "undo"]
    assert not any(said.counts for said in history)


def test_after_an_undo_and_another_answer_undo_goes_on_before_both(labeling, project):
    first, second = numbers(labeling.next("reviews", 2))
    labeling.label("reviews", first, "positive")
    labeling.label("reviews", second, "positive")
    labeling.undo("reviews")
    labeling.label("reviews", second, "negative")
    assert [labeling.undo("reviews").items[0].number for _ in range(2)] == [second, first]


def test_a_filter_is_labeled_in_one_stroke(labeling, project):
    done = labeling.bulk("reviews", Which(filter="stars = 5", state="open"), "positive", client_id="b")
    assert (done.changed, done.left_out) == (6, 0)
    assert (
        labeling.bulk("reviews", Which(filter="stars = 5"), "positive", client_id="b").changed == 6
    )  # sent again
    assert labeling.items("reviews", Which(label="positive")).total == 6
    assert labeling.items("reviews", Which(filter="stars = 5", state="open")).total == 0
    assert len(labeling.undo("reviews").annotations) == 6


def test_notes_and_what_a_list_says(labeling, project):
    given = numbers(labeling.next("reviews", 3))
    labeling.label("reviews", given[0], "negative", annotator="ada")
    labeling.note("reviews", given[1], flag=True, client_id="n")
    note = labeling.note("reviews", given[1], flag=True, client_id="n")
    labeling.note("reviews", given[1], "what is this?")
    assert labeling.items("reviews", Which(state="flagged")).total == 1
    labeling.resolve("reviews", note.number)
    assert labeling.items("reviews", Which(state="flagged")).total == 0
    assert [one.kind for one in labeling.item("reviews", given[1])[0].notes] == ["flag", "comment"]
    [row] = labeling.items("reviews", limit=1).items
    assert (row.state, row.by, row.value) == ("labeled", "ada", {"label": "l2"})


def test_labels_change_while_people_work(labeling, project):
    first, second = numbers(labeling.next("reviews", 2))
    labeling.label("reviews", first, "positive")
    schema = labeling.change_labels(
        "reviews", [{"op": "add", "name": "mixed"}, {"op": "merge", "label": "positive", "into": "mixed"}]
    )
    assert schema.version == 2
    [receipt] = labeling.submit("reviews", [Answer(second, {"label": "l1"}, schema_version=1)])
    assert receipt.error is None
    assert labeling.item("reviews", first)[0].value == {"label": "l3"}
    assert labeling.items("reviews", Which(label="mixed")).total == 2


def test_a_newer_version_adds_retires_and_asks_again_what_has_changed(labeling, data, project):
    for number in numbers(labeling.next("reviews", 12)):
        labeling.label("reviews", number, "positive")
    frame = data.frame("reviews@1")
    frame.loc[0, "text"] = "not so good"
    data.add(
        "reviews",
        pd.concat([frame.iloc[[0, 1, 2]], pd.DataFrame({"id": [99], "text": ["new"], "stars": [3]})]),
    )
    synced = labeling.sync("reviews")
    assert (synced.added, synced.changed, synced.retired, synced.restored) == (1, 1, 9, 0)
    progress = labeling.progress("reviews")
    assert (progress.items, progress.labeled, progress.open) == (4, 2, 2)
    assert [item.content.text for item in labeling.next("reviews", 5)] == ["not so good", "new"]
    lost = labeling.items("reviews", Which(state="retired")).items
    assert [row.text for row in lost][:2] == ["so so", "fine"]
    assert lost[0].value == {"label": "l1"}
    data.add("reviews", frame)
    data.add("reviews", pd.concat([frame, frame.iloc[:0]]).assign(stars=1))
    back = labeling.sync("reviews")
    assert (back.restored, labeling.progress("reviews").labeled) == (9, 11)


def test_names_are_used_once_and_free_when_a_project_is_put_away(labeling, project):
    with pytest.raises(Conflict, match="already"):
        labeling.create(data="reviews", name="reviews")
    labeling.archive("reviews")
    other = labeling.create(data="reviews", task="number")
    assert labeling.get("reviews").id == other.id
    assert labeling.get(project.id).archived
    with pytest.raises(Conflict, match="already"):
        labeling.restore(project.id)
    with pytest.raises(NotFound, match="did you mean 'reviews'"):
        labeling.get("review")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"task": "boxes"}, "say which column has them with --image"),
        ({"task": "cells", "text": "text"}, "cannot be asked of a text"),
        ({"text": "txt"}, "did you mean 'text'"),
        ({"key": "stars"}, "a key names one row"),
        ({"labels": ["a", "A"]}, "There is a label 'a' already"),
        ({"name": "project-3"}, "choose another name"),
        ({"name": "../x"}, "cannot be the name"),
        ({"minimum": 3, "maximum": 1}, "below maximum"),
    ],
)
def test_a_project_that_cannot_be_made_leaves_nothing(labeling, told, sentence):
    with pytest.raises((Invalid, Conflict), match=sentence):
        labeling.create(**{"data": "reviews", "labels": ["a"], **told})
    assert labeling.list() == []
    labeling.create(data="reviews")
