"""What values look like beyond their type: email, money, latitude, … and which share of a sample does.

Cheap checks of a few hundred values, so that a person sees at once what a column is about. It knows values
and a column's name, and no table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

SAMPLE = 500
LEAST = 0.5  # share of the sample from which on it is said

_CURRENCY = "€$£¥₹₽₩₺"
_CODES = r"[A-Z]{3}"
_AMOUNT = r"-?\d{1,3}(?:[ ,.']?\d{3})*(?:[.,]\d{1,2})?"
_PATTERNS = {
    "email": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "url": r"(?:https?|ftp|s3|gs)://\S+|www\.\S+\.\S+",
    "image path": r"(?:[^\n]*[/\\])?[^/\\\n]+\.(?i:png|jpe?g|gif|bmp|tiff?|webp|svg)",
    "path": r"(?:[A-Za-z]:\\|/|\./|\.\./)[^\n]+|[^\s/\\]+(?:[/\\][^\s/\\]+)+\.\w{1,5}",
    "uuid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "ip address": r"(?:\d{1,3}\.){3}\d{1,3}",
    "money": rf"[{_CURRENCY}] ?{_AMOUNT}|{_AMOUNT} ?[{_CURRENCY}]|{_CODES} {_AMOUNT}|{_AMOUNT} {_CODES}",
    "percent": r"-?\d+(?:[.,]\d+)? ?%",
    "date": r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})",
    "phone": r"(?=(?:\D*\d){7,15}\D*$)(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d+(?:[ .-]\d{2,})+"
    r"|\+\d{7,15}",
    "json": r"\{.*\}|\[.*\]",
}
_CHECKS = [(kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _PATTERNS.items()]
_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905
)
# numbers alone say little: the name has to say it too
_NAMED: dict[str, tuple[str, Callable[[float], bool]]] = {
    "latitude": (r"lat(itude)?", lambda value: -90 <= value <= 90),
    "longitude": (r"lon(g(itude)?)?|lng", lambda value: -180 <= value <= 180),
    "money": (
        r"price|amount|cost|revenue|salary|income|fare|fee|paid|payment|turnover|budget",
        lambda value: True,
    ),
    "percent": (r"percent(age)?|pct", lambda value: -100 <= value <= 100),
    "year": (r"year|yr", lambda value: value == int(value) and 1000 <= value <= 2200),
}


def meanings(name: str, semantic: str, values: Sequence[Any]) -> list[tuple[str, float]]:
    """Name what present values look like, the greatest share first.

    Parameters
    ----------
    name : str
        Of the column.
    semantic : str
        What the schema says of it.
    values : sequence
        A sample without missing values.

    Examples
    --------
    >>> meanings("contact", "category", ["a@b.org", "c@d.com", "none"])
    [('email', 0.667)]
    >>> meanings("lat", "number", [59.9, 41.9])
    [('latitude', 1.0)]
    """
    if not values:
        return []
    texts = isinstance(values[0], str)
    shares = _of_texts(values) if texts else _of_numbers(name, values)
    found = [(kind, round(share, 3)) for kind, share in shares.items() if share >= LEAST]
    if semantic in ("id", "text", "datetime"):  # known of the whole column
        found.append(({"datetime": "date"}.get(semantic, semantic), 1.0))
    elif semantic == "category" and not found:
        found.append(("category", 1.0))
    first = dict(reversed(found))
    return sorted(first.items(), key=lambda pair: -pair[1])


def _of_texts(values: Sequence[str]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for value in values:
        short = value.strip()[:300]
        kind = next((kind for kind, check in _CHECKS if check.fullmatch(short)), None)
        if kind is None and short in _COUNTRIES:
            kind = "country code"
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + 1
    # "NO" and "IT" are words too: one code over and over is none of a country
    if len({value for value in values[:SAMPLE] if value in _COUNTRIES}) < 3:
        counts.pop("country code", None)
    return {kind: count / len(values) for kind, count in counts.items()}


def _of_numbers(name: str, values: Sequence[Any]) -> dict[str, float]:
    if not isinstance(values[0], int | float) or isinstance(values[0], bool):
        return {}
    words = re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", name)
    found = {}
    for kind, (said, fits) in _NAMED.items():
        if any(re.fullmatch(said, word, re.IGNORECASE) for word in words):
            finite = [value for value in values if abs(value) != float("inf")]
            found[kind] = sum(map(fits, finite)) / len(values)
    return found
