"""The pictures of items, as browsers are given them: never as markup."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.annotating import _item_rows

if TYPE_CHECKING:
    from labstudio.labeling.projects import Projects

    class _Base(Projects): ...

else:
    _Base = object

BROWSERS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
}
"""How the formats begin that every browser shows; all others are shown as a copy."""


@dataclass(frozen=True)
class Picture:
    """Bytes of an image; `etag` changes when they do."""

    content: bytes
    mimetype: str
    etag: str


class Picturing(_Base):
    """Showing images."""

    def picture(self, ref: str, item: int, size: int = 0) -> Picture:
        """Return an item's image, as it is, or with a longest side of about `size` pixels, upright.

        Raises
        ------
        NotFound
            There is no such item, or its file is gone.
        Invalid
            The file is no image, is broken, or has more pixels than are shown.
        """
        from labstudio.pictures import LARGEST, MOST_PIXELS, thumbnail, upright_size

        project = self.get(ref)
        with self._store.read() as connection:
            rows = _item_rows(connection, project, [item])
        if not rows:
            raise NotFound(f"{project.name} has no item {item}.")
        [row] = rows
        version = self._data.get(f"{project.data}@{row['version']}")
        content = self._source(project).image(version, row["place"])
        tag = hashlib.sha256(content).hexdigest()[:32] + (f"-{size}" if size else "")
        media = next((kind for begin, kind in BROWSERS.items() if content.startswith(begin)), None)
        if size or media is None:
            return Picture(*thumbnail(io.BytesIO(content), size or LARGEST), tag)
        pixels = upright_size(io.BytesIO(content))
        if pixels is None:
            raise Invalid("This is no picture that can be shown, or it is damaged.")
        if pixels[0] * pixels[1] > MOST_PIXELS:
            raise Invalid(f"The picture has {pixels[0]:,} × {pixels[1]:,} pixels, too many to be shown.")
        return Picture(content, media, tag)
