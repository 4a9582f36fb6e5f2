"""Rows of a table as vectors, by the steps that AutoML prepares its linear models with."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd

from labstudio.automl.steps import DateParts, Numbers, OneHotCategories, Scaled, Step, TextTopics
from labstudio.errors import Invalid
from labstudio.labeling.suggest.encoders.encoder import fingerprint_of
from labstudio.schema import Schema

_LEARNED_FROM = 20_000  # rows


class TableEncoder:
    """Numbers and parts of dates standardised, categories as 0 or 1, texts along their main directions.

    Columns that are constant or only name their row are left out.

    Parameters
    ----------
    max_levels : int
        Categories of a column that get a place of their own.
    topics : int
        Directions of each column of free text.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [31.0, None, 47.0, 20.0], "city": ["Oslo", "Rome", "Oslo", None]})
    >>> TableEncoder().fit(frame).encode(frame).shape[0]
    4
    """

    def __init__(self, max_levels: int = 30, topics: int = 30) -> None:
        self.max_levels, self.topics = max_levels, topics

    def fit(self, items: pd.DataFrame) -> Self:
        """Learn from a sample of rows."""
        sample = items.iloc[:: max(1, len(items) // _LEARNED_FROM)]
        schema = Schema.infer(sample)
        kinds: dict[str, list[str]] = {}
        for column in schema:
            kinds.setdefault(column.semantic, []).append(column.name)
        numbers = [name for kind in ("number", "boolean") for name in kinds.get(kind, [])]
        plan = [
            (numbers, lambda columns: Scaled(Numbers(columns), flags=True)),
            (kinds.get("datetime", []), lambda columns: Scaled(DateParts(columns))),
            (kinds.get("category", []), lambda columns: OneHotCategories(columns, self.max_levels)),
            (kinds.get("text", []), lambda columns: Scaled(TextTopics(columns, self.topics))),
        ]
        self.schema = schema.select([name for names, _ in plan for name in names])
        if not len(self.schema):
            raise Invalid(
                "No column of this table says anything about its rows: all are constant or name their row. "
                "Choose other columns to be shown to the model."
            )
        canonical = self.schema.canonical(sample)
        self.steps: list[Step] = [
            step([self.schema[name] for name in names]).fit(canonical) for names, step in plan if names
        ]
        self.learned = self.encode(sample.iloc[:1_000])
        return self

    @property
    def fingerprint(self) -> str:
        # what the steps have learned shows in the vectors of the sample itself
        options = {"max_levels": self.max_levels, "topics": self.topics}
        return fingerprint_of("table", options, [self.schema.to_dict(), self.learned])

    def encode(self, items: pd.DataFrame) -> np.ndarray:
        """Return vectors [N, D] of rows."""
        canonical = self.schema.canonical(items)
        blocks = [step.transform(canonical) for step in self.steps]
        return np.concatenate(blocks, axis=1).astype(np.float32)
