"""What is labeled: the items of a data asset's version, and what a person is shown of one.

Rows, texts in a column, images named by a column of paths, and the files of a folder. An item keeps its key
through all versions: the value of the key column, its path in the folder, or else the hash of what it holds.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data.options import check_columns
from labstudio.data.parts import opened
from labstudio.errors import Invalid, LabstudioError, NotFound

if TYPE_CHECKING:
    from labstudio.data import Data, Version

SPLITS = {"train": "train", "training": "train", "val": "validation", "valid": "validation",
          "validation": "validation", "dev": "validation", "test": "test"}  # fmt: skip
LONGEST_KEY = 500
MOST_BYTES = 200 * 2**20  # of one image or text
_FILES = {"image": "pictures", "text": "texts", "table": "rows"}


@dataclass(frozen=True)
class Found:
    """One item as a version has it."""

    key: str
    content: str
    place: int
    group: str | None = None
    split: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Content:
    """What a person is shown of an item: a row, a text or an image, as far as it can be read."""

    row: dict[str, Any] = field(default_factory=dict)
    text: str | None = None
    image: str | None = None  # its path, for people
    error: str | None = None  # why it cannot be shown


class Source:
    """The items of one asset, told by the settings of a project.

    Parameters
    ----------
    data : Data
        The assets.
    kind : str
        ``"table"``, ``"text"`` or ``"image"``.
    settings : mapping
        `text`, `image`, `key`, `group`, `split` and `columns` of the project.
    folder : Path
        Where paths of images lead from, and out of which none may lead.
    """

    def __init__(self, data: Data, kind: str, settings: Mapping[str, Any], folder: Path) -> None:
        self._data, self._kind, self._folder = data, kind, folder
        self._settings = settings
        self._listed: dict[str, list[Any]] = {}

    def check(self, version: Version) -> None:
        """Refuse a version that has not the columns, or the files, that the project needs."""
        if version.kind != "table":
            if version.kind != "folder" or any(self._settings.values()):
                raise Invalid(
                    f"{version.ref} is a {version.kind}; a table's columns or a folder's files are labeled."
                )
            if not self._files(version):
                raise Invalid(f"{version.ref} has no {_FILES[self._kind]} in it.")
            return
        told = [self._settings.get(name) for name in ("text", "image", "key", "group", "split")]
        named = [*(one for one in told if one), *self._settings.get("columns", ())]
        check_columns(version.schema.names, named, f"{version.ref}: ")

    def items(self, version: Version) -> Iterator[Found]:
        """Go through the items of a version in their order.

        Raises
        ------
        Invalid
            Two rows have the same key.
        """
        self.check(version)
        if version.kind == "folder":
            for place, one in enumerate(self._files(version)):
                yield Found(one.path, one.sha256, place, one.label or None, None, one.width, one.height)
            return
        names = list(version.schema.names)
        place_of = {name: place for place, name in enumerate(names)}
        seen: Counter[str] = Counter()
        key, group, split = (
            place_of.get(self._settings.get(one) or "", -1) for one in ("key", "group", "split")
        )
        labeled = self._settings.get(self._kind) if self._kind != "table" else None
        number = 0
        with opened(self._data.stored(version)) as file:
            for batch in file.iter_batches(8_192):
                columns = [column.to_pylist() for column in batch.columns]
                for row in zip(*columns, strict=True):
                    told = row[place_of[labeled]] if labeled else row
                    content, size = self._content(told)
                    name = content[:32] if key < 0 else str(row[key])[:LONGEST_KEY]
                    seen[name] += 1
                    if seen[name] > 1:
                        if key >= 0:
                            raise Invalid(
                                f"Row {number + 1} of {version.ref} has the key {name!r}, as another row "
                                "has; a key names one row."
                            )
                        name = f"{name}#{seen[name]}"
                    yield Found(
                        name, content, number,
                        None if group < 0 or row[group] is None else str(row[group])[:LONGEST_KEY],
                        None if split < 0 else SPLITS.get(str(row[split]).lower()),
                        *size,
                    )  # fmt: skip
                    number += 1

    def read(self, version: Version, places: Sequence[int]) -> list[Content]:
        """Read what is shown of the items at these places."""
        if version.kind == "folder":
            files = self._files(version)
            return [self._of_file(version, files[place].path) for place in places]
        page = self._data.rows_at(version, places)
        names, values = page.table.column_names, page.to_json()
        rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
        shown = self._settings.get("columns") or names
        found = []
        for row in rows:
            kept = {name: row[name] for name in shown if name in row}
            labeled = row.get(self._settings.get(self._kind) or "") if self._kind != "table" else None
            if self._kind == "text":
                found.append(Content(kept, text="" if labeled is None else str(labeled)))
            elif self._kind == "image":
                found.append(Content(kept, image="" if labeled is None else str(labeled)))
            else:
                found.append(Content(kept))
        return found

    def for_encoder(self, version: Version, places: Sequence[int]) -> Any:
        """Return items as encoders take them: rows of a frame, texts, or the bytes of images."""
        if self._kind == "image":
            return [self.image(version, place) for place in places]
        if self._kind == "text":
            return [one.text or "" for one in self.read(version, places)]
        frame = self._data.frame(version)
        unfit = {self._settings.get("key"), self._settings.get("split")}
        shown = self._settings.get("columns") or [name for name in frame.columns if name not in unfit]
        return frame[shown].iloc[list(places)].reset_index(drop=True)

    def image(self, version: Version, place: int) -> bytes:
        """Return the bytes of an image.

        Raises
        ------
        NotFound, Invalid
            There is none, its path leads out of the folder, or it is larger than is read.
        """
        if self._kind != "image":
            raise NotFound("The items of this project are no images.")
        if version.kind == "folder":
            return self._data.read_file(version, self._files(version)[place].path)
        [content] = self.read(version, [place])
        path = self._inside(content.image or "")
        if path.stat().st_size > MOST_BYTES:
            raise Invalid(f"{path.name} has more than {MOST_BYTES >> 20:,} MB; such images are not read.")
        return path.read_bytes()

    def _files(self, version: Version) -> list[Any]:
        """The files of a folder that can be labeled, by path: pictures, or texts."""
        known = self._listed.get(version.ref)
        if known is None:
            from labstudio.data.folders.items import is_text
            from labstudio.pictures import PICTURES

            wanted = PICTURES.__contains__ if self._kind == "image" else is_text
            known = [one for one in self._data.items(version) if wanted(one.media)]
            self._listed[version.ref] = known
        return known

    def _of_file(self, version: Version, path: str) -> Content:
        if self._kind == "image":
            return Content({}, image=path)
        content = self._data.read_file(version, path)[:MOST_BYTES]
        return Content({}, text=content.decode("utf-8", "replace"))

    def _content(self, told: Any) -> tuple[str, tuple[int | None, int | None]]:
        """Hash what is labeled; of an image also say its size."""
        if self._kind == "image":
            from labstudio.pictures import upright_size
            from labstudio.store.files import file_sha256

            try:
                path = self._inside("" if told is None else str(told))
                with path.open("rb") as file:
                    return file_sha256(path), upright_size(file) or (None, None)
            except LabstudioError:  # it is an item all the same; whoever is shown it is told why it is none
                told = f"missing {told}"
        text = told if isinstance(told, str) else json.dumps(told, default=repr, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), (None, None)

    def _inside(self, told: str) -> Path:
        path = (self._folder / told).resolve() if told and "\0" not in told else None
        if path is None or not path.is_relative_to(self._folder.resolve()):
            raise Invalid(f"{told[:200]!r} lies outside of {self._folder}; images are read from inside it.")
        if not path.is_file():
            raise NotFound(f"There is no image {told[:200]!r} in {self._folder}.")
        return path
