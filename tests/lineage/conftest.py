"""One workspace with a long chain: a file, more rows, a recipe, a search, a registered model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labstudio import Workspace
from labstudio.automl import AutoMLRun

STEPS = [
    {"op": "filter", "where": "price > 0"},
    {"op": "derive", "name": "paid", "value": "price * count"},
    {"op": "select", "names": ["price", "count", "paid", "state"]},
]


def orders(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "order": np.arange(rows) + 1_000 * seed,
            "price": random.gamma(2, 30, rows).round(2),
            "count": random.integers(1, 9, rows),
            "state": random.choice(["paid", "open"], rows),
        }
    )


@pytest.fixture(scope="session")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("shop")
    orders(300, 1).to_csv(folder / "orders.csv", index=False)
    ws = Workspace(folder)
    ws.data.add("orders", folder / "orders.csv")
    ws.data.append("orders", orders(200, 2))
    ws.recipes.run("orders_clean", "orders@2", STEPS)
    run = ws.automl.run(AutoMLRun(data="orders_clean", target="paid", trials=1))
    ws.models.register(run, "spend")
    yield ws
    ws.store.close()


@pytest.fixture
def source(ws: Workspace) -> Path:
    return ws.root.parent / "orders.csv"
