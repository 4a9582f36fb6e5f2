"""The words of a text column and their weights, in Python and in the graph.

A word is two or more characters of `WORD`, with A-Z taken for a-z: ranges of characters rather than what
some library's tables call a letter, so that Python and the graph cannot disagree. Weights are rounded to
binary fractions so short that every sum of their products is exact, in whatever order it is done, up to
some thousand words a text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Self

import numpy as np

from labstudio.automl.steps.numbers import DOUBLE
from labstudio.onnx.graph import MICROSOFT, Graph
from labstudio.schema import Column

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# letters and digits of ASCII, roughly the letters of other scripts, all beyond the first 65,536 characters
_RANGES = ("09", "AZ", "__", "az", "\u00c0\u1fff", "\u2c00\u2dff", "\u3040\ud7ff", "\uf900\ufdff",
           "\ufe70\ufefc", "\U00010000\U0010ffff")  # fmt: skip
WORD = "[" + "".join(f"{ends[0]}-{ends[1]}" for ends in _RANGES) + "]{2,}"
_WORD = re.compile(WORD)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
NO_WORD = "#"
"""What fills up rows of words; like `_NEVER` no word that a text may hold."""

_NEVER = "∅"  # the only term where there is nothing to learn

_IDF_STEPS = 2**10  # a fraction of so many steps


@dataclass(frozen=True)
class Vocabulary:
    """Words and pairs of words, sorted, each with its inverse document frequency (1 or more).

    Examples
    --------
    >>> known = Vocabulary.learn(np.array(["Good wine", "good!", "bad wine"], dtype=object), 9)
    >>> known.terms
    ('good', 'wine')
    >>> weighted, lengths = known.weigh(["good good", "bad"])
    >>> weighted.toarray().round(2).tolist(), lengths.round(2).tolist()
    ([[2.58, 0.0], [0.0, 0.0]], [2.58, 1.0])
    """

    terms: tuple[str, ...]
    idf: np.ndarray

    @classmethod
    def learn(cls, texts: np.ndarray, most: int) -> Self:
        """Find the `most` frequent terms that occur in two texts or more."""
        total: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        for text in texts:
            terms = terms_of(text)
            total.update(terms)
            documents.update(set(terms))
        known = [term for term in total if documents[term] > 1]
        if not known:
            return cls((_NEVER,), np.ones(1))
        known = sorted(sorted(known, key=lambda term: (-total[term], term))[:most])
        idf = np.log((1 + len(texts)) / (1 + np.array([documents[term] for term in known]))) + 1
        return cls(tuple(known), np.round(idf * _IDF_STEPS) / _IDF_STEPS)

    def weigh(self, texts: np.ndarray | list[str]) -> tuple[csr_matrix, np.ndarray]:
        """Return weighted counts [N, terms], and the length [N] of each row, or 1 where it has no term."""
        from scipy.sparse import csr_matrix

        places = {term: place for place, term in enumerate(self.terms)}
        counts = [Counter(places[term] for term in terms_of(text) if term in places) for text in texts]
        ends = np.cumsum([0, *map(len, counts)])
        found = np.array([pair for count in counts for pair in sorted(count.items())]).reshape(-1, 2)
        data = found[:, 1] * self.idf[found[:, 0].astype(np.int64)]
        shape = (len(counts), len(self.terms))
        weighted = csr_matrix((data, found[:, 0].astype(np.int64), ends), shape=shape)
        squares = np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel()
        return weighted, np.sqrt(np.maximum(squares, 1.0))

    def emit(self, graph: Graph, words: str) -> tuple[str, str]:
        """Add the same of words [N, W] to a graph: names of weighted counts [N, terms] and lengths [N, 1]."""
        split = [term.split(" ") for term in self.terms]
        singles = [parts[0] for parts in split if len(parts) == 1]
        pairs = [word for parts in split if len(parts) == 2 for word in parts]
        places = [[i for i, parts in enumerate(split) if len(parts) == size] for size in (1, 2)]
        counts = graph.node(
            "TfIdfVectorizer",
            [words],
            mode="TF",
            min_gram_length=1,
            max_gram_length=2,
            max_skip_count=0,
            ngram_counts=[0, len(singles)],
            ngram_indexes=places[0] + places[1],
            pool_strings=singles + pairs,
        )
        weighted = graph.node("Mul", [graph.node("Cast", [counts], to=DOUBLE), graph.constant(self.idf)])
        axis = graph.constant(np.array([1], dtype=np.int64))
        squares = graph.node("ReduceSumSquare", [weighted, axis], keepdims=1)
        return weighted, graph.node("Sqrt", [graph.node("Max", [squares, graph.constant(1.0)])])


def words_of(text: str) -> list[str]:
    """Split a text into words.

    Examples
    --------
    >>> words_of("A naïve ZÜRICH-wine, 東京 1x")
    ['naïve', 'zÜrich', 'wine', '東京', '1x']
    """
    return _WORD.findall(text.translate(_LOWER))


def terms_of(text: str) -> list[str]:
    """Words, and each two that follow each other."""
    words = words_of(text)
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def emit_words(graph: Graph, column: Column) -> str:
    """Add the words of a column to a graph as strings [N, W], filled up with `NO_WORD`; return the name."""
    texts = graph.node("Reshape", [graph.input(column), graph.constant(np.array([-1], dtype=np.int64))])
    texts = graph.node(
        "StringNormalizer", [texts], case_change_action="LOWER", is_case_sensitive=1, locale="C"
    )
    return graph.node(
        "Tokenizer", [texts], domain=MICROSOFT, mark=0, mincharnum=1, pad_value=NO_WORD, tokenexp=WORD
    )
