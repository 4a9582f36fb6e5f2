"""Every format gives back what was written, says what it could not hold, and writes the same bytes."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from labstudio.errors import Invalid
from labstudio.labeling.formats import FORMATS, Record, read, write
from labstudio.labeling.formats.geometry import box, box_of, corners, polygon
from labstudio.labeling.tokens import token_places

LABELS = {"l1": "cat", "l2": "größer 🐕", "l3": "B"}
NAMES = list(LABELS.values())
TAGS = {"l1": "PERSON", "l2": "ORT", "l3": "Ä"}

PIECES = [
    "a",
    "B",
    "é",
    "e\u0301",
    "\u0301",
    "👩‍🚀",
    "👋🏽",
    "日",
    " ",
    "\n",
    "\t",
    ".",
    '"',
    "\u200d",
    "\ufe0f",
    "=",
    "-1",
    "'",
]
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), LETTERS), min_size=1, max_size=20).map("".join)
PART = st.floats(0.01, 0.99).map(lambda one: round(one, 4))


@st.composite
def spans_of(draw: st.DrawFn, text: str, apart: bool, ids: list[str]) -> list[dict[str, Any]]:
    edges = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=8)))
    pairs = list(pairwise(edges))  # they touch
    if not apart:
        pairs = [(a, b) for a in edges for b in edges if a < b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else []
    return [
        {"start": a, "end": b, "label": draw(st.sampled_from(ids)), "text": text[a:b]}
        for a, b in sorted(chosen)
    ]


@st.composite
def texts(draw: st.DrawFn, apart: bool = False, ids: tuple[str, ...] = tuple(LABELS)) -> list[Record]:
    found = []
    for place, text in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=4))):
        spans = draw(spans_of(text, apart, list(ids)))
        found.append(
            Record(
                f"item {place}", {"spans": spans}, text=text, annotator=draw(st.sampled_from([None, "ada"]))
            )
        )
    return found


@st.composite
def images(draw: st.DrawFn, polygons: bool = True, rotated: bool = True) -> list[Record]:
    found = []
    for place in range(draw(st.integers(1, 4))):
        width, height = draw(st.integers(10, 4_000)), draw(st.integers(10, 4_000))
        shapes = []
        for _ in range(draw(st.integers(0, 4))):
            label = draw(st.sampled_from(list(LABELS)))
            x, y, w, h = (
                draw(PART) * width,
                draw(PART) * height,
                1 + draw(PART) * width,
                1 + draw(PART) * height,
            )
            if polygons and draw(st.booleans()):
                shapes.append(
                    polygon(
                        [[(x, y), (x + w, y + 1), (x + w / 2, y + h), (x - 1, y + h / 2), (x - 2, y)]], label
                    )
                )
            else:
                turn = draw(st.integers(-179, 180)) if rotated and draw(st.booleans()) else 0
                shapes.append(box(x, y, w, h, label, turn))
        found.append(
            Record(
                f"dir {place}/ä.jpg",
                {"shapes": shapes},
                file=f"dir {place}/ä.jpg",
                width=width,
                height=height,
            )
        )
    return found


def named(value: Any, labels: dict[str, str] = LABELS) -> Any:
    told = json.loads(json.dumps(value))
    for part in (told or {}).get("spans", []) + (told or {}).get("shapes", []):
        part["label"] = labels[part["label"]]
    return told


def near(one: Any, other: Any, slack: float) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(near(one[name], other[name], slack) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(near, one, other, [slack] * len(one)))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= slack
    return bool(one == other)


def same(one: Any, other: Any, slack: float = 1e-3) -> bool:
    return near(named(one) if one else one, json.loads(json.dumps(other)), slack)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "spacy"])
@given(records=texts())
@settings(max_examples=20, deadline=None)
def test_spans_come_back_overlapping_ones_too(format: str, records: list[Record]) -> None:
    written = write(format, records, LABELS)
    back = read(format, written.files).records
    assert written.dropped == ()
    assert written.files == write(format, records, LABELS).files
    assert [(one.key, one.text, one.annotator) for one in back] == [
        (one.key, one.text, one.annotator) for one in records
    ]
    for one, other in zip(records, back, strict=True):
        assert same(one.value, other.value)


@given(records=texts())
@settings(max_examples=20, deadline=None)
def test_label_studio_gives_spans_back(records: list[Record]) -> None:
    back = read("label-studio", write("label-studio", records, LABELS).files).records
    for one, other in zip(records, back, strict=True):
        assert (one.key, one.text) == (other.key, other.text)
        assert named(one.value)["spans"] == (other.value or {}).get("spans", [])


@given(records=texts(apart=True, ids=("l1", "l3")))
@settings(max_examples=30, deadline=None)
def test_conll_gives_touching_spans_back_without_white_space_at_their_edges(records: list[Record]) -> None:
    written = write("conll", records, TAGS)
    back = {one.key: one for one in read("conll", written.files).records}
    assert written.files == write("conll", records, TAGS).files
    for record in records:
        spans = [span for span in named(record.value, TAGS)["spans"] if span["text"].strip()]
        if not record.text.strip():
            assert record.key not in back
            continue
        assert back[record.key].text == record.text
        found = back[record.key].value["spans"]
        assert [(span["text"], span["label"]) for span in found] == [
            (span["text"].strip(), span["label"]) for span in spans
        ]


def test_conll_refuses_spans_that_overlap_out_loud() -> None:
    spans = [
        {"start": 0, "end": 8, "label": "l1", "text": "New York"},
        {"start": 4, "end": 13, "label": "l3"},
    ]
    with pytest.raises(Invalid, match=r"two of item 1 do: 'New York' and 'York City'"):
        write("conll", [Record("item 1", {"spans": spans}, text="New York City")], TAGS)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "coco", "label-studio"])
@given(records=images())
@settings(max_examples=20, deadline=None)
def test_shapes_come_back_and_images_without_any_stay(format: str, records: list[Record]) -> None:
    written = write(format, records, LABELS)
    back = read(format, written.files).records
    assert (written.records, written.written, written.dropped) == (len(records), len(records), ())
    assert written.files == write(format, records, LABELS).files
    for one, other in zip(records, back, strict=True):
        assert one.file == other.file
        if one.value["shapes"] or format == "coco":
            assert (one.width, one.height) == (other.width, other.height)
            assert same(one.value, other.value)


@given(records=images(polygons=False))
@settings(max_examples=20, deadline=None)
def test_yolo_gives_boxes_back_rotated_ones_too(records: list[Record]) -> None:
    sizes = {one.file: (one.width, one.height) for one in records}
    found = read("yolo", write("yolo", records, LABELS).files, sizes)
    assert list(found.labels) == NAMES
    back = {one.key: one.value["shapes"] for one in found.records}
    for one in records:
        for shape, other in zip(one.value["shapes"], back[one.file], strict=True):
            assert LABELS[shape["label"]] == other["label"]
            assert near(corners(shape), corners(other), 0.05)


@given(records=images(polygons=False))
@settings(max_examples=20, deadline=None)
def test_voc_gives_boxes_back(records: list[Record]) -> None:
    back = {one.key: one.value for one in read("voc", write("voc", records, LABELS).files).records}
    assert all(same(one.value, back[one.file]) for one in records)


def test_voc_says_that_it_cannot_hold_polygons() -> None:
    shapes = [polygon([[(0, 0), (5, 0), (5, 5)]], "l1"), box(1, 1, 2, 2, "l1")]
    written = write("voc", [Record("a.png", {"shapes": shapes}, file="a.png", width=9, height=9)], LABELS)
    assert [one.reason for one in written.dropped] == ["a polygon cannot be written; this format holds boxes"]
    assert len(read("voc", written.files).records[0].value["shapes"]) == 1


@pytest.mark.parametrize("format", ["yolo", "voc"])
@pytest.mark.parametrize("file", ["../../a.png", "/etc/a.png", "b/../../../a.png", "..\\..\\a.png"])
def test_no_file_of_an_export_leaves_its_folder(format: str, file: str) -> None:
    record = Record("1", {"shapes": [box(1, 1, 2, 2, "l1")]}, file=file, width=9, height=9)
    for path in write(format, [record], LABELS).files:
        assert path[0] not in "/\\"
        assert not {"..", ""} & set(path.replace("\\", "/").split("/"))


def test_yolo_keeps_to_centre_and_size_where_all_boxes_are_upright() -> None:
    record = Record("a.png", {"shapes": [box(10, 20, 40, 20, "l2")]}, file="a.png", width=100, height=50)
    files = write("yolo", [record], LABELS).files
    assert [float(one) for one in files["labels/a.txt"].split()] == [1, 0.3, 0.6, 0.4, 0.4]
    assert files["classes.txt"].decode().splitlines() == NAMES


def test_pycocotools_reads_the_same_counts_and_places(tmp_path: Any) -> None:
    shapes = [
        box(10, 20, 30, 40, "l3"),
        box(10, 10, 20, 10, "l1", 90),
        polygon([[(0, 0), (9, 0), (9, 9)]], "l1"),
    ]
    records = [
        Record("a.png", {"shapes": shapes}, file="a.png", width=100, height=80),
        Record("empty.png", {"shapes": []}, file="empty.png", width=10, height=10),
    ]
    (tmp_path / "a.json").write_bytes(write("coco", records, LABELS).files["annotations.json"])
    coco = COCO(tmp_path / "a.json")
    assert len(coco.getImgIds()) == 2
    assert [one["name"] for one in coco.loadCats(coco.getCatIds())] == NAMES
    upright, turned, outline = coco.loadAnns(coco.getAnnIds(imgIds=1))
    assert upright["bbox"] == [10, 20, 30, 40]
    assert turned["bbox"] == [15, 5, 10, 20]
    assert outline["area"] == 40.5
    assert coco.annToMask(turned).sum() == 200


@given(x=PART, y=PART, w=PART, h=PART, turn=st.integers(-179, 180))
def test_a_box_is_known_by_its_corners(x: float, y: float, w: float, h: float, turn: int) -> None:
    made = box(100 * x, 100 * y, 5 + 90 * w, 5 + 90 * h, "a", turn)
    assert near(box_of(corners(made)), {name: made[name] for name in ("x", "y", "w", "h", "rotation")}, 1e-3)


def test_label_studio_turns_boxes_about_their_upper_left_corner() -> None:
    record = Record("a", {"shapes": [box(40, 40, 20, 10, "l1", 90)]}, file="a.png", width=100, height=100)
    [task] = json.loads(write("label-studio", [record], LABELS).files["tasks.json"])
    told = task["annotations"][0]["result"][0]["value"]
    places = [told[name] for name in ("x", "y", "width", "height", "rotation")]
    assert places == pytest.approx([55, 35, 20, 10, 90])


def test_places_that_label_studio_counted_in_utf_16_are_set_right_by_the_quoted_text() -> None:
    told = {"start": 3, "end": 7, "text": "Rome", "labels": ["PLACE"]}
    task = {"data": {"text": "👋 Rome"}, "annotations": [{"result": [{"type": "labels", "value": told}]}]}
    [record] = read("label-studio", {"tasks.json": json.dumps([task]).encode()}).records
    assert record.value["spans"] == [{"start": 2, "end": 6, "label": "PLACE", "text": "Rome"}]


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "label-studio", "spacy"])
def test_labels_numbers_and_scores_come_back(format: str) -> None:
    records = [
        Record("1", {"label": "l2"}, text="=1+1, 'quoted'\r\n\"so\"", annotator="ada"),
        Record("2", {"labels": ["l1", "l3"]}, text="b"),
        Record("3", {"labels": ["l1"]}, text="c"),
        Record("4", {"label": "l1"}, text="d", annotator="model", score=0.875),
        *([Record("5", {"number": 0.1}, text="e")] if format != "spacy" else []),
    ]
    back = read(format, write(format, records, LABELS).files).records
    values = [
        {"label": NAMES[1]},
        {"labels": ["cat", "B"]},
        {"labels": ["cat"]},
        {"label": "cat"},
        {"number": 0.1},
    ]
    assert [one.value for one in back] == values[: len(records)]
    assert [one.score for one in back] == [one.score for one in records]
    assert [(one.key, one.text, one.annotator) for one in back] == [
        (one.key, one.text, one.annotator) for one in records
    ]


COLOURED = {"attributes": {"colour": "red = 1", "seen": "ja"}}


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "coco", "voc", "label-studio"])
def test_attributes_of_shapes_come_back(format: str) -> None:
    shapes = [
        box(1, 2, 30, 40, "l1") | COLOURED,
        box(9, 9, 20, 10, "l2", 30) | COLOURED,
        box(0, 0, 4, 4, "l3"),
    ]
    record = Record("a.png", {"shapes": shapes}, file="a.png", width=100, height=80)
    written = write(format, [record], LABELS)
    assert written.dropped == ()
    [back] = read(format, written.files).records
    assert same(record.value, back.value)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "spacy", "label-studio"])
def test_attributes_of_labels_and_spans_come_back(format: str) -> None:
    span = {"start": 0, "end": 3, "label": "l1", "text": "Ada"}
    values = [
        {"spans": [span | COLOURED, span | {"start": 4, "end": 9, "text": "wrote"}]},
        {"label": "l2"} | COLOURED,
    ]
    written = write(format, [Record(str(i), one, text="Ada wrote") for i, one in enumerate(values)], LABELS)
    assert written.dropped == ()
    spans, label = (one.value for one in read(format, written.files).records)
    assert same(values[0], spans)
    assert label == {"label": LABELS["l2"]} | COLOURED


def test_attributes_that_a_format_cannot_hold_are_counted() -> None:
    said = "attributes cannot be written in this format (colour, seen)"
    shapes = [box(1, 2, 3, 4, "l1") | COLOURED, box(1, 2, 3, 4, "l1")]
    image = Record("a.png", {"shapes": shapes}, file="a.png", width=100, height=80)
    span = {"start": 0, "end": 3, "label": "l1", "text": "Ada"} | COLOURED
    for format, record in (("yolo", image), ("conll", Record("1", {"spans": [span]}, text="Ada"))):
        written = write(format, [record], TAGS)
        assert (written.records, written.written) == (1, 1)
        assert [(one.key, one.reason) for one in written.dropped] == [(record.key, said)]
    turned = box(1, 2, 3, 4, "l1", 30) | {"attributes": {"rotation": "none", "seen": "ja"}}
    written = write("coco", [Record("a.png", {"shapes": [turned]}, file="a.png", width=9, height=9)], LABELS)
    assert [one.reason for one in written.dropped] == [
        "an attribute called rotation cannot be written; the format has its own"
    ]
    [back] = read("coco", written.files).records
    assert back.value["shapes"][0]["attributes"] == {"seen": "ja"}


def test_what_a_spreadsheet_would_run_is_text_in_a_csv_file_and_comes_back_as_it_was() -> None:
    evil = ["=1+1", "@SUM(1)", "'=1", "\t=1", "-2", "fine"]
    records = [Record(text, {"label": "l1"}, text=text, row={"=cmd": text}) for text in evil]
    written = write("csv", records, {"l1": "=HYPERLINK(1)"}).files["labels.csv"].decode()
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert rows[0] == ["key", "text", "'=cmd", "label"]
    assert [row[1] for row in rows[1:]] == ["'=1+1", "'@SUM(1)", "''=1", "'\t=1", "-2", "fine"]
    assert {row[3] for row in rows[1:]} == {"'=HYPERLINK(1)"}
    back = read("csv", {"labels.csv": written.encode()}).records
    assert [(one.key, one.text, one.row, one.value) for one in back] == [
        (text, text, {"=cmd": text}, {"label": "=HYPERLINK(1)"}) for text in evil
    ]


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_columns_of_the_data_stand_beside_the_labels(format: str) -> None:
    records = [Record("1", {"label": "l1"}, row={"city": "Oslo"}), Record("2", None, row={"city": "Rome"})]
    back = read(format, write(format, records, LABELS).files).records
    assert [(dict(one.row), one.value) for one in back] == [
        ({"city": "Oslo"}, {"label": "cat"}),
        ({"city": "Rome"}, None),
    ]
    with pytest.raises(Invalid, match="'label' of the data is named like"):
        write(format, [Record("1", None, row={"label": "x"})], LABELS)


@pytest.mark.parametrize("format", ["coco", "yolo", "voc", "conll", "spacy"])
def test_what_a_format_cannot_hold_is_counted_with_its_reason(format: str) -> None:
    written = write(format, [Record("a", {"number": 3.0}), Record("b", {"number": 4.0})], LABELS)
    assert (written.records, written.written, len(written.dropped)) == (2, 0, 2)
    assert all(one.reason for one in written.dropped)


@pytest.mark.parametrize(
    ("format", "files", "said"),
    [
        ("coco", {"a.json": b"{"}, "is no JSON"),
        ("coco", {"a.json": b"[]"}, "not in COCO's form"),
        ("label-studio", {"a.json": b"{}"}, "not in Label Studio's form"),
        ("voc", {"a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><annotation/>'}, "declares entities"),
        ("voc", {"a.xml": b"<annotation>"}, "is no XML"),
        ("spacy", {"a.jsonl": b'{"text": "ab", "spans": [[0, 9, "X"]]}'}, "span from 0 to 9"),
        ("conll", {"a.conll": b"word _ _ Q-X\n"}, "has the tag 'Q-X'"),
        ("csv", {"a.csv": b"key,number\n1,many\n"}, "Row 1 of a.csv: the number is no number"),
        ("jsonl", {"a.jsonl": b"\xff"}, "not in UTF-8"),
        ("jsonl", {"a.jsonl": b'{"number": ' + b"9" * 5_000 + b"}"}, "Line 1 of a.jsonl is no JSON"),
        ("coco", {"a.json": b"[" * 100_000}, "a.json is no JSON"),
        ("jsonl", {"a.jsonl": b'{"a":' * 100_000}, "Line 1 of a.jsonl is no JSON"),
        ("parquet", {"a.parquet": b"PAR1"}, "is no Parquet file"),
        ("yolo", {"labels/a.txt": b"0 1 1 1 1"}, "names of the classes"),
        ("yolo", {"classes.txt": b"a\n", "a.txt": b"7 .5 .5 .1 .1"}, "names class '7'"),
        ("csv", {}, "0 were given"),
        ("tfrecord", {}, "There is no format"),
    ],
)
def test_bad_files_get_a_sentence(format: str, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read(format, files, {"a.png": (10, 10)})


@given(TEXTS)
def test_tokens_hold_everything_but_white_space_once(text: str) -> None:
    places = token_places(text)
    assert all(a < b and not any(sign.isspace() for sign in text[a:b]) for a, b in places)
    assert "".join(text[a:b] for a, b in places) == "".join(text.split())
    assert all(one[1] <= other[0] for one, other in pairwise(places))


def test_all_formats_of_the_design_are_there() -> None:
    assert set(FORMATS) == {
        "csv",
        "jsonl",
        "parquet",
        "coco",
        "yolo",
        "voc",
        "label-studio",
        "spacy",
        "conll",
    }
