"""Spans and boxes that are suggested, from what people have marked."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from labstudio.errors import Invalid
from labstudio.labeling.suggest.boxes import Labeled, propose_boxes
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


def test_what_was_boxed_in_a_similar_image_is_found_elsewhere_in_a_new_one() -> None:
    box = {"x": 18, "y": 28, "w": 24, "h": 24, "label": "cross"}
    known = [Labeled(scene(20, 30, 1), [box])]
    found = propose_boxes(scene(100, 50, 2), np.zeros(2), known, np.zeros((1, 2)))
    assert (found[0]["x"], found[0]["y"], found[0]["label"]) == (98, 48, "cross")
    assert found[0]["score"] > 0.8
    assert propose_boxes(scene(100, 50, 2), np.zeros(2), [], np.zeros((0, 2))) == []
