"""From the vectors of tokens to one of a text, at the end of whatever graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
from onnx import TensorProto

from errors import InputError
from tests.workloads.embed.tiny import WIDTH, other_encoder, weights
from workloads.embed.pooling import pool

WORDS = weights()["embeddings.word_embeddings.weight"]
IDS = np.array([[5, 6, 7], [8, 0, 0]], np.int64)
MASK = np.array([[1, 1, 1], [1, 0, 0]], np.int64)
USUAL = {"input_ids": TensorProto.INT64, "attention_mask": TensorProto.INT64}


def run(model: onnx.ModelProto) -> Any:
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    assert [one.name for one in session.get_outputs()] == ["vector"]
    wanted = {one.name for one in session.get_inputs()}
    given = {"input_ids": IDS, "attention_mask": MASK, "token_type_ids": np.zeros_like(IDS)}
    return session.run(None, {name: one for name, one in given.items() if name in wanted})[0]


def normed(vectors: list[Any]) -> Any:
    return np.stack([one / np.linalg.norm(one) for one in vectors])


def test_the_mean_is_of_what_is_no_padding() -> None:
    model = other_encoder(USUAL)
    pool(model, "mean", WIDTH)
    due = normed([WORDS[[5, 6, 7]].mean(0), WORDS[8]])
    np.testing.assert_allclose(run(model), due, atol=1e-6)


def test_the_first_token_may_stand_for_all() -> None:
    model = other_encoder({**USUAL, "token_type_ids": TensorProto.INT64})
    pool(model, "cls", WIDTH)
    np.testing.assert_allclose(run(model), normed([WORDS[5], WORDS[8]]), atol=1e-6)


def test_a_graph_may_have_done_it_itself() -> None:
    model = other_encoder(USUAL, "sentence_embedding", dimensions=2)
    pool(model, "mean", WIDTH)
    np.testing.assert_allclose(run(model), normed([WORDS[5], WORDS[8]]), atol=1e-6)


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"pixel_values": TensorProto.FLOAT}, "the graph takes pixel_values: only input_ids, att"),
        ({**USUAL, "pixel_mask": TensorProto.INT64}, "takes attention_mask, input_ids, pixel_mask"),
    ],
)
def test_what_is_no_encoder_of_text_is_told(inputs: dict[str, int], told: str) -> None:
    with pytest.raises(InputError, match=told):
        pool(other_encoder(inputs), "mean", WIDTH)


def test_outputs_that_are_no_vectors_are_told() -> None:
    model = other_encoder(USUAL)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    with pytest.raises(InputError, match=r"none of the graph's outputs \(last_hidden_state\) hol"):
        pool(model, "mean", WIDTH)
