"""Exports opened by the formats' own readers from PyPI: the same counts, places and labels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labstudio.labeling.formats import Record, write
from labstudio.labeling.formats.geometry import box, corners, polygon

ROOT = Path(__file__).parents[3]
READERS = ROOT / ".readers"  # Label Studio's converter, without what holds numpy down
LABELS = {"l1": "PERSON", "l2": "PLACE"}
TEXTS = ["Ada 👩🏽‍🚀 met Grace in Rome", "Cafe\u0301 Tortoni is in Buenos Aires", "nobody is here"]
RED = {"attributes": {"colour": "red"}}


def span(text: str, words: str, label: str, **more: Any) -> dict[str, Any]:
    begin = text.index(words)
    return {"start": begin, "end": begin + len(words), "label": label, "text": words, **more}


@pytest.fixture(scope="module")
def texts() -> list[Record]:
    said = [
        [span(TEXTS[0], "Ada", "l1", **RED), span(TEXTS[0], "Grace", "l1"), span(TEXTS[0], "Rome", "l2")],
        [span(TEXTS[1], "Cafe\u0301 Tortoni", "l2"), span(TEXTS[1], "Buenos Aires", "l2")],
        [],
    ]
    told = zip(TEXTS, said, strict=True)
    return [Record(str(at), {"spans": spans}, text=text) for at, (text, spans) in enumerate(told)]


@pytest.fixture(scope="module")
def boxes() -> list[Record]:
    shapes = [box(10, 20, 30, 40, "l2") | RED, box(40, 40, 20, 10, "l1", 90), box(0, 0, 5.25, 5.5, "l1")]
    return [
        Record("a.png", {"shapes": shapes}, file="a.png", width=120, height=90),
        Record("empty.png", {"shapes": []}, file="empty.png", width=64, height=48),
    ]


def spans_of(records: list[Record]) -> list[list[tuple[int, int, str]]]:
    return [
        [(one["start"], one["end"], LABELS[one["label"]]) for one in record.value["spans"]]
        for record in records
    ]


CONFIG = """<View><{kind} name="{shown}" value="${shown}"/>
<{tag} name="label" toName="{shown}"><Label value="PERSON"/><Label value="PLACE"/></{tag}>
<Choices name="colour" toName="{shown}" perRegion="true"><Choice value="red"/></Choices></View>"""


@pytest.fixture(scope="module")
def converted(
    tmp_path_factory: pytest.TempPathFactory, boxes: list[Record], texts: list[Record]
) -> dict[str, dict[str, str]]:
    """The files that Label Studio's converter makes of our exports for it."""
    if not READERS.is_dir():
        pytest.fail("Label Studio's converter is not there: make .readers/.installed brings it.")
    wanted: dict[str, tuple[str, str]] = {}
    for shown, records, tag in (("image", boxes, "RectangleLabels"), ("text", texts, "Labels")):
        tasks = tmp_path_factory.mktemp(shown) / "tasks.json"
        tasks.write_bytes(write("label-studio", records, LABELS).files["tasks.json"])
        config = CONFIG.format(kind=shown.title(), shown=shown, tag=tag)
        for format in ("JSON_MIN", "COCO", "VOC") if shown == "image" else ("JSON_MIN", "CONLL2003"):
            wanted[f"{format} {shown}"] = (str(tasks), config)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("label_studio_reader.py"))],
        input=json.dumps(wanted),
        env={**os.environ, "PYTHONPATH": str(READERS)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_label_studios_converter_finds_the_same_boxes(converted: Any, boxes: list[Record]) -> None:
    shapes = boxes[0].value["shapes"]
    coco = json.loads(converted["COCO image"]["result.json"])
    names = {one["id"]: one["name"] for one in coco["categories"]}
    found = [(names[one["category_id"]], one["bbox"], one["area"]) for one in coco["annotations"]]
    assert [(len(coco["images"]), *(name for name, _, _ in found))] == [(2, "PLACE", "PERSON", "PERSON")]
    for place in (0, 2):  # of a turned box it counts the hull in percent, which is none
        assert found[place][1] == pytest.approx([shapes[place][name] for name in "xywh"], abs=1e-6)
    assert [area for _, _, area in found] == pytest.approx([1200, 200, 28.875])

    task, empty = json.loads(converted["JSON_MIN image"]["result.json"])
    left, top = corners(shapes[1])[0]
    turned = task["label"][1]
    assert (turned["rotation"], turned["rectanglelabels"], task["colour"]) == (90, ["PERSON"], "red")
    assert (turned["x"] * 1.2, turned["y"] * 0.9) == pytest.approx((left, top))
    assert "label" not in empty

    voc = converted["VOC image"]
    assert [name.partition("__")[2] for name in voc] == ["a.xml"]
    edges = ("xmin", "ymin", "xmax", "ymax")
    whole = [
        [int(told.partition(f"<{edge}>")[2].partition("<")[0]) for edge in edges] for told in voc.values()
    ]
    assert whole == [[10, 20, 40, 60]]  # it counts in whole pixels, and none is lost


def test_label_studios_converter_finds_the_same_words(converted: Any, texts: list[Record]) -> None:
    tasks = json.loads(converted["JSON_MIN text"]["result.json"])
    found = [
        [(one["start"], one["end"], one["labels"][0]) for one in task.get("label", [])] for task in tasks
    ]
    assert found == spans_of(texts)
    assert [task.get("colour") for task in tasks] == ["red", None, None]
    lines = converted["CONLL2003 text"]["result.conll"].splitlines()
    tagged = [
        (line.split()[0], line.split()[-1]) for line in lines if line and not line.endswith((" O", "O"))
    ]
    assert tagged == [
        ("Ada", "B-PERSON"),
        ("Grace", "B-PERSON"),
        ("Rome", "B-PLACE"),
        ("Cafe\u0301", "B-PLACE"),
        ("Tortoni", "I-PLACE"),
        ("Buenos", "B-PLACE"),
        ("Aires", "I-PLACE"),
    ]


def test_spacy_reads_conll_with_the_same_entities(texts: list[Record]) -> None:
    from spacy.training.converters import conll_ner_to_docs

    told = write("conll", texts, LABELS).files["labels.conll"].decode()
    [doc] = conll_ner_to_docs(told, no_print=True)
    found = [[(one.text, one.label_) for one in sentence.ents] for sentence in doc.sents]
    assert found == [[(one["text"], LABELS[one["label"]]) for one in r.value["spans"]] for r in texts]


def test_spacy_takes_json_lines_into_its_own_file_with_the_same_places(texts: list[Record]) -> None:
    import spacy
    from spacy.tokens import DocBin

    told = write("spacy", texts, LABELS).files["texts.jsonl"].decode()
    language, docs = spacy.blank("xx"), DocBin()
    for line in map(json.loads, told.splitlines()):
        doc = language.make_doc(line["text"])
        doc.ents = [doc.char_span(one["start"], one["end"], one["label"]) for one in line["spans"]]
        docs.add(doc)
    back = DocBin().from_bytes(docs.to_bytes()).get_docs(language.vocab)
    found = [[(one.start_char, one.end_char, one.label_) for one in doc.ents] for doc in back]
    assert found == spans_of(texts)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_hugging_faces_datasets_read_rows_with_the_same_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, texts: list[Record]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    [(name, content)] = write(format, texts, LABELS).files.items()
    (tmp_path / name).write_bytes(content)
    kind = {"jsonl": "json"}.get(format, format)
    found = load_dataset(
        kind, data_files=str(tmp_path / name), split="train", cache_dir=str(tmp_path / "cache")
    )
    spans = [one if isinstance(one, list) else json.loads(one) for one in found["spans"]]
    assert list(found["text"]) == TEXTS
    assert [[(s["start"], s["end"], s["label"]) for s in row] for row in spans] == spans_of(texts)


def test_hugging_faces_datasets_read_coco_with_the_same_boxes(tmp_path: Path, boxes: list[Record]) -> None:
    from datasets import load_dataset

    outline = polygon([[(0, 0), (9, 0), (9, 9)]], "l1")
    records = [*boxes, Record("b.png", {"shapes": [outline]}, file="b.png", width=9, height=9)]
    path = tmp_path / "annotations.json"
    path.write_bytes(write("coco", records, LABELS).files["annotations.json"])
    found = load_dataset(
        "json", data_files=str(path), field="annotations", split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [one[:2] for one in found["bbox"]] == [[10, 20], [45, 35], [0, 0], [0, 0]]
    assert list(found["area"]) == [1200, 200, 28.875, 40.5]
    assert list(found["category_id"]) == [2, 1, 1, 1]
