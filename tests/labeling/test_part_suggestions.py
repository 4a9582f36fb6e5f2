"""Spans and boxes are suggested with their scores, and are no labels before a person takes them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from labeling.suggest.test_detector import TABLE, always
from PIL import Image, ImageDraw

from labstudio.data import Data
from labstudio.errors import Invalid, NotFound
from labstudio.labeling import Answer, Labeling, Which
from labstudio.labeling.suggest.part_scores import hits, same_shape, same_span

TOWNS = ["Oslo", "Rome", "Quito", "São Paulo", "New York", "Lima"]
NAMES = ["Ada", "Grace Hopper", "Zoë", "Alan"]


def trip(random) -> tuple[str, list[dict[str, object]]]:
    name, town = str(random.choice(NAMES)), str(random.choice(TOWNS))
    lead = str(random.choice(["👩‍🚀 yesterday ", "", "today, "]))
    text = f"{lead}{name} flew to {town} by plane on day {random.integers(1000)}"
    start = text.index(town, len(lead) + len(name))
    person = {"start": len(lead), "end": len(lead) + len(name), "label": "PERSON"}
    return text, [person, {"start": start, "end": start + len(town), "label": "PLACE"}]


@pytest.fixture
def trips(store):
    random = np.random.default_rng(0)
    told = [trip(random) for _ in range(200)]
    data = Data(store)
    data.add("trips", pd.DataFrame({"id": range(200), "text": [text for text, _ in told]}))
    labeling = Labeling(store, data)
    labels = ["PERSON", "PLACE"]
    labeling.create(
        data="trips", text="text", key="id", task="spans", labels=labels, order="random", random_share=0.5
    )
    labeling.truth = {str(number): spans for number, (_, spans) in enumerate(told)}
    return labeling


@pytest.fixture
def streets(store, tmp_path):
    """Pictures of 320 × 200 pixels with one or two things in each."""
    random, truth = np.random.default_rng(1), {}
    (tmp_path / "street").mkdir()
    for number in range(24):
        noise = random.normal(170, 8, (200, 320, 3)).clip(0, 255).astype(np.uint8)
        picture, boxes = Image.fromarray(noise), []
        draw = ImageDraw.Draw(picture)
        for left, kind in zip((10, 170), ("car", "tree") if number % 2 else ("car",), strict=False):
            x, y = left + int(random.integers(0, 60)), int(random.integers(10, 110))
            if kind == "car":
                draw.rectangle((x, y, x + 80, y + 30), fill="#7a2a20")
                for wheel in (x + 8, x + 52):
                    draw.ellipse((wheel, y + 20, wheel + 20, y + 40), fill="#111111")
                boxes.append({"label": "car", "x": x, "y": y, "w": 80, "h": 40})
            else:
                draw.ellipse((x, y, x + 50, y + 40), fill="#20502a")
                draw.rectangle((x + 22, y + 40, x + 28, y + 70), fill="#503018")
                boxes.append({"label": "tree", "x": x, "y": y, "w": 50, "h": 70})
        name = f"{number:02}.png"
        picture.save(tmp_path / "street" / name)
        truth[name] = boxes
    data = Data(store)
    data.add("street", tmp_path / "street")
    labeling = Labeling(store, data)
    labeling.create(data="street", task="boxes", labels=["car", "tree"], order="random")
    labeling.truth = truth
    return labeling


def answer(labeling, ref, count):
    given = labeling.next(ref, count)
    answers = [Answer(item.number, labeling.truth[item.key]) for item in given]
    assert all(receipt.error is None for receipt in labeling.submit(ref, answers))


def right(labeling, items, field, same):
    """Share of suggested parts that are right, and of marked ones that were suggested."""
    labels = {label.id: label.name for label in labeling.list()[0].schema}
    told = [
        [part | {"label": labels[part["label"]]} for part in item.suggestion.value[field]]
        for item in items
        if item.suggestion
    ]
    kind = {"kind": "box"} if field == "shapes" else {}
    truth = [[part | kind for part in labeling.truth[item.key]] for item in items if item.suggestion]
    found = sum(hits(one, other, same) for one, other in zip(told, truth, strict=True))
    return found / sum(map(len, told)), found / sum(map(len, truth))


def test_spans_are_suggested_after_ten_marks_and_become_labels_by_people_alone(trips):
    assert trips.suggest("trips") is None
    answer(trips, "trips", 4)
    assert trips.suggest("trips") is None  # eight marks
    answer(trips, "trips", 36)
    run = trips.suggest("trips")
    assert run.outcome["measure"] == "F1 of spans"
    assert run.outcome["score"]["value"] > 0.9
    assert run.outcome["score"]["low"] <= run.outcome["score"]["value"]
    assert [point["labels"] for point in run.outcome["curve"]] == [10, 14, 20, 28, 40]
    assert run.outcome["outlook"]["sentence"]
    given = trips.next("trips", 30)
    assert all(item.suggestion for item in given)
    assert {item.reason for item in given} == {"unsure", "random"}
    assert right(trips, given, "spans", same_span) > (0.8, 0.8)
    [first, second, *_] = given
    parts = first.suggestion.value["spans"]
    assert all(0.5 <= part["score"] <= 1 and part["text"] for part in parts)
    assert first.number not in trips.standing("trips")  # a suggestion is no label

    taken = trips.accept("trips", [first.number])
    assert taken.changed == 1
    kept = trips.standing("trips")[first.number]
    assert kept.source == "people"
    assert [part["id"] for part in kept.value["spans"]] == [part["id"] for part in parts]
    assert all("score" not in part for part in kept.value["spans"])  # it was the model's
    # one part dismissed, one edited: a person's annotation that names what it was made of
    [part, *_] = second.suggestion.value["spans"]
    edited = {name: part[name] for name in ("id", "start", "end")} | {"label": "PLACE"}
    trips.submit("trips", [Answer(second.number, [edited], suggestion=second.suggestion.number)])
    _, [said] = trips.item("trips", second.number)
    assert (said.action, said.suggestion, said.run) == ("label", second.suggestion.number, None)
    assert [one["id"] for one in said.value["spans"]] == [part["id"]]
    trips.suggest("trips")  # the next round forgets what nobody has used
    _, [said] = trips.item("trips", second.number)
    assert said.suggestion == second.suggestion.number


def test_boxes_are_suggested_by_similar_images_and_judged_on_random_ones(streets):
    answer(streets, "street", 12)
    run = streets.suggest("street")
    assert run.outcome["score"]["judged"] == 12
    assert run.outcome["score"]["value"] > 0.7
    open_items = streets.next("street", 12)
    given = [item for item in open_items if item.suggestion]
    assert len(given) >= 8
    precise, complete = right(streets, given, "shapes", same_shape)
    assert precise > 0.7
    assert complete > 0.7
    done = streets.bulk("street", Which(state="open"), None)  # all suggestions, in one stroke
    assert done.changed == len(given)
    assert streets.undo("street").annotations


def test_a_detector_that_is_attached_suggests_before_anything_is_labeled(streets, tmp_path):
    said = {"names": "{0: 'Car', 1: 'bus'}"}
    content = always(said, out=TABLE[None].copy())
    streets.configure("street", random_share=1)
    assert streets.suggest("street") is None
    (tmp_path / "found.onnx").write_bytes(content)
    found = streets.attach_detector("street", tmp_path / "found.onnx", map={"bus": "tree"})
    assert (found.name, found.labels, found.left_out) == ("found.onnx", {"Car": "l1", "bus": "l2"}, [])
    run = streets.suggest("street")
    assert run.settings["detector"] == {"name": "found.onnx", "sha256": found.sha256}
    assert run.outcome["score"] is None  # nothing was labeled that it could be judged by
    [item] = streets.next("street", 1)
    [shape] = item.suggestion.value["shapes"]
    assert (shape["kind"], shape["label"], shape["score"]) == ("box", "l2", pytest.approx(0.9))
    streets.label("street", item.number, item.suggestion.value)  # as it was told, its score and all
    answer(streets, "street", 12)
    score = streets.suggest("street").outcome["score"]
    assert score["value"] < 1  # it is judged with what people have drawn, and finds what nobody drew
    streets.configure("street", random_share=0.3)
    assert streets.detector("street") == found
    streets.detach_detector("street")
    assert streets.detector("street") is None
    with pytest.raises(NotFound, match="has no detector"):
        streets.detach_detector("street")


def test_a_detector_that_finds_nothing_of_the_project_is_refused(streets, trips):
    content = always({"names": "['zebra', 'bus']"}, out=TABLE[None].copy())
    with pytest.raises(Invalid, match=r"None of the detector's classes \(zebra, bus\) is a label of street"):
        streets.attach_detector("street", content)
    with pytest.raises(Invalid, match="has no class 'cat'"):
        streets.attach_detector("street", content, map={"cat": "car"})
    with pytest.raises(NotFound, match="no registry"):
        streets.attach_detector("street", "model:cars@1")
    with pytest.raises(NotFound, match="There is no file"):
        streets.attach_detector("street", "nowhere.onnx")
    with pytest.raises(Invalid, match="trips asks for spans"):
        trips.attach_detector("trips", content)
    assert streets.detector("street") is None
    with pytest.raises(Invalid, match="street asks for boxes"):
        streets.label_rest("street")
