"""Models learn from what people say, suggest, label the rest, and are taken back."""

from __future__ import annotations

import random
import threading
import time

import pandas as pd
import pytest

from labstudio.data import Data
from labstudio.errors import Conflict, Invalid
from labstudio.labeling import Answer, Labeling, Which

GOOD = ["good", "great", "fine", "lovely", "superb", "nice", "happy", "bright"]
BAD = ["bad", "awful", "poor", "sad", "dull", "broken", "rude", "late"]
NEUTRAL = ["the", "food", "was", "and", "a", "room", "service", "day", "with", "staff", "it", "place"]


def review(rng, good):
    words = rng.choices(GOOD if good else BAD, k=3) + rng.choices(NEUTRAL, k=6)
    rng.shuffle(words)
    return " ".join(words)


@pytest.fixture
def many(store):
    """600 reviews, asked at random; `truth` says what they are."""
    rng = random.Random(0)
    truth = [rng.random() < 0.5 for _ in range(600)]
    data = Data(store)
    data.add("many", pd.DataFrame({"id": range(600), "text": [review(rng, good) for good in truth]}))
    labeling = Labeling(store, data)
    labeling.create(data="many", text="text", key="id", labels=["good", "bad"], order="random")
    labeling.truth = {str(key): "good" if good else "bad" for key, good in enumerate(truth)}
    return labeling


def answer(labeling, count, wrong=0.0):
    rng = random.Random(1)
    while count > 0:
        given = labeling.next("many", min(50, count))
        told = [labeling.truth[item.key] for item in given]
        said = [{"good": "bad", "bad": "good"}[one] if rng.random() < wrong else one for one in told]
        labeling.submit("many", [Answer(item.number, one) for item, one in zip(given, said, strict=True)])
        count -= len(given)


def test_suggestions_begin_with_ten_labels_of_two_classes(many):
    assert many.suggest("many") is None
    [first, *_] = many.next("many", 1)
    assert first.reason in ("diverse", "random")
    many.release("many")
    answer(many, 9)
    assert many.suggest("many") is None
    answer(many, 6)
    run = many.suggest("many")
    assert (run.kind, run.outcome["labels"]) == ("live", 15)
    given = many.next("many", 10)
    assert all(item.suggestion is not None for item in given)
    assert {item.reason for item in given} == {"unsure", "random"}
    assert many.next("many", 5, annotator="bob", label="good")[0].suggestion.value == {"label": "l1"}
    receipt = many.label("many", given[0].number, "good")
    assert receipt.annotation
    answer(many, 50)
    run = many.suggest("many")
    assert run.outcome["score"]["value"] > 0.8
    assert run.outcome["score"]["low"] < run.outcome["score"]["value"]
    assert len(many.runs("many")) == 1  # what nobody saw of the run before is gone


def test_the_rest_is_labeled_with_a_promise_audited_and_taken_back(many):
    with pytest.raises(Invalid, match="drawn at random"):
        many.label_rest("many")
    answer(many, 150)
    before = many.progress("many")
    run = many.label_rest("many", precision=0.9, audit=20)
    assert run.outcome["given"] > 200
    progress = many.progress("many")
    assert (progress.labeled, progress.auto) == (before.labeled, run.outcome["given"])
    stands = many.standing("many")
    page = many.items("many", Which(state="auto"), limit=500).items
    right = [
        many.truth[row.key] == {"l1": "good", "l2": "bad"}[stands[row.number].value["label"]] for row in page
    ]
    assert {row.by for row in page} == {"model"}
    assert sum(right) / len(right) > 0.88
    assert len(many.standing("many", models=False)) == before.labeled
    assert many.dashboard("many").progress.labeled == before.labeled
    assert [one.person for one in many.dashboard("many").people] == [many.dashboard("many").people[0].person]
    audit = many.next("many", 20)
    assert {item.reason for item in audit} == {"audit"}
    for item in audit:
        many.label("many", item.number, many.truth[item.key])
    assert many.audit("many", run.number).state in ("kept", "open")
    kept = {item.number for item in audit}
    assert many.revert("many", run.number) == run.outcome["given"]
    assert many.progress("many").auto == 0
    assert kept <= set(many.standing("many"))
    with pytest.raises(Conflict, match="already"):
        many.revert("many", run.number)


def test_labels_that_are_likely_wrong_come_first(many):
    pytest.importorskip("cleanlab", reason="it is an extra")
    answer(many, 300, wrong=0.05)
    stands = many.standing("many")
    keys = {row.number: row.key for row in many.items("many", Which(state="labeled"), limit=500).items}
    names = {"l1": "good", "l2": "bad"}
    wrong = {n for n, one in stands.items() if names[one.value["label"]] != many.truth[keys[n]]}
    worst = many.doubtful("many", len(wrong))
    assert len(wrong & {one.item for one in worst}) / len(wrong) > 0.7
    assert all(one.value != one.instead for one in worst[:5])


def test_one_trainer_a_project_works_in_the_background(many):
    answer(many, 40)
    rounds = []
    trainer = threading.Thread(target=lambda: rounds.append(many.train_until_idle("many", idle=1)))
    trainer.start()
    project = many.get("many")
    while not many.runs("many"):
        assert trainer.is_alive()
        time.sleep(0.05)
    assert many._trained(project)
    assert many.train_until_idle("many") == 0
    begun = []
    many.begin_trainer = begun.append
    many.wake("many")
    assert begun == []
    for _ in range(3):
        answer(many, 4)
    trainer.join(60)
    assert 2 <= rounds[0] <= 5  # three bursts of answers, some of them learned together
    many._woken.clear()
    many.wake("many")
    many.wake("many")
    assert begun == [project.id]


def test_what_was_labeled_becomes_data(many):
    with pytest.raises(Invalid, match="Nothing in many"):
        many.labeled("many")
    answer(many, 60)
    version = many.labeled("many")
    frame = many._data.frame(version)
    assert (version.ref, len(frame)) == ("many-labeled@1", 60)
    assert list(frame.columns) == ["id", "text", "label", "label_source", "label_sure"]
    assert set(frame["label_source"]) == {"people"}
    assert (frame["label"] == frame["id"].astype(str).map(many.truth)).all()
    assert many._store.lineage("labeling:project-1")[-1].target == "data:many-labeled@1"
    assert many.training("many") == {
        "data": "many-labeled@1",
        "target": "label",
        "exclude": ["label_source", "label_sure"],
    }


def test_a_folder_of_images_is_labeled(store, tmp_path):
    from PIL import Image

    for animal, shade in (("cat", "red"), ("dog", "blue")):
        (tmp_path / "pets" / animal).mkdir(parents=True)
        for number in range(8):
            Image.new("RGB", (12 + number, 10), shade).save(tmp_path / "pets" / animal / f"{number}.png")
    (tmp_path / "pets" / "notes.svg").write_text("<svg><script>alert(1)</script></svg>")
    data = Data(store)
    data.add("pets", tmp_path / "pets")
    labeling = Labeling(store, data)
    project = labeling.create(data="pets", labels=["cat", "dog"])
    given = labeling.next("pets", 20)
    assert (project.item_kind, len(given)) == ("image", 16)
    assert (given[0].key, given[0].width, given[0].height, given[0].group) == ("cat/0.png", 12, 10, "cat")
    assert labeling.picture("pets", given[0].number).content[:4] == b"\x89PNG"
    for item in given[::2] + given[1::4]:
        labeling.label("pets", item.number, item.key.split("/")[0])
    assert labeling.suggest("pets").outcome["labels"] == 12
    left = labeling.items("pets", Which(state="open")).items
    assert [row.suggestion.value["label"] for row in left] == [
        {"c": "l1", "d": "l2"}[row.key[0]] for row in left
    ]
    (tmp_path / "pets" / "cat" / "0.png").unlink()
    data.add("pets", tmp_path / "pets")
    assert labeling.sync("pets").retired == 1
