"""What the results say: scores beside each other, mean ranks, losses and costs, as Markdown.

It knows the lines that `automl.py` writes, and nothing of how they came about.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

OURS = "labstudio"
COSTS = {
    "wall": ("whole process, s", "{:.1f}"),
    "import": ("import, s", "{:.1f}"),
    "peak_mb": ("peak memory, MB", "{:,.0f}"),
    "model_mb": ("model, MB", "{:,.2f}"),
    "row_ms": ("one row, ms", "{:,.2f}"),
    "many_s": ("10,000 rows, s", "{:,.3f}"),
}


def read(path: Path) -> list[dict[str, Any]]:
    """Return a file's lines; of a run that was made again, the last."""
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return list({key(line): line for line in lines}.values())


def key(line: dict[str, Any]) -> tuple[Any, ...]:
    """Return what makes a run the same as another."""
    return tuple(line[name] for name in ("collection", "data", "seed", "budget", "engine"))


def report(lines: Iterable[dict[str, Any]]) -> str:
    """Return all of a results file as Markdown: a section for each collection and budget."""
    import pandas as pd

    table = pd.DataFrame(list(lines))
    if table.empty:
        return "Nothing has been measured yet.\n"
    parts = []
    for (collection, budget), some in table.groupby(["collection", "budget"], sort=True):
        ranked = some[~some["engine"].str.startswith(f"{OURS}-")]  # ours competes once
        tables = [measured(some), scores(ranked), losses(ranked), costs(some)]
        parts.append(f"### {collection} at {budget:g} s\n\n" + "\n".join(one for one in tables if one))
    return "\n".join(parts)


def sections(text: str) -> dict[str, str]:
    """Cut a report into its sections, by their headings; what stands before the first is left out."""
    found = {}
    for part in f"\n{text}".split("\n### ")[1:]:
        heading, _, body = part.partition("\n")
        found[heading] = f"### {heading}\n{body.rstrip()}\n"
    return found


def measured(table: pd.DataFrame) -> str:
    """Return when and on what this was measured, and the versions of the engines."""
    days = sorted({str(when)[:10] for when in table["when"]})
    known = table[table["version"].notna()] if "version" in table else table.iloc[:0]
    versions = sorted({f"{one.engine} {one.version}" for one in known.itertuples()})
    return (
        f"Measured {' to '.join(sorted({days[0], days[-1]}))} on {table['cores'].iloc[-1]:g} cores, "
        f"Python {platform.python_version()}: {', '.join(versions)}.\n"
    )


def ranks(table: pd.DataFrame, failed_last: bool = False) -> pd.DataFrame:
    """Return the rank of each engine (columns) on each table (rows), 1 the best, ties averaged.

    Scores that agree in five digits are a tie. A table that an engine failed on is left out, unless those
    that failed are to be the last together.
    """
    wide = _wide(table)
    if not failed_last:
        wide = wide.dropna()
    signs = [1 if _greater(metric) else -1 for metric in wide.index.get_level_values("metric")]
    rounded = wide.map(lambda score: float(f"{score:.5g}"))
    return rounded.mul(signs, axis=0).rank(axis=1, ascending=False, na_option="bottom")


def scores(table: pd.DataFrame) -> str:
    """Return every score, the best of a row in bold, and the mean ranks."""
    wide, placed = _wide(table), ranks(table, failed_last=True)
    states = table.assign(name=_names(table)).set_index(["name", "engine"])["state"]
    rows = []
    for index in wide.index:
        name, metric = index
        cells = [
            states.get((name, engine), "–")
            if score != score
            else f"**{score:.5g}**"
            if placed.loc[index, engine] == placed.loc[index].min()
            else f"{score:.5g}"
            for engine, score in wide.loc[index].items()
        ]
        rows.append([name, f"{metric} {'↑' if _greater(metric) else '↓'}", *cells])
    complete = ranks(table)
    means = [f"{complete[engine].mean():.2f}" if len(complete) else "–" for engine in wide]
    rows.append(["mean rank", f"{len(complete)} complete rows", *means])
    last = placed.mean()
    rows.append(["mean rank", "all rows, failures last", *[f"{last[engine]:.2f}" for engine in wide]])
    return _markdown(["table", "metric", *wide], rows)


def losses(table: pd.DataFrame) -> str:
    """Return a sentence for each table on which another engine did better than Labstudio."""
    wide = _wide(table)
    if OURS not in wide:
        return ""
    said = []
    for (name, metric), row in wide.iterrows():
        greater = _greater(metric)
        best = row.idxmax() if greater else row.idxmin()
        ours = row[OURS]
        if ours != ours:
            said.append(f"- {name}: no model; the best is {best} with {row[best]:.5g}.")
        elif f"{ours:.5g}" != f"{row[best]:.5g}":
            better = (row > ours) if greater else (row < ours)
            said.append(
                f"- {name}: place {int(better.sum()) + 1} with {metric} {ours:.5g}; "
                f"{best} has {row[best]:.5g} ({abs(row[best] - ours) / abs(ours):.1%} away)."
            )
    return "Lost by Labstudio:\n\n" + "\n".join(said) + "\n" if said else "Lost by Labstudio: none.\n"


def costs(table: pd.DataFrame) -> str:
    """Return what each engine costs: the median and, in brackets, the largest."""
    rows = []
    for engine in _order(table["engine"].unique()):
        some = table[table["engine"] == engine]
        done = some[some["state"] == "ok"]
        cells = [
            f"{form.format(done[name].median())} ({form.format(done[name].max())})" if len(done) else "–"
            for name, (_, form) in COSTS.items()
        ]
        passed = done["certificate"].dropna()
        certified = f"{int(passed.sum())} of {len(some)}" if len(passed) else "–"
        rows.append([engine, f"{len(done)} of {len(some)}", *cells, certified])
    return _markdown(["engine", "models", *[title for title, _ in COSTS.values()], "certified"], rows)


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """One row a table and metric, one column an engine; no score where it failed."""
    table = table.assign(name=_names(table), score=table["score"].astype(float))
    wide = table.pivot(index=["name", "metric"], columns="engine", values="score")
    first = table.drop_duplicates(["name", "metric"]).set_index(["name", "metric"]).index
    return wide.loc[first, _order(wide.columns)].rename_axis(columns=None)


def _names(table: pd.DataFrame) -> pd.Series:
    return table["data"].where(table["seed"] == 0, table["data"] + " #" + table["seed"].astype(str))


def _greater(metric: str) -> bool:
    return metric == "roc_auc"


def _order(engines: Iterable[str]) -> list[str]:
    """Ours first."""
    return sorted(engines, key=lambda name: (not name.startswith(OURS), name))


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
