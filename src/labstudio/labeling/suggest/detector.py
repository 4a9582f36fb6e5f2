"""Boxes from an ONNX detector that a person brings: what it takes and gives is told by it and by options.

Two families of outputs are known: one table of numbers a candidate (YOLO), and separate boxes, labels and
scores (SSD and what torchvision and TensorFlow export).
"""

from __future__ import annotations

import ast
import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from labstudio.errors import Invalid
from labstudio.labeling.suggest.encoders.images import Picture, decode
from labstudio.labeling.suggest.shapes import without_doubles
from labstudio.options import parse

_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}


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


def options_of(content: bytes, name: str, told: Mapping[str, Any]) -> DetectorOptions:
    """Return what a file says of itself: its size, its outputs, its classes; what is told goes first.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        What to call it where something is wrong.
    told : dict
        Fields of `DetectorOptions`.

    Raises
    ------
    Invalid
        It is no ONNX file, takes no image, or gives nothing that can be read as boxes.
    """
    session = _session(content, name)
    said = session.get_modelmeta().custom_metadata_map
    if said.get("end2end") == "True":
        raise Invalid(
            f"{name} chooses among its boxes itself (end2end); export it without, and it can be read."
        )
    taken, given = session.get_inputs()[0], [one.shape for one in session.get_outputs()]
    found: dict[str, Any] = {}
    shape = taken.shape[-3:]
    if len(session.get_inputs()) > 1 or taken.type not in _TYPES or len(taken.shape) not in (3, 4):
        wanted = "one image of numbers, as [1, 3, height, width] or [1, height, width, 3]"
        raise Invalid(f"{name} takes {_told(session.get_inputs())}; a detector takes {wanted}.")
    found["channels_last"] = shape[0] != 3 and shape[2] == 3
    high, wide = shape[:2] if found["channels_last"] else shape[1:]
    size = _literal(said.get("imgsz", ""))
    size = size if isinstance(size, list) and len(size) == 2 else [640, 640]
    found["height"] = high if isinstance(high, int) else size[0]
    found["width"] = wide if isinstance(wide, int) else size[1]
    found["outputs"] = "yolo" if len(given) == 1 else "ssd"
    names = _literal(said.get("names", ""))
    if isinstance(names, dict):
        names = [names[one] for one in sorted(names)]
    if isinstance(names, list):
        found["names"] = [str(one) for one in names]
    options: DetectorOptions = parse(DetectorOptions, found | dict(told))
    if not options.names:
        raise Invalid(f"{name} does not tell the names of its classes; name them in their order (names).")
    if options.outputs == "ssd" and "boxes" not in told:
        options = options.model_copy(update={"boxes": "xyxy"})
    if options.outputs == "yolo" and "objectness" not in told and len(given[0]) == 3:
        options = options.model_copy(update={"objectness": len(options.names) + 5 in given[0][1:]})
    return options


class Detector:
    """An ONNX file that finds things in images.

    Parameters
    ----------
    content : bytes
        The file.
    options : DetectorOptions
        What it takes and gives.
    name : str
        What to call it where something is wrong.
    """

    def __init__(self, content: bytes, options: DetectorOptions, name: str = "the detector") -> None:
        self.options, self.name = options, name
        self._session = _session(content, name)
        taken = self._session.get_inputs()[0]
        self._taken, self._type, self._alone = taken.name, _TYPES[taken.type], len(taken.shape) == 3

    def check(self) -> None:
        """Let it look at an empty image.

        Raises
        ------
        Invalid
            It does not take or give what its options say.
        """
        from PIL import Image

        out = io.BytesIO()
        Image.new("RGB", (self.options.width, self.options.height), "#727272").save(out, "PNG")
        self.detect(out.getvalue())

    def detect(self, picture: Picture) -> list[dict[str, Any]]:
        """Return boxes (``x, y, w, h, label, score``) in pixels of the upright image, the surest first."""
        image = decode(picture)
        ready, scale, shift = self._fitted(picture, image)
        told = (ready - np.array(self.options.mean)) / np.array(self.options.std)
        if self._type is np.uint8:
            told = (ready * 255).round()  # such files have their own ways of centring
        feed = (told if self.options.channels_last else told.transpose(2, 0, 1)).astype(self._type)
        try:
            told_back = self._session.run(None, {self._taken: feed if self._alone else feed[None]})
            outputs = [np.asarray(one) for one in told_back]
            places, codes, scores = (
                self._table(outputs) if self.options.outputs == "yolo" else self._apart(outputs)
            )
        except Exception as error:  # an output of another form fails wherever it is first looked at
            raise Invalid(
                f"{self.name} does not take or give what its options say ({error}); look at them again."
            ) from None
        found, (high, wide) = [], image.shape[:2]
        for (left, top, right, bottom), code, score in zip(places, codes, scores, strict=True):
            x, y = max(0.0, (left - shift[0]) / scale[0]), max(0.0, (top - shift[1]) / scale[1])
            w = min(wide, (right - shift[0]) / scale[0]) - x
            h = min(high, (bottom - shift[1]) / scale[1]) - y
            if score >= self.options.least and w > 0 and h > 0:
                label = self._name(int(code))
                box = {"kind": "box", "x": float(x), "y": float(y), "w": float(w), "h": float(h)}
                found.append({**box, "rotation": 0.0, "label": label, "score": float(score)})
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


def _session(content: bytes, name: str) -> Any:
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.log_severity_level = 1, 4
    try:
        return onnxruntime.InferenceSession(content, settings, ["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no one class for what can be wrong with a file
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise Invalid(f"{name} is no ONNX file that can be run: {said}.") from None


def _told(inputs: Sequence[Any]) -> str:
    few = ", ".join(f"{one.name} {one.type} {one.shape}" for one in inputs[:3])
    return f"{few} and {len(inputs) - 3} more" if len(inputs) > 3 else few


def _literal(text: str) -> Any:
    """Read what an exporter wrote of itself: a list or a dict as Python writes it."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
