"""One view as text and as HTML: escaped, aligned, and in the colours of whatever theme is on."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from labstudio.display import wording
from labstudio.display.bundle import STYLE, Bar, Bundle, Facts, Heading, Line, Table

pytestmark = pytest.mark.core

HOSTILE = [
    "<script>alert(1)</script>",
    'a" onload="x',
    "it's & more",
    "two\nlines",
    "\x1b[31mred",
    "a\u202eb",
    "x" * 300,
]


class Seen(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped_in_every_block(text: str) -> None:
    bundle = Bundle(
        Heading(text, text, "ok", text),
        Line(text, "warn"),
        Facts({text: text}),
        Table([text], [[text]], width=999),
    )
    html = bundle.html.replace(STYLE, "")
    seen = Seen()
    seen.feed(html)
    assert seen.tags <= {"div", "style", "span", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert seen.attributes <= {"class", "title"}
    assert all(line.isprintable() for line in bundle.text.split("\n"))
    assert "\x1b" not in html
    assert len(bundle.text.split("\n")) == 5


def test_numbers_line_up_on_their_right_in_text() -> None:
    text = Bundle(Table(["name", "rows"], [["a", "7"], ["long name", "1,234"]], right=["rows"], best=1)).text
    assert text.split("\n") == [
        "  name        rows",
        "  a              7",
        "* long name  1,234",
    ]


def test_wide_and_combining_characters_keep_the_columns_aligned() -> None:
    lines = Bundle(Table(["n", "v"], [["日本", "1"], ["e\u0301", "2"]], right=["v"])).text.split("\n")
    assert {wording.columns_wide(line) for line in lines} == {9}


def test_a_long_cell_is_cut_in_the_middle_and_whole_in_the_tooltip() -> None:
    bundle = Bundle(Table(["n"], [["start" + "x" * 100 + "end"]], width=20))
    assert re.search(r"startx+…x+end", bundle.text)
    assert 'title="startx' in bundle.html


def test_every_colour_is_one_of_the_theme_with_a_fallback() -> None:
    colours = re.findall(r"(?:^|[;{])(?:color|background|border(?:-bottom)?|box-shadow):([^;}]+)", STYLE)
    plain = {"0", "none", "inherit", "1px solid currentColor"}
    assert colours
    for colour in colours:
        assert colour in plain or re.search(r"var\(--jp-[\w-]+,[^)]+\)", colour), colour


def test_a_bar_stays_within_its_ends() -> None:
    assert Bar(-1).text() == "[" + "-" * 24 + "]"
    assert Bar(9).text() == "[" + "#" * 24 + "]"


def test_numbers_are_written_with_sensible_digits() -> None:
    written = [
        wording.number(value) for value in (0, 2007, 12345, 3.0, 1979.5, 12345.6, 1e-12, float("nan"), True)
    ]
    assert written == ["0", "2007", "12,345", "3", "1980", "12,346", "1e-12", "–", "True"]
    assert wording.score(0.91234, 0.0123) == "0.912 ± 0.012"
    assert wording.score(-1.5e12) == "-1.5e+12"
    assert wording.score(0.0) == "0.0000"
