"""Labels come in: those of another tool as labels, those of a model, with their scores, as suggestions.

Records find their items by key, by file or by text; what finds none, or is no answer to what the project
asks, is left out and counted by its reason. The same files brought in again change nothing.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, LabstudioError, NotFound
from labstudio.labeling.annotating import Answer, keep
from labstudio.labeling.formats import Record, read
from labstudio.labeling.labels import LabelSchema, SchemaChange
from labstudio.labeling.suggestions import add_run, add_suggestions
from labstudio.labeling.values import check_value
from labstudio.store.identity import who

if TYPE_CHECKING:
    from labstudio.labeling.projects import Project
    from labstudio.labeling.queue import Queue
    from labstudio.labeling.sources import Content

    class _Base(Queue): ...

else:
    _Base = object

ENDINGS = {
    ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xml": "voc",
    ".conll": "conll", ".txt": "yolo", ".json": "label-studio",
}  # fmt: skip
_MOST_BYTES = 500 * 2**20


@dataclass(frozen=True)
class Imported:
    """What became of an import.

    Attributes
    ----------
    records, taken : int
        How many were read, and how many are labels or suggestions now.
    suggestions : int
        How many of those taken are suggestions.
    dropped : dict
        How many were left out, by the reason.
    labels : list of str
        Names of labels that are new.
    run : int or None
        The run by which suggestions can be taken back.
    """

    format: str
    records: int
    taken: int
    dropped: dict[str, int]
    labels: list[str]
    run: int | None
    suggestions: int = 0


class Importing(_Base):
    """Bringing labels in."""

    def import_labels(
        self, ref: str, files: Mapping[str, bytes], format: str = "", *, suggestions: bool = False
    ) -> Imported:
        """Bring in labels that were made elsewhere.

        Parameters
        ----------
        ref : str
            The project.
        files : mapping of path to bytes
            What another tool has written.
        format : str, optional
            One of `labstudio.labeling.formats.FORMATS`; told by the file when not given.
        suggestions : bool
            Show them as suggestions rather than count them as labels; what has a score always is one.

        Raises
        ------
        Invalid
            The files cannot be read; the sentence says where.
        """
        project = self.get(ref)
        rows = self._all_rows(project)
        shown = project.item_kind != "table" or project.task == "cells"
        contents = self._contents(project, rows) if shown else {}
        files = _unpacked(files)
        chosen = format or _format_of(files)
        sizes = {
            PurePosixPath(contents[row["number"]].image or "").name: (row["width"], row["height"])
            for row in rows
            if row["width"]
        }
        told = read(chosen, files, sizes)
        known = {label.name for label in project.schema if label.merged is None}
        new = [name for name in told.labels if name not in known]
        if new:
            self.change_labels(ref, [SchemaChange(op="add", name=name) for name in new])
            project = self.get(ref)
        find = _Finder(project, rows, contents)
        dropped = Counter(one.reason for one in told.dropped)
        checked: list[tuple[int, dict[str, Any], Record]] = []
        for record in told.records:
            row = find(record)
            if row is None:
                dropped["no item has its key, file or text"] += 1
            elif record.value is None:
                dropped["it says nothing of its item"] += 1
            else:
                asked = project.asked(contents.get(row["number"]), row["width"], row["height"])
                value, unknown = _without_unknown(record.value, project.schema)
                dropped.update(unknown)
                try:
                    checked.append((row["number"], check_value(value, asked), record))
                except LabstudioError as error:
                    dropped[str(error)] += 1
        as_labels = [one for one in checked if not suggestions and one[2].score is None]
        as_suggestions = [one for one in checked if suggestions or one[2].score is not None]
        self._as_labels(project, files, as_labels)
        run = self._as_suggestions(project, chosen, as_suggestions) if as_suggestions else None
        lost = dict(sorted(dropped.items()))
        return Imported(chosen, len(told.records), len(checked), lost, new, run, len(as_suggestions))

    def _as_labels(
        self, project: Project, files: Mapping[str, bytes], said: Sequence[tuple[int, dict[str, Any], Record]]
    ) -> None:
        told = hashlib.sha256(b"\0".join(name.encode() + files[name] for name in sorted(files))).hexdigest()
        by: dict[str, dict[int, tuple[Answer, dict[str, Any] | None]]] = {}
        for place, (item, value, record) in enumerate(said):
            answer = Answer(item, action="import", client_id=f"import-{project.number}-{told[:32]}-{place}")
            by.setdefault(record.annotator or who(), {})[place] = answer, value
        for person, answers in by.items():
            with self._store.write() as connection:
                locked = self._project(connection, project.id, lock=True)
                keep(connection, locked, person, answers, batch=f"import-{told[:32]}")
                self._store.record(connection, "labeling.imported", project.subject, labels=len(answers))

    def _as_suggestions(
        self, project: Project, format: str, said: Sequence[tuple[int, dict[str, Any], Record]]
    ) -> int:
        settings = {"format": format}
        outcome = {"given": len(said)}
        with self._store.write() as connection:
            locked = self._project(connection, project.id, lock=True)
            run = add_run(
                connection, locked, "import",
                {"sequence": 0, "encoder": "", "settings": settings, "outcome": outcome},
            )  # fmt: skip
            add_suggestions(
                connection, locked, run, [(item, value, record.score) for item, value, record in said]
            )
            self._store.record(connection, "labeling.suggested", project.subject, items=len(said))
        return run

    def _all_rows(self, project: Project) -> list[dict[str, Any]]:
        from sqlalchemy import select

        from labstudio.labeling.tables import items as t

        query = select(t).where(t.c.project == project.number, t.c.retired.is_(None)).order_by(t.c.place)
        with self._store.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


class _Finder:
    """Finds the item that a record is of: by its key, else its file, else its text."""

    def __init__(
        self, project: Project, rows: Sequence[dict[str, Any]], contents: Mapping[int, Content]
    ) -> None:
        self._by_key = {row["key"]: row for row in rows}
        self._by_text: dict[str, dict[str, Any]] = {}
        self._by_file: dict[str, dict[str, Any]] = {}
        self._by_name: dict[str, dict[str, Any] | None] = {}  # many tools keep no folders
        for row in rows:
            content = contents.get(row["number"])
            if project.item_kind == "text" and content and content.text is not None:
                self._by_text.setdefault(content.text, row)
            elif content and content.image:
                self._by_file[content.image] = row
                name = PurePosixPath(content.image).name
                self._by_name[name] = None if name in self._by_name else row

    def __call__(self, record: Record) -> dict[str, Any] | None:
        found = self._by_key.get(record.key)
        if found is None and record.file:
            found = self._by_file.get(record.file) or self._by_name.get(PurePosixPath(record.file).name)
        if found is None and record.text is not None:
            found = self._by_text.get(record.text)
        return found


def _without_unknown(value: Mapping[str, Any], schema: LabelSchema) -> tuple[dict[str, Any], list[str]]:
    """Leave out attributes that a label does not have, so that they cost no answer; say which they were."""
    lost: list[str] = []

    def part(told: Any) -> Any:
        if not isinstance(told, Mapping) or not isinstance(told.get("attributes"), Mapping):
            return told  # whatever it is: it is checked with all else
        label, kept = told.get("label"), {}
        try:
            known = schema.now(label).attributes if isinstance(label, str) else {}
        except NotFound:
            known = {}
        for name, word in told["attributes"].items():
            if name in known and (not known[name] or word in known[name]):
                kept[name] = word
            else:
                lost.append(f"{label or 'the answer'} has no attribute {name} that is {word!r}")
        return {**told, "attributes": kept}

    whole = dict(part(value))
    for name in ("shapes", "spans"):
        if isinstance(whole.get(name), list):
            whole[name] = [part(one) for one in whole[name]]
    return whole, lost


def _unpacked(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Open what is packed in a zip, in memory: a path in it is a name and nothing else."""
    found: dict[str, bytes] = {}
    for name, content in files.items():
        if not name.lower().endswith(".zip"):
            found[name] = content
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                members = [one for one in packed.infolist() if not one.is_dir()]
                if sum(one.file_size for one in members) > _MOST_BYTES:
                    raise Invalid(f"{name} holds more than {_MOST_BYTES >> 20:,} MB; bring it in in parts.")
                found |= {one.filename: packed.read(one) for one in members}
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
            raise Invalid(f"{name} cannot be unpacked: {error}.") from None
    return found


def _format_of(files: Mapping[str, bytes]) -> str:
    """Tell the format by the files, as far as their names and first keys say it."""
    endings = {PurePosixPath(name).suffix.lower() for name in files}
    if ".txt" in endings:
        return "yolo"  # which has a file of settings beside its labels
    found = {ENDINGS[one] for one in endings if one in ENDINGS}
    if len(found) != 1:
        raise Invalid("The format cannot be told by the files' names; say which it is.")
    [format] = found
    if format == "label-studio" and any(content.lstrip()[:1] == b"{" for content in files.values()):
        return "coco"  # one object rather than a list of tasks
    return format
