"""Steps for free text: which words occur, and what the words are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from labstudio.automl.steps.numbers import DOUBLE
from labstudio.automl.steps.step import Step, side_by_side
from labstudio.automl.steps.vocabulary import NO_WORD, Vocabulary, emit_words, words_of
from labstudio.onnx.graph import Graph
from labstudio.schema import Column

_MOST_CELLS = 20_000_000  # of a dense table of rows × terms
_FEWEST_TERMS = 20
_LEARNED_FROM = 10_000  # rows
_TOPIC_STEPS = 2**20  # directions are fractions of so many steps: their products with words are exact


class TextWords(Step):
    """TF-IDF of words and pairs of words, each text of length 1 or 0: for linear models.

    Parameters
    ----------
    max_terms : int
        Of each column, the most frequent first; fewer where there are many rows.

    Examples
    --------
    >>> step = TextWords([Column("note", "string", "text", "note")])
    >>> notes = {"note": np.array(["Good wine", "good!", "bad wine", ""], dtype=object)}
    >>> step.fit_transform(notes).round(2).tolist()
    [[0.71, 0.71], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    >>> step.names
    ("'good' in note", "'wine' in note")
    """

    reads, title = "Texts", "Words"

    def __init__(self, columns: Sequence[Column], max_terms: int = 500) -> None:
        self.columns, self.max_terms = tuple(columns), max_terms

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{term!r} in {column.name}"
            for column, known in zip(self.columns, self.known, strict=True)
            for term in known.terms
        )

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        texts = [columns[column.name] for column in self.columns]
        room = max(_FEWEST_TERMS, _MOST_CELLS // (1 + len(texts) * len(texts[0])))
        self.known = tuple(Vocabulary.learn(_some(values), min(self.max_terms, room)) for values in texts)
        return self

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        found = []
        for column, known in zip(self.columns, self.known, strict=True):
            weighted, lengths = known.weigh(columns[column.name])
            found.append(weighted.toarray() / lengths[:, None])
        return np.concatenate(found, axis=1)

    def emit(self, graph: Graph) -> str:
        found = [
            graph.node("Div", known.emit(graph, emit_words(graph, column)))
            for column, known in zip(self.columns, self.known, strict=True)
        ]
        return side_by_side(graph, found)

    def formulas(self) -> list[str]:
        return [f"TF-IDF of {name}" for name in self.names]

    def detail(self) -> str:
        return f"{len(self.names):,} words and pairs of words"


class TextTopics(Step):
    """Number of words, and where a text's TF-IDF stands along the main directions of all texts: for trees.

    Parameters
    ----------
    topics : int
        Directions (singular vectors) of each column.
    max_terms : int
        Words and pairs of words of each column.

    Examples
    --------
    >>> step = TextTopics([Column("note", "string", "text", "note")], topics=1)
    >>> notes = {"note": np.array(["Good wine", "good!", "wine", ""], dtype=object)}
    >>> step.fit_transform(notes).round(2).tolist()
    [[2.0, 1.0], [1.0, 0.71], [1.0, 0.71], [0.0, 0.0]]
    >>> step.formulas()
    ['number of words of note', 'topic 1 of note (good, wine)']
    """

    reads, title = "Texts", "Topics"

    def __init__(self, columns: Sequence[Column], topics: int = 20, max_terms: int = 500) -> None:
        self.columns, self.topics, self.max_terms = tuple(columns), topics, max_terms

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(
            name
            for column, directions in zip(self.columns, self.directions, strict=True)
            for name in (
                f"words of {column.name}",
                *(f"topic {i + 1} of {column.name}" for i in range(directions.shape[1])),
            )
        )

    def fit(self, columns: Mapping[str, np.ndarray], y: np.ndarray | None = None) -> Self:
        samples = [_some(columns[column.name]) for column in self.columns]
        self.known = tuple(Vocabulary.learn(texts, self.max_terms) for texts in samples)
        self.directions = tuple(map(self._directions, self.known, samples))
        return self

    def _directions(self, known: Vocabulary, texts: np.ndarray) -> np.ndarray:
        """Right singular vectors [terms, topics], the largest entry of each positive."""
        from scipy.linalg import eigh
        from scipy.sparse import diags

        weighted, lengths = known.weigh(texts)
        scaled = diags(1 / lengths) @ weighted
        terms, count = len(known.terms), min(self.topics, *weighted.shape)
        found = eigh((scaled.T @ scaled).toarray(), subset_by_index=[terms - count, terms - 1])[1][:, ::-1]
        largest = found[np.abs(found).argmax(axis=0), np.arange(count)]
        return np.round(found * np.sign(largest) * _TOPIC_STEPS) / _TOPIC_STEPS

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        found = []
        for column, known, directions in zip(self.columns, self.known, self.directions, strict=True):
            texts = columns[column.name]
            weighted, lengths = known.weigh(texts)
            found.append(np.array([[len(words_of(text))] for text in texts], dtype=np.float64))
            found.append(weighted @ directions / lengths[:, None])
        return np.concatenate(found, axis=1)

    def emit(self, graph: Graph) -> str:
        found = []
        axis = graph.constant(np.array([1], dtype=np.int64))
        for column, known, directions in zip(self.columns, self.known, self.directions, strict=True):
            words = emit_words(graph, column)
            none = graph.node("Equal", [words, graph.constant(np.array([NO_WORD], dtype=object))])
            some = graph.node("Cast", [graph.node("Not", [none])], to=DOUBLE)
            found.append(graph.node("ReduceSum", [some, axis], keepdims=1))
            weighted, lengths = known.emit(graph, words)
            along = graph.node("MatMul", [weighted, graph.constant(directions)])
            found.append(graph.node("Div", [along, lengths]))
        return side_by_side(graph, found)

    def formulas(self) -> list[str]:
        found = []
        for column, known, directions in zip(self.columns, self.known, self.directions, strict=True):
            found.append(f"number of words of {column.name}")
            for i, direction in enumerate(directions.T):
                telling = sorted(np.argsort(-np.abs(direction), kind="stable")[:3])
                words = ", ".join(known.terms[place] for place in telling)
                found.append(f"topic {i + 1} of {column.name} ({words})")
        return found

    def detail(self) -> str:
        return f"{sum(len(known.terms) for known in self.known):,} words in {len(self.names):,} directions"


def _some(texts: np.ndarray) -> np.ndarray:
    """At most about twice `_LEARNED_FROM` texts, spread over all."""
    return texts[:: max(1, len(texts) // _LEARNED_FROM)]
