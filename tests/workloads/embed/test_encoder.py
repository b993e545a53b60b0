"""Vectors of texts: those of the formulas, whatever else is encoded with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto
from safetensors.numpy import load_file

from errors import InputError
from tests.workloads.embed import reference
from tests.workloads.embed.tiny import CONFIG, LIMIT, VOCABULARY, other_encoder, weights, write_tiny
from tests.workloads.programs import run
from workloads.embed import models
from workloads.embed.encoder import Encoder, encoder
from workloads.embed.settings import read
from workloads.machine import instructions

WEIGHTS = weights()
TOLERANCE = 1e-5
TEXTS = st.lists(
    st.lists(st.integers(1, len(VOCABULARY) - 1), min_size=1, max_size=LIMIT), max_size=30
)
# In the task of a Ray of its own, with so many CPUs; and outside of one.
TELL_CPUS = """
import ray
from workloads.embed.encoder import task_cpus
from workloads.files.distribute import start_ray
outside = task_cpus()
start_ray()
inside = [ray.get(ray.remote(task_cpus).options(num_cpus=each).remote()) for each in (1, 2, 0.5)]
print(outside, task_cpus(), *inside)
"""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXTS, st.integers(1, 3))
def test_they_are_in_order_and_those_of_the_formulas(
    tiny: Path, texts: list[list[int]], threads: int
) -> None:
    found = encoder(str(tiny), "float32", threads).encode(texts)
    assert found.shape == (len(texts), CONFIG["hidden_size"])
    assert found.dtype == np.float32
    for row, text in zip(found, texts, strict=True):
        due = reference.vector(CONFIG, WEIGHTS, text)
        np.testing.assert_allclose(row, due, atol=TOLERANCE)


def test_the_model_that_is_here_already_gives_the_vectors_of_the_formulas() -> None:
    known = read(models.folder_of(models.DEFAULT))
    found = Encoder(models.DEFAULT, "float32", 2)
    texts = [
        "A man is eating food.",
        "Someone eats.",
        "The river rose in the night, and nobody on the far bank had a boat. " * 4,
    ]
    tokens = [found.tokeniser.tokens(text).numbers for text in texts]
    vectors = found.encode(tokens)
    loaded = load_file(known.weights)
    for row, text in zip(vectors, tokens, strict=True):
        due = reference.vector(known.config, loaded, text)
        np.testing.assert_allclose(row, due, atol=1e-6)
    # That they mean something is the model's own doing; that they still do, is ours.
    alike = vectors @ vectors.T
    assert alike[0, 1] > 0.6 > 0.2 > alike[0, 2]


def test_bfloat16_is_float32_where_the_machine_has_none(tiny: Path) -> None:
    texts = [[5, 6, 7], [8, 9]]
    exact, rough = (
        encoder(str(tiny), precision, 1).encode(texts) for precision in ("float32", "bfloat16")
    )
    told = instructions.describe()
    if told["arch"] == "amd64" or told["used"]["bfloat16"] != "bf16":
        np.testing.assert_array_equal(exact, rough)
    assert (exact * rough).sum(axis=1).min() > 0.99


@pytest.mark.parametrize("overflows", [False, True])
def test_int8_is_about_the_same_in_either_way(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, *, overflows: bool
) -> None:
    monkeypatch.setattr(instructions, "overflows", lambda: overflows)
    texts = [[5, 6, 7], [8, 9]]
    exact, rough = (
        encoder(str(tiny), precision, 1).encode(texts) for precision in ("float32", "int8")
    )
    assert (exact * rough).sum(axis=1).min() > 0.99


def test_it_is_kept_by_the_process(tiny: Path) -> None:
    assert encoder(str(tiny), "float32", 1) is encoder(str(tiny), "float32", 1)
    assert encoder(str(tiny), "float32", 1) is not encoder(str(tiny), "float32", 2)


def test_a_graph_with_inputs_of_32_bits_is_fed(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "model")
    (folder / "model.safetensors").unlink()
    names = ("input_ids", "attention_mask", "token_type_ids")
    onnx.save(other_encoder(dict.fromkeys(names, TensorProto.INT32)), folder / "model.onnx")
    (found,) = encoder(str(folder), "float32", 1).encode([[5, 7]])
    due = WEIGHTS["embeddings.word_embeddings.weight"][[5, 7]].mean(axis=0)
    np.testing.assert_allclose(found, due / np.linalg.norm(due), atol=1e-6)


def test_a_graph_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "model")
    (folder / "model.safetensors").unlink()
    graph = other_encoder({"input_ids": TensorProto.INT64, "attention_mask": TensorProto.INT64})
    graph.graph.node[0].attribute.append(onnx.helper.make_attribute("axis", 7))
    onnx.save(graph, folder / "model.onnx")
    with pytest.raises(InputError, match=f"the graph of {folder} cannot be run: "):
        encoder(str(folder), "float32", 1)


def test_a_task_has_the_cpus_that_it_was_given() -> None:
    done = run("-c", TELL_CPUS)
    assert done.returncode == 0, done.stderr
    outside, still_outside, *inside = done.stdout.split()
    assert outside == still_outside
    assert inside == ["1", "2", "1"]
