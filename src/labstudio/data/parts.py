"""A table that lies in several Parquet files, one below the other, read as if it were one.

Rows that are appended become a file of their own, so that a version shares the bytes of the one before. All
parts have the same columns of the same types. Readers open a table with `opened`, be it one file or many; of
one file that is a `pyarrow.parquet.ParquetFile`, and costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import pyarrow as pa

    from labstudio.store.files import FileStore

_BATCH = 100_000  # rows


@dataclass(frozen=True)
class Parts:
    """The Parquet files of a table, in the order of its rows, and how many rows each has.

    Examples
    --------
    >>> Parts((Path("a"), Path("b")), (3, 2)).starts
    [0, 3]
    """

    paths: tuple[Path, ...]
    rows: tuple[int, ...]

    @property
    def starts(self) -> list[int]:
        """The number of the first row of each part."""
        return [sum(self.rows[:place]) for place in range(len(self.rows))]


Stored = Path | Parts
"""Where a table lies: in one Parquet file, or in several."""


def opened(table: Stored, *, metadata: Any = None, **options: Any) -> Any:
    """Open a table for reading; what is given back is, or behaves as, a `pyarrow.parquet.ParquetFile`.

    Parameters
    ----------
    table : Path or Parts
        Where it lies.
    metadata : optional
        That of the table when it was opened before, so that it need not be read again.
    **options
        As those of `pyarrow.parquet.ParquetFile`.
    """
    import pyarrow.parquet as pq

    if isinstance(table, Path):
        return pq.ParquetFile(table, metadata=metadata, **options)
    return _Joined(table.paths, metadata.parts if metadata else [None] * len(table.paths), options)


def stored_parts(files: FileStore, parts: Sequence[tuple[str, int]]) -> Stored:
    """Return where parts lie that are known by the sha256 of their files, and their rows."""
    if len(parts) == 1:
        return files.path(parts[0][0])
    return Parts(tuple(files.path(sha) for sha, _ in parts), tuple(rows for _, rows in parts))


def stored_schema(table: Stored) -> pa.Schema:
    """Return how the columns of a table are kept; all its parts have the same."""
    import pyarrow.parquet as pq

    return pq.read_schema(table if isinstance(table, Path) else table.paths[0])


def written(table: Stored, target: Path) -> None:
    """Write a table into one Parquet file."""
    import pyarrow.parquet as pq

    with opened(table) as source, pq.ParquetWriter(target, source.schema_arrow, compression="zstd") as out:
        for batch in source.iter_batches(_BATCH):
            out.write_batch(batch)


@dataclass(frozen=True)
class _Metadata:
    parts: Sequence[Any]

    @property
    def num_rows(self) -> int:
        return sum(one.num_rows for one in self.parts)

    def row_group(self, group: int) -> Any:
        for one in self.parts:
            if group < one.num_row_groups:
                return one.row_group(group)
            group -= one.num_row_groups
        raise IndexError(group)


class _Joined:
    """Several open Parquet files as one, as far as this package reads them."""

    def __init__(self, paths: Sequence[Path], known: Sequence[Any], options: dict[str, Any]) -> None:
        import pyarrow.parquet as pq

        with ExitStack() as stack:
            self._files = [
                stack.enter_context(pq.ParquetFile(path, metadata=one, **options))
                for path, one in zip(paths, known, strict=True)
            ]
            self._stack = stack.pop_all()
        self.metadata = _Metadata([file.metadata for file in self._files])
        self.schema_arrow = self._files[0].schema_arrow
        self.num_row_groups = sum(file.num_row_groups for file in self._files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def iter_batches(
        self,
        batch_size: int = 65_536,
        row_groups: Sequence[int] | None = None,
        columns: Sequence[str] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        first = 0
        for file in self._files:
            own = range(first, first + file.num_row_groups)
            first = own.stop
            wanted = [
                group - own.start for group in (own if row_groups is None else row_groups) if group in own
            ]
            if wanted:
                yield from file.iter_batches(batch_size, row_groups=wanted, columns=columns)

    def read(self, columns: Sequence[str] | None = None, use_threads: bool = True) -> pa.Table:
        import pyarrow as pa

        return pa.concat_tables([file.read(columns=columns, use_threads=use_threads) for file in self._files])
