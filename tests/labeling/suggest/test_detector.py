"""Detectors that people bring tell boxes in pixels of the image, whichever way they tell them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from labstudio.errors import Invalid
from labstudio.labeling.suggest.detector import Detector, DetectorOptions


def always(folder: Path, **outputs: np.ndarray) -> Path:
    """An ONNX file that takes an image of 100 × 100 pixels and gives the same answer to all."""
    taken = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 100, 100])
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(told))
        for name, told in outputs.items()
    ]
    given = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(told.dtype), told.shape)
        for name, told in outputs.items()
    ]
    graph = helper.make_graph(nodes, "g", [taken], given)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), folder / "a.onnx"
    )
    return folder / "a.onnx"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 100)).save(out, "PNG")
    return out.getvalue()


SIZE = {"width": 100, "height": 100, "names": ["cat", "dog"]}
TABLE = np.array(
    [[50, 50, 20, 10, 0.1, 0.9], [51, 50, 20, 10, 0.0, 0.8], [20, 40, 4, 4, 0.1, 0.05]], dtype=np.float32
)


@pytest.mark.parametrize("turned", [False, True])
def test_a_table_of_candidates_is_read_lying_and_standing(tmp_path: Path, turned: bool) -> None:
    path = always(tmp_path, out=(TABLE.T if turned else TABLE)[None].copy())
    [found] = Detector(path, DetectorOptions(**SIZE)).detect(picture())
    # 200 × 100 pixels stand as 100 × 50 in the middle of the square
    assert (found["x"], found["y"], found["w"], found["h"], found["label"]) == (80, 40, 40, 20, "dog")
    assert found["score"] == pytest.approx(0.9)


def test_boxes_labels_and_scores_are_read_apart(tmp_path: Path) -> None:
    path = always(
        tmp_path,
        boxes=np.array([[[0.1, 0.2, 0.5, 0.6]]], dtype=np.float32),
        labels=np.array([[1]], dtype=np.int64),
        scores=np.array([[0.7]], dtype=np.float32),
    )
    options = DetectorOptions(**SIZE, outputs="ssd", boxes="yxyx", parts=True, letterbox=False, first_class=1)
    [found] = Detector(path, options).detect(picture())
    assert [found[name] for name in ("x", "y", "w", "h")] == pytest.approx([40, 10, 80, 40], abs=1e-4)
    assert found["label"] == "cat"


def test_options_that_do_not_go_with_the_file_are_told(tmp_path: Path) -> None:
    path = always(tmp_path, out=TABLE[None].copy())
    with pytest.raises(Invalid, match=r"a.onnx does not take or give what its options say"):
        Detector(path, DetectorOptions(width=100, height=100, names=["one"])).detect(picture())
    with pytest.raises(Invalid, match="There is no file"):
        Detector(tmp_path / "none.onnx", DetectorOptions())
