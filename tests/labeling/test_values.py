"""Values are held against the labels and the item, in a form that stays the same when it is read again."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labstudio.errors import Invalid
from labstudio.labeling.labels import LabelSchema, SchemaChange
from labstudio.labeling.values import Asked, area, check_value, same_value

SCHEMA = LabelSchema.of(
    ["cat", "dog", {"name": "car", "attributes": {"side": ["left", "right"], "plate": []}}]
)
BOXES = Asked("boxes", SCHEMA, width=640, height=480)
POLYGONS = Asked("polygons", SCHEMA, width=640, height=480)

text = st.text(alphabet=st.sampled_from("ab 👍🏽é\u0301\u0300\u200d漢\n"), min_size=1, max_size=40)
places = st.floats(-1, 640, allow_nan=False)


@given(text, st.data())
def test_spans_quote_what_stands_there_in_code_points(text, draw):
    spans = []
    for _ in range(draw.draw(st.integers(0, 5))):
        start = draw.draw(st.integers(0, len(text) - 1))
        end = draw.draw(st.integers(start + 1, len(text)))
        spans.append({"start": start, "end": end, "label": "dog", "text": text[start:end]})
    asked = Asked("spans", SCHEMA, text=text)
    kept = check_value({"spans": spans}, asked)
    assert [text[one["start"] : one["end"]] for one in kept["spans"]] == [
        one["text"] for one in kept["spans"]
    ]
    assert len({one["id"] for one in kept["spans"]}) == len(spans)
    assert check_value(kept, asked) == kept
    assert same_value(kept, check_value({"spans": spans[::-1]}, asked))


def test_a_browsers_utf16_places_are_found_out_by_the_quoted_text():
    with pytest.raises(Invalid, match="counted in code points"):
        check_value(
            [{"start": 3, "end": 6, "label": "cat", "text": "Rom"}], Asked("spans", SCHEMA, text="👍 Rome")
        )


@given(places, places, st.floats(0.01, 700), st.floats(0.01, 700), st.floats(-720, 720))
def test_a_box_lies_in_its_image_or_is_refused(x, y, w, h, rotation):
    told = [{"id": "a", "label": "cat", "x": x, "y": y, "w": w, "h": h, "rotation": rotation}]
    try:
        kept = check_value(told, BOXES)
    except Invalid:
        turned = round(math.remainder(rotation, 360), 4) != 0
        outside = x + w > 641 or y + h > 481 or x < -1 or y < -1 or x >= 640 or y >= 480
        outside |= x + w <= 0 or y + h <= 0
        off = not (-1 <= x + w / 2 <= 641 and -1 <= y + h / 2 <= 481)
        assert off if turned else outside
        return
    [box] = kept["shapes"]
    assert box["id"] == "a"
    assert -180 < box["rotation"] <= 180
    assert check_value(kept, BOXES) == kept
    if box["rotation"] == 0:
        assert box["x"] >= 0
        assert box["x"] + box["w"] <= 640.001


@given(st.lists(st.tuples(places, st.floats(0, 480)), min_size=3, max_size=8))
@example([(1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 0.0)])  # closed twice
def test_a_polygon_has_area_and_is_read_the_same_again(ring):
    try:
        kept = check_value([{"kind": "polygon", "label": "dog", "rings": [ring]}], POLYGONS)
    except Invalid:
        points = [tuple(round(min(max(one, 0.0), 1e3), 4) + 0.0 for one in point) for point in ring]
        points = points[:-1] if points[0] == points[-1] else points
        assert len(points) < 3 or area(points) == 0
        return
    assert area(kept["shapes"][0]["rings"][0]) != 0
    assert check_value(kept, POLYGONS) == kept


@pytest.mark.parametrize(
    ("task", "told", "sentence"),
    [
        ("class", "cta", "did you mean 'cat'"),
        ("class", {"number": 3}, "asks for one label"),
        ("class", {"label": "cat", "number": 3}, "nothing else"),
        ("class", {"label": 3}, "cannot be read: label"),
        ("class", {"label": "car", "attributes": {"side": "up"}}, "one of left, right, not 'up'"),
        ("class", {"label": "cat", "attributes": {"side": "left"}}, "no attribute 'side'"),
        ("number", math.inf, "finite"),
        ("number", 11, "at least 0 and at most 10, not 11"),
        ("cells", [{"column": "agee"}], "no column 'agee'"),
        ("cells", [{"column": "age"}, {"column": "age"}], "named twice"),
        ("spans", [{"start": 2, "end": 2, "label": "cat"}], "has at least one"),
        ("boxes", [{"label": "cat", "x": 0, "y": 0, "w": 0, "h": 3}], "no area"),
        ("boxes", [{"label": "cat", "x": 0, "y": 0, "w": 5}], "needs x, y, w and h"),
        ("boxes", [{"id": "a", "label": "cat", "x": 0, "y": 0, "w": 5, "h": 5}] * 2, "same id"),
        ("boxes", [{"kind": "polygon", "label": "cat", "rings": []}], "asks for boxes"),
        (
            "polygons",
            [{"kind": "polygon", "label": "cat", "rings": [[[0, 0], [1, 1], [2, 2]]]}],
            "without area",
        ),
    ],
)
def test_what_is_no_answer_gets_a_sentence(task, told, sentence):
    asked = Asked(task, SCHEMA, 0, 10, "some text", 64, 48, ("name", "age"))
    with pytest.raises(Invalid, match=sentence):
        check_value(told, asked)


def test_a_label_retired_since_it_was_shown_is_still_taken_and_a_merged_one_becomes_the_other():
    later = SCHEMA.changed([SchemaChange(op="retire", label="cat")])
    later = later.changed([SchemaChange(op="merge", label="dog", into="car")])
    with pytest.raises(Invalid, match="retired"):
        check_value("cat", Asked("class", later))
    assert check_value("l1", Asked("class", later), 1) == {"label": "l1"}
    assert check_value("l2", Asked("class", later)) == {"label": "l3"}
