"""Encoders of images as bytes: kept beside the vectors they have made, and made again from them elsewhere.

What is kept is plain arrays and files, no code: reading it runs nothing.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from labstudio.errors import Invalid
from labstudio.labeling.suggest.encoders import Encoder, learn_encoder
from labstudio.labeling.suggest.encoders.images import ImageEncoder
from labstudio.labeling.suggest.encoders.onnx_file import OnnxEncoder

_FORMAT = 1


def packed(encoder: Encoder, name: str) -> bytes:
    """Return an encoder of images as bytes, always the same for the same one.

    Parameters
    ----------
    encoder : Encoder
        What is kept.
    name : str
        What `learn_encoder` was told: of one that comes with a library it is all that is kept, with its
        fingerprint.
    """
    about: dict[str, Any] = {"format": _FORMAT, "fingerprint": encoder.fingerprint, "name": name}
    arrays: dict[str, Any] = {}
    if isinstance(encoder, ImageEncoder):
        about |= {"kind": "image", "options": encoder.options}
        arrays = encoder.learned
    elif isinstance(encoder, OnnxEncoder):
        about |= {"kind": "onnx", "beside": encoder.beside.name if encoder.beside else None}
        files = {"onnx": encoder.path, "beside": encoder.beside}
        arrays = {
            key: np.frombuffer(path.read_bytes(), np.uint8) for key, path in files.items() if path is not None
        }
    else:
        about["kind"] = "named"
    out = io.BytesIO()
    np.savez(out, about=np.array(json.dumps(about, sort_keys=True)), **arrays)
    return out.getvalue()


def unpacked(content: bytes) -> Encoder:
    """Make an encoder again from what `packed` has made.

    Raises
    ------
    Invalid
        It is nothing that `packed` has made, or what it names is another one now.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(str(arrays.pop("about")))
        kind, name, fingerprint = (str(about[one]) for one in ("kind", "name", "fingerprint"))
        if about["format"] != _FORMAT or kind not in ("image", "onnx", "named"):
            raise ValueError
        if kind == "image":
            encoder: Encoder = ImageEncoder.of(about["options"], arrays)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile):
        raise Invalid("This is no encoder that Labstudio has kept, or it is damaged.") from None
    if kind == "onnx":
        encoder = _onnx(arrays, about.get("beside"))
    elif kind == "named":
        encoder = learn_encoder(name, "image", [])
    if encoder.fingerprint != fingerprint:
        raise Invalid(f"The encoder {name} is not the one that made the vectors: its weights have changed.")
    return encoder


class _Kept(OnnxEncoder):
    """An ONNX file in a folder that goes with the encoder."""

    def __init__(self, folder: TemporaryDirectory[str]) -> None:
        super().__init__(Path(folder.name) / "encoder.onnx", "image")
        self._made["folder"] = folder


def _onnx(arrays: dict[str, np.ndarray], beside: str | None) -> OnnxEncoder:
    folder = TemporaryDirectory(prefix="labstudio-encoder-")
    (Path(folder.name) / "encoder.onnx").write_bytes(arrays["onnx"].tobytes())
    if beside is not None:
        (Path(folder.name) / "preprocessor.json").write_bytes(arrays["beside"].tobytes())
    return _Kept(folder)
