"""The pictures of items, as browsers are given them: never as markup."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labstudio.errors import NotFound
from labstudio.labeling.annotating import _item_rows

if TYPE_CHECKING:
    from labstudio.labeling.projects import Projects

    class _Base(Projects): ...

else:
    _Base = object

LARGEST_THUMBNAIL = 4_096


@dataclass(frozen=True)
class Picture:
    """Bytes of an image, or the file that has them; `etag` changes when they do."""

    content: bytes | Path
    mimetype: str
    etag: str


class Picturing(_Base):
    """Showing images."""

    def picture(self, ref: str, item: int, size: int = 0) -> Picture:
        """Return an item's image, as it is, or with a longest side of `size` pixels, upright.

        Raises
        ------
        NotFound
            There is no such item, or its file is gone.
        Invalid
            The file is no image, or larger than is read.
        """
        from labstudio.data.cache import Cache
        from labstudio.labeling.images import mimetype_of, shown_as_it_is, thumbnail

        project = self.get(ref)
        with self._store.read() as connection:
            rows = _item_rows(connection, project, [item])
        if not rows:
            raise NotFound(f"{project.name} has no item {item}.")
        [row] = rows
        path = self._source(project).image(self._data.get(f"{project.data}@{row['version']}"), row["place"])
        about = path.stat()
        # the file may change under its name, which a hash of its content would take long to find out
        tag = hashlib.sha256(f"{path} {about.st_size} {about.st_mtime_ns} {size}".encode()).hexdigest()[:32]
        if size == 0 and shown_as_it_is(path):
            return Picture(path, mimetype_of(path), tag)
        cache, name = Cache(self._store.root / "cache"), f"{tag}.image"
        made = cache.find(name)
        if made is None:
            content = thumbnail(path, size or LARGEST_THUMBNAIL)
            with cache.making(name) as place:
                place.write_bytes(content)
        else:
            content = made.read_bytes()
        return Picture(content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg", tag)
