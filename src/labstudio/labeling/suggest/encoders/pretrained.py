"""Pretrained encoders of two libraries that are used where a person has installed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labstudio.errors import Invalid, Unavailable
from labstudio.labeling.suggest.encoders.encoder import fingerprint_of, unit_length
from labstudio.labeling.suggest.encoders.images import Picture, decode

_AT_ONCE = 32


class SentenceEncoder:
    """A model of sentence-transformers, by name or folder."""

    def __init__(self, name: str) -> None:
        try:
            import sentence_transformers
        except ImportError:
            raise Unavailable(
                f"st:{name} needs sentence-transformers: pip install sentence-transformers."
            ) from None
        self.name, self._version = name, sentence_transformers.__version__
        try:
            self._model = sentence_transformers.SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise Invalid(f"st:{name} cannot be loaded: {error}.") from None

    @property
    def fingerprint(self) -> str:
        return fingerprint_of("st", [self.name, self._version], [_weights(self._model)])

    def encode(self, items: Sequence[str]) -> np.ndarray:
        """Return vectors [N, D] of texts, of length 1."""
        return unit_length(np.asarray(self._model.encode(list(items), batch_size=_AT_ONCE)))


class TimmEncoder:
    """A model of timm without its last layer, by name."""

    def __init__(self, name: str) -> None:
        try:
            import timm
            import torch
        except ImportError:
            raise Unavailable(f"timm:{name} needs timm: pip install timm.") from None
        self.name, self._version, self._torch = name, timm.__version__, torch
        try:
            self._model = timm.create_model(name, pretrained=True, num_classes=0).eval()
        except Exception as error:
            raise Invalid(f"timm:{name} cannot be loaded: {error}.") from None
        self._config = timm.data.resolve_model_data_config(self._model)

    @property
    def fingerprint(self) -> str:
        return fingerprint_of("timm", [self.name, self._version], [_weights(self._model)])

    def encode(self, items: Sequence[Picture]) -> np.ndarray:
        """Return vectors [N, D] of images, of length 1."""
        height, width = self._config["input_size"][1:]
        mean, std = (np.array(self._config[name], dtype=np.float32) for name in ("mean", "std"))
        found = []
        for at in range(0, len(items), _AT_ONCE):
            part = [(decode(one, (width, height)) - mean) / std for one in items[at : at + _AT_ONCE]]
            with self._torch.inference_mode():
                images = self._torch.from_numpy(np.stack(part).transpose(0, 3, 1, 2).copy())
                found.append(self._model(images).numpy())
        return unit_length(np.concatenate(found)) if found else np.zeros((0, 1), dtype=np.float32)


def _weights(model: Any) -> str:
    """Hash of a torch model's weights: the same name may bring other ones tomorrow."""
    import hashlib

    digest = hashlib.sha256()
    for name, values in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(values.cpu().numpy().tobytes())
    return digest.hexdigest()
