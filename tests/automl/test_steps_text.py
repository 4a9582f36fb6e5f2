"""Words and topics against scikit-learn, in Python and in the graph."""

from __future__ import annotations

import numpy as np
import pytest
from emitting import through_the_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from labstudio.automl.steps import TextTopics, TextWords
from labstudio.automl.steps.vocabulary import WORD, words_of
from labstudio.schema import Column

pytestmark = pytest.mark.core

NOTE = Column("note", "string", "text", "note")
LETTERS = (
    "aAbBzZ09_ \t\n.,-'\"\\/#\x00\x7f\u0080\u00a0«\u00bf\u00c0\u00d7ßéÉİıſ\u0301Σς"
    "\u1fff\u2000\u200b\u2028…\u2bff"
    "\u2c00\u2e00\u3000、\u3040東京\ud7ff\ue000\uf8ff\uf900\ufdff\ufe00\ufe70\ufeff\uff01\uffff\U00010000😀\U0010ffff"
)
any_text = st.lists(
    st.one_of(st.sampled_from(["good", "Good", "WINE", "bad wine", " ", "東京 "]), st.sampled_from(LETTERS)),
    max_size=12,
).map("".join)
texts = st.lists(any_text, min_size=1, max_size=20).map(lambda rows: np.array(rows, dtype=object))


@pytest.fixture(scope="module")
def reviews():
    random = np.random.default_rng(3)
    words = np.array([f"word{i}" for i in range(80)] + ["Zürich", "GOOD", "don't", "東京"])
    shares = 1 / np.arange(1, len(words) + 1)
    rows = [
        " ".join(random.choice(words, random.integers(0, 15), p=shares / shares.sum())) for _ in range(400)
    ]
    return {"note": np.array(rows, dtype=object)}


@settings(max_examples=80, deadline=None)
@given(texts, texts)
def test_whatever_text_comes_the_graph_agrees_to_the_last_bit(fitted, asked):
    for step in (TextWords([NOTE]), TextTopics([NOTE], topics=3)):
        step.fit({"note": fitted})
        for rows in (fitted, asked):
            found = step.transform({"note": rows})
            np.testing.assert_array_equal(through_the_graph(step, [NOTE], {"note": rows}), found)


def test_words_are_weighted_as_by_scikit_learn(reviews):
    known = TfidfVectorizer(
        token_pattern=WORD,
        preprocessor=lambda text: text.lower(),
        ngram_range=(1, 2),
        min_df=2,
        max_features=5_000,  # fewer would leave out some of those that are equally frequent, which is any
    )
    wanted = known.fit_transform(reviews["note"]).toarray()
    step = TextWords([NOTE], max_terms=5_000)
    found = step.fit_transform(reviews)
    assert step.names == tuple(f"{term!r} in note" for term in known.get_feature_names_out())
    np.testing.assert_allclose(found, wanted, atol=2e-3)  # weights are rounded
    np.testing.assert_array_equal(through_the_graph(step, [NOTE], reviews), found)


def test_topics_are_the_main_directions_of_scikit_learn(reviews):
    words = TextWords([NOTE]).fit_transform(reviews)
    wanted = TruncatedSVD(5, random_state=0).fit_transform(words)
    step = TextTopics([NOTE], topics=5)
    found = step.fit_transform(reviews)
    assert step.names[:2] == ("words of note", "topic 1 of note")
    assert found[:, 0].tolist() == [len(words_of(text)) for text in reviews["note"]]
    shared = np.abs(np.sum(found[:, 1:] * wanted, axis=0))
    np.testing.assert_allclose(shared, np.sum(wanted**2, axis=0), rtol=1e-2)
    np.testing.assert_array_equal(through_the_graph(step, [NOTE], reviews), found)


def test_the_same_texts_give_the_same_topics(reviews):
    first, second = (TextTopics([NOTE]).fit_transform(reviews) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("rows", [["", ""], ["!", "a b c"], ["once only", "and never again"]])
def test_texts_without_a_repeated_word_give_words_that_never_occur(rows):
    asked = {"note": np.array([*rows, "#", "# # good"], dtype=object)}
    for step in (TextWords([NOTE]), TextTopics([NOTE])):
        step.fit({"note": np.array(rows, dtype=object)})
        found = step.transform(asked)
        assert (found[:, -1] == 0).all()
        np.testing.assert_array_equal(through_the_graph(step, [NOTE], asked), found)


def test_two_columns_of_text_stand_side_by_side(reviews):
    other = Column("title", "string", "text", "title")
    columns = {**reviews, "title": reviews["note"][::-1]}
    for step in (TextWords([NOTE, other], max_terms=20), TextTopics([NOTE, other], topics=2)):
        found = step.fit_transform(columns)
        assert found.shape[1] == len(step.names) == len(step.formulas())
        np.testing.assert_array_equal(through_the_graph(step, [NOTE, other], columns), found)
    assert step.formulas()[3] == "number of words of title"
