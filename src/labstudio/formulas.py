"""Texts that a spreadsheet would run: made harmless in a CSV file, and read back as they were.

A text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end is run as a formula by programs that
open a CSV file; in front of it an apostrophe is written, which they take for "this is text". Numbers stay as
they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = r"^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])"
_NUMBER = r"^[+\-]?[0-9]+([.,][0-9]+)*([eE][+\-]?[0-9]+)?%?$"
_WRITTEN = re.compile("'" + _FORMULA[1:], re.ASCII)


def harmless(texts: pa.Array) -> pa.Array:
    """Put an apostrophe before texts that a spreadsheet would run, and before those that have one already.

    Examples
    --------
    >>> import pyarrow as pa
    >>> harmless(pa.array(["=1+1", "-1.5", "'=1+1", "fine"])).to_pylist()
    ["'=1+1", '-1.5', "''=1+1", 'fine']
    """
    import pyarrow.compute as pc

    runs = pc.and_not(pc.match_substring_regex(texts, _FORMULA), pc.match_substring_regex(texts, _NUMBER))
    return pc.if_else(runs, pc.binary_join_element_wise("'", texts, ""), texts)


def as_it_was(text: str) -> str:
    """Take away the apostrophe that `harmless` has put before a text.

    Examples
    --------
    >>> as_it_was("'=1+1"), as_it_was("''=1+1"), as_it_was("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if _WRITTEN.match(text) else text
