"""How numbers, times, sizes and names are written for a reader. Knows nothing of text or HTML layout."""

from __future__ import annotations

import math
import time
import unicodedata
from typing import Any

_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))


def number(value: Any, digits: int = 4) -> str:
    """Write a number with sensible digits; what is not a number is written as a name.

    Examples
    --------
    >>> number(1234567), number(0.123456), number(3.3e-16), number(None), number(0.5)
    ('1,234,567', '0.1235', '3.3e-16', '–', '0.5')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return name(value)
    if isinstance(value, int) or (float(value).is_integer() and abs(float(value)) < 1e15):
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))  # 2007 is a year
    value = float(value)
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞"
    if not 1e-4 <= abs(value) < 1e9:
        return f"{value:.2g}" if abs(value) < 1 else f"{value:.{digits}g}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}".rstrip("0").rstrip(".") if places else number(round(value))


def score(value: float | None, error_bar: float | None = None) -> str:
    """Write a score with its error bar, both to the digit that the error bar makes meaningful.

    Examples
    --------
    >>> score(3.21456, 0.0512), score(0.9)
    ('3.215 ± 0.051', '0.9000')
    """
    if value is None or math.isnan(value):
        return "–"
    if not math.isfinite(value) or (value and not 1e-4 <= abs(value) < 1e7):
        return f"{value:.4g}"
    if not error_bar or not math.isfinite(error_bar):
        return f"{value:.{max(0, 3 - math.floor(math.log10(abs(value) or 0.1)))}f}"
    places = min(6, max(0, 1 - math.floor(math.log10(error_bar))))
    return f"{value:,.{places}f} ± {error_bar:,.{places}f}"


def interval(low: float, high: float) -> str:
    """Write a confidence interval, to the digit that its width makes meaningful.

    Examples
    --------
    >>> interval(0.90213, 0.92177), interval(1234.5, 1310.9)
    ('0.902 to 0.922', '1,234 to 1,311')
    """
    width = high - low
    places = min(6, max(0, 1 - math.floor(math.log10(width)))) if 0 < width < math.inf else 4
    return f"{low:,.{places}f} to {high:,.{places}f}"


def seconds(value: float | None) -> str:
    """Write a duration.

    Examples
    --------
    >>> seconds(0.042), seconds(7.25), seconds(95), seconds(7300)
    ('42 ms', '7.2 s', '1 min 35 s', '2 h 1 min')
    """
    if value is None:
        return "–"
    if value < 0.995:
        return f"{value * 1000:.0f} ms"
    if value < 9.95:
        return f"{value:.1f} s"
    left, parts = float(round(value)), []
    for unit, length in _UNITS:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count:.0f} {unit}")
    return " ".join(parts[:2])


def ago(moment: float | None) -> str:
    """Write a moment (epoch seconds) as seen from now."""
    if moment is None:
        return "–"
    past = time.time() - moment
    if past < 5:
        return "just now"
    unit, length = next(pair for pair in _UNITS if past >= pair[1])
    return f"{past // length:.0f} {unit} ago"


def size(count: float) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> size(812), size(3_800_000)
    ('812 B', '3.8 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def name(value: Any) -> str:
    r"""Write any value on one line: what cannot be printed shows as its escape.

    Examples
    --------
    >>> name("two\nlines")
    'two\\nlines'
    """
    text = str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def cut(text: str, width: int) -> str:
    """Shorten in the middle.

    Examples
    --------
    >>> cut("a rather long name", 9)
    'a ra…name'
    """
    return (
        text
        if len(text) <= width
        else f"{text[: (width - 1) - (width - 1) // 2]}…{text[-((width - 1) // 2) :]}"
    )


def columns_wide(text: str) -> int:
    """Count the terminal columns that `text` takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
