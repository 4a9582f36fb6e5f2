"""A filter finds the rows that its words say, and whatever else is typed gets a sentence."""

from __future__ import annotations

import operator
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labstudio.data.filters import DEEPEST, LONGEST, Field, condition, parse
from labstudio.errors import Invalid

pytestmark = pytest.mark.core

FRAME = pd.DataFrame(
    {
        "country": ["Norway", "New Zealand", "Côte d'Ivoire", None, "finland"],
        "pop": pd.array([5, 4, None, 7, 2**60], dtype="Int64"),
        "lifeExp": [82.5, np.nan, 58.0, 70.0, np.inf],
        "share": np.array([0.1, 0.2, np.nan, 0.5, 1e30], dtype="f4"),
        "when": np.array(
            ["2020-05-01", "2020-05-31T23:59:59.5", "NaT", "2021-01-01", "9999-12-31"], dtype="M8[us]"
        ),
        "member": pd.array([True, False, None, True, False], dtype="boolean"),
        "a column": ["x y", "", "and", "(", None],
    }
)


@pytest.fixture(scope="module")
def find(tmp_path_factory):
    """Return the places of the rows that a filter finds in a frame."""
    from labstudio.data import Data
    from labstudio.store import Store

    store = Store.open(tmp_path_factory.mktemp("filters") / ".labstudio")
    data = Data(store)

    def find(text: str, frame: pd.DataFrame = FRAME) -> list[int]:
        numbered = frame.assign(row=range(len(frame)))
        rows = data.rows(data.add("table", numbered), filter=text, limit=10_000)
        return rows.table.column("row").to_pylist()

    yield find
    store.close()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("lifeExp > 70", [0, 4]),
        ("lifeExp>=70 and lifeExp<inf", [0, 3]),
        ("pop = 1152921504606846976", [4]),
        ("pop < 1152921504606846976", [0, 1, 3]),
        ("pop < 5.5", [0, 1]),
        ("pop > -99999999999999999999999999", [0, 1, 3, 4]),
        ("pop < 1e400", [0, 1, 3, 4]),
        ("share = 0.1", [0]),
        ("share > 1e300", []),
        ("country = Norway or country = New Zealand", [0, 1]),
        ("country = 'Côte d''Ivoire'", [2]),
        ("country = Côte d'Ivoire", [2]),
        ("country != Norway", [1, 2, 3, 4]),
        ("country > a", [4]),
        ("country contains LAND", [1, 4]),
        ("not country contains land", [0, 2, 3]),
        ("pop is missing", [2]),
        ("lifeExp is missing", [1]),
        ("pop is not missing and not (pop = 5 or pop = 7)", [1, 4]),
        ("not not pop = 5", [0]),
        ("pop = 5 or pop = 4 and country = Norway", [0]),
        ("(pop = 5 or pop = 4) and country = New Zealand", [1]),
        ("zealand", [1]),
        ("X Y", [0]),
        ("'and'", [1, 2, 4]),
        ("\"a column\" = 'x y'", [0]),
        ("a column = x y", [0]),
        ('"a column" = ""', [1]),
        ("'('", [3]),
        ("when = 2020-05", [0, 1]),
        ("when > 2020", [3, 4]),
        ("when <= 2020-05-31", [0, 1]),
        ("when < 2020-05-31", [0]),
        ("when != 2020-05", [2, 3, 4]),
        ("when = 2020-05-31T23:59:59.5", [1]),
        ("when = 2020-05-01T02:00+02:00", [0]),
        ("when = 9999-12-31", [4]),
        ("member = yes", [0, 3]),
        ("member != true", [1, 2, 4]),
        ("pop contains 11529", [4]),
    ],
)
def test_a_filter_finds(find, text, rows):
    assert find(text) == rows


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lifExp > 70", "there is no column 'lifExp'; did you mean 'lifeExp'"),
        ("pop > abc", "'abc' is not a number, which pop > asks for"),
        ("pop > nan", "'nan' is not a number"),
        ("when < soon", "'soon' is not a date such as 2026-11-23"),
        ("when = 2020-13", "'2020-13' is not a date"),
        ("member = maybe", "'maybe' is not true or false"),
        ("member > true", "'member' is true or false, so > says nothing; use = or !="),
        ("pop >", "after 'pop >' comes the end where a value is expected"),
        ("= 5", "at the beginning comes '=' where a column or a text is expected"),
        ("pop = 5 pop", "'5 pop' is not a number"),
        ("pop = 'x' y", "after \"pop = 'x'\" comes 'y' where and, or, or the end is expected"),
        ("(pop = 5", "comes the end where a closing bracket is expected"),
        ("pop = 5)", "comes '\\)' where and, or, or the end"),
        ("pop is big", "after 'pop is' comes 'big' where missing is expected"),
        ("country = 'Nor", 'the quote that opens at "\'Nor" is not closed'),
        ("pop ! 5", "begins with '!'; write != or not"),
        ("country = and", "comes 'and' where a value is expected \\(a name or text that holds it is put in"),
        ("(" * 500, f"more than {DEEPEST} brackets"),
        ("x" * (LONGEST + 1), "5,001 characters; 5,000 are allowed"),
        ("\ud800", "not valid Unicode"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_that_names_the_place(find, text, sentence):
    with pytest.raises(Invalid, match=sentence):
        find(text)


def test_a_text_alone_wants_a_column_of_text(find):
    with pytest.raises(Invalid, match="No column holds text to look for 'oslo' in"):
        condition("oslo", [Field("n", "number", "c0")])


def test_the_longest_chains_are_answered(find):
    chain = " or ".join(["pop = 1"] * 400)
    assert find(chain + " or pop = 5") == [0]
    assert find("not " * 1001 + "pop = 5") == [1, 2, 3, 4]


def test_nothing_that_was_written_becomes_sql():
    nasty = "'); DROP TABLE t; --"
    made = condition(f'"{nasty}" = "{nasty}"', [Field(nasty, "string", "c0")])
    assert nasty not in made.sql
    assert made.parameters == (nasty,)


PIECES = [
    *(
        "and",
        "or",
        "not",
        "is",
        "missing",
        "contains",
        "(",
        ")",
        "=",
        "!=",
        "<",
        ">=",
        "!",
        "'",
        '"',
        "%",
        "?",
    ),
    *("pop", "share", "country", "when", "member", '"a column"', "c0", "$1", "\\", "\x00", "é", "true", "5"),
    *("-1e999", "1" * 39, "2020-02-30", "2020", "9999", "0001-01-01T00:00+23:59"),
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)))
@example("pop = ٣")
@example("when = -0001")
def test_no_input_raises_anything_but_a_sentence(text):
    fields = [
        Field("pop", "number", "c0"),
        Field("share", "number", "c1", single=True),
        Field("when", "datetime", "c2"),
        Field("member", "boolean", "c3"),
        Field("country", "string", "c4"),
        Field("a column", "string", "c5"),
    ]
    with suppress(Invalid):
        made = condition(text, fields)
        assert made.sql.count("?") == len(made.parameters)


OPERATORS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
             ">": operator.gt, ">=": operator.ge}  # fmt: skip
NUMBERS = st.one_of(st.integers(-5, 5), st.floats(-5, 5), st.sampled_from([2**53 + 1, 0.1, -0.0]))
WORDS = st.text("abÄé '\"()=%", max_size=4)


def compared(values: pd.Series, sign: str, value: object) -> pd.Series:
    """What pandas says, a comparison with a missing value being false."""
    found = OPERATORS[sign](values, value).fillna(False).astype(bool)
    return found | values.isna() if sign == "!=" else found & values.notna()


@settings(max_examples=60, deadline=None)
@given(
    n=st.lists(st.none() | NUMBERS, min_size=1, max_size=8),
    s=st.lists(st.none() | WORDS, min_size=8, max_size=8),
    one=st.sampled_from(sorted(OPERATORS)),
    number=NUMBERS,
    other=st.sampled_from(sorted(OPERATORS)),
    word=WORDS,
    both=st.sampled_from(["and", "or"]),
    negated=st.booleans(),
)
def test_a_filter_finds_what_pandas_finds(find, n, s, one, number, other, word, both, negated):
    frame = pd.DataFrame({"n": pd.array(n, dtype="Float64"), "s": pd.array(s[: len(n)], dtype="string")})
    frame["n"] = frame["n"].astype("float64")
    quoted = "'" + word.replace("'", "''") + "'"
    text = f"n {one} {number!r} {both} s {other} {quoted}"
    left, right = compared(frame["n"], one, float(number)), compared(frame["s"], other, word)
    wanted = left & right if both == "and" else left | right
    if negated:
        text, wanted = f"not ({text})", ~wanted
    assert find(text, frame) == np.flatnonzero(wanted).tolist()


def test_parse_knows_no_columns():
    assert parse("nobody = 1").column == "nobody"
