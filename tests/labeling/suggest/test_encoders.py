"""Items become vectors: the same ones always the same, alike ones near each other, bad ones a sentence."""

from __future__ import annotations

import importlib.metadata
import io
import json
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper
from PIL import Image

from labstudio.errors import Invalid, Unavailable
from labstudio.labeling.suggest.encoders import ENTRY_POINTS, learn_encoder
from labstudio.labeling.suggest.encoders.images import decode
from labstudio.labeling.suggest.vectors import InMemory, vectors_of


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def stripes(across: bool, seed: int) -> bytes:
    random = np.random.default_rng(seed)
    wave = 127 + 100 * np.sin(np.arange(40) * random.uniform(0.8, 1.2) + random.uniform(0, 6))
    pixels = np.tile(wave, (40, 1)) + random.normal(0, 8, (40, 40))
    return png(np.repeat((pixels if across else pixels.T).clip(0, 255)[..., None], 3, axis=2))


TEXTS = [f"{a} {b}" for a in ("good", "bad", "fine") for b in ("wine", "bread", "cheese 🧀")] * 3
FRAME = pd.DataFrame(
    {
        "age": [31.0, None, 47.0, 20.0] * 8,
        "city": ["Oslo", "Rome", None, "Oslo"] * 8,
        "day": pd.to_datetime(["2024-01-05", "2024-02-06", None, "2025-07-01"] * 8),
        "constant": 1,
    }
)
IMAGES = [stripes(bool(seed % 2), seed) for seed in range(24)]


@pytest.mark.parametrize(("kind", "items"), [("text", TEXTS), ("table", FRAME), ("image", IMAGES)])
def test_an_encoder_that_was_kept_encodes_as_before_and_has_the_same_fingerprint(
    kind: str, items: Any
) -> None:
    encoder = learn_encoder("", kind, items)
    kept = pickle.loads(pickle.dumps(encoder))
    vectors = encoder.encode(items)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(kept.encode(items), vectors, atol=1e-5)
    assert encoder.fingerprint == kept.fingerprint


def test_what_was_learned_from_other_items_has_another_fingerprint() -> None:
    assert learn_encoder("", "text", TEXTS).fingerprint != learn_encoder("", "text", TEXTS[:5]).fingerprint
    assert learn_encoder("", "table", FRAME).fingerprint != learn_encoder("", "table", FRAME[:7]).fingerprint


def test_a_vector_depends_on_its_own_item_alone() -> None:
    for kind, items in (("text", TEXTS), ("image", IMAGES)):
        encoder = learn_encoder("", kind, items)
        np.testing.assert_allclose(encoder.encode(items[3:4])[0], encoder.encode(items)[3], atol=1e-5)


def test_images_with_stripes_across_are_nearer_to_each_other_than_to_those_with_stripes_down() -> None:
    vectors = learn_encoder("", "image", IMAGES).encode(IMAGES)
    across, down = vectors[1::2], vectors[::2]
    assert (across @ across.T).mean() > 2 * max(0.0, float((across @ down.T).mean())) + 0.1


def test_texts_without_spaces_are_told_apart_by_their_characters() -> None:
    texts = [
        "今天的葡萄酒很好喝我非常喜欢",
        "今天的葡萄酒不好喝我不喜欢",
        "火车晚点了一个小时真糟糕",
        "火车准时到达真不错",
    ] * 2
    vectors = learn_encoder("", "text", texts).encode(texts)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize("texts", [[], [""], ["", " "], ["word"], ["same same"] * 4])
def test_texts_that_say_nothing_still_get_vectors(texts: list[str]) -> None:
    vectors = learn_encoder("", "text", texts).encode([*texts, "other"])
    assert len(vectors) == len(texts) + 1
    assert np.isfinite(vectors).all()


def test_a_table_that_says_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="No column of this table says anything"):
        learn_encoder("", "table", pd.DataFrame({"one": [1, 1, 1]}))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (b"no image at all", "cannot be read as an image"),
        (IMAGES[0][:200], "cannot be read as an image"),
        (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n",
            "cannot be read as an image: This is no picture",  # it would be run
        ),
    ],
)
def test_what_is_no_image_is_refused_by_name(tmp_path: Path, made: bytes, said: str) -> None:
    (tmp_path / "odd.png").write_bytes(made)
    with pytest.raises(Invalid, match=f"odd.png {said}"):
        decode(tmp_path / "odd.png")


def test_a_huge_image_is_refused_before_it_is_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "TIFF", compression="group4")
    with pytest.raises(Invalid, match="pixels"):
        decode(out.getvalue())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_images_of_all_modes_are_read(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (5, 4)).save(out, "TIFF")
    assert decode(out.getvalue()).shape == (4, 5, 3)


def test_sixteen_bits_are_spread_over_what_eight_can_tell() -> None:
    out = io.BytesIO()
    Image.fromarray((np.arange(12, dtype=np.uint16) * 1_000 + 500).reshape(3, 4)).save(out, "TIFF")
    shades = decode(out.getvalue())[..., 0].ravel()
    np.testing.assert_allclose(shades, np.arange(12) / 11, atol=0.01)


def test_an_image_is_turned_upright() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(out, "JPEG", exif=exif)
    assert decode(out.getvalue()).shape == (8, 4, 3)


def test_vectors_are_computed_once_and_a_bad_item_costs_itself_only() -> None:
    encoder, cache = learn_encoder("", "image", IMAGES), InMemory()
    items = [*IMAGES[:4], b"no image"]
    loaded: list[int] = []

    def load(rows: Sequence[int]) -> list[bytes]:
        loaded.extend(rows)
        return [items[row] for row in rows]

    hashes = [f"hash {row}" for row in range(5)]
    vectors, refused = vectors_of(encoder, hashes, load, cache)
    assert list(refused) == [4]
    assert "cannot be read" in refused[4]
    assert np.isnan(vectors).any(axis=1).tolist() == [False] * 4 + [True]
    loaded.clear()
    again, _ = vectors_of(encoder, hashes, load, cache)
    np.testing.assert_array_equal(again[:4], vectors[:4])
    assert set(loaded) == {4}


def test_work_that_was_ended_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labstudio.labeling.suggest.vectors._AT_ONCE", 2)
    encoder, cache, loaded = learn_encoder("", "text", TEXTS), InMemory(), []

    def load(rows: Sequence[int]) -> list[str]:
        loaded.extend(rows)
        return [TEXTS[row] for row in rows]

    hashes = [str(row) for row in range(6)]
    vectors, _ = vectors_of(encoder, hashes, load, cache, report=lambda done, _: done < 4)
    assert np.isnan(vectors).any(axis=1).tolist() == [False] * 4 + [True] * 2
    vectors, _ = vectors_of(encoder, hashes, load, cache)
    assert np.isfinite(vectors).all()
    assert loaded == list(range(6))


def image_file(folder: Path) -> Path:
    """An ONNX file that gives the mean colour of an image of 4 × 4 pixels."""
    shown = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 3, 4, 4])
    found = helper.make_tensor_value_info("found", TensorProto.FLOAT, ["N", 3, 1, 1])
    graph = helper.make_graph(
        [helper.make_node("GlobalAveragePool", ["pixels"], ["found"])], "g", [shown], [found]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "encoder.onnx")
    return folder / "encoder.onnx"


def test_an_onnx_file_encodes_images_by_the_figures_beside_it(tmp_path: Path) -> None:
    path = image_file(tmp_path)
    told = {"size": {"width": 4, "height": 4}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(told))
    red, blue = (png(np.full((9, 9, 3), colour)) for colour in ((255, 0, 0), (0, 0, 255)))
    encoder = learn_encoder(f"onnx:{path}", "image", [])
    np.testing.assert_allclose(encoder.encode([red, blue]), [[1, 0, 0], [0, 0, 1]], atol=1e-6)
    before = encoder.fingerprint
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(told | {"image_std": [2, 2, 2]}))
    assert learn_encoder(f"onnx:{path}", "image", []).fingerprint != before


def text_file(folder: Path) -> Path:
    """An ONNX file that turns word ids into rows of a table of vectors, with its tokenizer beside it."""
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is optional")
    words = {"[UNK]": 0, "wine": 1, "bread": 2}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = helper.make_tensor("table", TensorProto.FLOAT, [3, 2], [0, 0, 1, 0, 0, 1])
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["N", "T"])
    found = helper.make_tensor_value_info("found", TensorProto.FLOAT, ["N", "T", 2])
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["found"])], "g", [ids], [found], [table]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "encoder.onnx")
    return folder / "encoder.onnx"


def test_an_onnx_file_encodes_texts_by_the_tokenizer_beside_it(tmp_path: Path) -> None:
    encoder = learn_encoder(f"onnx:{text_file(tmp_path)}", "text", [])
    np.testing.assert_allclose(
        encoder.encode(["wine", "bread bread", "wine bread"]), [[1, 0], [0, 1], [0.5**0.5] * 2], atol=1e-6
    )
    assert len(pickle.loads(pickle.dumps(encoder)).encode(["wine"])) == 1


def test_a_text_encoder_without_its_tokenizer_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"needs its tokenizer.json beside encoder.onnx"):
        learn_encoder(f"onnx:{image_file(tmp_path)}", "text", [])


def test_a_file_that_is_no_onnx_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.onnx").write_bytes(b"nothing")
    with pytest.raises(Invalid, match=r"odd.onnx is no ONNX file that can be run"):
        learn_encoder(f"onnx:{tmp_path / 'odd.onnx'}", "image", []).encode(IMAGES[:1])
    with pytest.raises(Invalid, match="There is no file"):
        learn_encoder(f"onnx:{tmp_path / 'none.onnx'}", "image", [])


@pytest.mark.parametrize(
    ("name", "kind", "library"),
    [
        ("st:small", "text", "sentence_transformers"),
        ("timm:small", "image", "timm"),
    ],
)
def test_a_library_that_is_not_installed_is_named(
    name: str, kind: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Unavailable, match="pip install"):
        learn_encoder(name, kind, IMAGES)


def test_texts_for_an_onnx_file_need_tokenizers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = learn_encoder(f"onnx:{text_file(tmp_path)}", "text", [])
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(Unavailable, match="pip install tokenizers"):
        encoder.encode(["wine"])


class _Lengths:
    fingerprint = "lengths"

    def encode(self, items: Sequence[str]) -> np.ndarray:
        return np.array([[len(item)] for item in items], dtype=np.float32)


def test_other_packages_offer_encoders_as_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    point = importlib.metadata.EntryPoint("lengths", f"{__name__}:_Lengths", ENTRY_POINTS)
    monkeypatch.setattr(importlib.metadata.EntryPoint, "load", lambda self: _Lengths)
    monkeypatch.setattr(
        "labstudio.labeling.suggest.encoders.entry_points",
        lambda group: [point] if group == ENTRY_POINTS else [],
    )
    assert learn_encoder("lengths", "text", TEXTS).encode(["ab"]).tolist() == [[2.0]]
    with pytest.raises(Invalid, match="Did you mean lengths"):
        learn_encoder("lenghts", "text", TEXTS)


def test_an_encoder_for_other_items_is_refused() -> None:
    with pytest.raises(Invalid, match="not for texts"):
        learn_encoder("image", "text", TEXTS)
    with pytest.raises(Invalid, match="st:small encodes texts, not images"):
        learn_encoder("st:small", "image", IMAGES)
