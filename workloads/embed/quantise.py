"""A graph whose products are made in int8: eight bits for each weight, and for what it meets.

Each token's numbers have a scale of their own, and so has each column of a matrix. A scale for all
that a batch holds, as `quantize_dynamic` of ONNX Runtime has it, would let a vector depend on what
it shares a batch with; it is twice as far off besides, and not faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

# ONNX Runtime's own operators, of which one multiplies integers and scales the columns at once.
DOMAIN = "com.microsoft"
PREFIX = "int8/"
MOST = 127
# uint8 times int8 is what VNNI and AMX take: this stands for zero among the former.
ZERO = 128
# A scale is never zero.
TINY = 1e-30
# The first opset in which reductions have their axes as an input.
AXES_AS_INPUT = 18


def quantise(model: onnx.ModelProto) -> None:
    """Lets products with constant matrices of float32 be made in int8; the model is changed."""
    graph = model.graph
    matrices = {
        one.name: one
        for one in graph.initializer
        if len(one.dims) == 2 and one.data_type == onnx.TensorProto.FLOAT
    }
    made = _Products(matrices, _opset(model))
    for node in graph.node:
        made.add(node)
    del graph.node[:]
    graph.node.extend(made.nodes)
    used = {name for node in graph.node for name in node.input}
    constants = [one for one in (*graph.initializer, *made.constants.values()) if one.name in used]
    del graph.initializer[:]
    graph.initializer.extend(constants)
    if DOMAIN not in (one.domain for one in model.opset_import):
        model.opset_import.append(helper.make_opsetid(DOMAIN, 1))


def _opset(model: onnx.ModelProto) -> int:
    return max(int(one.version) for one in model.opset_import if one.domain in ("", "ai.onnx"))


class _Products:
    """The nodes of a graph, in their order, with other ones for products.

    Attributes:
        nodes: so far.
        constants: that they take, by name.
    """

    def __init__(self, matrices: dict[str, onnx.TensorProto], opset: int) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._matrices = matrices
        self._opset = opset
        # What was turned into integers, and its scales, by what it was.
        self._rows: dict[str, tuple[str, str]] = {}

    def add(self, node: onnx.NodeProto) -> None:
        """A node of the graph as it was."""
        if node.op_type != "MatMul" or node.input[1] not in self._matrices:
            self.nodes.append(node)
            return
        values, matrix = node.input
        whole, scales = self._row_by_row(values)
        columns, their_scales = self._column_by_column(matrix)
        one = self._constant("one", np.float32(1))
        taken = [whole, columns, one, their_scales, self._zero()]
        product = self._node("MatMulIntegerToFloat", taken, node.output[0], domain=DOMAIN)
        self.nodes.append(helper.make_node("Mul", [product, scales], node.output))

    def _row_by_row(self, values: str) -> tuple[str, str]:
        """Numbers as uint8, and the scales of their rows; made once, however often it is taken."""
        if values not in self._rows:
            highest, lowest = (self._reduced(kind, values) for kind in ("ReduceMax", "ReduceMin"))
            negative = self._node("Neg", [lowest], values)
            tiny = self._constant("tiny", np.float32(TINY))
            largest = self._node("Max", [highest, negative, tiny], values)
            step = self._constant("step", np.float32(1 / MOST))
            scales = self._node("Mul", [largest, step], values)
            scaled = self._node("Div", [values, scales], values)
            one = self._constant("one", np.float32(1))
            whole = self._node("QuantizeLinear", [scaled, one, self._zero()], values)
            self._rows[values] = whole, scales
        return self._rows[values]

    def _column_by_column(self, matrix: str) -> tuple[str, str]:
        """A matrix as int8, and the scales of its columns."""
        numbers = numpy_helper.to_array(self._matrices[matrix])
        scales = np.maximum(np.abs(numbers).max(axis=0), np.float32(TINY)) / np.float32(MOST)
        whole = np.rint(numbers / scales).astype(np.int8)
        return self._constant(f"{matrix}/whole", whole), self._constant(f"{matrix}/scale", scales)

    def _reduced(self, kind: str, values: str) -> str:
        if self._opset < AXES_AS_INPUT:
            return self._node(kind, [values], values, axes=[-1], keepdims=1)
        axis = self._constant("last", np.array([-1], np.int64))
        return self._node(kind, [values, axis], values, keepdims=1)

    def _zero(self) -> str:
        return self._constant("zero", np.uint8(ZERO))

    def _constant(self, name: str, value: npt.ArrayLike) -> str:
        name = PREFIX + name
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def _node(self, kind: str, inputs: Sequence[str], of: str, **attributes: Any) -> str:
        output = f"{PREFIX}{of}/{kind}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output
