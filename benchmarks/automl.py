"""Labstudio's AutoML beside its peers: `make bench-automl` runs what is missing and prints the tables.

Each engine, table and budget has a process of its own that must end by three times the budget, and a second
one that opens what was saved, predicts and is timed. A line of JSON is kept for each, so that a call that was
interrupted goes on where it was. The peers are installed by `make bench-peers`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import collection
import numpy as np
import ranks
from collection import Table
from engines import ENGINES
from watching import watched

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "automl.jsonl"
PATIENCE = 3  # a process may take this many times the budget
AT_LEAST = 30.0  # seconds, where a budget is so small that starting is most of it
PREDICTING = 300.0  # seconds, for all predictions that are timed
LONG = 30.0  # seconds, from which on engines do what they do with time
FAMILIES = {  # short names, and what they stand for at a short and at a long budget
    "autogluon": (["autogluon-medium"], ["autogluon-medium", "autogluon-best"]),
    "mljar": (["mljar-perform"], ["mljar-compete"]),
}


def chosen(names: list[str], budget: float) -> list[str]:
    """Return the engines that names stand for at a budget."""
    ways = [FAMILIES.get(name, ([name], [name]))[budget >= LONG] for name in names]
    return [engine for way in ways for engine in way]


def python(engine: str) -> Path:
    """Return the Python that an engine is installed in."""
    environment = ENGINES[engine].environment
    return HERE / ".peers" / environment / "bin" / "python" if environment else Path(sys.executable)


def measure(engine: str, table: Table, budget: float, seed: int = 0) -> dict[str, Any]:
    """Return one run as a line of the results: fitted, predicted, timed and scored."""
    train, test = table.split(seed)
    truth = test.pop(table.target)
    labels = sorted(train[table.target].unique()) if table.task != "regression" else []
    job = {"target": table.target, "task": table.task, "labels": labels, "budget": budget, "seed": seed}
    line: dict[str, Any] = {
        "engine": engine,
        "data": table.name,
        "task": table.task,
        "rows": len(train),
        "columns": train.shape[1] - 1,
        "budget": budget,
        "seed": seed,
        "metric": {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}[table.task],
        "score": None,
        "certificate": None,
        **dict.fromkeys(ranks.COSTS),
        "when": time.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        (folder / "job.json").write_text(json.dumps(job))
        train.to_parquet(folder / "train.parquet", index=False)
        test.to_parquet(folder / "test.parquet", index=False)
        fitted = _run("fit", engine, folder, max(PATIENCE * budget, AT_LEAST))
        line |= {"state": fitted["state"], "error": fitted["error"], "wall": fitted["seconds"]}
        line |= {name: fitted[name] for name in ("peak_mb", "rss_mb", "largest_mb")}
        if fitted["state"] == "ok":
            line |= json.loads((folder / "fit.json").read_text())
            files = [path for path in (folder / "model").rglob("*") if path.is_file()]
            line["model_mb"] = sum(path.stat().st_size for path in files) / 1e6
            predicted = _run("predict", engine, folder, PREDICTING)
            line |= {"state": predicted["state"], "error": predicted["error"]}
            if predicted["state"] == "ok":
                line |= json.loads((folder / "predict.json").read_text())
            if (folder / "predictions.npy").exists():  # it counts also where the timing took too long
                line["score"] = score(table.task, truth, np.load(folder / "predictions.npy"), labels)
    if line["state"] == "ok" and line["score"] is None:
        line |= {"state": "failed", "error": "The predictions hold values that are not numbers."}
    return line


def score(task: str, truth: Any, predicted: np.ndarray, labels: list[str]) -> float | None:
    """Return ROC AUC, log loss or RMSE; None where a prediction is not a number."""
    from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

    if not np.isfinite(predicted).all():
        return None
    if task == "regression":
        return float(root_mean_squared_error(truth.astype(float), predicted))
    if task == "binary":
        return float(roc_auc_score(truth == labels[1], predicted[:, 1]))
    return float(log_loss(truth, predicted / predicted.sum(axis=1, keepdims=True), labels=labels))


def _run(what: str, engine: str, folder: Path, limit: float) -> dict[str, Any]:
    """Run engines.py in the engine's environment, apart from the modules beside it (-P)."""
    log = folder / f"{what}.log"
    command = [str(python(engine)), "-P", str(HERE / "engines.py"), what, engine, str(folder)]
    ran = watched(command, limit, log)
    said = log.read_text(errors="replace").strip().splitlines()
    error = None
    if ran.state == "killed":
        error = f"{what} was not done after {limit:g} s"
    elif ran.state == "failed":
        error = f"{what}: {said[-1] if said else 'it ended without a word'}"[:300]
    return {**vars(ran), "error": error}


def run(options: argparse.Namespace) -> None:
    """Measure all that is asked for and not yet there."""
    tables = collection.from_folder(options.data) if options.data else collection.default(options.large)
    name = options.data.resolve().name if options.data else "default"
    have = set() if options.again else {ranks.key(line) for line in ranks.read(options.results)}
    missing: set[str] = set()
    for budget in options.budgets:
        engines = chosen(options.engines, budget)
        missing |= {engine for engine in engines if not python(engine).exists()}
        # engines take turns on a table, so that a machine's slow hour is shared by all
        for table in tables:
            if options.only and table.name not in options.only:
                continue
            for engine in engines:
                this = {"collection": name, "data": table.name, "seed": options.seed, "budget": budget}
                if engine in missing or ranks.key(this | {"engine": engine}) in have:
                    continue
                _warm(engine)
                line = measure(engine, table, budget, options.seed) | this
                line |= {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
                options.results.parent.mkdir(parents=True, exist_ok=True)
                with options.results.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                shown = line["error"] or f"{line['metric']} {line['score']:.5g}"
                print(
                    f"{budget:>4g} s  {table.name:<16} {engine:<17} {line['wall']:6.1f} s  {shown}",
                    flush=True,
                )
    for engine in sorted(missing):
        print(f"{engine} is not installed: make bench-peers")


_warmed: set[str] = set()


def _warm(engine: str) -> None:
    """Import an engine once, so that its first table does not pay for a cold disk."""
    if engine not in _warmed:
        module = ENGINES[engine].imports.partition(":")[0]
        subprocess.run(
            [str(python(engine)), "-P", "-c", f"import {module}"], capture_output=True, check=False
        )
        _warmed.add(engine)


def write(page: Path, lines: list[dict[str, Any]]) -> None:
    """Put the tables between the page's marks; the words around them are written by hand.

    What was measured elsewhere or long ago stays: a section gives way only to a new one of its name.
    """
    begin, end = "<!-- made: benchmarks -->\n", "<!-- end -->"
    before, _, rest = page.read_text().partition(begin)
    old, _, after = rest.partition(end)
    found = ranks.sections(old) | ranks.sections(ranks.report(lines))
    made = "\n".join(found[heading] for heading in sorted(found, key=_place))
    page.write_text(f"{before}{begin}{made}{end}{after}")


def _place(heading: str) -> tuple[str, float]:
    collection, _, budget = heading.removesuffix(" s").rpartition(" at ")
    return collection, float(budget)


def main() -> None:
    """Read the command line, measure, print, and write the page if asked to."""
    names = [*dict.fromkeys(name for name in ENGINES if name.split("-")[0] not in FAMILIES), *FAMILIES]
    listed = lambda text: [one for one in text.split(",") if one]  # noqa: E731
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--engines",
        type=listed,
        default=["labstudio", "lightgbm", "flaml", "autogluon", "mljar"],
        help=f"of {', '.join(names)}; or one way alone, of {', '.join(ENGINES)}",
    )
    parser.add_argument("--budgets", type=lambda text: [float(one) for one in listed(text)], default=[10.0])
    parser.add_argument("--data", type=Path, help="a folder with manifest.json")
    parser.add_argument("--only", type=listed, help="names of tables")
    parser.add_argument("--seed", type=int, default=0, help="of the split and of the engines")
    parser.add_argument("--large", action="store_true", help="with 1,000,000 × 20")
    parser.add_argument("--again", action="store_true", help="also what is in the results already")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="only write the tables into a page")
    options = parser.parse_args()
    unknown = [name for name in options.engines if name not in ENGINES and name not in FAMILIES]
    if unknown:
        parser.error(f"no engine is called {unknown[0]}; there are {', '.join([*ENGINES, *FAMILIES])}")
    if not options.write:
        run(options)
    lines = ranks.read(options.results)
    if options.write:
        write(options.write, lines)
    else:
        print(ranks.report(lines))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what it started ends with it
    main()
