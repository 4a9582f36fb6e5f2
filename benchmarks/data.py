"""What data costs on this machine, goals beside figures: `make bench` prints it, `make bench-check` compares.

Each figure is a median, beside something measured in the same run where it can be, so that it says the same
on a slow machine; ``--check`` fails where a ratio is a fifth worse than in data.json. The tables are
small by default (1,000,000 rows × 20, a CSV of 92 MB, 10,000 files); ``--large`` has the sizes that the goals
are meant for: 10,000,000 rows, a CSV of more than 1 GB, 100,000 files. Everything is made from a seed.
``--keep`` writes the figures into data.json, and the table of docs/data-benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from labstudio import Workspace
from labstudio.data import Version
from labstudio.data.quality import Rule

KEPT = Path(__file__).with_name("data.json")
PAGE = Path(__file__).parents[1] / "docs" / "data-benchmarks.md"
WORSE = 1.2  # times what was kept
STATES = ["paid", "open", "sent", "lost"]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rows: int
    csv_rows: int
    sql_rows: int
    files: int
    times: int


SMALL = Size(rows=1_000_000, csv_rows=500_000, sql_rows=50_000, files=10_000, times=5)
LARGE = Size(rows=10_000_000, csv_rows=5_000_000, sql_rows=200_000, files=100_000, times=5)


@dataclass(frozen=True)
class Figure:
    """One line of the table; only a `ratio` is compared with what was kept."""

    what: str
    value: float
    goal: float
    unit: str = "×"

    @property
    def ratio(self) -> bool:
        return self.unit == "×"

    @property
    def shown(self) -> str:
        return f"{self.value:.3g} {self.unit}" if self.value < 1000 else f"{self.value:,.0f} {self.unit}"

    def __str__(self) -> str:
        mark = "" if self.value <= self.goal else "   missed"
        return f"{self.what:<64} {self.shown:>12}   ≤ {self.goal:g} {self.unit}{mark}"


def seconds(work: Callable[[], object], times: int) -> float:
    """Median time of a piece of work."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    """Return 20 columns: numbers, whole numbers, few and many texts, dates; some with gaps."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({f"number_{i}": random.normal(size=rows).round(6) for i in range(12)})
    frame["id"] = np.arange(rows)
    frame["count"] = random.integers(0, 10_000, rows)
    frame["flag"] = random.random(rows) < 0.3
    frame["state"] = random.choice(STATES, rows)
    frame["city"] = random.choice([f"City {i}" for i in range(500)], rows)
    frame["code"] = [f"C-{i:08d}" for i in range(rows)]
    frame["day"] = np.datetime64("2024-01-01", "s") + random.integers(0, 86_400 * 700, rows)
    frame["price"] = random.gamma(2, 30, rows).round(2)
    frame.loc[random.random(rows) < 0.05, "number_2"] = np.nan
    return frame


def ingest(ws: Workspace, folder: Path, size: Size) -> Iterator[Figure]:
    """A CSV into a version that never changes, beside the engine's bare conversion."""
    source = folder / "table.csv"
    table(size.csv_rows).to_csv(source, index=False)
    target = folder / "bare.parquet"
    names = (f"copy_{i}" for i in count())

    def bare() -> None:
        duckdb.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    def add() -> None:
        with source.open("rb+") as file:  # other bytes of the same length: the same ones would be known
            file.seek(-3, 2)
            file.write(b"%d\n" % (10 + next(digits) % 90))
        ws.data.add(next(names), source)

    digits = count()
    ratio = seconds(add, size.times) / seconds(bare, size.times)
    yield Figure(f"ingest of a CSV of {source.stat().st_size / 1e6:,.0f} MB / bare conversion", ratio, 1.25)
    yield Figure("  peak memory of its process", _peak(str(folder), str(source)), 600, "MB")


def _peak(folder: str, source: str) -> float:
    """Return how much memory a fresh process needs to add a file, in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_add_and_measure, (folder, source))


def _add_and_measure(folder: str, source: str) -> float:
    with Path(source).open("a") as file:
        file.write("\n")
    Workspace(folder).data.add("peak", source)
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    # not ru_maxrss, in which Linux leaves a new process the peak of the one that started it
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 2**10


def profile(ws: Workspace, version: Version, size: Size) -> Iterator[Figure]:
    """A full profile beside what pandas would be asked for, and the second look."""
    path = ws.store.files.path(version.table_sha256)

    def with_pandas() -> None:
        frame = pd.read_parquet(path)
        frame.describe(include="all")
        frame.nunique()

    began = time.perf_counter()
    first_profile = ws.data.profile(version)
    first = time.perf_counter() - began
    assert first_profile.rows == size.rows
    again = seconds(lambda: ws.data.profile(version), size.times)
    what = f"{size.rows:,} rows × 20"
    yield Figure(f"profile of {what} / pandas describe + nunique", first / seconds(with_pandas, 1), 0.4)
    yield Figure("  again on the same bytes / the first time", again / first, 0.01)


def pages(ws: Workspace, version: Version, size: Size) -> Iterator[Figure]:
    """Pages of 200 rows: as they stand, and sorted, once that is prepared."""
    offsets = iter(np.random.default_rng(1).integers(0, size.rows - 200, 10_000).tolist())

    def page(sort: list[str]) -> None:
        ws.data.rows(version, offset=next(offsets), limit=200, sort=sort)

    page([])
    plain = seconds(lambda: page([]), 4 * size.times)
    page(["-price", "city"])
    deep = seconds(lambda: page(["-price", "city"]), 4 * size.times)
    yield Figure(f"plain page of {size.rows:,} rows", 1000 * plain, 100, "ms")
    yield Figure("sorted deep page, prepared / plain page", deep / plain, 2)


def quality(ws: Workspace, size: Size) -> Iterator[Figure]:
    """Twelve rules on 200,000 rows, beside the same rules in pandera."""
    version = ws.data.add("checked", table(200_000, seed=2))
    rules = [
        Rule(kind="not_null", columns=["id"]),
        Rule(kind="not_null", columns=["number_2"], share=0.1),
        Rule(kind="unique", columns=["id"]),
        Rule(kind="range", columns=["price"], minimum=0),
        Rule(kind="range", columns=["count"], minimum=0, maximum=10_000),
        Rule(kind="range", columns=["number_0"], minimum=-10, maximum=10),
        Rule(kind="set", columns=["state"], values=STATES),
        Rule(kind="regex", columns=["code"], pattern="C-[0-9]{8}"),
        Rule(kind="row_count", minimum=1),
        Rule(kind="freshness", columns=["day"], days=10_000),
        Rule(kind="expression", expression="price >= 0 or state = lost"),
        Rule(kind="expression", expression="number_1 < 10 and number_3 < 10"),
    ]
    ws.quality.save("checked", rules)
    assert all(result.passed for result in ws.quality.check(version).results)
    names: dict[str, Any] = {}
    exec(ws.quality.to_pandera("checked"), names)  # the code that the studio itself writes
    names["schema"].validate(version.frame())
    checked = seconds(lambda: ws.quality.check(version), size.times)
    yield Figure("12 quality rules on 200,000 rows", checked, 0.2, "s")
    with_pandera = seconds(lambda: names["schema"].validate(version.frame()), size.times)
    yield Figure("  / reading the frame and the same rules in pandera", checked / with_pandera, 2)


def recipes(ws: Workspace, version: Version, folder: Path, size: Size) -> Iterator[Figure]:
    """A recipe of five steps over all rows and on its sample, beside the code that it is exported as."""
    numbers = count()

    def steps() -> list[dict[str, Any]]:  # another constant each time: what was done before would be known
        return [
            {"op": "filter", "where": f"price > {20 + next(numbers) / 1000} and number_2 is not missing"},
            {"op": "derive", "name": "town", "value": "upper(trim(city))"},
            {"op": "derive", "name": "paid", "value": "round(price * count, 2)"},
            {"op": "date_parts", "column": "day", "parts": ["year", "month"]},
            {"op": "sort", "by": ["-paid"]},
        ]

    def with_pandas() -> None:
        names: dict[str, Any] = {}
        exec(ws.recipes.code(version.ref, steps(), "pandas", "made")[0], names)
        names["df"].to_parquet(folder / "made.parquet", compression="zstd")

    times = max(3, size.times // 2)
    full = seconds(lambda: ws.recipes.run("made", version.ref, steps()), times)
    preview = seconds(lambda: ws.recipes.preview(version.ref, steps()), 4 * size.times)
    exported = seconds(with_pandas, times)
    what = f"recipe of 5 steps over {size.rows:,} rows"
    yield Figure(f"{what} / its pandas code, kept as Parquet", full / exported, 1)
    yield Figure("  its preview / the full run", preview / full, 0.2)
    yield Figure("  its preview", 1000 * preview, 300, "ms")


def folders(ws: Workspace, folder: Path, size: Size) -> Iterator[Figure]:
    """A folder of files, and the same folder again."""
    files = folder / "files"
    files.mkdir()
    for i in range(size.files):
        (files / f"{i:06d}.txt").write_text(f"file {i}\n" * 20)
    began = time.perf_counter()
    ws.data.add("files", files)
    first = time.perf_counter() - began
    again = seconds(lambda: ws.data.add("files", files), size.times)
    yield Figure(f"unchanged folder of {size.files:,} files again / the first time", again / first, 0.05)


def sql(ws: Workspace, size: Size) -> Iterator[Figure]:
    """A table of PostgreSQL as a frame, beside what SQLAlchemy and pandas do."""
    import adbc_driver_postgresql.dbapi as adbc
    import pyarrow as pa
    from sqlalchemy import create_engine

    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from databases import postgresql

    with postgresql() as url:
        with adbc.connect(url) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest("measured", pa.Table.from_pandas(table(size.sql_rows, seed=4)))
            connection.commit()
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        ws.datastores.add("measured", url)
        read = seconds(lambda: ws.datastores.frame("measured", "measured"), size.times)
        usual = seconds(lambda: pd.read_sql("SELECT * FROM measured", engine), size.times)
        engine.dispose()
    yield Figure(f"{size.sql_rows:,} rows × 20 of PostgreSQL / SQLAlchemy read_sql", read / usual, 0.3)


PARTS = ("ingest", "profile", "pages", "recipes", "quality", "folders", "sql")


def measured(parts: list[str], size: Size) -> Iterator[Figure]:
    """Measure what is asked for, one part after the other."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ws = Workspace(folder)
        if "ingest" in parts:
            yield from ingest(ws, folder, size)
        if {"profile", "pages", "recipes"} & set(parts):
            version = ws.data.add("large", table(size.rows, seed=3))
            if "profile" in parts:
                yield from profile(ws, version, size)
            if "pages" in parts:
                yield from pages(ws, version, size)
            if "recipes" in parts:
                yield from recipes(ws, version, folder, size)
        if "quality" in parts:
            yield from quality(ws, size)
        if "folders" in parts:
            yield from folders(ws, folder, size)
        if "sql" in parts:
            yield from sql(ws, size)


def write(found: list[Figure], name: str) -> None:
    """Put the table into the page of the documentation, with the machine and the day."""
    page = PAGE.read_text(encoding="utf-8")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"
    load = f"load {os.getloadavg()[2]:.1f} over 15 minutes"
    rows = []
    for figure in found:
        what = figure.what.replace("  ", "↳ ", 1) if figure.what.startswith("  ") else figure.what
        mark = "" if figure.value <= figure.goal else "missed"
        rows.append(f"| {what} | {figure.shown} | ≤ {figure.goal:g} {figure.unit} | {mark} |")
    made = [
        f"`python benchmarks/data.py{' --large' if name == 'large' else ''} --keep` on {machine}, {load}, "
        f"{date.today():%d %B %Y}, DuckDB {duckdb.__version__}, pandas {pd.__version__}.",
        "", "| what | figure | goal | |", "|---|---|---|---|", *rows,
    ]  # fmt: skip
    begin, end = f"<!-- made: {name} -->", f"<!-- end: {name} -->"
    before, after = page.partition(begin)[0], page.partition(end)[2]
    PAGE.write_text("\n".join([before + begin, "", *made, "", end + after]), encoding="utf-8")


def worse(found: list[Figure], kept: dict[str, float]) -> list[str]:
    """Say which ratios are more than a fifth worse than what was kept."""
    return [
        f"{figure.what.strip()}: {figure.value:.3g}, was {kept[figure.what]:.3g}"
        for figure in found
        if figure.ratio and figure.what in kept and figure.value > WORSE * kept[figure.what]
    ]


def main() -> int:
    """Print the table; with ``--check`` end with 1 where something became worse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="10 million rows, 1 GB, 100,000 files")
    parser.add_argument("--parts", default=",".join(PARTS), help="some of: " + ", ".join(PARTS))
    parser.add_argument("--check", action="store_true", help="fail where a ratio is a fifth worse than kept")
    parser.add_argument("--keep", action="store_true", help="keep the ratios in data.json")
    told = parser.parse_args()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    name = "large" if told.large else "small"
    found = []
    for figure in measured(told.parts.split(","), LARGE if told.large else SMALL):
        print(figure, flush=True)
        found.append(figure)
    if told.keep:
        kept[name] = kept.get(name, {}) | {f.what: round(f.value, 4) for f in found if f.ratio}
        KEPT.write_text(json.dumps(kept, indent=2) + "\n")
        write(found, name)
    wrong = worse(found, kept.get(name, {})) if told.check else []
    if wrong:
        print("\nWorse than what was kept:\n  " + "\n  ".join(wrong), file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
