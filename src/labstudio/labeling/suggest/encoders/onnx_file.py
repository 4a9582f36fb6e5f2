"""Any ONNX file as an encoder of texts or images, with what it needs to know beside it.

Texts: ``tokenizer.json`` (of Hugging Face's tokenizers) in the file's folder. Images: ``preprocessor.json``
or ``preprocessor_config.json`` with ``size``, ``mean`` and ``std``; without it 224 pixels and ImageNet's
figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labstudio.errors import Invalid, Unavailable
from labstudio.labeling.suggest.encoders.encoder import fingerprint_of, unit_length
from labstudio.labeling.suggest.encoders.images import Picture, decode

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_MOST_TOKENS = 256
_AT_ONCE = 32


class OnnxEncoder:
    """The first output of an ONNX file: as it is, or its mean over tokens (or places of an image).

    Parameters
    ----------
    path : str or Path
        The file.
    kind : {"text", "image"}
        What it is fed with.
    """

    def __init__(self, path: str | Path, kind: str) -> None:
        self.path, self.kind = Path(path), kind
        if kind not in ("text", "image"):
            raise Invalid("An ONNX file encodes texts or images; rows of a table have the encoder 'table'.")
        if not self.path.is_file():
            raise Invalid(f"There is no file {self.path} to encode with.")
        self.beside = _tokenizer_file(self.path) if kind == "text" else _image_file(self.path)
        self.options = json.loads(self.beside.read_text("utf-8")) if kind == "image" and self.beside else {}
        self._made: dict[str, Any] = {}

    @property
    def fingerprint(self) -> str:
        parts = [self.path.read_bytes(), self.beside.read_bytes() if self.beside else b""]
        return fingerprint_of("onnx", self.kind, [hashlib.sha256(part).hexdigest() for part in parts])

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": {}}  # a session cannot be pickled; it is made anew

    def encode(self, items: Sequence[str] | Sequence[Picture]) -> np.ndarray:
        """Return vectors [N, D] of length 1."""
        found = []
        for at in range(0, len(items), _AT_ONCE):
            part: list[Any] = list(items[at : at + _AT_ONCE])
            feed = self._text_feed(part) if self.kind == "text" else self._image_feed(part)
            found.append(self._pooled(self._run(feed), feed))
        return unit_length(np.concatenate(found)) if found else np.zeros((0, 1), dtype=np.float32)

    @property
    def _session(self) -> Any:
        if "session" not in self._made:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # beside people who label
            options.log_severity_level = 3
            try:
                self._made["session"] = onnxruntime.InferenceSession(
                    str(self.path), options, providers=["CPUExecutionProvider"]
                )
            except Exception as error:  # onnxruntime has no one class for what can be wrong with a file
                raise Invalid(
                    f"{self.path.name} is no ONNX file that can be run: {_first_line(error)}."
                ) from None
        return self._made["session"]

    def _run(self, feed: dict[str, np.ndarray]) -> np.ndarray:
        try:
            return np.asarray(self._session.run(None, feed)[0])
        except Exception as error:
            raise Invalid(
                f"{self.path.name} does not take these {self.kind}s: {_first_line(error)}."
            ) from None

    def _text_feed(self, texts: list[str]) -> dict[str, np.ndarray]:
        if "tokenizer" not in self._made:
            try:
                from tokenizers import Tokenizer
            except ImportError:
                raise Unavailable(
                    "Encoding texts by an ONNX file needs tokenizers: pip install tokenizers."
                ) from None
            self._made["tokenizer"] = Tokenizer.from_file(str(self.beside))
            self._made["tokenizer"].enable_padding()
            self._made["tokenizer"].enable_truncation(_MOST_TOKENS)
        coded = self._made["tokenizer"].encode_batch(texts)
        known = {
            "input_ids": [one.ids for one in coded],
            "attention_mask": [one.attention_mask for one in coded],
            "token_type_ids": [one.type_ids for one in coded],
        }
        wanted = [one.name for one in self._session.get_inputs()]
        strange = [name for name in wanted if name not in known]
        if strange:
            raise Invalid(
                f"{self.path.name} wants an input {strange[0]!r}; a text encoder takes {', '.join(known)}."
            )
        return {name: np.array(known[name], dtype=np.int64) for name in wanted}

    def _image_feed(self, pictures: list[Picture]) -> dict[str, np.ndarray]:
        told = self._session.get_inputs()[0]
        side = _size(self.options.get("size"))
        if side is None:
            place = [edge for edge in told.shape[-2:] if isinstance(edge, int)]
            side = (place[1], place[0]) if len(place) == 2 else (224, 224)
        mean = np.array(self.options.get("mean", self.options.get("image_mean", _MEAN)), dtype=np.float32)
        std = np.array(self.options.get("std", self.options.get("image_std", _STD)), dtype=np.float32)
        images = np.stack([(decode(one, side) - mean) / std for one in pictures])
        last = len(told.shape) == 4 and told.shape[-1] == 3 and told.shape[1] != 3
        return {told.name: images if last else np.ascontiguousarray(images.transpose(0, 3, 1, 2))}

    def _pooled(self, found: np.ndarray, feed: dict[str, np.ndarray]) -> np.ndarray:
        if found.ndim == 3:
            mask = feed.get("attention_mask", np.ones(found.shape[:2]))[..., None]
            return np.asarray((found * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1))
        return found.mean(axis=(2, 3)) if found.ndim == 4 else found.reshape(len(found), -1)


def _tokenizer_file(path: Path) -> Path:
    beside = path.with_name("tokenizer.json")
    if not beside.is_file():
        raise Invalid(
            f"A text encoder needs its tokenizer.json beside {path.name}; put it into {path.parent}."
        )
    return beside


def _image_file(path: Path) -> Path | None:
    names = ("preprocessor.json", "preprocessor_config.json")
    return next((path.with_name(name) for name in names if path.with_name(name).is_file()), None)


def _size(told: Any) -> tuple[int, int] | None:
    """Width and height, however they are told."""
    match told:
        case int():
            return told, told
        case [int(width), int(height)]:
            return width, height
        case {"width": int(width), "height": int(height)}:
            return width, height
        case {"shortest_edge": int(side)}:
            return side, side
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
