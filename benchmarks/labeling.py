"""What labeling costs: people at once, answers a second, what is acknowledged. ``make bench-labeling``.

The figures of suggestions are those of ``labeling_suggest.py``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import pandas as pd
from labeling_people import Crowd, crowd

from labstudio.labeling import Answer
from labstudio.workspace import Workspace


def made(folder: Path, items: int) -> tuple[Workspace, str]:
    """Make a workspace with a project of so many texts."""
    workspace = Workspace(folder)
    workspace.data.add("texts", pd.DataFrame({"text": [f"text {number}" for number in range(items)]}))
    project = workspace.labeling.create(data="texts", text="text", labels=["positive", "negative"])
    return workspace, project.id


def alone(folder: Path) -> str:
    """One process: single answers, and answers by the hundred."""
    workspace, project = made(folder, 4_000)
    labeling = workspace.labeling
    single, many = [], []
    for _ in range(2):
        for item in labeling.next(project, 200):
            began = time.perf_counter()
            labeling.submit(project, [Answer(item.number, "positive")])
            single.append(time.perf_counter() - began)
    for _ in range(10):
        answers = [Answer(item.number, "positive") for item in labeling.next(project, 100)]
        began = time.perf_counter()
        labeling.submit(project, answers)
        many.append(time.perf_counter() - began)
    single.sort()
    return (
        f"one process: {1 / (sum(single) / len(single)):,.0f} single answers/s "
        f"(p50 {single[len(single) // 2] * 1e3:.1f} ms, p99 {single[int(len(single) * 0.99)] * 1e3:.1f} ms), "
        f"{100 / (sum(many) / len(many)):,.0f} labels/s by the hundred"
    )


def said(found: Crowd, people: int) -> str:
    """Say what a crowd came to."""
    return (
        f"{people} processes, {found.killed} killed: {found.rate:,.0f} labels/s, acknowledged in p50 "
        f"{found.p50 * 1e3:.1f} ms, p99 {found.p99 * 1e3:.1f} ms; {found.lost} of {found.acknowledged:,} "
        f"acknowledged lost, {found.twice} items given twice"
    )


def main() -> None:
    """Print the figures."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--items", type=int, default=10_000)
    told.add_argument("--people", type=int, default=20)
    told.add_argument("--kills", type=int, default=5)
    told.add_argument("--limit", type=int, default=10)
    options = told.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print(alone(Path(place)))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _, project = made(folder, options.items)
        (folder / "said").mkdir()
        found = crowd(
            place, folder / "said", project, people=options.people, kills=options.kills, limit=options.limit,
            patience=1_800,
        )  # fmt: skip
        print(said(found, options.people))


if __name__ == "__main__":
    main()
