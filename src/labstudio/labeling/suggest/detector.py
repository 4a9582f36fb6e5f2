"""Boxes from an ONNX detector that a person brings: what it takes and gives is told by options.

Two families of outputs are known: one table of numbers a candidate (YOLO), and separate boxes, labels and
scores (SSD and what torchvision and TensorFlow export).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from labstudio.errors import Invalid
from labstudio.labeling.suggest.boxes import without_doubles
from labstudio.labeling.suggest.encoders.images import Picture, decode


class DetectorOptions(BaseModel):
    """What a detector takes, and how it tells what it has found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outputs: Literal["yolo", "ssd"] = Field("yolo", description="One table, or boxes, labels and scores.")
    names: list[str] = Field([], description="Names of its classes in their order.")
    width: int = Field(640, ge=1, le=8_192, description="Pixels across that it takes.")
    height: int = Field(640, ge=1, le=8_192, description="Pixels down that it takes.")
    letterbox: bool = Field(True, description="Keep the image's proportions and fill up with grey.")
    objectness: bool = Field(False, description="yolo: the fifth number says whether there is anything (v5).")
    boxes: Literal["xywh", "xyxy", "yxyx"] = Field("xywh", description="Centre and size, or two corners.")
    parts: bool = Field(False, description="Boxes are told in parts of the input, not in its pixels.")
    first_class: int = Field(0, ge=0, le=1, description="ssd: 1 where class 0 is the background.")
    mean: list[float] = Field([0.0, 0.0, 0.0], description="Of red, green and blue, from 0 to 1.")
    std: list[float] = Field([1.0, 1.0, 1.0], description="Of red, green and blue.")
    channels_last: bool = Field(False, description="It takes height, width, colour.")
    least: float = Field(0.25, ge=0, le=1, description="Boxes of a lower score are left out.")
    overlap: float = Field(0.5, ge=0, le=1, description="Share of the union at which two boxes are the same.")


class Detector:
    """An ONNX file that finds things in images.

    Parameters
    ----------
    path : str or Path
        The file.
    options : DetectorOptions
        What it takes and gives.
    """

    def __init__(self, path: str | Path, options: DetectorOptions) -> None:
        import onnxruntime

        self.path, self.options = Path(path), options
        if not self.path.is_file():
            raise Invalid(f"There is no file {self.path} to detect with.")
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads, settings.log_severity_level = 1, 3
        try:
            self._session = onnxruntime.InferenceSession(str(self.path), settings, ["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no one class for what can be wrong with a file
            raise Invalid(f"{self.path.name} is no ONNX file that can be run: {error}.") from None

    def detect(self, picture: Picture) -> list[dict[str, Any]]:
        """Return boxes (``x, y, w, h, label, score``) in pixels of the upright image, the surest first."""
        image = decode(picture)
        ready, scale, shift = self._fitted(picture, image)
        told = (ready - np.array(self.options.mean)) / np.array(self.options.std)
        feed = told if self.options.channels_last else told.transpose(2, 0, 1)
        name = self._session.get_inputs()[0].name
        try:
            outputs = [
                np.asarray(one) for one in self._session.run(None, {name: feed[None].astype(np.float32)})
            ]
            places, codes, scores = (
                self._table(outputs) if self.options.outputs == "yolo" else self._apart(outputs)
            )
        except Exception as error:  # an output of another form fails wherever it is first looked at
            raise Invalid(
                f"{self.path.name} does not take or give what its options say ({error}); look at them again."
            ) from None
        found, (high, wide) = [], image.shape[:2]
        for (left, top, right, bottom), code, score in zip(places, codes, scores, strict=True):
            x, y = max(0.0, (left - shift[0]) / scale[0]), max(0.0, (top - shift[1]) / scale[1])
            w = min(wide, (right - shift[0]) / scale[0]) - x
            h = min(high, (bottom - shift[1]) / scale[1]) - y
            if score >= self.options.least and w > 0 and h > 0:
                label = self._name(int(code))
                box = {"x": float(x), "y": float(y), "w": float(w), "h": float(h)}
                found.append({**box, "label": label, "score": float(score)})
        return without_doubles(found, self.options.overlap)

    def _fitted(
        self, picture: Picture, image: np.ndarray
    ) -> tuple[np.ndarray, tuple[float, float], tuple[float, float]]:
        """The image as it is taken, and what was done to its coordinates."""
        wide, high = self.options.width, self.options.height
        across, down = wide / image.shape[1], high / image.shape[0]
        if not self.options.letterbox:
            return decode(picture, (wide, high)), (across, down), (0.0, 0.0)
        scale = min(across, down)
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        left, top = (wide - size[0]) // 2, (high - size[1]) // 2
        whole = np.full((high, wide, 3), 114 / 255, dtype=np.float32)
        whole[top : top + size[1], left : left + size[0]] = decode(picture, size)
        return whole, (scale, scale), (float(left), float(top))

    def _table(self, outputs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        table, before = outputs[0][0], 5 if self.options.objectness else 4
        wanted = before + len(self.options.names)
        if table.shape[0] == wanted and table.shape[1] != wanted:  # newer ones tell a candidate a column
            table = table.T
        if table.shape[1] != wanted:
            raise ValueError(f"{table.shape[1]} numbers a candidate where {wanted} are wanted")
        chances = table[:, before:] * (table[:, 4:5] if self.options.objectness else 1)
        return self._corners(table[:, :4]), chances.argmax(axis=1), chances.max(axis=1)

    def _apart(self, outputs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Boxes, labels and scores, whichever comes first: boxes have four numbers, labels are whole."""
        flat = [one[0] if one.ndim > 1 and one.shape[0] == 1 else one for one in outputs]
        boxes = next(one for one in flat if one.ndim == 2 and one.shape[1] == 4)
        rest = [one for one in flat if one.ndim == 1 and len(one) == len(boxes)]
        whole = [bool(np.all(one == np.round(one))) and not np.all((one >= 0) & (one < 1)) for one in rest]
        kinds = [np.issubdtype(one.dtype, np.integer) or sure for one, sure in zip(rest, whole, strict=True)]
        labels = rest[kinds.index(True)] if True in kinds else rest[0]
        scores = next(one for one in rest if one is not labels)
        return self._corners(boxes), labels - self.options.first_class, scores

    def _corners(self, told: np.ndarray) -> np.ndarray:
        told = told.astype(np.float64)
        if self.options.parts:
            told = (
                told
                * np.array([self.options.width, self.options.height] * 2)[
                    [1, 0, 3, 2] if self.options.boxes == "yxyx" else [0, 1, 2, 3]
                ]
            )
        if self.options.boxes == "xywh":
            return np.concatenate([told[:, :2] - told[:, 2:] / 2, told[:, :2] + told[:, 2:] / 2], axis=1)
        return told[:, [1, 0, 3, 2]] if self.options.boxes == "yxyx" else told

    def _name(self, code: int) -> str:
        return self.options.names[code] if 0 <= code < len(self.options.names) else f"class {code}"
