"""Texts as vectors: TF-IDF of words and pairs of words, along their main directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from labstudio.labeling.suggest.encoders.encoder import fingerprint_of, unit_length
from labstudio.labeling.suggest.threads import one_thread

_LEARNED_FROM = 20_000  # texts
_LONG_WORD = 10.0  # mean letters between spaces: what is longer is written without spaces


class TextEncoder:
    """Latent semantic analysis: TF-IDF and its singular vectors, each text of length 1.

    Where words are not set apart by spaces (Chinese, Japanese, Thai), runs of one to three characters take
    the place of words.

    Parameters
    ----------
    directions : int
        Length of the vectors, at most; the sample's size and its number of terms are limits too.
    max_terms : int
        The most frequent terms are taken.

    Examples
    --------
    >>> texts = ["good wine", "bad wine", "good bread", "", "a good bad bread 🍞"]
    >>> TextEncoder(directions=3).fit(texts).encode(texts).shape
    (5, 3)
    """

    def __init__(self, directions: int = 100, max_terms: int = 50_000, seed: int = 0) -> None:
        self.directions, self.max_terms, self.seed = directions, max_terms, seed

    def fit(self, items: Sequence[str]) -> Self:
        """Learn words and directions from a sample of texts."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = list(items)[:: max(1, len(items) // _LEARNED_FROM)]
        letters, words = sum(map(len, texts)), sum(len(text.split()) for text in texts)
        spaced = letters <= _LONG_WORD * max(words, 1)
        how: dict[str, Any] = (
            {"token_pattern": r"(?u)\b\w+\b|[^\w\s]", "ngram_range": (1, 2)}
            if spaced
            else {"analyzer": "char", "ngram_range": (1, 3)}
        )
        self.words = TfidfVectorizer(
            sublinear_tf=True,
            strip_accents=None,
            min_df=2 if len(texts) > 1_000 else 1,
            max_features=self.max_terms,
            dtype=np.float32,
            **how,
        )
        try:
            weighted = self.words.fit_transform(texts)
        except ValueError:  # no text holds a word
            self.words, self.svd, self.width = None, None, 1
            return self
        self.width = max(1, min(self.directions, weighted.shape[0] - 1, weighted.shape[1] - 1))
        self.svd = None
        if weighted.shape[1] > 1:
            with one_thread():
                self.svd = TruncatedSVD(self.width, random_state=self.seed, n_iter=4).fit(weighted)
        return self

    @property
    def fingerprint(self) -> str:
        options = {"directions": self.directions, "max_terms": self.max_terms, "seed": self.seed}
        if self.words is None:
            return fingerprint_of("text", options)
        terms = sorted(self.words.vocabulary_.items(), key=lambda pair: int(pair[1]))
        directions = np.empty(0) if self.svd is None else self.svd.components_
        return fingerprint_of("text", options, [[term for term, _ in terms], self.words.idf_, directions])

    def encode(self, items: Sequence[str]) -> np.ndarray:
        """Return vectors [N, D] of texts."""
        if self.words is None or not len(items):
            return np.zeros((len(items), self.width), dtype=np.float32)
        weighted = self.words.transform(items)
        return unit_length(weighted.toarray() if self.svd is None else self.svd.transform(weighted))
