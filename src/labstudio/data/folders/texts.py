"""Files as text: what people read of them, and what differs between two, line by line."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass

from labstudio.data.folders.items import is_text

SHOWN = 256 << 10  # bytes of a file that are shown
COMPARED = 2 << 20  # bytes of a file that is compared line by line
_MOST_LINES = 5_000  # of a difference


@dataclass(frozen=True)
class Text:
    """A file as text; `cut` where there is more of it."""

    text: str
    cut: bool = False


def text_of(content: bytes, media: str, *, cut: bool = False) -> Text | None:
    """Read bytes as text; None where they are none. Of a notebook: its cells.

    Examples
    --------
    >>> text_of(b"print(1)", "text/x-python").text
    'print(1)'
    >>> text_of(b"\\x89PNG\\x00", "") is None
    True
    """
    if media.endswith("ipynb+json") and not cut:
        cells = _cells(content)
        if cells is not None:
            return Text(cells)
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError as error:
            # the last character may have been cut in two
            if not cut or error.start < len(content) - 4:
                continue
            decoded = content[: error.start].decode(encoding, errors="ignore")
        return None if "\0" in decoded else Text(decoded, cut)
    if b"\0" in content or not (is_text(media) or media == ""):
        return None
    decoded = content.decode("cp1252", errors="replace")
    printable = sum(sign.isprintable() or sign in "\r\n\t" for sign in decoded)
    return Text(decoded, cut) if printable > 0.97 * len(decoded) else None


def difference(before: str, after: str, names: tuple[str, str]) -> list[str]:
    """Return what differs between two texts as a unified diff; no line where nothing does.

    Examples
    --------
    >>> difference("a\\nb\\n", "a\\nc\\n", ("v1", "v2"))[3:]
    [' a', '-b', '+c']
    """
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return [line for line, _ in zip(lines, range(_MOST_LINES), strict=False)]


def _cells(content: bytes) -> str | None:
    """The cells of a notebook one after the other, as scripts with cells are written."""
    try:
        cells = json.loads(content)["cells"]
        shown = []
        for cell in cells:
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            kind = "" if cell["cell_type"] == "code" else f" [{cell['cell_type']}]"
            shown.append(f"# %%{kind}\n{source}")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return "\n\n".join(shown) + "\n"
