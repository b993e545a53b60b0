"""Products in int8: nearly those of float32, and the same whatever else is multiplied with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
from onnx import helper, numpy_helper

from workloads.embed import models
from workloads.embed.encoder import Encoder
from workloads.embed.made import SentenceSpec
from workloads.embed.quantise import quantise

WIDTH = 16
WEIGHTS = np.random.default_rng(0).normal(size=(WIDTH, 8)).astype(np.float32)
# Float32 alone makes such differences, as products are added up in another order.
LAST_DIGIT = 1e-6


def two_products(opset: int, kind: int = onnx.TensorProto.FLOAT) -> onnx.ModelProto:
    """The same numbers times the same matrix twice, added; beside the matrix as it is."""
    nodes = [
        helper.make_node("MatMul", ["numbers", "matrix"], ["left"]),
        helper.make_node("MatMul", ["numbers", "matrix"], ["right"]),
        helper.make_node("Add", ["left", "right"], ["both"]),
        helper.make_node("MatMul", ["numbers", "numbers_too"], ["not constant"]),
    ]
    shapes: list[tuple[str, list[str | int | None]]] = [
        ("numbers", ["texts", "tokens", WIDTH]),
        ("numbers_too", [WIDTH, 2]),
        ("both", ["texts", "tokens", 8]),
        ("not constant", ["texts", "tokens", 2]),
    ]
    values = [helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes]
    made_of = helper.tensor_dtype_to_np_dtype(kind)
    matrix = numpy_helper.from_array(WEIGHTS.astype(made_of), "matrix")
    graph = helper.make_graph(nodes, "two", values[:2], values[2:], [matrix])
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def run(model: onnx.ModelProto, numbers: Any) -> Any:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    given = {"numbers": numbers, "numbers_too": np.ones((WIDTH, 2), np.float32)}
    return session.run(["both"], given)[0]


@pytest.mark.parametrize("opset", [11, 17, 18, 20])
def test_it_is_nearly_what_it_was_at_any_version(opset: int) -> None:
    model = two_products(opset)
    quantise(model)
    kinds = [node.op_type for node in model.graph.node]
    assert (kinds.count("MatMulIntegerToFloat"), kinds.count("QuantizeLinear")) == (2, 1)
    assert kinds.count("MatMul") == 1
    assert "matrix" not in {one.name for one in model.graph.initializer}
    numbers = np.random.default_rng(1).normal(size=(3, 5, WIDTH)).astype(np.float32)
    due = numbers @ WEIGHTS * 2
    np.testing.assert_allclose(run(model, numbers), due, atol=0.02 * np.abs(due).max())


def test_a_row_is_its_own_measure() -> None:
    model = two_products(20)
    quantise(model)
    small = np.random.default_rng(1).normal(size=(1, 5, WIDTH)).astype(np.float32)
    large = np.float32(1e4) * small
    together = run(model, np.concatenate([small, large, np.zeros_like(small)]))
    np.testing.assert_array_equal(together[0], run(model, small)[0])
    assert not together[2].any()


def test_what_is_not_of_float32_stays_as_it_is() -> None:
    model = two_products(20, onnx.TensorProto.FLOAT16)
    before = [node.op_type for node in model.graph.node]
    quantise(model)
    assert [node.op_type for node in model.graph.node] == before


def test_a_vector_does_not_depend_on_what_it_shares_a_batch_with() -> None:
    one, two = (Encoder(models.DEFAULT, "int8", threads) for threads in (1, 2))
    made = SentenceSpec(60, "mixed", seed=4).table(range(60))["text"].to_pylist()
    texts = [one.tokeniser.tokens(text).numbers for text in made]
    together = one.encode(texts)
    alone = np.concatenate([one.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=LAST_DIGIT)
    np.testing.assert_allclose(together, two.encode(texts[::-1])[::-1], atol=LAST_DIGIT)
    exact = Encoder(models.DEFAULT, "float32", 1).encode(texts)
    assert (exact * together).sum(axis=1).min() > 0.98
