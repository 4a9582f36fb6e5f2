"""Spans and boxes that are suggested, from what people have marked."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from labstudio.errors import Invalid
from labstudio.labeling.suggest.part_scores import best_least, f1, hits, same_shape, same_span
from labstudio.labeling.suggest.shapes import Proposer
from labstudio.labeling.suggest.spans import SpanTagger

TOWNS = ["Oslo", "Rome", "Quito", "São Paulo", "New York"]
NAMES = ["Ada", "Grace Hopper", "Zoë"]


def trips(count: int, seed: int = 0) -> tuple[list[str], list[list[dict[str, object]]]]:
    random, texts, spans = np.random.default_rng(seed), [], []
    for _ in range(count):
        name, town = str(random.choice(NAMES)), str(random.choice(TOWNS))
        lead = str(random.choice(["👩‍🚀 yesterday ", "", "today, "]))
        text = f"{lead}{name} flew to {town} by plane"
        start = text.index(town, len(lead) + len(name))
        texts.append(text)
        spans.append(
            [
                {"start": len(lead), "end": len(lead) + len(name), "label": "PERSON"},
                {"start": start, "end": start + len(town), "label": "PLACE"},
            ]
        )
    return texts, spans


def test_the_tagger_finds_places_and_people_it_has_not_seen() -> None:
    tagger = SpanTagger().fit(*trips(60))
    [found] = tagger.suggest(["today, Alan flew to Nairobi by plane 🛬"])
    assert [(span["text"], span["label"]) for span in found] == [("Alan", "PERSON"), ("Nairobi", "PLACE")]
    assert all(0.5 <= span["score"] <= 1 for span in found)
    assert tagger.suggest(["", " \n"]) == [[], []]


def test_marks_that_overlap_are_both_suggested() -> None:
    texts = ["the Bank of Oslo opened", "the Bank of Rome opened", "the Bank of Quito closed"] * 10
    spans = [
        [
            {"start": 4, "end": text.rindex(" "), "label": "FIRM"},
            {"start": 12, "end": text.rindex(" "), "label": "PLACE"},
        ]
        for text in texts
    ]
    [found] = SpanTagger().fit(texts, spans).suggest(["the Bank of Lima opened"])
    assert {(span["text"], span["label"]) for span in found} == {("Bank of Lima", "FIRM"), ("Lima", "PLACE")}


def test_without_a_mark_there_is_nothing_to_learn() -> None:
    with pytest.raises(Invalid, match="No span is marked yet"):
        SpanTagger().fit(["a"], [[]])


def scene(x: int, y: int, seed: int) -> bytes:
    """A cross of 20 × 20 pixels on noise."""
    pixels = np.random.default_rng(seed).normal(120, 6, (90, 140))
    pixels[y + 8 : y + 12, x : x + 20] = pixels[y : y + 20, x + 8 : x + 12] = 250
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


BOX = {"kind": "box", "x": 18, "y": 28, "w": 24, "h": 24, "rotation": 0.0, "label": "cross"}


def test_what_was_boxed_in_a_similar_image_is_found_elsewhere_in_a_new_one() -> None:
    known = Proposer(lambda row: scene(20, 30, 1), [[BOX]], np.zeros((1, 2)))
    found = known.propose(scene(100, 50, 2), np.zeros(2))
    assert (found[0]["x"], found[0]["y"]) == pytest.approx((98, 48), abs=1)
    assert found[0]["label"] == "cross"
    assert found[0]["score"] > 0.8
    assert known.propose(scene(100, 50, 2), np.zeros(2), among=np.array([], dtype=int)) == []


def test_a_polygon_and_a_turned_box_are_found_again_in_an_image_of_another_size() -> None:
    ring = [[18, 28], [42, 28], [42, 52], [30, 54], [18, 52]]
    drawn = [
        {"kind": "polygon", "label": "cross", "rings": [ring]},
        BOX | {"rotation": 90.0, "label": "turned"},
    ]
    twice = Image.open(io.BytesIO(scene(20, 30, 1))).resize((280, 180))
    out = io.BytesIO()
    twice.save(out, "PNG")
    known = Proposer(lambda row: scene(20, 30, 1), [drawn], np.zeros((1, 2)))
    found = {one["label"]: one for one in known.propose(out.getvalue(), np.zeros(2))}
    assert np.array(found["cross"]["rings"][0]) == pytest.approx(2 * np.array(ring), abs=5)
    assert [found["turned"][name] for name in "xywh"] == pytest.approx([36, 56, 48, 48], abs=5)
    assert found["turned"]["rotation"] == 90.0


def test_suggested_parts_are_right_where_they_find_one_of_their_label() -> None:
    truth = [BOX, BOX | {"x": 60}, BOX | {"label": "dot"}]
    told = [BOX | {"x": 20, "score": 0.9}, BOX | {"x": 21, "score": 0.8}, BOX | {"x": 100, "score": 0.7}]
    assert hits(told, truth, same_shape) == 1
    score = f1([told, []], [truth, []], same_shape)
    assert score.value == pytest.approx(2 * 1 / (3 + 3))
    assert score.low <= score.value <= score.high
    assert best_least([told], [truth], same_shape) == 0.9


def test_a_tagger_is_better_the_more_it_has_seen_and_better_than_none() -> None:
    texts, spans = trips(200, seed=1)
    unseen, truth = trips(60, seed=2)
    scores = [
        f1(SpanTagger().fit(texts[:n], spans[:n]).suggest(unseen), truth, same_span).value for n in (3, 100)
    ]
    assert f1([[] for _ in unseen], truth, same_span).value == 0
    assert scores[0] <= scores[1]
    assert scores[1] > 0.95
