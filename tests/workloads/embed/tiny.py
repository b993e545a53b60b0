"""A model of a few thousand weights, in a folder as on the hub; what they are is left to chance."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from workloads.embed.words import WORDS

WIDTH, HEADS, LAYERS, WIDE, PLACES, LIMIT = 32, 4, 2, 48, 40, 16
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LETTERS = string.ascii_lowercase + string.punctuation
VOCABULARY = [*dict.fromkeys([*SPECIAL, *WORDS, *LETTERS, *(f"##{one}" for one in LETTERS)])]
CONFIG = {
    "model_type": "bert",
    "hidden_size": WIDTH,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "intermediate_size": WIDE,
    "max_position_embeddings": PLACES,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "pad_token_id": 0,
}


def write_tiny(folder: Path, seed: int = 0, pooling: str = "mean") -> Path:
    """A folder with such a model, of weights that go with the seed."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights(seed), folder / "model.safetensors")
    tokenizer().save(str(folder / "tokenizer.json"))
    write_json(folder / "config.json", CONFIG)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": LIMIT})
    write_json(folder / "1_Pooling/config.json", {f"pooling_mode_{pooling}_tokens": True})
    return folder


def write_json(path: Path, content: object) -> None:
    """A file of JSON, and the folder that it is in."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def weights(seed: int = 0) -> dict[str, Any]:
    """By the names that Hugging Face has for them."""
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(VOCABULARY), WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **_pair("embeddings.LayerNorm", WIDTH),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= _pair(f"{name}.attention.{part}", WIDTH, WIDTH)
        shapes |= _pair(f"{name}.attention.output.LayerNorm", WIDTH)
        shapes |= _pair(f"{name}.intermediate.dense", WIDE, WIDTH)
        shapes |= _pair(f"{name}.output.dense", WIDTH, WIDE)
        shapes |= _pair(f"{name}.output.LayerNorm", WIDTH)
    return {
        name: random.normal(scale=0.3, size=shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def tokenizer() -> Tokenizer:
    """Words, and the rest by letters; as BERT's, with Hugging Face's own habit of filling up."""
    made = Tokenizer(
        models.WordPiece({word: at for at, word in enumerate(VOCABULARY)}, unk_token="[UNK]")
    )
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made.enable_padding(length=LIMIT)
    made.enable_truncation(LIMIT // 2)
    return made


def other_encoder(
    inputs: Mapping[str, int], output: str = "last_hidden_state", dimensions: int = 3
) -> onnx.ModelProto:
    """A graph of another's making: the embeddings of words and nothing else, at an old version.

    Args:
        inputs: and their types.
        output: its name.
        dimensions: of the output; with 2 it is that of the first token.
    """
    words = weights()["embeddings.word_embeddings.weight"]
    constants = {"words": words, "first": np.array(0, np.int64)}
    steps = ["words", "input_ids"], ["hidden", "first"]
    last = output if dimensions == 3 else "hidden"
    nodes = [helper.make_node("Gather", steps[0], [last])]
    if dimensions == 2:
        nodes.append(helper.make_node("Gather", steps[1], [output], axis=1))
    shape: list[str | int | None] = ["batch", "length"]
    after = [*shape[: dimensions - 1], WIDTH]
    graph = helper.make_graph(
        nodes,
        "other",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind in inputs.items()],
        [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, after)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)


def _pair(name: str, *shape: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
