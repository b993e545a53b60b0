"""A model is made ready once, whole, and anew when anything about it changes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
from onnx import TensorProto
from safetensors.numpy import load_file, save_file

from errors import InputError, OutputError, UsageError
from tests.workloads.embed.tiny import (
    CONFIG,
    VOCABULARY,
    other_encoder,
    weights,
    write_json,
    write_tiny,
)
from workloads.embed import prepare
from workloads.embed.prepare import CACHE, prepared
from workloads.embed.settings import read

USUAL = {"input_ids": TensorProto.INT64, "attention_mask": TensorProto.INT64}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small model that may be changed, and a cache that is empty."""
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    return write_tiny(tmp_path / "model")


def vectors(path: Path) -> Any:
    """What a graph makes of some tokens, of shape (200, numbers)."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    tokens = np.random.default_rng(0).integers(1, len(VOCABULARY), (200, 12))
    return session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0]


def test_it_is_made_once(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = prepared(read(model), "float32")
    assert path.parent == model.parent / "cache" / "ray-on-aws" / "embed"
    monkeypatch.delattr(prepare, "_model")
    assert prepared(read(model), "float32") == path
    assert prepared(read(model), "bfloat16") == path


def test_where_it_lies_makes_no_difference_and_what_is_in_it_does(
    model: Path, tmp_path: Path
) -> None:
    def changed(name: str) -> Path:
        return write_tiny(tmp_path / name)

    assert prepared(read(changed("same")), "float32") == prepared(read(model), "float32")
    others = [changed("pooling"), changed("config"), write_tiny(tmp_path / "weights", seed=1)]
    write_json(others[0] / "1_Pooling/config.json", {"pooling_mode": "cls"})
    write_json(others[1] / "config.json", {**CONFIG, "num_attention_heads": 2})
    paths = {prepared(read(folder), "float32") for folder in (model, *others)}
    assert len(paths) == 4
    assert len({vectors(path).tobytes() for path in paths}) == 4


def test_the_vectors_of_a_width_of_their_own_are_of_length_one(model: Path) -> None:
    found = vectors(prepared(read(model), "float32"))
    assert found.shape == (200, CONFIG["hidden_size"])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_int8_is_another_graph_of_nearly_the_same_vectors(model: Path) -> None:
    exact, rough = (prepared(read(model), precision) for precision in ("float32", "int8"))
    assert exact != rough
    # Of two layers, all six products with matrices of weights; q, k and v take the same numbers.
    kinds = Counter(node.op_type for node in onnx.load(rough).graph.node)
    assert (kinds["MatMulIntegerToFloat"], kinds["QuantizeLinear"]) == (12, 8)
    assert rough.stat().st_size < exact.stat().st_size
    similar = (vectors(exact) * vectors(rough)).sum(axis=1)
    assert 0.99 < similar.min() < 0.99999


def test_a_graph_of_another_s_making_is_taken(model: Path) -> None:
    (model / "model.safetensors").unlink()
    (model / "onnx").mkdir()
    graph = other_encoder(USUAL)
    onnx.save(graph, model / "onnx/model.onnx")
    first = prepared(read(model), "float32")
    due = weights()["embeddings.word_embeddings.weight"][7]
    tokens = np.array([[7]])
    session = onnxruntime.InferenceSession(first, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
    np.testing.assert_allclose(found[0], due / np.linalg.norm(due), atol=1e-6)


def test_weights_beside_a_graph_count_too(model: Path) -> None:
    (model / "model.safetensors").unlink()
    onnx.save(
        other_encoder(USUAL),
        model / "model.onnx",
        save_as_external_data=True,
        location="model.onnx_data",
        size_threshold=0,
    )
    first = prepared(read(model), "float32")
    data = bytearray((model / "model.onnx_data").read_bytes())
    data[:400] = bytes(400)
    (model / "model.onnx_data").write_bytes(data)
    assert prepared(read(model), "float32") != first


def test_a_cache_that_cannot_be_written_is_told(
    model: Path, read_only_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE, str(read_only_disk))
    with pytest.raises(OutputError, match=re.escape(f"no permission for {read_only_disk}/ray-on")):
        prepared(read(model), "float32")


def test_a_full_disk_leaves_nothing(
    model: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE, str(small_disk))
    large = {**weights(), "unused": np.ones(1)}
    large["embeddings.word_embeddings.weight"] = np.ones((60_000, 32), np.float32)
    save_file(large, model / "model.safetensors")
    with pytest.raises(OutputError, match="no space left for"):
        prepared(read(model), "float32")
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []


def test_an_unknown_precision_is_told(model: Path) -> None:
    with pytest.raises(UsageError, match="'int4' is no precision: choose one of float32, bfloat16"):
        prepared(read(model), "int4")


def test_broken_weights_are_told(model: Path) -> None:
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match=rf"{path} cannot be used: .*; get it anew"):
        prepared(read(model), "float32")
    path.unlink()
    (model / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(InputError, match=r"model\.onnx cannot be used: .*; get it anew"):
        prepared(read(model), "float32")


def test_weights_of_another_kind_are_told_with_their_file(model: Path) -> None:
    path = model / "model.safetensors"
    found = load_file(path)
    del found["encoder.layer.1.output.dense.bias"]
    save_file(found, path)
    with pytest.raises(InputError, match=f"{path}: the weights have no 'encoder.layer.1.output"):
        prepared(read(model), "float32")
