"""How soon the server answers while it is busy: a profile of 5 million rows and an AutoML run on both cores.

Run alone, on a quiet machine: python benchmarks/server.py
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # `serving`

from serving import Server, end, start

ROWS = 5_000_000
SECONDS = 25


def main() -> None:
    """Print quantiles of a status call beside their goal."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "served"
        folder.mkdir()
        rng = np.random.default_rng(0)
        table = pd.DataFrame({f"x{i}": rng.normal(size=ROWS) for i in range(8)})
        table["group"] = rng.choice(["a", "b", "c"], ROWS)
        table.to_parquet(folder / "large.parquet")
        table.head(50_000).assign(y=table.x0 + table.x1).to_parquet(folder / "small.parquet")
        server = start(folder, Path(place) / "config", "--Labstudio.direct_import=10000000000")
        try:
            server.post("data", name="large", path="large.parquet")
            server.post("data", name="small", path="small.parquet")
            measure(server)
        finally:
            end(server)


def measure(server: Server) -> None:
    """Ask for the status while the rest of the machine has enough to do."""
    server.post("automl/runs", data="small", target="y", budget=SECONDS)
    profile = threading.Thread(target=lambda: server.get("data/large/profile"))
    began = time.monotonic()
    profile.start()
    took = []
    while time.monotonic() - began < SECONDS:
        asked = time.perf_counter()
        server.get("status")
        took.append(1000 * (time.perf_counter() - asked))
        time.sleep(0.02)
    profile.join()
    print(
        f"status, {len(took)} calls: p50 {np.quantile(took, 0.5):.0f} ms, "
        f"p99 {np.quantile(took, 0.99):.0f} ms (goal 300 ms), worst {max(took):.0f} ms"
    )


if __name__ == "__main__":
    main()
