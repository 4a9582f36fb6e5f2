"""Tables that can be learned, made from a seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def mixed() -> pd.DataFrame:
    """400 rows of numbers with gaps, categories, booleans; three targets and a group."""
    random = np.random.default_rng(7)
    n = 400
    frame = pd.DataFrame(
        {
            "age": random.normal(40, 12, n),
            "rooms": random.integers(1, 7, n),
            "garden": random.random(n) < 0.4,
            "city": random.choice(["Oslo", "Rome", "Lima"], n),
            "street": [f"s{i % 20}" for i in range(n)],
        }
    )
    signal = frame["age"] / 10 + frame["rooms"] + 2 * (frame["city"] == "Rome")
    frame.loc[random.random(n) < 0.1, "age"] = np.nan
    frame.loc[random.random(n) < 0.1, "city"] = None
    signal = signal + random.normal(0, 0.3, n)
    frame["price"] = signal * 1000
    frame["sold"] = np.where(signal > signal.median(), "yes", "no")
    frame["band"] = pd.qcut(signal, 3, labels=False)
    return frame
