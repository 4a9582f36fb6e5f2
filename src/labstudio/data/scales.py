"""Bins of numbers and moments, and how values stand on an axis. It knows no chart and no table."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta
from typing import Any


def epoch(kind: str, name: str) -> str:
    return f"epoch({name})" if kind == "datetime" else name


def edges_of(low: float, high: float, bins: int, *, whole: bool = False) -> list[float]:
    """Ends of bins of one width; of a few whole numbers each has a bin of its own."""
    if whole and high - low < bins:
        return [low - 0.5 + i for i in range(int(high - low) + 2)]
    if not high / bins - low / bins > abs(high) * 1e-15:
        half = abs(low) * 0.01 or 0.5
        return [low - half, low + half]
    width = high / bins - low / bins
    return [*(low + width * i for i in range(bins)), high]


def bin_of(value: str, edges: list[float]) -> str:
    """SQL of the number of the bin that a value is in."""
    bins = len(edges) - 1
    wide = edges[1] - edges[0]
    inside = f"floor({value} / '{wide!r}'::DOUBLE - '{edges[0] / wide!r}'::DOUBLE)"
    return f"CAST(greatest(0, least({bins - 1}, {inside})) AS INTEGER)"


def shown(value: float, dates: bool) -> Any:
    return _moment(value) if dates else float(f"{value:.6g}")


def _moment(seconds: float) -> str:
    found = datetime(1970, 1, 1) + timedelta(seconds=round(seconds))
    return found.date().isoformat() if found.time() == time() else found.isoformat()


def on_axis(value: Any) -> Any:
    """A value on an axis: moments as ISO texts, numbers as they are."""
    if isinstance(value, datetime):
        return _moment((value.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds())
    return value


def as_text(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(on_axis(value))


def plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else on_axis(value)
