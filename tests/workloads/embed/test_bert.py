"""The graph of BERT equals its formulas, whatever texts share a batch."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import InputError
from tests.workloads.embed import reference
from tests.workloads.embed.tiny import CONFIG, PLACES, VOCABULARY, weights
from workloads.embed.batches import filled
from workloads.embed.bert import bert

WEIGHTS = weights()
# Of numbers of about 1.
TOLERANCE = 2e-5
BATCHES = st.lists(
    st.lists(st.integers(1, len(VOCABULARY) - 1), min_size=1, max_size=PLACES),
    min_size=1,
    max_size=4,
)


def run(config: dict[str, Any], given_weights: dict[str, Any], texts: list[list[int]]) -> list[Any]:
    """The vectors of the tokens of each text of a batch."""
    content = bert(config, given_weights).SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    numbers, real = filled(texts, CONFIG["pad_token_id"])  # type: ignore[arg-type]
    (hidden,) = session.run(None, {"input_ids": numbers, "attention_mask": real})
    return [rows[: len(text)] for rows, text in zip(hidden, texts, strict=True)]


@settings(max_examples=30, deadline=None)
@given(BATCHES)
def test_it_equals_the_formulas(texts: list[list[int]]) -> None:
    for found, text in zip(run(CONFIG, WEIGHTS, texts), texts, strict=True):
        due = reference.hidden(CONFIG, WEIGHTS, text)
        np.testing.assert_allclose(found, due, atol=TOLERANCE)


def test_weights_may_have_a_prefix_and_be_of_half_precision() -> None:
    halves = {f"bert.{name}": one.astype(np.float16) for name, one in WEIGHTS.items()}
    (found,) = run(CONFIG, halves, [[7, 8, 9]])
    due = reference.hidden(CONFIG, {name[5:]: one for name, one in halves.items()}, [7, 8, 9])
    np.testing.assert_allclose(found, due, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hidden_act": "relu"}, "the model's hidden_act is 'relu', and only 'gelu' is known"),
        ({"position_embedding_type": "relative_key"}, "only 'absolute' is known here: export"),
        ({"is_decoder": True}, "the model's is_decoder is 'True'"),
        ({"num_hidden_layers": 3}, "the weights have no 'encoder.layer.2.attention.self.query"),
    ],
)
def test_what_is_not_known_is_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        bert({**CONFIG, **changes}, WEIGHTS)
