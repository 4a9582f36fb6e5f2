"""What something would come to if it were added: a table by its first rows, anything else as what it is.

Nothing is kept. A table is read by `labstudio.data.look`; of a text the beginning is shown, of a picture a
small copy, of a folder or an archive of files what is in it.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labstudio.data import hints
from labstudio.data.folders import texts
from labstudio.data.folders.items import media_of
from labstudio.data.kinds import kind_of
from labstudio.data.look import Look, LookContent, LookError, LookFile, look
from labstudio.data.options import ImportOptions
from labstudio.errors import Invalid, NotFound, Unavailable
from labstudio.pictures import PICTURES, thumbnail

if TYPE_CHECKING:
    from labstudio.data.folders.scanning import Listing

NAMED = 100  # files of a folder
PICTURE = 480  # pixels of the longer side of a small copy
WHOLE = 64 << 20  # bytes of a picture that is looked at
_AS_FILE = hints.Hint("It may be no table.", "Keep it as a file", {"kind": "file"})


def glance(path: Path, name: str, folder: Path, options: ImportOptions, size: int | None = None) -> Look:
    """Look at a file or a folder; only what is not there is an error.

    Parameters
    ----------
    path : Path
        Where it is.
    name : str
        What people call it.
    folder : Path
        Empty, for what is made on the way.
    options : ImportOptions
        What the person knows already.
    size : int, optional
        Bytes of the file, where only its beginning is here.
    """
    from labstudio.data.folders.scanning import scan

    if not path.exists():
        raise NotFound(f"There is no file {path}.")
    kind = options.kind or kind_of(path, name, options)
    if kind == "folder":
        if path.is_dir():
            return of_listing(scan(path), options)
        return _of_archive(path, name, options)
    if kind == "file" and path.is_file():
        return _of_file(path, name, options, size)
    seen = look(path, name, folder, options)
    return seen if seen.error is None else replace(seen, warnings=[*seen.warnings, _AS_FILE])


def of_listing(tree: Listing, options: ImportOptions) -> Look:
    """Show what lies in a folder."""
    return _of_files([(seen.path, seen.size) for seen in tree.files], options)


def _of_files(found: Sequence[tuple[str, int]], options: ImportOptions) -> Look:
    kinds = Counter(_kind(media_of(path)) for path, _ in found)
    named = [LookFile(path, size) for path, size in sorted(found)[:NAMED]]
    content = LookContent(
        "", sum(size for _, size in found), files=len(found), kinds=dict(kinds.most_common()), named=named
    )
    return _no_table("folder", options, content)


def _of_archive(path: Path, name: str, options: ImportOptions) -> Look:
    from labstudio.data.reading.archives import listed

    try:
        return _of_files(listed(path), options)
    except Invalid as error:
        broken = LookError(f"{name}: {error}", None, None)
        seen = _no_table("folder", options, LookContent(media_of(name), path.stat().st_size))
        return replace(seen, error=broken, warnings=[_AS_FILE])


def _of_file(path: Path, name: str, options: ImportOptions, size: int | None) -> Look:
    media = media_of(name)
    size = path.stat().st_size if size is None else size
    picture, text = None, None
    try:
        if media in PICTURES and size <= WHOLE:
            with path.open("rb") as file:
                small, kind = thumbnail(file, PICTURE)
            picture = f"data:{kind};base64,{base64.b64encode(small).decode()}"
        else:
            most = texts.COMPARED if media.endswith("ipynb+json") else texts.SHOWN
            with path.open("rb") as file:
                content = file.read(most + 1)
            text = texts.text_of(content[:most], media, cut=size > most)
    except Invalid:  # a picture that is none is a file like any other
        picture = None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror}).") from None
    shown = text.text[: texts.SHOWN] if text is not None else None
    cut = text is not None and (text.cut or len(text.text) > texts.SHOWN)
    return _no_table("file", options, LookContent(media, size, shown, cut, picture))


def _no_table(kind: str, options: ImportOptions, content: LookContent) -> Look:
    given = options.model_dump(exclude_defaults=True)
    found = {} if "kind" in given else {"kind": kind}
    return Look(kind, {**found, **given}, sorted(found), kind=kind, content=content)


def _kind(media: str) -> str:
    if media in PICTURES:
        return "image"
    return media.partition("/")[0] or "other"
