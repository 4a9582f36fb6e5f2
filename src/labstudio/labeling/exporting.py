"""Labels go out: what stood at a sequence number, in a format of the field, with counts of what was left out.

An export is kept under the hash of its bytes and remembers the number of the newest annotation that is in it:
the same number gives the same bytes, whatever was said since then.
"""

from __future__ import annotations

import builtins
import io
import time
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.formats import FORMATS, Record, write
from labstudio.labeling.formats.rows import OWN
from labstudio.store.identity import who

if TYPE_CHECKING:
    from labstudio.labeling.projects import Project
    from labstudio.labeling.sources import Content
    from labstudio.labeling.standing import StandingValues

    class _Base(StandingValues):
        def _contents(self, project: Project, rows: Sequence[dict[str, Any]]) -> dict[int, Content]: ...

else:
    _Base = object

FITS: dict[str, tuple[str, ...]] = {
    "class": ("csv", "jsonl", "parquet", "label-studio"),
    "multi": ("csv", "jsonl", "parquet", "label-studio"),
    "number": ("csv", "jsonl", "parquet", "label-studio"),
    "cells": ("jsonl", "parquet", "csv"),
    "boxes": ("coco", "yolo", "voc", "label-studio", "jsonl", "parquet", "csv"),
    "polygons": ("coco", "yolo", "label-studio", "jsonl", "parquet", "csv"),
    "spans": ("jsonl", "spacy", "conll", "label-studio", "parquet", "csv"),
}
"""The formats that hold what a task asks for, the most usual one first."""

_PIECE = 500
_ZIPPED = (1980, 1, 1, 0, 0, 0)  # no clock gets into the bytes


@dataclass(frozen=True)
class Export:
    """One export.

    Attributes
    ----------
    sequence : int
        The newest annotation that is in it.
    items, records, written : int
        Items that have an answer, answers that were to go out, and those that the format holds.
    dropped : dict
        How many parts were left out, by the reason.
    filename, sha256 : str
        What it is saved as, and the hash of its bytes.
    """

    number: int
    format: str
    options: dict[str, Any]
    sequence: int
    schema_version: int
    items: int
    records: int
    written: int
    dropped: dict[str, int]
    filename: str
    sha256: str
    created_by: str
    created: float


class Exporting(_Base):
    """Exports of projects."""

    def export(
        self,
        ref: str,
        format: str = "",
        *,
        models: bool = False,
        each: bool = False,
        unlabeled: bool = False,
        sequence: int | None = None,
    ) -> Export:
        """Write the labels of a project in a format.

        Parameters
        ----------
        ref : str
            The project.
        format : str, optional
            One of `labstudio.labeling.formats.FORMATS`; the most usual one for its task when not given.
        models : bool
            Also what a model alone has labeled.
        each : bool
            Every annotator's answer rather than what stands of all together.
        unlabeled : bool
            Also items without an answer, as images on which nothing was found yet.
        sequence : int, optional
            As it was after this annotation; as it is now when not given.

        Raises
        ------
        Invalid
            The format cannot hold what was asked, or there is nothing to write.
        """
        project = self.get(ref)
        chosen = format or FITS[project.task][0]
        if chosen not in FORMATS:
            raise Invalid(f"There is no format {chosen!r}; there are {', '.join(FORMATS)}.")
        if chosen not in FITS[project.task]:
            raise Invalid(
                f"{chosen} does not hold {project.task}; choose one of {', '.join(FITS[project.task])}."
            )
        newest = self._newest_annotation(project)
        at = newest if sequence is None else min(sequence, newest)
        options = {"models": models, "each": each, "unlabeled": unlabeled}
        if sequence is not None:
            for known in self.exports(ref):
                if (known.format, known.options, known.sequence) == (chosen, options, at):
                    return known
        answered, records = self._records(project, at, **options)
        if not records:
            raise Invalid(f"Nothing of {project.name} is labeled yet; there is nothing to write.")
        names = {label.id: label.name for label in project.schema if label.merged is None}
        written = write(chosen, records, names)
        filename, content = _as_one(project.name, chosen, written.files)
        counts = {
            "items": answered, "records": written.records, "written": written.written,
            "dropped": dict(sorted(Counter(one.reason for one in written.dropped).items())),
            "filename": filename,
        }  # fmt: skip
        return self._remember(project, chosen, options, at, self._store.files.put_bytes(content), counts)

    def exports(self, ref: str) -> builtins.list[Export]:
        """Return the exports of a project, newest first."""
        from sqlalchemy import select

        from labstudio.labeling.tables import exports as t

        project = self.get(ref)
        query = select(t).where(t.c.project == project.number).order_by(t.c.number.desc())
        with self._store.read() as connection:
            return [_export(dict(row)) for row in connection.execute(query).mappings()]

    def exported(self, ref: str, number: int) -> tuple[Export, bytes]:
        """Return an export and its bytes, as they were written.

        Raises
        ------
        NotFound
            The project has no such export.
        """
        for found in self.exports(ref):
            if found.number == number:
                return found, self._store.files.read(found.sha256)
        raise NotFound(f"{self.get(ref).name} has no export {number}.")

    def _remember(
        self, project: Project, format: str, options: dict[str, Any], sequence: int, sha256: str,
        counts: dict[str, Any],
    ) -> Export:  # fmt: skip
        from labstudio.labeling.tables import exports as t

        row = {
            "project": project.number, "format": format, "options": options, "sequence": sequence,
            "schema_version": project.schema.version, "sha256": sha256, "counts": counts,
            "created_by": who(), "created": time.time(),
        }  # fmt: skip
        with self._store.write() as connection:
            made = connection.execute(t.insert().values(row)).inserted_primary_key
            assert made is not None
            self._store.record(
                connection, "labeling.exported", project.subject, format=format, written=counts["written"]
            )
        return _export(row | {"number": int(made[0])})

    def _records(
        self, project: Project, sequence: int, *, models: bool, each: bool, unlabeled: bool
    ) -> tuple[int, builtins.list[Record]]:
        """Say how many items are answered, and what is to go out, in the order of the data."""
        from sqlalchemy import select

        from labstudio.labeling.standing import stand
        from labstudio.labeling.tables import items as t
        from labstudio.labeling.values import value_now

        replayed = self.replayed(project, sequence)
        standing = stand(project, replayed, models=models)
        query = (
            select(t)
            .where(t.c.project == project.number, t.c.retired.is_(None))
            .order_by(t.c.place, t.c.number)
        )
        with self._store.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        rows = [row for row in rows if unlabeled or row["number"] in standing]
        found = []
        for begin in range(0, len(rows), _PIECE):
            piece = rows[begin : begin + _PIECE]
            contents = self._contents(project, piece)
            for row in piece:
                number = row["number"]
                stands = standing.get(number)
                said: builtins.list[tuple[Mapping[str, Any] | None, str | None]]
                if each and replayed.votes.get(number):
                    said = [
                        (value_now(one["value"], project.schema), person)
                        for person, one in sorted(replayed.votes[number].items())
                        if one["value"] is not None
                    ]
                else:
                    said = [(stands.value if stands else None, stands.source if stands else None)]
                found += [_record(project, row, contents[number], *one) for one in said]
        return sum(row["number"] in standing for row in rows), found

    def _newest_annotation(self, project: Project) -> int:
        from sqlalchemy import func, select

        from labstudio.labeling.tables import annotations as t

        with self._store.read() as connection:
            query = select(func.max(t.c.number)).where(t.c.project == project.number)
            return connection.execute(query).scalar() or 0


def _record(
    project: Project, row: Mapping[str, Any], content: Content, value: Mapping[str, Any] | None,
    by: str | None,
) -> Record:  # fmt: skip
    """Say an item and an answer as formats take them."""
    shown = {project.of_items.get("text"), project.of_items.get("image"), project.of_items.get("key")}
    others = {name: one for name, one in content.row.items() if name not in shown}
    return Record(
        row["key"], value, content.text, content.image,
        {f"data_{name}" if name in OWN else name: one for name, one in others.items()},
        row["width"], row["height"], by,
    )  # fmt: skip


def _as_one(name: str, format: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return one file as it is, several as a zip; the same files give the same bytes."""
    if len(files) == 1:
        [(path, content)] = files.items()
        return f"{name}-{path.rpartition('/')[2]}", content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(path, _ZIPPED), content, zipfile.ZIP_DEFLATED)
    return f"{name}-{format}.zip", out.getvalue()


def _export(row: Mapping[str, Any]) -> Export:
    same = ("number", "format", "options", "sequence", "schema_version", "sha256", "created_by", "created")
    return Export(**{name: row[name] for name in same}, **row["counts"])
