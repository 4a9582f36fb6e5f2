"""A line from left to right: what is expected is taken, and where it is not found the place is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from labstudio.data.recipes.grammar import Marked, parse

NAME = re.compile(r"`(?:[^`\n]|``)+`|[^\W\d]\w*")
TEXT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
REFERENCE = re.compile(r"[^\W_][\w.-]*(?:@\w+)?")
PLAIN = re.compile(r"[^\W\d]\w*")


class Scanner:
    """Goes through a line from left to right, and says what is expected where it is not found."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def wrong(self, wanted: str) -> Marked:
        found = repr(self.rest.split()[0][:40]) if self.rest.strip() else "the end"
        return Marked(f"{wanted} is expected here, not {found}.", self.text, self.at)

    def match(self, pattern: re.Pattern[str], wanted: str) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise self.wrong(wanted)
        self.at = found.end()
        self.skip()
        return found[0]

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, sign: str) -> bool:
        """Go over a word or a sign where it stands here."""
        found = re.compile(re.escape(sign) + (r"\b" if sign.isalpha() else "")).match(self.text, self.at)
        if found is not None:
            self.at = found.end()
            self.skip()
        return found is not None

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise self.wrong(repr(sign))

    def end(self) -> None:
        if self.rest:
            raise self.wrong("the end")

    def name(self, wanted: str = "a column") -> str:
        found = self.match(NAME, wanted)
        return found[1:-1].replace("``", "`") if found.startswith("`") else found

    def names(self, *, signed: bool = False) -> list[str]:
        return self.listed(lambda: ("-" if signed and self.take("-") else "") + self.name())

    def literal(self) -> str:
        found = self.match(TEXT, "a text in quotes")
        return found[1:-1].replace(found[0] * 2, found[0])

    def number(self) -> float:
        return float(self.match(NUMBER, "a number"))

    def whole(self) -> int:
        return int(self.match(re.compile(r"\d+\b"), "a whole number"))

    def listed(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self.take(","):
            found.append(one())
        return found

    def expression(self) -> str:
        """Take all that is left as an expression; where it cannot be read, the place is known."""
        begin, said = self.at, self.rest
        if not said:
            raise self.wrong("an expression")
        try:
            parse(said)
        except Marked as error:
            raise Marked(error.sentence, self.text, begin + error.at, whole=True) from None
        self.at = len(self.text)
        return said
