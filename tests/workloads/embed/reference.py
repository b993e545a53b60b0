"""BERT in plain NumPy, a text at a time, in double precision: what our graph is held against."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_erf = np.vectorize(math.erf, otypes=[np.float64])


def hidden(config: Mapping[str, Any], weights: Mapping[str, Any], tokens: Sequence[int]) -> Any:
    """The vectors of a text's tokens, shape (tokens, numbers)."""

    def of(name: str) -> Any:
        return weights[name].astype(np.float64)

    def dense(values: Any, name: str) -> Any:
        return values @ of(f"{name}.weight").T + of(f"{name}.bias")

    def normed(values: Any, name: str) -> Any:
        centred = values - values.mean(-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return centred / deviation * of(f"{name}.LayerNorm.weight") + of(f"{name}.LayerNorm.bias")

    values = (
        of("embeddings.word_embeddings.weight")[list(tokens)]
        + of("embeddings.position_embeddings.weight")[: len(tokens)]
        + of("embeddings.token_type_embeddings.weight")[0]
    )
    values = normed(values, "embeddings")
    heads = config["num_attention_heads"]
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            np.split(dense(values, f"{name}.attention.self.{part}"), heads, 1)
            for part in ("query", "key", "value")
        )
        seen = np.concatenate([_attended(*head) for head in zip(query, key, value, strict=True)], 1)
        seen = dense(seen, f"{name}.attention.output.dense")
        values = normed(values + seen, f"{name}.attention.output")
        wide = dense(values, f"{name}.intermediate.dense")
        wide = wide * (1 + _erf(wide / math.sqrt(2))) / 2
        values = normed(values + dense(wide, f"{name}.output.dense"), f"{name}.output")
    return values


def vector(config: Mapping[str, Any], weights: Mapping[str, Any], tokens: Sequence[int]) -> Any:
    """The vector of a text, of length 1, by the mean of its tokens."""
    mean = hidden(config, weights, tokens).mean(0)
    return mean / np.linalg.norm(mean)


def _attended(query: Any, key: Any, value: Any) -> Any:
    scores = query @ key.T / math.sqrt(query.shape[1])
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True) @ value
