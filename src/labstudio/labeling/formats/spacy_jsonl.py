"""JSONL as users of spaCy and Prodigy write it: a text a line with ``spans``, or ``cats`` of 0 and 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labstudio.errors import Invalid
from labstudio.labeling.formats.record import (
    Dropped,
    Names,
    Read,
    Record,
    Writing,
    Written,
    attributes_of,
    dumped,
    label_names,
    named,
    number,
    only_file,
    parsed_lines,
)  # fmt: skip


def write_spacy(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``texts.jsonl``; places are code points."""
    writing, names, lines = Writing(records), Names(labels), []
    for record in writing.records:
        if record.text is None:
            writing.drop(record, "it is no text")
            continue
        value = named(record.value, names) if record.value is not None else {}
        if value and not any(name in value for name in ("label", "labels", "spans")):
            writing.drop(record, "this format holds labels and parts of texts")
            continue
        told: dict[str, Any] = {"text": record.text}
        if "spans" in value:
            told["spans"] = [
                {name: span[name] for name in ("start", "end", "label", "attributes") if name in span}
                for span in value["spans"]
            ]
        if "label" in value or "labels" in value:
            chosen = [value["label"]] if "label" in value else value["labels"]
            told["cats"] = {name: float(name in chosen) for name in dict.fromkeys([*names.order, *chosen])}
        told["meta"] = {"key": record.key, **({"several": True} if "labels" in value else {})}
        told["meta"] |= attributes_of(value.get("attributes"))
        told |= {} if record.annotator is None else {"_annotator_id": record.annotator}
        told |= {} if record.score is None else {"score": record.score}
        lines.append(dumped(told | ({"answer": "accept"} if value else {})) + "\n")
    return writing.done({"texts.jsonl": "".join(lines).encode()}, len(lines))


def read_spacy(files: Mapping[str, bytes]) -> Read:
    """Read ``spans`` or ``entities`` (objects or lists of start, end, label), ``cats``, or one ``label``."""
    name, data = only_file(files, ".jsonl")
    records: list[Record] = []
    dropped: list[Dropped] = []
    order: dict[str, None] = {}
    for place, told in enumerate(parsed_lines(data, name), start=1):
        where, text = f"Line {place} of {name}", told.get("text")
        if not isinstance(text, str):
            raise Invalid(f"{where} has no text.")
        meta = told.get("meta") if isinstance(told.get("meta"), dict) else {}
        key = str(meta.get("key", place))
        if told.get("answer") in ("reject", "ignore"):
            dropped.append(Dropped(key, f"it was answered with {told['answer']}"))
            continue
        value: dict[str, Any] = {}
        spans = next(
            (
                told[one]
                for one in ("spans", "entities", "label", "labels")
                if isinstance(told.get(one), list)
            ),
            None,
        )
        if spans is not None:
            value["spans"] = [_span(span, text, where) for span in spans]
        cats = told.get("cats")
        if isinstance(cats, dict):
            order |= dict.fromkeys(cats)
            chosen = [one for one, share in cats.items() if number(share, where) >= 0.5]
            value |= (
                {"label": chosen[0]} if len(chosen) == 1 and not meta.get("several") else {"labels": chosen}
            )
            value |= attributes_of(meta.get("attributes"))
        elif isinstance(told.get("label"), str):
            value["label"] = told["label"]
        score = None if told.get("score") is None else number(told["score"], where)
        who = told.get("_annotator_id")
        records.append(
            Record(key, value or None, text, annotator=None if who is None else str(who), score=score)
        )
    return Read(tuple(records), tuple(order | dict.fromkeys(label_names(records))), tuple(dropped))


def _span(told: Any, text: str, where: str) -> dict[str, Any]:
    try:
        start, end, label = (
            (told[name] for name in ("start", "end", "label")) if isinstance(told, dict) else told
        )
        start, end = int(start), int(end)
    except (KeyError, TypeError, ValueError):
        raise Invalid(f"{where} has a span that is not of start, end and label.") from None
    if not 0 <= start < end <= len(text):
        raise Invalid(f"{where} has a span from {start} to {end}, but its text has {len(text):,} characters.")
    said = attributes_of(told.get("attributes")) if isinstance(told, dict) else {}
    return {"start": start, "end": end, "label": str(label), "text": text[start:end], **said}
