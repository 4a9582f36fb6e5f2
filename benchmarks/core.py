"""What the core costs on this machine: `make bench` prints one table, goals beside figures.

Times are medians; what depends on the machine's speed is given as a ratio to something measured in the
same run. Everything is generated from a seed; nothing leaves a temporary folder.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

ROWS = 1_000_000
BUDGETS = (5, 10, 30)


def line(what: str, figure: str, goal: str) -> None:
    """Print one row of the table."""
    print(f"{what:<58} {figure:>14}   {goal}", flush=True)


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """Median time of a piece of work, in seconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def in_new_python(code: str, times: int = 5) -> float:
    """Median wall time of a fresh Python that runs a piece of code, beyond Python's own start."""

    def run(text: str) -> None:
        subprocess.run([sys.executable, "-c", text], check=True, capture_output=True)

    run(code)
    return seconds(lambda: run(code), times) - seconds(lambda: run("pass"), times)


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    """Return a table of mixed types with gaps, and a target that can be learned."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({f"number_{i}": random.normal(size=rows).round(6) for i in range(8)})
    frame["count"] = random.integers(0, 10_000, rows)
    frame["flag"] = random.random(rows) < 0.3
    frame["city"] = random.choice(["Oslo", "Rome", "Lima", "Quito", "Accra"], rows)
    frame["target"] = (
        frame["number_0"] * 2
        + frame["number_1"] ** 2
        + (frame["city"] == "Rome")
        + random.normal(0, 0.3, rows)
    )
    frame.loc[random.random(rows) < 0.05, "number_2"] = np.nan
    return frame


def start_up(folder: Path) -> None:
    """Importing the package, opening an existing workspace."""
    from labstudio import Workspace

    Workspace(folder)
    line("import labstudio", f"{in_new_python('import labstudio'):.2f} s", "≤ 0.15 s")
    opening = f"from labstudio import Workspace; Workspace({str(folder)!r})"
    line("open an existing workspace (import included)", f"{in_new_python(opening):.2f} s", "≤ 0.6 s")


def adding(folder: Path) -> None:
    """A CSV into an immutable, profiled version, beside DuckDB's bare conversion."""
    import duckdb

    from labstudio import Workspace

    ws = Workspace(folder)
    source = folder / "table.csv"
    table(ROWS).to_csv(source, index=False)

    def bare() -> None:
        target = folder / "bare.parquet"
        duckdb.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    names = iter(f"copy_{i}" for i in range(100))

    def add() -> None:
        name = next(names)
        with source.open("a") as file:  # other bytes: the same ones would be recognised
            file.write("0,0,0,0,0,0,0,0,0,False,Oslo,0\n")
        ws.data.add(name, source)

    ratio = seconds(add, 3) / seconds(bare, 3)
    size = source.stat().st_size / 1e6
    line(
        f"data add, {ROWS:,} rows ({size:.0f} MB CSV) / DuckDB's bare COPY",
        f"{ratio:.2f} ×",
        "≤ 1.25 × later",
    )


def onnx_against_python() -> None:
    """One row and many rows through the file and through the libraries."""
    import onnxruntime

    from labstudio.automl import AutoMLSettings, fit

    frame = table(10_000)
    result = fit(frame, "target", AutoMLSettings(trials=2, learners=["lightgbm"]))
    model = result.model.load()
    for rows, times in ((1, 50), (10_000, 7)):
        some = frame.head(rows)
        model.predict(some)
        ratio = seconds(lambda some=some: result.predict(some), times) / seconds(
            lambda some=some: model.predict(some), times
        )
        line(f"ONNX against Python, {rows:,} row(s), from a frame: times faster", f"{ratio:.1f} ×", "≥ 1 ×")
        session = onnxruntime.InferenceSession(result.model.content)
        feed, columns = model.schema.feed(some), model.schema.canonical(some)
        ratio = seconds(lambda columns=columns: result.pipeline.predict_columns(columns), times) / seconds(
            lambda session=session, feed=feed: session.run(None, feed), times
        )
        line(f"ONNX against Python, {rows:,} row(s), from arrays: times faster", f"{ratio:.1f} ×", "≥ 1 ×")


def overrun() -> None:
    """How far a whole call, in a fresh Python, goes beyond its budget."""
    code = """
import sys, time
began = time.perf_counter()
sys.path.insert(0, {here!r})
from core import table
from labstudio.automl import AutoMLSettings, fit
frame = table(10_000)
called = time.perf_counter()
result = fit(frame, "target", AutoMLSettings(budget={budget}))
print(time.perf_counter() - called, len(result.trials), result.holdout["rmse"], result.certificate.passed)
"""
    for budget in BUDGETS:
        code_now = code.format(here=str(Path(__file__).parent), budget=budget)
        run = subprocess.run([sys.executable, "-c", code_now], check=True, capture_output=True, text=True)
        took, trials, rmse, passed = run.stdout.split()
        line(
            f"budget {budget} s: whole call ({trials} trials, RMSE {float(rmse):.3f}, certified {passed})",
            f"{float(took):.1f} s",
            f"≤ {budget * 1.1 + 2:.1f} s",
        )


if __name__ == "__main__":
    print(f"{'what':<58} {'figure':>14}   goal")
    with TemporaryDirectory() as temporary:
        start_up(Path(temporary))
        adding(Path(temporary))
    onnx_against_python()
    overrun()
