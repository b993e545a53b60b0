"""From the vectors of a text's tokens to the one of the text, as nodes at the end of a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from errors import InputError
from workloads.embed.bert import IDS, MASK

VECTOR = "vector"
# What encoders are given; some have no use for the last two.
INPUTS = (IDS, MASK, "token_type_ids")
PREFIX = "pooling/"


def pool(model: onnx.ModelProto, pooling: str, width: int) -> None:
    """Lets a model give one vector for each text, of length 1, as its only output.

    It may have done part of that itself: its first output with two or three dimensions is taken.
    The nodes are of kinds that have not changed from one version of ONNX to the next.

    Args:
        model: an encoder, changed in place.
        pooling: `mean` of the tokens that are no padding, or `cls`, the first token.
        width: of the vectors.

    Raises:
        InputError: it is no encoder of text.
    """
    graph = model.graph
    given = {one.name for one in graph.input} - {one.name for one in graph.initializer}
    if IDS not in given or given - set(INPUTS):
        raise InputError(
            f"the graph takes {', '.join(sorted(given))}: only {', '.join(INPUTS)} are known here"
        )
    output, dimensions = _output(graph)
    if dimensions == 3:
        output = _first(graph, output) if pooling == "cls" else _mean(graph, output)
    graph.node.append(helper.make_node("LpNormalization", [output], [VECTOR], axis=-1, p=2))
    del graph.output[:]
    shape: list[str | int | None] = ["texts", width]
    graph.output.append(helper.make_tensor_value_info(VECTOR, onnx.TensorProto.FLOAT, shape))


def _output(graph: onnx.GraphProto) -> tuple[str, int]:
    for one in graph.output:
        dimensions = len(one.type.tensor_type.shape.dim)
        if dimensions in (2, 3) and one.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            return one.name, dimensions
    names = ", ".join(one.name for one in graph.output)
    raise InputError(f"none of the graph's outputs ({names}) holds vectors in float32")


def _first(graph: onnx.GraphProto, hidden: str) -> str:
    first = _constant(graph, "first", np.array(0, np.int64))
    return _add(graph, "Gather", hidden, first, axis=1)


def _mean(graph: onnx.GraphProto, hidden: str) -> str:
    """The sum of what is no padding: as long as the mean once both are made to be of length 1."""
    real = _add(graph, "Cast", MASK, to=onnx.TensorProto.FLOAT)
    row = _add(graph, "Reshape", real, _constant(graph, "row", np.array([0, 1, -1], np.int64)))
    total = _add(graph, "MatMul", row, hidden)
    return _add(graph, "Reshape", total, _constant(graph, "flat", np.array([0, -1], np.int64)))


def _constant(
    graph: onnx.GraphProto, name: str, value: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> str:
    graph.initializer.append(numpy_helper.from_array(value, PREFIX + name))
    return PREFIX + name


def _add(graph: onnx.GraphProto, kind: str, *inputs: str, **attributes: Any) -> str:
    output = f"{PREFIX}{kind}_{len(graph.node)}"
    graph.node.append(helper.make_node(kind, inputs, [output], output, **attributes))
    return output
