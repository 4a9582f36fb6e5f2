"""What a person can say about a file that is imported; everything that is left out is found."""

from __future__ import annotations

import codecs
import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from labstudio.errors import Invalid

TYPES = ("number", "integer", "boolean", "datetime", "string", "category", "text", "id", "constant")
"""``string`` keeps values as text and leaves to the data what they mean; the others say that too."""


class ImportOptions(BaseModel):
    """How to read a file. Only `types` has a meaning for Parquet files and frames."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["table", "file", "folder"] | None = Field(
        None, description="Keep it as a table, as a file as it is, or as a folder; found if not given."
    )
    format: Literal["csv", "excel", "jsonl", "fixed", "parquet"] | None = Field(
        None, description="What kind of file it is; found if not given."
    )
    delimiter: str | None = Field(None, description="Character between two values; found if not given.")
    quote: str = Field('"', description="Character around values that hold a delimiter or a line end.")
    encoding: str | None = Field(None, description="Encoding of the text, such as utf-8 or cp1252.")
    header: bool | None = Field(None, description="Whether the first line holds the names of the columns.")
    decimal: str | None = Field(None, description="Decimal sign, . or , ; found if not given.")
    thousands: str | None = Field(None, description="Sign between thousands, such as , or . or a space.")
    skip_rows: int = Field(0, ge=0, le=100_000, description="Lines above the table that are no part of it.")
    ragged: Literal["refuse", "pad", "skip"] = Field(
        "refuse",
        description="Rows of another length: refuse the file, fill short ones up, or leave them out.",
    )
    repeated: Literal["refuse", "number"] = Field(
        "refuse", description="A column name that occurs twice: refuse the file, or number the later ones."
    )
    columns: list[str] | None = Field(None, description="Columns to take, in this order; all if not given.")
    sheet: str | None = Field(None, description="Sheet of an Excel workbook; the first if not given.")
    member: str | None = Field(None, description="File inside a zip archive, where it holds several.")
    widths: list[int] | None = Field(
        None, description="Characters of each column of a fixed width file; found if not given."
    )
    missing: list[str] = Field(
        ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL"],
        description="Values that mean 'missing'.",
    )
    types: dict[str, str] = Field(
        {}, description=f"Column name to type ({', '.join(TYPES)}) where the found one is not right."
    )

    @field_validator("delimiter", "quote", "decimal", "thousands")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value == "\\t":  # what a shell or a form makes of a tab
            return "\t"
        if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n\0"):
            raise ValueError("give one ASCII character")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        try:
            return codecs.lookup(value).name if value is not None else None
        except LookupError:
            raise ValueError(f"the encoding {value!r} is not known; try utf-8 or cp1252") from None

    @field_validator("columns")
    @classmethod
    def _each_once(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and (not value or len(set(value)) < len(value)):
            raise ValueError("name at least one column, and each of them once")
        return value

    @field_validator("widths")
    @classmethod
    def _some_characters(cls, value: list[int] | None) -> list[int] | None:
        if value is not None and (not value or min(value) < 1):
            raise ValueError("each column takes at least one character")
        return value

    @field_validator("types")
    @classmethod
    def _known_types(cls, value: dict[str, str]) -> dict[str, str]:
        for column, name in value.items():
            if name not in TYPES:
                raise ValueError(
                    f"{name!r} is not a type for column {column!r}; choose one of {', '.join(TYPES)}"
                )
        return value

    def canonical(self) -> str:
        """Return the options that were given as one text, the same however they were written."""
        return json.dumps(self.model_dump(exclude_defaults=True, exclude={"kind"}), sort_keys=True)


def check_columns(known: Sequence[str], wanted: Iterable[str], where: str = "") -> None:
    """Refuse names of columns that are not there."""
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise Invalid(
                f"{where}there is no column {name!r}" + (f"; did you mean {near[0]!r}?" if near else ".")
            )
