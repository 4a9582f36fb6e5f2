"""Formats of labels: each written from neutral records and read into them. No store is known here.

`WRITERS` and `READERS` have them by name; every writer says what went in, what came out and what was dropped
and why, and writes the same bytes from the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from labstudio.errors import Invalid
from labstudio.labeling.formats.coco import read_coco, write_coco
from labstudio.labeling.formats.conll import read_conll, write_conll
from labstudio.labeling.formats.label_studio import read_label_studio, write_label_studio
from labstudio.labeling.formats.record import Dropped, Read, Record, Written
from labstudio.labeling.formats.rows import (
    read_csv,
    read_jsonl,
    read_parquet,
    write_csv,
    write_jsonl,
    write_parquet,
)
from labstudio.labeling.formats.spacy_jsonl import read_spacy, write_spacy
from labstudio.labeling.formats.voc import read_voc, write_voc
from labstudio.labeling.formats.yolo import read_yolo, write_yolo

__all__ = ["FORMATS", "READERS", "WRITERS", "Dropped", "Read", "Record", "Written", "read", "write"]

WRITERS: dict[str, Callable[[Iterable[Record], Mapping[str, str]], Written]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "coco": write_coco,
    "yolo": write_yolo,
    "voc": write_voc,
    "label-studio": write_label_studio,
    "spacy": write_spacy,
    "conll": write_conll,
}

READERS: dict[str, Callable[[Mapping[str, bytes]], Read]] = {
    "csv": read_csv,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "coco": read_coco,
    "voc": read_voc,
    "label-studio": read_label_studio,
    "spacy": read_spacy,
    "conll": read_conll,
}
"""All but YOLO, which has to be told the images' sizes: `read` takes them."""

FORMATS = tuple(WRITERS)


def write(format: str, records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write records in a format.

    Parameters
    ----------
    format : str
        One of `FORMATS`.
    records : iterable of Record
        In the order in which they are to be written.
    labels : mapping of id to name
        All labels, in their order: places of classes are counted in it.

    Raises
    ------
    Invalid
        There is no such format, or it cannot hold what would silently be lost.

    Examples
    --------
    >>> found = write("csv", [Record("a", {"label": "l1"}, text="Rome 👋")], {"l1": "greeting"})
    >>> found.files["labels.csv"].decode().split()
    ['key,text,label', 'a,Rome', '👋,greeting']
    >>> found.records, found.written, found.dropped
    (1, 1, ())
    """
    return WRITERS[_known(format)](records, labels)


def read(format: str, files: Mapping[str, bytes], sizes: Mapping[str, tuple[int, int]] | None = None) -> Read:
    """Read files in a format.

    Parameters
    ----------
    format : str
        One of `FORMATS`.
    files : mapping of path to bytes
        What is read.
    sizes : mapping of file name to (width, height), optional
        Of the images, upright; YOLO needs them.

    Raises
    ------
    Invalid
        The files are not in that format; the sentence says where.
    """
    if _known(format) == "yolo":
        return read_yolo(files, sizes or {})
    return READERS[format](files)


def _known(format: str) -> str:
    if format not in WRITERS:
        raise Invalid(f"There is no format {format!r}; there are {', '.join(FORMATS)}.")
    return format
