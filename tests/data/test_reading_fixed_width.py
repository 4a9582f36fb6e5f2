"""Fixed width text."""

from __future__ import annotations

import pytest

from labstudio.errors import Invalid

pytestmark = pytest.mark.core

TEXT = "id name    age\n 1 Ada      36\n 2 Grace K  85\n 3 Ålma\n"


def test_columns_are_found_by_the_blanks_between_them(add):
    version = add("id name  age\n 1 Ada    36\n 2 Grace  85\n", format="fixed")
    assert version.frame().to_dict("list") == {"id": [1, 2], "name": ["Ada", "Grace"], "age": [36, 85]}
    assert version.found["widths"] == [3, 6, 3]


def test_given_widths_are_used_and_a_short_line_has_gaps(add):
    version = add(TEXT, widths=[3, 8, 3])
    assert version.frame()["name"].tolist() == ["Ada", "Grace K", "Ålma"]
    assert version.frame()["age"].isna().tolist() == [False, False, True]


def test_quotes_and_commas_are_signs_as_others(add):
    version = add('a    b\n"x,  1\ny"z  2\n', widths=[5, 1])
    assert version.frame()["a"].tolist() == ['"x,', 'y"z']


def test_what_stands_behind_the_last_column_is_refused_by_its_line(add):
    with pytest.raises(Invalid, match="line 3, column 2: the line goes on behind character 6"):
        add("a  b\n1  2\n1  2   9\n", widths=[3, 3])


def test_a_value_that_does_not_fit_is_named_by_the_line_of_the_file(add):
    text = "head\n\nage\n" + "12\n" * 30 + "xx\n"
    with pytest.raises(Invalid, match=r'line 34, column 1 \("age"\): "xx"'):
        add(text, widths=[3], skip_rows=2)
