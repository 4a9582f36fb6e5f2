"""Pictures decoded, their sizes and thumbnails, by Pillow, of files that nobody trusts.

A picture says how large it is before it is decoded, and one that claims too much is not decoded; only formats
made of pixels are opened, so that nothing a file asks for is run.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/x-portable-pixmap": "PPM",
    "image/x-portable-graymap": "PPM",
}
"""Pictures made of pixels, and Pillow's name for each; a drawing such as SVG is a program, and text here."""

MOST_PIXELS = 100_000_000
SMALLEST, LARGEST = 16, 1_024  # pixels of a thumbnail's longer side
_ORIENTATION, _TURNED = 0x0112, range(5, 9)  # EXIF: those that lie on their side


def upright_size(source: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of a picture as it is to be looked at; None where it is none.

    Only its beginning is read.
    """
    try:
        with _opened(source) as picture:
            width, height = picture.size
            turned = picture.getexif().get(_ORIENTATION) in _TURNED
            return (height, width) if turned else (width, height)
    except Invalid:
        return None


def thumbnail(source: BinaryIO, longest: int) -> tuple[bytes, str]:
    """Make a small copy of a picture, upright, its longer side `longest` pixels at most.

    Returns
    -------
    tuple of bytes and str
        The copy and its media type: JPEG, or PNG where it is transparent.

    Raises
    ------
    Invalid
        It is no picture, is broken, or has too many pixels.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("RGB", (400, 200)).save(file, "PNG")
    >>> content, media = thumbnail(file, 100)
    >>> Image.open(io.BytesIO(content)).size, media
    ((100, 50), 'image/jpeg')
    """
    longest = min(max(longest, SMALLEST), LARGEST)
    small = upright(source, longest)
    clear = small.mode == "RGBA"
    small.thumbnail((longest, longest))
    out = io.BytesIO()
    small.save(out, "PNG" if clear else "JPEG", quality=85)
    return out.getvalue(), "image/png" if clear else "image/jpeg"


def upright(source: BinaryIO, longest: int | None = None) -> Image:
    """Decode a picture as it is to be looked at: RGB, or RGBA where it is transparent.

    Parameters
    ----------
    source : file
        The picture.
    longest : int, optional
        The longer side that is needed; a JPEG is decoded at a fraction of its size where that is enough.

    Raises
    ------
    Invalid
        It is no picture, is broken, or has too many pixels.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("I;16", (4, 2)).save(file, "TIFF")
    >>> found = upright(file)
    >>> found.size, found.mode
    ((4, 2), 'RGB')
    """
    from PIL import ImageOps

    with _opened(source) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Invalid(
                f"The picture has {picture.width:,} × {picture.height:,} pixels, more than the "
                f"{MOST_PIXELS // 1_000_000} million that are decoded: make it smaller."
            )
        if longest is not None:
            picture.draft("RGB", (longest, longest))
        found: Image = ImageOps.exif_transpose(picture)
        if found.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel: spread over what a screen shows
            found = _spread(found)
        clear = found.mode in ("LA", "PA", "RGBA") or "transparency" in found.info
        return found.convert("RGBA" if clear else "RGB")


def _spread(picture: Image) -> Image:
    low, high = picture.getextrema()
    scale = 255 / (high - low) if high > low else 1.0
    return picture.point(lambda value: value * scale - low * scale).convert("L")


@contextmanager
def _opened(source: BinaryIO) -> Iterator[Image]:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # counted by ourselves
            with Image.open(source, formats=sorted(set(PICTURES.values()))) as picture:
                yield picture
    except Image.DecompressionBombError:
        raise Invalid("The picture has too many pixels to be decoded: make it smaller.") from None
    except UnidentifiedImageError:
        raise Invalid("This is no picture that can be shown, or it is damaged.") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, ArithmeticError) as error:
        # Pillow's readers end in all of these on damaged bytes
        raise Invalid(f"The picture is damaged ({error}).") from None
    except MemoryError:
        raise Invalid("The picture needs more memory than there is: make it smaller.") from None
