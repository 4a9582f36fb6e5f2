"""Parts of texts that are suggested: a tagger of tokens, trained on the spans that people have marked.

Linear models on a token's form and its neighbours say where spans begin and go on; the best run of tags is
found by Viterbi's algorithm. Where marked spans overlap, each label has a tagger of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.suggest.threads import one_thread
from labstudio.labeling.tokens import token_places

_WIDTH = 2**18  # of the hashed features
_EPOCH_TOKENS = 60_000
_LEAST = 1e-6
_AT_ONCE = 64  # texts


class SpanTagger:
    """Suggests spans in texts, each with a score.

    Examples
    --------
    >>> towns = ["Oslo", "Rome", "Lima", "Quito"]
    >>> texts = [f"we flew to {town} on monday" for town in towns * 3]
    >>> spans = [[{"start": 11, "end": 11 + len(town), "label": "PLACE"}] for town in towns * 3]
    >>> [found] = SpanTagger().fit(texts, spans).suggest(["👋 we flew to Accra on friday"])
    >>> [(span["text"], span["label"]) for span in found]
    [('Accra', 'PLACE')]
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, texts: Sequence[str], spans: Sequence[Sequence[Mapping[str, Any]]]) -> Self:
        """Learn from texts and their spans (``start, end, label``, in code points); none is an answer too.

        Raises
        ------
        Invalid
            Nothing is marked yet.
        """
        labels = sorted({span["label"] for one in spans for span in one})
        if not labels:
            raise Invalid("No span is marked yet; mark some in a few texts first.")
        overlap = any(
            other["start"] < span["end"]
            for one in spans
            for span, other in pairwise(sorted(one, key=lambda span: (span["start"], span["end"])))
        )
        cut = [token_places(text) for text in texts]
        features = _hashed(text_features for text_features in map(_features, texts, cut))
        groups = [[label] for label in labels] if overlap else [labels]
        with one_thread():
            self.taggers = [
                _Tagger(group, self.seed).fit(
                    features,
                    [_tags(places, one, group) for places, one in zip(cut, spans, strict=True)],
                )
                for group in groups
            ]
        return self

    def suggest(self, texts: Sequence[str], least: float = 0.5) -> list[list[dict[str, Any]]]:
        """Return for each text spans (``start``, ``end``, ``label``, ``text``, ``score``) in their order.

        Parameters
        ----------
        texts : sequence of str
            What is looked at.
        least : float
            Spans of a lower score, which is that of their least sure token, are left out.
        """
        return [spans for spans, _ in self.read(texts, least)]

    def read(self, texts: Sequence[str], least: float = 0.5) -> list[tuple[list[dict[str, Any]], float]]:
        """Return for each text what `suggest` does, and how sure its least sure token is.

        Parameters
        ----------
        texts, least
            As in `suggest`.
        """
        found: list[tuple[list[dict[str, Any]], float]] = []
        for begin in range(0, len(texts), _AT_ONCE):
            some = texts[begin : begin + _AT_ONCE]
            cut = [token_places(text) for text in some]
            told, at = [], 0
            if any(cut):
                features = _hashed(map(_features, some, cut))
                with one_thread():
                    told = [tagger.chances(features) for tagger in self.taggers]
            for text, places in zip(some, cut, strict=True):
                rows = slice(at, at := at + len(places))
                spans: list[dict[str, Any]] = []
                sure = 1.0
                if places:
                    for tagger, chances in zip(self.taggers, told, strict=True):
                        spans += tagger.spans(chances[rows], text, places)
                        sure = min(sure, float(chances[rows].max(axis=1).min()))
                kept = [span for span in spans if span["score"] >= least]
                found.append((sorted(kept, key=lambda span: (span["start"], span["end"])), sure))
        return found


class _Tagger:
    """Tags 0 (outside), 2k + 1 (label k begins) and 2k + 2 (label k goes on)."""

    def __init__(self, labels: Sequence[str], seed: int) -> None:
        self.labels, self.seed = labels, seed

    def fit(self, features: Any, tags: Sequence[np.ndarray]) -> Self:
        from sklearn.linear_model import SGDClassifier

        size, flat = 2 * len(self.labels) + 1, np.concatenate(tags)
        epochs = int(np.clip(_EPOCH_TOKENS // max(len(flat), 1), 5, 50))
        model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=epochs, tol=None, random_state=self.seed)
        self.model = model.fit(features, flat)
        self.known = self.model.classes_
        # how often tags follow each other, and never "goes on" after anything but its own label
        counts = np.ones((size, size))
        for one in tags:
            np.add.at(counts, (one[:-1], one[1:]), 1)
        self.first = np.zeros(size)
        for tag in range(2, size, 2):
            counts[[before for before in range(size) if before not in (tag - 1, tag)], tag] = 0
            self.first[tag] = -np.inf
        with np.errstate(divide="ignore"):
            shares = np.bincount(flat, minlength=size) + 1.0
            self.steps = np.log(counts / counts.sum(axis=1, keepdims=True)) - np.log(shares / shares.sum())
        self.steps *= 0.5  # the features know the neighbours already
        return self

    def chances(self, features: Any) -> np.ndarray:
        """Probabilities [tokens, tags]."""
        found = np.full((features.shape[0], len(self.first)), _LEAST)
        found[:, self.known] = np.maximum(self.model.predict_proba(features), _LEAST)
        return found

    def spans(self, chances: np.ndarray, text: str, places: list[tuple[int, int]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for at, tag in enumerate(_best_run(np.log(chances), self.steps, self.first)):
            if tag == 0:
                continue
            code, (start, end) = (int(tag) - 1) // 2, places[at]
            sure = float(chances[at, 2 * code + 1] + chances[at, 2 * code + 2])
            if tag % 2:
                found.append(
                    {"start": start, "end": end, "label": self.labels[code], "score": min(sure, 1.0)}
                )
            else:
                found[-1] |= {"end": end, "score": min(found[-1]["score"], sure)}
        return [span | {"text": text[span["start"] : span["end"]]} for span in found]


def _best_run(emitted: np.ndarray, steps: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Viterbi's algorithm: the tags of the largest sum."""
    best, came = emitted[0] + first, np.zeros(emitted.shape, dtype=int)
    for at in range(1, len(emitted)):
        sums = best[:, None] + steps
        came[at] = sums.argmax(axis=0)
        best = sums.max(axis=0) + emitted[at]
    tags = np.empty(len(emitted), dtype=int)
    tags[-1] = int(best.argmax())
    for at in range(len(emitted) - 1, 0, -1):
        tags[at - 1] = came[at, tags[at]]
    return tags


def _tags(
    places: list[tuple[int, int]], spans: Sequence[Mapping[str, Any]], labels: Sequence[str]
) -> np.ndarray:
    """Tags of tokens; one that is marked in part counts as marked."""
    code = {label: at for at, label in enumerate(labels)}
    tags = np.zeros(len(places), dtype=int)
    for span in spans:
        if span["label"] in code:
            within = [
                at for at, (start, end) in enumerate(places) if start < span["end"] and end > span["start"]
            ]
            tags[within] = 2 * code[span["label"]] + 2
            tags[within[:1]] = 2 * code[span["label"]] + 1
    return tags


def _features(text: str, places: list[tuple[int, int]]) -> list[list[str]]:
    """What is looked at of each token: its form, its ends, its shape, and the same of its neighbours."""
    words = [text[start:end] for start, end in places]
    lower, shapes = [word.lower() for word in words], [_shape(word) for word in words]
    found = []
    for at, word in enumerate(lower):
        told = [
            "bias",
            f"w={word}",
            f"s={shapes[at]}",
            f"p3={word[:3]}",
            f"e3={word[-3:]}",
            f"e2={word[-2:]}",
        ]
        for step in (-2, -1, 1, 2):
            there = 0 <= at + step < len(words)
            told.append(f"{step}w={lower[at + step] if there else ''}")
            if abs(step) == 1:
                told.append(f"{step}s={shapes[at + step] if there else ''}")
        told.append(f"-1w0s={lower[at - 1] if at else ''}|{shapes[at]}")
        found.append(told)
    return found


def _shape(word: str) -> str:
    """Oslo is Xx, 42.5 is 0, NATO is X: what stands twice stands once."""
    signs = [
        "X" if one.isupper() else "x" if one.isalpha() else "0" if one.isdigit() else one for one in word
    ]
    return "".join(one for at, one in enumerate(signs) if not at or signs[at - 1] != one)


def _hashed(texts: Iterator[list[list[str]]] | Sequence[list[list[str]]]) -> Any:
    from sklearn.feature_extraction import FeatureHasher

    return FeatureHasher(_WIDTH, input_type="string", alternate_sign=False).transform(
        told for text in texts for told in text
    )
