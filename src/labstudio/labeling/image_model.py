"""A model of images: the encoder that makes their vectors, and the certified file that takes them from there.

It knows no store: a file and an encoder in, predictions out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from labstudio.errors import Invalid, NotFound
from labstudio.labeling.suggest.encoders.encoder import Encoder
from labstudio.labeling.suggest.encoders.images import Picture

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.onnx import OnnxModel

MODEL, ENCODER = "model.onnx", "encoder.npz"


class ImageModel:
    """A certified model of vectors with the encoder that its certificate names.

    Parameters
    ----------
    model : OnnxModel
        From vectors to an answer.
    encoder : bytes
        What `labstudio.labeling.suggest.encoders.keeping.packed` has made.

    Raises
    ------
    Invalid
        The model takes no vectors of images, or those of another encoder.
    """

    def __init__(self, model: OnnxModel, encoder: bytes) -> None:
        named = encoder_of(model)
        found = hashlib.sha256(encoder).hexdigest()
        if found != named:
            raise Invalid(
                f"The model takes vectors of the encoder {named[:12]}, and this is {found[:12]}: its answers "
                "would mean nothing. Give the encoder that was kept with it."
            )
        self.model, self._packed = model, encoder

    @property
    def classes(self) -> np.ndarray | None:
        """Labels in the order of `predict_proba`'s columns; None where a number is predicted."""
        return self.model.classes

    @cached_property
    def encoder(self) -> Encoder:
        """What makes the vectors."""
        from labstudio.labeling.suggest.encoders.keeping import unpacked

        return unpacked(self._packed)

    def vectors(self, images: Sequence[Picture]) -> pd.DataFrame:
        """Return images (paths or bytes) as the model takes them, a row each.

        Raises
        ------
        Invalid
            One of them is no image; the sentence names it.
        """
        return as_frame(self.encoder, self.encoder.encode(list(images)))

    def predict(self, images: Sequence[Picture]) -> np.ndarray:
        """Predict labels or values [N] of images, told as paths or bytes."""
        return self.model.predict(self.vectors(images))

    def predict_proba(self, images: Sequence[Picture]) -> np.ndarray:
        """Predict probabilities [N, K], in the order of `classes`."""
        return self.model.predict_proba(self.vectors(images))

    def save(self, folder: str | Path) -> Path:
        """Write the model and its encoder into a folder, from which `load_image_model` has them again."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        (place / MODEL).write_bytes(self.model.content)
        (place / ENCODER).write_bytes(self._packed)
        return place


def load_image_model(folder: str | Path) -> ImageModel:
    """Load what `ImageModel.save` has written: no workspace is needed.

    Raises
    ------
    NotFound, Invalid
        There is no such model, or its encoder is another one.
    """
    from labstudio.onnx import load

    place = Path(folder)
    if not (place / ENCODER).is_file():
        raise NotFound(f"There is no {ENCODER} in {place}; a model of images is saved with its encoder.")
    return ImageModel(load(place / MODEL), (place / ENCODER).read_bytes())


def encoder_of(model: OnnxModel) -> str:
    """Return the hash of the encoder whose vectors a model takes; a sentence where it takes none."""
    named = model.metadata.get("labstudio.encoder")
    if named is None:
        raise Invalid("This model takes the columns of a table; give it rows, not images.")
    return named


def as_frame(encoder: Encoder, vectors: np.ndarray) -> pd.DataFrame:
    """Return vectors as columns that are named by the encoder that made them."""
    import pandas as pd

    name = encoder.fingerprint[:8]
    return pd.DataFrame(vectors, columns=[f"{name}_{place}" for place in range(vectors.shape[1])])
