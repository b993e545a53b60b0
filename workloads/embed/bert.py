"""BERT as an ONNX graph, made of the weights as they lie on the hub.

Of standard operators alone: with ONNX Runtime's own fused ones it is no faster, and their products
are left out where matrices are to be multiplied in bfloat16. The formulas are those of Devlin et
al., "BERT: Pre-training of Deep Bidirectional Transformers", arXiv:1810.04805, and of Hugging
Face's `BertModel`, whose names the weights have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from errors import InputError

IDS, MASK, HIDDEN = "input_ids", "attention_mask", "last_hidden_state"
# The first with Gelu as one operator, which is what makes it fast.
OPSET = 20
IR_VERSION = 10
# Added to the score of a token that is only padding, so that it weighs nothing.
NOT_SEEN = -10_000.0

Array = npt.NDArray[Any]
Weights = Mapping[str, Array]


class Graph:
    """Nodes and constants, put together."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """A constant of this name, made when it is first wanted."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """The output of a new node."""
        output = name or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def model(self, width: int) -> onnx.ModelProto:
        """The graph as a model, from tokens and a mask to the vectors of the tokens."""
        shape = ["texts", "tokens"]
        whole, real = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info(name, whole, shape) for name in (IDS, MASK)],
            [helper.make_tensor_value_info(HIDDEN, real, [*shape, width])],
            list(self._constants.values()),
        )
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)


def bert(config: Mapping[str, Any], weights: Weights) -> onnx.ModelProto:
    """A model from `input_ids` and `attention_mask`, int64, to `last_hidden_state`, float32.

    Raises:
        InputError: it is a variant of BERT that is not known here, or a weight is missing.
    """
    _check(config)
    prefix = "bert." if any(name.startswith("bert.") for name in weights) else ""
    try:
        return _Bert(
            config, {name.removeprefix(prefix): one for name, one in weights.items()}
        ).model()
    except KeyError as error:
        raise InputError(f"the weights have no {error}: they are not those of a BERT") from error


def _check(config: Mapping[str, Any]) -> None:
    wanted = {"hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
    for name, known in wanted.items():
        if (said := config.get(name, known)) != known:
            raise InputError(
                f"the model's {name} is '{said}', and only '{known}' is known here: "
                "export it to ONNX, into its folder"
            )


class _Bert:
    """The graph of one model."""

    def __init__(self, config: Mapping[str, Any], weights: Weights) -> None:
        self._weights = weights
        self._graph = Graph()
        self._width = int(config["hidden_size"])
        self._heads = int(config["num_attention_heads"])
        self._layers = int(config["num_hidden_layers"])
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))

    def model(self) -> onnx.ModelProto:
        """The whole of it."""
        hidden, bias = self._embedded(), self._bias()
        for layer in range(self._layers):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
        self._graph.add("Identity", hidden, name=HIDDEN)
        return self._graph.model(self._width)

    def _embedded(self) -> str:
        """The sum of what stands for a token, for its place, and for the first of two texts."""
        add, constant = self._graph.add, self._graph.constant
        words = constant("words", self._weight("embeddings.word_embeddings.weight"))
        kind = self._weight("embeddings.token_type_embeddings.weight")[0]
        places = self._weight("embeddings.position_embeddings.weight") + kind
        zero = constant("zero", np.array([0], np.int64))
        length = add("Shape", IDS, start=1, end=2)
        here = add("Slice", constant("places", places), zero, length, zero)
        return self._normed(add("Add", add("Gather", words, IDS), here), "embeddings")

    def _bias(self) -> str:
        """What is added to the scores of all tokens, shape (texts, 1, 1, tokens)."""
        add, constant = self._graph.add, self._graph.constant
        real = add("Cast", MASK, to=onnx.TensorProto.FLOAT)
        padding = add("Sub", constant("one", np.float32(1)), real)
        bias = add("Mul", padding, constant("not_seen", np.float32(NOT_SEEN)))
        return add("Unsqueeze", bias, constant("heads_and_rows", np.array([1, 2], np.int64)))

    def _layer(self, hidden: str, bias: str, name: str) -> str:
        add = self._graph.add
        seen = self._dense(
            self._attended(hidden, bias, f"{name}.attention.self"), f"{name}.attention.output.dense"
        )
        hidden = self._normed(add("Add", seen, hidden), f"{name}.attention.output")
        wide = add("Gelu", self._dense(hidden, f"{name}.intermediate.dense"))
        return self._normed(
            add("Add", self._dense(wide, f"{name}.output.dense"), hidden), f"{name}.output"
        )

    def _attended(self, hidden: str, bias: str, name: str) -> str:
        """Each token's mean of the values of all, weighed by how its query fits their keys."""
        add, constant = self._graph.add, self._graph.constant
        size = self._width // self._heads
        # The keys are turned on their side at once.
        query, key, value = (
            self._by_head(self._dense(hidden, f"{name}.{part}"), order)
            for part, order in (
                ("query", [0, 2, 1, 3]),
                ("key", [0, 2, 3, 1]),
                ("value", [0, 2, 1, 3]),
            )
        )
        scale = constant("scale", np.float32(1 / math.sqrt(size)))
        scores = add("Add", add("Mul", add("MatMul", query, key), scale), bias)
        mean = add("MatMul", add("Softmax", scores, axis=-1), value)
        whole = constant("whole", np.array([0, 0, self._width], np.int64))
        return add("Reshape", add("Transpose", mean, perm=[0, 2, 1, 3]), whole)

    def _by_head(self, values: str, order: list[int]) -> str:
        size = self._width // self._heads
        shape = self._graph.constant("by_head", np.array([0, 0, self._heads, size], np.int64))
        return self._graph.add("Transpose", self._graph.add("Reshape", values, shape), perm=order)

    def _dense(self, values: str, name: str) -> str:
        add, constant = self._graph.add, self._graph.constant
        matrix = constant(f"{name}.weight", self._weight(f"{name}.weight").T)
        return add(
            "Add",
            add("MatMul", values, matrix),
            constant(f"{name}.bias", self._weight(f"{name}.bias")),
        )

    def _normed(self, values: str, name: str) -> str:
        parts = (f"{name}.LayerNorm.{part}" for part in ("weight", "bias"))
        constants = [self._graph.constant(part, self._weight(part)) for part in parts]
        return self._graph.add(
            "LayerNormalization", values, *constants, axis=-1, epsilon=self._epsilon
        )

    def _weight(self, name: str) -> Array:
        return self._weights[name].astype(np.float32, copy=False)
