"""Labels go out and come in: the same number gives the same bytes, and nothing is dropped without a word."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from labstudio.errors import Invalid


def said(labeling, ref):
    """Return the names of the labels that stand, by the item's key."""
    names = {label.id: label.name for label in labeling.get(ref).schema}
    return {
        one.key: names[one.value["label"]]
        for one in labeling.items(ref, limit=500).items
        if one.value is not None
    }


@pytest.fixture
def labeled(labeling, project):
    """Six of twelve texts have a label."""
    for place, item in enumerate(labeling.next(project.id, 6)):
        labeling.label(project.id, item.number, ["positive", "negative"][place % 2])
    return project


def test_an_export_counts_and_holds_what_was_said(labeling, labeled):
    found = labeling.export(labeled.id, "csv")
    assert (found.items, found.records, found.written, found.dropped) == (6, 6, 6, {})
    _, content = labeling.exported(labeled.id, found.number)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert {row["key"]: row["label"] for row in rows} == said(labeling, labeled.id)
    assert rows[0]["text"] == "good 👍"
    whole = labeling.export(labeled.id, "csv", unlabeled=True)
    assert (whole.items, whole.written) == (6, 12)


def test_the_same_number_gives_the_same_bytes_whatever_was_said_since(labeling, labeled):
    first = labeling.export(labeled.id, "jsonl")
    for item in labeling.next(labeled.id, 3):
        labeling.label(labeled.id, item.number, "negative")
    labeling.change_labels(labeled.id, [{"op": "rename", "label": "negative", "name": "bad"}])
    again = labeling.export(labeled.id, "jsonl", sequence=first.sequence)
    assert labeling.exported(labeled.id, again.number)[1] == labeling.exported(labeled.id, first.number)[1]
    newer = labeling.export(labeled.id, "jsonl")
    assert newer.sequence > first.sequence
    assert newer.written == 9


def test_two_exports_of_the_same_number_are_made_of_the_same_bytes(labeling, labeled):
    one, other = labeling.export(labeled.id, "label-studio"), labeling.export(labeled.id, "label-studio")
    assert one.sha256 == other.sha256
    assert one.number != other.number


def test_labels_come_back_as_they_went_out(labeling, labeled):
    before = said(labeling, labeled.id)
    _, content = labeling.exported(labeled.id, labeling.export(labeled.id, "jsonl").number)
    other = labeling.create(data="reviews", name="other", text="text", key="id", labels=["positive"])
    found = labeling.import_labels(other.id, {"labels.jsonl": content})
    assert (found.records, found.taken, found.labels, found.run) == (6, 6, ["negative"], None)
    assert said(labeling, other.id) == before
    sequence = labeling.progress(other.id).sequence
    labeling.import_labels(other.id, {"labels.jsonl": content})  # once more changes nothing
    assert labeling.progress(other.id).sequence == sequence


def test_answers_with_scores_are_suggestions_and_can_be_taken_back(labeling, project):
    lines = [{"text": "bad", "label": "negative", "score": 0.9}, {"text": "fine", "label": "positive"}]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = labeling.import_labels(project.id, {"said.jsonl": content})
    assert (found.taken, said(labeling, project.id)) == (2, {"4": "positive"})
    [bad] = [one for one in labeling.items(project.id).items if one.text == "bad"]
    assert bad.suggestion.score == pytest.approx(0.9)
    labeling.revert(project.id, found.run)
    [bad] = [one for one in labeling.items(project.id).items if one.text == "bad"]
    assert bad.suggestion is None


def test_what_fits_no_item_or_is_no_answer_is_counted_with_its_reason(labeling, project):
    lines = [{"key": "99", "label": "positive"}, {"key": "1", "number": 3}, {"key": "2", "label": "positive"}]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = labeling.import_labels(project.id, {"said.jsonl": content})
    assert (found.records, found.taken, sum(found.dropped.values())) == (3, 1, 2)
    assert found.dropped["no item has its key, file or text"] == 1


def test_an_attribute_that_a_label_does_not_have_costs_no_label(labeling, project):
    change = {"op": "attributes", "label": "positive", "attributes": {"tone": ["warm", "cool"]}}
    labeling.change_labels(project.id, [change])
    lines = [
        {"key": "1", "label": "positive", "attributes": {"tone": "warm", "size": "big"}},
        {"key": "2", "label": "positive", "attributes": {"tone": "hot"}},
    ]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = labeling.import_labels(project.id, {"said.jsonl": content})
    assert (found.taken, set(said(labeling, project.id))) == (2, {"1", "2"})
    assert found.dropped == {
        "positive has no attribute size that is 'big'": 1,
        "positive has no attribute tone that is 'hot'": 1,
    }
    _, content = labeling.exported(project.id, labeling.export(project.id, "label-studio").number)
    told = [result["value"] for result in json.loads(content)[0]["annotations"][0]["result"]]
    assert told == [{"choices": ["positive"]}, {"choices": ["warm"]}]


def test_a_zip_is_opened_and_a_broken_one_gets_a_sentence(labeling, project):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("../labels.csv", "key,label\n3,positive\n")
    assert labeling.import_labels(project.id, {"labels.zip": packed.getvalue()}).taken == 1
    with pytest.raises(Invalid, match="cannot be unpacked"):
        labeling.import_labels(project.id, {"labels.zip": packed.getvalue()[:40]})


def test_a_zip_that_would_fill_the_memory_is_not_opened(labeling, project, monkeypatch):
    from labstudio.labeling import importing

    monkeypatch.setattr(importing, "_MOST_BYTES", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("labels.csv", b"key,label\n" + b"0" * 1_000_001)
    with pytest.raises(Invalid, match=r"labels\.zip holds more than 0 MB; bring it in in parts"):
        labeling.import_labels(project.id, {"labels.zip": packed.getvalue()})
    lying = packed.getvalue().replace((1_000_011).to_bytes(4, "little"), (11).to_bytes(4, "little"))
    with pytest.raises(Invalid, match=r"labels\.zip cannot be unpacked"):  # or one that says that it is small
        labeling.import_labels(project.id, {"labels.zip": lying})


def test_a_format_that_cannot_hold_it_is_refused_with_those_that_can(labeling, labeled):
    with pytest.raises(Invalid, match="yolo does not hold class; choose one of csv"):
        labeling.export(labeled.id, "yolo")
    with pytest.raises(Invalid, match="Nothing of empty is labeled yet"):
        labeling.export(labeling.create(data="reviews", name="empty", text="text", labels=["a"]).id)
