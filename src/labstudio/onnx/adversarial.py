"""Rows that look for differences: what held-out data rarely hold, and what users send all the same.

It knows a schema, some rows to start from and where predictions jump; it knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec

import numpy as np
import pandas as pd

from labstudio.schema import MISSING_DATE, Column, Schema

NUMBERS = (
    np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.1, 1e-310, 2.0**24 + 1, -(2.0**24) - 1,
    2.0**53 - 1, 1e30, -1e30, 1e300, 1.7e308, -1.7e308,
)  # fmt: skip
TEXTS = ("", "never seen before", "naïve Zürich 東京 ☃", " ", "nan", "None", "-1", "0", "a\nb'\"{}%$#")
PROSE = (
    "NEVER seen, before!", "naïve naïve Zürich_東京 ☃ 😀😀 Σίσυφος", "x", " ", "\t\n\r ", "# ## #",
    "a\x00b cc\x00dd", "e\u0301te\u0301 İstanbul straße ſ", "non\u00a0breaking\u2009space\u200b—dash…quote”",
    "42 4.2 -1e5 1_000",
)  # fmt: skip
DATES = (
    MISSING_DATE, 0, -1, 86_399, 951_782_400, 951_868_799, -2_203_891_200, 4_107_542_400, 1_704_067_199,
    -(2**31), 2**31, -62_135_596_800, 99_999_999_999, -99_999_999_999,
)  # fmt: skip
"""Among them leap days and days that are none in 2000, 1900 and 2100, the end of a year, the year 1."""

_DATE_LIMITS = (-(10**11), 10**11)  # about the years -1200 and 5100; beyond them pandas may not go


def adversarial_rows(
    schema: Schema,
    frame: pd.DataFrame,
    splits: Mapping[str, np.ndarray] | None = None,
    *,
    limit: int = 400,
    seed: int = 0,
) -> pd.DataFrame:
    """Return hostile rows made from honest ones.

    Parameters
    ----------
    schema : Schema
        The columns.
    frame : DataFrame of at least one row
        Rows to change; one value is changed at a time, and in some rows all.
    splits : mapping of column name to values, the most telling first
        Each is tried itself and one ulp to either side.
    limit : int
        Most rows; every column keeps its share.
    seed : int
        Of the choice which honest row is changed how.
    """
    random = np.random.default_rng(seed)
    honest = schema.canonical(frame)
    rows: list[dict[str, object]] = []
    everywhere = [
        _everywhere(schema, random, kind) for kind in ("missing", "high", "low", "any", "any", "any")
    ]
    share = max(4, (limit - len(everywhere)) // max(1, len(schema)))
    for column in schema:
        values = list(_values(column, honest[column.name], (splits or {}).get(column.name), share))
        rows += [{column.name: value} for value in values]
    if len(rows) > limit:
        rows = [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, limit).astype(int))]
    rows = everywhere + rows
    starts = random.permutation(len(frame))[np.arange(len(rows)) % len(frame)]
    columns = {name: values[starts].copy() for name, values in honest.items()}
    for row, changes in enumerate(rows):
        for name, value in changes.items():
            columns[name][row] = value
    return as_frame(schema, columns)


def as_frame(schema: Schema, columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Turn canonical columns back into a frame as a user would have it."""
    series: dict[str, object] = {}
    for column in schema:
        values = columns[column.name]
        if column.feed == "string":
            texts = pd.Series(values, dtype=object)
            series[column.name] = texts.mask(texts == "", np.nan)
        elif column.feed == "int64":
            dates = np.where(values == MISSING_DATE, MISSING_DATE, np.clip(values, *_DATE_LIMITS))
            series[column.name] = dates.astype("datetime64[s]")
        else:
            series[column.name] = values
    return pd.DataFrame(series, columns=list(schema.names))


def variants(schema: Schema, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the same rows in other dtypes and another order of columns, each with its name.

    `frame` is one of `as_frame`; every variant means the same values.
    """
    strings = [column.name for column in schema if column.feed == "string"]
    numbers = [column.name for column in schema if column.feed == "double"]
    yield "object dtype", frame.astype(object)
    turned = frame[list(schema.names)[::-1]].copy()
    turned.insert(0, _unused_name(schema), 1)
    yield "columns in another order, and one more", turned
    whole = {
        name: frame[name].astype("Int64") if frame[name].isna().any() else frame[name].astype(np.int64)
        for name in numbers
        if _all_whole(frame[name])
    }
    truths = {
        column.name: frame[column.name].astype("boolean" if frame[column.name].isna().any() else bool)
        for column in schema
        if column.physical == "boolean" and frame[column.name].dropna().isin([0.0, 1.0]).all()
    }
    if whole or truths:
        yield "integers and booleans where floats were", frame.assign(**{**whole, **truths})
    if strings:
        yield "category dtype", frame.astype(dict.fromkeys(strings, "category"))
        yield "pandas string dtype", frame.astype(dict.fromkeys(strings, "string"))
    yield "nullable dtypes", frame.convert_dtypes()
    if find_spec("pyarrow"):
        yield "Arrow-backed dtypes", frame.convert_dtypes(dtype_backend="pyarrow")


def _everywhere(schema: Schema, random: np.random.Generator, kind: str) -> dict[str, object]:
    """Changes to every column of a row at once."""
    changes: dict[str, object] = {}
    for column in schema:
        if column.feed == "string":
            texts = PROSE if column.semantic == "text" else TEXTS
            changes[column.name] = "" if kind == "missing" else texts[random.integers(len(texts))]
        elif column.feed == "int64":
            changes[column.name] = MISSING_DATE if kind == "missing" else DATES[random.integers(len(DATES))]
        else:
            sign = {"high": 1.0, "low": -1.0}.get(kind) or random.choice([-1.0, 1.0])
            changes[column.name] = np.nan if kind == "missing" else sign * 1e15
    return changes


def _values(column: Column, honest: np.ndarray, splits: np.ndarray | None, share: int) -> Iterator[object]:
    """Hostile values of one column, about `share` of them."""
    if column.feed == "string":
        known = [text for text in dict.fromkeys(honest.tolist()) if text]
        if column.semantic == "text":
            for text in known[: max(1, share // 10)]:
                yield from (text.upper(), (text + " ") * 20, text[1:-1])
                yield from (text.replace(" ", between) for between in ("\u00a0", " x ", "-"))
            yield from PROSE[: max(4, share // 2)]
        yield from TEXTS[: max(4, share - 3)]
        if known:
            yield from (known[0].swapcase(), known[0] + " ", known[0] + "\u0301")
        return
    found = np.empty(0) if splits is None else np.asarray(splits, dtype=np.float64)
    found = found[np.isfinite(found)]
    if column.feed == "int64":
        yield from DATES[: max(6, share // 2)]
        for split in found[: max(1, share // 6)].astype(np.int64):
            yield from (split, split - 1, split + 1)
        return
    plain = NUMBERS if len(found) == 0 else NUMBERS[: max(3, share // 3)]
    yield from plain
    for split in found[: max(1, (share - len(plain)) // 3)]:
        yield from (split, np.nextafter(split, -np.inf), np.nextafter(split, np.inf))


def _all_whole(values: pd.Series) -> bool:
    present = values.dropna()
    return bool(len(present) and (np.abs(present) < 2**53).all() and (present == np.floor(present)).all())


def _unused_name(schema: Schema) -> str:
    name = "not a feature"
    while name in schema.names:
        name += "!"
    return name
