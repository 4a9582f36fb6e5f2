"""What the panels' grid costs on this machine: goals beside figures, on 5 million rows of 10 columns.

Pages are medians over places in the whole table; scans run in one worker process, as in the server.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from core import line, seconds

from labstudio.compute import LocalWorkers
from labstudio.data import Data
from labstudio.store import Store

ROWS = 5_000_000
PLACES = np.linspace(0, 0.99, 9)


def table() -> pa.Table:
    """Return numbers, texts, dates and gaps."""
    random = np.random.default_rng(0)
    words = np.array([f"word {i:05d}" for i in range(50_000)], dtype=object)

    def with_gaps(values: np.ndarray) -> pa.Array:
        return pa.array(values, mask=random.random(ROWS) < 0.05)

    def moments(step: int, end: int) -> np.ndarray:
        return (random.integers(0, end, ROWS) * step * 10**6).astype("M8[us]")

    return pa.table(
        {
            "id": np.arange(ROWS),
            "x": with_gaps(random.normal(size=ROWS)),
            "y": random.normal(size=ROWS).astype("f4"),
            "k": with_gaps(random.integers(0, 1_000, ROWS)),
            "city": words[random.integers(0, 50, ROWS)],
            "name": with_gaps(words[random.integers(0, 50_000, ROWS)]),
            "code": np.char.add("c", random.integers(0, 10**9, ROWS).astype(str)).astype(object),
            "when": with_gaps(moments(1, 2 * 10**9)),
            "day": moments(86_400, 9_000),
            "flag": with_gaps(random.random(ROWS) < 0.5),
        }
    )


def grid(data: Data) -> None:
    """Plain, sorted and filtered pages."""
    views: dict[str, dict[str, Any]] = {
        "as it is": {},
        "sorted by a number, first time with the copy": {"sort": ["-x"]},
        "sorted by a text that always differs": {"sort": ["code"]},
        "sorted by two columns": {"sort": ["city", "-when"]},
        "with a filter": {"filter": "x > 1 and when >= 2010 or city contains 07"},
        "with a text looked for everywhere, sorted": {"filter": "777", "sort": ["y"]},
    }
    for what, view in views.items():
        began = time.perf_counter()
        total = data.rows("t", **view).total
        first = time.perf_counter() - began
        pages = sorted(
            seconds(lambda place=place, view=view: data.rows("t", offset=place, **view).to_json())
            for place in (PLACES * total).astype(int).tolist()
        )
        line(f"{what}: the first page", f"{first:,.2f} s", "≤ 0.15 s" if not view else "≤ 3 s")
        line(
            f"{what}: a page, median and worst place",
            f"{pages[4] * 1e3:,.0f}, {pages[-1] * 1e3:,.0f} ms",
            "≤ 150 ms",
        )


if __name__ == "__main__":
    print(f"{'what':<58} {'figure':>14}   goal")
    with TemporaryDirectory() as temporary, LocalWorkers() as workers:
        workers.warm(["labstudio.data.grid", "duckdb", "pyarrow.parquet"])
        store = Store.open(Path(temporary) / ".labstudio")
        pq.write_table(table(), Path(temporary) / "t.parquet")
        data = Data(store)
        data.scans = workers
        data.add("t", Path(temporary) / "t.parquet")
        grid(data)
        store.close()
