"""The tokenizer of texts that are labeled, by name, since formats of tokens mean nothing without theirs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

TOKENIZER = "labstudio-words-1"
"""Its name; another way of cutting gets another one."""

_JOINER = "\u200d"


def token_places(text: str, cuts: Sequence[int] = ()) -> list[tuple[int, int]]:
    r"""Cut a text into words and single signs; return their places in code points.

    Marks stay with the letter, and joined emoji with each other; white space is in no token.

    Parameters
    ----------
    text : str
        What is cut.
    cuts : sequence of int
        Places at which a token ends in any case.

    Examples
    --------
    >>> text = "Cafe\u0301 No.5, 👩‍🚀!"
    >>> [len(text[start:end]) for start, end in token_places(text)]  # the last two: an astronaut, and "!"
    [5, 2, 1, 1, 1, 3, 1]
    """
    edges, found, start, before = set(cuts), [], -1, ""
    for place, sign in enumerate(text):
        if sign.isspace():
            kind = ""
        elif sign.isalnum() or sign == "_":
            kind = "word"
        else:
            kind = "sign"
        joined = start >= 0 and (
            unicodedata.category(sign).startswith("M") or sign == _JOINER or text[place - 1] == _JOINER
        )
        if kind and joined:
            kind = before
        goes_on = start >= 0 and kind == before and (kind == "word" or joined) and place not in edges
        if start >= 0 and not goes_on:
            found.append((start, place))
            start = -1
        if kind and start < 0:
            start = place
        before = kind
    if start >= 0:
        found.append((start, len(text)))
    return found
