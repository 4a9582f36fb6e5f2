"""One version of an asset: what it holds, where it is from, and how its table is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.data.assets import Data
    from labstudio.data.profile import Profile
    from labstudio.schema import Schema


@dataclass(frozen=True)
class Version:
    """One version of an asset: a table that never changes."""

    name: str
    version: int
    rows: int
    schema: Schema
    sha256: str  # of the source bytes; of a frame: of its canonical Arrow stream
    identity: str
    table_sha256: str  # of its Parquet file; where it has several parts: of their names
    size: int  # of the source, in bytes
    created: float  # seconds since 1970, UTC
    by: str
    source: str
    found: dict[str, Any]
    kind: str = "table"  # table | file | folder
    options: dict[str, Any] = field(default_factory=dict, compare=False)  # import options as they were given
    origin: dict[str, Any] | None = None  # from what it can be made again
    held: str | None = field(default=None, compare=False)  # why it is not the newest for those who name none
    existed: bool = field(default=False, compare=False)
    _data: Data | None = field(default=None, repr=False, compare=False)

    @property
    def ref(self) -> str:
        """What others call it: ``"gapminder@1"``."""
        return f"{self.name}@{self.version}"

    @property
    def subject(self) -> str:
        """What events and lineage call it: ``"data:gapminder@1"``."""
        return f"data:{self.ref}"

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The stored files that its rows lie in, one below the other, by sha256; and the rows of each."""
        return tuple((sha, rows) for sha, rows in self.found.get("parts", [(self.table_sha256, self.rows)]))

    @property
    def refreshable(self) -> bool:
        """Whether its source can be read again."""
        assert self._data is not None
        return (self.origin or {}).get("kind") in {"path", *self._data.again}

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the table, or some of its columns."""
        assert self._data is not None
        return self._data.frame(self, columns)

    @property
    def profile(self) -> Profile:
        """What the columns hold."""
        assert self._data is not None
        return self._data.profile(self)
