"""Encoders: what turns items into vectors, chosen by a string.

``table``, ``text`` and ``image`` learn from the items themselves and need no network; ``onnx:path``,
``st:NAME`` and ``timm:NAME`` bring a pretrained one, and other packages offer theirs as entry points of the
group ``labstudio.encoders``: a name, and a callable that returns an `Encoder`.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from labstudio.errors import Invalid
from labstudio.labeling.suggest.encoders.encoder import Encoder, fingerprint_of, unit_length
from labstudio.options import nearest

__all__ = ["ENTRY_POINTS", "Encoder", "fingerprint_of", "learn_encoder", "unit_length"]

ENTRY_POINTS = "labstudio.encoders"


def learn_encoder(name: str, kind: str, items: Any, *, seed: int = 0) -> Encoder:
    """Make the encoder that a string names, and let it learn from a sample of items if it does.

    Parameters
    ----------
    name : str
        As in the module's first lines; empty for the one that goes with the kind of item.
    kind : {"table", "text", "image"}
        What the items are.
    items : DataFrame, sequence of str, or sequence of paths or bytes
        What it may learn from: all items, or many.
    seed : int
        Of what is random.

    Raises
    ------
    Invalid
        No encoder has that name, or it is not for such items.
    Unavailable
        What it needs is not installed.

    Examples
    --------
    >>> learn_encoder("", "text", ["good wine", "bad wine", "bread"]).encode(["wine", "bread"]).shape
    (2, 2)
    """
    name = name.strip() or kind
    scheme, _, rest = name.partition(":")
    if scheme in ("table", "text", "image") and not rest:
        if scheme != kind:
            raise Invalid(
                f"The encoder {scheme!r} is not for {_ITEMS[kind]}; leave it empty or name another one."
            )
        return _own(kind, items, seed)
    if scheme == "onnx" and rest:
        from labstudio.labeling.suggest.encoders.onnx_file import OnnxEncoder

        return OnnxEncoder(rest, kind)
    if scheme in ("st", "timm") and rest:
        from labstudio.labeling.suggest.encoders.pretrained import SentenceEncoder, TimmEncoder

        wanted = {"st": "text", "timm": "image"}[scheme]
        if kind != wanted:
            raise Invalid(f"{name} encodes {_ITEMS[wanted]}, not {_ITEMS[kind]}.")
        return SentenceEncoder(rest) if scheme == "st" else TimmEncoder(rest)
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if name in offered:
        encoder: Encoder = offered[name].load()()
        return encoder
    known = ["table", "text", "image", "onnx:path", "st:NAME", "timm:NAME", *offered]
    meant = nearest(name, known)
    also = f" Did you mean {meant}?" if meant else ""
    raise Invalid(f"There is no encoder {name!r}; known are {', '.join(known)}.{also}")


_ITEMS = {"table": "rows of a table", "text": "texts", "image": "images"}


def _own(kind: str, items: Any, seed: int) -> Encoder:
    if kind == "table":
        from labstudio.labeling.suggest.encoders.tables import TableEncoder

        return TableEncoder().fit(items)
    if kind == "text":
        from labstudio.labeling.suggest.encoders.texts import TextEncoder

        return TextEncoder(seed=seed).fit(items)
    from labstudio.labeling.suggest.encoders.images import ImageEncoder

    return ImageEncoder(seed=seed).fit(items)
