"""Detectors that people bring tell boxes in pixels of the image, whichever way they tell them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from labstudio.errors import Invalid
from labstudio.labeling.suggest.detector import Detector, DetectorOptions, options_of


def always(
    said: dict[str, str] | None = None,
    shape: tuple[int | str, ...] = (1, 3, 100, 100),
    kind: int = TensorProto.FLOAT,
    **outputs: np.ndarray,
) -> bytes:
    """An ONNX file that takes an image and gives the same answer to all; `said` is what it says of itself."""
    taken = helper.make_tensor_value_info("image", kind, shape)
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(told))
        for name, told in outputs.items()
    ]
    given = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(told.dtype), told.shape)
        for name, told in outputs.items()
    ]
    graph = helper.make_graph(nodes, "g", [taken], given)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, said or {})
    return bytes(model.SerializeToString())


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 100)).save(out, "PNG")
    return out.getvalue()


SIZE = {"width": 100, "height": 100, "names": ["cat", "dog"]}
TABLE = np.array(
    [[50, 50, 20, 10, 0.1, 0.9], [51, 50, 20, 10, 0.0, 0.8], [20, 40, 4, 4, 0.1, 0.05]], dtype=np.float32
)


@pytest.mark.parametrize("turned", [False, True])
def test_a_table_of_candidates_is_read_lying_and_standing(turned: bool) -> None:
    content = always(out=(TABLE.T if turned else TABLE)[None].copy())
    [found] = Detector(content, DetectorOptions(**SIZE)).detect(picture())
    # 200 × 100 pixels stand as 100 × 50 in the middle of the square
    assert (found["x"], found["y"], found["w"], found["h"], found["label"]) == (80, 40, 40, 20, "dog")
    assert found["score"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("shape", "kind"), [((1, 100, 100, 3), TensorProto.UINT8), ((3, 100, 100), TensorProto.FLOAT)]
)
def test_boxes_labels_and_scores_are_read_apart(shape: tuple[int, ...], kind: int) -> None:
    content = always(
        shape=shape,
        kind=kind,
        boxes=np.array([[[0.1, 0.2, 0.5, 0.6]]], dtype=np.float32),
        labels=np.array([[1]], dtype=np.int64),
        scores=np.array([[0.7]], dtype=np.float32),
    )
    told = {"boxes": "yxyx", "parts": True, "letterbox": False, "first_class": 1, "names": ["cat", "dog"]}
    options = options_of(content, "a.onnx", told)
    assert (options.outputs, options.width, options.channels_last) == ("ssd", 100, shape[-1] == 3)
    [found] = Detector(content, options).detect(picture())
    assert [found[name] for name in ("x", "y", "w", "h")] == pytest.approx([40, 10, 80, 40], abs=1e-4)
    assert found["label"] == "cat"


def test_a_file_tells_of_itself_what_it_does() -> None:
    said = {"names": "{0: 'cat', 1: 'dog'}", "imgsz": "[64, 96]"}
    table = np.concatenate([TABLE[:, :4], np.ones((3, 1), dtype=np.float32), TABLE[:, 4:]], axis=1)
    content = always(said, ("n", 3, "h", "w"), out=table[None].copy())
    options = options_of(content, "a.onnx", {})
    assert (options.names, options.height, options.width, options.objectness) == (
        ["cat", "dog"],
        64,
        96,
        True,
    )
    assert options_of(content, "a.onnx", {"names": ["x", "y"]}).names == ["x", "y"]
    Detector(content, options).check()


@pytest.mark.parametrize(
    ("content", "told", "sentence"),
    [
        (b"not a model", {}, "a.onnx is no ONNX file that can be run"),
        (always(out=TABLE[None].copy()), {}, "does not tell the names of its classes"),
        (always({"end2end": "True"}, out=TABLE[None].copy()), {}, "end2end"),
        (
            always(shape=(1, 12), out=TABLE[None].copy()),
            SIZE,
            r"takes image tensor\(float\) \[1, 12\]; a detector",
        ),
        (always(kind=TensorProto.INT64, out=TABLE[None].copy()), SIZE, "a detector takes one image"),
        (always(out=TABLE[None].copy()), {"width": 0}, "width must be"),
    ],
)
def test_a_file_that_is_no_detector_is_refused_with_a_sentence(
    content: bytes, told: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        options_of(content, "a.onnx", told)


def test_options_that_do_not_go_with_the_file_are_told() -> None:
    content = always(out=TABLE[None].copy())
    with pytest.raises(Invalid, match=r"a.onnx does not take or give what its options say"):
        Detector(content, DetectorOptions(width=100, height=100, names=["one"]), "a.onnx").check()
