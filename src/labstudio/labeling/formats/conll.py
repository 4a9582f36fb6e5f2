"""CoNLL: a token a line with its tag (BIO), an empty line after each text. The tokens are kept beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from labstudio.errors import Invalid
from labstudio.labeling.formats.record import (
    Names,
    Read,
    Record,
    Writing,
    Written,
    decoded,
    dumped,
    label_names,
    only_file,
    parsed_lines,
)  # fmt: skip
from labstudio.labeling.tokens import TOKENIZER, token_places

_START = "-DOCSTART- -X- O O\n\n"


def write_conll(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``labels.conll`` and ``tokens.jsonl``, which has each text, its tokens' places and the tokenizer.

    A token is cut where a span begins or ends within it. White space at the edges of a span is lost.

    Raises
    ------
    Invalid
        Two spans overlap: a token has one tag, and a silent choice would lose labels.
    """
    writing, names, lines, places, written = Writing(records), Names(labels), [_START], [], 0
    for record in writing.each("spans", lambda one: None if one.text is not None else "it is no text"):
        text = record.text or ""
        spans = sorted((record.value or {}).get("spans", ()), key=lambda span: (span["start"], span["end"]))
        for one, other in pairwise(spans):
            if other["start"] < one["end"]:
                raise Invalid(
                    f"CoNLL cannot hold spans that overlap, and two of {record.key} do: {_quoted(text, one)} "
                    f"and {_quoted(text, other)}. Choose JSONL or spaCy JSONL, or take one out."
                )
        tokens = token_places(text, [edge for span in spans for edge in (span["start"], span["end"])])
        if not tokens:
            writing.drop(record, "its text has no token")
            continue
        writing.drop_attributes(record)
        tags = ["O"] * len(tokens)
        for span in spans:
            within = [
                at for at, (start, end) in enumerate(tokens) if span["start"] <= start and end <= span["end"]
            ]
            label = names(span["label"])
            if not within or any(sign.isspace() for sign in label):
                writing.drop(
                    record, "a span of white space alone" if not within else f"the label {label!r} has spaces"
                )
                continue
            for place, at in enumerate(within):
                tags[at] = f"{'I' if place else 'B'}-{label}"
        lines += [f"{text[a:b]} _ _ {tag}\n" for (a, b), tag in zip(tokens, tags, strict=True)] + ["\n"]
        told = {"key": record.key, "text": text, "tokens": tokens, "tokenizer": TOKENIZER}
        who = {"annotator": record.annotator, "score": record.score, "answered": record.value is not None}
        places.append(dumped(told | {name: one for name, one in who.items() if one is not None}) + "\n")
        written += 1
    files = {"labels.conll": "".join(lines).encode(), "tokens.jsonl": "".join(places).encode()}
    return writing.done(files, written)


def read_conll(files: Mapping[str, bytes]) -> Read:
    """Read tags from the last column; without ``tokens.jsonl`` the texts are tokens and spaces."""
    name, data = only_file(files, ".conll", ".iob", ".bio", ".txt")
    texts = _blocks(decoded(data, name))
    kept = [parsed_lines(one, path) for path, one in files.items() if path.endswith("tokens.jsonl")]
    if kept and len(kept[0]) != len(texts):
        raise Invalid(
            f"{name} has {len(texts):,} texts, but tokens.jsonl {len(kept[0]):,}; they belong together."
        )
    records = []
    for at, block in enumerate(texts):
        told: dict[str, Any] = kept[0][at] if kept else _spaced(at, [token for token, _ in block])
        text, tokens = told["text"], told["tokens"]
        if [text[start:end] for start, end in tokens] != [token for token, _ in block]:
            raise Invalid(
                f"Text {at + 1} of {name} has other tokens than tokens.jsonl says; they belong together."
            )
        spans = _spans([tag for _, tag in block], tokens, text, f"Text {at + 1} of {name}")
        value = {"spans": spans} if told.get("answered", True) else None
        records.append(
            Record(str(told["key"]), value, text, annotator=told.get("annotator"), score=told.get("score"))
        )
    return Read(tuple(records), label_names(records))


def _blocks(whole: str) -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = [[]]
    for line in whole.split("\n"):
        parts = line.replace("\t", " ").strip(" \r").split(" ")
        if parts == [""] or parts[0] == "-DOCSTART-":
            found.append([])
        else:
            found[-1].append((parts[0], parts[-1] if len(parts) > 1 else "O"))
    return [block for block in found if block]


def _spaced(at: int, tokens: list[str]) -> dict[str, Any]:
    places, start = [], 0
    for token in tokens:
        places.append((start, start + len(token)))
        start += len(token) + 1
    return {"key": str(at + 1), "text": " ".join(tokens), "tokens": places}


def _spans(tags: list[str], tokens: list[Any], text: str, where: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before = ""
    for tag, (start, end) in zip(tags, tokens, strict=True):
        sign, _, label = tag.partition("-")
        if sign not in ("B", "I", "O", "E", "S", "L", "U") or (sign != "O" and not label):
            raise Invalid(f"{where} has the tag {tag!r}; tags are O, B-LABEL and I-LABEL.")
        if label and sign in ("I", "E", "L") and before == label:
            found[-1]["end"] = end
        elif label:
            found.append({"start": start, "end": end, "label": label})
        before = label
    return [span | {"text": text[span["start"] : span["end"]]} for span in found]


def _quoted(text: str, span: Mapping[str, Any]) -> str:
    return repr(text[span["start"] : span["end"]][:40])
