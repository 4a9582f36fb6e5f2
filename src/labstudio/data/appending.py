"""Rows of one table below those of another, in one Parquet file. It knows files and no store."""

from __future__ import annotations

from pathlib import Path

from labstudio.errors import Invalid

_BATCH = 100_000  # rows


def appended(above: Path, below: Path, place: Path) -> int:
    """Write the rows of `above` and then those of `below` to `place`; return how many they are.

    Columns are matched by name. A column of whole numbers may become one of numbers; no value is changed
    otherwise.

    Raises
    ------
    Invalid
        `below` lacks a column, has one more, or one of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(above) as old, pq.ParquetFile(below) as new:
        names, given = old.schema_arrow.names, new.schema_arrow.names
        wrong = [f"{name!r} is missing" for name in names if name not in given]
        wrong += [f"{name!r} is new" for name in given if name not in names]
        if wrong:
            raise Invalid(
                f"The new rows do not have the columns of the table: {', '.join(wrong[:5])}; "
                "rename or leave out columns, or add the rows as data of their own."
            )
        fields = [_both(old.schema_arrow.field(name), new.schema_arrow.field(name)) for name in names]
        schema = pa.schema(fields)
        rows = 0
        with pq.ParquetWriter(place, schema, compression="zstd") as writer:
            for part in (old, new):
                for batch in part.iter_batches(_BATCH, columns=names):
                    writer.write_batch(batch.select(names).cast(schema))
                    rows += batch.num_rows
    return rows


def _both(old, new):  # type: ignore[no-untyped-def]  # pyarrow's fields, and pyarrow loads when needed
    """Return the field that holds the values of both."""
    import pyarrow as pa

    if pa.types.is_null(new.type):  # nothing but missing values
        return old
    if pa.types.is_null(old.type):
        return new
    try:
        return pa.unify_schemas([pa.schema([old]), pa.schema([new])], promote_options="permissive").field(0)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise Invalid(
            f"{old.name!r} holds {old.type} in the table and {new.type} in the new rows; "
            f'give types={{"{old.name}": …}} or mend the rows.'
        ) from None
