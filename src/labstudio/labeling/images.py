"""Images of items: their size, and a form that a browser may be given, upright and no larger than allowed.

What Pillow does not read is no image; SVG and HTML never are. It knows files, and no store.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labstudio.errors import Invalid

MOST_PIXELS = 450_000_000  # decoded, some 1.3 GB; a header may claim more than any memory holds
MOST_BYTES = 500 * 2**20
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp",
           "BMP": "image/bmp", "TIFF": "image/tiff"}  # fmt: skip
SHOWN_AS_THEY_ARE = ("JPEG", "PNG", "GIF", "WEBP")
_TURNED = (5, 6, 7, 8)  # EXIF orientations in which width and height change places
_ORIENTATION = 0x0112


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of an image, upright, without decoding it.

    Raises
    ------
    Invalid
        It is no image, or larger than is read.
    """
    with _opened(path) as image:
        width, height = image.size
        turned = image.getexif().get(_ORIENTATION, 1) in _TURNED
    return (height, width) if turned else (width, height)


def mimetype_of(path: Path) -> str:
    """Return what an image says it is; see `size_of`."""
    with _opened(path) as image:
        return FORMATS[image.format]


def shown_as_it_is(path: Path) -> bool:
    """Whether a browser can be given the file itself: a format that all know."""
    with _opened(path) as image:
        return image.format in SHOWN_AS_THEY_ARE


def thumbnail(path: Path, longest: int) -> bytes:
    """Return an image as JPEG or PNG, upright, with a side of at most `longest` pixels.

    Raises
    ------
    Invalid
        It is no image, is cut off, or larger than is read.
    """
    from PIL import ImageOps

    with _opened(path) as image:
        image.draft("RGB", (longest, longest))  # a JPEG is then decoded small at once
        image.load()
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((longest, longest))
        clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        sink = io.BytesIO()
        if clear:
            upright.convert("RGBA").save(sink, "PNG")
        else:
            upright.convert("RGB").save(sink, "JPEG", quality=85)
    return sink.getvalue()


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open an image; whatever is wrong with it becomes a sentence."""
    from PIL import Image, UnidentifiedImageError

    if path.stat().st_size > MOST_BYTES:
        raise Invalid(f"{path.name} has more than {MOST_BYTES >> 20:,} MB; images of that size are not read.")
    try:
        with warnings.catch_warnings():
            # Pillow's own limit is about surprise; ours, below, about memory
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            try:
                image = Image.open(path, formats=list(FORMATS))
            except Image.DecompressionBombError:
                raise Invalid(f"{path.name} claims to have more pixels than are read.") from None
            with image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise Invalid(
                        f"{path.name} has {width:,} × {height:,} pixels; up to {MOST_PIXELS:,} are read."
                    )
                yield image
    except UnidentifiedImageError:
        raise Invalid(f"{path.name} is no image of {', '.join(FORMATS)}.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Invalid(f"{path.name} cannot be read as an image ({error}).") from None
