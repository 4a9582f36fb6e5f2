"""Using a file: what it needs, what it takes, and what it says when it cannot."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper

from labstudio.errors import Invalid, NotFound
from labstudio.onnx import certified, load

pytestmark = pytest.mark.core

ALONE = """
import sys

ALLOWED = {"onnxruntime", "numpy", "pandas", "labstudio"}
REFUSED = {"onnx", "sklearn", "scipy", "lightgbm", "pydantic", "sqlalchemy", "skl2onnx", "mlflow", "optuna",
           "pebble", "alembic", "duckdb", "plotly", "IPython", "ipywidgets", "traitlets", "fsspec", "joblib"}

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in REFUSED:
            raise ImportError(f"{name} is not installed here")

sys.meta_path.insert(0, Block())
import pandas as pd
import labstudio
model = labstudio.onnx.load(sys.argv[1])
frame = pd.read_json(sys.argv[2], orient="records")
labels, shape = model.predict(frame).tolist(), model.predict_proba(frame).shape
print(labels, shape, list(model.classes), model.schema.names)
print(sorted(REFUSED & {name.split(".")[0] for name in sys.modules}))
"""


def test_a_file_is_used_with_onnxruntime_numpy_and_pandas_alone(pipelines, tmp_path):
    pipeline, held = pipelines("lightgbm multiclass")
    path = certified(pipeline, held).save(tmp_path / "model.onnx")
    few = held[np.isfinite(held["number"])].iloc[:3]
    few.to_json(tmp_path / "rows.json", orient="records")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path), str(tmp_path / "rows.json")], capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [
        f"{pipeline.predict(few).tolist()} (3, 3) {pipeline.classes.tolist()} {pipeline.schema.names}",
        "[]",
    ], done.stderr
    assert done.stderr == ""


def test_no_rows_give_no_predictions(pipelines):
    for name, shape in (("lightgbm multiclass", (0, 3)), ("linear binary", (0, 2))):
        pipeline, held = pipelines(name)
        model = load(pipeline.export())
        assert model.predict(held.iloc[:0]).shape == (0,)
        assert (
            model.predict_proba(held.iloc[:0]).shape == shape == pipeline.predict_proba(held.iloc[:0]).shape
        )


def test_what_is_not_a_model_of_the_studio_gets_a_sentence(tmp_path):
    with pytest.raises(NotFound, match=r"no file .*absent\.onnx"):
        load(tmp_path / "absent.onnx")
    with pytest.raises(NotFound):
        load(tmp_path)
    for content in (b"", b"PK\x03\x04 no model", b"\x08\x0a"):
        with pytest.raises(Invalid, match="not an ONNX file"):
            load(content)
    node = helper.make_node("Neg", ["x"], ["y"])
    ends = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1]) for name in "xy"]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    foreign = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    with pytest.raises(Invalid, match="not written by Labstudio"):
        load(foreign.SerializeToString())


def test_a_file_of_a_newer_format_is_refused(pipelines):
    pipeline, _ = pipelines("baseline regression")
    proto = onnx.load_from_string(pipeline.export())
    for item in proto.metadata_props:
        if item.key == "labstudio.format":
            item.value = "2"
    with pytest.raises(Invalid, match="update Labstudio"):
        load(proto.SerializeToString())


def test_a_frame_that_lacks_a_column_gets_a_sentence(pipelines):
    pipeline, held = pipelines("linear regression")
    model = load(pipeline.export())
    with pytest.raises(Invalid, match=r"lacks 1 needed column.*'city'"):
        model.predict(held.drop(columns="city"))
    with pytest.raises(Invalid, match="no probabilities"):
        model.predict_proba(held)


def test_a_certified_model_is_saved_whole_or_not_at_all(pipelines, tmp_path):
    pipeline, held = pipelines("linear binary")
    model = certified(pipeline, held)
    path = model.save(tmp_path / "model.onnx")
    assert load(path).sha256 == model.sha256
    assert [one.name for one in tmp_path.iterdir()] == ["model.onnx"]
    with pytest.raises(Invalid, match="no folder"):
        model.save(tmp_path / "absent" / "model.onnx")


def test_index_and_extra_columns_do_not_matter(pipelines):
    pipeline, held = pipelines("lightgbm binary")
    model = load(pipeline.export())
    wanted = model.predict_proba(held)
    turned = held.set_index(pd.Index(np.arange(len(held))[::-1])).assign(more="x")[
        ["more", *held.columns[::-1]]
    ]
    np.testing.assert_array_equal(model.predict_proba(turned), wanted)
