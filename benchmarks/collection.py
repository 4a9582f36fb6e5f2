"""The tables that engines are compared on: a folder with a manifest, or what libraries carry and seeds make.

Nothing here knows the engines. A table is made or read when it is asked for, and split once for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Random = np.random.Generator


@dataclass(frozen=True)
class Table:
    """One table with what to predict."""

    name: str
    target: str
    task: str  # "binary", "multiclass" or "regression"
    read: Callable[[], pd.DataFrame]

    def split(self, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return training rows (75 %) and test rows; classes are text, and have the same shares in both.

        Rows without a target are left out; a class of a single row is trained on.
        """
        import pandas as pd
        from sklearn.model_selection import train_test_split

        frame = self.read()
        frame = frame[frame[self.target].notna()].reset_index(drop=True)
        strata = None
        alone = frame.iloc[:0]
        if self.task != "regression":
            frame[self.target] = frame[self.target].map(str).astype(object)
            single = ~frame[self.target].duplicated(keep=False)
            alone, frame = frame[single], frame[~single]
            strata = frame[self.target]
        train, test = train_test_split(frame, test_size=0.25, random_state=seed, stratify=strata)
        train = pd.concat([train, alone]) if len(alone) else train
        return train.reset_index(drop=True), test.reset_index(drop=True)


def from_folder(folder: Path) -> list[Table]:
    """Return the tables that a folder's manifest.json names."""
    import pandas as pd

    entries = json.loads((folder / "manifest.json").read_text())
    return [
        Table(one["name"], one["target"], one["task"], partial(pd.read_parquet, folder / one["file"]))
        for one in entries
    ]


def default(large: bool = False) -> list[Table]:
    """Return what scikit-learn, plotly and statsmodels (where installed) carry, and generated tables."""
    return [*_from_sklearn(), *_from_plotly(), *_from_statsmodels(), *_generated(large)]


def _from_sklearn() -> Iterator[Table]:
    from sklearn import datasets

    tasks = {
        "breast_cancer": "binary",
        "wine": "multiclass",
        "digits": "multiclass",
        "diabetes": "regression",
    }
    for name, task in tasks.items():
        load = getattr(datasets, f"load_{name}")
        yield Table(name, "target", task, lambda load=load: load(as_frame=True).frame)


def _from_plotly() -> Iterator[Table]:
    from plotly import data

    def gapminder() -> pd.DataFrame:
        return data.gapminder(return_type="pandas").drop(columns=["iso_alpha", "iso_num"])

    yield Table("gapminder", "lifeExp", "regression", gapminder)
    yield Table("tips", "tip", "regression", partial(data.tips, return_type="pandas"))


def _from_statsmodels() -> Iterator[Table]:
    if not find_spec("statsmodels"):
        return

    def read(name: str) -> pd.DataFrame:
        from statsmodels import datasets

        return getattr(datasets, name).load_pandas().data

    def affairs() -> pd.DataFrame:
        frame = read("fair")
        return frame.assign(affairs=frame["affairs"] > 0)

    yield Table("fair", "affairs", "binary", affairs)
    yield Table("anes96", "PID", "multiclass", partial(read, "anes96"))
    yield Table("randhie", "mdvis", "regression", partial(read, "randhie"))


def _generated(large: bool) -> Iterator[Table]:
    makers: list[tuple[Callable[[Random], dict[str, Any]], str]] = [
        (mixed, "binary"),
        (rare_positive, "binary"),
        (many_levels, "regression"),
        (gaps, "binary"),
        (dates, "regression"),
        (words, "multiclass"),
        (clusters, "multiclass"),
        (skewed, "regression"),
        (ratios, "regression"),
        (linear, "regression"),
        (wide, "binary"),
        (few_rows, "regression"),
        (many_rows, "binary"),
        *([(million, "regression")] if large else []),
    ]
    for seed, (make, task) in enumerate(makers):
        yield Table(make.__name__, "target", task, partial(_frame, make, seed))


def _frame(make: Callable[[Random], dict[str, Any]], seed: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(make(np.random.default_rng(seed)))


def _columns(X: np.ndarray, prefix: str = "x") -> dict[str, Any]:
    return {f"{prefix}{i}": column for i, column in enumerate(X.T)}


def _chance(random: Random, score: np.ndarray) -> np.ndarray:
    """Draw yes or no where the score is the log of the odds."""
    return random.random(len(score)) < 1 / (1 + np.exp(-score))


def mixed(random: Random, rows: int = 6_000) -> dict[str, Any]:
    """Numbers and categories whose effects depend on each other."""
    X = random.normal(size=(rows, 8))
    city = random.choice(["Oslo", "Rome", "Lima", "Quito", "Accra"], rows, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    plan = random.choice(["basic", "plus", "pro"], rows)
    slope = np.select([city == "Rome", city == "Lima"], [2.0, -1.5], 0.3)
    score = slope * X[:, 0] + X[:, 1] * X[:, 2] + (plan == "pro") * X[:, 3] + np.sin(3 * X[:, 4]) - 0.5
    flag = random.random(rows) < 0.3
    return {
        **_columns(X.round(4)),
        "city": city,
        "plan": plan,
        "flag": flag,
        "target": _chance(random, score),
    }


def rare_positive(random: Random, rows: int = 12_000) -> dict[str, Any]:
    """Two of a hundred are looked for."""
    X = random.gamma(2.0, size=(rows, 10))
    score = 1.2 * np.log(X[:, 0]) + (X[:, 1] > 4) * 1.5 + 0.4 * X[:, 2] - 0.2 * X[:, 3] * (X[:, 4] < 1) - 5.5
    return {**_columns(X), "target": np.where(_chance(random, score), "yes", "no")}


def many_levels(random: Random, rows: int = 8_000) -> dict[str, Any]:
    """Two categories with hundreds of levels, each with an effect of its own."""
    shop = random.zipf(1.3, rows) % 900
    product = random.integers(0, 300, rows)
    X = random.normal(size=(rows, 3))
    effect, price = random.normal(0, 2, 900), random.normal(0, 1, 300)
    target = effect[shop] + price[product] * (1 + 0.5 * X[:, 0]) + X[:, 1] + random.normal(0, 1, rows)
    names = {"shop": [f"shop {i}" for i in shop], "product": [f"P-{i:04d}" for i in product]}
    return {**names, **_columns(X), "target": target}


def gaps(random: Random, rows: int = 5_000) -> dict[str, Any]:
    """Values are missing, and that they are tells something."""
    X = random.normal(size=(rows, 15))
    score = X[:, 0] + np.abs(X[:, 1]) * 1.5 - X[:, 2] * (X[:, 3] > 0) - 1
    gone = random.random(X.shape) < np.linspace(0.02, 0.5, 15)
    gone[:, 4] = _chance(random, 2 * X[:, 4] - 1)
    score += 1.5 * gone[:, 4]
    answer = random.choice(["a", "b", "c"], rows).astype(object)
    answer[random.random(rows) < 0.3] = None
    return {**_columns(np.where(gone, np.nan, X)), "answer": answer, "target": _chance(random, score)}


def dates(random: Random, rows: int = 9_000) -> dict[str, Any]:
    """Counts by the hour, with seasons, weekends and growth."""
    hours = np.sort(random.integers(0, 3 * 365 * 24, rows))
    when = np.datetime64("2021-01-01T00") + hours.astype("timedelta64[h]")
    warmth = 12 - 10 * np.cos(2 * np.pi * hours / 8766) + random.normal(0, 3, rows)
    weekend = (hours // 24 + 4) % 7 >= 5
    day = np.exp(-(((hours % 24 - np.where(weekend, 14, 8)) / 4.0) ** 2))
    rate = 20 * (1 + hours / 26_000) * (0.3 + day * 4) * (1 + 0.04 * warmth)
    weather = np.where(random.random(rows) < 0.2, "rain", "dry")
    return {
        "when": when.astype("datetime64[s]"),
        "warmth": warmth.round(1),
        "weather": weather,
        "target": random.poisson(np.maximum(rate * np.where(weather == "rain", 0.5, 1), 0.1)),
    }


def words(random: Random, rows: int = 4_000) -> dict[str, Any]:
    """Short messages of four kinds beside two plain columns."""
    common = [f"word{i}" for i in range(400)]
    telling = [[f"kind{k}term{i}" for i in range(30)] for k in range(4)]
    kind = random.choice(4, rows, p=[0.4, 0.3, 0.2, 0.1])
    mistaken = np.where(random.random(rows) < 0.2, random.integers(0, 4, rows), kind)
    text = [
        " ".join(random.permutation([*random.choice(common, length), random.choice(telling[k])]))
        for k, length in zip(mistaken, random.integers(5, 15, rows), strict=True)
    ]
    urgent = random.random(rows) < np.array([0.1, 0.2, 0.5, 0.6])[kind]
    waited = random.gamma(2, 10, rows) + 5 * kind
    target = np.array(["question", "order", "complaint", "other"])[kind]
    return {"message": text, "urgent": urgent, "waited": waited.round(1), "target": target}


def clusters(random: Random, rows: int = 6_000) -> dict[str, Any]:
    """Eight classes of different sizes, several clouds each."""
    centres = random.normal(0, 1.8, size=(24, 10))
    cloud = random.choice(24, rows, p=random.dirichlet(np.full(24, 3.0)))
    X = centres[cloud] + random.normal(0, 1.3, size=(rows, 10))
    return {**_columns(np.hstack([X, random.normal(size=(rows, 6))])), "target": cloud % 8}


def skewed(random: Random, rows: int = 7_000) -> dict[str, Any]:
    """Prices: factors multiply, few are very large."""
    area, age = random.gamma(4, 25, rows), random.integers(0, 90, rows)
    grade = random.integers(1, 6, rows)
    place = random.choice([f"district {i}" for i in range(25)], rows)
    factor = dict(zip(sorted(set(place)), random.normal(0, 0.4, 25), strict=True))
    log = 7 + 0.9 * np.log(area) + 0.15 * grade - 0.006 * age + np.array([factor[one] for one in place])
    noise = random.normal(0, 0.2, rows)
    return {"area": area, "age": age, "grade": grade, "place": place, "target": np.exp(log + noise).round(-2)}


def ratios(random: Random, rows: int = 5_000) -> dict[str, Any]:
    """What counts is how columns stand to each other."""
    X = random.gamma(3, 2, size=(rows, 7)) + 0.5
    target = X[:, 0] / X[:, 1] + 0.5 * (X[:, 2] - X[:, 3]) + np.minimum(X[:, 4], X[:, 5]) * 0.3
    return {**_columns(X), "target": target + random.normal(0, 0.3, rows)}


def linear(random: Random, rows: int = 1_500) -> dict[str, Any]:
    """Thirty columns that go together, and a straight line through them."""
    X = random.normal(size=(rows, 6)) @ random.normal(size=(6, 30)) + random.normal(0, 0.5, size=(rows, 30))
    return {**_columns(X), "target": X @ random.normal(size=30) + random.normal(0, 3, rows)}


def wide(random: Random, rows: int = 800) -> dict[str, Any]:
    """Three hundred columns for six hundred rows to learn from; ten of them matter."""
    X = random.normal(size=(rows, 300))
    score = X[:, :10] @ random.normal(0, 0.9, 10) + X[:, 0] * X[:, 1]
    return {**_columns(X), "target": np.where(_chance(random, score), "high", "low")}


def few_rows(random: Random, rows: int = 240) -> dict[str, Any]:
    """So few rows that restraint wins."""
    X = random.normal(size=(rows, 8))
    group = random.choice(["a", "b", "c"], rows)
    target = 2 * X[:, 0] - X[:, 1] + (group == "b") * 1.5 + random.normal(0, 1.5, rows)
    return {**_columns(X), "group": group, "target": target}


def many_rows(random: Random, rows: int = 66_668) -> dict[str, Any]:
    """The size that memory is measured at: 50,000 × 15 to learn from."""
    return mixed(random, rows) | _columns(random.normal(size=(rows, 4)), "noise")


def million(random: Random, rows: int = 1_333_334) -> dict[str, Any]:
    """The size that scaling is measured at: 1,000,000 × 20 to learn from."""
    X = random.normal(size=(rows, 16)).round(5)
    codes = random.integers(0, [5, 12, 60, 400], size=(rows, 4))
    effect = random.normal(size=(4, 400))
    target = (
        X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3] * (codes[:, 0] == 2) + X[:, 4:10].sum(axis=1) / 4
    )
    target += effect[np.arange(4), codes].sum(axis=1) + random.normal(size=rows)
    labels = {f"code{i}": np.char.add("c", codes[:, i].astype(str)) for i in range(4)}
    return {**_columns(X), **labels, "target": target}
