"""Labels of images train a model: its certificate begins at the vectors, and names what makes them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from onnx import TensorProto, helper, save
from PIL import Image

from labstudio import Workspace
from labstudio.display import automl as views
from labstudio.errors import Invalid, NotFound, Unavailable
from labstudio.labeling import load_image_model
from labstudio.labeling.suggest.encoders import learn_encoder
from labstudio.labeling.suggest.encoders.keeping import packed, unpacked


def stripes(across: bool, seed: int) -> Image.Image:
    random = np.random.default_rng(seed)
    wave = 127 + 100 * np.sin(np.arange(24) * 0.9 + random.uniform(0, 2))
    pixels = np.tile(wave, (24, 1)) + random.normal(0, 8, (24, 24))
    return Image.fromarray((pixels if across else pixels.T).clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    """Images of stripes, most of them labeled, and a run on the labels."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "stripes").mkdir()
    for seed in range(60):
        stripes(bool(seed % 2), seed).save(folder / "stripes" / f"{seed:02}.png")
    (folder / "stripes" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n cut")
    ws = Workspace(folder)
    ws.data.add("stripes", folder / "stripes")
    ws.labeling.create(data="stripes", labels=["across", "down"], suggest=False)
    for item in ws.labeling.next("stripes", 50):
        ws.labeling.label("stripes", item.number, "across" if int(item.key[:2]) % 2 else "down")
    run = ws.labeling.train("stripes", trials=1, learners=["extra_trees"], folds=3)
    assert run.id == "run-1"
    yield ws
    ws.store.close()


@pytest.fixture
def run(ws):
    return ws.automl.get("run-1")


def images(ws, *seeds: int) -> list[Path]:
    return [ws.root.parent / "stripes" / f"{seed:02}.png" for seed in seeds]


def test_the_certificate_begins_at_the_vectors_and_names_their_encoder(ws, run):
    frame = ws.data.frame(run.data)
    assert (len(frame), run.settings.exclude) == (50, ["image", "label_source", "label_sure"])
    [edge] = [one for one in ws.store.lineage(f"data:{run.data}") if one.relation == "encoded"]
    encoder = edge.source.removeprefix("file:")
    assert run.certificate.passed
    assert run.certificate.encoder == encoder
    assert f"from vectors of the encoder {encoder[:12]} on" in run.certificate.sentence()
    assert run.model.load().metadata["labstudio.encoder"] == encoder
    assert encoder in str(views.certificate(run.certificate))
    assert "encoder of images" in {node.label for node in ws.lineage(run.data).nodes}


def test_an_image_is_predicted_from_its_path(ws, run, tmp_path):
    model = ws.labeling.image_model(run.id)
    assert model.predict(images(ws, 52, 53, 58, 59)).tolist() == ["down", "across", "down", "across"]
    frame = ws.data.frame(run.data)
    told = [ws.root.parent / "stripes" / name for name in frame["image"]]
    np.testing.assert_allclose(model.predict_proba(told), run.predict_proba(frame), atol=1e-6)
    elsewhere = load_image_model(model.save(tmp_path / "kept"))
    np.testing.assert_array_equal(
        elsewhere.predict_proba([images(ws, 52)[0].read_bytes()]), model.predict_proba(images(ws, 52))
    )
    with pytest.raises(Invalid, match=r"broken\.png cannot be read as an image"):
        model.predict([ws.root.parent / "stripes" / "broken.png"])
    with pytest.raises(NotFound, match=r"There is no encoder\.npz"):
        load_image_model(tmp_path)


def test_another_encoder_is_refused(ws, run, tmp_path):
    model = ws.labeling.image_model(run)
    folder = model.save(tmp_path)
    other = learn_encoder("", "image", [path.read_bytes() for path in images(ws, *range(20))])
    (folder / "encoder.npz").write_bytes(packed(other, "image"))
    with pytest.raises(Invalid, match=r"takes vectors of the encoder [0-9a-f]{12}, and this is [0-9a-f]{12}"):
        load_image_model(folder)
    path = ws.store.files.path(run.certificate.encoder)
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(packed(other, "image"))
    with pytest.raises(Unavailable, match="has changed on disk"):
        ws.labeling.image_model(run)
    path.write_bytes(kept)
    table = ws.automl.run(run.settings.model_copy(update={"data": copied(ws, run), "learners": ["baseline"]}))
    assert table.certificate.encoder is None  # nobody knows what made these columns
    with pytest.raises(Invalid, match="takes the columns of a table; give it rows, not images"):
        ws.labeling.image_model(table)


def copied(ws, run) -> str:
    return ws.data.add("copied", ws.data.frame(run.data).iloc[:40]).ref


def test_a_run_on_images_asks_about_those_without_a_label(ws, run):
    project, count = ws.labeling.from_run(run.id, most=4)
    assert (project.name, count) == ("stripes", 4)
    asked = ws.labeling.next("stripes", 5)
    assert [item.reason for item in asked][:4] == ["chosen"] * 4
    sure = ws.labeling.image_model(run).predict_proba([ws.root.parent / "stripes" / asked[0].key]).max()
    others = ws.labeling.image_model(run).predict_proba(images(ws, *range(50, 60))).max(axis=1)
    assert sure == pytest.approx(others.min(), abs=1e-6)
    with pytest.raises(Invalid, match="the others may be looked over by %label doubtful"):
        ws.labeling.from_run(run.id, "wrong")
    ws.data.add("other", pd.DataFrame({"text": ["a", "b"]}))
    ws.labeling.create(data="other", text="text", labels=["x"])
    with pytest.raises(Invalid, match="has learned from labels of images"):
        ws.labeling.from_run(run.id, project="other")


def test_a_registered_model_predicts_images_by_its_verb(ws, run):
    from labstudio.verbs import Door
    from labstudio.verbs.models import PREDICT

    ws.models.register(run, "stripes")
    door = Door(str(ws.root.parent), "shell")
    told = ["--model", "stripes@1", "--images", ",".join(map(str, images(ws, 52, 53))), "--proba"]
    found = PREDICT.run(door, PREDICT.told(told)).value
    assert found.columns.tolist() == ["image", "prediction", "probability across", "probability down"]
    assert found["prediction"].tolist() == ["down", "across"]
    with pytest.raises(Invalid, match="--data names rows, --images files"):
        PREDICT.run(door, PREDICT.told(["--model", "stripes@1"]))


def png(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 90, 250 - shade)).save(out, "PNG")
    return out.getvalue()


def test_an_encoder_of_ones_own_is_kept_whole(tmp_path):
    shape = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3, 8, 8])
    nodes = [helper.make_node("GlobalAveragePool", ["x"], ["y"])]
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 3, 1, 1])
    graph = helper.make_graph(nodes, "mean", [shape], [out])
    save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        tmp_path / "mean.onnx",
    )
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"mean": [0, 0, 0], "std": [1, 1, 1]}))
    encoder = learn_encoder(f"onnx:{tmp_path / 'mean.onnx'}", "image", [])
    content, vectors = packed(encoder, "onnx"), encoder.encode([png(10), png(200)])
    assert packed(encoder, "onnx") == content
    fingerprint = encoder.fingerprint
    (tmp_path / "mean.onnx").unlink()
    again = unpacked(content)
    assert again.fingerprint == fingerprint
    np.testing.assert_array_equal(again.encode([png(10), png(200)]), vectors)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY", packed.__doc__.encode()])
def test_what_is_no_encoder_gets_a_sentence(content):
    with pytest.raises(Invalid, match="This is no encoder that Labstudio has kept"):
        unpacked(content)


def test_an_encoder_with_code_in_it_is_not_run():
    out = io.BytesIO()
    np.savez(out, about=np.array([print], dtype=object))
    with pytest.raises(Invalid, match="This is no encoder"):
        unpacked(out.getvalue())


@pytest.fixture(scope="module")
def studio(ws):
    from labstudio.server.studio import Studio

    found = Studio(ws.root.parent, ws.root.parent)
    if not any(one.name == "stripes" for one in ws.models.list()):
        ws.models.register(ws.automl.get("run-1"), "stripes")
    yield found
    found.close()


def predicted(studio, *contents: tuple[str, bytes]):
    """What the route of images answers to uploaded files."""
    from labstudio.server import told
    from labstudio.server.calls.models import predict_images

    ids = []
    for name, content in contents:
        ids.append(studio.uploads.begin(name, len(content)).id)
        studio.uploads.append(ids[-1], 0, [content])
    try:
        return predict_images(studio, told.PredictImages(uploads=ids), "stripes@1")
    finally:
        for id in ids:
            with pytest.raises(NotFound, match="not known"):  # nobody needs it any more
                studio.uploads.get(id)


def test_who_tries_a_registered_model_gives_it_images(ws, studio, run):
    from labstudio.server import told
    from labstudio.server.calls.models import model

    files = [(path.name, path.read_bytes()) for path in images(ws, 52, 53)]
    found = predicted(studio, *files)
    assert (found.predictions, found.classes) == (["down", "across"], ["across", "down"])
    known = ws.labeling.image_model(run).predict_proba(images(ws, 52, 53))
    assert np.array_equal(found.probabilities, known)
    assert model(studio, told.Nothing(), "stripes@1").certificate.encoder == run.certificate.encoder


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cut.png", b"\x89PNG\r\n\x1a\n cut", r"cut\.png cannot be read as an image"),
        ("drawn.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", r"drawn\.svg cannot be read as an image"),
    ],
)
def test_what_is_no_image_is_refused_by_its_name(studio, name, content, sentence):
    with pytest.raises(Invalid, match=sentence):
        predicted(studio, (name, content))


def test_an_image_may_have_so_many_bytes(ws, studio, monkeypatch):
    from labstudio.server.calls import models

    monkeypatch.setattr(models, "LARGEST_IMAGE", 100)
    [path] = images(ws, 52)
    with pytest.raises(Invalid, match=r"52\.png has [\d,]+ bytes, more than the 100 of an image"):
        predicted(studio, (path.name, path.read_bytes()))


def test_without_its_encoder_a_model_of_images_says_so(ws, studio, run):
    path = ws.store.files.path(run.certificate.encoder)
    content = path.read_bytes()
    [image] = images(ws, 52)
    path.unlink()
    try:
        with pytest.raises(NotFound, match=r"The encoder \w+ that the model names is not there\. "):
            predicted(studio, (image.name, image.read_bytes()))
    finally:
        path.write_bytes(content)
